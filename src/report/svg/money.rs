//! Where the money of each policy goes: part by part, each beginning where the one before ends.

use std::collections::BTreeMap;

use crate::data::summary::PolicyRow;
use crate::report::by_task::TaskRows;
use crate::report::cells::{Cell, Cells, Ending};
use crate::report::svg::canvas::{Anchor, Area, Canvas, at, cut, width_of};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::svg::{Figure, anchor};
use crate::report::{escape, text};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 760.0;
const TOP: f64 = 30.0;
const ROW: f64 = 28.0;
const BAR: f64 = 18.0;
/// Rows that are drawn.
const MOST: usize = 40;
/// Dollars that rounding may leave over on an item.
const ROUNDING: f64 = 1e-9;

/// What one policy's money went to, in dollars per 1000 items asked.
struct Row<'a> {
    name: &'a str,
    parts: Vec<(String, f64)>,
    total: f64,
}

/// `None` where no policy of several members has a price.
pub(super) fn draw(task: &TaskRows<'_>, cells: &Cells) -> Option<Figure> {
    let is_shown = |row: &&&PolicyRow| row.kind != "oracle";
    let rows = task.policies.iter().filter(is_shown).filter_map(|row| spent(row, cells));
    let mut rows: Vec<Row<'_>> = rows.collect();
    rows.sort_by(|one, other| one.total.total_cmp(&other.total));
    let n_all = rows.len();
    rows.truncate(MOST);
    let most = rows.iter().map(|row| row.total).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let x = Scale::exactly(0.0, most * 1.02, Ends { from: LEFT, to: RIGHT });
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0);
    canvas.text(at(RIGHT + 10.0, 18.0), Anchor::Start, "q-soft", "$ per 1000");
    x.draw_bottom(&mut canvas, (TOP - 4.0, bottom), "price, $ per 1000 items asked", |value| {
        format!("${}", plain_number(value))
    });
    for (idx, row) in rows.iter().enumerate() {
        bar(&mut canvas, task, row, (&x, TOP + ROW * idx as f64 + 4.0));
    }
    let cut = match n_all - rows.len() {
        0 => String::new(),
        n => format!(" The {n} dearest are not drawn."),
    };
    let note = format!(
        "Every call counted, whoever's answer was taken. A part is what one member cost; \
         \"together\" is what can't be told apart. The cheapest policy first.{cut}"
    );
    Some(Figure::new("money", "Where the money goes", note, canvas))
}

/// The parts of a policy's price; `None` where the price of some item is unknown.
///
/// A vote pays its members, a cascade its stages in turn, anything else whoever answered. What was
/// paid on an item on which that does not add up is "together".
fn spent<'a>(row: &'a PolicyRow, cells: &Cells) -> Option<Row<'a>> {
    let column = cells.columns.get(row.policy.as_str())?;
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    let (mut together, mut n_asked) = (0.0, 0_u64);
    for (item, cell) in column.iter().enumerate() {
        // What was never sent cost nothing, and is in no price.
        if cell.ending == Ending::NotRun || cell.unsent {
            continue;
        }
        n_asked += 1;
        let paid = cell.cost?;
        match payments(row, cells, item, cell) {
            Some(payments) => {
                payments.into_iter().for_each(|(who, it)| *sums.entry(who).or_default() += it);
            }
            None => together += paid,
        }
    }
    let per_1k = |sum: f64| sum * 1e3 / n_asked as f64;
    let name = |member: usize| match row.members.get(member) {
        Some(member) => member.as_str().to_owned(),
        None => cells.rungs.get(member - row.members.len()).cloned().unwrap_or_default(),
    };
    let mut parts: Vec<(String, f64)> =
        sums.into_iter().map(|(member, sum)| (name(member), per_1k(sum))).collect();
    if together > ROUNDING {
        parts.push(("together".to_owned(), per_1k(together)));
    }
    let total = parts.iter().map(|(_, part)| part).sum();
    (n_asked > 0).then_some(Row { name: row.policy.as_str(), parts, total })
}

