//! A page as somebody at a keyboard follows it: files to write, commands to run, what they show.

/// What a fenced block of a page asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Write this file: the block behind a line that holds nothing but its name.
    Write { file: String, text: String },
    /// Put this at the end of a file.
    Append { file: String, text: String },
    /// Put this in place of the line with the same key.
    Replace { file: String, text: String },
    /// Run these lines in a shell.
    Run(String),
    /// The command before shows these lines, in this order.
    Shown(String),
}

/// The steps of a page, in order. A block of another language has to say where it goes.
pub(crate) fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut before = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            before = if line.is_empty() { before } else { line };
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = block.join("\n") + "\n";
        steps.push(match language {
            "sh" => Step::Run(text),
            "text" => Step::Shown(text),
            _ => placed(before, text),
        });
    }
    steps
}

/// Where a block goes, by the line before it.
fn placed(before: &str, text: String) -> Step {
    let file = before.split('`').nth(1).unwrap_or_default().to_owned();
    if before == format!("`{file}`:") {
        Step::Write { file, text }
    } else if before.starts_with("At the end of `") {
        Step::Append { file, text }
    } else if before.starts_with("In `") && before.contains("in place of the line") {
        Step::Replace { file, text }
    } else {
        panic!("nothing says where this goes, behind: {before}\n{text}")
    }
}

/// `old` with the line of the same key replaced by `line`.
pub(crate) fn replaced(old: &str, line: &str) -> String {
    let key = |line: &str| line.split_once(':').map(|(key, _)| key.to_owned());
    let wanted = key(line);
    assert_eq!(old.lines().filter(|old| key(old) == wanted).count(), 1, "{line}\n{old}");
    let new = |old: &str| if key(old) == wanted { line.trim_end().to_owned() } else { old.into() };
    old.lines().map(|old| new(old) + "\n").collect()
}
