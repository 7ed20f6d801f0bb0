//! `store prune`: takes answers out of the store.

use std::str::FromStr;

use anyhow::{Context, Result};
use chrono::{SecondsFormat, TimeDelta, Utc};
use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Place, size};
use crate::cmd::Exit;
use crate::cmd::outputs::print;
use crate::store::{Pruned, Pruning};

/// Take answers out of the store, so that they are asked for again. What all the conditions name
/// goes.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench store prune my.yaml --failures --dry-run    how many failures there are
  quorumbench store prune my.yaml --model mini --older-than 30d
  quorumbench store prune --store answers.sqlite --older-than 8w")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    which: Which,

    /// Say what would go, and keep it.
    #[arg(long)]
    dry_run: bool,

    /// Print what went as JSON.
    #[arg(long)]
    json: bool,
}

/// The conditions, of which there has to be one.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = true)]
struct Which {
    /// Answers of this model, as the scenario or its provider calls it.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// Failures only.
    #[arg(long)]
    failures: bool,

    /// What came longer ago than this: 12h, 30d or 8w. What has no time stays.
    #[arg(long, value_name = "AGE")]
    older_than: Option<Age>,
}

#[derive(Serialize)]
struct Told {
    answers: u64,
    failures: u64,
    bytes: u64,
    dry_run: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let store = args.place.open()?;
    let before = match args.which.older_than {
        Some(Age(age)) => {
            let then = Utc::now().checked_sub_signed(age).context("look back that far")?;
            Some(then.to_rfc3339_opts(SecondsFormat::Secs, true))
        }
        None => None,
    };
    let Which { model, failures, .. } = &args.which;
    let pruning = Pruning { model: model.clone(), failures: *failures, before };
    let Pruned { n_answers, n_failures, bytes } = match args.dry_run {
        true => store.would_prune(&pruning)?,
        false => store.prune(&pruning)?,
    };
    if args.json {
        let dry_run = args.dry_run;
        let told = Told { answers: n_answers, failures: n_failures, bytes, dry_run };
        print(&(serde_json::to_string_pretty(&told)? + "\n"))?;
    } else {
        let went = if args.dry_run { "would go" } else { "gone" };
        let of = size(bytes);
        print(&format!("{went}: {n_answers} answers and {n_failures} failures, {of}\n"))?;
    }
    Ok(Exit::Done)
}

/// A length of time in hours, days or weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Age(TimeDelta);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hours = |unit: char| match unit {
            'h' => Some(1),
            'd' => Some(24),
            'w' => Some(7 * 24),
            _ => None,
        };
        let parsed = || {
            let (at, unit) = text.char_indices().next_back()?;
            let number: u32 = text[..at].parse().ok()?;
            TimeDelta::try_hours(i64::from(number).checked_mul(hours(unit)?)?)
        };
        parsed().map(Self).ok_or_else(|| "write it as 12h, 30d or 8w".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_whole_number_of_hours_days_or_weeks() {
        for (text, hours) in [
            ("12h", Some(12)),
            ("30d", Some(720)),
            ("8w", Some(1344)),
            ("0d", Some(0)),
            ("30", None),
            ("d", None),
            ("", None),
            ("-1d", None),
            ("1.5d", None),
            ("30 d", None),
            ("1m", None),
            ("9999999999d", None),
            ("3\u{fc}", None),
        ] {
            let age = text.parse::<Age>().ok().map(|Age(age)| age.num_hours());
            assert_eq!(age, hours, "{text}");
        }
    }
}
