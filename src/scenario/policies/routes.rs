//! Resolves routers: what they look at, and what is made of it.

use std::ops::Range;

use super::Resolver;
use crate::kernel::Spanned;
use crate::policy::cascade_route::Worth;
use crate::policy::route::{By, Trade};
use crate::policy::{CascadeRoute, Route};
use crate::scenario::breakers::Asking;
use crate::scenario::raw::{RawCascadeRoute, RawRoute};

/// Routers that expect something of each member.
const EXPECT: &str = "routers by `category`, `knn`, `logistic` and `matrix-factorisation` take it";

impl Resolver<'_> {
    pub(super) fn route(&mut self, raw: &RawRoute) -> Route {
        let among = self.among(&raw.among);
        if matches!(raw.by, By::Length(_)) && among.len() != 2 {
            let help = "two members: the first for short questions, the second for long ones";
            let message = format!("{} members are routed to by length", among.len());
            self.complain(message, Some(help.into()), &raw.among.span);
        }
        if matches!(raw.by, By::Latency(_) | By::Priority(_)) {
            self.models_only(&among, &raw.among.span);
        }
        let trade = self.trade(raw, among.len());
        let asking = Asking {
            breaker: raw.breaker.as_ref(),
            timeout: raw.timeout,
            retry: raw.retry,
            deadline: raw.deadline,
        };
        Route { among, by: raw.by.clone(), trade, conduct: self.conduct(&asking) }
    }

    pub(super) fn cascade_route(
        &mut self,
        raw: &RawCascadeRoute,
        at: &Range<usize>,
    ) -> CascadeRoute {
        let among = self.among(&raw.among);
        if among.len() > CascadeRoute::MOST {
            let message = format!("{} members have too many sets to weigh", among.len());
            let help = format!("name {} at most", CascadeRoute::MOST);
            self.complain(message, Some(help), &raw.among.span);
        }
        if !expects(&raw.by.value) {
            let message = format!("by {} nothing is expected of members", raw.by.value.name());
            let help = "`category`, `knn`, `logistic` and `matrix-factorisation` say what is";
            self.complain(message, Some(help.into()), &raw.by.span);
        }
        let worth = match (&raw.worth_usd, &raw.worth_calls) {
            (Some(dollars), None) => Worth::Dollars(self.above_0(dollars, "dollars")),
            (None, Some(calls)) => Worth::Calls(self.above_0(calls, "calls")),
            (both, _) => {
                let message = match both {
                    Some(_) => "a right answer is worth dollars or calls, not both",
                    None => "nobody says what a right answer is worth",
                };
                let help = "`worth_usd: 0.02`, or `worth_calls: 20` where prices are unknown";
                let span = both.as_ref().map_or(at, |it| &it.span);
                self.complain(message.to_owned(), Some(help.into()), span);
                Worth::Calls(1.0)
            }
        };
        let asking = Asking {
            breaker: raw.breaker.as_ref(),
            timeout: raw.timeout,
            retry: raw.retry,
            deadline: raw.deadline,
        };
        let conduct = self.conduct(&asking);
        CascadeRoute { conduct, ..CascadeRoute::new(among, raw.by.value.clone(), worth) }
    }

    fn above_0(&mut self, worth: &Spanned<f64>, unit: &str) -> f64 {
        if !(worth.value > 0.0 && worth.value.is_finite()) {
            let message = format!("{} is not what a right answer is worth", worth.value);
            self.complain(message, Some(format!("{unit}, above 0")), &worth.span);
        }
        worth.value
    }

    fn trade(&mut self, raw: &RawRoute, n_members: usize) -> Trade {
        let expects = expects(&raw.by);
        let by = raw.by.name();
        let mut trade = Trade::Best;
        if let Some(share) = &raw.share {
            let help = match &raw.by {
                _ if expects && n_members == 2 => None,
                By::Length(_) => Some("`by: { length: { share: 0.3 } }` has its own".to_owned()),
                _ if expects => Some("a share is that of the second of two members".to_owned()),
                _ => Some(EXPECT.to_owned()),
            };
            if help.is_some() {
                let message = format!("a router by {by} among {n_members} takes no share");
                self.complain(message, help, &share.span);
            }
            trade = Trade::Share(share.value);
        }
        if let Some(worth) = &raw.worth_usd {
            if !expects {
                let message = format!("a router by {by} weighs no prices");
                self.complain(message, Some(EXPECT.into()), &worth.span);
            } else if raw.share.is_some() {
                let help = "leave out `share` or `worth_usd`".to_owned();
                let message = "a share decides already who is asked".to_owned();
                self.complain(message, Some(help), &worth.span);
            }
            trade = Trade::Worth(self.above_0(worth, "dollars"));
        }
        trade
    }
}

/// Whether a router expects something of each member.
fn expects(by: &By) -> bool {
    !matches!(by, By::Length(_) | By::Latency(_) | By::Priority(_))
}
