//! The address of a provider, the name of its key, and a request that is ready to be sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::provider::KeyLimits;

/// An address and the name of the environment variable that holds its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The address up to the version, say `https://api.example.com/v1`. Left out: the provider's
    /// own.
    #[serde(default, deserialize_with = "address")]
    pub base_url: String,
    /// The environment variable that holds the key. Left out: no key is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_env: Option<String>,
    /// The header that carries the key, such as Azure's `api-key`. Left out: the wire format's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_header: Option<String>,
    /// Headers sent with every request. They are written to files, so no secret belongs here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Fates that its models share beyond the provider: cloud, region, edge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// What all of its models together are asked at most.
    #[serde(default, skip_serializing_if = "KeyLimits::is_none")]
    pub limits: KeyLimits,
}

/// Nothing, or an address that can be asked.
fn address<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let known = ["http://", "https://"];
    if text.trim().is_empty() || known.iter().any(|scheme| text.starts_with(scheme)) {
        return Ok(text);
    }
    let wrong = format!("`{text}` begins with neither `http://` nor `https://`");
    Err(serde::de::Error::custom(wrong))
}

impl Access {
    /// The address of something behind the base. A query of the base stays the query.
    pub(super) fn url(&self, path: &str) -> String {
        let (base, query) = self.base_url.split_once('?').unwrap_or((&self.base_url, ""));
        let base = base.trim_end_matches('/');
        match (query, path.contains('?')) {
            ("", _) => format!("{base}{path}"),
            (query, true) => format!("{base}{path}&{query}"),
            (query, false) => format!("{base}{path}?{query}"),
        }
    }

    /// Whether its host ends with one of these.
    pub(super) fn host_ends_with(&self, ends: &[&str]) -> bool {
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
        ends.iter().any(|end| host.ends_with(end))
    }

    /// The same with an address that ends in a version: the default one where none is given, and
    /// with `version` added where the last part is none.
    pub(super) fn with_version(mut self, default: &str, version: Option<&str>) -> Self {
        if self.base_url.trim().is_empty() {
            default.clone_into(&mut self.base_url);
        }
        let last = self.base_url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let is_version = last.strip_prefix('v').is_some_and(|it| it.starts_with(char::is_numeric));
        if let (Some(version), false, false) = (version, is_version, self.base_url.contains('?')) {
            self.base_url = format!("{}/{version}", self.base_url.trim_end_matches('/'));
        }
        self
    }
}

/// A request that is ready to be sent. The key is no part of it, so that it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where to.
    pub url: String,
    /// The body, JSON.
    pub body: String,
}

impl HttpRequest {
    /// A request with parameters in the provider's own words laid over the body: tables are
    /// merged, anything else replaced.
    pub(super) fn new(url: String, body: &impl Serialize, extra: &Map<String, Value>) -> Self {
        let body = if extra.is_empty() {
            serde_json::to_string(body)
        } else {
            serde_json::to_value(body).map(|mut body| {
                merge(&mut body, extra);
                body.to_string()
            })
        };
        // Texts and numbers always serialise.
        Self { url, body: body.unwrap_or_default() }
    }
}

fn merge(body: &mut Value, extra: &Map<String, Value>) {
    for (name, value) in extra {
        match (body.get_mut(name), value) {
            (Some(old @ Value::Object(_)), Value::Object(new)) => merge(old, new),
            _ => body[name] = value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn access(base_url: &str) -> Access {
        serde_json::from_value(json!({ "base_url": base_url })).unwrap()
    }

    #[test]
    fn an_address_is_joined_whatever_it_ends_in() {
        for (base, path, url) in [
            ("http://h/v1", "/chat", "http://h/v1/chat"),
            ("http://h/v1/", "/chat", "http://h/v1/chat"),
            ("http://h/d/m?api-version=1", "/chat", "http://h/d/m/chat?api-version=1"),
            ("http://h?k=1", "/m:x?alt=sse", "http://h/m:x?alt=sse&k=1"),
        ] {
            assert_eq!(access(base).url(path), url);
        }
    }

    #[test]
    fn an_address_of_another_kind_is_refused() {
        for (base, is_right) in [
            ("", true),
            ("http://h/v1", true),
            ("https://h", true),
            ("htp://h", false),
            ("api.example.com/v1", false),
        ] {
            let read = serde_json::from_value::<Access>(json!({ "base_url": base }));
            assert_eq!(read.is_ok(), is_right, "{base}");
        }
    }

    #[test]
    fn a_version_is_added_only_where_there_is_none() {
        for (base, version, full) in [
            ("", Some("v1"), "https://default/v1"),
            ("http://h", Some("v1"), "http://h/v1"),
            ("http://h/", Some("v1beta"), "http://h/v1beta"),
            ("http://h/v1", Some("v1"), "http://h/v1"),
            ("http://h/v1beta/", Some("v1"), "http://h/v1beta/"),
            ("http://h/x", None, "http://h/x"),
        ] {
            let full_access = access(base).with_version("https://default/v1", version);
            assert_eq!(full_access.base_url, full, "{base}");
        }
    }

    #[test]
    fn own_words_are_laid_over_the_body() {
        let extra = json!({ "a": { "y": 2 }, "b": [3], "c": null });
        let body = json!({ "a": { "x": 1, "y": 1 }, "b": { "z": 1 } });
        let request = HttpRequest::new(String::new(), &body, extra.as_object().unwrap());
        assert_eq!(request.body, r#"{"a":{"x":1,"y":2},"b":[3],"c":null}"#);
    }
}
