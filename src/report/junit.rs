//! `junit.xml`: a test case for each gate, as CI systems read it.
//!
//! A gate that failed is a `failure`. One that is inconclusive is `skipped` with its reason: it has
//! neither passed nor failed, and whether that ends a build is what the exit code says.

use std::io::{self, Write};
use std::path::Path;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::data::summary::{GateOutcome, GateRow, Summary};
use crate::report::place::{place, remove};
use crate::report::{ReportError, gates};

const NAME: &str = "junit.xml";

/// Writes `junit.xml` into `dir`, where there are gates.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    if summary.gates.is_empty() {
        return remove(dir, NAME);
    }
    place(dir, NAME, |file| {
        let io = |source| ReportError::Io { path: dir.join(NAME), source };
        render(summary, &mut *file).and_then(|()| file.write_all(b"\n")).map_err(io)
    })
}

fn render(summary: &Summary, to: &mut dyn Write) -> io::Result<()> {
    let of = |outcome| summary.gates.iter().filter(|row| row.outcome == outcome).count();
    let counts = [
        ("tests", summary.gates.len().to_string()),
        ("failures", of(GateOutcome::Failed).to_string()),
        ("errors", "0".to_owned()),
        ("skipped", of(GateOutcome::Inconclusive).to_string()),
    ];
    let counts = counts.iter().map(|(key, count)| (*key, count.as_str()));
    let name = plain(&summary.scenario.name);
    let mut writer = Writer::new_with_indent(to, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = writer.create_element("testsuites").with_attribute(("name", "quorumbench"));
    suites.with_attributes(counts.clone()).write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attribute(("name", name.as_str()));
        suite.with_attributes(counts).write_inner_content(|writer| {
            summary.gates.iter().try_for_each(|row| case(row, &name, writer))
        })?;
        Ok(())
    })?;
    Ok(())
}

fn case(row: &GateRow, suite: &str, writer: &mut Writer<&mut dyn Write>) -> io::Result<()> {
    let name = plain(&row.name);
    let class = format!("{suite}.{}", plain(row.task.as_str()));
    let told = plain(&gates::sentence(row, str::to_owned));
    let case = writer.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", class.as_str()),
        ("time", "0"),
    ]);
    case.write_inner_content(|writer| {
        let tag = match row.outcome {
            GateOutcome::Passed => "system-out",
            GateOutcome::Failed => "failure",
            GateOutcome::Inconclusive => "skipped",
        };
        let element = writer.create_element(tag);
        match row.outcome {
            GateOutcome::Passed => element,
            _ => element.with_attribute(("message", told.as_str())),
        }
        .write_text_content(BytesText::new(&told))?;
        Ok(())
    })?;
    Ok(())
}

/// Without what XML 1.0 can't hold.
fn plain(text: &str) -> String {
    let may_stand = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(may_stand).collect()
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, XmlVersion};

    use super::*;
    use crate::report::sample;

    #[test]
    fn a_parser_reads_a_case_for_each_gate() {
        let mut summary = sample::triage();
        summary.scenario.name = "a <b> & \"c\"\u{1}".into();
        let gate = |name: &str, outcome| GateRow { outcome, ..sample::gate(name) };
        summary.gates = vec![
            gate("up", GateOutcome::Passed),
            gate("<not> \u{0}worse", GateOutcome::Failed),
            gate("cheap", GateOutcome::Inconclusive),
        ];
        let mut text = Vec::new();
        render(&summary, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut reader = Reader::from_str(&text);
        let mut seen = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    let name = tag.try_get_attribute("name").unwrap();
                    let name = name.map(|it| {
                        it.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned()
                    });
                    let tag = tag.name().0.to_owned();
                    seen.push(format!("{tag} {}", name.unwrap_or_default()).trim().to_owned());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(
            seen,
            [
                "testsuites quorumbench",
                "testsuite a <b> & \"c\"",
                "testcase up",
                "system-out",
                "testcase <not> worse",
                "failure",
                "testcase cheap",
                "skipped"
            ]
        );
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{text}");
    }
}
