//! A reply, in no vendor's words: its tokens, why it ended, and what it took.

use crate::kernel::Tokens;

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// It was done.
    Stop,
    /// It met the limit of tokens.
    Length,
    /// The model or a filter declined.
    Refusal,
}

/// What a reply took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Tokens sent, cached ones included.
    pub(super) prompt: Tokens,
    /// Of those, tokens that were cached.
    pub(super) cached: Tokens,
    /// Tokens received, reasoning included.
    pub(super) completion: Tokens,
    /// Of those, tokens of reasoning.
    pub(super) reasoning: Tokens,
}

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Twenty-four hexadecimal digits, the same for the same model, prompt and sample.
    pub(super) id: String,
    /// The model that is said to have answered.
    pub(super) model: String,
    /// The text in pieces, one a token.
    pub(super) pieces: Vec<String>,
    pub(super) finish: Finish,
    pub(super) usage: Usage,
    /// The natural logarithm of each token's probability, where a recording says how sure the
    /// model was and the client wants to know.
    pub(super) logprob: Option<f64>,
}

impl Said {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.pieces.concat()
    }

    /// The reply cut after `most` tokens; one that is shorter is left as it is.
    pub(super) fn cut(mut self, most: u64) -> Self {
        let n = self.usage.completion.0;
        if most < n {
            let n_pieces = self.pieces.len() as u64;
            let n_kept = (n_pieces * most).div_ceil(n) as usize;
            self.pieces.truncate(n_kept);
            self.usage.completion = Tokens(most);
            self.usage.reasoning = Tokens(self.usage.reasoning.0.min(most));
            self.finish = Finish::Length;
        }
        self
    }
}

/// Cuts a text into as many pieces as it has tokens, as even as characters allow.
///
/// Nobody records where tokens end. No piece is empty, so a text has at most as many pieces as
/// characters, and an empty text has none.
pub(super) fn pieces(text: &str, n_tokens: u64) -> Vec<String> {
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    let n_characters = ends.len();
    let n = (n_tokens.max(1) as usize).min(n_characters);
    let end = |piece: usize| match piece * n_characters / n.max(1) {
        0 => 0,
        n_before => ends[n_before - 1],
    };
    (0..n).map(|piece| text[end(piece)..end(piece + 1)].to_owned()).collect()
}

/// Tokens of a text of which nobody counted them: one for four bytes, at least one.
pub(super) fn estimate(text: &str) -> Tokens {
    Tokens((text.len() as u64).div_ceil(4).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text_and_none_is_empty() {
        for (text, n_tokens, n_pieces) in
            [("", 3, 0), ("B", 2, 1), ("hello", 2, 2), ("größer", 6, 6), ("a b c", 1, 1)]
        {
            let pieces = pieces(text, n_tokens);
            assert_eq!(pieces.len(), n_pieces, "{text} in {n_tokens}");
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| !piece.is_empty()), "{text} in {n_tokens}");
        }
    }

    #[test]
    fn a_reply_is_cut_at_its_limit_and_says_so() {
        let said = Said {
            id: String::new(),
            model: String::new(),
            pieces: pieces("abcdefghij", 10),
            finish: Finish::Stop,
            usage: Usage {
                prompt: Tokens(3),
                cached: Tokens(0),
                completion: Tokens(10),
                reasoning: Tokens(0),
            },
            logprob: None,
        };
        for (most, text, finish) in [
            (10, "abcdefghij", Finish::Stop),
            (11, "abcdefghij", Finish::Stop),
            (4, "abcd", Finish::Length),
            (0, "", Finish::Length),
        ] {
            let cut = said.clone().cut(most);
            assert_eq!((cut.text().as_str(), cut.finish), (text, finish), "at {most}");
            assert_eq!(cut.usage.completion, Tokens(most.min(10)), "at {most}");
        }
    }
}
