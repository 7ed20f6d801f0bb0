//! A way of combining models that the search may come upon, and the policy that it is.

use crate::kernel::{PolicyId, Probability};
use crate::policy::route::{By, Trade};
use crate::policy::{Accept, Cascade, Failover, Policy, Route, Vote};
use crate::vote::{Rule, Ties, Weighted};

/// One point of the space that is searched.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// One model.
    Single(PolicyId),
    /// A plurality, ties to whoever is listed first.
    Vote(Vec<PolicyId>),
    /// A vote weighed by log-odds.
    Weighted(Vec<PolicyId>),
    /// A plurality whose answer is taken where enough agree, and else one model's.
    Cascade {
        /// Who is asked first.
        first: Vec<PolicyId>,
        /// Who is asked where they don't agree.
        last: PolicyId,
        /// The share of those asked that is enough.
        agreement: Probability,
    },
    /// Models in turn, until one is sure enough of its answer.
    Sure {
        /// The cheapest first.
        stages: Vec<PolicyId>,
        /// How sure is enough.
        confidence: Probability,
    },
    /// Another model where a winner has failed.
    Ladder {
        /// The winner.
        first: Box<Shape>,
        /// Who answers where it failed.
        next: PolicyId,
    },
    /// One of several models, votes and cascades, by the question.
    Routed {
        /// Those that a question may be given to.
        among: Vec<Shape>,
        /// What decides.
        by: By,
        /// What is made of what is expected of them.
        trade: Trade,
    },
    /// A policy that has a name already: the user's, or a router.
    Named(PolicyId, Policy),
}

impl Shape {
    /// Whether it is one model by itself.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Single(_))
    }

    /// Whether it is the same but for what a right answer is worth to a router, which is fitted to
    /// the items and hardly ever the same on others.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Routed { among, by, trade: Trade::Worth(_) },
                Self::Routed { among: others, by: other, trade: Trade::Worth(_) },
            ) => among == others && by == other,
            (Self::Ladder { first, next }, Self::Ladder { first: other, next: last }) => {
                next == last && first.is_like(other)
            }
            _ => self == other,
        }
    }

    /// What it is called in reports: the same shape has the same name.
    pub(super) fn name(&self) -> PolicyId {
        let list = |names: &[PolicyId]| {
            let names: Vec<&str> = names.iter().map(PolicyId::as_str).collect();
            names.join(", ")
        };
        match self {
            Self::Single(name) | Self::Named(name, _) => name.clone(),
            Self::Vote(members) => format!("vote({})", list(members)).into(),
            Self::Weighted(members) => format!("weighted({})", list(members)).into(),
            Self::Cascade { first, last, agreement } => {
                let percent = 100.0 * agreement.value();
                let first = list(first);
                format!("cascade({first} agree {percent:.0} %, else {last})").into()
            }
            Self::Sure { stages, confidence } => {
                let percent = 100.0 * confidence.value();
                let names: Vec<&str> = stages.iter().map(PolicyId::as_str).collect();
                format!("cascade({} if {percent:.1} % sure)", names.join(", else ")).into()
            }
            Self::Routed { among, by, trade } => {
                let names: Vec<String> = among.iter().map(|it| it.name().to_string()).collect();
                let worth = match trade {
                    Trade::Worth(worth) => format!(", a right answer worth ${worth}"),
                    Trade::Best | Trade::Share(_) => String::new(),
                };
                format!("by {} among [{}]{worth}", by.name(), names.join("; ")).into()
            }
            Self::Ladder { first, next } => {
                format!("failover({}, where it fails {next})", first.name()).into()
            }
        }
    }

    /// The policies that make it, itself last, under the name `own`; models need none.
    pub(super) fn policies(&self, own: &PolicyId) -> Vec<(PolicyId, Policy)> {
        let plurality = |members: &[PolicyId]| {
            Policy::Vote(Vote { ties: Ties::Priority, ..Vote::plurality(members.to_vec()) })
        };
        let policy = match self {
            Self::Single(_) => return Vec::new(),
            Self::Vote(members) => plurality(members),
            Self::Weighted(members) => Policy::Vote(Vote {
                rule: Rule::Weighted(Weighted::default()),
                ..Vote::plurality(members.clone())
            }),
            Self::Cascade { first, last, agreement } => {
                let stage: PolicyId = format!("{own}-first").into();
                let accept = Accept::Agreement(*agreement);
                let stages = vec![stage.clone(), last.clone()];
                let cascade = Cascade { stages, accept, prompt: None };
                return vec![(stage, plurality(first)), (own.clone(), Policy::Cascade(cascade))];
            }
            Self::Sure { stages, confidence } => {
                let accept = Accept::Confidence(*confidence);
                Policy::Cascade(Cascade { stages: stages.clone(), accept, prompt: None })
            }
            Self::Ladder { first, next } => {
                let inner = match &**first {
                    Self::Single(name) | Self::Named(name, _) => name.clone(),
                    _ => format!("{own}-first").into(),
                };
                let mut policies = first.policies(&inner);
                let ladder = Failover::in_turn(vec![inner, next.clone()]);
                policies.push((own.clone(), Policy::Failover(ladder)));
                return policies;
            }
            Self::Routed { among, by, trade } => {
                let (mut policies, mut names) = (Vec::new(), Vec::new());
                for (at, member) in among.iter().enumerate() {
                    let name = match member {
                        Self::Single(name) | Self::Named(name, _) => name.clone(),
                        _ => format!("{own}-{}", at + 1).into(),
                    };
                    policies.extend(member.policies(&name));
                    names.push(name);
                }
                let route = Route { trade: *trade, ..Route::new(names, by.clone()) };
                policies.push((own.clone(), Policy::Route(route)));
                return policies;
            }
            Self::Named(_, policy) => policy.clone(),
        };
        vec![(own.clone(), policy)]
    }

    /// The models that it asks by itself; of what has a name, that name.
    pub(super) fn asks(&self) -> Vec<PolicyId> {
        match self {
            Self::Single(name) | Self::Named(name, _) => vec![name.clone()],
            Self::Vote(members) | Self::Weighted(members) => members.clone(),
            Self::Cascade { first, last, .. } => {
                [first.as_slice(), std::slice::from_ref(last)].concat()
            }
            Self::Sure { stages, .. } => stages.clone(),
            Self::Routed { among, .. } => among.iter().flat_map(Self::asks).collect(),
            Self::Ladder { first, next } => [first.asks(), vec![next.clone()]].concat(),
        }
    }

    /// Its kind, as tables have it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Single(_) => "single",
            Self::Vote(_) | Self::Weighted(_) => "vote",
            Self::Cascade { .. } | Self::Sure { .. } => "cascade",
            Self::Ladder { .. } => "failover",
            Self::Routed { .. } => "route",
            Self::Named(_, policy) => policy.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_is_the_same_at_another_worth_and_at_nothing_else() {
        let router = |models: [&str; 2], trade| Shape::Routed {
            among: models.map(|it| Shape::Single(it.into())).to_vec(),
            by: By::Category(Default::default()),
            trade,
        };
        let one = router(["a", "b"], Trade::Worth(0.5));
        assert!(one.is_like(&router(["a", "b"], Trade::Worth(0.6))));
        assert!(!one.is_like(&router(["a", "c"], Trade::Worth(0.5))));
        assert!(!one.is_like(&router(["a", "b"], Trade::Best)));
        let ladder =
            |first: &Shape| Shape::Ladder { first: first.clone().into(), next: "c".into() };
        assert!(ladder(&one).is_like(&ladder(&router(["a", "b"], Trade::Worth(0.6)))));
    }
}
