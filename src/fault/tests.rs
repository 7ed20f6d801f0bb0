//! What several faults together make of a call.

use super::*;
use crate::kernel::{Lasting, Micros, ModelId, Seed, Tokens};

fn fault(name: &str, yaml_as_json: &str, models: &[&str]) -> Fault {
    Fault {
        name: name.to_owned(),
        process: serde_json::from_str(yaml_as_json).unwrap(),
        models: models.iter().map(|name| ModelId::from(*name)).collect(),
    }
}

fn call<'a>(model: &'a ModelId, question: &str, attempt: u32) -> Call<'a> {
    let question = Call::question(Seed(7), question);
    let model_key = Call::model_key(Seed(7), model);
    Call { model, model_key, question, attempt, tokens: Tokens(1) }
}

fn met(faults: &Faults, now: Micros, model: &str, question: &str, attempt: u32) -> Option<String> {
    let model = ModelId::from(model);
    let call = call(&model, question, attempt);
    let fates = faults.fates(now, &call, &mut FaultState::new(faults, Seed(7)));
    fates.meets.map(|(name, reply)| format!("{name}: {}", reply.name()))
}

#[test]
fn the_first_fault_that_has_something_for_a_call_decides() {
    let faults = Faults(vec![
        fault("early", r#"{"outage": {"for": "10s", "reply": "reset"}}"#, &["a", "b"]),
        fault("late", r#"{"outage": {"at": "5s", "reply": {"status": 503}}}"#, &["a"]),
    ]);
    for (seconds, model, expected) in [
        (0, "a", Some("early: reset")),
        (7, "a", Some("early: reset")),
        (10, "a", Some("late: status")),
        (7, "b", Some("early: reset")),
        (10, "b", None),
        (0, "c", None),
    ] {
        let now = Lasting::seconds(seconds).0;
        assert_eq!(met(&faults, now, model, "q", 0).as_deref(), expected, "{model} at {seconds} s");
    }
}

#[test]
fn a_share_of_calls_is_hit_whatever_the_order_and_other_faults() {
    let rate = r#"{"outage": {"error_rate": 0.25}}"#;
    let alone = Faults(vec![fault("part", rate, &["a"])]);
    let idle = fault("other", r#"{"outage": {"at": "1d"}}"#, &["a"]);
    let beside = Faults(vec![idle, fault("part", rate, &["a"])]);
    let hits = |faults: &Faults, attempt: u32| -> Vec<usize> {
        let is_hit = |item: &usize| met(faults, Micros(0), "a", &item.to_string(), attempt);
        (0..2000).filter(|item| is_hit(item).is_some()).collect()
    };
    let first = hits(&alone, 0);
    // Four standard errors of a share of 0.25 of 2000 are 77.
    assert!((423..577).contains(&first.len()), "{} of 2000", first.len());
    assert_eq!(first, hits(&beside, 0), "another fault changed what this one draws");
    assert_ne!(first, hits(&alone, 1), "a second attempt has its own chance");
}

#[test]
fn what_does_not_fail_a_call_adds_up() {
    let faults = Faults(vec![
        fault("slow", r#"{"slow-down": {"factor": 2, "added": "1s"}}"#, &["a"]),
        fault("slower", r#"{"slow-down": {"factor": 1.5, "added": "2s"}}"#, &["a"]),
        fault("worse", r#""degraded""#, &["a"]),
        fault("other", r#"{"wrong-model": {"serves": "b", "says": "answering"}}"#, &["a"]),
    ]);
    let model = ModelId::from("a");
    let mut state = FaultState::new(&faults, Seed(7));
    let fates = faults.fates(Micros(0), &call(&model, "q", 0), &mut state);
    let (name, slower) = fates.slowed.unwrap();
    assert_eq!((name, slower.of(Micros(100))), ("slow", Micros(3_000_300)));
    assert_eq!((fates.degraded, fates.meets), (Some("worse"), None));
    let swap = fates.swapped.map(|(_, swap)| (swap.model.as_str(), swap.says));
    assert_eq!(swap, Some(("b", Says::Answering)));
}

#[test]
fn a_status_and_a_body_each_bring_the_other() {
    for (yaml, code, trouble) in [
        (r#""status""#, None, Trouble::Overloaded),
        (r#"{"status": {}}"#, None, Trouble::Overloaded),
        (r#"{"status": 429}"#, Some(429), Trouble::RateLimit),
        (r#"{"status": {"code": 500}}"#, Some(500), Trouble::ServerError),
        (r#"{"status": {"body": "insufficient_quota"}}"#, None, Trouble::InsufficientQuota),
        (
            r#"{"status": {"code": 400, "body": "context-length"}}"#,
            Some(400),
            Trouble::ContextLength,
        ),
    ] {
        let reply: OnWire = serde_json::from_str(yaml).unwrap();
        let OnWire::Status(status) = &reply else { panic!("{yaml}") };
        assert_eq!((status.code, status.trouble()), (code, trouble), "{yaml}");
        assert_eq!(reply.effect(), Effect::Fails(trouble.failure()), "{yaml}");
        let again: OnWire = serde_json::from_value(serde_json::to_value(&reply).unwrap()).unwrap();
        assert_eq!(again, reply, "{yaml}");
    }
    for wrong in [r#"{"status": 200}"#, r#"{"status": 9999999}"#, r#"{"status": {"code": 302}}"#] {
        assert!(serde_json::from_str::<OnWire>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_kind_on_the_wire_reads_bare_and_says_what_it_comes_to() {
    let names: Vec<&str> = OnWire::kinds().iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names.join(" "),
        "refused dns tls connect-timeout reset hang slow-first-token slow-stream stall cut-stream \
         bad-sse stream-error status html truncated-json error-object no-choices empty truncated \
         refusal"
    );
    for name in names {
        let reply: OnWire = serde_json::from_value(name.into()).unwrap();
        assert_eq!(reply.name(), name);
        let fails = !matches!(reply.effect(), Effect::Slows { .. });
        assert_eq!(fails, !name.starts_with("slow"), "{name}");
    }
}
