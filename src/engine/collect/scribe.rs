//! A store on a thread of its own, so that answers are kept while others are on their way.

use std::sync::mpsc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::CollectError;
use crate::store::{Store, StoreError};

type Work = Box<dyn FnOnce(Result<&Store, StoreError>) + Send>;

/// Does with its store what it is told, one thing after another.
///
/// Whoever drops it waits until everything is done and the store is closed.
#[derive(Debug)]
pub struct Scribe {
    works: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Scribe {
    /// A scribe for the store that `open` opens by and by. Where it can't, whoever first has
    /// something done is told, and nothing is.
    pub fn new(open: impl FnOnce() -> Result<Store, StoreError> + Send + 'static) -> Self {
        let (works, todo) = mpsc::channel::<Work>();
        let write = move || match open() {
            Ok(store) => todo.into_iter().for_each(|work| work(Ok(&store))),
            Err(error) => {
                if let Ok(first) = todo.recv() {
                    first(Err(error));
                }
            }
        };
        Self { works: Some(works), thread: Some(std::thread::spawn(write)) }
    }

    /// Has something done, which it is even when nobody waits for what comes of it.
    pub(super) fn does<T, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<T, CollectError>> + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let work: Work = Box::new(move |store| {
            // Who does not wait any more is not told.
            let _ = done.send(store.and_then(work));
        });
        let sent = self.works.as_ref().map(|works| works.send(work));
        async move {
            match sent {
                Some(Ok(())) => Ok(result.await.map_err(|_| CollectError::Scribe)??),
                _ => Err(CollectError::Scribe),
            }
        }
    }

    /// Leaves its thread to itself, which ends with the process. What is noted is kept by whoever
    /// opens the store next.
    pub fn leave(&mut self) {
        self.thread = None;
    }

    /// Says that there is nothing more to do, so that the store is closed by and by: its log goes
    /// into its file while answers are judged.
    pub fn finish(&mut self) {
        self.works = None;
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.finish();
        // What a thread that broke off has to say was said to whoever waited for it.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
