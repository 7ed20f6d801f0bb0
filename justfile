# What one does here; `just` lists it.

_list:
    @just --list --unsorted

# Everything a change has to pass.
ci:
    .ci/run

# The tests, or those whose names hold some words: `just test tidy`.
test *names:
    cargo test --locked {{ names }}

# Layout and lints, as strict as in CI.
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# The documentation of the code, with every warning an error.
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# The benchmarks; builds everything optimised first, which takes a while.
bench:
    cargo bench --locked

# The first example of the README, offline.
quickstart:
    cargo run --locked -- run scenarios/quickstart.yaml
