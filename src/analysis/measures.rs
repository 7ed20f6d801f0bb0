//! What models and policies are measured by.

use std::collections::BTreeMap;

use super::estimate::{Scored, accuracy};
use super::intervals::Intervals;
use crate::data::Verdict;
use crate::data::summary::{Cost, Counts, Measures, Quantiles, TokenCounts};
use crate::kernel::{Micros, Tokens, Usd};
use crate::stats;

/// One item as it went for one model or policy.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What the user got.
    pub verdict: Verdict,
    /// The cluster of the item.
    pub cluster: u32,
    /// Whether every call of it was sent; others tell nothing of a price.
    pub is_sent: bool,
    /// What it cost.
    pub cost: Option<Usd>,
    /// To the answer.
    pub latency: Option<Micros>,
    /// To the first token.
    pub ttft: Option<Micros>,
    /// Tokens sent and received.
    pub tokens: Option<(Tokens, Tokens)>,
}

/// Everything that can be said of these items together.
pub fn measures(cases: &[Case], intervals: Intervals) -> Measures {
    let asked: Vec<&Case> = cases.iter().filter(|case| case.verdict != Verdict::NotRun).collect();
    let score = |case: &&Case| {
        let score = case.verdict.score()?;
        Some(Scored { score, cluster: case.cluster })
    };
    let answered: Vec<Scored> = asked.iter().filter_map(score).collect();
    let of_all: Vec<Scored> = asked
        .iter()
        .map(|case| Scored { score: case.verdict.score().unwrap_or(0.0), cluster: case.cluster })
        .collect();
    let served = || asked.iter().filter(|case| case.verdict.score().is_some());
    Measures {
        counts: counts(cases),
        failures: failures(cases),
        accuracy: accuracy(&answered, intervals),
        accuracy_of_all: accuracy(&of_all, intervals),
        cost_usd: cost(&asked),
        tokens: tokens(&asked),
        latency_ms: quantiles(served().map(|case| case.latency)),
        ttft_ms: quantiles(served().map(|case| case.ttft)),
        tokens_per_second: tokens_per_second(served().copied()),
    }
}

/// `None` where any time or count is unknown, and where a reply took no time at all.
fn tokens_per_second<'a>(answered: impl Iterator<Item = &'a Case>) -> Option<f64> {
    let speed = |case: &Case| {
        let Micros(taken) = case.latency?;
        let taken = taken.saturating_sub(case.ttft.unwrap_or_default().0);
        (taken > 0).then(|| case.tokens.map(|(_, Tokens(n))| n as f64 / (taken as f64 / 1e6)))?
    };
    let mut speeds: Vec<f64> = answered.map(speed).collect::<Option<_>>()?;
    speeds.sort_by(f64::total_cmp);
    stats::quantile(&speeds, 0.5)
}

fn counts(cases: &[Case]) -> Counts {
    let mut counts = Counts::default();
    for case in cases {
        let count = match case.verdict {
            Verdict::Answered { .. } => &mut counts.answered,
            Verdict::Abstained => &mut counts.abstained,
            Verdict::Unparsed => &mut counts.unparsed,
            Verdict::Refused => &mut counts.refused,
            Verdict::Failed(_) => &mut counts.failed,
            Verdict::NotRun => &mut counts.not_run,
        };
        *count += 1;
    }
    counts.asked = cases.len() as u64 - counts.not_run;
    counts
}

fn failures(cases: &[Case]) -> BTreeMap<String, u64> {
    let mut failures = BTreeMap::new();
    for case in cases {
        if let Verdict::Failed(failure) = case.verdict {
            *failures.entry(failure.name().to_owned()).or_default() += 1;
        }
    }
    failures
}

/// `None` as soon as one is unknown, and where nobody was asked. A thousand items cost what those
/// do that were sent: a provider that was down for long would look cheap.
fn cost(asked: &[&Case]) -> Option<Cost> {
    if asked.is_empty() {
        return None;
    }
    let dollars = |of: &mut dyn Iterator<Item = &&Case>| {
        Some(of.map(|case| case.cost).sum::<Option<Usd>>()?.dollars())
    };
    let total = dollars(&mut asked.iter())?;
    let n_sent = asked.iter().filter(|case| case.is_sent).count();
    let of_sent = dollars(&mut asked.iter().filter(|case| case.is_sent))?;
    Some(Cost {
        total,
        per_1k: (n_sent > 0).then(|| of_sent / n_sent as f64 * 1000.0),
        unsent: (asked.len() - n_sent) as u64,
    })
}

