//! What happens over time under simulated traffic: four figures one above the other, with the
//! faults as bands behind them.

use crate::data::summary::{BandRow, TimelineRow};
use crate::report::by_task::TaskRows;
use crate::report::escape;
use crate::report::svg::Figure;
use crate::report::svg::canvas::{Anchor, Area, At, Canvas, at, cut, width_of};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::text;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 846.0;
/// The height of one of the four, and the space above it for its name.
const PANEL: f64 = 96.0;
const ABOVE: f64 = 24.0;
/// The height of a line of the legend, and of the names of faults.
const LINE: f64 = 18.0;
/// As many policies have colours that are told apart; more are in the tables.
const MOST: usize = 8;

/// A stretch with less than this part of the requests of the fullest one has hardly any.
const HARDLY: u64 = 100;

/// What is shown of a stretch of time.
type Value = fn(&TimelineRow) -> Option<f64>;

const PANELS: [(&str, Value); 4] = [
    ("served, % of requests", |row| row.served.map(|it| it * 100.0)),
    ("accuracy of what was served, %", |row| row.accuracy.map(|it| it * 100.0)),
    ("p95 latency of what was served, ms", |row| row.p95_ms),
    ("breakers open", |row| Some(row.open_breakers as f64)),
];

/// `None` without simulated traffic.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    let rows = shown(task);
    let mut policies: Vec<&str> = Vec::new();
    for row in &rows {
        if !policies.contains(&row.policy.as_str()) {
            policies.push(row.policy.as_str());
        }
    }
    let n_all = policies.len();
    // Policies before models and what is only there to be compared with; else as in the summary.
    policies.sort_by_key(|policy| super::look(task, policy).1 != "policy");
    policies.truncate(MOST);
    let last = rows.iter().map(|row| row.start_s).fold(0.0, f64::max);
    let stretch = stretch(&rows)?;
    let x = Scale::exactly(0.0, last + stretch, Ends { from: LEFT, to: RIGHT });
    let legend = legend(&policies);
    let top = 8.0 + LINE * (legend.last().map_or(0.0, |(spot, _)| spot.y) + 1.0);
    let bottom = top + (ABOVE + PANEL) * PANELS.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0);
    for ((spot, name), idx) in legend.iter().zip(0..) {
        let y = 8.0 + LINE * spot.y + 8.0;
        canvas.line(at(spot.x, y), at(spot.x + 22.0, y), &format!("q-series q-s{idx}"));
        canvas.text(at(spot.x + 28.0, y + 4.0), Anchor::Start, "", name);
    }
    for band in task.bands {
        shade(&mut canvas, band, &x, (top + ABOVE, bottom));
    }
    for (idx, (label, value)) in PANELS.iter().enumerate() {
        let above = top + (ABOVE + PANEL) * idx as f64;
        let ends = Ends { from: above + ABOVE + PANEL - 4.0, to: above + ABOVE };
        panel(&mut canvas, &rows, &policies, (label, *value), (&x, ends));
    }
    let (unit, seconds) = unit(last);
    let name = |value: f64| plain_number(value);
    let scaled = Scale::exactly(0.0, (last + stretch) / seconds, Ends { from: LEFT, to: RIGHT });
    let label = format!("time since the start, {unit}");
    scaled.draw_bottom(&mut canvas, (bottom - 4.0, bottom - 4.0), &label, name);
    let note = note(task, stretch, n_all - policies.len());
    Some(Figure::new("timeline", "What happens over time", note, canvas))
}

/// The rows that are drawn: all but those of stretches in which hardly a request ended, such as the
/// one behind the end of the traffic, whose shares are of a handful.
fn shown<'a>(task: &TaskRows<'a>) -> Vec<&'a TimelineRow> {
    let most = task.timeline.iter().map(|row| row.requests).max().unwrap_or(0);
    task.timeline.iter().copied().filter(|row| row.requests * HARDLY >= most).collect()
}

/// How long one stretch of time is, in seconds.
fn stretch(rows: &[&TimelineRow]) -> Option<f64> {
    let mut starts: Vec<f64> = rows.iter().map(|row| row.start_s).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    let steps = starts.windows(2).map(|pair| pair[1] - pair[0]);
    steps.min_by(f64::total_cmp).or_else(|| starts.first().map(|_| 1.0))
}

/// Where each policy's line and name stand: pixels to the right, lines down.
fn legend(policies: &[&str]) -> Vec<(At, String)> {
    let mut spot = at(LEFT, 0.0);
    let place = |policy: &&str| {
        let name = cut(policy, 28);
        let width = 28.0 + width_of(&name) + 18.0;
        if spot.x > LEFT && spot.x + width > RIGHT {
            spot = at(LEFT, spot.y + 1.0);
        }
        let here = spot;
        spot.x += width;
        (here, name)
    };
    policies.iter().map(place).collect()
}

fn shade(canvas: &mut Canvas, band: &BandRow, x: &Scale, (top, bottom): (f64, f64)) {
    let (from, to) = (x.place(band.start_s), x.place(band.end_s));
    let minutes = text::dollars((band.end_s - band.start_s) / 60.0);
    let tip = format!("{}: {minutes} minutes", escape::plain(&band.fault));
    canvas.group(&tip, |canvas| {
        let width = (to - from).max(1.0);
        let area = Area { at: at(from, top), width, height: bottom - top - 4.0 };
        canvas.rect(area, "q-red", 0.14);
    });
}

