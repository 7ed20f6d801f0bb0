//! How long a reply takes, and when each of its tokens comes.

use crate::fault::Slower;
use crate::kernel::Micros;

/// How long a reply takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pace {
    /// From the request to the first token; `None` where only the whole is known.
    pub(super) first: Option<Micros>,
    /// From the request to the last byte.
    pub(super) total: Micros,
    /// How much later than that the first token is, and so everything behind it.
    pub(super) before: Micros,
    /// How much later than that each token behind the first is than the one before it.
    pub(super) each: Micros,
}

impl Pace {
    /// The wait before each of so many tokens, or before the end where there is none. The last
    /// comes at the end; where the first is not known, all are as far apart.
    pub(super) fn waits(self, n_tokens: usize) -> Vec<Micros> {
        let n = n_tokens.max(1) as u64;
        let Micros(total) = self.total;
        let first = match (n, self.first) {
            (1, _) => total,
            (n, None) => total / n,
            (_, Some(Micros(first))) => first.min(total),
        };
        let at = |token: u64| first + (total - first) * token / (n - 1).max(1);
        let wait = |token: u64| match token.checked_sub(1) {
            None => Micros(at(0)) + self.before,
            Some(last) => Micros(at(token) - at(last)) + self.each,
        };
        (0..n).map(wait).collect()
    }

    /// The same, slower.
    pub(super) fn slowed(self, slower: Slower) -> Self {
        let longer = |usual| Slower { added: Micros(0), ..slower }.of(usual);
        let before = self.before + slower.added;
        Self { first: self.first.map(longer), total: longer(self.total), before, ..self }
    }

    /// From the request to the last byte of a reply in one piece of so many tokens.
    pub(super) fn whole(self, n_tokens: usize) -> Micros {
        let n_behind = n_tokens.saturating_sub(1) as u64;
        self.total + self.before + Micros(self.each.0.saturating_mul(n_behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_comes_in_its_time_and_the_last_at_the_end() {
        let pace = |first: Option<u64>, total, before, each| Pace {
            first: first.map(Micros),
            total: Micros(total),
            before: Micros(before),
            each: Micros(each),
        };
        for (pace, n, waits) in [
            (pace(Some(10), 100, 0, 0), 4, vec![10, 30, 30, 30]),
            (pace(None, 100, 0, 0), 4, vec![25, 25, 25, 25]),
            (pace(Some(200), 100, 0, 0), 2, vec![100, 0]),
            (pace(Some(10), 100, 0, 0), 1, vec![100]),
            (pace(None, 100, 0, 0), 0, vec![100]),
            (pace(None, 0, 0, 0), 3, vec![0, 0, 0]),
            (pace(Some(10), 100, 7, 1), 4, vec![17, 31, 31, 31]),
        ] {
            let waits: Vec<Micros> = waits.into_iter().map(Micros).collect();
            assert_eq!(pace.waits(n), waits, "{pace:?} for {n}");
            let sum: u64 = waits.iter().map(|wait| wait.0).sum();
            assert_eq!(pace.whole(n), Micros(sum), "{pace:?} for {n}");
        }
    }
}
