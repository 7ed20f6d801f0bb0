//! Accuracy against price, with intervals, and the policies that no other outdoes; against latency
//! where no price is known.

use crate::data::Estimate;
use crate::data::summary::Measures;
use crate::report::by_task::TaskRows;
use crate::report::svg::canvas::{Anchor, Area, Canvas, at, cut, width_of};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::svg::{Figure, MARKS, anchor, look};
use crate::report::{escape, text};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 480.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 430.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 840.0;
/// Letters of a name beside its point.
const LETTERS: usize = 28;

/// What accuracy is drawn against.
struct Across {
    name: &'static str,
    title: &'static str,
    axis: &'static str,
    /// What a point without it lacks.
    lacks: &'static str,
    value: fn(&Measures) -> Option<f64>,
    /// A figure along the axis, and in words beside a point.
    tick: fn(f64) -> String,
    words: fn(f64) -> String,
    /// Whether the steps that no other policy outdoes are of it.
    has_steps: bool,
}

const PRICE: Across = Across {
    name: "accuracy-cost",
    title: "Accuracy against price",
    axis: "price, $ per 1000 items (log scale)",
    lacks: "a price",
    value: |it| it.cost_usd.and_then(|cost| cost.per_1k),
    tick: |value| format!("${}", plain_number(value)),
    words: |value| format!("for ${} per 1000 items", text::dollars(value)),
    has_steps: true,
};

const LATENCY: Across = Across {
    name: "accuracy-latency",
    title: "Accuracy against latency",
    axis: "median latency, ms (log scale)",
    lacks: "a latency",
    value: |it| it.latency_ms.map(|latency| latency.p50),
    tick: plain_number,
    words: |value| format!("in {} ms", text::ms(value)),
    has_steps: false,
};

/// One policy or model with a price, or a latency, and an accuracy.
struct Point<'a> {
    name: &'a str,
    across: f64,
    accuracy: &'a Estimate,
}

/// `None` where no policy has an accuracy, and a price or a latency.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    drawn(task, &PRICE).or_else(|| drawn(task, &LATENCY))
}

fn drawn(task: &TaskRows<'_>, across: &Across) -> Option<Figure> {
    let policies = task.policies.iter().map(|row| (row.policy.as_str(), &row.measures));
    let models = task.models.iter().map(|(row, _)| (row.model.as_str(), &row.measures));
    let all: Vec<(&str, &Measures)> = policies.chain(models).collect();
    let points: Vec<Point<'_>> =
        all.iter().filter_map(|(name, it)| point(name, it, across)).collect();
    let ends = Ends { from: LEFT, to: RIGHT };
    let x = Scale::log(points.iter().map(|point| point.across), ends)?;
    let shares = points.iter().flat_map(|it| [it.accuracy.low, it.accuracy.high]);
    let y = Scale::linear(shares, Ends { from: BOTTOM, to: TOP })?;
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    axes(&mut canvas, &x, &y, across);
    if across.has_steps {
        frontier(&mut canvas, task, &x, &y);
    }
    for point in &points {
        mark(&mut canvas, task, point, (&x, &y, across));
    }
    names(&mut canvas, task, &points, (&x, &y));
    let note = note(&points, all.len(), across);
    Some(Figure::new(across.name, across.title, note, canvas))
}

fn point<'a>(name: &'a str, measures: &'a Measures, across: &Across) -> Option<Point<'a>> {
    let (accuracy, value) = (measures.accuracy_of_all.as_ref()?, (across.value)(measures)?);
    (accuracy.point.is_finite() && value > 0.0).then_some(Point { name, across: value, accuracy })
}

fn axes(canvas: &mut Canvas, x: &Scale, y: &Scale, across: &Across) {
    for tick in y.ticks(7) {
        let place = y.place(tick);
        canvas.line(at(LEFT, place), at(RIGHT, place), "q-grid");
        let label = plain_number(tick * 100.0);
        canvas.text(at(LEFT - 8.0, place + 4.0), Anchor::End, "q-soft", &format!("{label} %"));
    }
    x.draw_bottom(canvas, (TOP, BOTTOM), across.axis, across.tick);
}

