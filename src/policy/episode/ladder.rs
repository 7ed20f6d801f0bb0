//! Ladders and hedges: whoever serves first is taken.

use super::{Action, TimerId, Walk};
use crate::data::{Failure, ItemIdx, Outcome, Reason, Verdict};
use crate::policy::failover::is_served;
use crate::policy::fleet::Asked;
use crate::policy::hedge::After;
use crate::policy::{Failover, Hedge, Rung, WhenOpen};

impl Walk<'_, '_> {
    /// The first rung, or the next.
    pub(super) fn next_rung(&mut self, node: u16, ladder: &Failover) {
        loop {
            let next = usize::from(self.state(node).next);
            let Some(rung) = ladder.rungs.get(next).copied() else {
                return self.ladder_failed(node, None);
            };
            if !matches!(rung, Rung::Member(_)) && self.all_are_open(node, ladder) {
                match ladder.when_open {
                    WhenOpen::Degrade => {}
                    WhenOpen::FailFast => return self.ladder_failed(node, None),
                    WhenOpen::Bypass => return self.force_first(node, ladder),
                }
            }
            self.state_mut(node).next += 1;
            match rung {
                Rung::Member(at) => {
                    let child = self.world.tree.nodes[usize::from(node)].children[at];
                    return self.queue_start(child);
                }
                Rung::Cache => {
                    let asked = self.asked(node);
                    let kept = self.world.fleet.kept(asked, self.now, ladder.cache_for);
                    if let Some(kept) = kept {
                        let rung = Some(Rung::CACHE.into());
                        let kept = Outcome { rung, reason: Reason::Rung, ..kept };
                        return self.end(node, self.with_calls(node, kept));
                    }
                }
                Rung::Similar => {
                    if let Some(kept) = self.kept_of_similar(node, ladder) {
                        return self.end(node, self.with_calls(node, kept));
                    }
                }
                Rung::Apology => return self.ladder_failed(node, Some(Rung::Apology)),
            }
        }
    }

    /// A rung has ended.
    pub(super) fn rung_ended(&mut self, node: u16, ladder: &Failover, child: u16) {
        if self.state(child).outcome.as_ref().is_some_and(is_served) {
            return self.rung_served(node, ladder, child);
        }
        let is_last = usize::from(self.state(node).next) == ladder.rungs.len();
        let bypasses = ladder.when_open == WhenOpen::Bypass;
        if is_last && bypasses && self.all_are_open(node, ladder) {
            return self.force_first(node, ladder);
        }
        self.next_rung(node, ladder);
    }

    fn rung_served(&mut self, node: u16, ladder: &Failover, child: u16) {
        let (n_calls, cost) = self.calls_below(node);
        let Some(outcome) = self.state_mut(child).outcome.take() else { return };
        let rung = Some(self.world.tree.nodes[usize::from(child)].name.clone());
        let outcome = Outcome { rung, reason: Reason::Rung, n_calls, cost, ..outcome };
        // What comes from the cache is not put there again, or it would never grow old.
        let is_answer = matches!(outcome.verdict, Verdict::Answered { .. });
        if is_answer && ladder.keeps() {
            self.world.fleet.keep(self.asked(node), self.now, &outcome);
        }
        if is_answer && ladder.rungs.contains(&Rung::Similar) {
            let about = (node, self.episode.request.item);
            self.world.fleet.keep_about(about, self.now, &outcome);
        }
        self.end(node, outcome);
    }

    /// The answer that was kept of the same question, or of the one that is most like it and has
    /// one. How right it is here is judged anew: nobody else looks.
    fn kept_of_similar(&self, node: u16, ladder: &Failover) -> Option<Outcome> {
        let fleet = &self.world.fleet;
        let rung = Some(Rung::SIMILAR.into());
        if let Some(kept) = fleet.kept(self.asked(node), self.now, ladder.cache_for) {
            return Some(Outcome { rung, reason: Reason::Rung, ..kept });
        }
        let (item, subject) = (self.episode.request.item, self.world.subject);
        let name = &self.world.tree.nodes[usize::from(node)].name;
        let near = subject.knowledge.similar.get(item.0 as usize)?;
        let near = near.iter().take_while(|(like, _)| *like >= ladder.similarity.value());
        let kept = |(_, other): &(f64, u32)| {
            let other = ItemIdx(*other);
            let kept = fleet.kept_about((node, other), self.now, ladder.cache_for)?;
            let Verdict::Answered { answer, .. } = kept.verdict else { return None };
            let there = subject.context(name, other);
            let text = match answer {
                Some(answer) => &there.at(answer)?.text,
                None => kept.composed.as_deref()?,
            };
            let (answer, score) = subject.context(name, item).judge(text)?;
            let composed = answer.is_none().then(|| text.into());
            let verdict = Verdict::Answered { answer, score };
            Some(Outcome { verdict, composed, reason: Reason::Rung, ..kept })
        };
        near.filter_map(kept).next().map(|kept| Outcome { rung, ..kept })
    }

