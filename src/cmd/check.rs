//! `check`: says everything that is wrong with a scenario, or what it would do and cost.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::exit::Invalid;
use super::inputs::Input;
use super::outputs::print;
use crate::data::{PriceList, Recorded, Usage};
use crate::engine::collect::{CHARACTERS_A_TOKEN_AT_LEAST, Questions};
use crate::engine::evaluate;
use crate::kernel::{ModelId, Tokens, Usd};
use crate::policy::Policy;
use crate::scenario::{self, Loaded, Opened, Plan};

/// Say everything that is wrong with a scenario. Nobody is asked.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench check my.yaml           every mistake at once, or what it is made of
  quorumbench check my.yaml --plan    the resolved plan, and what asking would cost
  quorumbench check suite.yaml        every mistake in every scenario of a suite")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Print the resolved plan as YAML, with calls, tokens and dollars that it would cost.
    #[arg(long)]
    plan: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let scenarios = match scenario::open(&args.input.scenario).map_err(Invalid)? {
        Opened::Scenario(loaded) => vec![*loaded],
        Opened::Suite(suite) => suite.scenarios,
    };
    let mut text = String::new();
    for loaded in scenarios {
        text += &checked(&args.input.prepared(loaded)?, args.plan)?;
    }
    print(&text)?;
    Ok(Exit::Done)
}

/// What there is to say of a scenario without a mistake.
fn checked(loaded: &Loaded, with_plan: bool) -> Result<String> {
    let Loaded { plan, recordings, doubts } = loaded;
    let rows: Vec<&Recorded> = recordings.iter().flat_map(|recording| &recording.rows).collect();
    evaluate::judgeable(plan, &rows).context("judge the answers")?;
    let questions = Questions::new(plan, 1).context("make the prompts")?;
    let written = if with_plan { plan.to_yaml() } else { String::new() };
    let doubts: String = doubts.iter().map(|doubt| format!("# to doubt: {doubt}\n")).collect();
    Ok(written + &outline(plan) + &cost(plan, &questions) + &about_answers(plan) + &doubts)
}

fn outline(plan: &Plan) -> String {
    let n_items: usize = plan.tasks.iter().map(|task| task.items.len()).sum();
    format!(
        "# {}: {}, {}, {}, {} beside them\n",
        plan.name,
        counted(plan.tasks.len(), "task", "tasks"),
        counted(n_items, "item", "items"),
        counted(plan.candidates.len(), "model", "models"),
        counted(plan.policies.len(), "policy", "policies"),
    )
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What asking everything once would take, as comments behind the plan.
fn cost(plan: &Plan, questions: &Questions<'_>) -> String {
    if questions.is_empty() {
        let n_made_up = plan.candidates.iter().filter(|one| one.synthetic.is_some()).count();
        let how = match n_made_up {
            0 => "recorded",
            n if n == plan.candidates.len() => "made up",
            _ => "recorded or made up",
        };
        return format!("# every answer is {how}; nobody would be asked\n");
    }
    let mut text = format!(
        "# asking everything once, tokens sent reckoned at {CHARACTERS_A_TOKEN_AT_LEAST} \
         characters each, as `--max-cost` does:\n"
    );
    for (candidate, characters) in questions.sizes() {
        let sent = |characters: &u64| Tokens(characters.div_ceil(CHARACTERS_A_TOKEN_AT_LEAST));
        let each: Vec<Tokens> = characters.iter().map(sent).collect();
        let (n_calls, n_sent) = (each.len(), each.iter().map(|tokens| tokens.0).sum::<u64>());
        let most = candidate.sampling.max_tokens.map(Tokens);
        let cost = |price: &PriceList| -> Option<Usd> {
            let usage =
                |sent: &Tokens| Some(Usage { sent: *sent, received: most?, ..Usage::default() });
            each.iter().map(|sent| price.cost(usage(sent)?)).sum()
        };
        let dollars = candidate.price.as_ref().and_then(cost);
        let received = most.map(|most| most.0 * n_calls as u64);
        let received = received
            .map_or("unknown, without max_tokens,".into(), |most| format!("at most {most}"));
        // Not "at most": what a provider puts around a prompt is not known, nor its tokens.
        let dollars = dollars.map_or("unknown".into(), |most: Usd| format!("up to about {most}"));
        // Writing to a text can't fail.
        let _ = writeln!(
            text,
            "#   {}: {}, about {n_sent} tokens sent, {received} received, \
             cost {dollars}{}",
            candidate.id,
            counted(n_calls, "call", "calls"),
            candidate.price.as_ref().map(origin).unwrap_or_default(),
        );
    }
    text
}

/// What policies ask about answers, which are not there yet.
fn about_answers(plan: &Plan) -> String {
    let n_items: usize = plan.tasks.iter().map(|task| task.items.len()).sum();
    let mut text = String::new();
    for (name, policy) in &plan.policies {
        let mut of: BTreeMap<ModelId, usize> = BTreeMap::new();
        let times = match policy {
            Policy::Cascade(it) if it.asks_about_every_answer() => plan.candidates.len(),
            _ => 1 + policy.n_without(),
        };
        for by in policy.asks_about_answers() {
            *of.entry(by).or_default() += n_items * times;
        }
        for (by, n) in of {
            // Writing to a text can't fail.
            let _ = writeln!(
                text,
                "#   {name}: up to {n} questions more to {by}, made of answers, each of which it \
                 shows"
            );
        }
    }
    text
}

/// When and where a price is from, as far as that is known.
fn origin(price: &PriceList) -> String {
    let of = price.as_of.as_ref().map(|day| format!("of {day}"));
    let from = price.source.as_ref().map(|source| format!("from {source}"));
    let assumed = price.assumed.as_ref().map(|why| format!("assumed: {why}"));
    let parts: Vec<String> = [of, from, assumed].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" (prices {})", parts.join(", ")) }
}
