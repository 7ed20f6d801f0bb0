//! The one HTTP client: sends a question, times it, and names what went wrong.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{ClientBuilder, RequestBuilder, Url, Version};

use crate::data::Failure;
use crate::kernel::Micros;
use crate::provider::anthropic::VERSION;
use crate::provider::span::{Attempt, Label, Server};
use crate::provider::{Access, Advice, Chat, ChatReply, Endpoint, HttpRequest, Reader};

/// One attempt: what came over the wire, however bad, with the time that it took.
#[derive(Debug)]
pub struct Exchange {
    /// The reply, or what came instead of it.
    pub result: Result<ChatReply, Failure>,
    /// The status, where there was a response.
    pub status: Option<u16>,
    /// The provider's own words of a failure, without the key.
    pub detail: Option<String>,
    /// What the provider says about asking again.
    pub advice: Advice,
    /// From sending to the first text, where the reply was streamed.
    pub ttft: Option<Micros>,
    /// From sending to the last byte, or to the failure.
    pub latency: Micros,
    /// Whether the response came to its own end, as far as HTTP can tell.
    pub whole: bool,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The TLS or connector set-up failed.
    #[error("set up the HTTP client")]
    Build(#[source] reqwest::Error),
    /// The environment variable that should hold a key is not set.
    #[error("the environment variable {name} is not set; it should hold the key of {base_url}")]
    NoKey {
        /// The variable.
        name: String,
        /// The address that the key is for.
        base_url: String,
    },
    /// A header, or the key in one, can't be sent.
    #[error("the header `{name}` for {base_url} can't be sent: its name or value is not allowed")]
    Header {
        /// The header.
        name: String,
        /// The address that it is for.
        base_url: String,
    },
}

/// Keeps connections open and shares them among all models.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
}

/// A client for one provider.
#[derive(Clone)]
pub struct Line {
    client: Client,
    endpoint: Endpoint,
    headers: HeaderMap,
    /// Never printed.
    key: Option<String>,
    server: Server,
    /// Where the first question went; nearly always, all others go there too.
    url: OnceCell<(String, Option<Url>)>,
}

/// The longest part of a failed response that is kept, in characters.
const DETAIL: usize = 400;

/// Some servers close a connection behind a stream without announcing it. They do so at once, and
/// whoever asks on it before that is noticed loses the question.
const BEHIND_A_STREAM: Duration = Duration::from_millis(1);

/// The longest that a connection may take to open.
const CONNECT: Duration = Duration::from_secs(10);

impl Client {
    /// A client without a cookie or redirect of its own, for any address.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new() -> Result<Self, ClientError> {
        Self::with(|builder| builder)
    }

    /// A client for these providers. Where all of them are on this machine and none is asked over
    /// TLS, it trusts nobody and looks for no proxy: reading whom the system trusts takes longer
    /// than many an answer from here.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn of<'e>(endpoints: impl IntoIterator<Item = &'e Endpoint>) -> Result<Self, ClientError> {
        match endpoints.into_iter().all(is_plain_and_here) {
            true => Self::with(|builder| builder.tls_certs_only([]).no_proxy()),
            false => Self::new(),
        }
    }

    fn with(trusting: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Self, ClientError> {
        // A second installation fails, and means that somebody else installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let inner = trusting(reqwest::Client::builder())
            .user_agent(concat!("quorumbench/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .build()
            .map_err(ClientError::Build)?;
        Ok(Self { inner })
    }

    /// A line to one provider, with its key read from the environment.
    ///
    /// # Errors
    /// When the variable that should hold the key is not set, or a header can't be sent.
    pub fn line(&self, endpoint: &Endpoint) -> Result<Line, ClientError> {
        let access = endpoint.access();
        let key = access.api_key_env.as_ref().map(|name| {
            let key = std::env::var(name).ok().filter(|key| !key.trim().is_empty());
            let base_url = access.base_url.clone();
            key.ok_or_else(|| ClientError::NoKey { name: name.clone(), base_url })
        });
        let key = key.transpose()?;
        let headers = headers(endpoint, key.as_deref())?;
        let (server, url) = (server(endpoint), OnceCell::new());
        Ok(Line { client: self.clone(), endpoint: endpoint.clone(), headers, key, server, url })
    }
}

fn is_plain_and_here(endpoint: &Endpoint) -> bool {
    let url = Url::parse(&endpoint.access().base_url).ok().filter(|url| url.scheme() == "http");
    let host = url.as_ref().and_then(Url::host_str);
    let is_here = |host: &str| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|it| it.is_loopback())
    };
    host.is_some_and(is_here)
}

fn server(endpoint: &Endpoint) -> Server {
    let url = Url::parse(&endpoint.access().base_url).ok();
    let port = url.as_ref().and_then(Url::port_or_known_default);
    Server::new(endpoint, url.as_ref().and_then(Url::host_str), port)
}

fn headers(endpoint: &Endpoint, key: Option<&str>) -> Result<HeaderMap, ClientError> {
    let access = endpoint.access();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let usual = match endpoint {
        Endpoint::Openai(_) | Endpoint::OpenaiResponses(_) => "authorization",
        Endpoint::Anthropic(_) => "x-api-key",
        Endpoint::Gemini(_) => "x-goog-api-key",
    };
    if let Endpoint::Anthropic(_) = endpoint {
        headers.insert(VERSION.0, HeaderValue::from_static(VERSION.1));
    }
    for (name, value) in &access.headers {
        insert(&mut headers, access, name, value)?;
    }
    if let Some(key) = key {
        let name = access.api_key_header.as_deref().unwrap_or(usual);
        let bearer = name.eq_ignore_ascii_case("authorization").then(|| format!("Bearer {key}"));
        insert(&mut headers, access, name, bearer.as_deref().unwrap_or(key))?;
    }
    Ok(headers)
}

