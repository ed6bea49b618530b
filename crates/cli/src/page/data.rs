//! What is predicted from what.

use layerwise_data::{Encoding, Scaling, Task};
use layerwise_report::{Bar, Bars, Block, Chart, Figure, Plot, Series, Table};

use super::{Subject, count, percent, plain, text};
use crate::distribution::Distribution;
use crate::report::{printable, short};

/// Rows of a table, at most, and of one that is shown unasked.
const MOST: usize = 200;
const UNASKED: usize = 40;
/// Part of an equal share below which a class is said to be rare.
const RARE: f64 = 0.5;
/// Classes whose shares are drawn.
const CLASSES: usize = 20;

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let notes = subject.notes;
    let (target, data, recipe) = (&notes.target, &notes.data, &notes.recipe);
    let scores = &notes.scores;
    let [train, validation, test] =
        [&scores.train, &scores.validation, &scores.test].map(|part| part.examples);
    let mut facts = vec![
        ("predicts".to_owned(), format!("{}: {}", short(target.column()), target.task().words())),
        (
            "rows".to_owned(),
            format!(
                "{}: {} for training, {validation} for validation (when to stop), {test} held out for testing; parted at \
                 random by the seed{}",
                data.rows,
                data.rows.saturating_sub(validation + test),
                match target.task() {
                    Task::Regression => "",
                    _ => ", each class in the same proportion",
                }
            ),
        ),
        (
            "features".to_owned(),
            format!(
                "{} made of {}",
                count(recipe.n_rows(), "number"),
                count(recipe.features().len(), "column")
            ),
        ),
    ];
    if train < data.rows.saturating_sub(validation + test) {
        facts.push((
            "measured".into(),
            format!("a sample of {train} rows stands for those learned from"),
        ));
    }
    if !target.labels().is_empty() {
        let labels: Vec<String> =
            target.labels().iter().take(30).map(|label| short(label)).collect();
        let more = if target.labels().len() > 30 { ", …" } else { "" };
        facts.push(("classes".into(), format!("{}{more}", labels.join(", "))));
    }
    if let Some(format) = data.images {
        facts.push(("images".into(), format!("each brought to {format}")));
    } else if let Some(format) = data.pixels {
        facts.push(("images".into(), format!("{format}, as they were")));
    }
    facts.extend(subject.source.clone().map(|source| ("source".into(), source)));
    if let Some(missing) = subject.missing {
        let total: usize = missing.iter().map(|(_, n)| n).sum();
        let columns = missing.iter().take(20).map(|(name, n)| format!("{} {n}", short(name)));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 20 { ", …" } else { "" };
        let words = if total == 0 { "none".into() } else { format!("{total}: {columns}{more}") };
        facts.push(("missing values".into(), words));
    }
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(distribution(subject));
    if !data.left_out.is_empty() {
        let row = |(name, why): &(String, String)| [printable(name), why.clone()];
        let rows = data.left_out.iter().take(MOST).map(row);
        let caption = match data.left_out.len() {
            n if n > MOST => format!("The first {MOST} of {n} columns that are not learned from"),
            n => format!("{} that {} not learned from", count(n, "column"), are(n)),
        };
        blocks.push(folded(Table::new(caption, ["column", "why"], rows)));
    }
    let encoded = recipe.features().iter().take(MOST).map(|feature| {
        let words = feature.encoding.words();
        [
            printable(&feature.column),
            words
                .split("; missing")
                .next()
                .unwrap_or_default()
                .replace(", a row each", ", a feature each"),
            missing(&feature.encoding),
            feature.encoding.n_rows().to_string(),
        ]
    });
    let header = ["column", "becomes", "a missing value becomes", "features"];
    let caption = if recipe.features().len() > MOST {
        format!("What becomes of the first {MOST} of {} columns", recipe.features().len())
    } else {
        "What becomes of each column".into()
    };
    blocks.push(text(
        "What becomes of the columns was learned from the training rows alone: nothing of the test rows went into it.",
    ));
    blocks.push(folded(Table::new(caption, header, encoded)));
    let encodings: Vec<&Encoding> = recipe.features().iter().map(|f| &f.encoding).collect();
    let words = in_words(&encodings);
    if !words.is_empty() {
        blocks.push(text(words));
    }
    blocks
}

