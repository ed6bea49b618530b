//! The network, layer by layer.

use layerwise_data::Task;
use layerwise_model::core::Layer;
use layerwise_report::{Block, LayerBox};

use super::{Subject, count, plain, text};

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let network = subject.network;
    let n = network.n_parameters();
    let layers = network.layers().len();
    let words = format!(
        "{} with {n} parameters take {} features to {} {}. Forward, each layer l makes A[l] of A[l−1], the \
         features being A[0]; backward, each is given dA[l], the derivative of the cost J with respect to A[l], and makes \
         of it the gradients of its parameters and dA[l−1]. m is the number of examples.",
        count(layers, "layer"),
        network.n_in(),
        network.n_out(),
        if network.n_out() == 1 { "output" } else { "outputs" },
    );
    let boxes =
        network.layers().iter().enumerate().map(|(i, layer)| layer_box(i + 1, layer.as_ref()));
    let first = LayerBox {
        name: "The features".into(),
        forward: "A[0] = X, one example a column".into(),
        a: format!("A[0] ({}, m)", network.n_in()),
        backward: "the features do not change: no dA[0] is needed".into(),
        ..LayerBox::default()
    };
    let (name, cost, dal) = match subject.notes.target.task() {
        Task::Binary => (
            "binary cross-entropy",
            "J = −(1/m) Σ (Y log AL + (1 − Y) log(1 − AL))",
            "dAL = −(1/m) (Y/AL − (1 − Y)/(1 − AL)); with sigmoid dZ = (AL − Y)/m",
        ),
        Task::Classes => (
            "cross-entropy",
            "J = −(1/m) Σ Y log AL",
            "dAL = −(1/m) Y/AL; with softmax dZ = (AL − Y)/m",
        ),
        Task::Regression => ("mean squared error", "J = (1/m) Σ (AL − Y)²", "dAL = (2/m) (AL − Y)"),
    };
    let last = LayerBox {
        name: format!("The cost: {name}"),
        forward: cost.into(),
        a: "J".into(),
        backward: dal.into(),
        da: format!("Y ({}, m)", network.n_out()),
        ..LayerBox::default()
    };
    let boxes = std::iter::once(first).chain(boxes).chain([last]);
    vec![text(words), Block::Layers(boxes.collect())]
}

fn layer_box(number: usize, layer: &dyn Layer<f32>) -> LayerBox {
    let kind = layer.kind();
    let (mut shapes, mut gradients, mut parameters) = (vec![], vec![], 0);
    for index in 0.. {
        let Some(parameter) = layer.parameter(index) else { break };
        let (nrows, ncols) = parameter.shape();
        let name = layer.parameter_name(index);
        // The exercise calls them W and b.
        let name = if name == "w" { "W".to_owned() } else { name };
        shapes.push(format!("{name} ({nrows}, {ncols})"));
        gradients.push(format!("d{name} ({nrows}, {ncols})"));
        parameters += parameter.as_slice().len();
    }
    let dropped = layer.spec().and_then(|spec| spec.settings.get("p")?.parse().ok());
    let (forward, backward) = formulas(&kind, number, dropped);
    LayerBox {
        name: format!("{number}: {kind}"),
        forward,
        shapes,
        a: format!("A[{number}] ({}, m)", layer.n_out()),
        backward,
        gradients,
        da: format!("dA[{number}] ({}, m)", layer.n_out()),
        parameters,
    }
}

/// What layer `l`, of this kind, computes, forward and backward; of dropout with the part that is left out.
fn formulas(kind: &str, l: usize, dropped: Option<f64>) -> (String, String) {
    let before = l - 1;
    match kind.split_once(' ') {
        Some(("dense", g)) => {
            let dz = match g {
                "identity" => format!("dZ = dA[{l}]"),
                "softmax" => "dZ = (AL − Y)/m".into(),
                "sigmoid" => format!("dZ = dA[{l}] · A[{l}] (1 − A[{l}])"),
                "relu" => format!("dZ = dA[{l}] where Z > 0, else 0"),
                g => format!("dZ = dA[{l}] · {g}′(Z)"),
            };
            // The features do not change.
            let below = match before {
                0 => String::new(),
                _ => format!(", dA[{before}] = Wᵀ dZ"),
            };
            let rest = format!("dW = dZ A[{before}]ᵀ, db = Σ dZ{below}");
            (format!("Z = W A[{before}] + b, A[{l}] = {g}(Z)"), format!("{dz}, {rest}"))
        }
        _ => match kind {
            "dropout" => {
                // What is kept makes up for the rest.
                let p = dropped.unwrap_or_default();
                let (out, kept) = (plain(100.0 * p), plain(1.0 - p));
                (
                    format!(
                        "A[{l}] = A[{before}]; only in training {out} % of it, drawn anew each step, is 0 and the rest \
                         A[{before}] / {kept}"
                    ),
                    format!("dA[{before}] = dA[{l}] / {kept} where A[{before}] was kept, else 0"),
                )
            }
            "embedding" => (
                "each code becomes the row of its level".into(),
                "the rows that were used learn".into(),
            ),
            kind => {
                (format!("A[{l}] = {kind}(A[{before}])"), format!("dA[{before}] by the chain rule"))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropout_says_how_much() {
        let (forward, backward) = formulas("dropout", 2, Some(0.2));
        assert!(forward.contains("20 % of it") && forward.ends_with("A[1] / 0.8"), "{forward}");
        assert_eq!(backward, "dA[1] = dA[2] / 0.8 where A[1] was kept, else 0");
    }
}
