//! `init`: writes a scenario that runs, with a dataset and recorded answers to start from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args as ClapArgs;

use super::Exit;

/// Write a scenario that runs as it is, to start your own from.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The folder to write to.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const SCENARIO: &str = include_str!("init/scenario.yaml");
const ITEMS: &str = include_str!("init/items.jsonl");
const ANSWERS: &str = include_str!("init/answers.jsonl");

/// Runs it.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
pub(super) fn run(args: &Args) -> Result<Exit> {
    let files = [("scenario.yaml", SCENARIO), ("items.jsonl", ITEMS), ("answers.jsonl", ANSWERS)];
    for (name, _) in files {
        let path = args.dir.join(name);
        ensure!(!path.exists(), "write {}: it is there already", path.display());
    }
    for (name, text) in files {
        write(&args.dir.join(name), text)?;
    }
    let scenario = args.dir.join("scenario.yaml");
    eprintln!("wrote {}; now: quorumbench run {0}", scenario.display());
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("write {}", path.display()))
}