/// What is meant by the words for these encodings.
fn in_words(encodings: &[&Encoding]) -> String {
    let scaled = |scaling: fn(&Scaling) -> bool| move |encoding: &Encoding| matches!(encoding, Encoding::Number { scaling: of, .. } if scaling(of));
    let any = |is: &dyn Fn(&Encoding) -> bool| encodings.iter().any(|encoding| is(encoding));
    let words = [
        (
            any(&scaled(|of| matches!(of, Scaling::Standard { .. }))),
            "Standardized: less its mean and divided by its standard deviation.",
        ),
        (
            any(&scaled(|of| matches!(of, Scaling::Quantile { .. }))),
            "By rank: where a number stands among those of the training rows, as a normal distribution would have it.",
        ),
        (
            any(&scaled(|of| matches!(of, Scaling::Bins { .. }))),
            "In bins: a feature for each part of the column's range says how far a number goes through that part.",
        ),
        (
            any(&|encoding| matches!(encoding, Encoding::OneHot { .. })),
            "A feature each: it is 1 for the level that a row has, and 0 for all others.",
        ),
        (
            any(&|encoding| matches!(encoding, Encoding::Codes { .. })),
            "Embedded: each level has some numbers of its own, which are learned with the network.",
        ),
    ];
    let words = words.into_iter().filter_map(|(is, words)| is.then_some(words));
    words.collect::<Vec<_>>().join(" ")
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// A table, to be asked for where it is long.
fn folded(table: Table) -> Block {
    match table.rows.len() {
        n if n > UNASKED => Block::Folded(table.caption.clone(), table),
        _ => Block::Table(table),
    }
}

/// How the target is spread over the parts.
fn distribution(subject: &Subject<'_>) -> Option<Block> {
    let Distribution { edges, rows } = subject.notes.data.distribution.as_ref()?;
    let total: usize = rows.iter().flatten().sum();
    if total == 0 {
        return None;
    }
    let header = |first| [first, "training", "validation", "test", "all", "share"];
    let row = |name: String, counts: &[usize; 3]| {
        let all: usize = counts.iter().sum();
        let [a, b, c] = counts.map(|n| n.to_string());
        [name, a, b, c, all.to_string(), percent(all as f64 / total as f64)]
    };
    let some = match subject.notes.data.rows {
        n if n > total => format!(" These are {total} of the {n} rows, drawn at random."),
        _ => String::new(),
    };
    let column = short(subject.notes.target.column());
    let of = |n: &[usize; 3]| n.iter().sum::<usize>() as f64;
    if edges.len() > 1 {
        let counts: Vec<f64> = rows.iter().map(of).collect();
        let chart = Chart::new(&column, "rows").with(Series::histogram("rows", edges, &counts));
        let mut figure = Figure::new(format!("How {column} is spread"), Plot::Chart(chart))
            .in_full(format!("How {} is spread", subject.notes.target.column()))
            .read(format!("What is rare here is learned from few examples.{some}"));
        let named = edges.windows(2).zip(rows);
        let named =
            named.map(|(ends, n)| row(format!("{} to {}", plain(ends[0]), plain(ends[1])), n));
        figure.table = Table::new("Rows of each part", header("from … to"), named);
        return Some(figure.into());
    }
    let labels = subject.notes.target.labels();
    let mut order: Vec<usize> = (0..rows.len().min(labels.len())).collect();
    if order.len() > CLASSES {
        order.sort_by_key(|&class| std::cmp::Reverse(rows[class].iter().sum::<usize>()));
    }
    let bar = |&class: &usize| {
        let [train, validation, test] = rows[class];
        let parts = format!("{train} training, {validation} validation, {test} test");
        Bar::new(printable(&labels[class]), of(&rows[class]) / total as f64).note(parts)
    };
    let title = match order.len() {
        n if n > CLASSES => format!("The shares of the {CLASSES} most frequent classes, of {n}"),
        _ => "The share of each class".into(),
    };
    let bars = Bars::new("share of the rows", order.iter().take(CLASSES).map(bar));
    let equal = total as f64 / labels.len().max(1) as f64;
    let least = rows.iter().map(of).fold(f64::INFINITY, f64::min);
    let rarity = match least < RARE * equal {
        true => {
            "A rare class is learned from few examples, and easily overlooked by measures of all rows."
        }
        false => "No class is much rarer than the others.",
    };
    let mut figure = Figure::new(title, Plot::Bars(bars)).read(format!("{rarity}{some}"));
    let named = order.iter().take(MOST).map(|&class| row(printable(&labels[class]), &rows[class]));
    figure.table = Table::new("Rows of each part", header("class"), named);
    Some(figure.into())
}

/// What a missing value is taken for.
fn missing(encoding: &Encoding) -> String {
    match encoding {
        Encoding::Number { fill, indicator, .. } => {
            let told = if *indicator { ", and a feature tells" } else { "" };
            format!("{}{told}", plain(*fill))
        }
        Encoding::OneHot { missing: true, .. } => "a level of its own".into(),
        Encoding::OneHot { .. } => "0 for all levels".into(),
        Encoding::Codes { .. } => "the level of what is unknown".into(),
        Encoding::Date { indicator: true, .. } => "the mean, and a feature tells".into(),
        Encoding::Date { .. } => "the mean".into(),
    }
}
