//! Tables of a page: sortable by any column, names escaped, unknown shown as a dash.

use crate::data::Estimate;
use crate::report::escape::{html, plain};
use crate::report::text;

/// A table in the making.
pub(super) struct Table {
    caption: String,
    head: String,
    body: String,
}

/// One cell. A figure is sorted by the number that it begins with, and a name by its letters.
pub(super) struct Cell {
    text: String,
    is_name: bool,
}

impl Cell {
    /// A name or words.
    pub(super) fn name(name: &str) -> Self {
        Self { text: plain(name), is_name: true }
    }

    /// A figure as it reads; `None` is a dash.
    pub(super) fn figure(value: Option<f64>, read: impl FnOnce(f64) -> String) -> Self {
        let known = value.filter(|value| value.is_finite());
        Self { text: known.map_or_else(|| text::UNKNOWN.to_owned(), read), is_name: false }
    }

    /// A share in percent with its interval.
    pub(super) fn share(estimate: Option<&Estimate>) -> Self {
        let ends = estimate.map(text::ends).unwrap_or_default();
        Self::figure(estimate.map(|it| it.point), |it| format!("{} {ends}", text::percent(it)))
    }

    /// A difference in points with its interval.
    pub(super) fn points(estimate: Option<&Estimate>) -> Self {
        let ends = estimate.map(text::ends).unwrap_or_default();
        Self::figure(estimate.map(|it| it.point), |it| format!("{} {ends}", text::points(it)))
    }

    /// A count.
    pub(super) fn count(value: Option<u64>) -> Self {
        Self::figure(value.map(|value| value as f64), |value| value.to_string())
    }
}

impl Table {
    /// Without rows so far; a heading that begins with `#` is of a column of figures.
    pub(super) fn new(caption: &str, headings: &[&str]) -> Self {
        let heading = |heading: &&str| {
            let (class, text) = match heading.strip_prefix('#') {
                Some(text) => (" class=\"n\"", text),
                None => ("", *heading),
            };
            format!("<th scope=\"col\"{class}>{}</th>", html(text))
        };
        Self {
            caption: caption.to_owned(),
            head: headings.iter().map(heading).collect(),
            body: String::new(),
        }
    }

    /// What it is about.
    pub(super) fn caption(&self) -> &str {
        &self.caption
    }

    /// One row more; `anchor` is its name in links, and empty without one.
    pub(super) fn row(&mut self, anchor: &str, cells: Vec<Cell>) {
        let id = if anchor.is_empty() { String::new() } else { format!(" id=\"{anchor}\"") };
        self.body += &format!("<tr{id}>");
        for (idx, cell) in cells.into_iter().enumerate() {
            let text = html(&cell.text);
            self.body += &match (idx, cell.is_name) {
                (0, _) => format!("<th scope=\"row\">{text}</th>"),
                (_, true) => format!("<td>{text}</td>"),
                (_, false) => format!("<td class=\"n\">{text}</td>"),
            };
        }
        self.body += "</tr>\n";
    }

    /// The element; `None` without rows.
    pub(super) fn element(self) -> Option<String> {
        let Self { caption, head, body } = self;
        let caption = html(&caption);
        (!body.is_empty()).then(|| {
            format!(
                "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\">\
                 <table class=\"sortable\"><caption>{caption}</caption><thead><tr>{head}</tr>\
                 </thead><tbody>\n{body}</tbody></table></div>"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_a_dash_and_a_name_is_no_markup() {
        let mut table = Table::new("Models & \"more\"", &["model", "#price, $"]);
        assert!(Table::new("", &[]).element().is_none());
        table.row("row-1", vec![Cell::name("<b>\n"), Cell::figure(None, |it| it.to_string())]);
        table.row("", vec![Cell::name("mini"), Cell::figure(Some(0.5), |it| it.to_string())]);
        let element = table.element().unwrap();
        for part in [
            "aria-label=\"Models &amp; &quot;more&quot;\"",
            "<th scope=\"col\" class=\"n\">price, $</th>",
            "<tr id=\"row-1\"><th scope=\"row\">&lt;b&gt;\\n</th><td class=\"n\">-</td></tr>",
            "<td class=\"n\">0.5</td>",
        ] {
            assert!(element.contains(part), "{part}\n{element}");
        }
    }
}
