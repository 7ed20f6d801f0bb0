//! How numbers are read: the vectors of other projects and our own.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<String> {
    numerals(&plain(text)).map(|numeral| numeral.value.to_string()).collect()
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, values) in [
        // From lighteval, tests/unit/metrics/test_extractive_match.py.
        ("-5", &["-5"][..]),
        ("7,425,000", &["7425000"]),
        ("1 000", &["1000"]),
        ("1000.0", &["1000"]),
        ("1,000.0", &["1000"]),
        ("1000,99", &["1000.99"]),
        ("Soucis : 2,74 $ a..", &["2.74"]),
        (".4", &["0.4"]),
        ("$1,000.99", &["1000.99"]),
        ("1,000.99€", &["1000.99"]),
        ("so the number is 10 which is 1,000.99m²", &["10", "1000.99"]),
        ("AZYUK2A", &[]),
        (r"-\frac{10}{9}", &["-1.11111111111111"]),
        ("计划的比例为13/28", &["0.464285714285714"]),
        // From inspect_ai, HELM and its math cases.
        ("answer: −5", &["-5"]),
        ("got -½ as the result", &["-0.5"]),
        ("2½", &["2.5"]),
        ("result: 三", &["3"]),
        ("１２３", &["123"]),
        ("342.", &["342"]),
        ("3,420", &["3420"]),
        (r"\$15,\!000", &["15000"]),
        (r"1.5 \times 10^3", &["1500"]),
        (r"10\text{ cm}", &["10"]),
        // Ours.
        ("", &[]),
        ("1e3 2E-2 3e 4ex", &["1000", "0.02", "3", "4"]),
        ("16-7=9", &["16", "7", "9"]),
        ("(16) -7, -$5, $-6, --8", &["16", "-7", "-5", "-6", "8"]),
        ("1,2,3 and 1.5,2.5", &["1", "2", "3", "1.5", "2.5"]),
        ("1.234.567 1.234,50 12,34,567", &["1234567", "1234.5", "1234567"]),
        ("0,420 0.420 1\u{202f}000\u{202f}000,5", &["0.42", "0.42", "1000000.5"]),
        ("version 1.2.3", &[]),
        ("12/25/2020 2020-01-05", &["12", "25", "2020", "2020", "1", "5"]),
        ("1/2 2 1/2 3 ¼ 7/0", &["0.5", "2.5", "3.25", "7", "0"]),
        ("wait...5. And .5.", &["5", "0.5"]),
        ("12345678901234567891234", &["12345678901234567891234"]),
        ("1e999999999 7", &["7"]),
        ("x_2 F16 2x3", &["2"]),
    ] {
        assert_eq!(found(text), values, "{text:?}");
    }
}

#[test]
fn a_text_is_a_number_only_as_a_whole() {
    for (text, value) in [
        ("5", Some("5")),
        ("**$1,234.50**", Some("1234.5")),
        ("60%", Some("60")),
        (" −5.\n", Some("-5")),
        ("5abc", None),
        ("5 some text", None),
        ("5 or 6", None),
        ("", None),
    ] {
        let found = only_numeral(text);
        assert_eq!(found.map(|number| number.to_string()).as_deref(), value, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in r"[-0-9.,/ e$½\\{}a×^\u{a0}三]{0,24}|\PC{0,40}|.{0,24}") {
        let text = plain(&text);
        for numeral in numerals(&text) {
            prop_assert!(text.get(numeral.start..numeral.end).is_some());
            prop_assert!(numeral.value.value().is_finite());
            let canonical = numeral.value.to_string();
            prop_assert_eq!(found(&canonical), vec![canonical]);
        }
    }
}
