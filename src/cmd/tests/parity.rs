//! What a drill did over real sockets, the simulator does again, action by action. That is what
//! makes simulated figures mean something.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use rayon::prelude::*;

use crate::data::Recorded;
use crate::engine::drill::{Drilled, Load, Ring};
use crate::engine::serve::{Options, Server};
use crate::engine::{evaluate, simulate};
use crate::kernel::{Micros, PolicyId};
use crate::policy::Policy;
use crate::policy::episode::{Action, Event, ProbeEvent, Told};
use crate::provider::Client;
use crate::scenario::{self, Loaded, random};

/// Random scenarios that are drilled, ten times as fast as they are simulated elsewhere.
const SEEDS: std::ops::Range<u64> = 0..200;
const SPEED: u64 = 10;

/// Drills that go on side by side.
const TOGETHER: usize = 4;

/// How long requests come: long enough for faults to come and go.
const LASTS: Micros = Micros(800_000);

/// What one drill had of everything that matters here.
#[derive(Default)]
struct Seen {
    kinds: Vec<&'static str>,
    n_about_answers: usize,
    n_told: usize,
    n_failed: usize,
    n_timers: usize,
    n_called_off: usize,
    n_probes: usize,
    n_probes_failed: usize,
}

/// Everything that is ready before the first request comes, so that nothing holds one up.
struct Ready {
    seed: u64,
    loaded: Loaded,
    policies: BTreeMap<PolicyId, Policy>,
    grounds: Vec<evaluate::Ground>,
}

/// A model that hangs, and another that is asked soon afterwards: however busy the machine is,
/// every request calls off a call.
const HEDGED: &str = "version: 1
name: hedged
tasks: { t: { dataset: items.jsonl } }
providers:
  p0: { synthetic: { accuracy: 1, latency: 5ms, output_tokens: 5 } }
models: { m0: { provider: p0 }, m1: { provider: p0 } }
policies: { first: { hedge: { members: [m0, m1], after: { fixed: { wait: 10ms } } } } }
faults: { silent: { outage: { of: { model: m0 }, reply: hang } } }
traffic: { poisson: { rate: 20/s, for: 2s } }
";

fn ready(seed: u64, text: String) -> Ready {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("items.jsonl"), random::items(12)).unwrap();
    let file = folder.path().join("scenario.yaml");
    std::fs::write(&file, text).unwrap();
    let mut loaded = scenario::load(&file, &[]).unwrap_or_else(|wrong| {
        panic!("{}", wrong.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; "))
    });
    crate::cmd::rounds::make_up(&mut loaded).unwrap();
    let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
    let policies = evaluate::all_policies(&loaded.plan);
    let grounds = evaluate::grounds(&loaded.plan, &rows).unwrap();
    Ready { seed, loaded, policies, grounds }
}

/// Drills one of the policies of a scenario, another one seed by seed, and does it again.
async fn one(ready: &Ready, client: &Client) -> Seen {
    let Ready { seed, loaded, policies, grounds } = ready;
    let grounds = crate::cmd::simulate::of(&loaded.plan, &grounds[0]).unwrap();
    let ring = Ring::new(&loaded.plan, grounds, policies, client.clone()).unwrap();
    let own: Vec<&PolicyId> = loaded.plan.policies.iter().map(|(name, _)| name).collect();
    // One scenario in four drills whoever asks about answers, where there is such a policy.
    let asks = |name: &&PolicyId| !policies[*name].asks_about_answers().is_empty();
    let about = own.iter().copied().find(asks).filter(|_| seed.is_multiple_of(4));
    let policy = about.unwrap_or(own[*seed as usize % own.len()]);
    let drilled = drill(loaded, &ring, policy).await;
    let tree = ring.tree(policy).unwrap();
    if let Err(difference) = simulate::replay(&tree, ring.subject(), ring.fleet(), &drilled.trace) {
        panic!("seed {seed}, {policy}: {difference}");
    }
    seen(&drilled, policies[policy].kind())
}

