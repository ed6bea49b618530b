//! Everything needed to repeat it.

use layerwise_report::Block;
use serde_json::{Value, json};

use super::{Subject, text};
use crate::error::CliError;

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let notes = subject.notes;
    let mut blocks = vec![
        text(
            "The same data, options and seed give the same model file, byte for byte, on the same machine.",
        ),
        Block::Code(subject.command.clone()),
        Block::Facts(vec![
            ("seed".into(), notes.training.seed.to_string()),
            ("version".into(), format!("layerwise {}", env!("CARGO_PKG_VERSION"))),
            ("data (SHA-256 of names and cells)".into(), notes.data.fingerprint.clone()),
        ]),
    ];
    if let Some(config) = &subject.config {
        blocks.push(text("All options, for layerwise train --config:"));
        blocks.push(Block::Code(config.clone()));
    }
    blocks.push(text(
        "The same for machines is in the source of this page, as JSON in the element \"facts\".",
    ));
    blocks
}

/// The same for machines, with the measures on the rows judged by.
pub(super) fn facts(subject: &Subject<'_>, judged: Value) -> Result<Value, CliError> {
    let notes = subject.notes;
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
        "data": to_value(&notes.data)?,
        "scores": to_value(&notes.scores)?,
        "judged_by": subject.held.as_ref().map(|held| &held.words),
        "judged": judged,
        "history": to_value(&notes.history)?,
        "kept": notes.kept,
        "warnings": subject.warnings,
    }))
}

fn to_value<T: serde::Serialize>(of: &T) -> Result<Value, CliError> {
    Ok(serde_json::to_value(of).map_err(std::io::Error::from)?)
}