    fn asked(&self, node: u16) -> Asked {
        Asked { node, question: self.episode.request.question }
    }

    /// Whether every member was tried, and none could be asked. Where time is up nobody is asked
    /// either, which says nothing of breakers.
    fn all_are_open(&self, node: u16, ladder: &Failover) -> bool {
        if self.state(node).deadline.is_some_and(|deadline| self.now >= deadline) {
            return false;
        }
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let was_shut = |child: &u16| {
            self.state(*child).outcome.as_ref().is_some_and(|outcome| outcome.n_calls == 0)
        };
        !ladder.members.is_empty() && children.iter().all(was_shut)
    }

    /// The first member, whatever its breaker says. The rungs behind it have been tried.
    fn force_first(&mut self, node: u16, ladder: &Failover) {
        let tree = self.world.tree;
        let first = tree.nodes[usize::from(node)].children[0];
        if self.state(first).is_forced {
            return self.ladder_failed(node, None);
        }
        self.force(first);
        let only = ladder.rungs.iter().position(|rung| !matches!(rung, Rung::Member(_)));
        self.state_mut(node).next = only.unwrap_or(ladder.rungs.len()) as u16;
        self.queue_start(first);
    }

    fn force(&mut self, node: u16) {
        let tree = self.world.tree;
        self.state_mut(node).force();
        for child in &tree.nodes[usize::from(node)].children {
            self.force(*child);
        }
    }

    fn ladder_failed(&mut self, node: u16, rung: Option<Rung>) {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        // What the first failed with is what the user would have been told.
        let failed = |child: &u16| match self.state(*child).outcome.as_ref()?.verdict {
            Verdict::Failed(failure) => Some(failure),
            _ => None,
        };
        let failure = children.iter().find_map(failed).unwrap_or(Failure::Unavailable);
        let rung = rung.map(|rung| rung.name(&[]));
        let failed =
            Outcome { verdict: Verdict::Failed(failure), rung, n_stages: 1, ..Outcome::NOT_RUN };
        self.end(node, self.with_calls(node, failed));
    }

    /// The next member is asked as well.
    pub(super) fn next_hedge(&mut self, node: u16, hedge: &Hedge) {
        let next = self.state(node).next;
        let children = &self.world.tree.nodes[usize::from(node)].children;
        let Some(child) = children.get(usize::from(next)).copied() else { return };
        let is_last = usize::from(next) + 1 == children.len();
        self.state_mut(node).next = next + 1;
        self.queue_start(child);
        let wait = match &hedge.after {
            After::Fixed(fixed) => Some(fixed.wait.0),
            After::Quantile(quantile) => {
                let first = self.world.tree.first_model(node);
                let load = first.map(|model| self.world.fleet.load(model));
                load.and_then(|load| load.quantile(quantile.share.value()))
            }
        };
        if let Some(wait) = wait.filter(|_| !is_last) {
            let timer = TimerId { node, number: self.state(node).number(next) };
            self.out.push(Action::SetTimer { timer, at: self.now + wait });
        }
    }

    /// A member has had its time.
    pub(super) fn hedge_is_due(&mut self, node: u16, hedge: &Hedge, number: u16) {
        // Another timer is set when the next was asked for another reason.
        let state = self.state(node);
        if state.number(state.next) == number + 1 {
            self.next_hedge(node, hedge);
        }
    }

    /// A member has ended.
    pub(super) fn hedge_ended(&mut self, node: u16, hedge: &Hedge, child: u16) {
        let tree = self.world.tree;
        let children = &tree.nodes[usize::from(node)].children;
        let outcome = self.state(child).outcome.clone();
        if let Some(outcome) = outcome.filter(is_served) {
            for other in children {
                self.call_off(*other);
            }
            let rung = Some(tree.nodes[usize::from(child)].name.clone());
            let outcome = Outcome { rung, reason: Reason::Rung, ..outcome };
            return self.end(node, self.with_calls(node, outcome));
        }
        let n_asked = usize::from(self.state(node).next);
        let are_out = children[..n_asked].iter().any(|it| self.state(*it).outcome.is_none());
        if n_asked < children.len() {
            // Whoever failed does not wait for its time to be over.
            let is_last_asked = children[n_asked - 1] == child;
            if is_last_asked || !are_out {
                self.next_hedge(node, hedge);
            }
        } else if !are_out {
            self.ladder_failed(node, None);
        }
    }
}
