//! The list of prices that the program brings along, `scenarios/models.yaml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::read;
use crate::data::PriceList;
use crate::kernel::lists::Named;

/// What models cost, as their providers listed it on a day.
#[derive(Debug)]
pub struct Catalogue(Vec<Provider>);

/// A model of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// Who asks that price.
    pub provider: &'a str,
    /// The model, as its provider calls it.
    pub model: &'a str,
    /// What it costs, with day and source.
    pub price: &'a PriceList,
}

#[derive(Debug)]
struct Provider {
    name: String,
    raw: RawProvider,
    models: Vec<(String, PriceList)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    as_of: String,
    providers: Named<RawProvider>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProvider {
    source: String,
    hosts: Vec<String>,
    prefixes: Vec<String>,
    #[serde(default)]
    elsewhere: bool,
    models: Named<PriceList>,
}

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    let (raw, complaints) = read::read_as(include_str!("../../scenarios/models.yaml"));
    let raw: Raw = raw.filter(|_| complaints.is_empty()).expect("a test reads the catalogue");
    Catalogue::of(raw)
});

impl Catalogue {
    /// The one that the program brings along. It is read when it is first needed.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Every model, in the order of the file.
    pub fn models(&self) -> impl Iterator<Item = Listed<'_>> {
        self.0.iter().flat_map(|provider| {
            provider.models.iter().map(|(model, price)| Listed {
                provider: &provider.name,
                model,
                price,
            })
        })
    }

    /// The price of a model that is asked at an address under a name; `None` where the catalogue
    /// has none. `scenarios/models.yaml` says how it is looked up. What is asked elsewhere than
    /// at its provider's own address is `assumed` to cost the same.
    pub fn price(&self, base_url: &str, name: &str) -> Option<PriceList> {
        let host = host(base_url);
        let here = self.0.iter().filter(|provider| provider.is_at(&host));
        if let Some(price) = here.filter_map(|provider| provider.price(name)).next() {
            return Some(price.clone());
        }
        let mut elsewhere = self.0.iter().filter(|provider| provider.raw.elsewhere);
        elsewhere.find_map(|provider| {
            let assumed = format!("the list price of {}, asked at {host}", provider.name);
            let price = provider.price(name)?.clone();
            Some(PriceList { assumed: Some(assumed), ..price })
        })
    }

    fn of(raw: Raw) -> Self {
        let Raw { as_of, providers } = raw;
        let provider = |(name, mut raw): (crate::kernel::Spanned<String>, RawProvider)| {
            let dated = |(model, price): (crate::kernel::Spanned<String>, PriceList)| {
                let (as_of, source) = (Some(as_of.clone()), Some(raw.source.clone()));
                (model.value, PriceList { as_of, source, ..price })
            };
            let models = std::mem::take(&mut raw.models.0).into_iter().map(dated).collect();
            Provider { name: name.value, raw, models }
        };
        Self(providers.0.into_iter().map(provider).collect())
    }
}

impl Provider {
    fn is_at(&self, host: &str) -> bool {
        self.raw.hosts.iter().any(|own| match own.starts_with('.') {
            true => host.ends_with(own.as_str()),
            false => host == own,
        })
    }

    fn price(&self, name: &str) -> Option<&PriceList> {
        let prefixed = name.split_once('/');
        let bare = prefixed.filter(|(prefix, _)| self.raw.prefixes.iter().any(|it| it == prefix));
        let bare = bare.map(|(_, name)| name);
        let names = [Some(name), bare, without_date(name), bare.and_then(without_date)];
        names.into_iter().flatten().find_map(|name| {
            self.models.iter().find(|(model, _)| model == name).map(|(_, price)| price)
        })
    }
}

