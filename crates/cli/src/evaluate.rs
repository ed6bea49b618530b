//! `layerwise evaluate`.

use std::io::Write;

use crate::args::EvaluateArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input;
use crate::report::{self, count, heading, printable};
use crate::scores::{Scores, confusion};
use crate::terminal;

/// Shows the measures and, of classes, the confusion matrix.
pub fn run(args: &EvaluateArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let table = input::to_judge(&args.data, &args.format, args.labels.as_deref(), &notes)?;
    let needs = |error| CliError::of_model(error, &args.model);
    let y = notes.target.encode(&table).map_err(needs)?;
    let encoded = notes.recipe.apply(&table).map_err(needs)?;
    for unseen in &encoded.unseen {
        terminal::show_warning(&unseen.to_string());
    }
    let al = network.predict(&encoded.x)?;
    let scores = Scores::of(&notes.target, &al, &y)?;

    let model = printable(&args.model.display().to_string());
    let rows = count(scores.examples, "row");
    let title = format!("{model} on {}: {rows}", printable(table.name()));
    writeln!(out, "{}", heading(&title))?;
    for (name, value) in &scores.measures {
        writeln!(out, "{name:<9} {}", report::measure(name, *value))?;
    }
    writeln!(out, "cost      {:.4}", scores.cost)?;
    if !notes.target.labels().is_empty() {
        let counts = confusion(&notes.target, &al, &y)?;
        writeln!(out, "\n{}", report::confusion_table(notes.target.labels(), &counts))?;
    }
    Ok(())
}
