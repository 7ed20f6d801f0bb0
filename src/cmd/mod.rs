//! Floor 6: the command line, one file a subcommand. stdout is data, stderr is talk.

mod annotations;
mod check;
mod collection;
mod color;
mod compare;
mod drill;
mod evaluate;
mod exit;
mod init;
mod inputs;
mod list;
mod looks;
mod outputs;
mod progress;
mod recommend;
mod report;
mod rounds;
mod run;
mod schema;
mod selection;
mod serve;
mod served;
mod simulate;
mod store;
mod suite;
mod telemetry;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use exit::Exit;

/// Which combination of language models to run, with figures you can defend.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "\
Start with:
  quorumbench run scenarios/quickstart.yaml   a benchmark on recorded answers, offline
  quorumbench init my-benchmark               a scenario of your own
  quorumbench list                            everything that a scenario can name

Exit codes: 0 done, 1 internal or I/O error, 2 wrong usage, 3 invalid scenario or data,
4 incomplete run (the same command goes on from there), 100 a gate failed or was inconclusive."
)]
pub(crate) struct Cli {
    /// When text is coloured; left out, on a terminal unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_default_value = true)]
    color: color::Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Check(check::Args),
    Evaluate(evaluate::Args),
    Recommend(recommend::Args),
    Simulate(simulate::Args),
    Drill(drill::Args),
    Serve(serve::Args),
    Report(report::Args),
    Compare(compare::Args),
    Init(init::Args),
    List(list::Args),
    Store(store::Args),
    /// Print the JSON Schema of a scenario, for editors.
    Schema,
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let Cli { color, command } = Cli::parse();
    color.settle();
    let result = match command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Recommend(args) => recommend::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Drill(args) => drill::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Init(args) => init::run(&args),
        Command::List(args) => list::run(&args),
        Command::Store(args) => store::run(&args),
        Command::Schema => schema::run(),
        Command::Completions { shell } => completions(shell),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "quorumbench", &mut text);
    outputs::print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
