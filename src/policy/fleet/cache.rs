//! Answers that are kept for when the same question comes again.

use std::collections::{BTreeMap, VecDeque};

use crate::data::{ItemIdx, Outcome};
use crate::kernel::Micros;

/// A question that a part of a policy was asked: the same one may be answered by several parts, and
/// not alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct Asked {
    /// The part.
    pub(in crate::policy) node: u16,
    /// What makes the same question again the same.
    pub(in crate::policy) question: u64,
}

/// The last answers by question, the oldest forgotten first.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    kept: BTreeMap<Asked, (Micros, Outcome)>,
    order: VecDeque<(Asked, Micros)>,
    /// The last answer to any question about an item, by part.
    of_items: BTreeMap<(u16, ItemIdx), (Micros, Outcome)>,
}

/// More answers than this are not kept.
const MOST: usize = 100_000;

impl Cache {
    /// The answer to a question, if it was given `within` so long before `now`.
    pub(super) fn get(&self, asked: Asked, now: Micros, within: Micros) -> Option<Outcome> {
        let (at, outcome) = self.kept.get(&asked)?;
        (now.since(*at) <= within).then(|| outcome.clone())
    }

    /// The last answer that a part gave to a question about an item, if it is no older than that.
    pub(super) fn about(
        &self,
        node: u16,
        item: ItemIdx,
        now: Micros,
        within: Micros,
    ) -> Option<Outcome> {
        let (at, outcome) = self.of_items.get(&(node, item))?;
        (now.since(*at) <= within).then(|| outcome.clone())
    }

    /// Keeps an answer for whoever asks something similar.
    pub(super) fn put_about(&mut self, node: u16, item: ItemIdx, now: Micros, outcome: &Outcome) {
        self.of_items.insert((node, item), (now, outcome.clone()));
    }

    pub(super) fn put(&mut self, asked: Asked, now: Micros, outcome: &Outcome) {
        self.kept.insert(asked, (now, outcome.clone()));
        self.order.push_back((asked, now));
        while self.order.len() > MOST {
            let Some((oldest, at)) = self.order.pop_front() else { break };
            // It may have been given again since.
            if self.kept.get(&oldest).is_some_and(|(last, _)| *last == at) {
                self.kept.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_is_kept_for_its_time() {
        let mut cache = Cache::default();
        let answer = |n_calls| Outcome { n_calls, ..Outcome::NOT_RUN };
        let asked = |question| Asked { node: 0, question };
        let kept = |cache: &Cache, question, now| {
            cache.get(asked(question), Micros(now), Micros(10)).map(|outcome| outcome.n_calls)
        };
        cache.put(asked(1), Micros(0), &answer(1));
        cache.put(asked(1), Micros(5), &answer(2));
        let found = [(1, 15), (1, 16), (2, 5)].map(|(question, at)| kept(&cache, question, at));
        assert_eq!(found, [Some(2), None, None]);
        let elsewhere = Asked { node: 1, question: 1 };
        assert_eq!(cache.get(elsewhere, Micros(5), Micros(10)), None, "another part's answer");
        (0..MOST as u64).for_each(|at| cache.put(asked(at + 10), Micros(20), &answer(3)));
        assert_eq!(kept(&cache, 1, 15), None, "the oldest go");
        assert_eq!(cache.kept.len(), MOST);
    }
}
