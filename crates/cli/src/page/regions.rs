//! What a network says all over the plane of two columns: decision regions.

use layerwise_data::{DMatrix, Encoding, Feature, Task};
use layerwise_report::{Block, Chart, Colours, Figure, Grid, Plot, Series, Table};

use super::reasons::{rows_with, says_of};
use super::{Held, Subject, plain, share, taken_for, truth};
use crate::error::CliError;
use crate::report::short;

/// Points of a side where the network is asked.
const SIDE: usize = 60;
/// Points of a side in the table beside the picture.
const TABLE: usize = 5;
/// Rows that are drawn, at most.
const ROWS: usize = 500;
/// Classes that have a colour of their own, where there are more than colours.
const CLASSES: usize = 6;

/// The plane of two columns.
struct Plane {
    x: (f64, f64),
    y: (f64, f64),
    /// What the network says, row by row, that of the least y first.
    says: DMatrix<f32>,
    /// Some of the rows, by their places, each with where it lies.
    rows: Vec<(usize, (f64, f64))>,
}

/// What is said where, with the rows; nothing where one of the columns is no number, or always the same.
pub(super) fn block(
    subject: &Subject<'_>,
    held: &Held<'_>,
    a: &Feature,
    b: &Feature,
) -> Result<Option<Block>, CliError> {
    let Some(plane) = plane(subject, held, a, b)? else { return Ok(None) };
    let chart = Chart::new(short(&a.column), short(&b.column)).over(plane.x, plane.y);
    let (chart, reading) = match subject.notes.target.task() {
        Task::Binary => of_two_classes(subject, held, &plane, chart),
        Task::Classes => of_classes(subject, held, &plane, chart),
        Task::Regression => of_numbers(subject, held, &plane, chart),
    };
    let some = match plane.rows.len() {
        n if n < held.m() => format!(" {n} of the {} rows are drawn.", held.m()),
        _ => String::new(),
    };
    let mut figure = Figure::new("What it says where", Plot::Chart(chart)).read(reading + &some);
    figure.table = table(subject, &plane, a, b);
    Ok(Some(figure.into()))
}

fn plane(
    subject: &Subject<'_>,
    held: &Held<'_>,
    a: &Feature,
    b: &Feature,
) -> Result<Option<Plane>, CliError> {
    let numbers = |feature: &Feature| -> Option<Vec<f64>> {
        let is_number = matches!(feature.encoding, Encoding::Number { .. });
        let cells = held.table.column(&feature.column).ok().filter(|_| is_number)?;
        Some(cells.map(|cell| cell.trim().parse().unwrap_or(f64::NAN)).collect())
    };
    let (Some(along), Some(up)) = (numbers(a), numbers(b)) else { return Ok(None) };
    let range = |values: &[f64]| {
        let values = values.iter().filter(|value| value.is_finite());
        values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    };
    let (x, y) = (range(&along), range(&up));
    if x.0 >= x.1 || y.0 >= y.1 {
        return Ok(None);
    }
    let at =
        |(low, high): (f64, f64), i: usize| low + (high - low) * (i as f64 + 0.5) / SIDE as f64;
    let cells = |of: &dyn Fn(usize) -> f64| (0..SIDE * SIDE).map(|i| of(i).to_string()).collect();
    let columns = [
        (a.column.as_str(), cells(&|i| at(x, i % SIDE))),
        (b.column.as_str(), cells(&|i| at(y, i / SIDE))),
    ];
    let says = subject.network.predict(&rows_with(subject, held, &columns)?)?;
    let step = held.m().div_ceil(ROWS).max(1);
    let rows = (0..held.m()).step_by(step).map(|j| (j, (along[j], up[j]))).collect();
    Ok(Some(Plane { x, y, says, rows }))
}

impl Plane {
    /// The rows of which `is_one` is true of their place.
    fn dots(&self, name: &str, is_one: impl Fn(usize) -> bool) -> Series {
        let rows = self.rows.iter().filter(|(row, _)| is_one(*row));
        Series::dots(&short(name), rows.map(|(_, at)| *at))
    }

    fn grid(&self, name: String, values: Vec<f64>, range: (f64, f64), colours: Colours) -> Grid {
        Grid { name, x: self.x, y: self.y, columns: SIDE, values, range, colours }
    }
}

