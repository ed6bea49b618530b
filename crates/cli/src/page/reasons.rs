//! What a network relies on.

use layerwise_data::{DMatrix, Feature, Table, Target, Task};
use layerwise_model::{Examples, ModelError, Shuffles, log_loss};
use layerwise_report::{Bar, Bars, Block, Figure, Plot};
use serde_json::{Value, json};

use super::dependence::Moved;
use super::{
    Findings, Held, Subject, dependence, figure, pixel_worth, pixels, regions, rounded, text,
};
use crate::error::CliError;
use crate::explain::{Measure, groups, measure_of, rows_of};
use crate::report::short;

/// The measure that pixels are ranked by.
const LOG_LOSS: &str = "minus log loss";
/// Shuffles of a column.
pub(super) const REPEATS: usize = 5;
/// Cells that are shuffled in all, which bounds the time.
const CELLS: usize = 250_000;
/// Columns that are shown.
pub(super) const SHOWN: usize = 15;

/// Columns by what they are worth, the most first: their place among the features, mean and deviation.
pub(super) struct Ranking {
    measure: &'static str,
    whole: f64,
    rows: usize,
    worth: Vec<(usize, f64, f64)>,
}

impl Ranking {
    /// Whether what columns are worth could be told.
    pub(super) fn is_measured(&self) -> bool {
        !self.measure.is_empty()
    }

    /// What it is measured by, and what that is of the rows as they are.
    pub(super) fn name(&self) -> &'static str {
        self.measure
    }

    pub(super) fn whole(&self) -> f64 {
        self.whole
    }

    /// What each is worth, and how much that differs from shuffle to shuffle.
    pub(super) fn worth(&self) -> impl Iterator<Item = (f64, f64)> {
        self.worth.iter().map(|&(_, mean, deviation)| (mean, deviation))
    }

    /// How many rows were shuffled.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The places of the columns among the features, in that order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.worth.iter().map(|(place, ..)| *place)
    }

    /// The columns in that order.
    pub(super) fn columns<'a>(&self, subject: &Subject<'a>) -> impl Iterator<Item = &'a Feature> {
        let features = subject.notes.recipe.features();
        let order: Vec<usize> = self.worth.iter().map(|(place, ..)| *place).collect();
        order.into_iter().map(move |place| &features[place])
    }
}

pub(super) fn ranking(subject: &Subject<'_>, held: &Held<'_>) -> Result<Ranking, CliError> {
    let notes = subject.notes;
    let (name, measure): (_, Measure) = match notes.target.task() {
        // One pixel hardly ever changes an answer, but how sure it is.
        Task::Binary | Task::Classes if pixels::format(notes).is_some() => {
            (LOG_LOSS, |al, y| Ok(-log_loss(al, y)?))
        }
        task => measure_of(task),
    };
    let groups = groups(&notes.recipe);
    let most = (CELLS / (groups.len().max(1) * REPEATS)).max(200);
    let seed = notes.training.seed;
    let rows = rows_of(held.m(), most, seed).unwrap_or_else(|| (0..held.m()).collect());
    let (x, y) = (held.x.select_columns(&rows), held.y.select_columns(&rows));
    let examples = Examples::new(&x, &y)?;
    let mut ranking = Ranking { measure: name, whole: 0.0, rows: rows.len(), worth: vec![] };
    let mut shuffles = match Shuffles::new(subject.network, examples, measure, REPEATS, seed) {
        Ok(shuffles) => shuffles,
        // Rows of one class, or one value, have no such measure.
        Err(ModelError::OneClass { .. } | ModelError::NoSpread { .. }) => {
            ranking.worth = (0..groups.len()).map(|place| (place, 0.0, 0.0)).collect();
            ranking.measure = "";
            return Ok(ranking);
        }
        Err(error) => return Err(error.into()),
    };
    ranking.whole = shuffles.whole();
    for (place, group) in groups.into_iter().enumerate() {
        let found = shuffles.of(group)?;
        ranking.worth.push((place, found.mean(), found.deviation()));
    }
    ranking.worth.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(ranking)
}

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    (ranking, moved): (&Ranking, &[Moved<'_>]),
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let features = subject.notes.recipe.features();
    if !ranking.is_measured() {
        return Ok(vec![text(
            "All of these rows have the same truth: what counts cannot be told from them.",
        )]);
    }
    let name = ranking.measure;
    let fact = |&(place, mean, deviation): &(usize, f64, f64)| {
        let (mean, deviation) = (rounded(mean), rounded(deviation));
        json!({ "column": features[place].column, "falls_by": mean, "deviation": deviation })
    };
    let columns: Vec<Value> = ranking.worth.iter().map(fact).collect();
    let (whole, rows) = (rounded(ranking.whole), ranking.rows);
    findings.insert(
        "importance".into(),
        json!({ "measure": name, "whole": whole, "rows": rows, "repeats": REPEATS, "columns": columns }),
    );
    if let Some(format) = pixels::format(subject.notes) {
        return pixel_worth::blocks(subject, held, ranking, format);
    }
    let which = match ranking.rows {
        n if n < held.m() => format!(" of {n} of the {} test rows, drawn at random", held.m()),
        n => format!(" of the {n} test rows"),
    };
    let mut blocks = vec![text(format!(
        "What a column is worth to the network: by how much {name} falls from {}, that{which}, when the column's values \
         are shuffled among them, so that they say nothing any more, {REPEATS} times. Columns that say the same share \
         what they are worth: each can be spared while the others are there.",
        figure(ranking.whole)
    ))];
    let bar = |&(place, mean, deviation): &(usize, f64, f64)| {
        Bar::new(&features[place].column, mean).between(mean - deviation, mean + deviation)
    };
    let bars = Bars::new(format!("{name} falls by"), ranking.worth.iter().take(SHOWN).map(bar));
    let title = match features.len() {
        n if n > SHOWN => format!("What the {SHOWN} columns that count most are worth, of {n}"),
        _ => "What each column is worth".into(),
    };
    let figure = Figure::new(title, Plot::Bars(bars));
    blocks.push(figure.read("The line on a bar is the deviation from shuffle to shuffle.").into());
    if let [a, b] = features {
        blocks.extend(regions::block(subject, held, a, b)?);
    }
    blocks.extend(dependence::blocks(subject, held, moved, findings)?);
    Ok(blocks)
}

/// A table of rows that differ in nothing but the values of a column, or two.
pub(super) fn rows_with(
    subject: &Subject<'_>,
    held: &Held<'_>,
    columns: &[(&str, Vec<String>)],
) -> Result<DMatrix<f32>, CliError> {
    let table = held.table;
    let n = columns.first().map_or(0, |(_, values)| values.len());
    let names = table.column_names().iter().map(String::as_str);
    let others: Vec<&str> =
        names.filter(|name| columns.iter().all(|(column, _)| column != name)).collect();
    let mut first = table.emptied();
    first.append_rows(table, [0])?;
    let first = first.select(&others)?;
    let mut rows: Table = first.emptied();
    rows.append_rows(&first, std::iter::repeat_n(0, n))?;
    let columns = columns.iter().map(|(name, values)| (*name, values.clone()));
    Ok(subject.notes.recipe.apply(&rows.with_columns(columns)?)?.x)
}

/// What an output is of a class.
pub(super) fn says_of(target: &Target, class: usize) -> String {
    format!(
        "probability of {}",
        target.labels().get(class).map_or("1".into(), |label| short(label))
    )
}
