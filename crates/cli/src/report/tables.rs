//! Tables.

use comfy_table::{CellAlignment, ContentLineStyle, LineStyle, Table, TableStyle};
use layerwise_data::Classes;
use layerwise_model::Network;
use layerwise_model::core::parameters;

use super::{share, short};
use crate::bundle::PartScores;

/// A line under the header, and nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .content_lines(ContentLineStyle::none());

fn table<const N: usize>(header: [&str; N], right_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header);
    for column in table.column_iter_mut().skip(right_from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A row a layer: its kind, the shapes of W and b, its parameters; and the total.
pub fn layer_table(network: &Network<f32>) -> String {
    let mut table = table(["layer", "kind", "W", "b", "parameters"], 2);
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

/// A row a measure, a column a part.
pub fn score_table(scores: &PartScores) -> String {
    let parts = [&scores.train, &scores.validation, &scores.test];
    let mut table = table(["", "train", "validation", "test"], 1);
    let mut add = |name: &str, values: [String; 3]| {
        let [train, validation, test] = values;
        table.add_row([name.to_owned(), train, validation, test]);
    };
    add("accuracy", parts.map(|part| share(part.accuracy)));
    add("AUC", parts.map(|part| auc(part.auc)));
    add("cost", parts.map(|part| format!("{:.4}", part.cost)));
    add("examples", parts.map(|part| part.examples.to_string()));
    table.trim_fmt()
}

/// The area under the curve, or why there is none.
pub fn auc(auc: Option<f64>) -> String {
    auc.map_or_else(|| "n/a (one class only)".into(), share)
}

/// Rows by their true class, columns by the class predicted.
pub fn confusion_table(classes: &Classes, counts: [[usize; 2]; 2]) -> String {
    let labels = classes.labels().map(short);
    let predicted = labels.clone().map(|label| format!("predicted {label}"));
    let mut table = table(["", &predicted[0], &predicted[1]], 1);
    for (label, counts) in labels.iter().zip(counts) {
        let [class_0, class_1] = counts.map(|count| count.to_string());
        table.add_row([format!("truly {label}"), class_0, class_1]);
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
        let classes = Classes::new("a\nb", "\x1b[31mred").unwrap();
        let text = confusion_table(&classes, [[1, 2], [3, 4]]);
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }
}
