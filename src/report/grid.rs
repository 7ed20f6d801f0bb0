//! A table of text that fits its width: columns leave in a declared order, numbers never wrap.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent, presets};
use unicode_width::UnicodeWidthStr;

/// Where a cell's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// As names do.
    Left,
    /// As numbers do.
    Right,
}

/// Whether a column may be left out where room is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// It stays.
    Never,
    /// It goes before those of a greater number; the text says what a reader misses.
    As(u8, &'static str),
}

/// A column. The first of a table holds names, and these alone are ever shortened.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name, and on a second line its unit.
    pub(super) heading: String,
    /// A line of text for each row.
    pub(super) cells: Vec<String>,
    /// Where the text stands.
    pub(super) side: Side,
    /// Whether it may be left out.
    pub(super) leaves: Leaves,
}

/// A table laid out.
pub(super) struct Grid {
    /// What is shown.
    pub(super) columns: Vec<Column>,
    /// The lines of the heading, the rule under it included.
    pub(super) head: Vec<String>,
    /// A line for each row.
    pub(super) rows: Vec<String>,
    /// What was left out.
    pub(super) left_out: Vec<&'static str>,
}

/// Names are not cut below this before every column that may leave has left.
const NAME: usize = 12;

/// Between two columns, where there is room.
const WIDE_GAP: usize = 2;

/// Between two columns, once those that leave before [`CLOSE_UP`] have left.
const NARROW_GAP: usize = 1;

/// Columns of this number or a greater one are worth moving closer together for.
const CLOSE_UP: u8 = 5;

/// Lays out a table of at most `width` columns of text, as long as what never leaves fits.
pub(super) fn fit(mut columns: Vec<Column>, width: usize) -> Grid {
    let mut left_out = Vec::new();
    let mut gap = WIDE_GAP;
    while needed(&columns, gap) > width
        && let Some((order, idx, what)) = next_to_leave(&columns)
    {
        if order >= CLOSE_UP && gap == WIDE_GAP {
            gap = NARROW_GAP;
        } else {
            columns.remove(idx);
            left_out.push(what);
        }
    }
    if let [names, others @ ..] = columns.as_mut_slice() {
        let taken: usize = others.iter().map(|column| measure(column) + gap).sum();
        for name in &mut names.cells {
            *name = shortened(name, width.saturating_sub(taken).max(1));
        }
    }
    let n_rows = columns.first().map_or(0, |column| column.cells.len());
    let mut lines: Vec<_> = table(&columns, gap).trim_fmt().lines().map(str::to_owned).collect();
    let rows = lines.split_off(lines.len().saturating_sub(n_rows));
    Grid { columns, head: lines, rows, left_out }
}

