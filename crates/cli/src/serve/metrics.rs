//! What `/metrics` tells, for Prometheus.

use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Counts of one run of the service.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Histogram,
    refusals: Family<Reason, Counter>,
    predicted: Counter,
    refused: Counter,
    batch_rows: Histogram,
    waiting: Gauge,
    pub connections: Gauge,
    reloads: Family<Outcome, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    path: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// What the text is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Metrics {
    /// All at 0.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("layerwise");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let seconds = Histogram::new(exponential_buckets(1e-4, 2.0, 16));
        let help = "Time from the head of a request for predictions to its answer";
        registry.register_with_unit("predict", help, Unit::Seconds, seconds.clone());
        let refusals = Family::default();
        let help = "Requests and connections answered with something else than predictions";
        registry.register("refusals", help, refusals.clone());
        let outcomes = Family::<Outcome, Counter>::default();
        let of = |outcome| outcomes.get_or_create_owned(&Outcome { outcome });
        let (predicted, refused) = (of("predicted"), of("refused"));
        registry.register("rows", "Rows of requests", outcomes);
        let batch_rows = Histogram::new(exponential_buckets(1.0, 2.0, 14));
        registry.register("batch_rows", "Rows predicted together", batch_rows.clone());
        let waiting = Gauge::default();
        registry.register("waiting_rows", "Rows that wait to be predicted", waiting.clone());
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        let reloads = Family::default();
        registry.register("model_reloads", "Model files read anew at SIGHUP", reloads.clone());
        Self {
            registry,
            requests,
            seconds,
            refusals,
            predicted,
            refused,
            batch_rows,
            waiting,
            connections,
            reloads,
        }
    }

    /// A request was answered.
    pub fn answered(&self, path: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { path, status }).inc();
        if path == "/predict" {
            self.seconds.observe(took.as_secs_f64());
        }
    }

    /// A request or connection was refused.
    pub fn refusal(&self, reason: &'static str) {
        self.refusals.get_or_create(&Reason { reason }).inc();
    }

    /// So many rows of a request.
    pub fn rows(&self, predicted: usize, refused: usize) {
        self.predicted.inc_by(predicted as u64);
        self.refused.inc_by(refused as u64);
    }

    /// Rows are predicted together, and so many wait.
    pub fn batch(&self, rows: usize, waiting: usize) {
        self.batch_rows.observe(rows as f64);
        self.waiting.set(waiting as i64);
    }

    /// A model file was read anew.
    pub fn reload(&self, is_taken: bool) {
        let outcome = if is_taken { "taken" } else { "refused" };
        self.reloads.get_or_create(&Outcome { outcome }).inc();
    }

    /// All of it as text.
    pub fn text(&self, waiting: usize) -> Result<String, std::fmt::Error> {
        self.waiting.set(waiting as i64);
        let mut all = String::new();
        text::encode(&mut all, &self.registry)?;
        Ok(all)
    }
}
