//! What a network says as a column moves: partial dependence.

use layerwise_data::{Encoding, Feature, Task};
use layerwise_model::partial_dependence;
use layerwise_report::{Bar, Bars, Block, Chart, Figure, Plot, Series};
use serde_json::{Value, json};

use super::reasons::{Ranking, rows_with, says_of};
use super::{Findings, Held, Subject, brief, pixels, rounded, text};
use crate::error::CliError;
use crate::explain::groups;
use crate::report::short;

/// Columns that are followed.
const FOLLOWED: usize = 5;
/// Values of a number that are asked about, levels or dates, and rows that are asked with each.
const VALUES: usize = 20;
const BARS: usize = 12;
const ROWS: usize = 400;
/// Classes that are drawn: those that a column moves most.
const CLASSES: usize = 4;

/// Values of a number up to which each has a bar.
const FEW: usize = 3;

/// What is said in the mean as a column moves.
pub(super) struct Moved<'a> {
    feature: &'a Feature,
    /// Its values, as cells.
    values: Vec<String>,
    /// The place of an output, and what it says at each value, the one that moves most first.
    outputs: Vec<(usize, Vec<f64>)>,
}

/// What is said as each of the columns moves that count most.
pub(super) fn followed<'a>(
    subject: &Subject<'a>,
    held: &Held<'_>,
    ranking: &Ranking,
) -> Result<Vec<Moved<'a>>, CliError> {
    if !ranking.is_measured() || pixels::format(subject.notes).is_some() {
        return Ok(vec![]);
    }
    let mut moved = vec![];
    for place in ranking.places().take(FOLLOWED) {
        moved.extend(follow(subject, held, place)?);
    }
    Ok(moved)
}

impl Moved<'_> {
    /// The column, and whether what is said goes up (or down) as its number does, nearly all the way and hardly
    /// ever back.
    pub(super) fn direction(&self) -> Option<(&str, bool)> {
        /// The part of the way that is enough, and the part that it may go back in between.
        const NEARLY: f64 = 0.8;
        const BACK: f64 = 0.1;
        let is_number = matches!(self.feature.encoding, Encoding::Number { .. });
        let says = &self.outputs.first().filter(|_| is_number)?.1;
        let (low, high) = says
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        let way = says.last()? - says.first()?;
        // How far it goes back at most from the furthest it has been.
        let mut furthest = f64::NEG_INFINITY;
        let back = says.iter().map(|v| v * way.signum()).fold(0.0_f64, |most, v| {
            furthest = furthest.max(v);
            most.max(furthest - v)
        });
        let enough =
            high > low && way.abs() >= NEARLY * (high - low) && back <= BACK * (high - low);
        enough.then_some((self.feature.column.as_str(), way > 0.0))
    }

    /// The column, and the level or the number at which what is said is highest.
    pub(super) fn highest(&self) -> Option<String> {
        let says = &self.outputs.first()?.1;
        let (at, _) = says.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        let (column, value) = (short(&self.feature.column), self.values.get(at)?);
        Some(match (&self.feature.encoding, value.parse()) {
            (Encoding::Number { .. }, Ok(number)) => {
                // One of some values that were asked about: its last digits say nothing.
                let about: f64 = format!("{number:.2e}").parse().unwrap_or(number);
                format!("{column} is about {}", brief(about))
            }
            _ => format!("{column} is {}", short(value)),
        })
    }
}

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    moved: &[Moved<'_>],
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let fact = |moved: &Moved<'_>| {
        let outputs = moved.outputs.iter().map(|(k, says)| {
            let says: Vec<f64> = says.iter().copied().map(rounded).collect();
            json!({ "of": says_in_full(subject, *k), "mean": says })
        });
        let (column, values) = (&moved.feature.column, &moved.values);
        json!({ "column": column, "values": values, "outputs": outputs.collect::<Vec<_>>() })
    };
    let facts: Vec<Value> = moved.iter().map(fact).collect();
    findings.insert("partial_dependence".into(), facts.into());
    if moved.is_empty() {
        return Ok(vec![]);
    }
    let range = range(subject, moved);
    let axis = match subject.notes.target.task() {
        Task::Regression => "the same axis",
        _ => "the same axis from 0 on",
    };
    let mut blocks = vec![text(format!(
        "What the network says if one column had the same value in every row and all else stayed as it is, in the mean \
         of {} test rows (partial dependence), for the columns that count most. All have {axis} and \
         show how far a column can move the answer; how much that matters depends on how many rows have such values as \
         well, and is what the bars above tell. Where columns go together, this asks about rows that do not exist.",
        asked(held).count()
    ))];
    for moved in moved {
        blocks.push(block(subject, held, moved, range)?);
    }
    Ok(blocks)
}

/// From where to where all of them go.
fn range(subject: &Subject<'_>, moved: &[Moved<'_>]) -> (f64, f64) {
    let all = moved.iter().flat_map(|moved| &moved.outputs).flat_map(|(_, says)| says);
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let room = 0.05 * (high - low).max(1e-6 * high.abs()).max(1e-9);
    match subject.notes.target.task() {
        Task::Regression => (low - room, high + room),
        // From 0 on: what hardly moves is to look like it.
        _ => (0.0, (high + room).min(1.0)),
    }
}

/// What an output is of, in full.
fn says_in_full(subject: &Subject<'_>, k: usize) -> String {
    let target = &subject.notes.target;
    match target.task() {
        Task::Regression => target.column().to_owned(),
        Task::Binary => target.labels().get(1).cloned().unwrap_or_default(),
        Task::Classes => target.labels().get(k).cloned().unwrap_or_default(),
    }
}

