//! The network, layer by layer.

use layerwise_model::core::Layer;
use layerwise_report::{Block, LayerBox};

use super::{Subject, text};

pub(super) fn blocks(subject: &Subject<'_>) -> Vec<Block> {
    let network = subject.network;
    let n = network.n_parameters();
    let layers = network.layers().len();
    let words = format!(
        "{layers} layers with {n} parameters take {} features to {} {}. Forward, each layer makes A of the A before it; \
         backward, each turns dA, what the cost would change by if A did, into the gradients of its parameters and \
         into the dA of the layer before. m is the number of examples.",
        network.n_in(),
        network.n_out(),
        if network.n_out() == 1 { "output" } else { "outputs" },
    );
    let boxes =
        network.layers().iter().enumerate().map(|(i, layer)| layer_box(i + 1, layer.as_ref()));
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
    let (forward, backward) = formulas(&kind);
    LayerBox {
        name: format!("{number}: {kind}"),
        forward,
        shapes,
        a: format!("A ({}, m)", layer.n_out()),
        backward,
        gradients,
        da: format!("dA ({}, m)", layer.n_out()),
        parameters,
    }
}

/// What a layer of this kind computes, forward and backward.
fn formulas(kind: &str) -> (String, String) {
    let both = |forward: &str, backward: &str| (forward.to_owned(), backward.to_owned());
    match kind.split_once(' ') {
        Some(("dense", g)) => {
            let back = "dW = dZ Aᵀ, db = Σ dZ, dA before = Wᵀ dZ";
            let dz = match g {
                "identity" => "dZ = dA".into(),
                "softmax" => "dZ = (AL − Y)/m".into(),
                "sigmoid" => "dZ = dA · A (1 − A)".into(),
                "relu" => "dZ = dA where Z > 0".into(),
                g => format!("dZ = dA · {g}′(Z)"),
            };
            (format!("Z = W A + b, A = {g}(Z)"), format!("{dz}, {back}"))
        }
        _ => match kind {
            "dropout" => both(
                "A = A before, in training some of it 0 and the rest as much larger",
                "dA before = dA where A was kept",
            ),
            "embedding" => {
                both("each code becomes the row of its level", "the rows that were used learn")
            }
            kind => (format!("A = {kind}(A before)"), "dA before by the chain rule".into()),
        },
    }
}
