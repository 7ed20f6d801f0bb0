//! `store list`: what is kept, by provider and model.

use anyhow::Result;
use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Place, size};
use crate::cmd::Exit;
use crate::cmd::outputs::print;
use crate::kernel::{Tokens, Usd};
use crate::store::Holding;

/// List what is kept, by provider and model.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench store list my.yaml
  quorumbench store list --store answers.sqlite --json | jq 'map(.cost_usd) | add'

Tokens and dollars are those of the answers that tell them. `> $1.2000` means that some answers
cost an amount that is not known.")]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,

    /// Print a JSON list, a table a model.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let store = args.place.open()?;
    let holdings = store.holdings()?;
    if args.json {
        let rows: Vec<Row<'_>> = holdings.iter().map(Row::of).collect();
        print(&(serde_json::to_string_pretty(&rows)? + "\n"))?;
    } else {
        print(&(table(&holdings) + &format!("file: {}\n", size(store.size()?))))?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Row<'a> {
    kind: Option<&'a str>,
    base_url: Option<&'a str>,
    model: &'a str,
    answers: u64,
    failures: &'a std::collections::BTreeMap<String, u64>,
    attempts: u64,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    cost_usd: Option<f64>,
    answers_without_cost: u64,
    bytes: u64,
    oldest: Option<&'a str>,
    newest: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(holding: &'a Holding) -> Self {
        Self {
            kind: holding.kind.as_deref(),
            base_url: holding.base_url.as_deref(),
            model: &holding.model,
            answers: holding.n_answers,
            failures: &holding.failures,
            attempts: holding.n_attempts,
            prompt_tokens: holding.prompt_tokens.map(|tokens| tokens.0),
            completion_tokens: holding.completion_tokens.map(|tokens| tokens.0),
            cost_usd: holding.cost.map(Usd::dollars),
            answers_without_cost: holding.n_without_cost,
            bytes: holding.bytes,
            oldest: holding.oldest.as_deref(),
            newest: holding.newest.as_deref(),
        }
    }
}

const HEADER: [&str; 10] = [
    "model",
    "address",
    "from",
    "to",
    "answers",
    "failures",
    "sent tokens",
    "received",
    "cost",
    "size",
];
/// Columns of words, which stand left; the others are numbers.
const WORDS: usize = 4;

fn table(holdings: &[Holding]) -> String {
    let mut lines = vec![HEADER.map(str::to_owned)];
    lines.extend(holdings.iter().map(line));
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0))
        .collect();
    let text = |line: &[String; 10]| {
        let fields = line.iter().zip(&widths).enumerate().map(|(at, (field, width))| match at {
            0..WORDS => format!("{field:width$}"),
            _ => format!("{field:>width$}"),
        });
        fields.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut table: String = lines.iter().map(text).collect();
    for holding in holdings.iter().filter(|holding| !holding.failures.is_empty()) {
        let kinds = holding.failures.iter().map(|(kind, n)| format!("{n} {kind}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        table += &format!("failures of {}: {kinds}\n", holding.model);
    }
    table
}

fn line(holding: &Holding) -> [String; 10] {
    let unknown = || "unknown".to_owned();
    let day = |time: &Option<String>| {
        time.as_ref().map_or_else(unknown, |time| time.chars().take(10).collect())
    };
    let tokens = |tokens: Option<Tokens>| tokens.map_or_else(unknown, |it| it.0.to_string());
    let cost = match holding.cost {
        Some(cost) if holding.n_without_cost > 0 => format!("> {cost}"),
        Some(cost) => cost.to_string(),
        None => unknown(),
    };
    [
        holding.model.clone(),
        holding.base_url.clone().unwrap_or_else(unknown),
        day(&holding.oldest),
        day(&holding.newest),
        holding.n_answers.to_string(),
        holding.failures.values().sum::<u64>().to_string(),
        tokens(holding.prompt_tokens),
        tokens(holding.completion_tokens),
        cost,
        size(holding.bytes),
    ]
}