/// As much accuracy as any price buys, in steps.
fn frontier(canvas: &mut Canvas, task: &TaskRows<'_>, x: &Scale, y: &Scale) {
    let mut steps = Vec::new();
    for row in task.frontier.iter().filter(|row| row.cost_per_1k > 0.0) {
        let (place, level) = (x.place(row.cost_per_1k), y.place(row.accuracy));
        steps.extend(steps.last().map(|last: &super::canvas::At| at(place, last.y)));
        steps.push(at(place, level));
    }
    steps.extend(steps.last().map(|last| at(RIGHT, last.y)));
    if !steps.is_empty() {
        canvas.path(&steps, "q-frontier");
    }
}

fn mark(
    canvas: &mut Canvas,
    task: &TaskRows<'_>,
    point: &Point<'_>,
    (x, y, across): (&Scale, &Scale, &Across),
) {
    let (shape, class) = look(task, point.name);
    let (place, estimate) = (x.place(point.across), point.accuracy);
    let tip = format!(
        "{}: {} (n = {}, {}) {}",
        escape::plain(point.name),
        text::share(estimate),
        estimate.n,
        estimate.method,
        (across.words)(point.across)
    );
    canvas.link(&anchor(task, point.name), &tip, |canvas| {
        let whisker = format!("q-whisker-{class}");
        canvas.line(at(place, y.place(estimate.low)), at(place, y.place(estimate.high)), &whisker);
        canvas.mark(shape, at(place, y.place(estimate.point)), &format!("q-{class}"));
    });
}

/// Names beside points where there is room: of the frontier first, then of policies, then models.
fn names(canvas: &mut Canvas, task: &TaskRows<'_>, points: &[Point<'_>], (x, y): (&Scale, &Scale)) {
    let spot = |it: &Point<'_>| at(x.place(it.across), y.place(it.accuracy.point));
    let around = |it: &Point<'_>| {
        let spot = spot(it);
        Area { at: at(spot.x - 6.0, spot.y - 6.0), width: 12.0, height: 12.0 }
    };
    let mut taken: Vec<Area> = points.iter().map(around).collect();
    let is_on_frontier = |name: &str| task.frontier.iter().any(|row| row.policy.as_str() == name);
    let rank = |it: &&Point<'_>| match look(task, it.name).1 {
        _ if is_on_frontier(it.name) => 0,
        "baseline" => 1,
        "policy" => 2,
        "oracle" => 3,
        _ => 4,
    };
    let mut order: Vec<&Point<'_>> = points.iter().collect();
    order.sort_by_key(rank);
    for point in order {
        let (spot, name) = (spot(point), cut(point.name, LETTERS));
        let width = width_of(&name);
        let areas =
            [(7.0, -20.0), (7.0, 5.0), (-7.0 - width, -20.0), (-7.0 - width, 5.0), (9.0, -8.0)]
                .map(|(right, down)| Area {
                    at: at(spot.x + right, spot.y + down),
                    width,
                    height: 15.0,
                });
        let is_free = |area: &&Area| {
            let is_inside = area.at.x > LEFT && area.at.x + area.width < RIGHT && area.at.y > 0.0;
            is_inside && area.at.y < BOTTOM - 15.0 && !taken.iter().any(|other| other.meets(area))
        };
        if let Some(area) = areas.iter().find(is_free) {
            canvas.text(at(area.at.x, area.at.y + 12.0), Anchor::Start, "q-name", &name);
            taken.push(*area);
        }
    }
}

fn note(points: &[Point<'_>], n_all: usize, across: &Across) -> String {
    let estimates = points.iter().map(|point| point.accuracy);
    let level = text::level(estimates.clone()).unwrap_or_default();
    let made = text::provenance(estimates).unwrap_or_default();
    let left_out = match n_all - points.len() {
        0 => String::new(),
        n => format!(" Not drawn for want of {} or an accuracy: {n}.", across.lacks),
    };
    let steps = match across.has_steps {
        true => " The green steps are the most that any price buys.",
        false => "",
    };
    format!(
        "Accuracy is of all asked, what is no answer counting 0; lines are intervals at {level} \
         ({made}).{steps} {MARKS}{left_out}"
    )
}
