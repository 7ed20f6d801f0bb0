//! What `docs/collecting.md` says of failures and limits is what the program does.

use quorumbench::data::{Closes, Failure, Weight};
use quorumbench::kernel::Lasting;
use quorumbench::provider::Limits;

const PAGE: &str = include_str!("../docs/collecting.md");

#[test]
fn the_table_of_failures_is_what_is_done_about_them() {
    for (failure, name, _) in Failure::kinds() {
        let row = PAGE.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("no row for {name}"));
        let handling = failure.handling();
        let again = if handling.again { "yes" } else { "no" };
        let weight = match handling.weight {
            Weight::Ignored => "not",
            Weight::Half => "half",
            Weight::Full => "fully",
            Weight::Opens => "opens it",
        };
        let closes = match handling.closes {
            Closes::Nothing => "nothing",
            Closes::Model => "the model",
            Closes::Key => "the key",
        };
        assert_eq!(row, format!("| `{name}` | {again} | {weight} | {closes} |"));
    }
}

#[test]
fn the_limits_that_hold_when_nothing_is_said_are_the_ones_on_the_page() {
    let limits = Limits::default();
    assert!(PAGE.contains("connections: 32                  # 8\n"));
    assert_eq!(limits.connections.get(), 8);
    for (name, value) in [
        ("timeout", Lasting::from(limits.timeout).to_string().replace("1m", "60s")),
        ("attempts", limits.attempts.to_string()),
        ("deadline", Lasting::from(limits.deadline).to_string()),
    ] {
        assert!(PAGE.contains(&format!("      {name}: {value} ")), "{name}: {value}");
    }
}
