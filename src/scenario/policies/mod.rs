//! Resolves the policies of a scenario: names to members, each policy behind what it is made of.

mod ladders;
pub(super) mod made;
mod routes;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::breakers::RawBreaker;
use super::raw::{RawMix, RawPolicy, RawScenario, RawVote};
use super::read::Complaint;
use super::suggest;
use crate::kernel::lists::{AllOr, Named};
use crate::kernel::{ModelId, PolicyId, Probability, Spanned};
use crate::policy::{CallOff, Mix, Policy, Vote};
use crate::vote::{Rule, StopRule};

/// The policies in an order in which each stands behind its members, and what is wrong with them.
///
/// A reference to an entry that is `declared` but broken is no mistake of its own.
pub(super) fn resolve(
    scenario: &RawScenario,
    models: &[ModelId],
    declared: &BTreeSet<String>,
) -> (Vec<(PolicyId, Policy)>, Vec<Complaint>) {
    let RawScenario { policies: raw, breakers, .. } = scenario;
    let mut resolver = Resolver { raw, breakers, models, declared, complaints: Vec::new() };
    let mut policies = BTreeMap::new();
    for (name, policy) in &raw.0 {
        resolver.check_name(name);
        let id = PolicyId::from(name.value.as_str());
        policies.insert(id, resolver.policy(policy, &name.span));
    }
    resolver.check_cycles();
    let policies = if resolver.complaints.is_empty() { ordered(policies) } else { Vec::new() };
    (policies, resolver.complaints)
}

struct Resolver<'a> {
    raw: &'a Named<RawPolicy>,
    breakers: &'a Named<RawBreaker>,
    models: &'a [ModelId],
    declared: &'a BTreeSet<String>,
    complaints: Vec<Complaint>,
}