fn panel(
    canvas: &mut Canvas,
    rows: &[&TimelineRow],
    policies: &[&str],
    (label, value): (&str, Value),
    (x, ends): (&Scale, Ends),
) {
    canvas.text(at(LEFT, ends.to - 7.0), Anchor::Start, "q-strong", label);
    let values = rows.iter().filter_map(|row| value(row));
    let Some(y) = Scale::linear(values, ends) else {
        let middle = at((LEFT + RIGHT) / 2.0, (ends.from + ends.to) / 2.0);
        return canvas.text(middle, Anchor::Middle, "q-soft", "unknown");
    };
    for tick in y.ticks(3) {
        let place = y.place(tick);
        canvas.line(at(LEFT, place), at(RIGHT, place), "q-grid");
        canvas.text(at(LEFT - 8.0, place + 4.0), Anchor::End, "q-soft", &plain_number(tick));
    }
    for (policy, idx) in policies.iter().zip(0..) {
        let mut line: Vec<At> = Vec::new();
        let class = format!("q-series q-s{idx}");
        for row in rows.iter().filter(|row| row.policy.as_str() == *policy) {
            match value(row).filter(|value| value.is_finite()) {
                Some(known) => line.push(at(x.place(row.start_s), y.place(known))),
                // What is unknown leaves a gap.
                None => stroke(canvas, &mut line, &class),
            }
        }
        stroke(canvas, &mut line, &class);
    }
}

fn stroke(canvas: &mut Canvas, line: &mut Vec<At>, class: &str) {
    if let [only] = line.as_slice() {
        line.push(at(only.x + 1.5, only.y));
    }
    if !line.is_empty() {
        canvas.path(line, class);
    }
    line.clear();
}

/// The unit that suits so many seconds, and how many seconds it has.
fn unit(seconds: f64) -> (&'static str, f64) {
    match seconds {
        ..180.0 => ("seconds", 1.0),
        180.0..10_800.0 => ("minutes", 60.0),
        10_800.0..259_200.0 => ("hours", 3600.0),
        _ => ("days", 86_400.0),
    }
}

fn note(task: &TaskRows<'_>, stretch: f64, n_left_out: usize) -> String {
    let mut faults: Vec<String> = Vec::new();
    for band in task.bands {
        let name = escape::plain(&band.fault);
        if !faults.contains(&name) {
            faults.push(name);
        }
    }
    let faults = match faults.as_slice() {
        [] => "No fault was there.".to_owned(),
        names => format!("Bands are times in which a fault was there: {}.", names.join(", ")),
    };
    let left_out = match n_left_out {
        0 => String::new(),
        1 => " One more policy is in the tables.".to_owned(),
        n => format!(" {n} more policies are in the tables."),
    };
    let (unit, seconds) = unit(stretch);
    format!(
        "The first of the simulations, in stretches of {} {unit}; a gap is where nothing is known. \
         {faults}{left_out}",
        plain_number(stretch / seconds)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_task::by_task;
    use crate::report::sample;

    fn row(policy: &str, start_s: f64, served: Option<f64>) -> TimelineRow {
        TimelineRow {
            task: "triage".into(),
            policy: policy.into(),
            start_s,
            requests: 10,
            served,
            accuracy: None,
            p95_ms: served.map(|it| it * 900.0),
            open_breakers: 0,
        }
    }

    #[test]
    fn nothing_is_drawn_without_a_timeline_and_what_is_unknown_leaves_a_gap() {
        let mut summary = sample::triage();
        assert!(draw(&by_task(&summary)[0]).is_none());
        let served = [Some(1.0), Some(0.4), None, Some(0.9), Some(1.0)];
        for (policy, start) in [("net", 0.0), ("<b>", 3600.0)] {
            let rows = served.iter().zip(0..);
            let rows = rows.map(|(it, step)| row(policy, start + f64::from(step) * 3600.0, *it));
            summary.timeline.extend(rows);
        }
        let fault = "june-10".to_owned();
        summary.bands.push(BandRow { fault, start_s: 3600.0, end_s: 9000.0 });
        let figure = draw(&by_task(&summary)[0]).unwrap();
        let svg = figure.element();
        // Two lines in each of two panels, one in the panel that is always known.
        for (idx, n) in [(0, 5), (1, 5)] {
            assert_eq!(svg.matches(&format!("<path class=\"q-series q-s{idx}\"")).count(), n);
        }
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains(">unknown<"), "no accuracy is known: {svg}");
        assert!(svg.contains("<title>june-10: 90.00 minutes</title>"), "{svg}");
        assert!(figure.note.contains("stretches of 60 minutes"), "{}", figure.note);
        assert!(figure.note.ends_with("a fault was there: june-10."), "{}", figure.note);
        let drawn = |n: usize| svg.matches("<path class=\"q-series").count() == n;
        assert!(drawn(10));
        // What ends behind the traffic is of a handful, and no point of a line.
        summary.timeline.iter_mut().for_each(|row| row.requests = 1000);
        summary.timeline.push(TimelineRow { requests: 4, ..row("net", 90_000.0, Some(0.0)) });
        assert_eq!(draw(&by_task(&summary)[0]).unwrap().element(), svg);
    }
}
