//! Questions made of answers, round by round: each is asked once the answers are there.

use anyhow::{Context, Result};

use crate::data::Recorded;
use crate::engine::collect::MadeQuestion;
use crate::engine::evaluate::{self, Wanted};
use crate::exchange::import::Recording;
use crate::kernel::Tokens;
use crate::policy::made::Part;
use crate::provider::Opinion;
use crate::scenario::{Loaded, Plan, Source};

/// Makes up what synthetic models reply to questions made of the recorded answers, and to those
/// made of these replies.
pub(super) fn make_up(loaded: &mut Loaded) -> Result<()> {
    loop {
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        let rows = made_up(&loaded.plan, &wanted(&loaded.plan, &rows)?);
        if rows.is_empty() {
            return Ok(());
        }
        loaded.recordings.push(Recording { rows, ..Recording::default() });
    }
}

/// What would be asked about these answers now.
pub(super) fn wanted(plan: &Plan, rows: &[&Recorded]) -> Result<Vec<Wanted>> {
    evaluate::wanted(plan, rows).context("make questions of answers")
}

/// Those of them that are put to somebody over HTTP.
pub(super) fn live(plan: &Plan, wanted: Vec<Wanted>) -> Vec<MadeQuestion> {
    let is_live = |one: &Wanted| {
        let candidate = plan.candidates.iter().find(|candidate| candidate.id == one.by);
        candidate.is_some_and(|candidate| matches!(candidate.source, Source::Live { .. }))
    };
    let question = |Wanted { task, item, by, prompt, messages, .. }: Wanted| MadeQuestion {
        task,
        item,
        by,
        prompt,
        messages,
    };
    wanted.into_iter().filter(is_live).map(question).collect()
}

/// Replies of those models that are made up.
pub(super) fn made_up(plan: &Plan, wanted: &[Wanted]) -> Vec<Recorded> {
    let reply = |one: &Wanted| {
        let candidate = plan.candidates.iter().find(|candidate| candidate.id == one.by)?;
        let synthetic = candidate.synthetic.as_ref()?;
        let task = plan.tasks.iter().find(|task| task.id == one.task)?;
        let item = task.items.iter().find(|item| item.id == one.item)?;
        let about = (&one.by, item, &one.prompt);
        let opinion = |asked| synthetic.opinion(plan.seed, about, asked, &one.scores);
        let row = match one.part {
            Part::Choose | Part::Compare => opinion(Opinion::Best),
            Part::Grade => opinion(Opinion::Grade),
            Part::Accept => opinion(Opinion::Right),
            Part::Fuse | Part::Again(_) => {
                // Another draw than the answer to the item itself.
                let sample = match one.part {
                    Part::Again(round) => round,
                    _ => 0,
                };
                let sample = u32::MAX - sample;
                synthetic.answer(plan.seed, &task.id, &one.by, item, sample)
            }
        };
        let said = one.messages.iter().map(|message| message.content.len() as u64).sum::<u64>();
        Some(Recorded {
            task: Some(one.task.clone()),
            sample: 0,
            prompt: Some(one.prompt.clone()),
            prompt_tokens: synthetic.input_tokens.or(Some(said.div_ceil(4))).map(Tokens),
            ..row
        })
    };
    wanted.iter().filter_map(reply).collect()
}
