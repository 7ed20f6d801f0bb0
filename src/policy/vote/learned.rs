//! What a rule learned before the vote on the item at hand.

/// What a rule learned, from other items' targets or from everybody's answers.
#[derive(Debug, Clone, Copy, Default)]
pub enum Learned<'a> {
    /// Nothing beyond how each member did elsewhere.
    #[default]
    Nothing,
    /// The belief in each of the item's distinct answers; an answer that is not among them is not
    /// believed at all.
    Beliefs(&'a [f64]),
    /// What each voter's ballot weighs.
    Weights(&'a [f64]),
    /// How sure each voter is of its answer, calibrated; `None` where it didn't say.
    Confidences(&'a [Option<f64>]),
}
