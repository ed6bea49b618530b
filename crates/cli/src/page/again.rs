//! Everything needed to repeat it.

use layerwise_report::Block;
use serde_json::{Value, json};

use super::{Findings, Subject, rounded, text};
use crate::bundle::EpochNotes;
use crate::error::CliError;

/// Epochs of which machines are told, at most.
const EPOCHS: usize = 2000;

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let notes = subject.notes;
    let mut blocks = vec![
        text(
            "The same data, options and seed give the same model file, byte for byte, on the same machine. This page \
             was made by:",
        ),
        Block::Code(subject.command.clone()),
    ];
    let mut facts = vec![
        ("seed".into(), notes.training.seed.to_string()),
        ("version".into(), format!("layerwise {}", env!("CARGO_PKG_VERSION"))),
    ];
    facts.extend(subject.data.clone().map(|name| ("data".into(), name)));
    facts.push(("data (SHA-256 of names and cells)".into(), notes.data.fingerprint.clone()));
    blocks.push(Block::Facts(facts));
    match &subject.config {
        Some(config) => {
            let places = if config.starts_with("data = ") { "" } else { ", with data = \"FILE\"" };
            blocks.push(text(format!(
                "All options, for layerwise train --config{places}, which makes the same model:"
            )));
            blocks.push(Block::Code(config.clone()));
        }
        None => blocks.push(text(
            "The model is of an earlier version, which did not write down its options; what is known of them is above.",
        )),
    }
    blocks.push(text(
        "The same for machines, with the figures behind the plots, is in the source of this page, as JSON in the element \
         \"facts\".",
    ));
    blocks
}

/// The same for machines, with the measures on the rows judged by and what the sections found.
pub(super) fn facts(
    subject: &Subject<'_>,
    judged: Value,
    findings: Findings,
) -> Result<Value, CliError> {
    let notes = subject.notes;
    let step = notes.history.len().div_ceil(EPOCHS).max(1);
    let history: Vec<_> = notes.history.iter().step_by(step).collect();
    let measured = |of: fn(&EpochNotes) -> Option<f64>| -> Vec<Option<f64>> {
        notes.epochs.iter().step_by(step).map(|epoch| of(epoch).map(rounded)).collect()
    };
    Ok(json!({
        "format": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "command": subject.command,
        "config": subject.config,
        "target": notes.target.column(),
        "task": notes.target.task().words(),
        "classes": notes.target.labels(),
        "training": to_value(&notes.training)?,
        "seed": notes.training.seed,
        "data_name": subject.data,
        "data": to_value(&notes.data)?,
        "scores": to_value(&notes.scores)?,
        "judged_by": subject.held.as_ref().map(|held| &held.words),
        "judged": judged,
        "findings": findings,
        "history": to_value(&history)?,
        "history_every": step,
        "measured": {
            "measure": notes.validated,
            "training": measured(|epoch| epoch.trained),
            "validation": measured(|epoch| epoch.validated),
            "learning_rate": measured(|epoch| Some(epoch.alpha)),
        },
        "kept": notes.kept,
        "warnings": subject.warnings,
    }))
}

fn to_value<T: serde::Serialize>(of: &T) -> Result<Value, CliError> {
    Ok(serde_json::to_value(of).map_err(std::io::Error::from)?)
}