fn tokens(asked: &[&Case]) -> Option<TokenCounts> {
    let (mut input, mut output) = (Tokens(0), Tokens(0));
    for case in asked {
        match (case.tokens, case.verdict) {
            (Some((sent, received)), _) => {
                input += sent;
                output += received;
            }
            (None, Verdict::Failed(_)) => {}
            (None, _) => return None,
        }
    }
    (input.0 > 0).then_some(TokenCounts { input: input.0, output: output.0 })
}

/// `None` where any is unknown: a percentile of what happens to be known would mislead.
fn quantiles(times: impl Iterator<Item = Option<Micros>>) -> Option<Quantiles> {
    let mut times: Vec<f64> = times.map(|time| time.map(Micros::ms)).collect::<Option<_>>()?;
    times.sort_by(f64::total_cmp);
    let quantile = |p| stats::quantile(&times, p);
    Some(Quantiles {
        p50: quantile(0.5)?,
        p90: quantile(0.9)?,
        p95: quantile(0.95)?,
        p99: quantile(0.99)?,
        mean: times.iter().sum::<f64>() / times.len() as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Failure;

    #[test]
    fn a_failed_call_is_not_a_wrong_answer() {
        let case = |verdict, cluster| Case {
            verdict,
            cluster,
            is_sent: true,
            cost: Some(Usd::from_picos(1_000_000)),
            latency: Some(Micros(1000)),
            ttft: None,
            tokens: Some((Tokens(10), Tokens(2))),
        };
        let answered = |score| Verdict::Answered { answer: None, score };
        let failed = Case {
            cost: Some(Usd::ZERO),
            tokens: None,
            ..case(Verdict::Failed(Failure::Quota), 3)
        };
        let cases = [
            case(answered(1.0), 0),
            case(answered(0.0), 1),
            case(Verdict::Unparsed, 2),
            failed,
            case(Verdict::NotRun, 4),
        ];
        let measures = measures(&cases, Intervals::default());
        let Counts { asked, answered, unparsed, failed, not_run, .. } = measures.counts;
        assert_eq!((asked, answered, unparsed, failed, not_run), (4, 2, 1, 1, 1));
        let accuracy = measures.accuracy.unwrap();
        assert_eq!((accuracy.point, accuracy.n), (0.5, 2));
        let of_all = measures.accuracy_of_all.unwrap();
        assert_eq!((of_all.point, of_all.n), (0.25, 4));
        assert_eq!(measures.failures.get("quota"), Some(&1));
        assert_eq!(measures.cost_usd.unwrap().total, 3e-6);
        assert_eq!(measures.tokens, Some(TokenCounts { input: 30, output: 6 }));
        assert_eq!(measures.ttft_ms, None);
        assert_eq!(measures.tokens_per_second, Some(2000.0), "two tokens in a millisecond");
    }

    #[test]
    fn what_was_never_sent_makes_nothing_cheap() {
        let case = |is_sent, cost: Option<i64>| Case {
            verdict: Verdict::Failed(Failure::Unavailable),
            cluster: 0,
            is_sent,
            cost: cost.map(Usd::from_picos),
            latency: None,
            ttft: None,
            tokens: None,
        };
        let (sent, free) = (case(true, Some(2_000_000_000)), case(true, Some(0)));
        let (down, unknown) = (case(false, Some(0)), case(true, None));
        for (cases, wanted) in [
            (vec![sent, sent], Some((0.004, Some(2.0), 0))),
            (vec![sent, down, down], Some((0.002, Some(2.0), 2))),
            (vec![sent, free, down], Some((0.002, Some(1.0), 1))),
            (vec![down, down], Some((0.0, None, 2))),
            (vec![sent, down, unknown], None),
        ] {
            let cost = measures(&cases, Intervals::default()).cost_usd;
            assert_eq!(cost.map(|it| (it.total, it.per_1k, it.unsent)), wanted, "{cases:?}");
        }
    }

    #[test]
    fn speed_counts_from_the_first_token_where_that_is_known() {
        let case = |ttft, latency| Case {
            verdict: Verdict::Answered { answer: None, score: 1.0 },
            cluster: 0,
            is_sent: true,
            cost: None,
            latency,
            ttft,
            tokens: Some((Tokens(10), Tokens(6))),
        };
        let second = Some(Micros(1_000_000));
        for (ttft, latency, speed) in [
            (None, second, Some(6.0)),
            (Some(Micros(400_000)), second, Some(10.0)),
            (second, second, None),
            (None, None, None),
        ] {
            let measures = measures(&[case(ttft, latency)], Intervals::default());
            assert_eq!(measures.tokens_per_second, speed, "{ttft:?} of {latency:?}");
        }
    }
}