impl Resolver<'_> {
    fn check_name(&mut self, name: &Spanned<String>) {
        let text = name.value.as_str();
        let message = if suggest::is_reserved(text) {
            format!("`{text}` is a reserved name")
        } else if self.models.binary_search_by(|id| id.as_str().cmp(text)).is_ok() {
            format!("`{text}` is a model already, and models and policies share their names")
        } else {
            return;
        };
        self.complain(message, Some("call it something else".into()), &name.span);
    }

    fn policy(&mut self, raw: &RawPolicy, at: &Range<usize>) -> Policy {
        match raw {
            RawPolicy::Vote(vote) => Policy::Vote(self.vote(vote)),
            RawPolicy::Cascade(cascade) => Policy::Cascade(self.cascade(cascade, at)),
            RawPolicy::CascadeRoute(raw) => Policy::CascadeRoute(self.cascade_route(raw, at)),
            RawPolicy::Failover(ladder) => Policy::Failover(self.failover(ladder, at)),
            RawPolicy::Hedge(hedge) => Policy::Hedge(self.hedge(hedge, at)),
            RawPolicy::Balance(balance) => Policy::Balance(self.balance(balance)),
            RawPolicy::Route(route) => Policy::Route(self.route(route)),
            RawPolicy::Mix(mix) => Policy::Mix(self.mix(mix, at)),
            // What has no words has been complained of.
            RawPolicy::Judge(judge) => self.judge(judge).map_or(Policy::BestSingle, Policy::Judge),
            RawPolicy::Fuse(fuse) => self.fuse(fuse).map_or(Policy::BestSingle, Policy::Fuse),
            RawPolicy::Oracle(oracle) => Policy::Oracle(self.among(&oracle.among)),
        }
    }

    fn mix(&mut self, raw: &RawMix, at: &Range<usize>) -> Mix {
        let mut shares: Vec<(Spanned<PolicyId>, Probability)> = Vec::new();
        for (Spanned { value, span }, share) in &raw.shares.0 {
            let name = Spanned { value: value.as_str().into(), span: span.clone() };
            shares.push((name, *share));
        }
        shares.sort_by(|a, b| a.0.value.cmp(&b.0.value));
        let sum: f64 = shares.iter().map(|(_, share)| share.value()).sum();
        if (sum - 1.0).abs() > Mix::TOLERANCE {
            let help = "the shares of a mix sum to 1";
            self.complain(format!("these shares sum to {sum}"), Some(help.into()), at);
        }
        let (names, shares): (Vec<_>, Vec<_>) = shares.into_iter().unzip();
        Mix { members: self.names(&names), shares }
    }

    /// The members that are named, or all models.
    fn among(&mut self, raw: &Spanned<AllOr>) -> Vec<PolicyId> {
        let members = match &raw.value {
            AllOr::All => self.models.iter().map(|id| PolicyId::from(id.as_str())).collect(),
            AllOr::These(names) => self.names(names),
        };
        if members.is_empty() {
            let help = "name models or policies, or write `all` for every model";
            self.complain("nobody is named here".into(), Some(help.into()), &raw.span);
        }
        members
    }

    fn vote(&mut self, raw: &RawVote) -> Vote {
        let members = self.among(&raw.members);
        let quorum = match &raw.quorum {
            None => 1,
            Some(quorum) => {
                if quorum.value == 0 || quorum.value as usize > members.len().max(1) {
                    let message = format!("a quorum of {} can't be", quorum.value);
                    let help = format!("from 1 to {}, the number of members", members.len());
                    self.complain(message, Some(help), &quorum.span);
                }
                quorum.value
            }
        };
        self.check_weights(&raw.rule, &members);
        self.check_stop(raw);
        self.check_call_off(raw);
        self.check_samples(raw);
        Vote {
            members,
            rule: raw.rule.value.clone(),
            ties: raw.ties,
            quorum,
            stop: raw.stop_early.value,
            abstain: raw.abstain,
            call_off: raw.call_off.as_ref().map(|it| it.value.clone()),
        }
    }

    /// Who may stop early, and by which rule.
    fn check_stop(&mut self, raw: &RawVote) {
        let rule = &raw.rule.value;
        let counts = matches!(rule, Rule::Majority(_) | Rule::BestOf(_));
        let (stops, help) = match raw.stop_early.value {
            StopRule::Never => return,
            // How sure somebody will be who was not asked is not known before.
            StopRule::Lossless => {
                (counts || matches!(rule, Rule::Weighted(_)), "majority, weighted and best-of")
            }
            StopRule::Beta(_) | StopRule::Window(_) => (counts, "majority and best-of"),
        };
        if raw.abstain.is_some() {
            let message = "a vote that may abstain is not decided before all have voted".to_owned();
            let help = "leave out `stop_early` or `abstain`".to_owned();
            self.complain(message, Some(help), &raw.stop_early.span);
        }
        if !stops {
            let message = "this rule can't tell when a vote is decided".to_owned();
            let help = format!("rules that may stop so: {help}");
            self.complain(message, Some(help), &raw.stop_early.span);
        }
    }

    /// Who may call members off.
    fn check_call_off(&mut self, raw: &RawVote) {
        let Some(call_off) = &raw.call_off else { return };
        if raw.stop_early.value != StopRule::Never {
            let message = "members who are asked one after another are not called off".to_owned();
            let help = "leave out `stop_early` or `call_off`".to_owned();
            self.complain(message, Some(help), &call_off.span);
        }
        let counts =
            matches!(raw.rule.value, Rule::Majority(_) | Rule::BestOf(_) | Rule::Weighted(_));
        if matches!(call_off.value, CallOff::Settled(_)) && (!counts || raw.abstain.is_some()) {
            let message = "this vote can't tell when it is settled".to_owned();
            let help = "majority, weighted and best-of can, where they never abstain; others may \
                        call off who is `late`";
            self.complain(message, Some(help.to_owned()), &call_off.span);
        }
    }

    /// Only models have samples.
    fn check_samples(&mut self, raw: &RawVote) {
        let (Rule::BestOf(_), AllOr::These(names)) = (&raw.rule.value, &raw.members.value) else {
            return;
        };
        for name in names {
            self.has_samples(name, "under `best-of` the members are models");
        }
    }

    fn has_samples(&mut self, name: &Spanned<PolicyId>, help: &str) {
        let is_policy =
            |(other, _): &(Spanned<String>, RawPolicy)| other.value == name.value.as_str();
        if name.value.as_str() == suggest::BEST_SINGLE || self.raw.0.iter().any(is_policy) {
            let message = format!("`{}` is a policy, and only models have samples", name.value);
            self.complain(message, Some(help.to_owned()), &name.span);
        }
    }

    fn check_weights(&mut self, rule: &Spanned<Rule>, members: &[PolicyId]) {
        for name in rule.value.given_names() {
            if !members.iter().any(|member| member == name) {
                let message = format!("a weight is given to `{name}`, which does not vote here");
                let help = suggest::help(name.as_str(), members.iter().map(PolicyId::as_str));
                self.complain(message, Some(help), &rule.span);
            }
        }
    }

    fn names(&mut self, names: &[Spanned<PolicyId>]) -> Vec<PolicyId> {
        let mut seen = BTreeSet::new();
        for name in names {
            let text = name.value.as_str();
            if !seen.insert(text) {
                let message = format!("`{text}` stands twice here");
                self.complain(message, Some("keep one of them".into()), &name.span);
            } else if !self.is_known(text) {
                let models = self.models.iter().map(ModelId::as_str);
                let policies = self.raw.0.iter().map(|(name, _)| name.value.as_str());
                let help = suggest::help(text, models.chain(policies));
                let message = format!("unknown model or policy `{text}`");
                self.complain(message, Some(help), &name.span);
            } else if self.is_oracle(text) {
                let message = format!("`{text}` is an oracle, which nobody can ask");
                let help = "a policy is made of models and of policies that can be run";
                self.complain(message, Some(help.into()), &name.span);
            }
        }
        names.iter().map(|name| name.value.clone()).collect()
    }

    fn is_oracle(&self, name: &str) -> bool {
        let is_it = |(other, policy): &(Spanned<String>, RawPolicy)| {
            other.value == name && matches!(policy, RawPolicy::Oracle(_))
        };
        self.raw.0.iter().any(is_it)
    }

    fn is_known(&self, name: &str) -> bool {
        self.declared.contains(name)
            || name == suggest::BEST_SINGLE
            || self.models.binary_search_by(|id| id.as_str().cmp(name)).is_ok()
    }

    /// Complains of every policy that is reached from itself, once per policy.
    fn check_cycles(&mut self) {
        let members: BTreeMap<&str, Vec<Spanned<PolicyId>>> = self
            .raw
            .0
            .iter()
            .map(|(name, policy)| (name.value.as_str(), policy.members()))
            .collect();
        let mut complaints = Vec::new();
        for name in members.keys() {
            for member in &members[name] {
                if reaches(member.value.as_str(), name, &members, &mut BTreeSet::new()) {
                    complaints.push(Complaint {
                        message: format!("`{name}` is made of itself by way of `{}`", member.value),
                        help: Some("a policy is made of models or of other policies".into()),
                        span: member.span.clone(),
                    });
                    break;
                }
            }
        }
        self.complaints.extend(complaints);
    }

    fn complain(&mut self, message: String, help: Option<String>, span: &Range<usize>) {
        self.complaints.push(Complaint { message, help, span: span.clone() });
    }
}

