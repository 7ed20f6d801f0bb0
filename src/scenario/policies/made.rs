//! Policies that ask about answers, as they are typed and as they are used: judges and fusions.

use std::num::NonZeroU32;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Resolver;
use crate::kernel::lists::AllOr;
use crate::kernel::{ModelId, PolicyId, Spanned};
use crate::policy::made::{self, Part};
use crate::policy::{Accept, Cascade, Fuse, How, Judge, Otherwise};
use crate::scenario::raw::RawCascade;
use crate::scenario::suggest;
use crate::task::prompt::Prompt;

/// One more model says whose answer is best.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawJudge {
    /// Models or policies, or `all` models; one model is enough where it has several samples.
    pub members: Spanned<AllOr>,
    /// How many samples of each member are judged, where members are models. Left out: one.
    #[serde(default)]
    pub samples: Option<Spanned<NonZeroU32>>,
    /// With how many members missing, 2 at most, `run` asks the judge as well, so that outages can
    /// be simulated. Left out: with none.
    #[serde(default)]
    pub without: Option<Spanned<u32>>,
    /// The model that judges.
    pub by: Spanned<ModelId>,
    /// What it is asked: which of all is best (`choose`), how good each is (`grade`), or which of
    /// two is better, for every pair in both orders (`pairwise`).
    #[serde(default)]
    pub how: How,
    /// Whose answer it is where the judge can't be asked, or says nothing that can be read.
    #[serde(default)]
    pub otherwise: Otherwise,
    /// The words (MiniJinja): beside the columns of the item, `question` is what members were asked
    /// and `candidates` what they answered.
    #[serde(default)]
    pub prompt: Option<Spanned<String>>,
}

/// A model, or the members again, answer with the members' answers before them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFuse {
    /// Models or policies, or `all` models.
    pub members: Spanned<AllOr>,
    /// The model that answers in the end. Left out: what most members say in the last round.
    #[serde(default)]
    pub by: Option<Spanned<ModelId>>,
    /// How often answers are shown and the question is asked again; by whoever answers in the end
    /// the last time, and by all members the others.
    #[serde(default = "once")]
    pub rounds: Spanned<NonZeroU32>,
    /// With how many members missing, 2 at most, `run` asks as well, so that outages can be
    /// simulated. Left out: with none.
    #[serde(default)]
    pub without: Option<Spanned<u32>>,
    /// Whose answer it is where nothing comes of the last round.
    #[serde(default)]
    pub otherwise: Otherwise,
    /// The words for whoever answers in the end, as those of a judge.
    #[serde(default)]
    pub prompt: Option<Spanned<String>>,
    /// The words for members who are asked again.
    #[serde(default)]
    pub again: Option<Spanned<String>>,
}

const fn once() -> Spanned<NonZeroU32> {
    Spanned { value: NonZeroU32::MIN, span: 0..0 }
}

/// More rounds than this bring nothing but calls.
const MOST_ROUNDS: u32 = 8;

/// Of more members every pair is too many.
const MOST_OF_PAIRS: usize = 12;

/// More members than this are hardly missing at once, and subsets are many.
const MOST_MISSING: usize = 2;

/// More responses than this are too many to be shown.
const MOST_SHOWN: usize = 50;

