//! Models that exist nowhere: as often right and as fast as they are told to be.

use std::fmt;

use rand::{Rng, RngExt};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::wrong::wrong;
use crate::data::{Extracted, Item, Recorded};
use crate::kernel::{Lasting, Micros, ModelId, Probability, PromptId, Seed, TaskId, Tokens};

/// Candidates whose answers are made up. For trying policies, servers and programs, and never for a
/// verdict on a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Synthetic {
    /// The share of items that each of its models is right on, each item drawn by itself.
    pub accuracy: Probability,
    /// How long an answer takes: a length of time, or `{ p50: .., p95: .. }` of a lognormal.
    pub latency: Latency,
    /// The time to the first token. Left out: unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token: Option<Lasting>,
    /// Tokens of every prompt. Left out: one for four bytes of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of every answer. Left out: one for four bytes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// What is said, with `{answer}` where the answer goes, for extractors that look for more.
    /// Left out: the answer alone, which no extractor has to find.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// Answers to each item.
    pub samples: Samples,
    /// Fates that its models share beyond the provider.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Answers to each item: from 1 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "u32", extend("minimum" = 1, "maximum" = 1000))]
pub struct Samples(u32);

/// Why a number is no number of samples.
#[derive(Debug, thiserror::Error)]
#[error("{0} samples can't be: from 1 to 1000")]
pub struct NotSamples(u32);

/// How long an answer takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// Always as long.
    Fixed(Lasting),
    /// Lognormal: half of the answers take at most `p50`, nineteen of twenty at most `p95`.
    Lognormal(Percentiles),
}

/// Two percentiles of a length of time; the second is at least the first, which is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percentiles {
    /// The median.
    pub p50: Lasting,
    /// What nineteen of twenty are within.
    pub p95: Lasting,
}

/// The 95th percentile of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            accuracy: Probability::THREE_QUARTERS,
            latency: Latency::Lognormal(Percentiles {
                p50: Lasting::millis(800),
                p95: Lasting::millis(2000),
            }),
            first_token: None,
            input_tokens: None,
            output_tokens: None,
            says: None,
            samples: Samples(1),
            groups: Vec::new(),
        }
    }
}

impl Synthetic {
    /// How many answers each item has.
    pub fn n_samples(&self) -> u32 {
        self.samples.0
    }

    /// What the model says of the item; the same for the same seed, names and sample.
    ///
    /// A right answer is the first target. Where there is none, only the verdict is told.
    pub fn answer(
        &self,
        seed: Seed,
        task: &TaskId,
        model: &ModelId,
        item: &Item,
        sample: u32,
    ) -> Recorded {
        let parts = [task.as_str(), model.as_str(), item.id.as_str(), &sample.to_string()];
        let mut rng = seed.stream("synthetic", &parts);
        let is_right = rng.random::<f64>() < self.accuracy.value();
        let latency = self.latency.draw(&mut rng);
        let answer = item.targets.first().map(|target| match is_right {
            true => target.clone(),
            false => wrong(item, &mut rng),
        });
        let correct = answer.is_none().then_some(is_right);
        let fill = |(says, answer): (&String, &String)| says.replace("{answer}", answer);
        let response = self.says.as_ref().zip(answer.as_ref()).map(fill);
        let estimate = |text: &str| (text.len() as u64).div_ceil(4).max(1);
        let sent = self.input_tokens.or_else(|| item.input.as_deref().map(estimate));
        let said = response.as_ref().or(answer.as_ref()).map_or("", String::as_str);
        let received = self.output_tokens.unwrap_or_else(|| estimate(said));
        Recorded {
            task: Some(task.clone()),
            id: item.id.clone(),
            model: model.clone(),
            sample,
            response,
            answer: answer.map_or(Extracted::NotRecorded, Extracted::Found),
            correct,
            prompt_tokens: sent.map(Tokens),
            completion_tokens: Some(Tokens(received)),
            ttft: self.first_token.map(|Lasting(first)| first.min(latency)),
            latency: Some(latency),
            ..Recorded::default()
        }
    }
}

/// What a synthetic model is asked about answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// Which of several is best.
    Best,
    /// How good one is, from 1 to 10.
    Grade,
    /// Whether one is right.
    Right,
}

impl Synthetic {
    /// What the model says about answers to an item, of which `scores` has how right each is: the
    /// truth with its accuracy, and else something else.
    pub fn opinion(
        &self,
        seed: Seed,
        (model, item, prompt): (&ModelId, &Item, &PromptId),
        asked: Opinion,
        scores: &[f64],
    ) -> Recorded {
        let parts = [model.as_str(), item.id.as_str(), prompt.as_str()];
        let mut rng = seed.stream("synthetic opinion", &parts);
        let is_right = rng.random::<f64>() < self.accuracy.value();
        let latency = self.latency.draw(&mut rng);
        let first = scores.first().is_some_and(|score| *score > 0.5);
        let response = match asked {
            Opinion::Best => {
                let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let is_it = |at: &usize| (scores[*at] >= most) == is_right;
                let fit: Vec<usize> = (0..scores.len()).filter(is_it).collect();
                let at = match fit[..] {
                    // All are as good, so none is wrong to prefer.
                    [] => rng.random_range(0..scores.len().max(1)),
                    _ => fit[rng.random_range(0..fit.len())],
                };
                format!("Best: {}", at + 1)
            }
            Opinion::Grade if first == is_right => format!("Grade: {}", rng.random_range(7..=10)),
            Opinion::Grade => format!("Grade: {}", rng.random_range(1..=4)),
            Opinion::Right => format!("Right: {}", if first == is_right { "yes" } else { "no" }),
        };
        let estimate = |text: &str| (text.len() as u64).div_ceil(4).max(1);
        let received = self.output_tokens.unwrap_or_else(|| estimate(&response));
        Recorded {
            id: item.id.clone(),
            model: model.clone(),
            prompt: Some(prompt.clone()),
            prompt_tokens: self.input_tokens.map(Tokens),
            completion_tokens: Some(Tokens(received)),
            ttft: self.first_token.map(|Lasting(first)| first.min(latency)),
            latency: Some(latency),
            response: Some(response),
            ..Recorded::default()
        }
    }
}

