//! What a verdict says where no policy was compared with a single model.

use crate::data::summary::PolicyRow;
use crate::report::by_task::TaskRows;
use crate::report::text;

/// Which model is best and how right it is, with names written by `name`.
pub(super) fn sentence(task: &TaskRows<'_>, name: fn(&str) -> String) -> String {
    let cross_fitted = task.best_single().and_then(|row| {
        let accuracy = row.measures.accuracy.as_ref()?;
        Some((best_elsewhere(task, row, name)?, accuracy, String::new()))
    });
    let best = cross_fitted.or_else(|| {
        let known = task.models.iter().filter_map(|(row, _)| {
            let accuracy = row.measures.accuracy.as_ref()?;
            let best = format!("the best single model is {} with", name(row.model.as_str()));
            accuracy.point.is_finite().then_some((best, accuracy))
        });
        let (model, accuracy) =
            known.reduce(|best, next| if next.1.point > best.1.point { next } else { best })?;
        let chosen = match task.models.len() {
            1 => String::new(),
            k => format!("; best of {k} compared, so this is an optimistic reading"),
        };
        Some((model, accuracy, chosen))
    });
    match best {
        Some((best, accuracy, chosen)) => format!(
            "No policy was compared with a single model; {best} {} (n = {}, {}){chosen}.",
            text::share(accuracy),
            accuracy.n,
            accuracy.method
        ),
        None => "Nothing was answered, so nothing can be said.".to_owned(),
    }
}

/// The model behind `best-single`; which one it is may differ from fold to fold.
pub(super) fn most_used(best_single: &PolicyRow, name: fn(&str) -> String) -> Option<String> {
    let most = best_single.rungs.values().max()?;
    let (model, _) = best_single.rungs.iter().find(|(_, n)| *n == most)?;
    let model = name(model.as_str());
    Some(if best_single.rungs.len() > 1 { format!("mostly {model}") } else { model })
}

/// What has the figures of `best-single`: one model, where they are that model's own, else the
/// choosing of a model on the other folds.
fn best_elsewhere(
    task: &TaskRows<'_>,
    row: &PolicyRow,
    name: fn(&str) -> String,
) -> Option<String> {
    let used = most_used(row, name)?;
    let mut rungs = row.rungs.keys();
    let (first, several) = (rungs.next()?, rungs.next().is_some());
    let own = task.measures_of(first.as_str()).and_then(|it| it.accuracy.as_ref());
    Some(match (several, own == row.measures.accuracy.as_ref()) {
        (false, true) => format!("the best single model is {used} with"),
        (true, _) => format!("whichever model is best on the other folds ({used}) has"),
        (false, false) => {
            format!("whichever model is best on the other folds ({used} wherever one answered) has")
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::report::by_task::BEST_SINGLE;
    use crate::report::sample::{empty, triage};
    use crate::report::verdict::verdicts;

    #[test]
    fn a_model_is_said_to_have_a_figure_only_where_it_is_its_own() {
        let mut summary = triage();
        let opus = summary.models.iter().find(|row| row.model.as_str() == "opus").unwrap();
        let own = opus.measures.accuracy.clone();
        summary.policies.retain(|row| row.policy.as_str() == BEST_SINGLE);
        summary.policies[0].rungs = [("opus".into(), 222)].into();
        assert_eq!(
            verdicts(&summary),
            ["No policy was compared with a single model; whichever model is best on the other \
              folds (opus wherever one answered) has 73.0 % [67.0, 78.5] (n = 222, wilson)."]
        );
        summary.policies[0].measures.accuracy = own;
        assert_eq!(
            verdicts(&summary),
            ["No policy was compared with a single model; the best single model is opus with \
              73.4 % [67.4, 78.9] (n = 222, wilson)."]
        );
    }

    #[test]
    fn without_a_baseline_the_best_model_is_an_optimistic_reading() {
        let mut summary = triage();
        summary.policies.clear();
        assert_eq!(
            verdicts(&summary),
            ["No policy was compared with a single model; the best single model is opus with \
              73.4 % [67.4, 78.9] (n = 222, wilson); best of 4 compared, so this is an \
              optimistic reading."]
        );
        summary.models.truncate(1);
        summary.models[0].measures.accuracy = None;
        assert_eq!(verdicts(&summary), ["Nothing was answered, so nothing can be said."]);
        assert!(verdicts(&empty()).is_empty());
    }
}
