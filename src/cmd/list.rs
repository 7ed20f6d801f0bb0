//! `list`: everything that a scenario can name.

use anyhow::Result;
use clap::{Args as ClapArgs, ValueEnum};

use super::Exit;
use super::outputs::print;
use crate::data::Failure;
use crate::exchange::export::Gateway;
use crate::fault::{OnWire, Process};
use crate::kernel::Price;
use crate::policy::Policy;
use crate::provider::Spec;
use crate::report::Format;
use crate::scenario::traffic::Traffic;
use crate::scenario::{Catalogue, GATES, Listed};
use crate::task::extract::Extract;
use crate::task::score::Score;
use crate::vote::{Rule, Ties};

/// List everything that a scenario can name, a line each.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// What to list. Left out: what can be listed.
    kind: Option<Kind>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Providers,
    Extractors,
    Scorers,
    Votes,
    Ties,
    Policies,
    Failures,
    Faults,
    Gates,
    Traffic,
    Imports,
    Exports,
    Reports,
    Models,
    Scenarios,
}

type Entry = (String, String);

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let entries = match args.kind {
        Some(kind) => entries(kind)?,
        None => Kind::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|kind| (kind.get_name().to_owned(), String::new()))
            .collect(),
    };
    let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, text): &Entry| format!("{name:width$}  {text}").trim_end().to_owned() + "\n";
    print(&entries.iter().map(line).collect::<String>())?;
    Ok(Exit::Done)
}

fn entries(kind: Kind) -> Result<Vec<Entry>> {
    Ok(match kind {
        Kind::Providers => own(Spec::kinds()),
        Kind::Extractors => own(Extract::kinds().iter().copied()),
        Kind::Scorers => own(Score::kinds().iter().copied()),
        Kind::Votes => own(Rule::kinds().iter().copied()),
        Kind::Ties => own(Ties::kinds()),
        Kind::Policies => own(Policy::kinds()),
        Kind::Failures => own(Failure::kinds().map(|(_, name, text)| (name, text))),
        Kind::Reports => own(Format::kinds().map(|(_, name, text)| (name, text))),
        Kind::Imports => own([("recorded", "Recorded answers, as JSONL, CSV or Parquet.")]),
        Kind::Scenarios => scenarios()?,
        Kind::Models => models(),
        Kind::Faults => own(Process::kinds().iter().chain(OnWire::kinds()).copied()),
        Kind::Gates => own(GATES),
        Kind::Exports => own(Gateway::kinds().map(|(_, name, text)| (name, text))),
        Kind::Traffic => own(Traffic::kinds().iter().copied()),
    })
}

fn own(kinds: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Entry> {
    kinds.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// The models whose prices the program brings along.
fn models() -> Vec<Entry> {
    let text = |Listed { provider, price, .. }: &Listed<'_>| {
        let dollars = |name: &str, price: Price| format!("${} {name}", f64::from(price));
        let parts = [
            Some(dollars("sent", price.input)),
            price.cached_input.map(|price| dollars("from cache", price)),
            price.cached_write.map(|price| dollars("to cache", price)),
            Some(dollars("received", price.output)),
            price.up_to.map(|most| format!("for prompts up to {most} tokens")),
            price.as_of.clone(),
            price.source.clone(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{provider}, a million tokens: {}", parts.join(", "))
    };
    let entry = |listed: Listed<'_>| (listed.model.to_owned(), text(&listed));
    Catalogue::shipped().models().map(entry).collect()
}

/// The list of prices, which lies among the scenarios and is none.
const PRICES: &str = "scenarios/models.yaml";

/// The scenario files under `scenarios/`, each with its first comment.
fn scenarios() -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("scenarios")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml")
                && path != std::path::Path::new(PRICES)
            {
                let text = std::fs::read_to_string(&path)?;
                let comment = text.lines().find_map(|line| line.strip_prefix("# "));
                found.push((path.display().to_string(), comment.unwrap_or("").to_owned()));
            }
        }
    }
    found.sort();
    Ok(found)
}
