//! What a reply to a question made of answers says about them.

use regex::Regex;

use super::Part;

/// What a judge said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said {
    /// The response in this place, from 0, is the best.
    Best(usize),
    /// The response is so good, from 0 to 1.
    Grade(f64),
}

/// Reads what judges say.
#[derive(Debug, Clone)]
pub struct Reader {
    best: Regex,
    named: Regex,
    bare: Regex,
    grade: Regex,
    right: Regex,
    yes_or_no: Regex,
}

impl Reader {
    /// Makes it ready for use.
    ///
    /// # Errors
    /// Never, unless a pattern of this file is broken.
    pub fn new() -> Result<Self, regex::Error> {
        // What a line is told by may be set off by asterisks, quotes and the like.
        const OFF: &str = r#"[\s*_"'`#:=(\[]*"#;
        Ok(Self {
            best: Regex::new(&format!(
                r"(?i)\b(?:best|better|winner|verdict|choice|answer)\b{OFF}(?:response|is|number|option|{OFF})*{OFF}(\d{{1,4}})\b"
            ))?,
            named: Regex::new(&format!(r"(?i)\bresponse{OFF}(\d{{1,4}})\b"))?,
            bare: Regex::new(r#"^[\s*_"'`#(\[]*(\d{1,4})[\s*_"'`.)\]]*$"#)?,
            grade: Regex::new(&format!(
                r"(?i)\b(?:grade|score|rating)\b{OFF}(?:is|of)?{OFF}(\d{{1,3}}(?:\.\d+)?)"
            ))?,
            right: Regex::new(&format!(
                r"(?i)\b(?:right|correct|verdict|answer)\b{OFF}(?:is)?{OFF}(yes|no|true|false)\b"
            ))?,
            yes_or_no: Regex::new(r#"(?i)^[\s*_"'`]*(yes|no|true|false)\b"#)?,
        })
    }

    /// What a reply says of so many responses; `None` where it can't be read, or means none of
    /// them.
    ///
    /// The last statement counts, for models that think first: `Best: 2`, in whatever way it is
    /// set off. Where there is none: a number alone on the last line, or the only response that
    /// is named at all.
    pub fn read(&self, part: Part, reply: &str, n_shown: usize) -> Option<Said> {
        match part {
            Part::Choose | Part::Compare => self.best(reply, n_shown).map(Said::Best),
            Part::Grade => self.grade(reply).map(Said::Grade),
            Part::Accept => self.is_right(reply).map(|is| Said::Grade(f64::from(u8::from(is)))),
            Part::Fuse | Part::Again(_) => None,
        }
    }

    fn best(&self, reply: &str, n_shown: usize) -> Option<usize> {
        let place = |digits: &str| digits.parse::<usize>().ok()?.checked_sub(1);
        let in_list = |place: &usize| *place < n_shown;
        if let Some(stated) = self.best.captures_iter(reply).last() {
            return place(&stated[1]).filter(in_list);
        }
        if let Some(bare) = last_line(reply).and_then(|line| self.bare.captures(line)) {
            return place(&bare[1]).filter(in_list);
        }
        let mut named = self.named.captures_iter(reply).map(|it| place(&it[1]));
        let first = named.next()??;
        named.all(|other| other == Some(first)).then_some(first).filter(in_list)
    }

    fn grade(&self, reply: &str) -> Option<f64> {
        let stated = self.grade.captures_iter(reply).last();
        let bare = || last_line(reply).and_then(|line| self.bare.captures(line));
        let grade: f64 = stated.or_else(bare)?[1].parse().ok()?;
        (1.0..=10.0).contains(&grade).then_some(grade / 10.0)
    }

    fn is_right(&self, reply: &str) -> Option<bool> {
        let stated = self.right.captures_iter(reply).last();
        let of_line = |line: Option<&'_ str>| {
            line.and_then(|line| self.yes_or_no.captures(line)).map(|it| it[1].to_lowercase())
        };
        let word = stated.map(|it| it[1].to_lowercase());
        let word = word.or_else(|| of_line(last_line(reply)));
        let word = word.or_else(|| of_line(reply.lines().find(|line| !line.trim().is_empty())));
        word.map(|word| word == "yes" || word == "true")
    }
}

fn last_line(reply: &str) -> Option<&str> {
    reply.lines().rev().find(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_judge_settles_on_is_read_and_what_is_unclear_is_not() {
        let reader = Reader::new().unwrap();
        for (reply, wanted) in [
            ("Best: 2", Some(1)),
            ("**Best:** 2", Some(1)),
            ("\"Best: 3\"", Some(2)),
            ("best = 1.", Some(0)),
            ("Best: Response 2", Some(1)),
            ("The best response is Response 1", Some(0)),
            ("The better response is 2.", Some(1)),
            ("Response 1 says 4, response 2 says 5.\n\nBest: 1", Some(0)),
            ("Best: 1? No, I was wrong.\nBest: 2", Some(1)),
            ("2", Some(1)),
            ("Both have merits.\n\n(3)\n", Some(2)),
            ("I prefer Response 2, because it is right.", Some(1)),
            ("Winner: [[1]]", Some(0)),
            // No such response, several, or none.
            ("Best: 4", None),
            ("Best: 0", None),
            ("Response 1 and Response 2 are alike.", None),
            ("The answer is 42", None),
            ("They are all wrong.", None),
            ("", None),
        ] {
            let said = reader.read(Part::Choose, reply, 3);
            assert_eq!(said, wanted.map(Said::Best), "{reply:?}");
        }
        for (reply, wanted) in [
            ("Grade: 7", Some(0.7)),
            ("It errs.\n**Grade: 3**/10", Some(0.3)),
            ("Score of 10", Some(1.0)),
            ("8", Some(0.8)),
            ("Grade: 0", None),
            ("Grade: 70", None),
            ("Good!", None),
        ] {
            let said = reader.read(Part::Grade, reply, 1);
            assert_eq!(said, wanted.map(Said::Grade), "{reply:?}");
        }
        for (reply, wanted) in [
            ("Right: yes", Some(1.0)),
            ("Right: **No**", Some(0.0)),
            ("Yes, 4 is right.", Some(1.0)),
            ("It says 5, and 2 + 2 is 4.\nNo.", Some(0.0)),
            ("Right: yes at first.\nRight: no", Some(0.0)),
            ("The response is correct: true", Some(1.0)),
            ("Perhaps.", None),
        ] {
            let said = reader.read(Part::Accept, reply, 1);
            assert_eq!(said, wanted.map(Said::Grade), "{reply:?}");
        }
    }
}
