//! The whole in a few numbers.

use layerwise_data::Task;
use layerwise_report::{Block, Table};
use serde_json::{Value, json};

use super::intervals::interval_of;
use super::{Held, Subject, brief, count, measure, numbers, share, text, truth};
use crate::error::CliError;
use crate::report::short;
use crate::scores::Scores;

/// Rows below which measures say little.
const FEW: usize = 30;

/// A measure on the rows judged by, with between what it may well lie.
pub(super) struct Judged {
    pub name: String,
    pub value: Option<f64>,
    pub interval: Option<(f64, f64)>,
}

/// The measures that the page speaks of, with intervals if there are rows to judge by.
pub(super) fn judged(subject: &Subject<'_>) -> Result<Vec<Judged>, CliError> {
    let scores = match &subject.held {
        Some(held) => Scores::of(&subject.notes.target, &held.al, held.y)?,
        None => subject.notes.scores.test.clone(),
    };
    let of = |(name, value): (String, Option<f64>)| {
        let interval = match &subject.held {
            Some(held) => interval_of(subject, held, &name)?,
            None => None,
        };
        Ok(Judged { name, value, interval })
    };
    scores.measures.into_iter().map(of).collect()
}

/// The same for machines.
pub(super) fn facts(judged: &[Judged]) -> Value {
    let fact = |judged: &Judged| {
        let Judged { name, value, interval } = judged;
        (name.clone(), json!({ "value": value, "interval": interval }))
    };
    Value::Object(judged.iter().map(fact).collect())
}

/// What the page says in a sentence.
pub(super) fn sentence(subject: &Subject<'_>, judged: &[Judged]) -> String {
    let target = &subject.notes.target;
    let of = |judged: &Judged| format!("{} {}", judged.name, shown(&judged.name, judged.value));
    let measures: Vec<String> = judged.iter().map(of).collect();
    let words = subject.held.as_ref().map_or("rows held out for testing", |held| &held.words);
    let task = match target.task() {
        Task::Regression => "a number",
        task => task.words(),
    };
    let column = short(target.column());
    format!("A network that predicts {column} ({task}): {} on {words}.", measures.join(", "))
}

/// A measure as it is said: one in units of the target in a few digits.
pub(super) fn shown(name: &str, value: Option<f64>) -> String {
    match (name, value) {
        ("RMSE" | "MAE", Some(value)) => brief(value),
        _ => measure(name, value),
    }
}

/// What is said first, with how good, where and why `at a glance`, if there is something to judge by.
pub(super) fn blocks(
    subject: &Subject<'_>,
    judged: &[Judged],
    glance: Option<Block>,
) -> Vec<Block> {
    let mut blocks = vec![];
    let mut warnings = subject.held.as_ref().map_or(vec![], |held| verdict(subject, held, judged));
    warnings.extend_from_slice(subject.warnings);
    if !warnings.is_empty() {
        blocks.push(Block::Warnings(warnings));
    }
    blocks.extend(glance);
    blocks.push(text(match &subject.held {
        Some(held) => format!(
            "Measured on {}. Of endlessly many such rows the measure would most likely lie in the interval (95 %, \
             bootstrap); another test of as few rows may come out somewhat beyond it.",
            held.words
        ),
        None => "Measured on the rows that were held out in training. With data beside the model, `layerwise report \
                 MODEL DATA`, this page also says where it fails and why."
            .into(),
    }));
    let of = |judged: &Judged| {
        let Judged { name, value, interval } = judged;
        let end = |value: f64| shown(name, Some(value));
        let interval = interval.map(|(low, high)| format!("{} to {}", end(low), end(high)));
        let guess = subject.held.as_ref().map(|held| guessing(subject, held, name));
        let notes = interval.into_iter().chain(guess).filter(|note| !note.is_empty());
        [name.clone(), shown(name, *value), notes.collect::<Vec<_>>().join("; ")]
    };
    blocks.push(Block::Measures(judged.iter().map(of).collect()));
    blocks.push(text(measures_in_words(subject)));
    blocks.push(parts(subject));
    blocks
}

