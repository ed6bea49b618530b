//! Where a network fails.

use std::collections::HashMap;

use layerwise_data::{DateFormat, Encoding, Task};
use layerwise_report::{Bar, Bars, Block, Figure, Plot, Table};

use super::ranges::ranges;
use super::reasons::Ranking;
use super::{
    Held, Subject, figure, percent, pixels, plain, share, share_interval, taken_for, text, truth,
};
use crate::error::CliError;
use crate::report::short;

/// Examples that are shown.
const WORST: usize = 12;
/// Columns of an example that are shown.
const COLUMNS: usize = 6;
/// Columns by whose values errors are counted.
const BY: usize = 4;
/// Rows that a group needs to be worth a bar, and groups of a column.
const LEAST: usize = 10;
const GROUPS: usize = 12;
/// Wrong answers from which on they are counted by columns.
const ENOUGH: usize = 10;

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    ranking: &Ranking,
) -> Result<Vec<Block>, CliError> {
    let is_number = subject.notes.target.task() == Task::Regression;
    let loss: Vec<f64> = (0..held.m()).map(|j| loss_of(subject, held, j)).collect();
    let mut order: Vec<usize> = (0..held.m()).collect();
    order.sort_by(|&i, &j| loss[j].total_cmp(&loss[i]));
    order.truncate(WORST);
    let worst: Vec<usize> = order.into_iter().filter(|&j| is_number || is_wrong(held, j)).collect();
    let mut blocks = vec![];
    let total =
        if is_number { held.m() } else { (0..held.m()).filter(|&j| is_wrong(held, j)).count() };
    blocks.push(text(match (is_number, total) {
        (true, _) => {
            format!("The {} predictions that are furthest off, of {}:", worst.len(), held.words)
        }
        (false, 0) => format!("Not one of {} is taken for a wrong class.", held.words),
        (false, n) => format!(
            "{n} of {} ({}) {} taken for a wrong class.{}",
            held.words,
            percent(n as f64 / held.m() as f64),
            if n == 1 { "is" } else { "are" },
            if n > worst.len() {
                format!(" The {} that it was least prepared for:", worst.len())
            } else {
                String::new()
            }
        ),
    }));
    let pictures = pixels::format(subject.notes).map(|format| {
        let of = |&j: &usize| pixels::picture(held.table, j, format, caption(subject, held, j));
        worst.iter().filter_map(of).collect::<layerwise_report::Result<Vec<_>>>()
    });
    match pictures.transpose().map_err(CliError::Page)? {
        Some(pictures) if !pictures.is_empty() => blocks.push(Block::Pictures(pictures)),
        _ if !worst.is_empty() => blocks.push(table(subject, held, ranking, &worst)),
        _ => {}
    }
    let mut by: Vec<(f64, Block)> = vec![];
    let enough = is_number || total >= ENOUGH;
    if !enough && total > 0 {
        blocks.push(text("So few errors do not tell by which columns they come."));
    }
    if enough && pixels::format(subject.notes).is_none() {
        for feature in ranking.columns(subject).take(50) {
            by.extend(errors_by(subject, held, &feature.column, &feature.encoding, &loss));
        }
    }
    by.sort_by(|a, b| b.0.total_cmp(&a.0));
    if !by.is_empty() {
        let what = if is_number { "the mean error" } else { "the share of wrong answers" };
        blocks.push(text(format!(
            "By groups of rows {what}, of the columns where it differs most from group to group. The line of a bar is the interval \
             of 95 % for a group of that size; the line through all of them is what holds of all rows."
        )));
    }
    blocks.extend(by.into_iter().take(BY).map(|(_, block)| block));
    Ok(blocks)
}

/// How wrong an example is: by how much a number is off, or how sure the network was of something else.
fn loss_of(subject: &Subject<'_>, held: &Held<'_>, j: usize) -> f64 {
    let (al, y) = (held.al.column(j), held.y.column(j));
    match (subject.notes.target.task(), al.as_slice(), y.as_slice()) {
        (Task::Regression, [a], [y]) => f64::from(a - y).abs() * subject.notes.target.deviation(),
        (_, [a], [y]) => f64::from(if *y > 0.5 { 1.0 - a } else { *a }),
        (_, al, y) => 1.0 - f64::from(al[truth(y)]),
    }
}

fn is_wrong(held: &Held<'_>, j: usize) -> bool {
    let (al, y) = (held.al.column(j), held.y.column(j));
    taken_for(al.as_slice()).0 != truth(y.as_slice())
}

/// What is true of an example, what was said, and how sure it was.
fn answer(subject: &Subject<'_>, held: &Held<'_>, j: usize) -> [String; 3] {
    let target = &subject.notes.target;
    let (al, y) = (held.al.column(j), held.y.column(j));
    if target.task() == Task::Regression {
        let [predicted, truth] = [al[0], y[0]].map(|value| target.number(value));
        return [figure(truth), figure(predicted), figure(predicted - truth)];
    }
    let (class, sure) = taken_for(al.as_slice());
    let label =
        |class: usize| target.labels().get(class).map_or(String::new(), |label| short(label));
    [label(truth(y.as_slice())), label(class), share(sure)]
}

