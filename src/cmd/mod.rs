//! Floor 6: the command line, one file a subcommand. stdout is data, stderr is talk.

mod collection;
mod evaluate;
mod exit;
mod inputs;
mod outputs;
mod progress;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::Exit;

/// Which combination of language models to run, with figures you can defend.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = "\
Start with:
  quorumbench run scenarios/quickstart.yaml   a benchmark on recorded answers, offline
  quorumbench init my-benchmark               a scenario of your own
  quorumbench list                            everything that a scenario can name

Exit codes: 0 done, 1 internal or I/O error, 2 wrong usage, 3 invalid scenario or data,
4 incomplete run (the same command goes on from there).")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Evaluate(evaluate::Args),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}
