//! `check`: says everything that is wrong with a scenario, or what it would do and cost.

use std::fmt::Write;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::Exit;
use super::inputs::Input;
use super::outputs::print;
use crate::data::Recorded;
use crate::engine::collect::{self, Question};
use crate::engine::evaluate;
use crate::kernel::{Tokens, Usd};
use crate::scenario::Plan;

/// Characters of a prompt per token, roughly, in English.
const CHARACTERS_A_TOKEN: u64 = 4;

/// Say everything that is wrong with a scenario. Nobody is asked.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench check my.yaml           every mistake at once, or what it is made of
  quorumbench check my.yaml --plan    the resolved plan, and what asking would cost")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Print the resolved plan as YAML, with calls, tokens and dollars that it would cost.
    #[arg(long)]
    plan: bool,
}

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let loaded = args.input.load(&[])?;
    let rows: Vec<&Recorded> =
        loaded.recordings.iter().flat_map(|recording| &recording.rows).collect();
    evaluate::judgeable(&loaded.plan, &rows).context("judge the answers")?;
    let plan = loaded.plan;
    let questions = collect::questions(&plan, 1).context("make the prompts")?;
    let mut text = String::new();
    if args.plan {
        text += &plan.to_yaml();
    }
    text += &outline(&plan);
    text += &cost(&plan, &questions);
    print(&text)?;
    Ok(Exit::Done)
}

fn outline(plan: &Plan) -> String {
    let n_items: usize = plan.tasks.iter().map(|task| task.items.len()).sum();
    format!(
        "# {}: {} tasks, {} items, {} models, {} policies beside them\n",
        plan.name,
        plan.tasks.len(),
        n_items,
        plan.candidates.len(),
        plan.policies.len(),
    )
}

/// What asking everything once would take, as comments behind the plan.
fn cost(plan: &Plan, questions: &[Question]) -> String {
    if questions.is_empty() {
        return "# every answer is recorded; nobody would be asked\n".into();
    }
    let mut text =
        String::from("# asking everything once, tokens sent estimated at 4 characters each:\n");
    for candidate in &plan.candidates {
        let own: Vec<&Question> = questions.iter().filter(|it| it.model == candidate.id).collect();
        if own.is_empty() {
            continue;
        }
        let characters: usize = own
            .iter()
            .flat_map(|question| &question.chat.messages)
            .map(|message| message.content.chars().count())
            .sum();
        let sent = Tokens((characters as u64).div_ceil(CHARACTERS_A_TOKEN));
        let most = candidate.sampling.max_tokens.map(|most| Tokens(most * own.len() as u64));
        let dollars = candidate
            .price
            .as_ref()
            .zip(most)
            .map(|(price, most)| price.cost(sent, Tokens(0), most));
        let received = most.map_or("unknown".into(), |most| format!("at most {}", most.0));
        let dollars = dollars.map_or("unknown".into(), |most: Usd| format!("at most {most}"));
        // Writing to a text can't fail.
        let _ = writeln!(
            text,
            "#   {}: {} calls, about {} tokens sent, {received} received, cost {dollars}",
            candidate.id,
            own.len(),
            sent.0,
        );
    }
    text
}