fn caption(subject: &Subject<'_>, held: &Held<'_>, j: usize) -> String {
    let [truth, said, sure] = answer(subject, held, j);
    match subject.notes.target.task() {
        Task::Regression => format!("{truth}, predicted {said}"),
        _ => format!("{truth}, taken for {said} (sure by {sure})"),
    }
}

/// The examples with the columns that count most.
fn table(subject: &Subject<'_>, held: &Held<'_>, ranking: &Ranking, rows: &[usize]) -> Block {
    let shown: Vec<&str> =
        ranking.columns(subject).take(COLUMNS).map(|feature| feature.column.as_str()).collect();
    let third = match subject.notes.target.task() {
        Task::Regression => ["true", "predicted", "off by"],
        _ => ["true", "taken for", "sure by"],
    };
    let header = std::iter::once("line").chain(third).chain(shown.iter().copied());
    let header = header.map(short).collect();
    let places: Vec<Option<usize>> = shown
        .iter()
        .map(|name| held.table.column_names().iter().position(|column| column == name))
        .collect();
    let row = |&j: &usize| {
        let cells: Vec<&str> = held.table.cells(j).collect();
        let line = held.table.line(j).map_or(String::new(), |line| line.to_string());
        let cell =
            |place: &Option<usize>| place.and_then(|i| cells.get(i)).map_or("", |cell| cell.trim());
        let cells = places.iter().map(|place| short(cell(place)));
        std::iter::once(line).chain(answer(subject, held, j)).chain(cells).collect()
    };
    let caption = match ranking.is_measured() {
        true => "The most wrong, with the columns the network relies on most",
        false => "The most wrong, with the first of the columns",
    };
    let caption = caption.to_owned();
    Block::Table(Table { caption, header, rows: rows.iter().map(row).collect() })
}

/// Errors by the values of a column, with how much they differ from group to group.
fn errors_by(
    subject: &Subject<'_>,
    held: &Held<'_>,
    column: &str,
    encoding: &Encoding,
    loss: &[f64],
) -> Option<(f64, Block)> {
    let is_number = subject.notes.target.task() == Task::Regression;
    let error = |j: usize| {
        if is_number { loss[j] } else { f64::from(u8::from(is_wrong(held, j))) }
    };
    let cells: Vec<&str> = held.table.column(column).ok()?.map(str::trim).collect();
    let mut groups: Vec<(String, Vec<usize>)> = match encoding {
        Encoding::Number { .. } => ranges(&cells, |cell| cell.parse().ok(), plain),
        Encoding::Date { format, .. } => {
            let day = |days: f64| DateFormat::Iso.written(days).unwrap_or_default();
            ranges(&cells, |cell| format.days(cell), day)
        }
        Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => {
            let known: std::collections::HashSet<&str> =
                levels.iter().map(String::as_str).collect();
            let mut by: HashMap<&str, Vec<usize>> = HashMap::new();
            for (j, cell) in cells.iter().enumerate() {
                by.entry(if known.contains(cell) { cell } else { "missing or unknown" })
                    .or_default()
                    .push(j);
            }
            by.into_iter().map(|(level, rows)| (level.to_owned(), rows)).collect()
        }
    };
    groups.retain(|(_, rows)| rows.len() >= LEAST);
    if groups.len() < 2 {
        return None;
    }
    let mut bars: Vec<(f64, usize, Bar)> = groups
        .into_iter()
        .map(|(name, rows)| {
            let n = rows.len() as f64;
            let mean = rows.iter().map(|&j| error(j)).sum::<f64>() / n;
            let variance = rows.iter().map(|&j| (error(j) - mean).powi(2)).sum::<f64>() / n;
            let spread = 2.0 * (variance / n).sqrt();
            let (low, high) = match is_number {
                true => ((mean - spread).max(0.0), mean + spread),
                false => share_interval(mean, rows.len()),
            };
            let bar = Bar::new(name, mean).between(low, high);
            (mean, rows.len(), bar.note(format!("{} rows", rows.len())))
        })
        .collect();
    let total: usize = bars.iter().map(|bar| bar.1).sum();
    let whole = (0..held.m()).map(error).sum::<f64>() / held.m() as f64;
    let differs =
        bars.iter().map(|bar| bar.1 as f64 * (bar.0 - whole).powi(2)).sum::<f64>() / total as f64;
    if matches!(encoding, Encoding::OneHot { .. } | Encoding::Codes { .. }) {
        bars.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.name.cmp(&b.2.name)));
    }
    // The best and the worst, where there are too many.
    if bars.len() > GROUPS {
        let rest = bars.split_off(bars.len() - GROUPS / 2);
        bars.truncate(GROUPS / 2);
        bars.extend(rest);
    }
    let value = if is_number { "mean error" } else { "share wrong" };
    let bars = Bars::new(value, bars.into_iter().map(|bar| bar.2)).marked(whole, "all rows");
    let title = |column: &str| format!("Errors by {column}; over all {}", figure(whole));
    let drawn = Figure::new(title(&short(column)), Plot::Bars(bars)).in_full(title(column));
    Some((differs, drawn.into()))
}
