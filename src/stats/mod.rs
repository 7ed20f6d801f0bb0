//! Floor 1: numbers in, estimates out. It knows no model, and alone uses `statrs`.

mod adjust;
mod agreement;
mod association;
pub mod availability;
mod betting;
pub mod bootstrap;
mod bradley_terry;
pub mod calibration;
mod clusters;
mod digamma;
mod diversity;
mod e_process;
mod greatest;
mod independent;
mod lead;
mod lifetime;
mod max_t;
mod mcnemar;
mod mean;
mod newcombe;
mod normal;
mod paired;
mod pass_at_k;
mod poisson_binomial;
mod posterior;
mod power;
mod projection;
mod proportion;
mod proportion_beta;
mod quantile;
mod risk_coverage;
mod root;
mod sign_flip;
mod standard_error;
mod student;
mod tango;
mod two_proportions;
pub mod words;

pub use adjust::{Adjustment, adjust};
pub use agreement::{Scale, fleiss_kappa, krippendorff_alpha};
pub use association::{effective_votes, phi, yules_q};
pub use betting::always_valid;
pub use bradley_terry::{BradleyTerry, Preference};
pub use clusters::cluster_sums;
pub use digamma::digamma;
pub use diversity::{RightCounts, disagreement, double_fault, kappa};
pub use e_process::{Discordant, EProcess, always_valid_p, ln_e_value};
pub use greatest::expected_greatest;
pub use independent::{
    all_wrong_if_independent, majority_if_independent, plurality_if_independent,
};
pub use lead::chance_of_lead;
pub use lifetime::Lifetime;
pub use max_t::{Contrast, MaxT, max_t};
pub use mcnemar::{mcnemar_exact_p, mcnemar_mid_p};
pub use mean::{MeanEstimate, clustered_mean, p_of_zero_mean};
pub use newcombe::newcombe_paired;
pub use normal::z_two_sided;
pub use paired::{PairedCounts, bonett_price};
pub use pass_at_k::{Attempts, pass_at_k, pass_hat_k};
pub use posterior::chance_a_is_better;
pub use power::{
    Design, Discordance, Sides, Variation, connor_items, miller_items, non_inferiority_items,
    smallest_difference,
};
pub use projection::{Moments, Projection};
pub use proportion::wilson;
pub use proportion_beta::{bayes_uniform, clopper_pearson, jeffreys};
pub use quantile::{quantile, quantile_interval};
pub use risk_coverage::{CoveragePoint, RiskCoverage, Risked, risk_coverage};
pub use sign_flip::{Flips, SignFlip, sign_flip};
pub use standard_error::{
    ClusterFormula, bernoulli_standard_error, clustered_standard_error, standard_error,
};
pub use tango::{tango, tango_lower};
pub use two_proportions::{Share, agresti_caffo, miettinen_nurminen, newcombe_hybrid};

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
