//! A provider on the loopback interface that answers from a scenario, over every wire format.

mod ask;
mod book;
mod counts;
mod desk;
mod faulted;
mod options;
mod pace;
mod pick;
mod play;
mod replay;
mod route;
mod said;
mod script;
mod socket;
mod wire;

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

pub use book::BookError;
pub use counts::{Row, Stats};
pub use options::{Latency, Options};

use crate::kernel::ModelId;
use crate::scenario::Loaded;
use desk::Desk;
use script::End;
use socket::Socket;

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    desk: Rc<Desk>,
}

/// Why a server can't begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can't be had.
    #[error("listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A prompt can't be rendered.
    #[error(transparent)]
    Book(#[from] BookError),
}

impl Server {
    /// Listens at `address`; port 0 takes a free one. Time begins now.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn bind(
        address: SocketAddr,
        loaded: &Loaded,
        options: Options,
    ) -> Result<Self, ServeError> {
        let desk = Rc::new(Desk::new(loaded, options)?);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| ServeError::Listen { address, source })?;
        Ok(Self { listener, desk })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Models of which nothing was recorded, so that their answers are made up.
    pub fn made_up(&self) -> Vec<ModelId> {
        self.desk.book.unrecorded().cloned().collect()
    }

    /// Serves until `stop` is done, and says what was served. Runs on one thread.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Stats {
        let connections = LocalSet::new();
        let accept = async {
            loop {
                // A connection that is gone before it was accepted is no reason to stop, and when
                // the system has no more sockets, some will be closed in a moment.
                let Ok((stream, _)) = self.listener.accept().await else {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                    continue;
                };
                self.desk.connected();
                // Without it small events would wait for acknowledgements of those before them.
                let _ = stream.set_nodelay(true);
                tokio::task::spawn_local(connection(stream, Rc::clone(&self.desk)));
            }
        };
        connections
            .run_until(async {
                tokio::select! {
                    () = accept => (),
                    () = stop => (),
                }
            })
            .await;
        self.desk.stats()
    }
}

/// Answers the requests of one connection until either side ends it.
async fn connection(stream: tokio::net::TcpStream, desk: Rc<Desk>) {
    let ending = Rc::new(Cell::new(End::Close));
    let socket = Socket { stream, ending: Rc::clone(&ending) };
    let answer = service_fn(move |request| {
        let (desk, ending) = (Rc::clone(&desk), Rc::clone(&ending));
        async move { desk.answer(request, ending).await }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), answer);
    // However it ends, the client knows: by the script, or because it went away itself.
    let _ = connection.await;
}
