//! `drill`: outages over real HTTP, against our own policies or somebody's gateway.

mod target;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use futures_util::stream::{self, StreamExt};

use target::Asked;

use super::exit::Misused;
use super::inputs::Input;
use super::outputs::{Output, RunRecord};
use super::serve::Wait;
use super::{Exit, rounds};
use crate::data::{Recorded, Warning};
use crate::engine::drill::{self, Books, Drilled, Load, Ring};
use crate::engine::serve::{Options, Server};
use crate::engine::{collect, evaluate, simulate};
use crate::kernel::{Lasting, Micros, PolicyId};
use crate::provider::Client;
use crate::scenario::Loaded;

/// Put policies, or a gateway, between real requests and a provider with faults.
///
/// A provider on the loopback interface answers as the scenario's models did, with the scenario's
/// faults, and the scenario's traffic comes at its own pace. Each policy has a provider to itself.
/// With `--target` a gateway is asked instead: point it at `--upstream`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  quorumbench drill scenarios/drills/primary-down.yaml
  quorumbench drill my.yaml --policy net --for 30s --repetitions 5
  quorumbench drill my.yaml --target http://127.0.0.1:4000/v1 --key-env GATEWAY_KEY

A gateway's own configuration names the providers: http://127.0.0.1:8399/v1, unless --upstream says
otherwise, and models by the names that the scenario gives them.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Recorded answers, beside those that the scenario names.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    answers: Vec<PathBuf>,

    /// Stop sending after this time.
    #[arg(long = "for", value_name = "TIME")]
    lasts: Option<Lasting>,

    /// Drill this often, with other requests each time.
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    repetitions: u32,

    /// Ask for replies in pieces.
    #[arg(long)]
    stream: bool,

    /// How long replies take: `recorded`, a length of time such as `200ms`, or `0.1x` of what was
    /// recorded.
    #[arg(long, value_name = "HOW", default_value = "recorded")]
    latency: Wait,

    /// Ask this gateway, which speaks chat completions, instead of running policies.
    #[arg(long, value_name = "URL")]
    target: Option<String>,

    /// The models, groups or routes that are asked of the gateway, one after the other. Left out:
    /// every model that a fault is for.
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "target")]
    ask: Vec<String>,

    /// What the gateway calls it, with `{ask}` where its name goes.
    #[arg(long, value_name = "PATTERN", default_value = "{ask}", requires = "target")]
    ask_as: String,

    /// How long a gateway is left alone between repetitions, so that it forgets.
    #[arg(long, value_name = "TIME", default_value = "0", requires = "target")]
    pause: Lasting,

    /// The environment variable that holds the gateway's key.
    #[arg(long, value_name = "NAME", requires = "target")]
    key_env: Option<String>,

    /// A header for the gateway, as `name: value`; `{ask}` in it stands for what is asked.
    #[arg(long, value_name = "HEADER", requires = "target")]
    header: Vec<String>,

    /// How long a user waits for the gateway.
    #[arg(long, value_name = "TIME", default_value = "60s", requires = "target")]
    patience: Lasting,

    /// Where the gateway's providers are served.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8399", requires = "target")]
    upstream: SocketAddr,

    #[command(flatten)]
    output: Output,
}

/// Longer traffic than this is not sent in real time unasked.
const LONGEST: Lasting = Lasting::seconds(600);

/// As many requests a second are sent to policies of ours, all drills together: a thousand are too
/// much for one core that is client and provider as well.
const PER_SECOND: u64 = 200;

