//! `layerwise explain`.

use std::io::Write;

use layerwise_data::Task;
use layerwise_model::core::MatrixView;
use layerwise_model::{Examples, ModelError, class_accuracy, group_importance, r_squared, roc_auc};

use crate::args::ExplainArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input;
use crate::report::{self, count, heading, printable};
use crate::terminal;

/// Shows by how much the model does worse without what each column says.
pub fn run(args: &ExplainArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let table = input::to_judge(&args.data, &args.format.format(), args.labels.as_deref(), &notes)?;
    let needs = |error| CliError::of_model(error, &args.model);
    let y = notes.target.encode(&table).map_err(needs)?;
    let encoded = notes.recipe.apply(&table).map_err(needs)?;
    for unseen in &encoded.unseen {
        terminal::show_warning(&unseen.to_string());
    }
    type Measure = fn(MatrixView<'_, f32>, MatrixView<'_, f32>) -> Result<f64, ModelError>;
    let (name, measure): (&str, Measure) = match notes.target.task() {
        Task::Binary => ("AUC", |al, y| roc_auc(al, y)),
        Task::Classes => ("accuracy", |al, y| class_accuracy(al, y)),
        Task::Regression => ("R²", |al, y| r_squared(al, y)),
    };
    let examples = Examples::new(&encoded.x, &y)?;
    let whole = measure((&network.predict(&encoded.x)?).into(), (&y).into())?;
    let mut row = 0;
    let groups = notes.recipe.features().iter().map(|feature| {
        let first = row;
        row += feature.encoding.n_rows();
        first..row
    });
    let groups: Vec<_> = groups.collect();
    let found = group_importance(&network, examples, &groups, measure, args.repeats, args.seed)?;
    let mut columns: Vec<(&str, f64, f64)> = notes
        .recipe
        .features()
        .iter()
        .zip(&found)
        .map(|(feature, scores)| (feature.column.as_str(), scores.mean(), scores.deviation()))
        .collect();
    columns.sort_by(|a, b| b.1.total_cmp(&a.1));

    let model = printable(&args.model.display().to_string());
    let rows = count(table.n_rows(), "row");
    let title = format!("{model} on {}: {rows}", printable(table.name()));
    writeln!(out, "{}", heading(&title))?;
    writeln!(
        out,
        "{name} {}; without what a column says it falls by\n",
        report::measure(name, Some(whole))
    )?;
    writeln!(out, "{}", report::importance_table(&columns))?;
    writeln!(
        out,
        "\nRows the model was trained on make it look surer of itself than new ones would."
    )?;
    Ok(())
}
