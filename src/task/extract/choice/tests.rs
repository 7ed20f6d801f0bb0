//! Which letter a response settles on: the vectors of other projects and our own.

use super::*;

fn extract(response: &str, choices: &[&str]) -> Option<String> {
    let choices: Vec<String> = choices.iter().map(|choice| (*choice).to_owned()).collect();
    Choice::default().compile().unwrap().extract(response, &choices)
}

#[test]
fn a_response_settles_on_a_letter() {
    for (response, letter) in [
        // From inspect_ai, tests/solver/test_multiple_choice.py.
        ("ANSWER: A", Some("A")),
        ("ANSWER: b", Some("B")),
        ("ANSWER: A. \n", Some("A")),
        ("ANSWER: A,", Some("A")),
        ("A. \n", Some("A")),
        ("A,", Some("A")),
        ("ANSWER: B\nOn reflection.\nANSWER: C", Some("C")),
        ("ANSWER: AB", None),
        ("ANSWER: B, C", None),
        ("ANSWER: A and C", None),
        ("ANSWER: A, B, and C", None),
        ("None of the above", None),
        ("Don't know", None),
        // From lighteval, tests/unit/metrics/test_extractive_match.py.
        ("thinking about it I think the correct answer is C", Some("C")),
        ("It's not A because it doesn't make sense, therefore I think it's B", Some("B")),
        ("The answer is for sure D, it can't be A or B", Some("D")),
        ("The answer: D, it doesn't make sense for it to be A or B", Some("D")),
        ("D. it can't be A or B", Some("D")),
        ("Alina and the answer is\n(C) Cecile", Some("C")),
        ("Alina and the answer is\nC Cecile", Some("C")),
        ("réponse est C non A", Some("C")),
        ("B。 不是 A", Some("B")),
        ("B。不是 A", Some("B")),
        ("B不是 A", Some("B")),
        // From lighteval, test_cases/gpqa_instruct_metric.json.
        ("So the answer is C (Red). It cannot be made.\n\nAnswer: C", Some("C")),
        ("So the answer is (B) Au.\n\nAnswer: B.", Some("B")),
        ("It is cold.\n\nAnswer: B, which is cold.", Some("B")),
        ("The answer is C.\n\nAnswer: A", Some("A")),
        ("The Pacific Ocean is the largest ocean on Earth.", None),
        ("So the answer is definitely C.", Some("C")),
        ("Answer: c", Some("C")),     // Decided otherwise than there.
        ("Answer: \"C\"", Some("C")), // Decided otherwise than there.
        // Ours.
        ("(C)", Some("C")),
        ("**B**", Some("B")),
        ("b", Some("B")),
        ("(d)", Some("D")),
        ("B) text", Some("B")),
        (r"\boxed{\text{C}}", Some("C")),
        ("The answer is E.", None),
        ("**Answer:** **B**", Some("B")),
        ("### Final Answer\n\nB", Some("B")),
        ("A careful reading says that I can't tell.", None),
        ("The answer is a matter of taste.", None),
        ("A is wrong. B is the correct one. C is not correct.", Some("B")),
        ("We compare (A) and (B).\nSo option (B) fits.", Some("B")),
        ("A) one\nB) two\nC) three\nD) four", None),
        ("Let's summarize all the answers:\nA. One\nB. Two", None),
        ("So $D = 3$ and the closest option given is (A).", Some("A")),
        (r"The answer is \(C\).", Some("C")),
        ("The answer is A or B.", None),
        ("The answer is A.\r\nB would be odd.", Some("A")),
        ("答案是 C。", Some("C")),
        ("", None),
        ("É", None),
    ] {
        assert_eq!(extract(response, &["", "", "", ""]).as_deref(), letter, "{response:?}");
    }
}

#[test]
fn a_choice_may_be_named_by_its_text() {
    let cities = ["Paris", "Paris, Texas", "London", "None of the above"];
    for (choices, response, letter) in [
        (&cities[..], "It is london.", Some("C")),
        (&cities, "It is Paris, Texas.", Some("B")),
        (&cities, "The answer is Paris, not London.", Some("A")),
        (&cities, "Paris or London", None),
        (&cities, "None of the above", Some("D")),
        (&cities, "Londoners know.", None),
        (&cities, "A Paris", Some("A")),
        (&cities, "D) None of the above", Some("D")),
        (&["A", "B", "C"], "A b c of things", None),
        (&["4", "8"], "4 + 4 = 8. The answer is 8", Some("B")),
        (&["İstanbul", "ẞ"], "It's İSTANBUL", Some("A")),
        (&[], "The answer is Z", Some("Z")),
    ] {
        assert_eq!(extract(response, choices).as_deref(), letter, "{response:?} of {choices:?}");
    }
}

#[test]
fn the_first_statement_counts_where_asked() {
    let first = Choice { pick: Pick::First }.compile().unwrap();
    assert_eq!(first.extract("Answer: B\nQuestion 2\nAnswer: C", &[]).as_deref(), Some("B"));
}
