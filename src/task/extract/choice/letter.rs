//! An item's choices, and when a letter in a text stands for one of them.

/// The choices of an item, lettered from A.
pub(super) struct Options<'a> {
    choices: &'a [String],
    n_letters: usize,
}

/// What a statement names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// One letter, in upper case.
    One(char),
    /// More than one, which settles on none.
    Several,
}

/// In which case a letter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// In upper case.
    Upper,
    /// In lower case too, where punctuation or nothing follows.
    Any,
}

impl<'a> Options<'a> {
    pub(super) fn of(choices: &'a [String]) -> Self {
        let n_letters = if choices.is_empty() { 26 } else { choices.len().min(26) };
        Self { choices, n_letters }
    }

    /// A letter in upper case, if there is a choice of it.
    pub(super) fn get(&self, letter: char) -> Option<char> {
        let upper = letter.to_ascii_uppercase();
        let nth = u32::from(upper).checked_sub(u32::from('A'))?;
        ((nth as usize) < self.n_letters).then_some(upper)
    }

    /// The letter that a text begins with, or else the choice whose text it begins with, apart
    /// from punctuation and words like `definitely option`.
    pub(super) fn named_in(&self, text: &str) -> Option<Said> {
        self.letter_in(text, Case::Any).or_else(|| self.text_at(undressed(text)).map(Said::One))
    }

    /// The letter that a text begins with, apart from punctuation and filling words.
    pub(super) fn letter_in(&self, text: &str, case: Case) -> Option<Said> {
        let bare = undressed(text);
        let first = bare.chars().next().filter(char::is_ascii_alphabetic)?;
        let letter = self.get(first)?;
        let after = &bare[1..];
        let next = after.chars().next();
        let is_in_word = next.is_some_and(goes_on) || is_joined(after);
        let is_lower = first.is_ascii_lowercase();
        let is_said = !is_lower || (case == Case::Any && next.is_none_or(ends_letter));
        let is_letter = is_said && !is_in_word && !is_word(letter, after);
        let said = if self.names_another(after) { Said::Several } else { Said::One(letter) };
        (is_letter && !is_denied(after)).then_some(said)
    }

    /// The letter that labels a line: `C) text`, `C. text`, `C text of the choice`.
    pub(super) fn label(&self, line: &str) -> Option<char> {
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || "*_#>-([".contains(c));
        let letter = bare.chars().next().filter(char::is_ascii_uppercase)?;
        let letter = self.get(letter)?;
        let after = &bare[1..];
        let is_label = match after.chars().next() {
            None | Some('.' | ')' | ':' | ',' | ';' | ']' | '*' | '。' | '、' | '：' | '，') => {
                true
            }
            Some(' ') => self.text(letter).is_some_and(|text| begins_with(after.trim(), text)),
            Some(c) => c.is_alphabetic() && u32::from(c) >= 0x2e80,
        };
        is_label.then_some(letter)
    }

    /// The only choice whose text stands in a text. One that is part of another found is not
    /// counted: `Paris, Texas` is not `Paris`.
    pub(super) fn only_text_in(&self, text: &str) -> Option<char> {
        let within = text.to_lowercase();
        let lower: Vec<(char, String)> =
            self.texts().map(|(letter, choice)| (letter, choice.to_lowercase())).collect();
        let found: Vec<&(char, String)> =
            lower.iter().filter(|(_, choice)| stands_in(&within, choice)).collect();
        let is_part = |part: &str| {
            found.iter().any(|(_, other)| other.len() > part.len() && stands_in(other, part))
        };
        let mut whole = found.iter().filter(|(_, choice)| !is_part(choice));
        let (letter, _) = whole.next()?;
        whole.next().is_none().then_some(*letter)
    }

    /// The choice with the longest text that a text begins with.
    fn text_at(&self, text: &str) -> Option<char> {
        let begun = self.texts().filter(|(_, choice)| begins_with(text, choice));
        begun.max_by_key(|(_, choice)| choice.len()).map(|(letter, _)| letter)
    }

    /// The choices whose text can't be taken for a letter.
    fn texts(&self) -> impl Iterator<Item = (char, &'a str)> {
        let letters = ('A'..='Z').zip(self.choices).map(|(letter, text)| (letter, text.trim()));
        letters
            .filter(|(_, text)| text.len() > 1 || text.bytes().all(|byte| byte.is_ascii_digit()))
            .filter(|(_, text)| !text.is_empty())
    }

    fn text(&self, letter: char) -> Option<&'a str> {
        self.texts().find(|(own, _)| *own == letter).map(|(_, text)| text)
    }

    /// Whether a second letter follows, as in `B, C` or `A or B`, that is not said to be wrong.
    fn names_another(&self, after: &str) -> bool {
        let rest = after.trim_start_matches(|c: char| c.is_whitespace() || ")]}*_\"'".contains(c));
        let links = [",", "&", "/", "and ", "or ", "et ", "und "];
        let Some(mut rest) = links.iter().find_map(|link| rest.strip_prefix(link)) else {
            return false;
        };
        for link in ["and ", "or "] {
            rest = rest.trim_start().strip_prefix(link).unwrap_or(rest);
        }
        let rest = rest.trim_start_matches([' ', '(', '*', '"', '\'']);
        let Some(letter) = rest.chars().next().filter(char::is_ascii_uppercase) else {
            return false;
        };
        let tail = &rest[1..];
        let is_letter = !tail.chars().next().is_some_and(goes_on) && !is_word(letter, tail);
        self.get(letter).is_some() && is_letter && !tail.trim_start().starts_with("is")
    }
}

