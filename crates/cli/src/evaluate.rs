//! `layerwise evaluate`.

use std::io::Write;

use layerwise_data::{DataError, Dataset};

use crate::args::EvaluateArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input::{self, Prepared};
use crate::report::{self, count, heading, printable};
use crate::scores::{Scores, confusion};

/// Shows accuracy, AUC, cost and the confusion matrix.
pub fn run(args: &EvaluateArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let table = input::read(&args.data)?.table;
    let data = Dataset::<f64>::from_columns(
        &table,
        notes.standardizer.feature_names(),
        &notes.target,
        notes.classes.clone(),
    )
    .map_err(|error| match error {
        DataError::NoSuchColumn { .. } => {
            CliError::MissingColumn { model: args.model.clone(), source: error }
        }
        other => other.into(),
    })?;
    let examples = Prepared::new(data, &notes.standardizer)?;
    let al = network.predict(&examples.x)?;
    let scores = Scores::of_outputs(&al, &examples.y)?;

    let model = printable(&args.model.display().to_string());
    let rows = count(scores.examples, "row");
    let title = format!("{model} on {}: {rows}", printable(table.name()));
    writeln!(out, "{}", heading(&title))?;
    writeln!(out, "accuracy  {}", report::share(scores.accuracy))?;
    writeln!(out, "AUC       {}", report::auc(scores.auc))?;
    writeln!(out, "cost      {:.4}\n", scores.cost)?;
    let counts = confusion(&al, &examples.y);
    writeln!(out, "{}", report::confusion_table(&notes.classes, counts))?;
    Ok(())
}
