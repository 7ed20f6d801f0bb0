//! What several commands take: a scenario, and which part of it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::exit::Invalid;
use super::selection::Selection;
use crate::scenario::{self, Loaded};

/// Which scenario, and which part of it.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// The scenario file.
    pub(super) scenario: PathBuf,

    /// Decide random choices by this seed instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    #[command(flatten)]
    pub(super) selection: Selection,
}

impl Input {
    /// Reads the scenario and every file it names.
    pub(super) fn load(&self, answers: &[PathBuf]) -> Result<Loaded> {
        self.load_from(&self.scenario, answers)
    }

    /// Reads another scenario, of which the same part is run.
    pub(super) fn load_from(&self, scenario: &Path, answers: &[PathBuf]) -> Result<Loaded> {
        self.prepared(scenario::load(scenario, answers).map_err(Invalid)?)
    }

    /// The same of a scenario that was read already.
    pub(super) fn prepared(&self, mut loaded: Loaded) -> Result<Loaded> {
        if let Some(seed) = self.seed {
            loaded.reseed(crate::kernel::Seed(seed));
        }
        self.selection.apply(&mut loaded.plan)?;
        Ok(loaded)
    }

    /// Where answers are kept unless the user says otherwise: beside the scenario, so that the same
    /// scenario finds them again from wherever it is run.
    pub(super) fn store(&self) -> PathBuf {
        store_beside(&self.scenario)
    }
}

/// Where the answers to a scenario are kept.
pub(super) fn store_beside(scenario: &Path) -> PathBuf {
    let folder = scenario.parent().unwrap_or(Path::new(""));
    folder.join(".quorumbench").join("answers.sqlite")
}