/// How strong the colour is says how sure the network is of one of two classes.
fn of_two_classes(
    subject: &Subject<'_>,
    held: &Held<'_>,
    plane: &Plane,
    mut chart: Chart,
) -> (Chart, String) {
    let target = &subject.notes.target;
    for (class, label) in target.labels().iter().enumerate() {
        let of_class = |row: usize| usize::from(held.y[row] > 0.5) == class;
        chart = chart.with(plane.dots(label, of_class));
    }
    let values = plane.says.iter().map(|&a| f64::from(a)).collect();
    chart.grid = Some(plane.grid(says_of(target, 1), values, (0.0, 1.0), Colours::TwoSided));
    let reading = "The stronger the colour behind the rows, the surer the network is of the class of that colour.";
    (chart, reading.into())
}

/// A colour for each class, of many for those of the most rows.
fn of_classes(
    subject: &Subject<'_>,
    held: &Held<'_>,
    plane: &Plane,
    mut chart: Chart,
) -> (Chart, String) {
    let labels = subject.notes.target.labels();
    let class_of = |row: usize| truth(held.y.column(row).as_slice());
    let mut shown: Vec<usize> = (0..labels.len()).collect();
    if labels.len() > CLASSES + 1 {
        let mut counts = vec![0_usize; labels.len()];
        held.y.column_iter().for_each(|y| counts[truth(y.as_slice())] += 1);
        shown.sort_by_key(|&class| std::cmp::Reverse(counts[class]));
        shown.truncate(CLASSES);
        shown.sort_unstable();
    }
    let series_of =
        |class: usize| shown.iter().position(|&one| one == class).unwrap_or(shown.len());
    let others = (shown.len() < labels.len()).then(|| "all others".to_owned());
    let names = shown.iter().map(|&class| labels[class].clone()).chain(others);
    for (series, name) in names.enumerate() {
        chart = chart.with(plane.dots(&name, |row| series_of(class_of(row)) == series));
    }
    let said = plane.says.column_iter().map(|al| taken_for(al.as_slice()));
    let (series, values) = said.map(|(class, sure)| (series_of(class), sure)).unzip();
    let least = 1.0 / labels.len().max(2) as f64;
    chart.grid =
        Some(plane.grid("taken for".into(), values, (least, 1.0), Colours::OfSeries(series)));
    let reading = "The colour behind the rows is the class that a row there would be taken for, the stronger the \
                   surer; a row has the colour of its true class.";
    (chart, reading.into())
}

/// The stronger the colour, the larger what is predicted; rows have the colour of what is true.
fn of_numbers(
    subject: &Subject<'_>,
    held: &Held<'_>,
    plane: &Plane,
    mut chart: Chart,
) -> (Chart, String) {
    let target = &subject.notes.target;
    let values: Vec<f64> = plane.says.iter().map(|&a| target.number(a)).collect();
    let truths: Vec<f64> = plane.rows.iter().map(|row| target.number(held.y[row.0])).collect();
    let (low, high) = values
        .iter()
        .chain(&truths)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    chart = chart.with(plane.dots("rows", |_| true).coloured(truths));
    let name = format!("{}, predicted", short(target.column()));
    chart.grid = Some(plane.grid(name, values, (low, high), Colours::One));
    let reading = format!(
        "The colour behind the rows is what is predicted there, from {} (palest) to {} (strongest); a row has the colour \
         of what is true of it. One that stands out is an error.",
        plain(low),
        plain(high)
    );
    (chart, reading)
}

/// What is said at some places, from above.
fn table(subject: &Subject<'_>, plane: &Plane, a: &Feature, b: &Feature) -> Table {
    let target = &subject.notes.target;
    let place = |k: usize| (2 * k + 1) * SIDE / (2 * TABLE);
    let at = |(low, high): (f64, f64), k: usize| {
        plain(low + (high - low) * (place(k) as f64 + 0.5) / SIDE as f64)
    };
    let cell = |i: usize| {
        let al = plane.says.column(i);
        if target.task() == Task::Regression {
            return plain(target.number(al[0]));
        }
        let (class, sure) = taken_for(al.as_slice());
        let label = target.labels().get(class).map_or(String::new(), |label| short(label));
        format!("{label} ({})", share(sure))
    };
    let row = |up: usize| {
        let cells = (0..TABLE).map(|along| cell(place(up) * SIDE + place(along)));
        std::iter::once(at(plane.y, up)).chain(cells).collect()
    };
    let first = format!("{} ↓ {} →", short(&b.column), short(&a.column));
    let header = std::iter::once(first).chain((0..TABLE).map(|along| at(plane.x, along)));
    let caption = "What it says at some places".to_owned();
    Table { caption, header: header.collect(), rows: (0..TABLE).rev().map(row).collect() }
}
