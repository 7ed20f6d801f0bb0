//! `drill --target`: somebody's gateway between our load and our provider.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpStream;

use super::{Args, Job, talk};
use crate::cmd::exit::Misused;
use crate::engine::drill::{self, Books, Gateway};
use crate::engine::serve::Stats;
use crate::kernel::PolicyId;
use crate::provider::Endpoint;

/// How long a gateway may take to let a connection in.
const CONNECT: Duration = Duration::from_secs(5);

/// Between two loads: connections that the gateway keeps to a provider notice that it is gone.
const BETWEEN: Duration = Duration::from_millis(300);

/// A gateway that is asked.
pub(super) struct Asked<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) target: &'a str,
}

impl Asked<'_> {
    /// Everything that is asked of it, one after the other, because it knows one address of its
    /// providers. What it learnt of one model in a repetition is oldest when that model's next
    /// repetition comes.
    pub(super) async fn all(&self) -> Result<Vec<(PolicyId, Vec<Books>)>> {
        let args = self.job.args;
        reach(self.target).await?;
        let asked = self.asked()?;
        let mut drilled: Vec<(PolicyId, Vec<Books>)> =
            asked.iter().map(|name| (PolicyId::from(name.as_str()), Vec::new())).collect();
        for at in 0..args.repetitions {
            if at > 0 {
                tokio::time::sleep(Duration::from_micros(args.pause.0.0)).await;
            }
            for (name, books) in asked.iter().zip(&mut drilled).map(|(it, (_, to))| (it, to)) {
                let of = self.one(name, at).await.with_context(|| format!("drill `{name}`"))?;
                let Books { n, n_served, n_wrong, n_hollow, n_calls, .. } = of;
                let (at, times) = (at + 1, args.repetitions);
                talk(&format!(
                    "{at} of {times}, {name}: {n_served} of {n} served, {n_wrong} wrong, \
                     {n_hollow} hollow, {n_calls} calls"
                ));
                books.push(of);
            }
            if at == 0 && drilled.iter().flat_map(|(_, it)| it).all(|it| it.n_calls == 0) {
                return Err(self.asked_nobody(&drilled));
            }
        }
        Ok(drilled)
    }

    /// One repetition of one name.
    async fn one(&self, name: &str, at: u32) -> Result<Books> {
        let (job, gateway) = (self.job, self.job.args.gateway(self.target, name)?);
        let (server, load) = (job.server(job.args.upstream).await?, job.load(at));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let drill = async {
            let drilled = drill::through(job.ring, &gateway, &load).await;
            drop(stop);
            drilled
        };
        let (stats, drilled) = tokio::join!(server.run(async { drop(stopped.await) }), drill);
        tokio::time::sleep(BETWEEN).await;
        Ok(seen(drilled?, &stats))
    }

    /// What is asked of it: every model that a fault is for, unless that was said.
    fn asked(&self) -> Result<Vec<String>> {
        let args = self.job.args;
        if !args.ask.is_empty() {
            return Ok(args.ask.clone());
        }
        let faults = &self.job.loaded.plan.faults.0;
        let names: BTreeSet<&str> =
            faults.iter().flat_map(|fault| &fault.models).map(|model| model.as_str()).collect();
        if names.is_empty() {
            let why = "ask a gateway: say with `--ask` what, for no fault is for any model";
            return Err(Misused(why.to_owned()).into());
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn asked_nobody(&self, drilled: &[(PolicyId, Vec<Books>)]) -> anyhow::Error {
        let said = drilled.iter().flat_map(|(_, books)| books).find_map(|it| it.said.as_deref());
        let said = said.map(|said| format!(", and said: {said}")).unwrap_or_default();
        let upstream = self.job.args.upstream;
        anyhow::anyhow!(
            "drill the gateway at {}: it asked nobody at http://{upstream}/v1{said}\nIts \
             configuration has to name that address, and what is asked of it (`--ask`)",
            self.target
        )
    }
}

/// A gateway's books, with what its providers saw.
fn seen(books: Books, stats: &Stats) -> Books {
    let requests = stats.rows.iter().map(|row| row.requests).sum();
    let answered: u64 = stats.rows.iter().map(|row| row.answered).sum();
    Books { n_calls: requests, n_failed_calls: requests - answered, ..books }
}

/// Tells a gateway that is not there before anything is asked of it.
async fn reach(target: &str) -> Result<()> {
    let (scheme, rest) = target.split_once("://").unwrap_or_default();
    let port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => {
            let why = "it is no address of a gateway: write http://HOST:PORT/v1";
            return Err(Misused(format!("reach `{target}`: {why}")).into());
        }
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port { host.to_owned() } else { format!("{host}:{port}") };
    let connected = tokio::time::timeout(CONNECT, TcpStream::connect(&address)).await;
    let wrong = || format!("reach the gateway at {target}: is it running?");
    connected.context("nobody answers").with_context(wrong)?.with_context(wrong)?;
    Ok(())
}

impl Args {
    fn gateway(&self, target: &str, ask: &str) -> Result<Gateway> {
        let mut headers = BTreeMap::new();
        for header in &self.header {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Misused(format!("read the header `{header}`: write `name: value`"))
            })?;
            headers.insert(name.trim().to_owned(), value.trim().replace("{ask}", ask));
        }
        let endpoint = Endpoint::chat_completions(target.to_owned());
        Ok(Gateway {
            endpoint: endpoint.with_access(self.key_env.clone(), headers),
            model: self.ask_as.replace("{ask}", ask),
            timeout: Duration::from_micros(self.patience.0.0),
        })
    }
}