/// Runs it.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let started = collect::now();
    let mut loaded = args.input.load(&args.answers)?;
    rounds::make_up(&mut loaded)?;
    let lasts = args.lasts()?.unwrap_or_default();
    let lasts = match (&loaded.plan.simulation, args.lasts) {
        (None, _) => return Err(simulate::SimulateError::NoTraffic.into()),
        (Some(_), Some(_)) => lasts,
        (Some(simulation), None) => Lasting(simulate::traffic_lasts(simulation)),
    };
    if args.lasts.is_none() && lasts > LONGEST {
        let some = "say how much of it, for example `--for 60s`";
        return Err(Misused(format!("send {lasts} of traffic in real time: {some}")).into());
    }
    let doubts = std::mem::take(&mut loaded.doubts);
    let rows: Vec<&Recorded> =
        loaded.recordings.iter().flat_map(|recording| &recording.rows).collect();
    let mut evaluation =
        evaluate::evaluate(&loaded.plan, &rows, doubts.clone()).context("judge the answers")?;
    if args.target.is_some() {
        // The scenario's policies are not the gateway's.
        evaluation.forget(&doubts);
    }
    let policies = evaluate::all_policies(&loaded.plan);
    let grounds = evaluate::grounds(&loaded.plan, &rows).context("judge the answers")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::new()?;
    let mut slow: BTreeSet<Warning> = BTreeSet::new();
    for ground in &grounds {
        let Some(grounds) = super::simulate::of(&loaded.plan, ground) else { continue };
        let ring = Ring::new(&loaded.plan, grounds, &policies, client.clone())?;
        let job = Job { args, loaded: &loaded, ring: &ring, lasts: lasts.0 };
        let drilled: Vec<(PolicyId, Vec<Books>)> = match &args.target {
            None => {
                let only = args.input.selection.policies_named();
                let is_wanted =
                    |name: &&PolicyId| only.is_empty() || only.iter().any(|it| it == name.as_str());
                let own = job.own(policies.keys().filter(is_wanted));
                runtime.block_on(own).context("drill")?
            }
            Some(target) => runtime.block_on(Asked { job: &job, target }.all())?,
        };
        let intervals = loaded.plan.intervals;
        for (name, books) in drilled {
            // How a gateway probes, it knows alone.
            if args.target.is_none() {
                slow.extend(ring.slow_probes(&name, |recorded| args.latency.0.of(recorded))?);
            }
            let of = (&grounds.task.id, &name);
            evaluation.summary.drilled.push(drill::row(of, &books, intervals));
            let doubt = drill::doubt(&name, &books);
            evaluation.summary.warnings.extend(doubt.as_ref().map(evaluate::warning_row));
        }
    }
    evaluation.summary.warnings.extend(slow.iter().map(evaluate::warning_row));
    let record = RunRecord::new(&loaded.plan, started);
    args.output.write(&loaded.plan, &evaluation, record)?;
    Ok(args.output.verdict(&evaluation.summary.gates))
}

/// Says what goes on.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
fn talk(line: &str) {
    eprintln!("{line}");
}

/// What is to be drilled with what.
struct Job<'a> {
    args: &'a Args,
    loaded: &'a Loaded,
    ring: &'a Ring<'a>,
    lasts: Micros,
}

impl Job<'_> {
    /// Every policy that can be run, and every repetition, as many side by side as the machine has
    /// time for.
    async fn own<'p>(
        &self,
        policies: impl Iterator<Item = &'p PolicyId>,
    ) -> Result<Vec<(PolicyId, Vec<Books>)>> {
        let can_be_run = |name: &&PolicyId| self.ring.tree(name).is_ok();
        let policies: Vec<&PolicyId> = policies.filter(can_be_run).collect();
        let times = self.args.repetitions;
        let all = policies.iter().flat_map(|policy| (0..times).map(|at| self.one(policy, at)));
        let (n, together) = (policies.len() * times as usize, self.together());
        let lasts = Lasting(self.lasts);
        talk(&format!("{n} drills, up to {together} side by side, each for {lasts}"));
        let mut drilled = stream::iter(all).buffered(together);
        let mut books = Vec::new();
        while let Some(one) = drilled.next().await {
            books.push(one?.books);
            if books.len() % together == 0 && books.len() < n {
                talk(&format!("{} of {n} drills are over", books.len()));
            }
        }
        let books = books.chunks(times as usize).map(<[Books]>::to_vec);
        Ok(policies.iter().map(|policy| (*policy).clone()).zip(books).collect())
    }

    /// How many drills go on side by side.
    fn together(&self) -> usize {
        let requests = self.load(0).arrivals.len() as u64;
        let per_second = requests * 1_000_000 / self.lasts.0.max(1);
        (PER_SECOND / per_second.max(1)).clamp(1, 50) as usize
    }

    async fn one(&self, policy: &PolicyId, at: u32) -> Result<Drilled> {
        let server = self.server(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let (address, load) = (server.address(), self.load(at));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let drill = async {
            let drilled = self.ring.drill(policy, address, &load).await;
            // The server ends when nobody holds the other end any more.
            drop(stop);
            drilled
        };
        let (_, drilled) = tokio::join!(server.run(async { drop(stopped.await) }), drill);
        Ok(drilled?)
    }

    async fn server(&self, address: SocketAddr) -> Result<Server> {
        let options = Options { latency: self.args.latency.0, key: None };
        Ok(Server::bind(address, self.loaded, options).await?)
    }

    fn load(&self, at: u32) -> Load {
        let plan = &self.loaded.plan;
        let arrivals = simulate::first_arrivals(plan, at, self.lasts);
        let (seed, lasts) = (simulate::seed(plan, at), self.lasts);
        Load { arrivals, lasts, seed, stream: self.args.stream }
    }
}

impl Args {
    fn lasts(&self) -> Result<Option<Lasting>> {
        match self.lasts {
            Some(lasts) if lasts == Lasting::default() => {
                Err(Misused("drill for no time at all".to_owned()).into())
            }
            lasts => Ok(lasts),
        }
    }
}
