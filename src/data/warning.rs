//! Doubts about a figure, which are shown with it.

use std::fmt;

/// What a reader must know before trusting a figure, and about what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// A price was given as assumed.
    PriceAssumed(String),
    /// Cost is unknown: no price, or no tokens.
    CostUnknown(String),
    /// Latency is unknown for some cells.
    LatencyUnknown(String),
    /// A model whose latency is unknown for some cells, and was assumed in a simulation.
    LatencyAssumed(String),
    /// Items that have no cell of this model: (model, missing, all).
    MissingCells(String, u64, u64),
    /// Items so few that intervals are wide: (task, n).
    TooFewItems(String, u64),
    /// Ties broken by rule: (policy, ties, n).
    Ties(String, u64, u64),
    /// A failure kind in a recording that is not one of ours, read as `other`: (word, rows).
    UnknownStatus(String, u64),
    /// Recorded rows that belong to no item or no task of the scenario: (source, rows).
    StrayRows(String, u64),
    /// Samples beyond the first that no policy here reads: (model, samples).
    UnusedSamples(String, u32),
    /// Calls that failed: (model, how many of each kind, failed, asked).
    FailedCalls(String, String, u64, u64),
    /// Calls that were never sent: (model, such, asked).
    NeverSent(String, u64, u64),
    /// Responses without a readable answer: (model, unparsed, asked).
    Unparsed(String, u64, u64),
    /// Answers that providers say are of other models than the one asked: (model, such, answers
    /// with a name, the names with the number of each).
    ServedByOthers(String, u64, u64, String),
    /// Recorded verdicts that disagree with the scorer: (model, rows, judged).
    VerdictsDiffer(String, u64, u64),
    /// A policy that wants more samples than there are: (policy, wanted, there).
    FewSamples(String, u32, u32),
    /// A model of which the same answer is asked several times: (model, samples).
    SameSamples(String, u32),
    /// A cascade by confidence of whose stages nobody says how sure it is: (cascade, stages).
    NeverSure(String, u64),
    /// A vote of too many members to be run again without each: (vote, members, most).
    ManyMembers(String, u64, u64),
    /// A model whose answers were made up.
    Synthetic(String),
    /// Questions made of answers to which no reply was recorded: (policy, such, all).
    Unheard(String, u64, u64),
    /// The same in a simulation, in which fewer answers may be shown: (policy, such, all).
    UnheardSimulated(String, u64, u64),
    /// A model that takes longer over a probe than the probe may: (model, took ms, may ms).
    SlowProbe(String, u64, u64),
    /// Requests of a drill that were sent after their time: (policy, late, n).
    SentLate(String, u64, u64),
    /// Asking stopped when every gate was decided: (scenario, items asked, items in all).
    StoppedEarly(String, u64, u64),
    /// Asking ended before everything was asked: (scenario, questions left, questions in all).
    Incomplete(String, u64, u64),
    /// A recommendation among models that were asked about different items: (task, items that all
    /// in it were asked about, items in all, who is left out with the number of each).
    UnevenlyAsked(String, u64, u64, String),
    /// Nothing was recommended, though the scenario wishes for it: (scenario, why).
    NoRecommendation(String, String),
}

