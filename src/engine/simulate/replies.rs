//! What is replied to questions made of answers: as it was recorded, and nothing where it was not.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tape::{ASSUMED, Take};
use super::world::Stage;
use crate::data::{Cell, CellState, ItemIdx, ModelIdx};
use crate::policy::made::{Made, Part};

/// Every reply that was looked for.
#[derive(Debug, Default)]
pub(super) struct Replies {
    known: BTreeMap<(ItemIdx, ModelIdx, Arc<Made>), Take>,
    usual: BTreeMap<(ModelIdx, Part), Take>,
    /// Questions that nobody was asked when answers were collected, say because they show fewer
    /// answers than there were then.
    pub(super) n_unheard: u64,
    pub(super) n_asked: u64,
}

impl Replies {
    pub(super) fn take(
        &mut self,
        stage: &Stage<'_>,
        (item, model): (ItemIdx, ModelIdx),
        made: &Arc<Made>,
    ) -> Take {
        self.n_asked += 1;
        let name = &stage.models[usize::from(model.0)];
        let take = *self.known.entry((item, model, Arc::clone(made))).or_insert_with(|| {
            let context = stage.subject.context(&made.policy, item);
            let question = &stage.subject.items[item.0 as usize];
            // Where a template doesn't fit, no such reply can have been recorded.
            let prompt = stage.asking.prompt(&context, (item, question), made).ok();
            let row = prompt.and_then(|prompt| stage.asking.reply(item, name, &prompt));
            let cell = row.map(|row| stage.asking.cell(&context, question, made, row));
            Take::of(&cell.unwrap_or(Cell::NOT_RUN), ASSUMED)
        });
        if take.state != CellState::NotRun {
            return take;
        }
        self.n_unheard += 1;
        *self.usual.entry((model, made.part)).or_insert_with(|| {
            let usual = stage.asking.usual(name, made.part);
            Take::of(&usual.unwrap_or(Cell::NOT_RUN), ASSUMED)
        })
    }
}
