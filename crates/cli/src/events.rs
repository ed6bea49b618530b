//! What happens in a training as lines of JSON, one event a line, for other programs.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use layerwise_model::{Ended, EpochRecord, History};
use serde_json::{Value, json};

use crate::bundle::PartScores;
use crate::learner::Plan;
use crate::report::TrialRow;

/// Writes events, or nothing.
pub struct Events {
    on: bool,
}

impl Events {
    pub fn new(on: bool) -> Self {
        Self { on }
    }

    fn line(&self, out: &mut impl Write, event: impl FnOnce() -> Value) -> io::Result<()> {
        if self.on {
            writeln!(out, "{}", event())?;
            // Whoever reads them wants them now.
            out.flush()?;
        }
        Ok(())
    }

    /// What will be trained, and on how many rows to learn from, to stop by and to judge by.
    pub fn start(&self, out: &mut impl Write, plan: &Plan, rows: [usize; 3]) -> io::Result<()> {
        let Plan { target, recipe, settings, network, .. } = plan;
        self.line(out, || {
            json!({
                "event": "start",
                "target": target.column(),
                "task": target.task(),
                "labels": target.labels(),
                "features": recipe.n_rows(),
                "columns": recipe.features().iter().map(|f| &f.column).collect::<Vec<_>>(),
                "rows": {
                    "train": rows[0],
                    "validation": rows[1],
                    "test": rows[2],
                },
                "parameters": network.n_parameters(),
                "settings": settings,
            })
        })
    }

    /// An epoch.
    pub fn epoch(&self, out: &mut impl Write, record: &EpochRecord) -> io::Result<()> {
        self.line(out, || {
            json!({
                "event": "epoch",
                "epoch": record.epoch,
                "cost": record.cost,
                "validation_cost": record.validation_cost,
            })
        })
    }

    /// A trial of a search; the cost is none where training diverged.
    pub fn trial(
        &self,
        out: &mut impl Write,
        trial: &TrialRow,
        of: usize,
        best: bool,
    ) -> io::Result<()> {
        self.line(out, || {
            json!({
                "event": "trial",
                "trial": trial.number,
                "of": of,
                "validation_cost": trial.cost,
                "best": best,
                "options": trial.options,
            })
        })
    }

    /// How it ended, and where the model and its page are.
    pub fn end(
        &self,
        out: &mut impl Write,
        scores: &PartScores,
        history: &History,
        (model, report): (&Path, Option<&Path>),
        took: Duration,
    ) -> io::Result<()> {
        self.line(out, || {
            json!({
                "event": "end",
                "epochs": history.epochs.len(),
                "kept": history.kept,
                "interrupted": history.ended == Ended::Asked,
                "scores": scores,
                "model": model.display().to_string(),
                "report": report.map(|path| path.display().to_string()),
                "seconds": took.as_secs_f64(),
            })
        })
    }
}
