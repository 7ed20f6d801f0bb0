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
mod ready;
mod replay;
mod route;
mod said;
mod script;
mod socket;
mod wire;

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

pub use book::BookError;
pub use counts::{Row, Stats};
pub use options::{Latency, Options};

use crate::kernel::ModelId;
use crate::scenario::Loaded;
use desk::Desk;
use script::End;
use socket::Socket;

/// A server that listens, but while every model refuses every connection.
pub struct Server {
    listener: Option<TcpListener>,
    address: SocketAddr,
    desk: Rc<Desk>,
}

/// How often it is looked whether to listen.
const BEAT: Duration = Duration::from_millis(20);

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
        let taken = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        // Whoever comes while it is shut is refused from the first on.
        let listener = (!desk.is_shut()).then_some(listener);
        Ok(Self { listener, address, desk })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Models of which nothing was recorded, so that their answers are made up.
    pub fn made_up(&self) -> Vec<ModelId> {
        self.desk.book.unrecorded().cloned().collect()
    }

    /// Serves until `stop` is done, and says what was served. Runs on one thread.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Stats {
        let Self { mut listener, address, desk } = self;
        let accept = async {
            loop {
                if desk.is_shut() {
                    listener = None;
                    tokio::time::sleep(BEAT).await;
                    continue;
                }
                let open = match listener.take() {
                    Some(open) => open,
                    None => match TcpListener::bind(address).await {
                        Ok(open) => open,
                        // Somebody else may have it for a moment.
                        Err(_) => {
                            tokio::time::sleep(BEAT).await;
                            continue;
                        }
                    },
                };
                match tokio::time::timeout(BEAT, open.accept()).await {
                    Ok(Ok((stream, _))) => accepted(stream, &desk),
                    // When the system has no more sockets, some will be closed in a moment.
                    Ok(Err(_)) => tokio::time::sleep(BEAT).await,
                    Err(_) => {}
                }
                listener = Some(open);
            }
        };
        let serve = async {
            tokio::select! {
                () = accept => (),
                () = stop => (),
            }
        };
        LocalSet::new().run_until(serve).await;
        desk.stats()
    }
}

fn accepted(stream: TcpStream, desk: &Rc<Desk>) {
    desk.connected();
    // Without it small events would wait for acknowledgements of those before them.
    let _ = stream.set_nodelay(true);
    tokio::task::spawn_local(connection(stream, Rc::clone(desk)));
}

/// Answers the requests of one connection until either side ends it.
async fn connection(stream: TcpStream, desk: Rc<Desk>) {
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
