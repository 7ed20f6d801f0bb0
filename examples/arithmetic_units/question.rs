//! A question with its exact answer, and how numbers are written in both.

/// A question and the decimal that answers it.
pub(crate) struct Question {
    pub(crate) input: String,
    pub(crate) target: String,
}

/// How hard a question is for its kind.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Easy,
    Middling,
    Hard,
}

/// A question whose target is a whole number.
pub(crate) fn whole(target: i64, input: String) -> Question {
    decimal(target, 0, input)
}

/// A question whose target is `scaled` / 10^`n_places`.
pub(crate) fn decimal(scaled: i64, n_places: u32, input: String) -> Question {
    Question { input, target: plain(scaled, n_places) }
}

/// `scaled` / 10^`n_places` without exponent or needless zeros: (1250, 3) is 1.25.
pub(crate) fn plain(scaled: i64, n_places: u32) -> String {
    let unit = 10_i64.pow(n_places);
    let (sign, magnitude) = (if scaled < 0 { "-" } else { "" }, scaled.abs());
    let places = n_places as usize;
    let digits = format!("{sign}{}.{:0places$}", magnitude / unit, magnitude % unit);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Dollars as they stand on a price tag: 7 or 7.50.
pub(crate) fn money(cents: i64) -> String {
    if cents % 100 == 0 {
        (cents / 100).to_string()
    } else {
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

/// A time of day from the minutes since midnight.
pub(crate) fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