fn insert(
    headers: &mut HeaderMap,
    access: &Access,
    name: &str,
    value: &str,
) -> Result<(), ClientError> {
    let parsed = name.parse::<HeaderName>().ok().zip(HeaderValue::from_str(value).ok());
    let (parsed, mut value) = parsed.ok_or_else(|| ClientError::Header {
        name: name.to_owned(),
        base_url: access.base_url.clone(),
    })?;
    value.set_sensitive(true);
    headers.insert(parsed, value);
    Ok(())
}

impl Line {
    /// Asks once and waits for the whole response, at most `timeout`. The call is a span of its
    /// own, which the label tells apart from others.
    pub async fn ask(&self, chat: &Chat<'_>, timeout: Duration, label: &Label<'_>) -> Exchange {
        let attempt = Attempt::begin(&self.server, chat, label);
        let exchange = self.send(chat, timeout).await;
        attempt.end(&exchange, |words| self.redacted(words));
        exchange
    }

    #[expect(clippy::disallowed_methods, reason = "the wire is where real time is measured")]
    async fn send(&self, chat: &Chat<'_>, timeout: Duration) -> Exchange {
        let request = self.endpoint.encode(chat);
        let start = Instant::now();
        let since = || Micros(start.elapsed().as_micros() as u64);
        let mut exchange = Exchange {
            result: Err(Failure::Other),
            status: None,
            detail: None,
            advice: Advice::default(),
            ttft: None,
            latency: Micros(0),
            whole: false,
        };
        match self.request(request, timeout).send().await {
            Ok(response) => {
                let is_shared = response.version() >= Version::HTTP_2;
                let was_stream = self.read(response, &mut exchange, &since).await;
                exchange.latency = since();
                if was_stream && !is_shared {
                    tokio::time::sleep(BEHIND_A_STREAM).await;
                }
            }
            Err(error) => {
                exchange.fail(failure_of(&error), &self.words(error));
                exchange.latency = since();
            }
        }
        exchange
    }

    fn request(&self, request: HttpRequest, timeout: Duration) -> RequestBuilder {
        let client = &self.client.inner;
        let first = self.url.get_or_init(|| (request.url.clone(), Url::parse(&request.url).ok()));
        let to = match first {
            (text, Some(url)) if *text == request.url => client.post(url.clone()),
            // What is no address fails when it is sent.
            _ => client.post(request.url),
        };
        to.headers(self.headers.clone()).timeout(timeout).body(request.body)
    }

    /// Reads a response to its end; returns whether it was a stream.
    async fn read(
        &self,
        mut response: reqwest::Response,
        exchange: &mut Exchange,
        since: impl Fn() -> Micros,
    ) -> bool {
        let status = response.status().as_u16();
        exchange.status = Some(status);
        let headers = std::mem::take(response.headers_mut());
        // A dozen is looked for among a few, which takes less than hashing each name.
        let header = |name: &str| {
            let (_, value) = headers.iter().find(|(known, _)| known.as_str() == name)?;
            value.to_str().ok()
        };
        let is_stream =
            header("content-type").is_some_and(|it| it.starts_with("text/event-stream"));
        let mut reader = Reader::new(&self.endpoint, status, is_stream);
        let mut last = String::new();
        let broken = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    if let Err(failure) = reader.push(&bytes) {
                        last = String::from_utf8_lossy(&bytes).into_owned();
                        break Some((failure, None));
                    }
                    if exchange.ttft.is_none() && reader.has_text() {
                        exchange.ttft = Some(since());
                    }
                }
                Ok(None) => break None,
                Err(error) if error.is_timeout() => break Some((Failure::TimedOut, Some(error))),
                Err(error) if reader.is_stream() => break Some((Failure::CutStream, Some(error))),
                Err(error) => break Some((Failure::Reset, Some(error))),
            }
        };
        if let Some((failure, error)) = broken {
            let words = error.map_or(last, |error| self.words(error));
            exchange.fail(failure, &self.redacted(&words));
            return reader.is_stream();
        }
        exchange.whole = true;
        exchange.advice = Advice::of(header, (status != 200).then(|| reader.body()));
        exchange.result = reader.finish();
        if exchange.result.is_err() {
            let words = String::from_utf8_lossy(reader.body());
            exchange.detail = Some(shortened(&self.redacted(&words)));
        }
        reader.is_stream()
    }

    /// A text without the key, should a provider have sent it back.
    fn redacted(&self, text: &str) -> String {
        match &self.key {
            Some(key) => text.replace(key.as_str(), "[key]"),
            None => text.to_owned(),
        }
    }

    /// What an error says, with what caused it. The address may hold a secret, so it is left out.
    fn words(&self, error: reqwest::Error) -> String {
        let error = error.without_url();
        let mut words = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            words += &format!(": {inner}");
            cause = inner.source();
        }
        self.redacted(&words)
    }
}

impl Exchange {
    fn fail(&mut self, failure: Failure, words: &str) {
        self.result = Err(failure);
        self.detail = Some(shortened(words));
    }
}

fn shortened(words: &str) -> String {
    words.chars().take(DETAIL).collect()
}

fn failure_of(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_connect() {
        Failure::RefusedConnection
    } else if error.is_builder() {
        Failure::InvalidRequest
    } else {
        Failure::Reset
    }
}
