//! Every gateway's file says what it is to say, and refuses what the gateway can't.

use std::collections::BTreeMap;

use super::*;

fn target(upstream: &str, wire: Option<&str>) -> Target {
    Target {
        upstream: upstream.to_owned(),
        wire: wire.map(str::to_owned),
        base_url: wire.map(|_| "http://127.0.0.1:9/v1".to_owned()),
        api_key_env: wire.map(|_| "SOME_KEY".to_owned()),
        price: Some((0.15, 0.6)),
        price_as_of: Some("2026-11-01".to_owned()),
        requests_per_minute: None,
        tokens_per_minute: None,
        accuracy: Some(0.905),
        served: Some(0.99),
        p99_ms: Some(3842.0),
    }
}

fn deployment(routing: Routing) -> Deployment {
    Deployment {
        name: "support".to_owned(),
        origin: "support, task triage".to_owned(),
        what: "mini".to_owned(),
        routing,
        targets: BTreeMap::from([
            ("mini".into(), target("mini-1", Some("openai"))),
            ("big \"one\"".into(), target("big-1", None)),
        ]),
        fallbacks: vec!["big \"one\"".into()],
        probe: None,
        nearest: "mini alone, 90.5 % right".to_owned(),
    }
}

fn routings() -> [Routing; 4] {
    let (mini, big) = (|| "mini".into(), || "big \"one\"".into());
    [
        Routing::Single(mini()),
        Routing::Mix(vec![(mini(), 0.7), (big(), 0.3)]),
        Routing::Category { of: BTreeMap::from([("law".to_owned(), big())]), otherwise: mini() },
        Routing::Other("a vote".to_owned()),
    ]
}

#[test]
fn what_a_gateway_cannot_do_is_refused_with_what_is_nearest() {
    for (gateway, can) in [
        (Gateway::Litellm, [true, true, false, false]),
        (Gateway::Portkey, [true, true, true, false]),
        (Gateway::Tensorzero, [true, true, false, false]),
        (Gateway::Openrouter, [true, false, false, false]),
    ] {
        for (routing, can) in routings().into_iter().zip(can) {
            match gateway.render(&deployment(routing.clone())) {
                Ok(_) => assert!(can, "{gateway:?} {routing:?}"),
                Err(refusal) => {
                    assert!(!can, "{gateway:?} {routing:?}");
                    assert!(refusal.to_string().ends_with("mini alone, 90.5 % right"), "{refusal}");
                }
            }
        }
    }
}

#[test]
fn every_value_has_its_figure_beside_it() {
    let single = deployment(Routing::Single("mini".into()));
    for (gateway, lines) in [
        (
            Gateway::Litellm,
            &[
                "  - model_name: \"support\"  # 90.5 % of all asked right, 99.0 % served",
                "      model: \"openai/mini-1\"",
                "      api_key: \"os.environ/SOME_KEY\"",
                "      timeout: 8  # seconds: twice the 99th percentile, 3842 ms",
                "      input_cost_per_token: 0.00000015  # $0.15 per million, of 2026-11-01",
                "  fallbacks: [{\"support\": [\"fallback big \\\"one\\\"\"]}]",
            ][..],
        ),
        (
            Gateway::Portkey,
            &[
                "    \"mini\": \"90.5 % of all asked right, 99.0 % served\",",
                "    \"request_timeout of mini\": \"twice the 99th percentile, 3842 ms\",",
                "      \"request_timeout\": 8000,",
            ],
        ),
        (
            Gateway::Tensorzero,
            &[
                "[models.\"mini\"]  # 90.5 % of all asked right, 99.0 % served",
                "api_key_location = \"env::SOME_KEY\"",
                "# twice the 99th percentile, 3842 ms.",
                "timeouts = { non_streaming.total_ms = 8000, streaming.ttft_ms = 8000 }",
                "candidate_variants = { \"mini\" = 1 }",
                "fallback_variants = [\"big \\\"one\\\"\"]",
            ],
        ),
        (
            Gateway::Openrouter,
            &[
                "    // 90.5 % of all asked right, 99.0 % served",
                "    \"mini-1\",",
                "    \"max_price\": { \"prompt\": 0.15, \"completion\": 0.6 }",
            ],
        ),
    ] {
        let text = gateway.render(&single).expect("a single model");
        for line in lines {
            assert!(text.lines().any(|it| it == *line), "{line}\n{text}");
        }
    }
    let mix = deployment(routings()[1].clone());
    let text = Gateway::Litellm.render(&mix).expect("a mix");
    assert!(text.contains("weight: 0.7  # its share of the questions"), "{text}");
}

#[test]
fn a_timeout_that_is_not_twice_the_percentile_says_why() {
    for (p99_ms, ms, why) in [
        (5.0, 1000, "twice the 99th percentile, 5 ms, but no less than a second"),
        (500.0, 1000, "twice the 99th percentile, 500 ms"),
        (700.0, 2000, "twice the 99th percentile, 700 ms"),
    ] {
        let target = Target { p99_ms: Some(p99_ms), ..target("mini-1", Some("openai")) };
        assert_eq!((target.timeout_ms(), target.why_timeout()), (Some(ms), why.to_owned()));
    }
}

#[test]
fn what_is_json_reads_as_json() {
    let single = deployment(Routing::Single("mini".into()));
    let text = Gateway::Openrouter.render(&single).expect("a single model");
    let body: String = text.lines().filter(|it| !it.trim_start().starts_with("//")).collect();
    let body: serde_json::Value = serde_json::from_str(&body).expect("a body");
    assert_eq!(body["models"], serde_json::json!(["mini-1", "big-1"]));
    let category = deployment(routings()[2].clone());
    let text = Gateway::Portkey.render(&category).expect("categories");
    let config: serde_json::Value = serde_json::from_str(&text).expect("a config");
    let first = &config["targets"][0];
    assert_eq!(first["strategy"]["default"], "mini");
    assert_eq!(first["strategy"]["conditions"][0]["then"], "big \"one\"");
    assert_eq!(first["targets"].as_array().map(Vec::len), Some(2));
}

#[test]
fn health_probes_are_carried_over_where_the_gateway_has_some_and_else_it_says_so() {
    let probing = Probing { breaker: "probed".to_owned(), every_s: 30, timeout_s: 5 };
    let kept = [
        "background_health_checks: true\n",
        "enable_health_check_routing: true  #",
        "health_check_interval: 30  #",
        "health_check_timeout: 5\n",
        "Not carried over: `fall` and `rise`",
    ];
    for (gateway, _, _) in Gateway::kinds() {
        let without = deployment(Routing::Single("mini".into()));
        let with = Deployment { probe: Some(probing.clone()), ..without.clone() };
        let [without, with] = [without, with].map(|it| gateway.render(&it).unwrap());
        let lost = "Not carried over: the health probes of breaker `probed`, every 30 s, which ";
        let told: &[&str] = if gateway == Gateway::Litellm { &kept } else { &[lost] };
        assert!(told.iter().all(|it| with.contains(it)), "{with}");
        assert!(!without.contains("health"), "{without}");
    }
}
