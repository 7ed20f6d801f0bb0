//! Paired differences to the best single model, as an interval plot.

use crate::data::summary::Versus;
use crate::report::by_task::TaskRows;
use crate::report::svg::canvas::{Anchor, Area, Canvas, at, cut};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::svg::{Figure, anchor, look};
use crate::report::{escape, text};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 650.0;
const ROW: f64 = 21.0;
const TOP: f64 = 24.0;
/// Rows that are drawn; more make no figure that anybody reads.
const MOST: usize = 60;

/// `None` where nothing is compared.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    let models = task.models.iter().filter_map(|(_, policy)| *policy);
    let mut rows: Vec<(&str, &Versus)> = task
        .policies
        .iter()
        .copied()
        .chain(models)
        .filter_map(|row| Some((row.policy.as_str(), row.versus.as_ref()?)))
        .filter(|(_, versus)| versus.difference.point.is_finite())
        .collect();
    rows.sort_by(|(_, one), (_, other)| other.difference.point.total_cmp(&one.difference.point));
    let n_all = rows.len();
    rows.truncate(MOST);
    let ends = |versus: &Versus| {
        let together = versus.simultaneous;
        [Some(versus.difference.low), Some(versus.difference.high), together.map(|it| it.low)]
            .into_iter()
            .chain([together.map(|it| it.high)])
            .flatten()
            .collect::<Vec<_>>()
    };
    let values = rows.iter().flat_map(|(_, versus)| ends(versus)).chain([0.0]);
    let x = Scale::linear(values.map(|it| it * 100.0), Ends { from: LEFT, to: RIGHT })?;
    if rows.is_empty() {
        return None;
    }
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0);
    canvas.text(at(LEFT, 14.0), Anchor::Start, "q-soft", "← worse");
    canvas.text(at(RIGHT, 14.0), Anchor::End, "q-soft", "better →");
    canvas.text(at(RIGHT + 14.0, 14.0), Anchor::Start, "q-soft", "points [interval]");
    canvas.text(at(WIDTH - 4.0, 14.0), Anchor::End, "q-soft", "p");
    x.draw_bottom(
        &mut canvas,
        (TOP, bottom),
        "difference in accuracy to the best single model, points",
        |value| {
            let number = plain_number(value);
            if value > 0.0 { format!("+{number}") } else { number }
        },
    );
    canvas.line(at(x.place(0.0), TOP), at(x.place(0.0), bottom), "q-zero");
    for (idx, (name, versus)) in rows.iter().enumerate() {
        row(&mut canvas, task, (name, versus), (&x, TOP + ROW * (idx as f64 + 0.5)));
    }
    Some(Figure::new(
        "differences",
        "Difference to the best single model",
        note(&rows, n_all),
        canvas,
    ))
}

fn row(
    canvas: &mut Canvas,
    task: &TaskRows<'_>,
    (name, versus): (&str, &Versus),
    (x, y): (&Scale, f64),
) {
    let difference = &versus.difference;
    let class = match difference {
        it if it.low > 0.0 => "q-better",
        it if it.high < 0.0 => "q-worse",
        _ => "q-open",
    };
    let interval = format!("{} {}", text::points(difference.point), text::ends(difference));
    let tip = format!(
        "{}: {interval} points ({}, n = {}, {}), {} won and {} lost",
        escape::plain(name),
        text::p_clause(versus.p),
        difference.n,
        difference.method,
        versus.wins,
        versus.losses
    );
    let place = |share: f64| x.place(share * 100.0);
    canvas.link(&anchor(task, name), &tip, |canvas| {
        // The whole row can be pointed at.
        let area = Area { at: at(0.0, y - ROW / 2.0), width: WIDTH, height: ROW };
        canvas.rect(area, "q-paper", 0.0);
        canvas.text(at(LEFT - 12.0, y + 4.0), Anchor::End, "", &cut(name, 28));
        if let Some(together) = versus.simultaneous {
            canvas.line(at(place(together.low), y), at(place(together.high), y), "q-thin");
        }
        canvas.line(at(place(difference.low), y), at(place(difference.high), y), class);
        canvas.mark(look(task, name).0, at(place(difference.point), y), class);
        canvas.text(at(RIGHT + 14.0, y + 4.0), Anchor::Start, "", &interval);
        canvas.text(at(WIDTH - 4.0, y + 4.0), Anchor::End, "q-soft", &text::p(versus.p));
    });
}

fn note(rows: &[(&str, &Versus)], n_all: usize) -> String {
    let estimates = rows.iter().map(|(_, versus)| &versus.difference);
    let level = text::level(estimates.clone()).unwrap_or_default();
    let made = text::provenance(estimates).unwrap_or_default();
    let together = match rows.iter().any(|(_, versus)| versus.simultaneous.is_some()) {
        true => " Thin lines hold for all policies at once (max-T bootstrap).",
        false => "",
    };
    let cut = match n_all - rows.len() {
        0 => String::new(),
        n => format!(" The {n} worst are not drawn; the tables have them."),
    };
    format!(
        "Paired, over the items on which both were served ({made}). Thick lines are intervals at \
         {level}: green lies wholly above 0, red wholly below, grey can be either.{together}{cut}"
    )
}
