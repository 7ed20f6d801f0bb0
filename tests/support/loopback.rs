//! A small HTTP/1.1 server on the loopback interface that speaks chat completions.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The body as it came.
    pub(crate) body: String,
    /// The header `authorization`, where there was one.
    pub(crate) authorization: Option<String>,
}

/// What the server answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
    /// How long it waits before it answers.
    pub(crate) delay: Duration,
}

impl Answer {
    /// A completion that says `text`.
    pub(crate) fn says(text: &str) -> Self {
        let body = serde_json::json!({
            "choices": [{ "message": { "content": text }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 7, "completion_tokens": 1 },
        });
        Self { status: 200, body: body.to_string(), delay: Duration::ZERO }
    }

    /// An error object.
    pub(crate) fn fails(status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "error": { "message": message, "type": "some_error" } });
        Self { status, body: body.to_string(), delay: Duration::ZERO }
    }

    /// The same answer, later.
    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A server that answers until the test ends.
pub(crate) struct Loopback {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    counts: BTreeMap<String, usize>,
    asked: Vec<Asked>,
    n_in_flight: BTreeMap<String, usize>,
    most_at_once: usize,
}

type Answers = dyn Fn(&Asked) -> Answer + Send + Sync;

impl Loopback {
    /// Listens on a free port. `answers` is called on the thread of the connection.
    pub(crate) fn start(answers: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state: Arc<Mutex<State>> = Arc::default();
        let answers: Arc<Answers> = Arc::new(answers);
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, answers) = (Arc::clone(&shared), Arc::clone(&answers));
                // A client that goes away, say because it was killed, ends its connection only.
                thread::spawn(move || serve(&stream, &state, &*answers).ok());
            }
        });
        Self { address, state }
    }

    /// What a scenario writes as `base_url`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How often each body was asked, since the start or the last [`Self::forget`].
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        self.lock().counts.clone()
    }

    /// How many requests came.
    pub(crate) fn n_asked(&self) -> usize {
        self.lock().asked.len()
    }

    /// Every request, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// The most requests that were in flight at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    /// Counts from 0 again.
    pub(crate) fn forget(&self) {
        let mut state = self.lock();
        state.counts.clear();
        state.asked.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no thread of the server panics")
    }
}

/// Answers one connection's requests until the client closes it.
fn serve(stream: &TcpStream, state: &Mutex<State>, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some((line, asked)) = request(&mut reader)? {
        let answer = if line.starts_with("POST /v1/chat/completions ") {
            note(state, |state| state.begin(&asked));
            let answer = answers(&asked);
            wait(answer.delay);
            note(state, |state| state.end(&asked));
            answer
        } else {
            Answer::fails(404, "no such path")
        };
        let Answer { status, body, .. } = answer;
        let head = format!(
            "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        let mut writer = stream;
        writer.write_all((head + &body).as_bytes())?;
    }
    Ok(())
}

/// The next request's first line, and what it asks; `None` when there is none.
fn request(reader: &mut impl BufRead) -> io::Result<Option<(String, Asked)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Some((first, Asked { body, authorization })))
}

impl State {
    fn begin(&mut self, asked: &Asked) {
        *self.counts.entry(asked.body.clone()).or_default() += 1;
        self.asked.push(asked.clone());
        *self.n_in_flight.entry(asked.body.clone()).or_default() += 1;
        self.most_at_once = self.most_at_once.max(self.n_in_flight.values().sum());
    }

    fn end(&mut self, asked: &Asked) {
        if let Some(n) = self.n_in_flight.get_mut(&asked.body) {
            *n -= 1;
            if *n == 0 {
                self.n_in_flight.remove(&asked.body);
            }
        }
    }
}

fn note(state: &Mutex<State>, change: impl FnOnce(&mut State)) {
    change(&mut state.lock().expect("no thread of the server panics"));
}

/// Waits in real time.
#[expect(clippy::disallowed_methods, reason = "a server's delay is real time")]
pub(crate) fn wait(delay: Duration) {
    if !delay.is_zero() {
        thread::sleep(delay);
    }
}
