//! `cargo run` and `cargo test` share one build: the crates of the one are the crates of the other.

use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn no_dev_dependency_changes_a_feature_of_what_the_program_is_built_from() {
    let [program, tests] = ["normal,build", "normal,build,dev"].map(crates);
    let rebuilt: Vec<&String> = program.difference(&tests).collect();
    assert!(
        rebuilt.is_empty(),
        "give these, in [dependencies], the features tests add: {rebuilt:?}"
    );
    assert!(program.iter().any(|one| one.starts_with("polars v")), "{program:?}");
}

/// Every crate with its version and features.
fn crates(edges: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(["--edges", edges])
        .output()
        .expect("cargo can be started");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("cargo writes UTF-8");
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}
