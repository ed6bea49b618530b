//! `layerwise inspect`.

use std::io::Write;

use clap::ValueEnum;
use layerwise_model::EpochRecord;

use crate::args::InspectArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::report::{self, columns, count, heading, printable, short};

/// Shows what a model predicts, from what, how it is built, how it was trained and how good it was.
pub fn run(args: &InspectArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    if args.json {
        let json = serde_json::to_string_pretty(&notes).map_err(std::io::Error::from)?;
        return Ok(writeln!(out, "{json}")?);
    }
    let target = &notes.target;
    writeln!(out, "{}", heading(&printable(&args.model.display().to_string())))?;
    writeln!(out, "predicts {}: {}", short(target.column()), target.task().words())?;
    if !target.labels().is_empty() {
        let labels: Vec<String> = target.labels().iter().take(20).map(|l| short(l)).collect();
        let more = if target.labels().len() > 20 { ", …" } else { "" };
        writeln!(out, "classes  {}{more}", labels.join(", "))?;
    }
    writeln!(
        out,
        "trained on {}, data {}\n",
        count(notes.data.rows, "row"),
        notes.data.fingerprint.get(..16).unwrap_or(&notes.data.fingerprint)
    )?;
    if let Some(format) = &notes.data.images {
        writeln!(out, "from images, each brought to {format}\n")?;
    }
    writeln!(out, "{}\n{}", heading("Columns"), report::recipe_table(&notes.recipe))?;
    for line in columns::left_out_lines(&notes.data.left_out) {
        writeln!(out, "{line}")?;
    }
    if let Some(dates) = notes.data.dates.as_ref().and_then(ValueEnum::to_possible_value) {
        writeln!(out, "--dates {} was typed", dates.get_name())?;
    }
    writeln!(out, "\n{}\n{}\n", heading("Network"), report::layer_table(&network))?;
    let t = &notes.training;
    writeln!(
        out,
        "{}\n{}, epoch {} kept; AdamW, learning rate {}, weight decay {}, dropout {}, mini-batches of {}, seed {}\n",
        heading("Training"),
        count(notes.history.len(), "epoch"),
        notes.kept,
        t.learning_rate,
        t.weight_decay,
        t.dropout,
        t.batch_size,
        t.seed
    )?;
    if let Some(config) = &notes.config {
        let title = heading("Options, for `train DATA --config`");
        writeln!(out, "{title}\n{}", config.lines().map(printable).collect::<Vec<_>>().join("\n"))?;
        writeln!(out)?;
    }
    let record = |(i, &(cost, validation_cost)): (usize, &(f64, Option<f64>))| EpochRecord {
        epoch: i + 1,
        cost,
        validation_cost,
        ..EpochRecord::default()
    };
    let epochs: Vec<EpochRecord> = notes.history.iter().enumerate().map(record).collect();
    writeln!(out, "{}", report::curve(&epochs))?;
    writeln!(out, "{}\n{}", heading("Scores"), report::score_table(&notes.scores))?;
    if let Some(line) = report::sample_line(&notes.scores, notes.data.rows) {
        writeln!(out, "\n{line}")?;
    }
    Ok(())
}
