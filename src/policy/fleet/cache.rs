//! Answers that are kept for when the same question comes again.

use std::collections::{BTreeMap, VecDeque};

use crate::data::Outcome;
use crate::kernel::Micros;

/// The last answers by question, the oldest forgotten first.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    kept: BTreeMap<u64, (Micros, Outcome)>,
    order: VecDeque<(u64, Micros)>,
}

/// More answers than this are not kept.
const MOST: usize = 100_000;

impl Cache {
    /// The answer to a question, if it was given `within` so long before `now`.
    pub(super) fn get(&self, question: u64, now: Micros, within: Micros) -> Option<Outcome> {
        let (at, outcome) = self.kept.get(&question)?;
        (now.since(*at) <= within).then(|| outcome.clone())
    }

    pub(super) fn put(&mut self, question: u64, now: Micros, outcome: &Outcome) {
        self.kept.insert(question, (now, outcome.clone()));
        self.order.push_back((question, now));
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
        let kept = |cache: &Cache, question, now| {
            cache.get(question, Micros(now), Micros(10)).map(|outcome| outcome.n_calls)
        };
        cache.put(1, Micros(0), &answer(1));
        cache.put(1, Micros(5), &answer(2));
        assert_eq!(
            [kept(&cache, 1, 15), kept(&cache, 1, 16), kept(&cache, 2, 5)],
            [Some(2), None, None]
        );
        (0..MOST as u64).for_each(|at| cache.put(at + 10, Micros(20), &answer(3)));
        assert_eq!(kept(&cache, 1, 15), None, "the oldest go");
        assert_eq!(cache.kept.len(), MOST);
    }
}
