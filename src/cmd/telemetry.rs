//! Traces of a run, sent to an OpenTelemetry collector where the environment names one.
//!
//! Spans are made with `tracing` wherever something is to be told; here alone it is known who
//! hears of it. Where no collector is named nothing is set up, and a span costs one comparison.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, OTEL_BSP_MAX_QUEUE_SIZE, SdkTracerProvider, Span,
    SpanData, SpanExporter, SpanProcessor,
};
use tokio::runtime::Runtime;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt;

use crate::scenario::Plan;

/// How long the last spans may take when the run is over.
const LAST: Duration = Duration::from_secs(5);

/// Spans that wait to be sent at most, unless `OTEL_BSP_MAX_QUEUE_SIZE` says otherwise. The
/// usual 2048 are soon there when thousands of requests are in flight.
const QUEUE: usize = 16_384;

/// Attributes that are lists, which come as JSON because a field of a span can't be one.
const LISTS: [&str; 2] = ["gen_ai.request.stop_sequences", "gen_ai.response.finish_reasons"];

/// Sends spans while it lives. Dropped, it sends what is left, and says so if any were lost.
pub(super) struct Traces {
    provider: SdkTracerProvider,
    tally: Arc<Tally>,
}

/// What became of the spans.
#[derive(Debug, Default)]
struct Tally {
    n_ended: AtomicU64,
    n_taken: AtomicU64,
    /// Why a batch was not taken, of the first that wasn't.
    reason: OnceLock<String>,
}