impl RawPolicy {
    /// The names that it refers to, each where it stands; none for `all` models.
    fn members(&self) -> Vec<Spanned<PolicyId>> {
        let named = |members: &Spanned<AllOr>| match &members.value {
            AllOr::All => Vec::new(),
            AllOr::These(names) => names.clone(),
        };
        match self {
            Self::Vote(vote) => named(&vote.members),
            Self::Cascade(cascade) => cascade.stages.clone(),
            Self::CascadeRoute(policy) => named(&policy.among),
            Self::Failover(ladder) => {
                let is_member = |name: &&Spanned<PolicyId>| !name.value.as_str().starts_with('@');
                ladder.rungs.iter().filter(is_member).cloned().collect()
            }
            Self::Hedge(hedge) => hedge.members.clone(),
            Self::Balance(balance) => named(&balance.among),
            Self::Route(route) => named(&route.among),
            Self::Judge(judge) => named(&judge.members),
            Self::Fuse(fuse) => named(&fuse.members),
            Self::Oracle(oracle) => named(&oracle.among),
            Self::Mix(mix) => {
                let names = mix.shares.0.iter().map(|(name, _)| name);
                let name = |it: &Spanned<String>| Spanned {
                    value: it.value.as_str().into(),
                    span: it.span.clone(),
                };
                names.map(name).collect()
            }
        }
    }
}

fn reaches<'a>(
    from: &'a str,
    to: &str,
    members: &'a BTreeMap<&'a str, Vec<Spanned<PolicyId>>>,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    from == to
        || (seen.insert(from)
            && members.get(from).is_some_and(|next| {
                next.iter().any(|name| reaches(name.value.as_str(), to, members, seen))
            }))
}

/// By name, except that a policy stands behind its members. There is no cycle.
fn ordered(mut policies: BTreeMap<PolicyId, Policy>) -> Vec<(PolicyId, Policy)> {
    let mut done: Vec<(PolicyId, Policy)> = Vec::new();
    while !policies.is_empty() {
        let is_ready =
            |policy: &Policy| policy.members().iter().all(|member| !policies.contains_key(member));
        let ready = policies.iter().find(|(_, policy)| is_ready(policy));
        let Some(id) = ready.map(|(id, _)| id.clone()) else { break };
        if let Some(policy) = policies.remove(&id) {
            done.push((id, policy));
        }
    }
    done
}
