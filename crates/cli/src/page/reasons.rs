//! What a network relies on.

use layerwise_data::{DMatrix, Encoding, Feature, Table, Target, Task};
use layerwise_model::{Examples, ModelError, Shuffles, log_loss, partial_dependence};
use layerwise_report::{Bar, Bars, Block, Chart, Figure, Grid, Plot, Series};

use super::{Held, Subject, figure, pixels, plain, text};
use crate::error::CliError;
use crate::explain::{Measure, groups, measure_of, rows_of};
use crate::report::short;

/// The measure that pixels are ranked by.
const LOG_LOSS: &str = "minus log loss";
/// Shuffles of a column.
const REPEATS: usize = 5;
/// Cells that are shuffled in all, which bounds the time.
const CELLS: usize = 250_000;
/// Columns that are shown, and of which the network is asked what it would say.
const SHOWN: usize = 15;
const FOLLOWED: usize = 5;
/// Values of a column that are asked about, and rows that are asked with each.
const VALUES: usize = 20;
const ROWS: usize = 400;
/// Points of a side where all of two columns are asked about.
const SIDE: usize = 60;

/// Columns by what they are worth, the most first: their place among the features, mean and deviation.
pub(super) struct Ranking {
    measure: &'static str,
    whole: f64,
    rows: usize,
    worth: Vec<(usize, f64, f64)>,
}

impl Ranking {
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
) -> Result<Vec<Block>, CliError> {
    let features = subject.notes.recipe.features();
    if ranking.measure.is_empty() {
        return Ok(vec![text(
            "All of these rows have the same truth: what counts cannot be told from them.",
        )]);
    }
    let name = ranking.measure;
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
    let bars = ranking.worth.iter().take(SHOWN).map(bar).collect();
    let title = match features.len() {
        n if n > SHOWN => format!("What the {SHOWN} columns that count most are worth, of {n}"),
        _ => "What each column is worth".into(),
    };
    let value = format!("{name} falls by");
    let figure = Figure::new(title, Plot::Bars(Bars { value, bars }));
    blocks.push(figure.read("The line is the deviation from shuffle to shuffle.").into());
    if let ([a, b], true) = (features, subject.network.n_out() == 1) {
        blocks.extend(regions(subject, held, a, b)?);
    }
    blocks.push(text(
        "What the network says in the mean if up to 400 of the test rows had this value of a column, and everything else stayed as it is \
         (partial dependence), of the columns that count most. Where columns go together, that asks about rows that \
         are none.",
    ));
    for &(place, ..) in ranking.worth.iter().take(FOLLOWED) {
        blocks.extend(dependence(subject, held, place)?);
        if let Feature { column, encoding: Encoding::Date { .. } } = &features[place] {
            blocks.push(text(format!("{} is a date, which is not followed.", short(column))));
        }
    }
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
    let grid = Grid { name, x, y, columns: width, values, two_sided: false };
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
fn rows_with(
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
            Some(counts.into_iter().take(12).map(|(level, _)| level.clone()).collect())
        }
        Encoding::Date { .. } => None,
    }
}

/// What the network says in the mean as a column moves.
fn dependence(
    subject: &Subject<'_>,
    held: &Held<'_>,
    place: usize,
) -> Result<Option<Block>, CliError> {
    let notes = subject.notes;
    let feature = &notes.recipe.features()[place];
    let Some(values) = values_of(held, feature).filter(|values| values.len() > 1) else {
        return Ok(None);
    };
    let group = groups(&notes.recipe)[place].clone();
    let encoded = rows_with(subject, held, &[(&feature.column, values.clone())])?;
    let encoded = encoded.rows(group.start, group.len()).into_owned();
    let step = held.m().div_ceil(ROWS);
    let rows: Vec<usize> = (0..held.m()).step_by(step).collect();
    let x = held.x.select_columns(&rows);
    let means = partial_dependence(subject.network, &x, group, &encoded)?;
    let (column, target) = (&feature.column, &notes.target);
    // Of many classes those that it moves most.
    let mut outputs: Vec<usize> = (0..means.nrows()).collect();
    let moved = |k: &usize| means.row(*k).max() - means.row(*k).min();
    outputs.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
    outputs.truncate(4);
    let number = |a: f32| match target.task() {
        Task::Regression => target.number(a),
        _ => f64::from(a),
    };
    let says = |k: usize| match target.task() {
        Task::Regression => target.column().to_owned(),
        Task::Binary => says_of(target, 1),
        Task::Classes => target.labels().get(k).cloned().unwrap_or_default(),
    };
    let title = format!("As {column} moves");
    if matches!(feature.encoding, Encoding::Number { .. }) {
        let y = if target.task() == Task::Classes { "probability".to_owned() } else { says(0) };
        let mut chart = Chart::new(column, y);
        for k in outputs {
            let row = means.row(k);
            let points = values.iter().zip(row.iter());
            let points =
                points.filter_map(|(value, &mean)| Some((value.parse().ok()?, number(mean))));
            chart = chart.with(Series::line(&says(k), points.collect::<Vec<_>>()));
        }
        return Ok(Some(Figure::new(title, Plot::Chart(chart)).into()));
    }
    let k = outputs.first().copied().unwrap_or(0);
    let row = means.row(k);
    let bars = values.iter().zip(row.iter());
    let bars = bars.map(|(value, &mean)| Bar::new(value, number(mean))).collect();
    Ok(Some(Figure::new(title, Plot::Bars(Bars { value: says(k), bars })).into()))
}

/// What an output is of a class.
fn says_of(target: &Target, class: usize) -> String {
    format!("probability of {}", target.labels().get(class).map_or("1", String::as_str))
}

/// What the network says all over the plane of two columns, with the rows.
fn regions(
    subject: &Subject<'_>,
    held: &Held<'_>,
    a: &Feature,
    b: &Feature,
) -> Result<Option<Block>, CliError> {
    let target = &subject.notes.target;
    let numbers = |feature: &Feature| -> Option<Vec<f64>> {
        let is_number = matches!(feature.encoding, Encoding::Number { .. });
        let cells = held.table.column(&feature.column).ok().filter(|_| is_number)?;
        Some(cells.map(|cell| cell.trim().parse().unwrap_or(f64::NAN)).collect())
    };
    let (Some(along), Some(up)) = (numbers(a), numbers(b)) else { return Ok(None) };
    if target.task() != Task::Binary {
        return Ok(None);
    }
    let range = |values: &[f64]| {
        let values = values.iter().filter(|value| value.is_finite());
        values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    };
    let (x, y) = (range(&along), range(&up));
    if x.1.partial_cmp(&x.0) != Some(std::cmp::Ordering::Greater) || y.0 >= y.1 {
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
    let values = says.iter().map(|&a| f64::from(a)).collect();
    let mut chart = Chart::new(&a.column, &b.column).over(x, y);
    for class in 0..2 {
        let of = |j: &usize| usize::from(held.y[*j] > 0.5) == class;
        let points = (0..held.m()).filter(of).map(|j| (along[j], up[j])).collect::<Vec<_>>();
        chart =
            chart.with(Series::dots(target.labels().get(class).map_or("", String::as_str), points));
    }
    let name = says_of(target, 1);
    chart.grid = Some(Grid { name, x, y, columns: SIDE, values, two_sided: true });
    Ok(Some(
        Figure::new("What it says where", Plot::Chart(chart))
            .read("The stronger the colour behind the rows, the surer the network is of the class of that colour.")
            .into(),
    ))
}
