//! How alike models fail, as a heat map.

use crate::report::by_task::TaskRows;
use crate::report::svg::Figure;
use crate::report::svg::canvas::{Anchor, Area, Canvas, SLANTED, above, at, cut};
use crate::report::{escape, text};

/// Space for names to the left.
const LEFT: f64 = 200.0;
/// The most that all cells of a row take.
const SPAN: f64 = 640.0;
const WIDEST: f64 = 46.0;
/// From these sizes on a cell has room for its figure, small or in the size of names.
const READABLE: [f64; 2] = [20.0, 27.0];

/// `None` of fewer than two models.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    let mut names: Vec<(&str, f64)> = task
        .models
        .iter()
        .map(|(row, _)| (row.model.as_str(), row.measures.accuracy_of_all.as_ref()))
        .map(|(name, accuracy)| (name, accuracy.map_or(f64::NEG_INFINITY, |it| it.point)))
        .collect();
    if names.len() < 2 || task.pairs.is_empty() {
        return None;
    }
    names.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let size = (SPAN / names.len() as f64).min(WIDEST);
    let span = size * names.len() as f64;
    let top = above(names.iter().map(|(name, _)| *name));
    let mut canvas = Canvas::new((LEFT + span + 70.0).max(360.0), top + span + 8.0);
    for (idx, (name, _)) in names.iter().enumerate() {
        let middle = size * (idx as f64 + 0.5);
        canvas.text(at(LEFT - 8.0, top + middle + 4.0), Anchor::End, "", &cut(name, 27));
        canvas.slanted(at(LEFT + middle, top - 8.0), &cut(name, SLANTED));
    }
    for (row, (a, _)) in names.iter().enumerate() {
        for (column, (b, _)) in names.iter().enumerate() {
            let corner = at(LEFT + size * column as f64, top + size * row as f64);
            let area = Area { at: corner, width: size - 1.0, height: size - 1.0 };
            cell(&mut canvas, task, (a, b), area);
        }
    }
    let counts = task.pairs.iter().map(|pair| pair.n);
    let (least, most) = (counts.clone().min()?, counts.max()?);
    let n = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let note = format!(
        "The correlation of being wrong (phi), over the items on which both were served (n = {n}); \
         the most accurate model first. The bluer, the more alike two models fail, and the less a \
         vote of them can win; red fail apart. A grey cell is unknown."
    );
    Some(Figure::new("agreement", "How alike models fail", note, canvas))
}

fn cell(canvas: &mut Canvas, task: &TaskRows<'_>, (a, b): (&str, &str), area: Area) {
    if a == b {
        return canvas.rect(area, "q-none", 1.0);
    }
    let is_meant = |one: &str, other: &str| {
        task.pairs.iter().find(|pair| pair.a.as_str() == one && pair.b.as_str() == other)
    };
    let pair = is_meant(a, b).or_else(|| is_meant(b, a));
    let phi = pair.and_then(|pair| pair.phi).filter(|phi| phi.is_finite());
    let (known, n) = (phi.map(text::coefficient), pair.map_or(0, |pair| pair.n));
    let both = pair.and_then(|pair| pair.double_fault).map(text::percent);
    let tip = format!(
        "{} and {}: phi {}, both wrong on {} % (n = {n})",
        escape::plain(a),
        escape::plain(b),
        text::or_unknown(known.clone()),
        text::or_unknown(both)
    );
    canvas.group(&tip, |canvas| {
        match phi {
            Some(phi) if phi < 0.0 => canvas.rect(area, "q-red", (-phi * 0.6).min(0.6)),
            Some(phi) => canvas.rect(area, "q-blue", (phi * 0.6).min(0.6)),
            None => canvas.rect(area, "q-none", 1.0),
        }
        let class = if area.width < READABLE[1] { "q-small" } else { "" };
        if area.width >= READABLE[0]
            && let Some(known) = known
        {
            let middle = at(area.at.x + area.width / 2.0, area.at.y + area.height / 2.0 + 4.0);
            canvas.text(middle, Anchor::Middle, class, known.trim_start_matches('0'));
        }
    });
}
