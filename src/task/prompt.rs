//! Prompt templates: MiniJinja, with every column of the dataset as a variable.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value};

use crate::data::Item;

/// Steps that one rendering may take, so that no template runs for ever.
const FUEL: u64 = 50_000;

/// A template that is ready to be rendered.
#[derive(Debug, Clone)]
pub struct Prompt {
    source: Arc<str>,
    environment: Arc<Environment<'static>>,
}

/// Templates are the same where their texts are.
impl PartialEq for Prompt {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// What is wrong with a template, with its line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PromptError(String);

impl Prompt {
    /// Reads a template. Beside the columns it may use `letter(n)`, which is A for 0.
    ///
    /// # Errors
    /// When it is no template.
    pub fn compile(source: &str) -> Result<Self, PromptError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.add_function("letter", letter);
        environment.add_template_owned("prompt", source.to_owned()).map_err(|it| error(&it))?;
        Ok(Self { source: source.into(), environment: Arc::new(environment) })
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The variables that it uses, but those that it makes itself or asks first whether they are
    /// there; functions are none.
    pub fn variables(&self) -> BTreeSet<String> {
        let Ok(template) = self.environment.get_template("prompt") else { return BTreeSet::new() };
        let functions: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        let used = template.undeclared_variables(false).into_iter();
        used.filter(|name| !functions.contains(name.as_str()) && !self.minds(name)).collect()
    }

    /// Whether it asks somewhere if that variable is there, or says what stands in its place.
    fn minds(&self, name: &str) -> bool {
        let behind = |at: usize| self.source[at + name.len()..].trim_start();
        self.source.match_indices(name).any(|(at, _)| {
            let rest = behind(at);
            let is = rest.strip_prefix("is ").map(str::trim_start).unwrap_or_default();
            let is = is.strip_prefix("not ").map_or(is, str::trim_start);
            let or = rest.strip_prefix('|').map(str::trim_start).unwrap_or_default();
            is.starts_with("defined")
                || is.starts_with("undefined")
                || or.starts_with("default")
                || or.starts_with("d(")
        })
    }

    /// The variables that an item brings.
    pub fn brings(item: &Item) -> BTreeSet<String> {
        variables(item).into_iter().map(|(name, _)| name).collect()
    }

    /// The prompt of one item.
    ///
    /// # Errors
    /// When it uses a variable that the item lacks, or runs too long.
    pub fn render(&self, item: &Item) -> Result<String, PromptError> {
        self.render_with(item, Map::new())
    }

    /// The same with variables beside the item's, before which they come.
    ///
    /// # Errors
    /// See [`Self::render`].
    pub fn render_with(
        &self,
        item: &Item,
        more: Map<String, Value>,
    ) -> Result<String, PromptError> {
        let mut variables = variables(item);
        variables.extend(more);
        let variables = minijinja::value::Serde(Value::Object(variables));
        let template = self.environment.get_template("prompt").map_err(|it| error(&it))?;
        template.render(variables).map_err(|it| error(&it))
    }
}

fn variables(item: &Item) -> Map<String, Value> {
    let mut variables: Map<String, Value> = serde_json::from_str(&item.row).unwrap_or_default();
    variables.insert("id".into(), item.id.as_str().into());
    variables.insert("choices".into(), item.choices.clone().into());
    if let Some(input) = &item.input {
        variables.insert("input".into(), input.as_str().into());
    }
    if let Some(category) = &item.category {
        variables.insert("category".into(), category.as_str().into());
    }
    variables
}

fn letter(position: u32) -> Result<String, minijinja::Error> {
    let letter = u8::try_from(position).ok().filter(|position| *position < 26);
    letter.map(|position| char::from(b'A' + position).to_string()).ok_or_else(|| {
        let kind = minijinja::ErrorKind::InvalidOperation;
        minijinja::Error::new(kind, "there are 26 letters; the first is letter(0)")
    })
}

fn error(error: &minijinja::Error) -> PromptError {
    let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    match error.line() {
        Some(line) => PromptError(format!("the template's line {line}: {what}")),
        None => PromptError(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_a_variable_and_a_missing_one_is_an_error() {
        let row = serde_json::json!({"passage": "P", "question": "Q"});
        let item = Item {
            input: Some("Q".into()),
            choices: vec!["x".into(), "y".into()],
            row: row.to_string().into(),
            ..Item::new("i")
        };
        let source = "{{ passage }} {{ input }}\n{% for c in choices %}{{ letter(loop.index0) }}. \
                      {{ c }}\n{% endfor %}";
        assert_eq!(Prompt::compile(source).unwrap().render(&item).unwrap(), "P Q\nA. x\nB. y\n");
        for (source, complaint) in [
            ("{{ passage }}\n{{ pasage }}", "line 2"),
            ("{{ letter(26) }}", "26 letters"),
            (
                "{% for i in range(9000) %}{% for j in range(9000) %}{% endfor %}{% endfor %}",
                "fuel",
            ),
        ] {
            let error = Prompt::compile(source).unwrap().render(&item).unwrap_err();
            assert!(error.to_string().contains(complaint), "{error}");
        }
        assert!(Prompt::compile("{{ input").is_err());
    }

    #[test]
    fn variables_are_those_that_have_to_be_there() {
        for (source, used) in [
            ("{{ a }}{{ b.c }}{{ letter(0) }}{{ range(3) }}", "a b"),
            ("{% for a in b %}{{ a }}{{ loop.index }}{% endfor %}{% set c = 1 %}{{ c }}", "b"),
            ("{% if a is defined %}{{ a }}{% endif %}{% if b is not defined %}{% endif %}", ""),
            ("{{ a | default(b) }}{{ c|d('x') }}", "b"),
        ] {
            let used: BTreeSet<String> = used.split_whitespace().map(str::to_owned).collect();
            assert_eq!(Prompt::compile(source).unwrap().variables(), used, "{source}");
        }
    }
}
