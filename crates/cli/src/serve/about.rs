//! What `/model` tells of a model.

use std::io;

use layerwise_data::{Encoding, Scaling, Task};
use serde_json::{Map, Value, json};

use super::list::List;
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
    let mut about = json!({
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
    if let Some(List { length, image, least, most, .. }) = List::of(notes) {
        // A row may be a list of so many numbers.
        about["list"] = json!({ "length": length, "image": image, "range": [least, most] });
    }
    let mut text = serde_json::to_string_pretty(&about)?;
    text.push('\n');
    Ok(text)
}

fn column(name: &str, encoding: &Encoding) -> Value {
    match encoding {
        Encoding::Number { fill, scaling, range: known, .. } => {
            let (word, [least, most]) = range(scaling, *known);
            json!({ "name": name, "kind": "number", word: [least, most], "median": fill })
        }
        Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => {
            json!({ "name": name, "kind": "category", "levels": levels })
        }
        Encoding::Date { format, range, .. } => {
            let mut about = json!({ "name": name, "kind": "date", "format": format });
            if let Some(range) = range {
                about["range"] = json!(range);
            }
            about
        }
    }
}

/// The least and the largest number learned from, `range`; or where a recipe of old does not keep them between
/// which most are, `usual`: two standard deviations around the mean.
pub fn range(scaling: &Scaling, known: Option<(f64, f64)>) -> (&'static str, [f64; 2]) {
    if let Some((least, most)) = known {
        return ("range", [least, most]);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_of_old_tells_where_most_numbers_are() {
        let scaling = Scaling::Standard { mean: 10.0, deviation: 2.0 };
        let mut encoding =
            Encoding::Number { fill: 9.0, indicator: false, scaling, range: Some((1.5, 30.0)) };
        assert_eq!(column("a", &encoding)["range"], json!([1.5, 30.0]));
        if let Encoding::Number { range, .. } = &mut encoding {
            *range = None;
        }
        assert_eq!(column("a", &encoding)["usual"], json!([6.0, 14.0]));
    }
}