impl Resolver<'_> {
    pub(super) fn cascade(&mut self, raw: &RawCascade, at: &Range<usize>) -> Cascade {
        if raw.stages.len() < 2 {
            let help = "a cascade has at least two stages, cheapest first";
            self.complain("too few stages".into(), Some(help.into()), at);
        }
        let prompt = match &raw.accept.value {
            Accept::Judge(judge) => {
                self.model(&judge.by, &raw.accept.span);
                self.words(judge.prompt.as_deref(), &raw.accept.span, Part::Accept)
            }
            _ => None,
        };
        Cascade { stages: self.names(&raw.stages), accept: raw.accept.value.clone(), prompt }
    }

    pub(super) fn judge(&mut self, raw: &RawJudge) -> Option<Judge> {
        let members = self.among(&raw.members);
        let samples = self.samples_of(raw);
        let n = members.len().saturating_mul(samples as usize);
        self.several(n, raw.samples.as_ref().map_or(&raw.members.span, |it| &it.span));
        self.model(&raw.by.value, &raw.by.span);
        if raw.how == How::Pairwise && n > MOST_OF_PAIRS {
            let message = format!("every pair of {n} answers is too many");
            let help = format!("at most {MOST_OF_PAIRS} of them, or `how: choose`");
            self.complain(message, Some(help), &raw.members.span);
        }
        let prompt = self.prompt(raw.prompt.as_ref(), raw.how.part())?;
        let (how, otherwise) = (raw.how, raw.otherwise);
        let without = self.without(raw.without.as_ref(), n.saturating_sub(2));
        if let (How::Grade | How::Pairwise, Some(without)) = (raw.how, &raw.without) {
            let message = "one answer, or two, are asked about whoever is missing".to_owned();
            let help = "leave out `without`, or `how`".to_owned();
            self.complain(message, Some(help), &without.span);
        }
        Some(Judge { members, samples, without, by: raw.by.value.clone(), how, otherwise, prompt })
    }

    /// How many samples of each member are judged; only models have several.
    fn samples_of(&mut self, raw: &RawJudge) -> u32 {
        let samples = raw.samples.as_ref().map_or(1, |samples| samples.value.get());
        if let (2.., AllOr::These(names)) = (samples, &raw.members.value) {
            for name in names {
                self.has_samples(name, "where `samples` are judged the members are models");
            }
        }
        samples
    }

    /// With how many members missing questions are asked as well.
    fn without(&mut self, raw: Option<&Spanned<u32>>, most: usize) -> u32 {
        let Some(without) = raw else { return 0 };
        let most = most.min(MOST_MISSING);
        if without.value as usize > most {
            let message = format!("questions without {} of the members can't be", without.value);
            let help = format!("from 0 to {most}");
            self.complain(message, Some(help), &without.span);
        }
        without.value
    }

    pub(super) fn fuse(&mut self, raw: &RawFuse) -> Option<Fuse> {
        let members = self.among(&raw.members);
        self.several(members.len(), &raw.members.span);
        if let Some(by) = &raw.by {
            self.model(&by.value, &by.span);
        }
        let rounds = raw.rounds.value.get();
        if rounds > MOST_ROUNDS {
            let help = Some(format!("from 1 to {MOST_ROUNDS}"));
            self.complain(format!("{rounds} rounds can't be"), help, &raw.rounds.span);
        }
        if raw.by.is_none() || rounds > 1 {
            self.answer_again(&members, &raw.members.span);
        }
        let prompt = self.prompt(raw.prompt.as_ref(), Part::Fuse);
        let again = self.prompt(raw.again.as_ref(), Part::Again(1));
        let by = raw.by.as_ref().map(|by| by.value.clone());
        let (rounds, otherwise) = (rounds.min(MOST_ROUNDS), raw.otherwise);
        let without = self.without(raw.without.as_ref(), members.len().saturating_sub(1));
        Some(Fuse { members, by, rounds, without, otherwise, prompt: prompt?, again: again? })
    }

    /// A judge of one answer, or a fusion of it, is none.
    fn several(&mut self, n: usize, at: &Range<usize>) {
        let (message, several) = match n {
            1 => ("one member has nobody to be compared with".to_owned(), ", or `samples` of one"),
            n if n > MOST_SHOWN => (format!("{n} answers are too many"), ""),
            _ => return,
        };
        let help = format!("from 2 to {MOST_SHOWN} models or policies{several}");
        self.complain(message, Some(help), at);
    }

    /// Who is asked about answers is a model.
    fn model(&mut self, name: &ModelId, at: &Range<usize>) {
        let is_policy = self.raw.0.iter().any(|(known, _)| known.value == name.as_str());
        if is_policy && !self.models.contains(name) {
            let help = "name a model: what it is asked is recorded as a reply of its own";
            let message = format!("`{name}` is a policy, and only models can be asked");
            self.complain(message, Some(help.to_owned()), at);
        } else if !self.models.contains(name) && !self.declared.contains(name.as_str()) {
            let help = suggest::help(name.as_str(), self.models.iter().map(ModelId::as_str));
            self.complain(format!("unknown model `{name}`"), Some(help), at);
        }
    }

    /// Only a model can be asked again with other words.
    fn answer_again(&mut self, members: &[PolicyId], at: &Range<usize>) {
        let is_declared =
            |member: &&PolicyId| self.raw.0.iter().any(|(name, _)| name.value == member.as_str());
        let policy =
            members.iter().find(|it| is_declared(it) || it.as_str() == suggest::BEST_SINGLE);
        if let Some(policy) = policy {
            let message = format!("`{policy}` is a policy, and only models can be asked again");
            let help = "name models, or a `by` and one round";
            self.complain(message, Some(help.to_owned()), at);
        }
    }

    fn prompt(&mut self, own: Option<&Spanned<String>>, part: Part) -> Option<Prompt> {
        let at = own.map_or(0..0, |own| own.span.clone());
        self.words(own.map(|own| own.value.as_str()), &at, part)
    }

    /// The words that were given, or else the usual ones.
    fn words(&mut self, own: Option<&str>, at: &Range<usize>, part: Part) -> Option<Prompt> {
        let usual = match part {
            Part::Choose => made::CHOOSE,
            Part::Compare => made::COMPARE,
            Part::Grade => made::GRADE,
            Part::Accept => made::ACCEPT,
            Part::Fuse => made::FUSE,
            Part::Again(_) => made::AGAIN,
        };
        match Prompt::compile(own.unwrap_or(usual)) {
            Ok(prompt) => Some(prompt),
            Err(error) => {
                self.complain(error.to_string(), None, at);
                None
            }
        }
    }
}
