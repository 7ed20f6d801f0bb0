//! The answers of synthetic candidates, which take the way of recorded ones.

use super::load::Loaded;
use crate::exchange::import::Recording;
use crate::kernel::Seed;
use crate::scenario::Plan;

/// A row per task, synthetic candidate, item and sample; `None` where there is no such candidate.
pub(super) fn recording(plan: &Plan) -> Option<Recording> {
    let synthetic = plan.candidates.iter().filter_map(|one| Some((one, one.synthetic.as_ref()?)));
    let mut recording = Recording::default();
    for (candidate, synthetic) in synthetic {
        for task in &plan.tasks {
            for item in task.items.iter() {
                let row =
                    |sample| synthetic.answer(plan.seed, &task.id, &candidate.id, item, sample);
                recording.rows.extend((0..synthetic.n_samples()).map(row));
            }
        }
    }
    (!recording.rows.is_empty()).then_some(recording)
}

impl Loaded {
    /// Decides random choices by another seed; what was made up is made up anew.
    pub fn reseed(&mut self, seed: Seed) {
        if recording(&self.plan).is_some() {
            self.recordings.pop();
        }
        self.plan.seed = seed;
        self.recordings.extend(recording(&self.plan));
    }
}