async fn drill(loaded: &Loaded, ring: &Ring<'_>, policy: &PolicyId) -> Drilled {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind(address, loaded, Options::default()).await.unwrap();
    let (address, plan) = (server.address(), &loaded.plan);
    let arrivals = simulate::first_arrivals(plan, 0, LASTS);
    let load = Load {
        arrivals,
        lasts: LASTS,
        seed: simulate::seed(plan, 0),
        stream: plan.seed.0.is_multiple_of(2),
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let drill = async {
        let drilled = ring.drill(policy, address, &load).await;
        drop(stop);
        drilled.unwrap()
    };
    tokio::join!(server.run(async { drop(stopped.await) }), drill).1
}

fn seen(drilled: &Drilled, kind: &'static str) -> Seen {
    let trace = &drilled.trace;
    let (mut events, mut actions, mut probes) = (Vec::new(), Vec::new(), Vec::new());
    for told in &trace.told {
        match told {
            Told::Request { event, actions: done, .. } => {
                events.push(event);
                actions.extend(done);
            }
            Told::Probes { event, .. } => probes.push(event),
        }
    }
    let n_of = |is: fn(&Event) -> bool| events.iter().filter(|it| is(it)).count();
    let n_probes = |is: fn(&ProbeEvent) -> bool| probes.iter().filter(|it| is(it)).count();
    let actions = actions.into_iter();
    let n_back = n_probes(|it| matches!(it, ProbeEvent::Back { .. }));
    assert_eq!(n_back, n_probes(|it| matches!(it, ProbeEvent::Due { .. })), "every probe ends");
    assert_eq!(n_back as u64, drilled.books.n_probes);
    let ended = actions.clone().filter(|it| matches!(it, Action::Finish(_))).count();
    assert_eq!(ended, trace.requests.len(), "every request ends once");
    Seen {
        kinds: vec![kind],
        n_about_answers: actions.clone().filter(|it| is_about_answers(it)).count(),
        n_told: trace.told.len(),
        n_failed: drilled.books.n_failed_calls as usize,
        n_timers: n_of(|event| matches!(event, Event::Timer { .. })),
        n_probes: n_back,
        n_probes_failed: n_probes(
            |it| matches!(it, ProbeEvent::Back { reply, .. } if reply.failure().is_some()),
        ),
        n_called_off: actions.filter(|it| matches!(it, Action::Cancel { .. })).count(),
    }
}

fn is_about_answers(action: &Action) -> bool {
    matches!(action, Action::Call { made: Some(_), .. })
}

#[test]
fn what_a_drill_did_the_simulator_does_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let random = |seed| ready(seed, random::text(seed, SPEED));
    let mut all: Vec<Ready> = SEEDS.into_par_iter().map(random).collect();
    all.push(ready(SEEDS.end, HEDGED.to_owned()));
    let client = Client::new().unwrap();
    let seen: Vec<Seen> = runtime.block_on(async {
        let drills = futures_util::stream::iter(&all).map(|ready| one(ready, &client));
        let drills = drills.buffer_unordered(TOGETHER);
        tokio::time::timeout(Duration::from_secs(600), drills.collect()).await.unwrap()
    });
    let sum = |of: fn(&Seen) -> usize| seen.iter().map(of).sum::<usize>();
    let mut kinds: Vec<&str> = seen.iter().flat_map(|it| it.kinds.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "balance",
            "cascade",
            "cascade-route",
            "failover",
            "fuse",
            "hedge",
            "judge",
            "route",
            "vote"
        ]
    );
    // A drill in which nothing went wrong would show nothing.
    assert!(sum(|it| it.n_told) > 10_000, "{} events", sum(|it| it.n_told));
    assert!(sum(|it| it.n_failed) > 500, "{} failed calls", sum(|it| it.n_failed));
    assert!(sum(|it| it.n_timers) > 100, "{} timers", sum(|it| it.n_timers));
    let n_about_answers = sum(|it| it.n_about_answers);
    assert!(n_about_answers > 50, "{n_about_answers} questions about answers");
    assert!(sum(|it| it.n_called_off) > 3, "{} calls called off", sum(|it| it.n_called_off));
    let n_probes = (sum(|it| it.n_probes), sum(|it| it.n_probes_failed));
    assert!(n_probes.0 > 300 && n_probes.1 > 30, "{n_probes:?} probes, and of those failed");
}
