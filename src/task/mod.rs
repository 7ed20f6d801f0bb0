//! Floor 2: what is asked, how an answer is read from a response, and how it is judged.

pub mod extract;
mod kinds;
mod numeral;
pub mod score;