/// Without punctuation, LaTeX and filling words at the front.
fn undressed(text: &str) -> &str {
    const FORMS: [&str; 6] = ["text{", "textbf{", "mathrm{", "mathbf{", "boxed{", "bf{"];
    const FILL: &str = " option choice letter answer definitely clearly certainly for sure likely \
        probably most indeed actually the it's it’s its it is therefore thus so hence following \
        correct best be would should that ";
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| {
            c.is_whitespace() || "*_\"'`([{$:=#>~\\“”‘’«–—-：（「".contains(c)
        });
        if let Some(inner) = FORMS.iter().find_map(|form| rest.strip_prefix(form)) {
            rest = inner;
            continue;
        }
        let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '\'' | '’');
        let word_end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        let word = &rest[..word_end];
        let is_filling = word.len() > 1
            && word.len() < 12
            && FILL.contains(&format!(" {} ", word.to_lowercase()));
        if !is_filling {
            return rest;
        }
        rest = rest[word_end..].trim_start_matches(',');
    }
}

/// Whether a word goes on with this character. Scripts without spaces don't go on.
fn goes_on(c: char) -> bool {
    c == '_' || (c.is_alphanumeric() && u32::from(c) < 0x2e80)
}

/// `I'm`, `A-level`.
fn is_joined(after: &str) -> bool {
    let tail = after.strip_prefix(['\'', '’', '-']);
    tail.is_some_and(|tail| tail.starts_with(|c: char| c.is_alphanumeric()))
}

fn ends_letter(c: char) -> bool {
    ").,:;*_\"'`}]$\\!?\n\r。".contains(c)
}

/// The article in `A careful reading`, the pronoun in `I think`.
fn is_word(letter: char, after: &str) -> bool {
    const LINKS: &str = " because since as and or which is are based due for but with not where \
        given therefore so was has in from seems would should must while would by ";
    let Some(tail) = after.strip_prefix(' ').filter(|_| matches!(letter, 'A' | 'I')) else {
        return false;
    };
    let word_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
    let word = &tail[..word_end];
    word.starts_with(char::is_lowercase) && !LINKS.contains(&format!(" {word} "))
}

/// `A is not`; and `A =`, where the letter is a variable.
fn is_denied(after: &str) -> bool {
    let tail = after.trim_start_matches(|c: char| c.is_whitespace() || ")]}*_\"'.".contains(c));
    let denials = [
        "=",
        "+",
        "<",
        ">",
        "×",
        "is not",
        "isn't",
        "isn’t",
        "is incorrect",
        "is wrong",
        "is false",
        "cannot",
        "can't",
        "can’t",
        "is eliminated",
        "is also incorrect",
    ];
    denials.iter().any(|denial| tail.starts_with(denial))
}

/// Whether a text begins with a choice's text, as whole words, case aside.
fn begins_with(text: &str, choice: &str) -> bool {
    let mut rest = text.chars().flat_map(char::to_lowercase);
    let matches = choice.chars().flat_map(char::to_lowercase).all(|c| rest.next() == Some(c));
    let is_whole = |c: char| !goes_on(c) || !choice.ends_with(goes_on);
    matches && rest.next().is_none_or(is_whole)
}

/// Whether a text has a part that stands in it as whole words.
fn stands_in(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + part.len()..].chars().next();
        let goes_on_before = before.is_some_and(goes_on) && part.starts_with(goes_on);
        let goes_on_after = after.is_some_and(goes_on) && part.ends_with(goes_on);
        !goes_on_before && !goes_on_after
    })
}
