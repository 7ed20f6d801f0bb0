//! How long answers take: the whole distribution of each model and policy.

use crate::report::by_task::TaskRows;
use crate::report::cells::{Cell, Cells, Ending};
use crate::report::svg::canvas::{Anchor, At, Canvas, at, cut};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::svg::{Figure, anchor, look};
use crate::report::{escape, text};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 680.0;
const TOP: f64 = 30.0;
const ROW: f64 = 30.0;
/// How high the fullest part of a row is.
const HIGHEST: f64 = 25.0;
/// Parts of the axis that answers are counted in.
const BINS: usize = 60;
/// Rows that are drawn.
const MOST: usize = 40;

/// The latencies of one, in rising order, in milliseconds.
struct Row<'a> {
    name: &'a str,
    sorted: Vec<f64>,
}

/// `None` where no latency is known.
pub(super) fn draw(task: &TaskRows<'_>, cells: &Cells) -> Option<Figure> {
    let policies = task.policies.iter().map(|row| row.policy.as_str());
    let names = policies.chain(task.models.iter().map(|(row, _)| row.model.as_str()));
    let mut rows: Vec<Row<'_>> = names.filter_map(|name| row(name, cells)).collect();
    let n_all = rows.len();
    rows.truncate(MOST);
    let all = rows.iter().flat_map(|row| row.sorted.iter().copied());
    let x = Scale::log(all, Ends { from: LEFT, to: RIGHT })?;
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0);
    canvas.text(at(RIGHT + 14.0, 18.0), Anchor::Start, "q-soft", "p50 / p95, ms");
    canvas.text(at(WIDTH - 4.0, 18.0), Anchor::End, "q-soft", "n");
    x.draw_bottom(&mut canvas, (TOP - 6.0, bottom), "latency, ms (log scale)", plain_number);
    for (idx, row) in rows.iter().enumerate() {
        ridge(&mut canvas, task, row, (&x, TOP + ROW * (idx + 1) as f64 - 3.0));
    }
    let cut = match n_all - rows.len() {
        0 => String::new(),
        n => format!(" {n} more are in the tables."),
    };
    let note = format!(
        "From sending to the last byte, of items that were answered; of a policy, until its answer \
         stands. The higher, the more answers take as long. Strokes mark what half and nineteen of twenty stay within.{cut}"
    );
    Some(Figure::new("latency", "How long answers take", note, canvas))
}

fn row<'a>(name: &'a str, cells: &Cells) -> Option<Row<'a>> {
    let answered =
        |cell: &&Cell| matches!(cell.ending, Ending::Right | Ending::Partly | Ending::Wrong);
    let latencies = cells.columns.get(name)?.iter().filter(answered).filter_map(|it| it.latency);
    let mut sorted: Vec<f64> = latencies.filter(|ms| *ms > 0.0 && ms.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then_some(Row { name, sorted })
}

fn ridge(canvas: &mut Canvas, task: &TaskRows<'_>, row: &Row<'_>, (x, y): (&Scale, f64)) {
    let measures = task.measures_of(row.name);
    let quantiles = measures.and_then(|measures| measures.latency_ms);
    let percentiles = text::or_unknown(
        quantiles.map(|it| format!("{} / {}", text::ms(it.p50), text::ms(it.p95))),
    );
    let n = row.sorted.len();
    let tip = format!("{}: p50 / p95 {percentiles} ms (n = {n})", escape::plain(row.name));
    let class = if look(task, row.name).1 == "model" { "model" } else { "policy" };
    canvas.link(&anchor(task, row.name), &tip, |canvas| {
        canvas.text(at(LEFT - 12.0, y - 4.0), Anchor::End, "", &cut(row.name, 28));
        canvas.path(&outline(&row.sorted, x, y), &format!("q-ridge-{class}"));
        for ms in quantiles.iter().flat_map(|it| [it.p50, it.p95]) {
            canvas.line(at(x.place(ms), y), at(x.place(ms), y - 11.0), "q-tick");
        }
        canvas.text(at(RIGHT + 14.0, y - 4.0), Anchor::Start, "", &percentiles);
        canvas.text(at(WIDTH - 4.0, y - 4.0), Anchor::End, "q-soft", &n.to_string());
    });
}

/// How many answers are in each part of the axis, smoothed over its neighbours.
fn outline(sorted: &[f64], x: &Scale, y: f64) -> Vec<At> {
    let step = (RIGHT - LEFT) / BINS as f64;
    let mut counts = [0.0; BINS];
    for ms in sorted {
        let bin = ((x.place(*ms) - LEFT) / step) as usize;
        counts[bin.min(BINS - 1)] += 1.0;
    }
    let near = |bin: usize, off: isize| {
        bin.checked_add_signed(off).and_then(|bin| counts.get(bin)).copied().unwrap_or_default()
    };
    let smooth: Vec<f64> =
        (0..BINS).map(|bin| (near(bin, -1) + 2.0 * near(bin, 0) + near(bin, 1)) / 4.0).collect();
    let share = |count: f64| count / sorted.len() as f64;
    // A quarter of all answers in one part is as high as a row gets.
    let height = |count: f64| (share(count) / 0.25).min(1.0) * HIGHEST;
    let tops = smooth
        .iter()
        .enumerate()
        .map(|(bin, count)| at(LEFT + step * (bin as f64 + 0.5), y - height(*count)));
    [at(LEFT, y)].into_iter().chain(tops).chain([at(RIGHT, y)]).collect()
}
