//! What a network relies on.

use layerwise_data::{DMatrix, Feature, Table, Target, Task};
use layerwise_model::{Examples, ModelError, Shuffles, log_loss};
use layerwise_report::{Bar, Bars, Block, Chart, Colours, Figure, Grid, Plot};
use serde_json::{Value, json};

use super::{Findings, Held, Subject, dependence, figure, pixels, plain, regions, rounded, text};
use crate::error::CliError;
use crate::explain::{Measure, groups, measure_of, rows_of};
use crate::report::short;

/// The measure that pixels are ranked by.
const LOG_LOSS: &str = "minus log loss";
/// Shuffles of a column.
const REPEATS: usize = 5;
/// Cells that are shuffled in all, which bounds the time.
const CELLS: usize = 250_000;
/// Columns that are shown.
const SHOWN: usize = 15;

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
    ranking: &Ranking,
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
        return Ok(vec![by_place(subject, ranking, format)]);
    }
    let mut blocks = vec![text(format!(
        "By how much {name} ({}) falls when a column is shuffled among {} of the test rows, {REPEATS} times: \
         what the network makes of it. Columns that say the same share what they are worth.",
        figure(ranking.whole),
        ranking.rows
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
    blocks.push(figure.read("The line is the deviation from shuffle to shuffle.").into());
    if let [a, b] = features {
        blocks.extend(regions::block(subject, held, a, b)?);
    }
    blocks.extend(dependence::blocks(subject, held, ranking, findings)?);
    Ok(blocks)
}

/// What each pixel is worth, as a picture.
fn by_place(
    subject: &Subject<'_>,
    ranking: &Ranking,
    format: layerwise_data::ImageFormat,
) -> Block {
    let (width, height, channels) =
        (format.width() as usize, format.height() as usize, format.channels() as usize);
    let mut worth = vec![0.0; width * height];
    let most = ranking.worth.iter().fold(f64::MIN_POSITIVE, |most, found| most.max(found.1));
    let features = subject.notes.recipe.features();
    for &(place, mean, _) in &ranking.worth {
        let index = features[place].column.strip_prefix('x').and_then(|i| i.parse::<usize>().ok());
        if let Some(place) = index.map(|i| i / channels).filter(|place| *place < worth.len()) {
            worth[place] = f64::max(worth[place], mean / most);
        }
    }
    // Row by row from below.
    let values = (0..height).rev().flat_map(|y| worth[y * width..(y + 1) * width].to_vec());
    let values = values.map(|worth| worth.max(0.0)).collect();
    let (x, y) = ((0.0, width as f64), (0.0, height as f64));
    let name = "of the strongest".to_owned();
    let grid =
        Grid { name, x, y, columns: width, values, range: (0.0, 1.0), colours: Colours::One };
    let mut chart = Chart::new("from left to right", "from below").over(x, y);
    chart.grid = Some(grid);
    let mut figure = Figure::new("What each pixel is worth", Plot::Chart(chart)).read(format!(
        "By how much the log loss ({}) rises when a pixel is shuffled among {} of the test images, {REPEATS} \
         times: the strongest colour stands for {}, and where there is none a single pixel hardly matters.",
        plain(-ranking.whole),
        ranking.rows,
        plain(most)
    ));
    let row = |&(place, mean, deviation): &(usize, f64, f64)| {
        [features[place].column.clone(), plain(mean), plain(deviation)]
    };
    let header = ["value", "log loss rises by", "±"];
    let rows = ranking.worth.iter().take(SHOWN).map(row);
    figure.table = layerwise_report::Table::new("The values that count most", header, rows);
    figure.into()
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