/// Who was paid how much on an item: by place among the members, and behind them by place among
/// the rungs. `None` where that does not add up to what was paid, as in a vote that stopped early.
fn payments(row: &PolicyRow, cells: &Cells, item: usize, cell: &Cell) -> Option<Vec<(usize, f64)>> {
    let paid = cell.cost?;
    if !matches!(row.kind.as_str(), "vote" | "cascade") {
        let rung = row.members.len() + cell.rung? as usize;
        return Some(vec![(rung, paid)]);
    }
    let cost = |name: &str| cells.columns.get(name).and_then(|column| column[item].cost);
    let (mut sum, mut payments) = (0.0, Vec::new());
    for (idx, member) in row.members.iter().enumerate() {
        let is_last = idx + 1 == row.members.len();
        let cost = cost(member.as_str())?;
        sum += cost;
        payments.push((idx, cost));
        // A vote asks everybody, a cascade may end at any stage.
        if (is_last || row.kind == "cascade") && (sum - paid).abs() <= ROUNDING {
            return Some(payments);
        }
    }
    None
}

fn bar(canvas: &mut Canvas, task: &TaskRows<'_>, row: &Row<'_>, (x, y): (&Scale, f64)) {
    let name = cut(row.name, 28);
    canvas.text(at(LEFT - 12.0, y + 13.0), Anchor::End, "", &name);
    let mut before = 0.0;
    for (idx, (member, part)) in row.parts.iter().enumerate() {
        let (from, to) = (x.place(before), x.place(before + part));
        let share = text::percent(part / row.total);
        let tip = format!(
            "{}: ${} per 1000 items go to {}, {share} %",
            escape::plain(row.name),
            text::dollars(*part),
            escape::plain(member)
        );
        canvas.link(&anchor(task, row.name), &tip, |canvas| {
            let area = Area { at: at(from, y), width: (to - from).max(0.5), height: BAR };
            canvas.rect(area, "q-blue q-edge", if idx % 2 == 0 { 0.55 } else { 0.3 });
            let label = cut(member, 24);
            if width_of(&label) + 8.0 < to - from {
                canvas.text(at(from + 5.0, y + 13.0), Anchor::Start, "", &label);
            }
        });
        before += part;
    }
    canvas.text(at(RIGHT + 10.0, y + 13.0), Anchor::Start, "", &text::dollars(row.total));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{measures, policy};

    fn cells(columns: &[(&str, [f64; 2])]) -> Cells {
        let cell = |cost: f64| Cell {
            ending: Ending::Right,
            cost: cost.is_finite().then_some(cost),
            rung: Some(0),
            ..Cell::NOT_RUN
        };
        let column =
            |(name, costs): &(&str, [f64; 2])| ((*name).to_owned(), costs.map(cell).into());
        Cells {
            task: "triage".to_owned(),
            items: Vec::new(),
            rungs: vec!["opus".to_owned()],
            columns: columns.iter().map(column).collect(),
        }
    }

    #[test]
    fn parts_are_told_apart_only_where_they_add_up() {
        for (kind, costs, expected) in [
            ("vote", [0.003, 0.003], "a 1 b 2"),
            // It stopped before the second member, and which one that was is not known.
            ("vote", [0.003, 0.001], "a 0.5 b 1 together 0.5"),
            ("cascade", [0.003, 0.001], "a 1 b 1"),
            ("cascade", [0.003, 0.0025], "a 0.5 b 1 together 1.25"),
            ("route", [0.001, 0.002], "opus 1.5"),
            ("vote", [f64::NAN, 0.001], "-"),
        ] {
            let mut row = policy("triage", "p", kind, measures(2, 0.5, 1.0, 1.0));
            row.members = ["a", "b"].map(Into::into).into();
            let cells = cells(&[("p", costs), ("a", [0.001; 2]), ("b", [0.002; 2])]);
            let part = |(name, part): &(String, f64)| format!("{name} {}", plain_number(*part));
            let parts = spent(&row, &cells)
                .map(|row| row.parts.iter().map(part).collect::<Vec<_>>().join(" "));
            assert_eq!(parts.unwrap_or("-".to_owned()), expected, "{kind} {costs:?}");
        }
        // What was never sent is in no price.
        let row = policy("triage", "p", "single", measures(2, 0.5, 1.0, 1.0));
        let mut cells = cells(&[("p", [0.001, 0.0])]);
        cells.columns.get_mut("p").unwrap()[1].unsent = true;
        assert_eq!(spent(&row, &cells).map(|row| row.total), Some(1.0));
    }
}