/// The text over as many lines as it takes, broken between words where that is possible.
pub(super) fn wrapped(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for mut word in words(text) {
        if !line.trim().is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        while line.width() + word.width() > width {
            let (head, tail) = word.split_at(fitting(&word, width.saturating_sub(line.width())));
            lines.push(std::mem::replace(&mut line, indent.to_owned()) + head);
            word = tail.to_owned();
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// Words, where a figure with its interval or sign is one: `p = 0.03`, `[0.4, 3.8]`, `71.0 %`.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last)
                if matches!(word, "=" | "<" | "%")
                    || last.ends_with([' ', '=', '<'])
                    || last.ends_with(',') && last.starts_with(['[', '+', '-']) =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn needed(columns: &[Column], gap: usize) -> usize {
    let widths = columns.iter().enumerate().map(|(idx, column)| match idx {
        0 => measure(column).min(NAME),
        _ => measure(column) + gap,
    });
    widths.sum()
}

fn next_to_leave(columns: &[Column]) -> Option<(u8, usize, &'static str)> {
    let leaving = columns.iter().enumerate().filter_map(|(idx, column)| match column.leaves {
        Leaves::Never => None,
        Leaves::As(order, what) => Some((order, idx, what)),
    });
    leaving.min()
}

fn measure(column: &Column) -> usize {
    let texts = column.heading.lines().chain(column.cells.iter().map(String::as_str));
    texts.map(UnicodeWidthStr::width).max().unwrap_or_default()
}

fn shortened(name: &str, width: usize) -> String {
    if name.width() <= width {
        name.to_owned()
    } else {
        format!("{}…", &name[..fitting_or_less(name, width.saturating_sub(1))])
    }
}

/// Bytes of the longest beginning that fits, and at least one letter, so that wrapping ends.
fn fitting(text: &str, width: usize) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    fitting_or_less(text, width).max(first)
}

fn fitting_or_less(text: &str, width: usize) -> usize {
    let ends = text.char_indices().map(|(start, letter)| start + letter.len_utf8());
    ends.take_while(|end| text[..*end].width() <= width).last().unwrap_or_default()
}

fn table(columns: &[Column], gap: usize) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(columns.iter().map(|column| lowered(column, columns)));
    let n_rows = columns.first().map_or(0, |column| column.cells.len());
    table.add_rows((0..n_rows).map(|row| columns.iter().map(move |column| &column.cells[row])));
    let last = columns.len().saturating_sub(1);
    for (idx, (laid_out, column)) in table.column_iter_mut().zip(columns).enumerate() {
        laid_out.set_padding((0, if idx == last { 0 } else { gap as u16 }));
        laid_out.set_cell_alignment(match column.side {
            Side::Left => CellAlignment::Left,
            Side::Right => CellAlignment::Right,
        });
    }
    table
}

/// A heading moved down, so that all headings end on the line above the rule.
fn lowered(column: &Column, columns: &[Column]) -> String {
    let n_lines = |column: &Column| column.heading.lines().count();
    let most = columns.iter().map(n_lines).max().unwrap_or_default();
    "\n".repeat(most - n_lines(column)) + &column.heading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(name: &str) -> Vec<Column> {
        let column = |heading: &str, cells: [&str; 2], side, leaves| Column {
            heading: heading.to_owned(),
            cells: cells.map(str::to_owned).into(),
            side,
            leaves,
        };
        vec![
            column("name", [name, "b"], Side::Left, Leaves::Never),
            column("cost\n$", ["0.12", "12.00"], Side::Right, Leaves::As(1, "cost")),
            column("share\n%", ["7.0", "-"], Side::Right, Leaves::As(0, "share")),
        ]
    }

    #[test]
    fn columns_leave_in_their_order_and_names_are_cut_last() {
        for (name, width, left_out, row) in [
            ("a", 40, "", "a      0.12    7.0"),
            ("a-name-of-20-letters", 40, "", "a-name-of-20-letters   0.12    7.0"),
            ("a-name-of-20-letters", 30, "", "a-name-of-20-le…   0.12    7.0"),
            ("a-name-of-20-letters", 24, "share", "a-name-of-20-let…   0.12"),
            ("a-name-of-20-letters", 15, "share cost", "a-name-of-20-l…"),
            ("大模型大模型大模型大模型", 26, "", "大模型大模…   0.12    7.0"),
        ] {
            let grid = fit(columns(name), width);
            assert_eq!(grid.left_out.join(" "), left_out, "{name} in {width}");
            assert_eq!(grid.rows[0], row, "{name} in {width}");
            assert!(grid.head.iter().chain(&grid.rows).all(|line| line.width() <= width));
        }
        assert_eq!(
            fit(columns("a"), 40).head,
            ["       cost  share", "name      $      %", "──────────────────"]
        );
    }

    #[test]
    fn text_breaks_between_words_where_it_can() {
        for (text, expected) in [
            ("one two three four", "one two|  three|  four"),
            ("so p = 1 [0, 1] x", "so p = 1|  [0, 1]|  x"),
            ("one twothreefour", "one|  twothr|  eefour"),
            ("大大大大大", "大大大大|  大"),
            ("", ""),
        ] {
            assert_eq!(wrapped(text, 8, "  ").join("|"), expected, "{text}");
        }
    }
}
