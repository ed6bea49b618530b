//! `layerwise explain`.

use std::io::Write;
use std::ops::Range;
use std::sync::atomic::Ordering;

use layerwise_data::{Recipe, Task};
use layerwise_model::core::MatrixView;
use layerwise_model::rand::seq::index::sample;
use layerwise_model::{
    Examples, ModelError, Shuffles, Stream, class_accuracy, generator, r_squared, roc_auc,
};

use crate::args::ExplainArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::report::{self, count, heading, printable};
use crate::terminal::{self, Progress};
use crate::{input, interrupt};

/// Shows by how much the model does worse without what each column says.
pub fn run(args: &ExplainArgs, out: &mut impl Write) -> Result<(), CliError> {
    let Bundle { network, notes } = Bundle::read(&args.model)?;
    let table = input::to_judge(&args.data, &args.format, args.labels.as_deref(), &notes)?;
    let needs = |error| CliError::of_model(error, &args.model);
    let y = notes.target.encode(&table).map_err(needs)?;
    let encoded = notes.recipe.apply(&table).map_err(needs)?;
    for unseen in &encoded.unseen {
        terminal::show_warning(&unseen.to_string());
    }
    let (name, measure) = measure_of(notes.target.task());
    let features = notes.recipe.features();
    let rows = rows_of(table.n_rows(), args.rows.unwrap_or(few(features.len())), args.seed);
    let (x, y) = match &rows {
        Some(rows) => (encoded.x.select_columns(rows), y.select_columns(rows)),
        None => (encoded.x, y),
    };
    let mut shuffles =
        Shuffles::new(&network, Examples::new(&x, &y)?, measure, args.repeats, args.seed)?;
    let interrupted = interrupt::flag().map_err(CliError::Signals)?;
    let progress = Progress::counting("column", features.len());
    let mut found = Vec::with_capacity(features.len());
    for group in groups(&notes.recipe) {
        if interrupted.load(Ordering::Relaxed) {
            progress.leave();
            return Err(CliError::Interrupted);
        }
        found.push(shuffles.of(group)?);
        progress.advance();
    }
    progress.clear();
    let mut columns: Vec<(&str, f64, f64)> = features
        .iter()
        .zip(&found)
        .map(|(feature, scores)| (feature.column.as_str(), scores.mean(), scores.deviation()))
        .collect();
    columns.sort_by(|a, b| b.1.total_cmp(&a.1));

    let model = printable(&args.model.display().to_string());
    let all = count(table.n_rows(), "row");
    let title = format!("{model} on {}: {all}", printable(table.name()));
    writeln!(out, "{}", heading(&title))?;
    if let Some(rows) = &rows {
        let some = rows.len();
        writeln!(
            out,
            "of these {some} drawn at random stand for all; --rows N takes more or fewer"
        )?;
    }
    writeln!(
        out,
        "{name} {}; without what a column says it falls by\n",
        report::measure(name, Some(shuffles.whole()))
    )?;
    writeln!(out, "{}", report::importance_table(&columns))?;
    writeln!(
        out,
        "\nRows the model was trained on make it look surer of itself than new ones would."
    )?;
    Ok(())
}

/// A measure of which more is better.
pub type Measure = fn(MatrixView<'_, f32>, MatrixView<'_, f32>) -> Result<f64, ModelError>;

/// The measure that columns are ranked by, with its name.
pub fn measure_of(task: Task) -> (&'static str, Measure) {
    match task {
        Task::Binary => ("AUC", |al, y| roc_auc(al, y)),
        Task::Classes => ("accuracy", |al, y| class_accuracy(al, y)),
        Task::Regression => ("R²", |al, y| r_squared(al, y)),
    }
}

/// Rows of X that each column of the data became.
pub fn groups(recipe: &Recipe) -> Vec<Range<usize>> {
    let mut row = 0;
    let group = |n: usize| {
        row += n;
        row - n..row
    };
    recipe.features().iter().map(|feature| feature.encoding.n_rows()).map(group).collect()
}

/// Rows that are enough for a table of so many columns: as many cells as take some seconds to shuffle.
fn few(columns: usize) -> usize {
    const CELLS: usize = 3_000_000;
    const LEAST: usize = 1000;
    (CELLS / columns.max(1)).max(LEAST)
}

/// `most` of `n` rows drawn at random, in order; `None` where these are all.
pub fn rows_of(n: usize, most: usize, seed: u64) -> Option<Vec<usize>> {
    let mut rows =
        (most < n).then(|| sample(&mut generator(seed, Stream::HoldOut), n, most).into_vec());
    rows.iter_mut().for_each(|rows| rows.sort_unstable());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_data_are_sampled() {
        assert_eq!([few(14), few(784), few(12_288), few(0)], [214_285, 3826, 1000, 3_000_000]);
        assert_eq!(rows_of(209, 1000, 0), None);
        let rows = rows_of(1000, 100, 7).unwrap();
        assert_eq!(rows.len(), 100);
        assert!(rows.is_sorted_by(|a, b| a < b) && rows.iter().all(|&row| row < 1000));
        assert_ne!(Some(rows), rows_of(1000, 100, 8));
    }
}
