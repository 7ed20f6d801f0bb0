//! What each candidate costs: what the scenario says, else its file of prices, else the catalogue.

use super::catalogue::{Catalogue, without_date};
use super::plan::{Candidate, Source};
use super::read::{self, Complaint};
use crate::data::PriceList;
use crate::kernel::ModelId;
use crate::kernel::lists::Named;

/// The prices of a file that a scenario names: a table by model, as a scenario writes `price`, or
/// as Inspect's `--model-cost-config` takes it.
#[derive(Debug, Default)]
pub(super) struct PriceFile(Vec<(String, PriceList)>);

/// A model that is called alike by several entries of different prices.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ambiguous {
    pub(super) model: ModelId,
    pub(super) message: String,
}

impl PriceFile {
    /// Reads the text of a file, with every mistake in it.
    pub(super) fn read(text: &str) -> (Self, Vec<Complaint>) {
        let (prices, complaints) = read::read_as::<Named<PriceList>>(text);
        let prices = prices.unwrap_or_default().0.into_iter();
        (Self(prices.map(|(model, price)| (model.value, price)).collect()), complaints)
    }

    /// The price of a model by the first of its names that an entry has, as it is or behind the
    /// name of a provider and a slash.
    ///
    /// # Errors
    /// The entries, where several of different prices have it behind a slash.
    fn price(&self, names: &[&str]) -> Result<Option<&PriceList>, Vec<&str>> {
        for name in names {
            if let Some((_, price)) = self.0.iter().find(|(key, _)| key == name) {
                return Ok(Some(price));
            }
            let bare = |key: &str| key.split_once('/').is_some_and(|(_, bare)| bare == *name);
            let found: Vec<_> = self.0.iter().filter(|(key, _)| bare(key)).collect();
            if let Some((_, price)) = found.first() {
                return match found.iter().all(|(_, other)| other == price) {
                    true => Ok(Some(price)),
                    false => Err(found.iter().map(|(key, _)| key.as_str()).collect()),
                };
            }
        }
        Ok(None)
    }
}

/// Gives every candidate without a price that of the file, and live ones without one there that
/// of the catalogue. A model goes by what its provider calls it, then by its name in the scenario,
/// then by the first without a provider's name before it, without a date behind it, without both.
pub(super) fn settle(candidates: &mut [Candidate], file: Option<&PriceFile>) -> Vec<Ambiguous> {
    let mut ambiguous = Vec::new();
    for candidate in candidates.iter_mut().filter(|candidate| candidate.price.is_none()) {
        let id = candidate.id.as_str();
        let (url, name) = match &candidate.source {
            Source::Live { endpoint, name } => (Some(&endpoint.access().base_url), name.as_str()),
            Source::Recorded => (None, id),
        };
        let bare = name.split_once('/').map(|(_, bare)| bare);
        let names = [Some(name), Some(id), bare, without_date(name), bare.and_then(without_date)];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let of_catalogue = || Catalogue::shipped().price(url?, name);
        let price = match file.map_or(Ok(None), |file| file.price(&names)) {
            Ok(Some(price)) => Some(price.clone()),
            Ok(None) => of_catalogue(),
            Err(keys) => {
                let keys = keys.join("`, `");
                let message = format!("`{id}` may be any of `{keys}` in the file of prices");
                ambiguous.push(Ambiguous { model: candidate.id.clone(), message });
                None
            }
        };
        candidate.price = price;
    }
    ambiguous
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSPECT: &str = "
one/m: { input: 1, output: 2, input_cache_write: 1.25, input_cache_read: 0.1 }
two/m: { input: 2, output: 3, input_cache_write: 0, input_cache_read: 0 }
one/same: { input: 5, output: 5, input_cache_write: 5, input_cache_read: 5 }
two/same: { input: 5, output: 5, input_cache_write: 5, input_cache_read: 5 }
host/maker/open: { input: 4, output: 4, input_cache_write: 4, input_cache_read: 4 }
";

    #[test]
    fn a_price_of_a_file_is_found_by_name_with_or_without_its_provider() {
        let (file, complaints) = PriceFile::read(INSPECT);
        assert!(complaints.is_empty(), "{complaints:?}");
        for (names, expected) in [
            (&["one/m"][..], Ok(Some(1.0))),
            (&["two/m", "one/m"], Ok(Some(2.0))),
            (&["same"], Ok(Some(5.0))),
            (&["maker/open"], Ok(Some(4.0))),
            (&["open"], Ok(None)),
            (&["nobody", "two/m"], Ok(Some(2.0))),
            (&["m"], Err(2)),
            (&[], Ok(None)),
        ] {
            let found = file.price(names).map(|it| it.map(|price| f64::from(price.input)));
            assert_eq!(found.map_err(|keys| keys.len()), expected, "{names:?}");
        }
    }

    #[test]
    fn every_mistake_in_a_file_of_prices_is_told_and_the_rest_is_read() {
        let text = "a: { input: 1 }\nb: { input: 1, output: -2 }\nc: { input: 1, output: 2 }\n\
                    d: { input: 1, output: 2, cashed_input: 1 }\nc: { input: 9, output: 9 }\n";
        let (file, complaints) = PriceFile::read(text);
        let told: Vec<&str> = complaints.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(told.len(), 4, "{told:?}");
        for (message, part) in std::iter::zip(
            &told,
            ["`c` stands twice", "`output` is missing", "-2 is not a price", "`cashed_input`"],
        ) {
            assert!(message.contains(part), "{part}: {message}");
        }
        let input = file.price(&["c"]).unwrap().map(|price| f64::from(price.input));
        assert_eq!(input, Some(1.0));
        assert!(PriceFile::read("").1.is_empty() && PriceFile::read("[1]").1.len() == 1);
    }
}
