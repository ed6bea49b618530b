//! Where a network fails.

use layerwise_data::Task;
use layerwise_report::{Block, Table};

use super::groups::{ByColumn, ENOUGH, words};
use super::reasons::Ranking;
use super::truths::{Truths, figure};
use super::{
    Findings, Held, Subject, brief, is_wrong, percent, pixels, share, taken_for, text, truth,
};
use crate::error::CliError;
use crate::report::short;

/// Examples that are shown.
const WORST: usize = 12;
/// Columns of an example that are shown.
const COLUMNS: usize = 6;

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    ranking: &Ranking,
    (groups, truths): (&[ByColumn], &[Truths]),
    findings: &mut Findings,
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
                format!(" The {} to whose true class it gave the least probability:", worst.len())
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
    blocks.extend(figure(subject, truths, findings));
    if !is_number && (1..ENOUGH).contains(&total) {
        blocks.push(text("So few errors do not tell by which columns they come."));
    }
    if !groups.is_empty() {
        blocks.push(text(words(subject.notes.target.task())));
    }
    blocks.extend(groups.iter().map(|by| by.figure(subject)));
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

/// What is true of an example, what was said, and how sure it was.
fn answer(subject: &Subject<'_>, held: &Held<'_>, j: usize) -> [String; 3] {
    let target = &subject.notes.target;
    let (al, y) = (held.al.column(j), held.y.column(j));
    if target.task() == Task::Regression {
        let [predicted, truth] = [al[0], y[0]].map(|value| target.number(value));
        return [truth, predicted, predicted - truth].map(brief);
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
        _ => {
            let of_truth = share(1.0 - loss_of(subject, held, j));
            format!(
                "{truth}, taken for {said}: probability of {said} {sure}, of {truth} {of_truth}"
            )
        }
    }
}

/// The examples with the columns that count most.
fn table(subject: &Subject<'_>, held: &Held<'_>, ranking: &Ranking, rows: &[usize]) -> Block {
    let shown: Vec<&str> =
        ranking.columns(subject).take(COLUMNS).map(|feature| feature.column.as_str()).collect();
    let third = match subject.notes.target.task() {
        Task::Regression => ["true", "predicted", "off by"],
        _ => ["true", "taken for", "sure"],
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
        true => "The most wrong: the line of the file, and the columns the network relies on most",
        false => "The most wrong: the line of the file, and the first of the columns",
    };
    let caption = caption.to_owned();
    Block::Table(Table { caption, header, rows: rows.iter().map(row).collect() })
}
