//! The tables that say why a vote helps or does not, as Polars frames.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::{ContributionRow, DiversityRow, GainRow, PairRow};
use crate::report::frames::Columns;

pub(super) fn pairs(rows: &[PairRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("a", |row| Some(row.a.as_str()))
        .text("b", |row| Some(row.b.as_str()))
        .count("n", |row| Some(row.n))
        .count("both_right", |row| Some(row.both_right))
        .count("only_a", |row| Some(row.only_a))
        .count("only_b", |row| Some(row.only_b))
        .count("neither", |row| Some(row.neither))
        .number("phi", |row| row.phi)
        .number("q", |row| row.q)
        .number("same_wrong_answer", |row| row.same_wrong_answer)
        .number("same_wrong_by_chance", |row| row.same_wrong_by_chance)
        .number("disagreement", |row| row.disagreement)
        .number("double_fault", |row| row.double_fault)
        .number("kappa", |row| row.kappa)
        .frame()
}

pub(super) fn diversity(rows: &[DiversityRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .count("n", |row| Some(row.n))
        .number("mean_phi", |row| row.mean_phi)
        .number("same_wrong_answer", |row| row.same_wrong_answer)
        .number("same_wrong_by_chance", |row| row.same_wrong_by_chance)
        .number("all_wrong", |row| row.all_wrong)
        .number("all_wrong_if_independent", |row| row.all_wrong_if_independent)
        .number("majority_right", |row| row.majority_right)
        .number("majority_if_independent", |row| row.majority_if_independent)
        .number("plurality_if_independent", |row| row.plurality_if_independent)
        .number("entropy", |row| row.entropy)
        .number("kohavi_wolpert", |row| row.kohavi_wolpert)
        .number("generalised_diversity", |row| row.generalised_diversity)
        .count("n_answered", |row| Some(row.n_answered))
        .number("fleiss_kappa", |row| row.fleiss_kappa)
        .number("krippendorff_alpha", |row| row.krippendorff_alpha)
        .frame()
}

pub(super) fn gains(rows: &[GainRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("baseline", |row| Some(row.baseline.as_str()))
        .count("n", |row| Some(row.n))
        .count("both_right", |row| Some(row.both_right))
        .count("rescued", |row| Some(row.rescued))
        .count("overruled", |row| Some(row.overruled))
        .count("lost_to_ties", |row| Some(row.lost_to_ties))
        .count("no_answer", |row| Some(row.no_answer))
        .count("both_wrong_reachable", |row| Some(row.both_wrong_reachable))
        .count("out_of_reach", |row| Some(row.out_of_reach))
        .number("difference", |row| Some(row.difference))
        .frame()
}

pub(super) fn contributions(rows: &[ContributionRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("member", |row| Some(row.member.as_str()))
        .estimate("difference", |row| Some(&row.difference))
        .number("p", |row| Some(row.p))
        .count("wins", |row| Some(row.wins))
        .count("losses", |row| Some(row.losses))
        .number("shapley", |row| row.shapley)
        .frame()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn names(frame: &DataFrame) -> String {
        let names = frame.get_column_names();
        names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_are_named_as_in_the_summary() {
        let summary = sample::triage();
        for (frame, wanted) in [
            (
                pairs(&summary.pairs),
                "task a b n both_right only_a only_b neither phi q same_wrong_answer \
                 same_wrong_by_chance disagreement double_fault kappa",
            ),
            (
                diversity(&summary.diversity),
                "task n mean_phi same_wrong_answer same_wrong_by_chance all_wrong \
                 all_wrong_if_independent majority_right majority_if_independent \
                 plurality_if_independent entropy kohavi_wolpert generalised_diversity \
                 n_answered fleiss_kappa krippendorff_alpha",
            ),
            (
                gains(&summary.gains),
                "task policy baseline n both_right rescued overruled lost_to_ties no_answer \
                 both_wrong_reachable out_of_reach difference",
            ),
            (
                contributions(&summary.contributions),
                "task policy member difference difference_low difference_high difference_level \
                 difference_n difference_method p wins losses shapley",
            ),
        ] {
            let frame = frame.unwrap();
            assert_eq!(names(&frame), wanted);
            assert!(frame.height() > 0, "{wanted}");
        }
    }

    #[test]
    fn the_unknown_is_null() {
        let mut rows = sample::triage().diversity;
        rows[0].fleiss_kappa = None;
        let frame = diversity(&rows).unwrap();
        assert_eq!(frame.column("fleiss_kappa").unwrap().null_count(), 1);
        assert_eq!(frame.column("entropy").unwrap().null_count(), 0);
    }
}
