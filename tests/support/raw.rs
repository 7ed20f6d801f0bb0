//! Speaks HTTP/1.1 over a bare socket, so that it can be seen how a response ends.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long nothing may come before it counts as silence. A server that is only slow would make a
/// test fail that expects an answer, and no test pass that should not.
const SILENCE: Duration = Duration::from_millis(500);

/// How a response ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it says itself: by its length, or by its last chunk.
    Complete,
    /// The connection is closed before that.
    Closed,
    /// The connection is reset before that.
    Reset,
    /// Nothing more comes.
    Silent,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    /// 0 where no status came.
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    /// The body, without the marks of its chunks.
    pub(crate) body: String,
    pub(crate) end: End,
}

impl Got {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends a body and reads what comes back.
pub(crate) fn post(address: SocketAddr, path: &str, body: &str, headers: &str) -> Got {
    let length = body.len();
    exchange(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

/// Asks for a path.
pub(crate) fn get(address: SocketAddr, path: &str) -> Got {
    exchange(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"),
    )
}

fn exchange(address: SocketAddr, request: &str) -> Got {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(SILENCE)).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("a write");
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break End::Closed,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => break End::Silent,
                ErrorKind::ConnectionReset => break End::Reset,
                _ => panic!("{error}"),
            },
        }
    };
    parsed(&String::from_utf8(bytes).expect("UTF-8"), end)
}

fn parsed(text: &str, end: End) -> Got {
    let Some((head, rest)) = text.split_once("\r\n\r\n") else {
        return Got { status: 0, head: text.to_owned(), body: String::new(), end };
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut got = Got {
        status: status.expect("a status"),
        head: head.to_owned(),
        body: rest.to_owned(),
        end,
    };
    let is_complete = match got.header("content-length") {
        Some(length) => length.parse() == Ok(rest.len()),
        None => {
            let (body, is_complete) = dechunked(rest);
            got.body = body;
            is_complete
        }
    };
    if is_complete {
        got.end = End::Complete;
    }
    got
}

/// The chunks of a body, and whether the last of them came.
fn dechunked(mut rest: &str) -> (String, bool) {
    let mut body = String::new();
    while let Some((length, tail)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).expect("the length of a chunk");
        if length == 0 {
            return (body, true);
        }
        body += &tail[..length];
        rest = &tail[length + 2..];
    }
    (body, false)
}
