//! A wrong answer to a question whose right ones are known.

use rand::{Rng, RngExt};

use crate::data::Item;

/// Drawn among the other choices; where there are none, a number next to the target, or a text
/// that says what it is. It is no target, as far as texts can tell.
pub fn wrong(item: &Item, rng: &mut impl Rng) -> String {
    let is_target = |text: &str| item.targets.iter().any(|target| target.trim() == text.trim());
    let letters = letters(item.choices.len());
    let has_letters = item.targets.iter().all(|target| letters.contains(&target.trim().to_owned()));
    let options = if has_letters { &letters } else { &item.choices };
    let others: Vec<&String> = options.iter().filter(|option| !is_target(option)).collect();
    if !others.is_empty() {
        return others[rng.random_range(0..others.len())].clone();
    }
    let number = item.targets.first().and_then(|target| Number::read(target));
    if let Some(number) = number {
        // Two targets may be neighbours, but no target has so many.
        for _ in 0..100 {
            let beside = number.beside(rng);
            if !is_target(&beside) {
                return beside;
            }
        }
    }
    format!("made-up wrong answer {}", rng.random_range(1..=9))
}

/// A for the first choice, and so on, as far as letters go.
fn letters(n_choices: usize) -> Vec<String> {
    (b'A'..=b'Z').take(n_choices).map(|letter| char::from(letter).to_string()).collect()
}

/// A plain number and how many decimals it has.
struct Number {
    value: f64,
    n_decimals: usize,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().replace(',', "");
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
        let n_decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Some(Self { value, n_decimals })
    }

    /// From 1 to 9 more or less.
    fn beside(&self, rng: &mut impl Rng) -> String {
        let by = f64::from(rng.random_range(1..=9_i32)) * if rng.random() { 1.0 } else { -1.0 };
        format!("{:.*}", self.n_decimals, self.value + by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    fn item(targets: &[&str], choices: &[&str]) -> Item {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Item {
            id: "i".into(),
            input: None,
            targets: texts(targets),
            choices: texts(choices),
            category: None,
            cluster: None,
            row: std::sync::Arc::default(),
        }
    }

    #[test]
    fn a_wrong_answer_looks_like_a_right_one_and_is_none() {
        let mut rng = Seed(1).stream("wrong", &[]);
        for (targets, choices, allowed) in [
            (vec!["B"], vec!["x", "y", "z"], vec!["A", "C"]),
            (vec!["y"], vec!["x", "y", "z"], vec!["x", "z"]),
            (vec!["A", "C"], vec!["x", "y", "z"], vec!["B"]),
        ] {
            for _ in 0..20 {
                let wrong = wrong(&item(&targets, &choices), &mut rng);
                assert!(allowed.contains(&wrong.as_str()), "{wrong} for {targets:?}");
            }
        }
        for (target, n_decimals) in [("18", 0), ("-3.50", 2), ("1,200", 0)] {
            let wrong = wrong(&item(&[target], &[]), &mut rng);
            let number = Number::read(&wrong).unwrap();
            let by = (number.value - Number::read(target).unwrap().value).abs();
            assert!((0.999..=9.001).contains(&by), "{wrong} for {target}");
            assert_eq!(number.n_decimals, n_decimals, "{wrong} for {target}");
        }
        let text = wrong(&item(&["Lima"], &[]), &mut rng);
        assert!(text.starts_with("made-up wrong answer"), "{text}");
        assert_ne!(wrong(&item(&["only"], &["only"]), &mut rng), "only");
    }
}
