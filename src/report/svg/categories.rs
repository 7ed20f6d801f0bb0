//! Accuracy by category, as a heat map: categories by policies and models.

use crate::data::summary::CategoryRow;
use crate::report::by_task::TaskRows;
use crate::report::svg::Figure;
use crate::report::svg::canvas::{Anchor, Area, Canvas, SLANTED, above, at, cut};
use crate::report::{escape, text};

const LEFT: f64 = 200.0;
const SPAN: f64 = 640.0;
const WIDEST: f64 = 58.0;
const ROW: f64 = 24.0;
/// From these widths on a cell has room for its figure, in whole percent or with a decimal.
const READABLE: [f64; 2] = [17.0, 34.0];
/// What is drawn; all of it is in the tables.
const MOST_ROWS: usize = 30;
const MOST_COLUMNS: usize = 40;

/// `None` where there are fewer than two categories.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    let mut categories: Vec<(&str, u64)> = Vec::new();
    let mut policies: Vec<&str> = Vec::new();
    for row in &task.categories {
        match categories.iter_mut().find(|(known, _)| *known == row.category) {
            Some((_, n)) => *n = row.counts.asked.max(*n),
            None => categories.push((&row.category, row.counts.asked)),
        }
        if !policies.contains(&row.policy.as_str()) {
            policies.push(row.policy.as_str());
        }
    }
    if categories.len() < 2 {
        return None;
    }
    let (n_categories, n_policies) = (categories.len(), policies.len());
    // Stable, so that of equals the earliest listed stay.
    categories.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    categories.truncate(MOST_ROWS);
    policies.sort_by(|one, other| overall(task, other).total_cmp(&overall(task, one)));
    policies.truncate(MOST_COLUMNS);
    let width = (SPAN / policies.len() as f64).min(WIDEST);
    let (across, down) = (width * policies.len() as f64, ROW * categories.len() as f64);
    let top = above(policies.iter().copied());
    let mut canvas = Canvas::new((LEFT + across + 70.0).max(360.0), top + down + 8.0);
    for (idx, policy) in policies.iter().enumerate() {
        canvas.slanted(at(LEFT + width * (idx as f64 + 0.5), top - 8.0), &cut(policy, SLANTED));
    }
    for (row, (category, n)) in categories.iter().enumerate() {
        let y = top + ROW * row as f64;
        let name = format!("{} ({n})", cut(category, 22));
        canvas.text(at(LEFT - 8.0, y + ROW / 2.0 + 4.0), Anchor::End, "", &name);
        for (idx, policy) in policies.iter().enumerate() {
            let corner = at(LEFT + width * idx as f64, y);
            let area = Area { at: corner, width: width - 1.0, height: ROW - 1.0 };
            let is_here =
                |it: &&&CategoryRow| it.category == *category && it.policy.as_str() == *policy;
            cell(&mut canvas, task.categories.iter().find(is_here), area);
        }
    }
    let note = note(task, (n_categories, categories.len()), (n_policies, policies.len()));
    Some(Figure::new("categories", "Accuracy by category", note, canvas))
}

fn overall(task: &TaskRows<'_>, policy: &str) -> f64 {
    let known = task.measures_of(policy).and_then(|measures| measures.accuracy.as_ref());
    known.map_or(f64::NEG_INFINITY, |accuracy| accuracy.point)
}

fn cell(canvas: &mut Canvas, row: Option<&&CategoryRow>, area: Area) {
    let Some(row) = row else { return canvas.rect(area, "q-none", 1.0) };
    let accuracy = row.accuracy.as_ref().filter(|it| it.point.is_finite());
    let figure = accuracy.map(|it| format!("{} (n = {})", text::share(it), it.n));
    let tip = format!(
        "{} on {}: {}",
        escape::plain(row.policy.as_str()),
        escape::plain(&row.category),
        text::or_unknown(figure)
    );
    canvas.group(&tip, |canvas| match accuracy {
        None => canvas.rect(area, "q-none", 1.0),
        Some(accuracy) => {
            canvas.rect(area, "q-blue", (0.04 + accuracy.point * 0.56).clamp(0.0, 0.6));
            let middle = at(area.at.x + area.width / 2.0, area.at.y + area.height / 2.0 + 4.0);
            let (class, percent) = match area.width {
                width if width < READABLE[0] => return,
                width if width < READABLE[1] => {
                    ("q-small", format!("{:.0}", accuracy.point * 100.0))
                }
                _ => ("", text::percent(accuracy.point)),
            };
            canvas.text(middle, Anchor::Middle, class, &percent);
        }
    });
}

/// Both pairs are how many there are, and how many are drawn.
fn note(task: &TaskRows<'_>, categories: (usize, usize), policies: (usize, usize)) -> String {
    let estimates = task.categories.iter().filter_map(|row| row.accuracy.as_ref());
    let made = text::provenance(estimates).unwrap_or_default();
    let cut = |(n, drawn): (usize, usize), what: &str| match n > drawn {
        true => format!(" Drawn are {drawn} of {n} {what}; the table has all."),
        false => String::new(),
    };
    format!(
        "Accuracy in percent of what was answered ({made}), beside each category its number of \
         items; the most accurate first. The bluer, the more is right.{}{}",
        cut(categories, "categories, the largest"),
        cut(policies, "policies and models")
    )
}