/// The same for an axis.
fn says(subject: &Subject<'_>, k: usize) -> String {
    match subject.notes.target.task() {
        Task::Binary => says_of(&subject.notes.target, 1),
        _ => short(&says_in_full(subject, k)),
    }
}

/// An output in units of the target.
fn number(subject: &Subject<'_>, a: f32) -> f64 {
    match subject.notes.target.task() {
        Task::Regression => subject.notes.target.number(a),
        _ => f64::from(a),
    }
}

/// The rows that are asked with each value.
fn asked(held: &Held<'_>) -> impl Iterator<Item = usize> + use<> {
    (0..held.m()).step_by(held.m().div_ceil(ROWS).max(1))
}

fn follow<'a>(
    subject: &Subject<'a>,
    held: &Held<'_>,
    place: usize,
) -> Result<Option<Moved<'a>>, CliError> {
    let notes = subject.notes;
    let feature = &notes.recipe.features()[place];
    let Some(values) = values_of(held, feature).filter(|values| values.len() > 1) else {
        return Ok(None);
    };
    let group = groups(&notes.recipe)[place].clone();
    let encoded = rows_with(subject, held, &[(&feature.column, values.clone())])?;
    let encoded = encoded.rows(group.start, group.len()).into_owned();
    let rows: Vec<usize> = asked(held).collect();
    let x = held.x.select_columns(&rows);
    let means = partial_dependence(subject.network, &x, group, &encoded)?;
    let moved = |k: &usize| means.row(*k).max() - means.row(*k).min();
    let mut order: Vec<usize> = (0..means.nrows()).collect();
    order.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
    let says = |k: usize| (k, means.row(k).iter().map(|&a| number(subject, a)).collect());
    let outputs = order.into_iter().take(CLASSES).map(says).collect();
    Ok(Some(Moved { feature, values, outputs }))
}

/// Values of a column worth asking about: from its least to its most, or its most frequent levels.
fn values_of(held: &Held<'_>, feature: &Feature) -> Option<Vec<String>> {
    let cells = || held.table.column(&feature.column).ok().map(|cells| cells.map(str::trim));
    match &feature.encoding {
        Encoding::Number { .. } => {
            let mut numbers: Vec<f64> = cells()?.filter_map(|cell| cell.parse().ok()).collect();
            numbers.retain(|number| number.is_finite());
            numbers.sort_by(f64::total_cmp);
            let last = numbers.len().checked_sub(1)?;
            // Not the outermost hundredths: few rows are there.
            let (low, high) = (numbers[last / 100], numbers[last - last / 100]);
            let mut values: Vec<f64> = match numbers.chunk_by(|a, b| a == b).count() {
                n if n <= VALUES => numbers,
                _ => (0..VALUES)
                    .map(|i| low + (high - low) * i as f64 / (VALUES - 1) as f64)
                    .collect(),
            };
            values.dedup();
            Some(values.into_iter().map(|value| value.to_string()).collect())
        }
        Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => {
            let mut counts: Vec<(&String, usize)> = levels.iter().map(|level| (level, 0)).collect();
            for cell in cells()? {
                if let Ok(place) = levels.binary_search_by(|level| level.as_str().cmp(cell)) {
                    counts[place].1 += 1;
                }
            }
            counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            Some(counts.into_iter().take(BARS).map(|(level, _)| level.clone()).collect())
        }
        Encoding::Date { format, .. } => {
            let mut days: Vec<f64> = cells()?.filter_map(|cell| format.days(cell)).collect();
            days.sort_by(f64::total_cmp);
            let last = days.len().checked_sub(1)?;
            let (low, high) = (days[last / 100], days[last - last / 100]);
            let at = |i: usize| low + (high - low) * i as f64 / (BARS - 1) as f64;
            let mut dates: Vec<String> = (0..BARS).filter_map(|i| format.written(at(i))).collect();
            dates.dedup();
            Some(dates)
        }
    }
}

fn block(
    subject: &Subject<'_>,
    held: &Held<'_>,
    Moved { feature, values, outputs }: &Moved<'_>,
    range: (f64, f64),
) -> Result<Block, CliError> {
    let column = short(&feature.column);
    let in_full = format!("As {} moves", feature.column);
    let title = format!("As {column} moves");
    let y = match subject.notes.target.task() {
        Task::Classes => "probability".to_owned(),
        _ => says(subject, 0),
    };
    let few = values.len() <= FEW;
    let plot = if matches!(feature.encoding, Encoding::Number { .. }) && !few {
        let mut chart = Chart::new(column, y);
        chart.ranges[1] = Some(range);
        for (k, row) in outputs {
            let points = values.iter().zip(row);
            let points = points.filter_map(|(value, &mean)| Some((value.parse().ok()?, mean)));
            chart = chart.with(Series::line(&says(subject, *k), points));
        }
        Plot::Chart(chart)
    } else {
        let (k, row) = outputs.first().map_or((0, &[][..]), |(k, row)| (*k, row));
        let says = match subject.notes.target.task() {
            Task::Classes => says_of(&subject.notes.target, k),
            _ => says(subject, k),
        };
        let bars = values.iter().zip(row).map(|(value, &mean)| Bar::new(value, mean));
        // To which side a level moves what is said in the mean.
        let al = held.al.row(k.min(held.al.nrows() - 1));
        let from = number(subject, al.mean()).clamp(range.0, range.1);
        let bars = Bars::new(says, bars).marked(from, "mean");
        Plot::Bars(Bars { from, range: Some(range), ..bars })
    };
    Ok(Figure::new(title, plot).in_full(in_full).into())
}
