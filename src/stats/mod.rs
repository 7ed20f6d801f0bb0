//! Floor 1: numbers in, estimates out. It knows no model, and alone uses `statrs`.

mod agreement;
mod association;
mod diversity;
mod independent;
mod mean;
mod normal;
mod paired;
mod proportion;
mod quantile;
mod student;

pub use agreement::{Scale, fleiss_kappa, krippendorff_alpha};
pub use association::{effective_votes, phi, yules_q};
pub use diversity::{RightCounts, disagreement, double_fault, kappa};
pub use independent::{
    all_wrong_if_independent, majority_if_independent, plurality_if_independent,
};
pub use mean::{MeanEstimate, clustered_mean, p_of_zero_mean};
pub use normal::z_two_sided;
pub use paired::{PairedCounts, bonett_price, mcnemar_mid_p};
pub use proportion::wilson;
pub use quantile::quantile;

#[cfg(test)]
mod check {
    use crate::kernel::Interval;

    /// Equal to the share `relative` of what is wanted, so that nothing but 0 is close to 0.
    pub(super) fn close(got: f64, wanted: f64, relative: f64) -> bool {
        (got - wanted).abs() <= relative * wanted.abs()
    }

    /// Both ends are equal to the last of `digits` decimal places, as printed tables give them.
    pub(super) fn prints_as(got: Interval, wanted: (f64, f64), digits: i32) -> bool {
        let half_a_unit = 0.5 * 10f64.powi(-digits) + 1e-12;
        (got.low - wanted.0).abs() <= half_a_unit && (got.high - wanted.1).abs() <= half_a_unit
    }
}
