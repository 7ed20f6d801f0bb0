//! A ranking of options, and how it is written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Options in places, best first; options in one place are tied.
///
/// It is written `B > A = C > D`. A comma and a new line stand for `>` too, so that a list may be
/// one, and where none of these signs occurs, white space does: `B A C D`. White space around an
/// option does not count, and where there are signs, an option may have some inside. A `>`, `=` or
/// comma needs an option on both sides. Case counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ranking {
    /// No place is empty, and tied options are in order of name.
    places: Vec<Vec<String>>,
}

/// Why a text is no ranking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARanking {
    /// There is no option in it.
    #[error("a ranking without any option")]
    Empty,
    /// A sign without an option before it or after it.
    #[error("a ranking in which `{0}` lacks an option on one side")]
    Dangling(char),
    /// An option twice.
    #[error("a ranking that names `{0}` twice")]
    Repeated(String),
}

impl Ranking {
    /// The options in each place, best first.
    pub fn places(&self) -> impl Iterator<Item = &[String]> {
        self.places.iter().map(Vec::as_slice)
    }

    /// All options, best first.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.places.iter().flatten().map(String::as_str)
    }

    fn of(mut places: Vec<Vec<String>>) -> Result<Self, NotARanking> {
        places.iter_mut().for_each(|tied| tied.sort());
        let mut all: Vec<&String> = places.iter().flatten().collect();
        all.sort();
        match all.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(NotARanking::Repeated(pair[0].clone())),
            None if all.is_empty() => Err(NotARanking::Empty),
            None => Ok(Self { places }),
        }
    }
}

impl FromStr for Ranking {
    type Err = NotARanking;

    fn from_str(text: &str) -> Result<Self, NotARanking> {
        let text = text.trim();
        let is_sign = |c: char| matches!(c, '>' | '=' | ',' | '\n');
        if !text.contains(is_sign) {
            return Self::of(text.split_whitespace().map(|word| vec![word.to_owned()]).collect());
        }
        let mut places: Vec<Vec<String>> = Vec::new();
        // The sign since the last option; beside another sign, a new line is only white space.
        let mut pending = None;
        for part in text.split_inclusive(is_sign) {
            let option = part.trim_end_matches(is_sign).trim();
            if !option.is_empty() {
                match (pending, places.last_mut()) {
                    (Some('='), Some(tied)) => tied.push(option.to_owned()),
                    _ => places.push(vec![option.to_owned()]),
                }
                pending = None;
            }
            let Some(sign) = part.chars().next_back().filter(|c| is_sign(*c)) else { continue };
            pending = match (pending, sign) {
                (Some(earlier), '\n') => Some(earlier),
                (Some('\n') | None, sign) if !places.is_empty() => Some(sign),
                (_, sign) => return Err(NotARanking::Dangling(sign)),
            };
        }
        match pending {
            Some(sign) => Err(NotARanking::Dangling(sign)),
            None => Self::of(places),
        }
    }
}

impl fmt::Display for Ranking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self.places.iter().map(|tied| tied.join(" = ")).collect();
        f.write_str(&places.join(" > "))
    }
}

impl TryFrom<String> for Ranking {
    type Error = NotARanking;

    fn try_from(text: String) -> Result<Self, NotARanking> {
        text.parse()
    }
}

impl From<Ranking> for String {
    fn from(ranking: Ranking) -> Self {
        ranking.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ranking_reads_with_signs_as_a_list_and_as_words() {
        let dangling = |sign| Err(NotARanking::Dangling(sign));
        for (text, read) in [
            ("B > A = C > D", Ok("B > A = C > D")),
            ("B>C=A>D", Ok("B > A = C > D")),
            ("B, A, C", Ok("B > A > C")),
            ("B A  C", Ok("B > A > C")),
            ("B\nA\r\nC\n", Ok("B > A > C")),
            ("\n B >\n\n A\n= C ", Ok("B > A = C")),
            ("New York, Rome = Old Delhi", Ok("New York > Old Delhi = Rome")),
            ("B", Ok("B")),
            ("b > B", Ok("b > B")),
            ("", Err(NotARanking::Empty)),
            (" \n ", Err(NotARanking::Empty)),
            ("A > B > A", Err(NotARanking::Repeated("A".to_owned()))),
            ("A = A", Err(NotARanking::Repeated("A".to_owned()))),
            ("A A", Err(NotARanking::Repeated("A".to_owned()))),
            ("A > > B", dangling('>')),
            ("A >= B", dangling('=')),
            ("A,\n, B", dangling(',')),
            ("> A", dangling('>')),
            ("A =", dangling('=')),
            ("A,\n", dangling(',')),
            (",", dangling(',')),
        ] {
            let got = text.parse().map(|ranking: Ranking| ranking.to_string());
            assert_eq!(got, read.map(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn a_ranking_in_a_file_is_its_text() {
        let read: Result<Ranking, _> = serde_json::from_str(r#""C = A, B""#);
        let written = read.map(|ranking| serde_json::to_string(&ranking).ok());
        assert_eq!(written.ok().flatten().as_deref(), Some(r#""A = C > B""#));
        assert!(serde_json::from_str::<Ranking>(r#""A > A""#).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "[ABC>=,\n ]{0,9}") {
            if let Ok(ranking) = text.parse::<Ranking>() {
                prop_assert_eq!(ranking.to_string().parse(), Ok(ranking));
            }
        }
    }
}