impl Warning {
    /// Its kind, in snake case.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PriceAssumed(_) => "price_assumed",
            Self::CostUnknown(_) => "cost_unknown",
            Self::LatencyUnknown(_) => "latency_unknown",
            Self::LatencyAssumed(_) => "latency_assumed",
            Self::MissingCells(..) => "missing_cells",
            Self::TooFewItems(..) => "too_few_items",
            Self::Ties(..) => "ties",
            Self::UnknownStatus(..) => "unknown_status",
            Self::StrayRows(..) => "stray_rows",
            Self::UnusedSamples(..) => "unused_samples",
            Self::FailedCalls(..) => "failed_calls",
            Self::NeverSent(..) => "never_sent",
            Self::Unparsed(..) => "unparsed",
            Self::ServedByOthers(..) => "served_by_others",
            Self::VerdictsDiffer(..) => "verdicts_differ",
            Self::FewSamples(..) => "few_samples",
            Self::SameSamples(..) => "same_samples",
            Self::NeverSure(..) => "never_sure",
            Self::ManyMembers(..) => "many_members",
            Self::Synthetic(_) => "synthetic",
            Self::Unheard(..) => "unheard",
            Self::UnheardSimulated(..) => "unheard_simulated",
            Self::SlowProbe(..) => "slow_probe",
            Self::SentLate(..) => "sent_late",
            Self::StoppedEarly(..) => "stopped_early",
            Self::Incomplete(..) => "incomplete",
            Self::UnevenlyAsked(..) => "unevenly_asked",
            Self::NoRecommendation(..) => "no_recommendation",
        }
    }

    /// What it is about: a model, a policy, a task, a file.
    pub fn on(&self) -> &str {
        match self {
            Self::PriceAssumed(on)
            | Self::Synthetic(on)
            | Self::NoRecommendation(on, _)
            | Self::Incomplete(on, ..)
            | Self::UnevenlyAsked(on, ..)
            | Self::CostUnknown(on)
            | Self::LatencyUnknown(on)
            | Self::LatencyAssumed(on)
            | Self::MissingCells(on, ..)
            | Self::TooFewItems(on, _)
            | Self::Ties(on, ..)
            | Self::UnknownStatus(on, _)
            | Self::StrayRows(on, _)
            | Self::UnusedSamples(on, _)
            | Self::FailedCalls(on, ..)
            | Self::NeverSent(on, ..)
            | Self::Unparsed(on, ..)
            | Self::ServedByOthers(on, ..)
            | Self::VerdictsDiffer(on, ..)
            | Self::FewSamples(on, ..)
            | Self::SameSamples(on, _)
            | Self::NeverSure(on, _)
            | Self::ManyMembers(on, ..)
            | Self::Unheard(on, ..)
            | Self::UnheardSimulated(on, ..)
            | Self::SlowProbe(on, ..)
            | Self::StoppedEarly(on, ..)
            | Self::SentLate(on, ..) => on,
        }
    }
}

