//! Networks that make no sense are refused where they are built or read, in words that say what is wrong.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use layerwise_model::activations::{Identity, Relu};
use layerwise_model::core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
use layerwise_model::layers::{
    BatchNorm, Dropout, Embedding, GaussianNoise, LayerNorm, PiecewiseLinear, Residual,
};
use layerwise_model::{ModelFile, Network, NetworkBuilder};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

/// A layer from elsewhere, of any size.
#[derive(Debug)]
struct OfSize(usize, usize);

impl Layer<f64> for OfSize {
    fn n_in(&self) -> usize {
        self.0
    }

    fn n_out(&self) -> usize {
        self.1
    }

    fn forward(
        &self,
        _: MatrixView<'_, f64>,
        _: MatrixViewMut<'_, f64>,
        _: &mut [f64],
        _: &Pass,
    ) -> Result<()> {
        Ok(())
    }

    fn backward(
        &self,
        _: MatrixView<'_, f64>,
        _: MatrixView<'_, f64>,
        _: MatrixViewMut<'_, f64>,
        _: &mut [f64],
        _: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<()> {
        Ok(())
    }
}

#[test]
fn by_the_builder() {
    type Change = fn(NetworkBuilder<f64>) -> NetworkBuilder<f64>;
    let no_units = "layer 1 has no units: the layer sizes are [3, 0]";
    let frequencies = "expected the standard deviation of frequencies finite and at least 0, found";
    let cases: [(Change, &str); 16] = [
        (|b| b, "a network needs at least one layer"),
        (|b| b.dense(0, Relu), no_units),
        (|b| b.periodic(0, 0.1), no_units),
        (|b| b.periodic(2, -0.1), &format!("{frequencies} -0.1")),
        (|b| b.periodic(2, f64::NAN), &format!("{frequencies} NaN")),
        (|b| b.periodic(2, f64::INFINITY), &format!("{frequencies} inf")),
        (|b| b.periodic_linear(2, 1, f64::NAN), &format!("{frequencies} NaN")),
        (|b| b.periodic_linear(0, 1, 0.1), "w1 is empty: its shape is (0, 3)"),
        (|b| b.periodic_linear(1, 0, 0.1), "w2 is empty: its shape is (0, 3)"),
        (|b| b.embedding(&[(0, 0, 2)]), "a table is empty: its shape is (2, 0)"),
        (|b| b.embedding(&[(0, 4, 0)]), "a table is empty: its shape is (0, 4)"),
        (|b| b.piecewise_linear(vec![]), no_units),
        (
            |b| b.piecewise_linear(vec![vec![0.0, 1.0]; 2]),
            "layer 1 takes in 2 features, but layer 0 gives out 3",
        ),
        (
            |b| b.gaussian_noise(f64::NAN),
            "expected the standard deviation of noise finite and at least 0, found NaN",
        ),
        (|b| b.dropout(f64::NAN), "expected the probability of dropout in [0, 1), found NaN"),
        (|b| b.layer(OfSize(3, 0)), no_units),
    ];
    for (change, expected) in cases {
        let error = change(Network::builder(3)).build().unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    // Nothing to take in, whatever comes first.
    let firsts: [Change; 9] = [
        |b| b,
        |b| b.dropout(0.5),
        |b| b.gaussian_noise(0.1),
        |b| b.layer_norm(),
        |b| b.batch_norm(),
        |b| b.feature_scale(),
        |b| b.prelu(),
        |b| b.mixed(Relu),
        |b| b.residual(|stack| stack.dropout(0.5)),
    ];
    for first in firsts {
        let error = first(Network::builder(0)).dense(1, Identity).build().unwrap_err().to_string();
        assert!(error.starts_with("layer 0 has no units: the layer sizes are [0, "), "{error}");
    }
}

#[test]
fn by_layers_made_elsewhere() {
    let message =
        |layers| Network::<f64>::new(layers).map(|_| ()).map_err(|error| error.to_string());
    let sizes =
        |n: usize, of: &str| Err(format!("layer {n} has no units: the layer sizes are {of}"));
    assert_eq!(message(vec![Box::new(OfSize(0, 2))]), sizes(0, "[0, 2]"));
    assert_eq!(message(vec![Box::new(OfSize(2, 0))]), sizes(1, "[2, 0]"));
    assert_eq!(
        message(vec![Box::new(OfSize(2, 0)), Box::new(OfSize(0, 1))]),
        sizes(1, "[2, 0, 1]")
    );
    assert!(message(vec![Box::new(OfSize(2, 1))]).is_ok());

    assert!(Dropout::new(0, 0.5, 0).is_err());
    assert!(GaussianNoise::new(0, 0.5, 0).is_err());
    assert!(LayerNorm::<f64>::identity(0).is_err());
    assert!(BatchNorm::<f64>::identity(0, 0.1).is_err());
    assert!(Embedding::<f64>::new(0, vec![]).is_err());
    assert!(PiecewiseLinear::new(vec![]).is_err());
    for stack in [vec![OfSize(0, 0)], vec![OfSize(2, 0), OfSize(0, 2)]] {
        let stack = stack.into_iter().map(|layer| Box::new(layer) as Box<dyn Layer<f64>>);
        let error = Residual::new(stack.collect()).unwrap_err().to_string();
        assert_eq!(error, "residual: layer 1 of the stack has no units or features");
    }
}

/// A tensor's name and shape.
type Tensor = (&'static str, [usize; 2]);

/// What is said of a file with this one layer and these tensors, all of them ones.
fn of_file(layer: &Value, tensors: &[Tensor]) -> std::result::Result<(), String> {
    let json = json!({ "format": 1, "layers": [layer], "notes": {} }).to_string();
    let ones: Vec<u8> = (0..64).flat_map(|_| 1.0_f32.to_le_bytes()).collect();
    let views = tensors.iter().map(|(name, shape)| {
        let bytes = &ones[..4 * shape[0] * shape[1]];
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap())
    });
    let metadata = HashMap::from([("layerwise".to_owned(), json)]);
    let bytes = safetensors::serialize(views, Some(metadata)).unwrap();
    ModelFile::<f64>::from_bytes(&bytes).map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn by_model_files() {
    let layer = |kind: &str, n: [usize; 2], settings: Value| json!({ "kind": kind, "n_in": n[0], "n_out": n[1], "settings": settings });
    let none = || json!({});
    let noise = |n, sigma: &str, number: &str| {
        layer("gaussian noise", [n, n], json!({ "sigma": sigma, "number": number }))
    };
    let bins = |n, edges: &str| layer("piecewise linear", n, json!({ "edges0": edges }));
    let cases: [(Value, &[Tensor], &str); 16] = [
        (
            layer("dropout", [0, 0], json!({ "p": "0.5", "number": "0" })),
            &[],
            "expected the units of dropout at least 1, found 0",
        ),
        (
            layer("dropout", [2, 2], json!({ "p": "NaN", "number": "0" })),
            &[],
            "expected the probability of dropout in [0, 1), found NaN",
        ),
        (noise(0, "0.5", "0"), &[], "expected the units of noise at least 1, found 0"),
        (
            noise(2, "-1", "0"),
            &[],
            "expected the standard deviation of noise finite and at least 0, found -1",
        ),
        (noise(2, "0.5", "-3"), &[], "number is \"-3\", expected a whole number"),
        (
            layer("layer norm", [0, 0], none()),
            &[("0.gamma", [0, 1]), ("0.beta", [0, 1])],
            "tensor 0.gamma has shape [0, 1], its layer needs (0, 1)",
        ),
        (
            layer("dense", [2, 0], json!({ "activation": "relu" })),
            &[("0.w", [0, 2]), ("0.b", [0, 1])],
            "tensor 0.w has shape [0, 2], its layer needs (0, 2)",
        ),
        (
            layer("linear", [0, 2], none()),
            &[("0.w", [2, 0]), ("0.b", [2, 1])],
            "tensor 0.w has shape [2, 0], its layer needs (2, 0)",
        ),
        (
            layer("periodic", [1, 0], json!({ "frequencies": "0" })),
            &[("0.c", [0, 1])],
            "tensor 0.c has shape [0, 1], its layer needs (0, 1)",
        ),
        (
            layer("periodic", [1, 2], json!({ "frequencies": "NaN" })),
            &[("0.c", [1, 1])],
            "frequencies is \"NaN\", expected a whole number",
        ),
        (layer("embedding", [0, 0], none()), &[], "embedding: no features: expected at least one"),
        (layer("residual", [0, 0], none()), &[], "residual: a stack of no layers"),
        (
            layer("piecewise linear", [0, 0], none()),
            &[],
            "piecewise linear: no features: expected the edges of at least one",
        ),
        (bins([1, 1], "0,x"), &[], "edges0 is \"0,x\", expected numbers"),
        (
            bins([1, 1], "1,1"),
            &[],
            "piecewise linear: the edges of feature 0 (counted from 0) must rise: 1 comes after 1",
        ),
        (bins([2, 1], "0,1"), &[], "said to be 2 to 1, but its numbers are (1, 1)"),
    ];
    for (layer, tensors, expected) in cases {
        let found = of_file(&layer, tensors).unwrap_err();
        assert!(found.starts_with("not a layerwise model: "), "{found}");
        assert!(found.ends_with(expected), "{found}, expected {expected}");
    }
    assert_eq!(of_file(&bins([1, 1], "0,1"), &[]), Ok(()));
    assert_eq!(
        of_file(&layer("linear", [2, 1], none()), &[("0.w", [1, 2]), ("0.b", [1, 1])]),
        Ok(())
    );
}
