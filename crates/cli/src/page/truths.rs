//! Errors of predicted numbers by what is true.

use layerwise_report::{Bar, Bars, Block, Figure, Plot};
use serde_json::json;

use super::groups::mean_of;
use super::ranges::ranges;
use super::{Findings, Held, Subject, brief, rounded};
use crate::report::{count, short};

/// Rows from which on they are parted into ranges.
const ENOUGH: usize = 25;

/// Rows whose truth lies in a range, with by how much they are predicted too high in the mean.
pub(super) struct Truths {
    pub name: String,
    pub rows: usize,
    pub too_high: f64,
    pub interval: (f64, f64),
}

/// The rows in ranges of the truth, the least first; none where they are too few.
pub(super) fn by_truth(subject: &Subject<'_>, held: &Held<'_>) -> Vec<Truths> {
    let target = &subject.notes.target;
    if held.m() < ENOUGH {
        return vec![];
    }
    let truths: Vec<String> = held.y.iter().map(|&y| target.number(y).to_string()).collect();
    let cells: Vec<&str> = truths.iter().map(String::as_str).collect();
    let of = |(name, rows): (String, Vec<usize>)| {
        let error = |&j: &usize| f64::from(held.al[(0, j)] - held.y[(0, j)]) * target.deviation();
        let errors: Vec<f64> = rows.iter().map(error).collect();
        let (too_high, interval) = mean_of(&errors);
        Truths { name, rows: rows.len(), too_high, interval }
    };
    let found: Vec<Truths> =
        ranges(&cells, |cell| cell.parse().ok(), brief).into_iter().map(of).collect();
    if found.len() > 1 { found } else { vec![] }
}

/// The same drawn.
pub(super) fn figure(
    subject: &Subject<'_>,
    truths: &[Truths],
    findings: &mut Findings,
) -> Option<Block> {
    if truths.is_empty() {
        return None;
    }
    let fact =
        |t: &Truths| json!({ "truth": t.name, "rows": t.rows, "too_high": rounded(t.too_high) });
    findings.insert("errors_by_truth".into(), truths.iter().map(fact).collect());
    let bar = |t: &Truths| {
        let (low, high) = t.interval;
        Bar::new(&t.name, t.too_high).between(low, high).note(count(t.rows, "row"))
    };
    let bars = Bars::new("predicted − true, mean", truths.iter().map(bar)).marked(0.0, "right");
    let title = |column: &str| format!("Too high or too low, by {column} itself");
    let column = subject.notes.target.column();
    let figure = Figure::new(title(&short(column)), Plot::Bars(bars)).in_full(title(column));
    let reading = "Bars to the right are predicted too high, to the left too low. Small values too high and large ones \
                   too low is what follows from columns that do not tell enough: predictions stay near the mean.";
    Some(figure.read(reading).into())
}
