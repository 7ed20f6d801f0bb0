//! The words of questions that are made of answers.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Part;
use crate::data::Item;
use crate::kernel::PromptId;
use crate::provider::{Message, Role};
use crate::task::prompt::{Prompt, PromptError};

/// Which of several is best.
pub const CHOOSE: &str = "\
Here are a question and {{ candidates | length }} responses to it. Which response is best?

Question:
{{ question }}

{% for candidate in candidates %}Response {{ loop.index }}:
{{ candidate }}

{% endfor %}\
Judge by whether the response answers the question rightly, and not by its length, its style or
its place in this list. Think as long as you need to. Then end with one line that says
\"Best: \" and the number of the response, such as \"Best: 1\".";

/// Which of two is better.
pub const COMPARE: &str = "\
Here are a question and two responses to it. Which response is better?

Question:
{{ question }}

{% for candidate in candidates %}Response {{ loop.index }}:
{{ candidate }}

{% endfor %}\
Judge by whether the response answers the question rightly, and not by its length, its style or
its place in this list. Think as long as you need to. Then end with one line that says
\"Best: 1\" or \"Best: 2\".";

/// How good one is.
pub const GRADE: &str = "\
Here are a question and a response to it. How good is the response?

Question:
{{ question }}

Response:
{{ candidates[0] }}

Judge by whether the response answers the question rightly, and not by its length or its style:
10 is surely right, 1 is surely wrong. Think as long as you need to. Then end with one line that
says \"Grade: \" and a whole number from 1 to 10, such as \"Grade: 7\".";

/// Whether one is right.
pub const ACCEPT: &str = "\
Here are a question and a response to it. Is the response right?

Question:
{{ question }}

Response:
{{ candidates[0] }}

Think as long as you need to. Then end with one line that says \"Right: yes\" or \"Right: no\".";

/// One answer out of several.
pub const FUSE: &str = "\
{{ question }}

Others were asked the same, and responded:

{% for candidate in candidates %}Response {{ loop.index }}:
{{ candidate }}

{% endfor %}\
Some of these responses may be wrong. Weigh them, and answer the question yourself, in the form
that it asks for.";

/// The same question once more, to whoever answered before.
pub const AGAIN: &str = "\
{{ question }}

These responses were given, yours perhaps among them:

{% for candidate in candidates %}Response {{ loop.index }}:
{{ candidate }}

{% endfor %}\
Some of them may be wrong. Examine them, and answer the question again, in the form that it asks
for.";

/// What a prompt shows.
#[derive(Debug, Clone, Copy)]
pub struct Shows<'a> {
    /// The item.
    pub item: &'a Item,
    /// What was asked of it.
    pub question: &'a str,
    /// The instructions that it was asked under, where there were some.
    pub system: Option<&'a str>,
    /// What was answered, in the order in which it is shown.
    pub candidates: &'a [String],
}

/// What is said to put such a question. Who is to answer has the instructions of whoever answered.
///
/// # Errors
/// When the template uses a variable that is not there: the columns of the item are, `question`,
/// and the list `candidates`.
pub fn messages(
    prompt: &Prompt,
    part: Part,
    shows: Shows<'_>,
) -> Result<Vec<Message>, PromptError> {
    let mut variables = Map::new();
    variables.insert("question".into(), shows.question.into());
    variables.insert("candidates".into(), Value::from(shows.candidates.to_vec()));
    let content = prompt.render_with(shows.item, variables)?;
    let system = shows.system.filter(|_| part.is_answer());
    let system = system.map(|text| Message { role: Role::System, content: text.to_owned() });
    Ok(system.into_iter().chain([Message { role: Role::User, content }]).collect())
}

/// What the question is recorded under: what is asked, and the SHA-256 of what is said.
pub fn id(part: Part, messages: &[Message]) -> PromptId {
    let mut hasher = Sha256::new();
    for Message { role, content } in messages {
        hasher.update([*role as u8]);
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content.as_bytes());
    }
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digest}", part.name()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prompt_shows_the_question_and_what_was_answered() {
        let item = Item::new("i");
        let candidates = ["It is 4.".to_owned(), "It is 5.".to_owned()];
        for (text, part, n_shown) in [
            (CHOOSE, Part::Choose, 2),
            (COMPARE, Part::Compare, 2),
            (GRADE, Part::Grade, 1),
            (ACCEPT, Part::Accept, 1),
            (FUSE, Part::Fuse, 2),
            (AGAIN, Part::Again(1), 2),
        ] {
            let prompt = Prompt::compile(text).unwrap();
            let (question, system) = ("What is 2 + 2?", Some("Be brief."));
            let candidates = &candidates[..n_shown];
            let shows = Shows { item: &item, question, system, candidates };
            let messages = messages(&prompt, part, shows).unwrap();
            let said = &messages.last().unwrap().content;
            assert!(said.contains(question), "{said}");
            assert!(candidates.iter().all(|it| said.contains(it.as_str())), "{said}");
            assert_eq!(messages.len(), if part.is_answer() { 2 } else { 1 }, "{part:?}");
            let known = id(part, &messages);
            assert!(known.as_str().starts_with(&format!("{}-", part.name())), "{known}");
            let other = id(part, &messages[messages.len() - 1..]);
            assert_eq!(known == other, messages.len() == 1, "instructions are part of it");
        }
    }
}
