//! Resolves the policies that have to do with outages: ladders, hedges, balancers.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Resolver;
use crate::kernel::{PolicyId, Spanned};
use crate::policy::balance::{By, Choice};
use crate::policy::failover::{CACHE_FOR, SIMILARITY};
use crate::policy::{Balance, Failover, Hedge, Rung};
use crate::scenario::breakers::Asking;
use crate::scenario::raw::{RawBalance, RawFailover, RawHedge};
use crate::scenario::suggest;

impl Resolver<'_> {
    pub(super) fn failover(&mut self, raw: &RawFailover, at: &Range<usize>) -> Failover {
        let is_special = |name: &Spanned<PolicyId>| name.value.as_str().starts_with('@');
        let named: Vec<Spanned<PolicyId>> =
            raw.rungs.iter().filter(|name| !is_special(name)).cloned().collect();
        if named.is_empty() {
            let help = "name the model or policy that is wanted first";
            self.complain("a ladder without a rung".into(), Some(help.into()), at);
        }
        let members = self.names(&named);
        let (mut rungs, mut n_members) = (Vec::with_capacity(raw.rungs.len()), 0);
        for name in &raw.rungs {
            rungs.push(match name.value.as_str() {
                Rung::CACHE => Rung::Cache,
                Rung::SIMILAR => Rung::Similar,
                Rung::APOLOGY => Rung::Apology,
                special if special.starts_with('@') => {
                    let known = [Rung::CACHE, Rung::SIMILAR, Rung::APOLOGY];
                    let help = suggest::help(special, known.into_iter());
                    self.complain(format!("unknown rung `{special}`"), Some(help), &name.span);
                    continue;
                }
                _ => {
                    n_members += 1;
                    Rung::Member(n_members - 1)
                }
            });
        }
        let last = raw.rungs.len().saturating_sub(1);
        for name in raw.rungs.iter().take(last) {
            if name.value.as_str() == Rung::APOLOGY {
                let help = "put it last, or leave out what stands behind it";
                let message = "nothing comes behind an apology".to_owned();
                self.complain(message, Some(help.into()), &name.span);
            }
        }
        let conduct = self.conduct(&Asking {
            breaker: raw.breaker.as_ref(),
            timeout: raw.timeout,
            retry: raw.retry,
            deadline: raw.deadline,
        });
        let cache_for = raw.cache_for.map_or(CACHE_FOR, |it| it.0);
        let similarity = raw.similarity.unwrap_or(SIMILARITY);
        Failover { rungs, members, conduct, when_open: raw.when_open, cache_for, similarity }
    }

    pub(super) fn hedge(&mut self, raw: &RawHedge, at: &Range<usize>) -> Hedge {
        if raw.members.len() < 2 {
            let help = "a hedge has at least two members";
            self.complain("too few members".into(), Some(help.into()), at);
        }
        let members = self.names(&raw.members);
        let conduct = self.conduct(&Asking {
            breaker: raw.breaker.as_ref(),
            timeout: raw.timeout,
            retry: raw.retry,
            deadline: raw.deadline,
        });
        Hedge { members, after: raw.after.clone(), conduct }
    }

    pub(super) fn balance(&mut self, raw: &RawBalance) -> Balance {
        let among = self.among(&raw.among);
        let by = match &raw.by {
            By::Weighted(weighted) => {
                let mut weights = vec![1.0; among.len()];
                for (name, weight) in &weighted.shares.0 {
                    match among.iter().position(|member| member.as_str() == name.value) {
                        Some(at) => weights[at] = *weight,
                        None => {
                            let known = among.iter().map(PolicyId::as_str);
                            let help = suggest::help(&name.value, known);
                            let message = format!("`{}` gets no requests here", name.value);
                            self.complain(message, Some(help), &name.span);
                        }
                    }
                }
                let are_fine = weights.iter().all(|weight| (0.0..=1e9).contains(weight));
                if !are_fine || weights.iter().sum::<f64>() <= 0.0 {
                    let help = "from 0 to 1000000000, and one of them above 0";
                    let message = "weights that nobody can be chosen by".to_owned();
                    self.complain(message, Some(help.into()), &raw.among.span);
                }
                Choice::Weighted(weights)
            }
            By::LeastBusy(_) => Choice::LeastBusy,
            By::Latency(_) => Choice::Latency,
            By::Ewma(_) => Choice::Ewma,
            By::PeakEwma(_) => Choice::PeakEwma,
            By::TwoChoices(_) => Choice::TwoChoices,
            By::Usage(_) => Choice::Usage,
        };
        if !matches!(by, Choice::Weighted(_)) {
            self.models_only(&among, &raw.among.span);
        }
        let conduct = self.conduct(&Asking {
            breaker: raw.breaker.as_ref(),
            timeout: raw.timeout,
            retry: raw.retry,
            deadline: raw.deadline,
        });
        Balance { among, by, tries: raw.tries.get(), conduct }
    }

    /// How busy or fast somebody is, is known of models alone.
    pub(super) fn models_only(&mut self, among: &[PolicyId], at: &Range<usize>) {
        let models: BTreeSet<&str> = self.models.iter().map(|model| model.as_str()).collect();
        let policy = among.iter().find(|member| {
            let is_declared = self.raw.0.iter().any(|(name, _)| name.value == member.as_str());
            is_declared && !models.contains(member.as_str())
        });
        if let Some(policy) = policy {
            let message = format!("how busy `{policy}` is, is not known: it is a policy");
            let help = "only models here; `balance` takes policies by `weighted`";
            self.complain(message, Some(help.to_owned()), at);
        }
    }

    pub(super) fn conduct(&mut self, asking: &Asking<'_>) -> crate::policy::Conduct {
        let (conduct, complaint) = asking.conduct(self.breakers);
        self.complaints.extend(complaint);
        conduct
    }
}
