//! The elements of a figure: text that can't break out, coordinates with one decimal.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::report::escape::{html, plain};

/// About how wide a letter of the labels is, in pixels: they have 12 pixels, in any sans serif.
const LETTER: f64 = 7.4;

/// The style of all figures, with colours for light and dark.
const STYLE: &str = include_str!("figure.css");

/// A figure in the making.
pub(super) struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

/// Where a label stands at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A point on a canvas, in pixels from the upper left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A box, by its upper left and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) at: At,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A point, shortly.
pub(super) const fn at(x: f64, y: f64) -> At {
    At { x, y }
}

impl Area {
    /// Whether the two have a point in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.at.x < other.at.x + other.width
            && other.at.x < self.at.x + self.width
            && self.at.y < other.at.y + other.height
            && other.at.y < self.at.y + self.height
    }
}

impl Canvas {
    /// An empty one of this size.
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: At, to: At, class: &str) {
        let (from, to) = (pair("1", from), pair("2", to));
        self.push(&format!("<line class=\"{class}\" {from} {to}/>"));
    }

    /// A text on one line, its name spelt out where it is cut.
    pub(super) fn text(&mut self, at: At, anchor: Anchor, class: &str, text: &str) {
        self.push(&format!("<text {}{}>{}</text>", xy(at), attributes(anchor, class), html(text)));
    }

    /// A text that reads upwards to the right.
    pub(super) fn slanted(&mut self, at: At, text: &str) {
        self.push(&format!(
            "<text transform=\"translate({} {}) rotate(-50)\">{}</text>",
            short(at.x),
            short(at.y),
            html(text)
        ));
    }

    /// A filled box; `opacity` is from 0 to 1.
    pub(super) fn rect(&mut self, area: Area, class: &str, opacity: f64) {
        let size = format!("width=\"{}\" height=\"{}\"", short(area.width), short(area.height));
        let opacity =
            if opacity < 1.0 { format!(" fill-opacity=\"{opacity:.2}\"") } else { "".into() };
        self.push(&format!("<rect class=\"{class}\" {} {size}{opacity}/>", xy(area.at)));
    }

    /// A line through these points.
    pub(super) fn path(&mut self, points: &[At], class: &str) {
        let mut d = String::new();
        for (idx, point) in points.iter().enumerate() {
            let letter = if idx == 0 { 'M' } else { 'L' };
            // Writing into a text can't fail.
            let _ = write!(d, "{letter}{} {}", short(point.x), short(point.y));
        }
        self.push(&format!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    /// A mark of the given shape, as wide as its text in the style.
    pub(super) fn mark(&mut self, mark: Mark, at: At, class: &str) {
        let (x, y) = (short(at.x), short(at.y));
        let shape = match mark {
            Mark::Circle => format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"4.5\"/>"),
            Mark::Diamond => {
                format!("<path class=\"{class}\" d=\"M{x} {y}m0 -6l6 6l-6 6l-6 -6z\"/>")
            }
            Mark::Square => format!("<path class=\"{class}\" d=\"M{x} {y}m-5 -5h10v10h-10z\"/>"),
            Mark::Triangle => format!("<path class=\"{class}\" d=\"M{x} {y}m0 -6l6 11h-12z\"/>"),
        };
        self.push(&shape);
    }

    /// What `draw` draws, as one thing that leads to `href` and says `tip` when pointed at.
    pub(super) fn link(&mut self, href: &str, tip: &str, draw: impl FnOnce(&mut Self)) {
        let tip = html(tip);
        self.push(&format!("<a href=\"#{href}\"><title>{tip}</title>"));
        draw(self);
        self.push("</a>");
    }

    /// What `draw` draws, as one thing that says `tip` when pointed at.
    pub(super) fn group(&mut self, tip: &str, draw: impl FnOnce(&mut Self)) {
        let tip = html(tip);
        self.push(&format!("<g><title>{tip}</title>"));
        draw(self);
        self.push("</g>");
    }

    /// The figure as an element of a page that has the style.
    pub(super) fn element(&self, label: &str) -> String {
        format!("<svg {} {}>{}</svg>", self.size(), labelled(label), self.body)
    }

    /// The figure as a file of its own.
    pub(super) fn file(&self, label: &str) -> String {
        let xmlns = "xmlns=\"http://www.w3.org/2000/svg\"";
        let (size, label) = (self.size(), labelled(label));
        let paper = "<rect class=\"q-paper\" width=\"100%\" height=\"100%\"/>";
        format!("<svg {xmlns} {size} {label}><style>{STYLE}</style>{paper}{}</svg>\n", self.body)
    }

    fn size(&self) -> String {
        let (width, height) = (short(self.width), short(self.height));
        format!("viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\"")
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// The shapes of points, so that colour is not all that tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Diamond,
    Square,
    Triangle,
}

/// About how many pixels a label takes.
pub(super) fn width_of(text: &str) -> f64 {
    text.width() as f64 * LETTER
}

/// A name of at most so many letters; what is cut ends in three dots.
pub(super) fn cut(name: &str, most: usize) -> String {
    let name = plain(name);
    if name.chars().count() <= most {
        return name;
    }
    name.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Letters of a slanted name.
pub(super) const SLANTED: usize = 24;

/// How much room slanted names take above what they name.
pub(super) fn above<'n>(names: impl Iterator<Item = &'n str>) -> f64 {
    let longest = names.map(|name| width_of(&cut(name, SLANTED))).fold(0.0, f64::max);
    // The sine of 50 degrees, and the height of a line.
    longest * 0.77 + 20.0
}

fn labelled(label: &str) -> String {
    format!("class=\"q\" role=\"group\" aria-label=\"{}\"", html(label))
}

fn attributes(anchor: Anchor, class: &str) -> String {
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    class + anchor
}

fn xy(at: At) -> String {
    format!("x=\"{}\" y=\"{}\"", short(at.x), short(at.y))
}

fn pair(suffix: &str, at: At) -> String {
    format!("x{suffix}=\"{}\" y{suffix}=\"{}\"", short(at.x), short(at.y))
}

/// One decimal, and none where it is 0.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_a_figure() {
        let mut canvas = Canvas::new(100.0, 50.0);
        canvas.link("a", "\"<b>\" & more", |canvas| {
            canvas.text(at(1.0, 2.25), Anchor::End, "", "</text><script>");
        });
        let svg = canvas.file("a <figure>");
        assert!(!svg.contains("<script>") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains("<title>&quot;&lt;b&gt;&quot; &amp; more</title>"), "{svg}");
        assert!(svg.contains("x=\"1\" y=\"2.2\""), "{svg}");
    }

    #[test]
    fn long_names_are_cut_and_areas_meet_or_do_not() {
        assert_eq!(cut("größe-大模型", 20), "größe-大模型");
        assert_eq!(cut("a-long-name", 6), "a-lon…");
        let area = |x, y| Area { at: at(x, y), width: 10.0, height: 10.0 };
        assert!(area(0.0, 0.0).meets(&area(9.0, 9.0)));
        assert!(!area(0.0, 0.0).meets(&area(10.0, 0.0)));
    }
}