/// The name of which this is a dated version: `m-2024-07-18` or `m-20240718`.
pub(super) fn without_date(name: &str) -> Option<&str> {
    let is_date = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.chars().zip(shape.chars()).all(|(c, of)| match of {
                '0' => c.is_ascii_digit(),
                _ => c == of,
            })
    };
    ["-0000-00-00", "-00000000"].into_iter().find_map(|shape| {
        let at = name.len().checked_sub(shape.len()).filter(|at| *at > 0)?;
        let date = name.get(at..)?;
        is_date(date, shape).then(|| &name[..at])
    })
}

/// `h.example` of `https://user@h.example:8080/v1`, in small letters.
fn host(base_url: &str) -> String {
    let behind_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_port = |port: &str| !port.contains(']') && port.bytes().all(|it| it.is_ascii_digit());
    let host = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |it| it.0);
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const MADE_UP: &str = "as_of: 2026-11-01
providers:
  First:
    source: its page
    hosts: [api.first.example, .first.cloud]
    prefixes: [first]
    elsewhere: true
    models:
      m: { input: 1, output: 2 }
      m-2024-05-13: { input: 5, output: 15 }
  Host:
    source: another page
    hosts: [api.host.example]
    prefixes: [host]
    models:
      m: { input: 3, output: 4 }
      maker/open: { input: 6, output: 7, up_to: 1000 }
";

    #[test]
    fn a_model_is_looked_up_by_its_name_and_no_further() {
        let catalogue = Catalogue::of(read::read_as(MADE_UP).0.unwrap());
        let [first, host, gateway] =
            ["https://api.first.example/v1", "https://API.host.example:443/v1/", "http://[::1]:80"];
        for (url, name, input, assumed) in [
            (first, "m", Some(1.0), false),
            (first, "first/m", Some(1.0), false),
            (first, "m-2024-07-18", Some(1.0), false),
            (first, "first/m-20240718", Some(1.0), false),
            (first, "m-2024-05-13", Some(5.0), false),
            (first, "first/m-2024-05-13", Some(5.0), false),
            ("https://eu.first.cloud/v1", "m", Some(1.0), false),
            ("https://first.cloud.evil.example/v1", "m", Some(1.0), true),
            (gateway, "m", Some(1.0), true),
            (gateway, "first/m", Some(1.0), true),
            (host, "m", Some(3.0), false),
            (host, "host/maker/open", Some(6.0), false),
            (host, "open", None, false),
            (gateway, "maker/open", None, false),
            (first, "M", None, false),
            (first, "other/m", None, false),
            (first, "m-mini", None, false),
            (first, "m-2024", None, false),
            (first, "m-latest", None, false),
            (first, "", None, false),
        ] {
            let price = catalogue.price(url, name);
            let found = price.as_ref().map(|price| f64::from(price.input));
            assert_eq!(found, input, "{name} at {url}");
            let is_assumed = price.as_ref().is_some_and(|price| price.assumed.is_some());
            assert_eq!(is_assumed, assumed, "{name} at {url}");
            if let Some(price) = price {
                assert_eq!(price.as_of.as_deref(), Some("2026-11-01"));
                assert!(price.source.unwrap().ends_with("page"));
            }
        }
    }

    #[test]
    fn the_shipped_catalogue_is_whole() {
        let text = include_str!("../../scenarios/models.yaml");
        let (raw, complaints) = read::read_as::<Raw>(text);
        assert!(raw.is_some() && complaints.is_empty(), "{complaints:?}");
        let models: Vec<Listed<'_>> = Catalogue::shipped().models().collect();
        assert!(models.len() >= 60, "{}", models.len());
        let names: BTreeSet<_> = models.iter().map(|one| (one.provider, one.model)).collect();
        assert_eq!(names.len(), models.len(), "a model stands twice");
        for Listed { model, price, .. } in models {
            let [input, output] = [price.input, price.output].map(f64::from);
            assert!(input > 0.0 && output >= input, "{model}");
            let cached = price.cached_input.map_or(0.0, f64::from);
            let written = price.cached_write.map_or(f64::INFINITY, f64::from);
            assert!(cached < input && written > input, "{model}");
        }
    }
}
