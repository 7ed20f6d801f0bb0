//! The `quorumbench` command.

fn main() {}