impl Latency {
    /// One draw.
    ///
    /// `exp(mu + sigma z)` with `mu = ln p50` and `sigma = ln(p95 / p50) / z95`, which makes
    /// the percentiles those of the lognormal; `z` by Box and Muller (Annals of Mathematical
    /// Statistics 29 (1958), 610-611). The test below counts how many draws are within them.
    fn draw(self, rng: &mut impl Rng) -> Micros {
        let Percentiles { p50, p95 } = match self {
            Self::Fixed(Lasting(micros)) => return micros,
            Self::Lognormal(percentiles) => percentiles,
        };
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        // 1 - u is in (0, 1], so that its logarithm is finite.
        let z = (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        let (p50, p95) = (p50.0.0 as f64, p95.0.0 as f64);
        Micros((p50 * ((p95 / p50).ln() / Z95 * z).exp()).round() as u64)
    }
}

impl TryFrom<u32> for Samples {
    type Error = NotSamples;

    fn try_from(n: u32) -> Result<Self, NotSamples> {
        if (1..=1000).contains(&n) { Ok(Self(n)) } else { Err(NotSamples(n)) }
    }
}

impl From<Samples> for u32 {
    fn from(Samples(n): Samples) -> Self {
        n
    }
}

impl Serialize for Latency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(lasting) => lasting.serialize(serializer),
            Self::Lognormal(percentiles) => percentiles.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Latency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextOrTable;
        impl<'de> Visitor<'de> for TextOrTable {
            type Value = Latency;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as 800ms, or a table with `p50` and `p95`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Latency, E> {
                text.parse().map(Latency::Fixed).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Latency, A::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                let percentiles = Percentiles::deserialize(map)?;
                let Percentiles { p50, p95 } = percentiles;
                if p50 == Lasting::default() || p95 < p50 {
                    return Err(A::Error::custom("`p50` is not 0, and `p95` is at least `p50`"));
                }
                Ok(Latency::Lognormal(percentiles))
            }
        }
        from.deserialize_any(TextOrTable)
    }
}

impl JsonSchema for Latency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SyntheticLatency".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "oneOf": [Lasting::json_schema(generator), Percentiles::json_schema(generator)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: usize) -> Item {
        Item {
            id: id.to_string().into(),
            input: Some("What is 20 - 2?".into()),
            targets: vec!["18".into()],
            choices: Vec::new(),
            category: None,
            cluster: None,
            row: std::sync::Arc::default(),
        }
    }

    fn rows(synthetic: &Synthetic, n: usize) -> Vec<Recorded> {
        let (task, model) = (TaskId::from("t"), ModelId::from("m"));
        (0..n).map(|id| synthetic.answer(Seed(7), &task, &model, &item(id), 0)).collect()
    }

    #[test]
    fn it_is_right_and_quick_as_often_as_it_is_told_to_be() {
        let yaml = r#"{"accuracy": 0.7, "latency": {"p50": "100ms", "p95": "400ms"}}"#;
        let synthetic: Synthetic = serde_json::from_str(yaml).unwrap();
        let rows = rows(&synthetic, 4000);
        let count = |is: &dyn Fn(&Recorded) -> bool| rows.iter().filter(|row| is(row)).count();
        let within = |ms: f64| move |row: &Recorded| row.latency.is_some_and(|it| it.ms() <= ms);
        let right = |row: &Recorded| row.answer == Extracted::Found("18".into());
        // Four standard errors of a share of n = 4000.
        for (name, found, share, error) in [
            ("right", count(&right), 0.7, 0.029),
            ("within p50", count(&within(100.0)), 0.5, 0.032),
            ("within p95", count(&within(400.0)), 0.95, 0.014),
        ] {
            assert!((found as f64 / 4000.0 - share).abs() < error, "{name}: {found} of 4000");
        }
    }

    #[test]
    fn the_same_question_has_the_same_answer_and_another_sample_its_own() {
        let synthetic = Synthetic::default();
        assert_eq!(rows(&synthetic, 50), rows(&synthetic, 50));
        let (task, model) = (TaskId::from("t"), ModelId::from("m"));
        let latency = |sample| synthetic.answer(Seed(7), &task, &model, &item(0), sample).latency;
        assert_ne!(latency(0), latency(1));
    }

    #[test]
    fn what_is_said_holds_the_answer_and_is_counted() {
        let yaml = r#"{"accuracy": 1, "latency": "5ms", "says": "Answer: {answer}"}"#;
        let synthetic: Synthetic = serde_json::from_str(yaml).unwrap();
        let row = rows(&synthetic, 1).remove(0);
        assert_eq!(row.response.as_deref(), Some("Answer: 18"));
        assert_eq!((row.prompt_tokens, row.completion_tokens), (Some(Tokens(4)), Some(Tokens(3))));
        assert_eq!(row.latency, Some(Micros(5000)));
        for wrong in [r#"{"latency": {"p50": "2s", "p95": "1s"}}"#, r#"{"samples": 0}"#] {
            assert!(serde_json::from_str::<Synthetic>(wrong).is_err(), "{wrong}");
        }
    }
}
