//! Colour: on a terminal unless `NO_COLOR` says otherwise, and where `--color` says so.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What begins a colour on a terminal.
const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_where_it_is_asked_for_and_nowhere_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.yaml");
    fs::write(&broken, "version: 1\nname: x\ntaks: {}\n").expect("a write");
    let broken = broken.to_str().expect("UTF-8");
    let report = ["report", "reports/quickstart", "--format", "terminal"];
    for (flags, no_color, is_coloured) in [
        // Neither stream of this is a terminal.
        (&[][..], None, false),
        (&["--color", "auto"], None, false),
        (&["--color", "always"], None, true),
        (&["--color", "always"], Some("1"), true),
        (&["--color", "never"], None, false),
    ] {
        let run = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_quorumbench"));
            command.current_dir(root).args(args).args(flags).env_remove("NO_COLOR");
            command.envs(no_color.map(|value| ("NO_COLOR", value)));
            command.output().expect("it starts")
        };
        let shown = String::from_utf8(run(&report).stdout).expect("UTF-8");
        assert!(shown.contains("triage"), "{shown}");
        assert_eq!(shown.contains(ESCAPE), is_coloured, "{flags:?}: {shown}");
        let told = String::from_utf8(run(&["check", broken]).stderr).expect("UTF-8");
        assert!(told.contains("unknown key"), "{told}");
        assert_eq!(told.contains(ESCAPE), is_coloured, "{flags:?}: {told}");
    }
}