/// What the measures are.
fn measures_in_words(subject: &Subject<'_>) -> String {
    let target = &subject.notes.target;
    let label = |class: usize| target.labels().get(class).map_or(String::new(), |l| short(l));
    match target.task() {
        Task::Binary => format!(
            "Accuracy is the share of rows that are taken for the right class. AUC, the area under the ROC curve, is how \
             often a row of {} gets a higher probability of {} than a row of {}.",
            label(1),
            label(1),
            label(0)
        ),
        Task::Classes => "Accuracy is the share of rows that are taken for the right class. AUC, the area under the ROC \
                          curve, is how often a row of a class gets a higher probability of it than a row of another."
            .into(),
        Task::Regression => format!(
            "R² is how much smaller the squared errors are than those of always saying the mean: 1 is perfect, 0 no \
             better. RMSE is the root of the mean squared error, for which large errors count more; MAE is the mean \
             size of the errors, whatever their sign. Both are in units of {}.",
            short(target.column())
        ),
    }
}

/// The measures of all parts, as they were after training: what was learned by heart shows here.
fn parts(subject: &Subject<'_>) -> Block {
    let scores = &subject.notes.scores;
    let parts = [&scores.train, &scores.validation, &scores.test];
    let row = |(k, (name, _)): (usize, &(String, Option<f64>))| {
        let of = |part: &Scores| shown(name, part.measures.get(k).and_then(|(_, value)| *value));
        let [train, validation, test] = parts.map(of);
        [name.clone(), train, validation, test]
    };
    let rows = scores.test.measures.iter().enumerate().map(row);
    let header = ["", "training", "validation", "test"];
    let caption = "Scores on the three parts of the rows; trust those of the test rows";
    Block::Table(Table::new(caption, header, rows))
}

/// What must be known before the measures are believed.
fn verdict(subject: &Subject<'_>, held: &Held<'_>, judged: &[Judged]) -> Vec<String> {
    let mut warnings = vec![];
    if held.m() < FEW {
        let rows = count(held.m(), "row");
        warnings.push(format!("it is judged by {rows} only: the measures say little"));
    }
    let of = |name: &str| judged.iter().find(|judged| judged.name == name);
    let value = |name: &str| of(name).and_then(|judged| judged.value);
    // What a model without any knowledge reaches.
    let (name, worth) = match subject.notes.target.task() {
        Task::Regression => ("R²", 0.0),
        _ => ("AUC", 0.5),
    };
    let useless = value(name).is_some_and(|value| value <= worth);
    let low = of(name).and_then(|judged| judged.interval).map(|(low, _)| low);
    let guess = match subject.notes.target.task() {
        Task::Regression => "always saying the mean",
        _ => "guessing",
    };
    if useless {
        warnings.push(format!(
            "it is no better than {guess}: what this page says of reasons is noise, and it is not worth being used"
        ));
    } else if low.is_some_and(|low| low <= worth) {
        warnings.push(format!("it may well be no better than {guess}: the interval says so"));
    }
    if subject.notes.target.task() != Task::Regression
        && let Some(accuracy) = value("accuracy")
        && accuracy <= most_frequent(held, subject.notes.target.labels().len()).1
    {
        warnings.push(
            "its answers are right no more often than always saying the most frequent class: look at each class, and at \
             other thresholds"
                .into(),
        );
    }
    warnings
}

/// The class that most rows are of, and their share.
pub(super) fn most_frequent(held: &Held<'_>, classes: usize) -> (usize, f64) {
    let mut counts = vec![0_usize; classes.max(2)];
    held.y.column_iter().for_each(|y| counts[truth(y.as_slice())] += 1);
    let (class, n) = counts.iter().enumerate().max_by_key(|(_, n)| **n).unwrap_or((0, &0));
    (class, *n as f64 / held.m().max(1) as f64)
}

/// What a measure would be without a network.
fn guessing(subject: &Subject<'_>, held: &Held<'_>, name: &str) -> String {
    match name {
        "accuracy" => {
            let (class, most) = most_frequent(held, subject.notes.target.labels().len());
            let label = subject.notes.target.labels().get(class).map_or("", String::as_str);
            format!("always {}: {}", short(label), share(most))
        }
        "AUC" if subject.notes.target.task() == Task::Classes => {
            "mean over classes, each against the rest; guessing: 0.5".into()
        }
        "AUC" => "guessing: 0.5".into(),
        "R²" => "always the mean: 0".into(),
        "RMSE" => {
            let mean = held.y.mean();
            let square = held.y.iter().map(|y| f64::from(y - mean).powi(2)).sum::<f64>();
            let rmse = (square / held.m().max(1) as f64).sqrt() * subject.notes.target.deviation();
            format!("always the mean: {}", brief(rmse))
        }
        "MAE" => format!("always the mean: {}", brief(numbers::off_without(subject, held))),
        _ => String::new(),
    }
}
