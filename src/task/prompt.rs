//! Prompt templates: MiniJinja, with every column of the dataset as a variable.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, UndefinedBehavior};
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
        // So that errors name what is undefined; without this they do in builds for tests only.
        environment.set_debug(true);
        environment.add_function("letter", letter);
        environment.add_template_owned("prompt", source.to_owned()).map_err(|it| error(&it))?;
        Ok(Self { source: source.into(), environment: Arc::new(environment) })
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The variables that it uses somewhere, but those that it makes itself; functions are none.
    pub fn variables(&self) -> BTreeSet<String> {
        let Ok(template) = self.environment.get_template("prompt") else { return BTreeSet::new() };
        let functions: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        let used = template.undeclared_variables(false).into_iter();
        used.filter(|name| !functions.contains(name.as_str())).collect()
    }

    /// The first variable for whose absence the prompt of an item can't be rendered, if one is.
    pub fn misses(&self, item: &Item, more: Map<String, Value>) -> Option<String> {
        let error = self.try_render(item, more).err()?;
        let detail = error.detail()?;
        if error.kind() == ErrorKind::UnknownFunction {
            return detail.strip_suffix(" is unknown").map(str::to_owned);
        }
        // It says "`name` is undefined", or "`name.part` is undefined", perhaps with more around.
        let (before, _) = detail.rsplit_once("` is undefined")?;
        let (_, expression) = before.rsplit_once('`')?;
        expression.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
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
        self.try_render(item, more).map_err(|it| error(&it))
    }

    fn try_render(
        &self,
        item: &Item,
        more: Map<String, Value>,
    ) -> Result<String, minijinja::Error> {
        let mut variables = variables(item);
        variables.extend(more);
        let variables = minijinja::value::Serde(Value::Object(variables));
        self.environment.get_template("prompt")?.render(variables)
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
        let kind = ErrorKind::InvalidOperation;
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
    fn variables_are_those_that_it_does_not_make_itself() {
        for (source, used) in [
            ("{{ a }}{{ b.c }}{{ letter(0) }}{{ range(3) }}", "a b"),
            ("{% for a in b %}{{ a }}{{ loop.index }}{% endfor %}{% set c = 1 %}{{ c }}", "b"),
        ] {
            let used: BTreeSet<String> = used.split_whitespace().map(str::to_owned).collect();
            assert_eq!(Prompt::compile(source).unwrap().variables(), used, "{source}");
        }
    }

    #[test]
    fn a_variable_is_missed_where_rendering_fails_for_its_absence() {
        let item = Item { category: Some("c".into()), ..Item::new("i") };
        for (source, missed) in [
            ("{{ id }}\n{{ b.c }}", Some("b")),
            ("{% for a in b %}{{ a }}{% endfor %}", Some("b")),
            ("{% if b %}{% endif %}", Some("b")),
            ("{% set a = b %}\n{{ a }}", Some("b")),
            ("{{ b | upper }}", Some("b")),
            ("{{ b ~ id }}{{ c }}", Some("b")),
            ("{{ a | default(b) }}", Some("b")),
            ("{{ b(1) }}", Some("b")),
            ("{{ choices[7] }}", Some("choices")),
            ("{{ (b)|default('') }}{{ b|d('x') }}{{ [b, 'x']|first|default('z') }}", None),
            ("{% if b is none %}{% endif %}{% if b is not defined %}{% endif %}", None),
            ("{% if category == 'zz' %}{{ b }}{% endif %}", None),
            ("{{ letter(26) }}", None),
        ] {
            let found = Prompt::compile(source).unwrap().misses(&item, Map::new());
            assert_eq!(found.as_deref(), missed, "{source}");
        }
    }
}
