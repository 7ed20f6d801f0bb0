//! Resolves routers: what they look at, and what is made of it.

use super::Resolver;
use crate::policy::Route;
use crate::policy::route::{By, Trade};
use crate::scenario::breakers::Asking;
use crate::scenario::raw::RawRoute;

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

    fn trade(&mut self, raw: &RawRoute, n_members: usize) -> Trade {
        let expects = !matches!(raw.by, By::Length(_) | By::Latency(_) | By::Priority(_));
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
            if !(worth.value > 0.0 && worth.value.is_finite()) {
                let message = format!("{} is not what a right answer is worth", worth.value);
                self.complain(message, Some("dollars, above 0".into()), &worth.span);
            } else if !expects {
                let message = format!("a router by {by} weighs no prices");
                self.complain(message, Some(EXPECT.into()), &worth.span);
            } else if raw.share.is_some() {
                let help = "leave out `share` or `worth_usd`".to_owned();
                let message = "a share decides already who is asked".to_owned();
                self.complain(message, Some(help), &worth.span);
            }
            trade = Trade::Worth(worth.value);
        }
        trade
    }
}
