//! What is predicted from what.

use layerwise_data::Encoding;
use layerwise_report::{Block, Table};

use super::{Subject, count, plain, text};
use crate::report::short;

/// Rows of a table, at most.
const MOST: usize = 200;

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let notes = subject.notes;
    let (target, data, recipe) = (&notes.target, &notes.data, &notes.recipe);
    let scores = &notes.scores;
    let [train, validation, test] =
        [&scores.train, &scores.validation, &scores.test].map(|part| part.examples);
    let mut facts = vec![
        ("predicts".to_owned(), format!("{}: {}", target.column(), target.task().words())),
        (
            "rows".to_owned(),
            format!(
                "{}: {} for training, {validation} for validation (when to stop), {test} held out for testing",
                data.rows,
                data.rows.saturating_sub(validation + test)
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
        let labels: Vec<&str> = target.labels().iter().take(30).map(String::as_str).collect();
        let more = if target.labels().len() > 30 { ", …" } else { "" };
        facts.push(("classes".into(), format!("{}{more}", labels.join(", "))));
    }
    if let Some(format) = data.images {
        facts.push(("images".into(), format!("each brought to {format}")));
    } else if let Some(format) = data.pixels {
        facts.push(("images".into(), format!("{format}, as they were")));
    }
    if !subject.missing.is_empty() {
        let total: usize = subject.missing.iter().map(|(_, n)| n).sum();
        let columns = subject.missing.iter().take(20).map(|(name, n)| format!("{name} {n}"));
        let more = if subject.missing.len() > 20 { ", …" } else { "" };
        let columns = columns.collect::<Vec<_>>().join(", ");
        facts.push(("missing values".into(), format!("{total}: {columns}{more}")));
    }
    let mut blocks = vec![Block::Facts(facts)];
    if !data.left_out.is_empty() {
        let row = |(name, why): &(String, String)| [short(name), why.clone()];
        let rows = data.left_out.iter().take(MOST).map(row);
        blocks.push(Block::Table(Table::new(
            "Columns that are not learned from",
            ["column", "why"],
            rows,
        )));
    }
    let encoded = recipe.features().iter().take(MOST).map(|feature| {
        let words = feature.encoding.words();
        [
            short(&feature.column),
            words.split("; missing").next().unwrap_or_default().to_owned(),
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
        "All of this was learned from the training rows alone: nothing of the test rows went into it.",
    ));
    blocks.push(Block::Table(Table::new(caption, header, encoded)));
    blocks
}

/// What a missing value is taken for.
fn missing(encoding: &Encoding) -> String {
    match encoding {
        Encoding::Number { fill, indicator, .. } => {
            let told = if *indicator { ", and a feature tells" } else { "" };
            format!("{}{told}", plain(*fill))
        }
        Encoding::OneHot { missing: true, .. } => "a level of its own".into(),
        Encoding::OneHot { .. } => "none of the levels".into(),
        Encoding::Codes { .. } => "the level of what is unknown".into(),
        Encoding::Date { indicator: true, .. } => "the mean, and a feature tells".into(),
        Encoding::Date { .. } => "the mean".into(),
    }
}
