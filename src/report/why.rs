//! Why votes help or not: the part of `report.md` about what they win and lose, and by whom.

use crate::data::Estimate;
use crate::data::summary::{ContributionRow, GainRow};
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::text;

/// A sentence a vote; `None` without votes.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    if task.gains.is_empty() {
        return None;
    }
    let sentences = task.gains.iter().map(|gain| {
        let of_vote = task.contributions.iter().copied().filter(|row| row.policy == gain.policy);
        format!("- {}", sentence(gain, &of_vote.collect::<Vec<_>>()))
    });
    let head = "### Why\n\nBeside the best single model, item by item: rescued where only the vote \
                is right, overruled where only the model is, lost to ties where the right answer \
                shared the top or the vote abstained. What a plurality has right is \
                shared out by what each member adds, on average over all orders (Shapley).";
    Some(format!("{head}\n\n{}", sentences.collect::<Vec<_>>().join("\n")))
}

fn sentence(gain: &GainRow, members: &[&ContributionRow]) -> String {
    let mut counts = vec![
        format!("{} rescued", gain.rescued),
        format!("{} overruled", gain.overruled),
        format!("{} lost to ties", gain.lost_to_ties),
    ];
    if gain.no_answer > 0 {
        counts.push(format!("{} without an answer", gain.no_answer));
    }
    let mut text = format!(
        "{}: {} of {}: {} points",
        code(gain.policy.as_str()),
        counts.join(", "),
        gain.n,
        text::points(gain.difference)
    );
    if gain.both_wrong_reachable > 0 {
        text += &format!("; on {} more a member is right", gain.both_wrong_reachable);
    }
    text + &leaving_out(members).unwrap_or_default() + "." + &shares(members).unwrap_or_default()
}

/// Whom to leave out, if anybody; `None` where that was not worked out.
fn leaving_out(members: &[&ContributionRow]) -> Option<String> {
    // Of equals the one listed first.
    let least = members.iter().copied().reduce(|least, next| {
        if next.difference.point < least.difference.point { next } else { least }
    })?;
    // What does not show with one decimal is no gain.
    let gain = text::points(-least.difference.point);
    if !gain.starts_with('+') {
        return Some("; leaving out any one member would add nothing".to_owned());
    }
    let Estimate { low, high, .. } = least.difference;
    let turned = Estimate { low: -high, high: -low, ..least.difference.clone() };
    let of_many = match members.len() {
        1 => String::new(),
        n => format!(", the most of {n}"),
    };
    Some(format!(
        "; leaving out {} would add {} points {}{of_many}",
        code(least.member.as_str()),
        gain.trim_start_matches('+'),
        text::ends(&turned)
    ))
}

/// What each member stands for, the most first; `None` where that was not worked out, and of one.
fn shares(members: &[&ContributionRow]) -> Option<String> {
    let mut known: Vec<(f64, &ContributionRow)> =
        members.iter().map(|row| Some((row.shapley?, *row))).collect::<Option<_>>()?;
    // Of equals the one listed first.
    known.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let share = |(share, row): &(f64, &ContributionRow)| {
        format!("{} {}", code(row.member.as_str()), text::percent(*share))
    };
    let sum: f64 = known.iter().map(|(share, _)| share).sum();
    (known.len() > 1).then(|| {
        let shares: Vec<String> = known.iter().map(share).collect();
        let (sum, shares) = (text::percent(sum), shares.join(", "));
        format!(" By plurality, ties drawn by lot, {sum} % are right: {shares}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_task::by_task;
    use crate::report::sample;

    #[test]
    fn a_sentence_says_what_was_won_and_lost_and_whom_to_leave_out() {
        let mut summary = sample::triage();
        let text = |summary: &_| section(&by_task(summary)[0]).unwrap();
        let head = "- `trio`: 9 rescued, 3 overruled, 2 lost to ties of 224: +1.8 points; \
                    on 12 more a member is right";
        assert!(
            text(&summary).ends_with(&format!(
                "{head}; leaving out `haiku` would add 1.4 points [-0.4, 3.2], the most of 3. By \
                 plurality, ties drawn by lot, 73.0 % are right: `mini` 32.0, `flash` 22.0, \
                 `haiku` 19.0."
            )),
            "{}",
            text(&summary)
        );
        summary.contributions[1].shapley = None;
        // What rounds to nothing is nothing, and so is a loss.
        for (point, gain) in [(-0.0004, "add nothing."), (0.01, "add nothing.")] {
            for row in &mut summary.contributions {
                row.difference.point = point;
            }
            assert!(text(&summary).ends_with(gain), "{}", text(&summary));
        }
        summary.contributions.clear();
        summary.gains[0].no_answer = 4;
        summary.gains[0].both_wrong_reachable = 0;
        assert!(
            text(&summary).ends_with("2 lost to ties, 4 without an answer of 224: +1.8 points."),
            "{}",
            text(&summary)
        );
        summary.gains.clear();
        assert_eq!(section(&by_task(&summary)[0]), None);
    }

    #[test]
    fn no_name_breaks_the_list() {
        let summary = sample::hostile();
        let text = section(&by_task(&summary)[1]).unwrap();
        assert!(
            text.contains("\n- `vote|of\\nall`: ") && text.contains("leaving out `a|b`"),
            "{text}"
        );
    }
}
