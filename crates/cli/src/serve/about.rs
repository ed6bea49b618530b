//! What `/model` tells of a model.

use std::io;

use layerwise_data::{Encoding, Scaling, Task};
use serde_json::{Map, Value, json};

use crate::bundle::Notes;
use crate::scores::Scores;

/// All of it as JSON.
pub fn json(notes: &Notes, file: &str, digest: &str) -> io::Result<String> {
    let target = &notes.target;
    let task = match target.task() {
        Task::Binary => "binary",
        Task::Classes => "classes",
        Task::Regression => "regression",
    };
    let columns: Vec<Value> = notes
        .recipe
        .features()
        .iter()
        .map(|feature| column(&feature.column, &feature.encoding))
        .collect();
    let metrics = json!({
        "train": measures(&notes.scores.train),
        "validation": measures(&notes.scores.validation),
        "test": measures(&notes.scores.test),
    });
    let about = json!({
        "task": task,
        "target": target.column(),
        "classes": target.labels(),
        "columns": columns,
        "metrics": metrics,
        "trained_on_rows": notes.data.rows,
        "file": file,
        "sha256": digest,
        "version": env!("CARGO_PKG_VERSION"),
    });
    let mut text = serde_json::to_string_pretty(&about)?;
    text.push('\n');
    Ok(text)
}

fn column(name: &str, encoding: &Encoding) -> Value {
    match encoding {
        Encoding::Number { fill, scaling, .. } => {
            let (word, [least, most]) = range(scaling);
            json!({ "name": name, "kind": "number", word: [least, most], "median": fill })
        }
        Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => {
            json!({ "name": name, "kind": "category", "levels": levels })
        }
        Encoding::Date { format, .. } => json!({ "name": name, "kind": "date", "format": format }),
    }
}

/// The least and the largest number learned from, `range`; or where the recipe does not keep them between which
/// most are, `usual`: two standard deviations around the mean.
pub fn range(scaling: &Scaling) -> (&'static str, [f64; 2]) {
    match scaling {
        Scaling::Standard { mean, deviation } => {
            ("usual", [mean - 2.0 * deviation, mean + 2.0 * deviation].map(short))
        }
        Scaling::MinMax { least, most } => ("range", [*least, *most]),
        Scaling::Quantile { values } | Scaling::Bins { edges: values, .. } => {
            let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
            ("range", [end(values.first()), end(values.last())])
        }
    }
}

/// Three digits of a number: the others would promise too much.
fn short(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

fn measures(scores: &Scores) -> Value {
    let named = scores.measures.iter().map(|(name, value)| (name.clone(), json!(value)));
    let mut all: Map<String, Value> = named.collect();
    all.insert("cost".into(), json!(scores.cost));
    all.insert("rows".into(), json!(scores.examples));
    Value::Object(all)
}
