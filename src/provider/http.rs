//! The one HTTP client: sends a request, times it, and names what went wrong.

use std::time::{Duration, Instant};

use crate::data::Failure;
use crate::kernel::Micros;
use crate::provider::{Access, HttpRequest};

/// A response as it came over the wire, however bad, with the time that it took.
#[derive(Debug)]
pub struct Exchange {
    /// Status and body, or what came instead of them.
    pub result: Result<(u16, Vec<u8>), Failure>,
    /// From sending to the last byte, or to the failure.
    pub latency: Micros,
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
}

/// Keeps connections open and shares them among all models.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
}

/// A key, which is never printed.
#[derive(Clone)]
struct Secret(String);

/// A client for one provider.
#[derive(Clone)]
pub struct Line {
    client: Client,
    key: Option<Secret>,
}

impl Client {
    /// A client without a proxy, cookie or redirect of its own.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new() -> Result<Self, ClientError> {
        // A second installation fails, and means that somebody else installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let inner = reqwest::Client::builder()
            .user_agent(concat!("quorumbench/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()
            .map_err(ClientError::Build)?;
        Ok(Self { inner })
    }

    /// A line to one provider, with its key read from the environment.
    ///
    /// # Errors
    /// When the variable that should hold the key is not set.
    pub fn line(&self, access: &Access) -> Result<Line, ClientError> {
        let key = access.api_key_env.as_ref().map(|name| {
            std::env::var(name).map(Secret).map_err(|_| ClientError::NoKey {
                name: name.clone(),
                base_url: access.base_url.clone(),
            })
        });
        Ok(Line { client: self.clone(), key: key.transpose()? })
    }
}

impl Line {
    /// Sends once and waits for the whole response, at most `timeout`.
    #[expect(clippy::disallowed_methods, reason = "the wire is where real time is measured")]
    pub async fn send(&self, request: HttpRequest, timeout: Duration) -> Exchange {
        let start = Instant::now();
        let result = self.exchange(request, timeout).await;
        Exchange { result, latency: Micros(start.elapsed().as_micros() as u64) }
    }

    /// A text without the key, should a provider have sent it back.
    pub fn redacted(&self, text: &str) -> String {
        match &self.key {
            Some(Secret(key)) if !key.is_empty() => text.replace(key.as_str(), "[key]"),
            _ => text.to_owned(),
        }
    }

    async fn exchange(
        &self,
        request: HttpRequest,
        timeout: Duration,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let mut builder = self.client.inner.post(request.url).timeout(timeout);
        if let Some(Secret(key)) = &self.key {
            builder = builder.bearer_auth(key);
        }
        let response = builder
            .header("content-type", "application/json")
            .body(request.body)
            .send()
            .await
            .map_err(|error| failure_of(&error))?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| failure_of(&error))?;
        Ok((status, body.to_vec()))
    }
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