/// Begins to send spans, if the environment names a collector. What is wrong with the environment
/// is told, and never ends a run.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
pub(super) fn start() -> Option<Traces> {
    let variable = |name: &str| std::env::var(name).ok().filter(|it| !it.trim().is_empty());
    let started = match wanted(variable) {
        Ok(false) => return None,
        Ok(true) => Traces::start(variable).map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    started.map_err(|error| eprintln!("warning: no traces are sent: {error}")).ok()
}

/// The span that all attempts of a run are below.
pub(super) fn run(plan: &Plan) -> tracing::Span {
    tracing::info_span!(
        "run",
        otel.name = format!("run {}", plan.name),
        quorumbench.scenario = plan.name,
        quorumbench.version = env!("CARGO_PKG_VERSION"),
    )
}

/// Whether the environment asks for traces, or why they can't be had.
fn wanted(variable: impl Fn(&str) -> Option<String>) -> Result<bool, String> {
    let is_off = |it: String| it.trim().eq_ignore_ascii_case("true");
    let is_ours = |it: String| it.split(',').any(|one| one.trim().eq_ignore_ascii_case("otlp"));
    let first =
        |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let collector = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    if first(collector).is_none()
        || variable("OTEL_SDK_DISABLED").is_some_and(is_off)
        || !variable("OTEL_TRACES_EXPORTER").is_none_or(is_ours)
    {
        return Ok(false);
    }
    match first(["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]) {
        Some((name, protocol)) if !protocol.trim().eq_ignore_ascii_case("http/protobuf") => {
            Err(format!("{name} is `{protocol}`, and only `http/protobuf` is spoken"))
        }
        _ => Ok(true),
    }
}

impl Traces {
    fn start(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        // A second installation fails, and means that somebody else installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sender = opentelemetry_otlp::SpanExporter::builder().with_http().build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let tally = Arc::new(Tally::default());
        let exporter = Exporter { sender, runtime, tally: Arc::clone(&tally) };
        let config = match variable(OTEL_BSP_MAX_QUEUE_SIZE) {
            Some(_) => BatchConfigBuilder::default(),
            None => BatchConfigBuilder::default().with_max_queue_size(QUEUE),
        };
        let batches = BatchSpanProcessor::builder(exporter).with_batch_config(config.build());
        let counter = Counter { batches: batches.build(), tally: Arc::clone(&tally) };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(variable))
            .with_span_processor(counter)
            .build();
        // Only spans of this crate: those of HTTP libraries say nothing about models.
        let ours = FilterFn::new(|it| it.is_span() && it.target().starts_with("quorumbench"));
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("quorumbench"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(ours.with_max_level_hint(LevelFilter::INFO));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber)?;
        Ok(Self { provider, tally })
    }
}

/// Who sends, by `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` where they say it.
fn resource(variable: impl Fn(&str) -> Option<String>) -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder_empty()
        .with_attributes([KeyValue::new("service.name", "quorumbench"), version])
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match variable("OTEL_SERVICE_NAME") {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}

impl Drop for Traces {
    #[expect(clippy::print_stderr, reason = "stderr is talk")]
    fn drop(&mut self) {
        // What did not get through shows in the tally.
        let _ = self.provider.shutdown_with_timeout(LAST);
        let n_ended = self.tally.n_ended.load(Ordering::Acquire);
        let n_lost = n_ended.saturating_sub(self.tally.n_taken.load(Ordering::Acquire));
        if n_lost > 0 {
            let reason = self.tally.reason.get().map_or("it is too slow", String::as_str);
            eprintln!("warning: {n_lost} of {n_ended} spans did not reach the collector: {reason}");
        }
    }
}

/// Counts the spans that are to be sent on their way into the queue.
#[derive(Debug)]
struct Counter {
    batches: BatchSpanProcessor,
    tally: Arc<Tally>,
}

impl SpanProcessor for Counter {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batches.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        self.tally.n_ended.fetch_add(1, Ordering::AcqRel);
        self.batches.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

/// Sends batches on the thread that they are made on, which has no runtime of its own.
#[derive(Debug)]
struct Exporter {
    sender: opentelemetry_otlp::SpanExporter,
    runtime: Runtime,
    tally: Arc<Tally>,
}

impl SpanExporter for Exporter {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let attributes = batch.iter_mut().flat_map(|span| &mut span.attributes);
        attributes.for_each(listed);
        let n = batch.len() as u64;
        let sent = self.runtime.block_on(self.sender.export(batch));
        match &sent {
            Ok(()) => {
                self.tally.n_taken.fetch_add(n, Ordering::AcqRel);
            }
            Err(OTelSdkError::InternalFailure(reason)) => {
                self.tally.reason.get_or_init(|| reason.clone());
            }
            Err(error) => {
                self.tally.reason.get_or_init(|| error.to_string());
            }
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.sender.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.sender.set_resource(resource);
    }
}

/// Makes a list of what came as JSON.
fn listed(attribute: &mut KeyValue) {
    let Value::String(text) = &attribute.value else { return };
    if !LISTS.contains(&attribute.key.as_str()) {
        return;
    }
    if let Ok(words) = serde_json::from_str::<Vec<String>>(text.as_str()) {
        let words = words.into_iter().map(StringValue::from).collect();
        attribute.value = Value::Array(Array::String(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_whether_traces_are_sent() {
        let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://localhost:4318/v1/traces");
        let protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
        for (set, expected) in [
            (vec![], Ok(false)),
            (vec![("OTEL_SERVICE_NAME", "x"), ("OTEL_TRACES_EXPORTER", "otlp")], Ok(false)),
            (vec![collector], Ok(true)),
            (vec![own], Ok(true)),
            (vec![collector, ("OTEL_SDK_DISABLED", "TRUE")], Ok(false)),
            (vec![collector, ("OTEL_SDK_DISABLED", "false")], Ok(true)),
            (vec![own, ("OTEL_TRACES_EXPORTER", "none")], Ok(false)),
            (vec![own, ("OTEL_TRACES_EXPORTER", "console")], Ok(false)),
            (vec![own, ("OTEL_TRACES_EXPORTER", "console, otlp")], Ok(true)),
            (vec![own, (protocol, "http/protobuf")], Ok(true)),
            (vec![own, (protocol, "grpc")], Err(protocol)),
            (vec![(protocol, "grpc")], Ok(false)),
        ] {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            match (wanted(variable), expected) {
                (Ok(is_wanted), Ok(expected)) => assert_eq!(is_wanted, expected, "{set:?}"),
                (Err(error), Err(name)) => assert!(error.contains(name), "{set:?}: {error}"),
                (is_wanted, _) => panic!("{set:?}: {is_wanted:?}"),
            }
        }
    }

    #[test]
    fn only_what_is_a_list_is_made_one() {
        let list = |words: &[&'static str]| {
            Value::Array(Array::String(words.iter().map(|it| StringValue::from(*it)).collect()))
        };
        for (key, text, value) in [
            (LISTS[0], r#"["\n","end"]"#, list(&["\n", "end"])),
            (LISTS[1], r#"["stop"]"#, list(&["stop"])),
            (LISTS[1], "stop", Value::from("stop")),
            ("gen_ai.request.model", r#"["stop"]"#, Value::from(r#"["stop"]"#)),
        ] {
            let mut attribute = KeyValue::new(key, text);
            listed(&mut attribute);
            assert_eq!(attribute.value, value, "{key}: {text}");
        }
    }
}
