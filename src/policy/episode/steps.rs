//! Cascade routing: who is asked next is settled anew after each answer.

use super::Walk;
use crate::data::Outcome;
use crate::policy::CascadeRoute;
use crate::policy::cascade_route::Step;

impl Walk<'_, '_> {
    /// Asks whoever is worth it, or ends.
    pub(super) fn next_step(&mut self, node: u16, policy: &CascadeRoute) {
        let part = &self.world.tree.nodes[usize::from(node)];
        let knowledge = self.world.subject.knowledge;
        let known = knowledge.foreseen(&part.name, self.episode.request.item);
        let asked: Vec<Option<&Outcome>> =
            part.children.iter().map(|child| self.state(*child).outcome.as_ref()).collect();
        let step = policy.next(known, &asked);
        if let Step::Ask(member) = step {
            return self.queue_start(part.children[member]);
        }
        let order: Vec<&Outcome> = self
            .state(node)
            .order
            .iter()
            .filter_map(|child| self.state(*child).outcome.as_ref())
            .collect();
        let outcome = policy.end(step, &asked, &order);
        self.end(node, self.with_calls(node, outcome));
    }

    /// A member has ended.
    pub(super) fn stepped(&mut self, node: u16, policy: &CascadeRoute, child: u16) {
        self.state_mut(node).order.push(child);
        self.next_step(node, policy);
    }
}
