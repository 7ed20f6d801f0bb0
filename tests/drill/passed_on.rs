//! `drill --target` against gateways that are played: one that passes everything on, one that
//! asks nobody, and none at all.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use super::ready::{ROOT, drill, figure};
use crate::support::command::{ends, quorumbench};
use crate::support::serve::Served;

/// An address that nobody listens at.
pub(super) fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

/// A gateway that does nothing but pass bytes on, until the test ends.
fn passes_on(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for user in listener.incoming().map_while(Result::ok) {
            // A user whom nobody can be found for is hung up on.
            let Ok(provider) = TcpStream::connect(to) else { continue };
            for (mut from, mut to) in [
                (user.try_clone().expect("a socket"), provider.try_clone().expect("a socket")),
                (provider, user),
            ] {
                thread::spawn(move || {
                    // Either side may go at any time.
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                    let _ = from.shutdown(Shutdown::Both);
                });
            }
        }
    });
    address
}

#[test]
fn whoever_passes_everything_on_is_seen_from_both_sides() {
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = free();
    let (target, upstream) = (format!("http://{}/v1", passes_on(upstream)), upstream.to_string());
    let args = ["--target", &target, "--upstream", &upstream, "--for", "1s", "--repetitions", "2"];
    // What an earlier run has left there goes away.
    std::fs::create_dir(folder.path().join("out")).expect("a folder");
    for stale in ["policies.parquet", "decisions.parquet"] {
        std::fs::write(folder.path().join("out").join(stale), "").expect("a write");
    }
    let summary = drill("bodies.yaml", folder.path(), &[&args[..], &["--stream"]].concat(), &[]);
    for name in ["html-200", "no-choices", "empty"] {
        assert!(figure(&summary, name, "served") < 1e-9, "{name}");
        assert!((figure(&summary, name, "hollow") - 1.0).abs() < 1e-9, "{name}");
        assert!((figure(&summary, name, "failed_calls_per_request") - 1.0).abs() < 1e-9, "{name}");
    }
    // Policies were not drilled, and what breakers a gateway has it keeps to itself.
    for rows in ["models", "policies", "comparisons", "frontier"] {
        assert_eq!(summary[rows], serde_json::json!([]), "{rows}");
    }
    assert!(summary["drilled"].as_array().is_some_and(|rows| !rows.is_empty()));
    for table in ["models.csv", "policies.parquet", "pairs.csv", "decisions.parquet"] {
        assert!(!folder.path().join("out").join(table).exists(), "{table} says nothing");
    }
    assert!(folder.path().join("out/drilled.csv").exists());
    for row in summary["drilled"].as_array().into_iter().flatten() {
        assert!(row["trips"].is_null(), "{row}");
    }
    let well = [&args[..], &["--stream", "--ask", "fallback"]].concat();
    let summary = drill("bodies.yaml", folder.path(), &well, &[]);
    for (name, expected) in
        [("served", 1.0), ("accuracy", 1.0), ("hollow", 0.0), ("calls_per_request", 1.0)]
    {
        let found = figure(&summary, "fallback", name);
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
    let first = figure(&summary, "fallback", "ttft_p50_ms");
    assert!(first < figure(&summary, "fallback", "p50_ms"), "{first} ms");
}

/// What is said where a drill of a gateway can't be.
fn refused(args: &[&str], code: i32) -> String {
    let scenario = format!("{ROOT}/scenarios/drills/errors.yaml");
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [&["drill", &scenario, "--for", "1s", "--repetitions", "2"], args].concat();
    ends(&mut quorumbench(folder.path(), &arguments), code)
}

#[test]
fn a_gateway_that_is_not_there_is_told_before_anything_is_asked() {
    let nobody = format!("http://{}/v1", free());
    let said = refused(&["--target", &nobody], 1);
    assert!(said.contains(&format!("reach the gateway at {nobody}: is it running?")), "{said}");
    let said = refused(&["--target", "localhost:4000"], 2);
    assert!(said.contains("`localhost:4000`: it is no address of a gateway"), "{said}");
}

#[test]
fn a_gateway_that_asks_nobody_is_told_with_what_it_says() {
    // Another provider, which has answers of its own.
    let folder = tempfile::tempdir().expect("a folder");
    let other = std::fs::read_to_string(Path::new(ROOT).join("scenarios/bad-day.yaml"));
    let other = other.expect("a scenario").replace("../datasets", &format!("{ROOT}/datasets"));
    std::fs::write(folder.path().join("s.yaml"), other).expect("a write");
    let served = Served::start(folder.path(), &[]);
    let (target, upstream) = (format!("http://{}/v1", served.address), free().to_string());
    let args = ["--target", &target, "--upstream", &upstream, "--ask", "nobody-knows-it"];
    let said = refused(&args, 1);
    served.stop();
    assert!(said.contains(&format!("asked nobody at http://{upstream}/v1")), "{said}");
    assert!(said.contains(&format!("error: failed to drill the gateway at {target}:")), "{said}");
    assert!(said.contains("nobody-knows-it"), "{said}");
}
