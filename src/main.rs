//! The `quorumbench` command.

fn main() -> std::process::ExitCode {
    quorumbench::cmd::main()
}
