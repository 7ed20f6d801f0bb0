//! Waiting for one of several servers: the formulas of Erlang.

/// Requests that come at random to `servers`, each busy with one at a time for an exponential time:
/// M/M/c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    /// How many requests can be served at once.
    pub servers: u32,
    /// Arrivals in a mean service time: the load in erlangs.
    pub offered: f64,
}

impl Queue {
    /// The chance that a request finds all servers busy and is lost, where none may wait.
    ///
    /// `None` without servers, and for a load that is negative or not finite. It does not depend on
    /// the law of the service time.
    /// Source: A. K. Erlang, Post Office Electrical Engineers' Journal 10 (1917), 189-197; by the
    /// recursion `B_c = a B_{c-1} / (c + a B_{c-1})`, which is stable. Checked against independent
    /// code (`tests/golden_availability.rs`).
    pub fn loss(&self) -> Option<f64> {
        let Self { servers, offered } = *self;
        let is_known = servers > 0 && offered.is_finite() && offered >= 0.0;
        let next = |loss: f64, busy: u32| {
            let by_one = offered * loss;
            by_one / (f64::from(busy) + by_one)
        };
        is_known.then(|| (1..=servers).fold(1.0, next))
    }

    /// The chance that a request has to wait, where all may: Erlang's C.
    ///
    /// `None` also for a load of as many erlangs as there are servers or more: the queue then grows
    /// for ever.
    /// Source: as [`Self::loss`]; `C = c B / (c - a (1 - B))`. Checked as that is.
    pub fn waits(&self) -> Option<f64> {
        let (servers, loss) = (f64::from(self.servers), self.loss()?);
        let is_stable = self.offered < servers;
        is_stable.then(|| servers * loss / (servers - self.offered * (1.0 - loss)))
    }

    /// How long a request waits on average, those among them that need not, in mean service times.
    ///
    /// `None` as for [`Self::waits`].
    /// Source: as [`Self::loss`]; `C / (c - a)`. Checked as that is.
    pub fn mean_wait(&self) -> Option<f64> {
        Some(self.waits()? / (f64::from(self.servers) - self.offered))
    }

    /// The chance of waiting longer than `time`, in mean service times: `C exp(-(c - a) t)`, first
    /// come, first served.
    ///
    /// `None` as for [`Self::waits`], and for a negative time.
    /// Source: L. Kleinrock, Queueing Systems I (1975), ch. 3. Checked by its mean (test below).
    pub fn waits_longer(&self, time: f64) -> Option<f64> {
        let idle = f64::from(self.servers) - self.offered;
        let waits = self.waits()?;
        (time >= 0.0).then(|| waits * (-idle * time).exp())
    }
}

/// The share of requests that a limit turns away for good where `offered` come in a time in which
/// `limit` are let through, evenly and for long: `1 - limit / offered`, and 0 below the limit.
///
/// `None` for what is negative or not finite. Requests that come again are part of those offered.
/// Source: conservation of requests. Checked by hand (test below).
pub fn refused_share(offered: f64, limit: f64) -> Option<f64> {
    let are_rates = [offered, limit].into_iter().all(|rate| rate.is_finite() && rate >= 0.0);
    are_rates.then(|| if offered <= limit { 0.0 } else { 1.0 - limit / offered })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_server_waits_as_often_as_it_is_busy() {
        for offered in [0.0, 0.1, 0.5, 0.99] {
            let queue = Queue { servers: 1, offered };
            let got = [queue.loss(), queue.waits(), queue.mean_wait()].map(Option::unwrap);
            let wanted = [offered / (1.0 + offered), offered, offered / (1.0 - offered)];
            for (got, wanted) in got.into_iter().zip(wanted) {
                assert!((got - wanted).abs() < 1e-12, "{offered}: {got} is not {wanted}");
            }
        }
    }

    #[test]
    fn a_queue_that_grows_for_ever_has_no_wait() {
        for (servers, offered) in [(1, 1.0), (2, 2.5)] {
            let queue = Queue { servers, offered };
            assert!(queue.loss().is_some());
            assert_eq!([queue.waits(), queue.mean_wait(), queue.waits_longer(1.0)], [None; 3]);
        }
        for (servers, offered) in [(0, 0.5), (1, -1.0), (1, f64::NAN), (1, f64::INFINITY)] {
            assert_eq!(Queue { servers, offered }.loss(), None, "{servers} for {offered}");
        }
        assert_eq!(Queue { servers: 1, offered: 0.5 }.waits_longer(-1.0), None);
    }

    #[test]
    fn a_limit_turns_away_what_it_does_not_let_through() {
        assert_eq!([refused_share(10.0, 20.0), refused_share(0.0, 0.0)], [Some(0.0); 2]);
        assert_eq!(refused_share(80.0, 20.0), Some(0.75));
        assert_eq!([refused_share(-1.0, 1.0), refused_share(1.0, f64::NAN)], [None; 2]);
    }

    proptest! {
        #[test]
        fn the_mean_wait_is_that_of_its_law(servers in 1u32..40, load in 0.01..0.99f64) {
            let queue = Queue { servers, offered: load * f64::from(servers) };
            let (step, mean) = (1e-3, queue.mean_wait().unwrap());
            // Trapezoids under the chance of waiting longer, as far as it matters.
            let idle = f64::from(servers) - queue.offered;
            let times = (0..40_000).map(|at| f64::from(at) * step / idle);
            let area: f64 = times.map(|time| queue.waits_longer(time).unwrap()).sum();
            let area = (area - queue.waits().unwrap() / 2.0) * step / idle;
            prop_assert!((area - mean).abs() <= 1e-5 * mean, "{} is not {}", area, mean);
        }
    }
}