impl Warning {
    /// The words of those about simulations and drills.
    fn of_traffic(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SentLate(on, late, n) => write!(
                f,
                "{late} of {n} requests of {on} were sent late: this machine is too busy to be \
                 drilled on, and no figure of it is right"
            ),
            Self::SlowProbe(on, took, may) => write!(
                f,
                "a probe of {on} takes {took} ms where nothing is wrong, and may take {may} ms: it \
                 always fails, so {on} is left alone for ever; give it a longer `timeout`"
            ),
            Self::Unheard(on, such, n) => write!(
                f,
                "of {n} questions that {on} made of answers, {such} have no recorded reply: it is not \
                 judged on these items nor on the folds that they are in, where the others are the \
                 easy ones"
            ),
            Self::UnheardSimulated(on, such, n) => write!(
                f,
                "of {n} questions that {on} made of answers in the simulation, {such} have no \
                 recorded reply, say because a member was down and fewer answers were shown: they \
                 came to nothing in the usual time at the usual price, so {on} looks worse in \
                 outages than it is; `without: 1` under a judge or fusion has `run` ask them too, \
                 `every_answer: true` under `accept: judge`"
            ),
            _ => Ok(()),
        }
    }

    /// The words of those about what was asked, and what was worked out.
    fn of_work(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServedByOthers(on, such, n, names) => write!(
                f,
                "{such} of {n} answers of {on} came from another model, as the reply names it \
                 ({names}): its figures are of several models"
            ),
            Self::StoppedEarly(_, asked, n) => write!(
                f,
                "asking stopped when every gate was decided, after {asked} of {n} items: the \
                 intervals of gates hold all the same, those of the tables are a little too short"
            ),
            Self::Incomplete(_, left, n) => write!(
                f,
                "asking ended before {left} of {n} questions were asked: models may have been asked \
                 about different items, so compare them on shared ones only; the same command goes \
                 on from here"
            ),
            Self::UnevenlyAsked(on, shared, n, left_out) => {
                write!(
                    f,
                    "models were asked about different items of {on}: what is recommended is \
                     chosen and scored on the {shared} of {n} that all in it were asked about"
                )?;
                match left_out.is_empty() {
                    true => Ok(()),
                    false => write!(f, "; left out, asked about too few: {left_out}"),
                }
            }
            Self::FewSamples(on, wanted, there) => write!(
                f,
                "{on} wants {wanted} samples of each member, and {there} are there: its figures are \
                 those of {there}"
            ),
            Self::SameSamples(on, samples) => write!(
                f,
                "{on} is asked {samples} times at a temperature of 0: nearly always the same \
                 answer, paid {samples} times; give it a `temperature` above 0"
            ),
            Self::NeverSure(on, stages) => write!(
                f,
                "none of the {stages} stages before the last says how sure it is, so {on} always \
                 asks the last: ask models with `logprobs: true`, record a `confidence`, or accept \
                 by `agreement`"
            ),
            Self::ManyMembers(on, members, most) => write!(
                f,
                "what each of {members} members adds to {on} was not worked out: it is for votes \
                 of at most {most}"
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PriceAssumed(on) => {
                write!(f, "the price of {on} is assumed, so its cost is an estimate")
            }
            Self::CostUnknown(on) => {
                write!(f, "the cost of {on} is unknown: give it a `price`, and tokens to count")
            }
            Self::Synthetic(on) => {
                write!(f, "the answers of {on} are made up: its figures say nothing of any model")
            }
            Self::SentLate(..)
            | Self::SlowProbe(..)
            | Self::Unheard(..)
            | Self::UnheardSimulated(..) => self.of_traffic(f),
            Self::ServedByOthers(..)
            | Self::StoppedEarly(..)
            | Self::Incomplete(..)
            | Self::UnevenlyAsked(..)
            | Self::FewSamples(..)
            | Self::SameSamples(..)
            | Self::NeverSure(..)
            | Self::ManyMembers(..) => self.of_work(f),
            Self::NoRecommendation(_, why) => write!(f, "nothing is recommended: can't {why}"),
            Self::LatencyUnknown(on) => write!(f, "the latency of {on} was not recorded"),
            Self::LatencyAssumed(on) => write!(
                f,
                "where the latency of {on} is unknown, the simulation takes its median, or 1 s"
            ),
            Self::MissingCells(on, missing, n) => write!(
                f,
                "{on} was not asked {missing} of {n} items; compare it on shared items only"
            ),
            Self::TooFewItems(on, n) => {
                let items = if *n == 1 { "item" } else { "items" };
                write!(f, "{on} has only {n} {items}: differences of a few points can't be seen")
            }
            Self::Ties(on, ties, n) => {
                write!(f, "{on} had to break a tie on {ties} of {n} items: its `ties` rule matters")
            }
            Self::UnknownStatus(on, rows) => {
                write!(f, "status `{on}` is not a known failure kind; {rows} rows read as `other`")
            }
            Self::StrayRows(on, rows) => write!(
                f,
                "{rows} rows of {on} belong to no item of this scenario and were left out"
            ),
            Self::UnusedSamples(on, samples) => {
                write!(f, "{on} has {samples} samples; the policies here read the first")
            }
            Self::FailedCalls(on, kinds, failed, n) => write!(
                f,
                "{failed} of {n} calls to {on} failed ({kinds}): not served, which is not wrong"
            ),
            Self::NeverSent(on, such, n) => write!(
                f,
                "{such} of {n} calls to {on} were never sent, because of how earlier ones had \
                 failed: prices are of the others"
            ),
            Self::Unparsed(on, unparsed, n) => write!(
                f,
                "{unparsed} of {n} responses of {on} have no readable answer; look at the extractor"
            ),
            Self::VerdictsDiffer(on, rows, n) => {
                write!(f, "the scorer disagrees with {rows} of {n} recorded verdicts of {on}")
            }
        }
    }
}
