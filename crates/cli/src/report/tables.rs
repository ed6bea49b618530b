//! Tables.

use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, Table, TableStyle};
use layerwise_data::Recipe;
use layerwise_model::Network;
use layerwise_model::core::parameters;

use super::{figure, measure, short};
use crate::bundle::PartScores;
use crate::scores::Scores;

/// A line under the header, and nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

pub(super) fn plain_table<const N: usize>(header: [&str; N], right_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    for column in table.column_iter_mut().skip(right_from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A row a layer: its kind, the shapes of W and b, its parameters; and the total.
pub fn layer_table(network: &Network<f32>) -> String {
    let mut table = plain_table(["layer", "kind", "W", "b", "parameters"], 2);
    for (index, layer) in network.layers().iter().enumerate() {
        let shape = |index| {
            layer.parameter(index).map_or_else(String::new, |parameter| {
                let (nrows, ncols) = parameter.shape();
                format!("({nrows}, {ncols})")
            })
        };
        let n: usize = parameters(layer.as_ref()).map(|parameter| parameter.as_slice().len()).sum();
        table.add_row([(index + 1).to_string(), layer.kind(), shape(0), shape(1), n.to_string()]);
    }
    let total = network.n_parameters().to_string();
    table.add_row(["", "total", "", "", total.as_str()]);
    table.trim_fmt()
}

/// What is to be known of measures on the part to learn from, if it was larger than what they are of.
pub fn sample_line(scores: &PartScores, rows: usize) -> Option<String> {
    let PartScores { train, validation, test } = scores;
    let learned = rows.checked_sub(validation.examples + test.examples)?;
    (train.examples < learned).then(|| {
        format!(
            "train: measured on {} of the {learned} rows learned from, a sample",
            train.examples
        )
    })
}

/// A row a measure, a column a part.
pub fn score_table(scores: &PartScores) -> String {
    let parts = [&scores.train, &scores.validation, &scores.test];
    let mut table = plain_table(["", "train", "validation", "test"], 1);
    let mut add = |name: &str, values: [String; 3]| {
        let [train, validation, test] = values;
        table.add_row([name.to_owned(), train, validation, test]);
    };
    for (index, (name, _)) in scores.test.measures.iter().enumerate() {
        let of = |part: &Scores| part.measures.get(index).and_then(|(_, value)| *value);
        add(name, parts.map(|part| measure(name, of(part))));
    }
    add("cost", parts.map(|part| format!("{:.4}", part.cost)));
    add("examples", parts.map(|part| part.examples.to_string()));
    table.trim_fmt()
}

/// A row a fold, then mean and standard deviation.
pub fn fold_table(folds: &[Scores]) -> String {
    let Some(first) = folds.first() else { return String::new() };
    let names: Vec<&str> = first.measures.iter().map(|(name, _)| name.as_str()).collect();
    let mut table = plain_table([""], 1);
    let header = std::iter::once("fold").chain(names.iter().copied()).chain(["cost", "examples"]);
    table.set_header(header.map(str::to_owned));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (index, fold) in folds.iter().enumerate() {
        let measures = fold.measures.iter().map(|(name, value)| measure(name, *value));
        let rest = [format!("{:.4}", fold.cost), fold.examples.to_string()];
        table.add_row(std::iter::once((index + 1).to_string()).chain(measures).chain(rest));
    }
    let spread = |values: Vec<f64>| {
        let n = values.len() as f64;
        let mean = values.iter().map(|value| value / n).sum::<f64>();
        // In units of the largest: squares of very small or very large numbers are none.
        let unit = values.iter().fold(f64::MIN_POSITIVE, |unit, value| unit.max(value.abs()));
        let square = |value: &f64| ((value - mean) / unit).powi(2) / n;
        (mean, unit * values.iter().map(square).sum::<f64>().sqrt())
    };
    let of = |index: usize| -> Vec<f64> {
        folds.iter().filter_map(|fold| fold.measures.get(index)?.1).collect()
    };
    let spreads = (0..names.len()).map(|index| spread(of(index)));
    let spreads: Vec<(f64, f64)> =
        spreads.chain([spread(folds.iter().map(|fold| fold.cost).collect())]).collect();
    let shown = |value: f64| if value.is_nan() { "n/a".into() } else { figure(value) };
    let means = spreads.iter().map(|&(mean, _)| shown(mean));
    table.add_row(std::iter::once("mean".to_owned()).chain(means));
    let deviations = spreads.iter().map(|&(_, deviation)| shown(deviation));
    table.add_row(std::iter::once("deviation".to_owned()).chain(deviations));
    table.trim_fmt()
}

/// A row a column of the data: what it is worth, with a bar.
pub fn importance_table(columns: &[(&str, f64, f64)]) -> String {
    const WIDTH: f64 = 24.0;
    let most = columns.iter().map(|(_, mean, _)| *mean).fold(f64::MIN_POSITIVE, f64::max);
    let mut table = plain_table(["column", "falls by", "±", ""], 1);
    for (column, mean, deviation) in columns {
        let bar = "█".repeat((mean / most * WIDTH).round().clamp(0.0, WIDTH) as usize);
        table.add_row([short(column), format!("{mean:.4}"), format!("{deviation:.4}"), bar]);
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table.trim_fmt()
}

/// A row a column of the data: what becomes of it.
pub fn recipe_table(recipe: &Recipe) -> String {
    const MOST: usize = 200;
    let mut table = plain_table(["column", "becomes", "features"], 2);
    for feature in recipe.features().iter().take(MOST) {
        let rows = feature.encoding.n_rows().to_string();
        table.add_row([short(&feature.column), feature.encoding.words(), rows]);
    }
    let more = recipe.features().len().saturating_sub(MOST);
    if more > 0 {
        table.add_row([format!("and {more} more"), String::new(), String::new()]);
    }
    table.add_row(["total".to_owned(), String::new(), recipe.n_rows().to_string()]);
    table.trim_fmt()
}

/// Rows by their true class, columns by the class predicted.
pub fn confusion_table(labels: &[String], counts: &[Vec<usize>]) -> String {
    const MOST: usize = 20;
    if labels.len() > MOST {
        return format!("({} classes: too many for a table of them)", labels.len());
    }
    let labels: Vec<String> = labels.iter().map(|label| short(label)).collect();
    let mut table = plain_table([""], 1);
    let narrow = labels.len() > 3;
    let predicted = |label: &String| match narrow {
        true => format!("→ {label}"),
        false => format!("predicted {label}"),
    };
    table.set_header(std::iter::once(String::new()).chain(labels.iter().map(predicted)));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (label, counts) in labels.iter().zip(counts) {
        let counts = counts.iter().map(usize::to_string);
        table.add_row(std::iter::once(format!("truly {label}")).chain(counts));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_model::activations::{Relu, Sigmoid};

    #[test]
    fn layers_with_shapes_and_counts() {
        let network =
            Network::<f32>::builder(30).dense(16, Relu).dense(1, Sigmoid).build().unwrap();
        let text = layer_table(&network);
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[2], ["1", "dense", "relu", "(16,", "30)", "(16,", "1)", "496"]);
        assert_eq!(lines[3], ["2", "dense", "sigmoid", "(1,", "16)", "(1,", "1)", "17"]);
        assert_eq!(lines[4], ["total", "513"]);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn labels_cannot_break_the_table() {
        let labels = ["a\nb".to_string(), "\x1b[31mred".to_string()];
        let text = confusion_table(&labels, &[vec![1, 2], vec![3, 4]]);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }
}
