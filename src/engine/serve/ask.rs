//! What a client asks, in no vendor's words.

use sha2::{Digest, Sha256};

use crate::kernel::PromptId;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Instructions.
    System,
    /// The question.
    User,
    /// The model itself, earlier.
    Assistant,
    /// What a tool brought.
    Tool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) role: Role,
    pub(super) text: String,
}

/// How the reply is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Delivery {
    /// In one piece.
    #[default]
    Whole,
    /// Token by token, as server-sent events.
    Stream,
}

/// Whether a stream says what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tally {
    /// It does not.
    #[default]
    Silent,
    /// In an event of its own before the end mark.
    Told,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ask {
    /// The model, as the client calls it.
    pub(super) model: String,
    /// What was said so far; instructions first.
    pub(super) turns: Vec<Turn>,
    pub(super) delivery: Delivery,
    /// Asked for on chat completions only; the other formats always tell.
    pub(super) tally: Tally,
    /// The longest reply, in tokens.
    pub(super) max_tokens: Option<u64>,
    pub(super) seed: Option<u64>,
    /// Probabilities of tokens are wanted.
    pub(super) logprobs: bool,
}

/// The SHA-256 of who said what. Prompts of the scenario and of clients are matched by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PromptHash([u8; 32]);

impl PromptHash {
    /// Instructions are one text, however many messages they came in, because some wire formats
    /// have one place for them.
    pub(super) fn of(turns: &[Turn]) -> Self {
        let mut hasher = Sha256::new();
        let (system, said): (Vec<&Turn>, Vec<&Turn>) =
            turns.iter().partition(|turn| turn.role == Role::System);
        for turn in system.into_iter().chain(said) {
            hasher.update([turn.role as u8]);
            hasher.update((turn.text.len() as u64).to_le_bytes());
            hasher.update(turn.text.as_bytes());
        }
        Self(hasher.finalize().into())
    }

    /// That of a question made of answers, which is called by what is asked and by this hash.
    pub(super) fn of_prompt(prompt: &PromptId) -> Option<Self> {
        let (_, hex) = prompt.as_str().rsplit_once('-')?;
        let byte = |at: usize| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok();
        let mut hash = [0; 32];
        for (at, place) in hash.iter_mut().enumerate() {
            *place = byte(at)?;
        }
        (hex.len() == 64).then_some(Self(hash))
    }

    /// As bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In hexadecimal, to key what is drawn for a prompt that no item has.
    pub(super) fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(role: Role, text: &str) -> Turn {
        Turn { role, text: text.to_owned() }
    }

    #[test]
    fn a_question_made_of_answers_is_known_by_what_is_said() {
        use crate::policy::made::{self, Part};
        use crate::provider::{Message, Role as Speaker};
        let said = |role, content: &str| Message { role, content: content.to_owned() };
        let messages = [said(Speaker::System, "a"), said(Speaker::User, "b")];
        let turns = [turn(Role::System, "a"), turn(Role::User, "b")];
        let id = made::id(Part::Fuse, &messages);
        assert_eq!(PromptHash::of_prompt(&id), Some(PromptHash::of(&turns)));
        for other in ["", "answer-", "answer-0f", "answer"] {
            assert_eq!(PromptHash::of_prompt(&other.into()), None, "{other}");
        }
    }

    #[test]
    fn who_said_what_makes_a_prompt_and_where_instructions_stand_does_not() {
        let prompt = [turn(Role::System, "a"), turn(Role::User, "b")];
        let same = [turn(Role::User, "b"), turn(Role::System, "a")];
        assert_eq!(PromptHash::of(&prompt), PromptHash::of(&same));
        for other in [
            vec![turn(Role::User, "a"), turn(Role::User, "b")],
            vec![turn(Role::System, "ab"), turn(Role::User, "")],
            vec![turn(Role::System, "a"), turn(Role::Assistant, "b")],
            vec![turn(Role::User, "b")],
        ] {
            assert_ne!(PromptHash::of(&prompt), PromptHash::of(&other), "{other:?}");
        }
    }
}
