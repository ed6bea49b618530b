//! L-BFGS beside an optimum computed independently (`tests/data/lbfgs.json`).
#![allow(clippy::unwrap_used)]

use layerwise::prelude::*;

#[derive(serde::Deserialize)]
struct Figures {
    l2: f64,
    /// Rows of X.
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    w: Vec<f64>,
    b: f64,
    value: f64,
}

/// Logistic regression with `½ l2 Σ w²` on the weights, which has one minimum. The figures are those of
/// `scipy.optimize.minimize(method="L-BFGS-B", gtol=1e-12)` and 20 steps of Newton's method from there, in
/// float64 with NumPy; the largest entry of the gradient is 0 there.
#[test]
fn finds_the_minimum_of_a_convex_problem() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/lbfgs.json");
    let figures: Figures = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let x = DMatrix::from_fn(3, 40, |i, j| figures.x[i][j]);
    let y = DMatrix::from_row_slice(1, 40, &figures.y);
    let examples = Examples::new(&x, &y).unwrap();
    for seed in 0..5 {
        let mut network = Network::builder(3).dense(1, Sigmoid).seed(seed).build().unwrap();
        let trainer = Lbfgs::new(BinaryCrossEntropy).l2(figures.l2).tolerance(1e-11);
        let history = trainer.fit(&mut network, examples, None).unwrap();
        assert_eq!(history.ended, Ended::Converged);
        assert!(history.epochs.len() < 40, "{} iterations", history.epochs.len());
        let of = |index| network.layers()[0].parameter(index).unwrap().as_slice().to_vec();
        let (w, b) = (of(0), of(1));
        for (found, expected) in w.iter().zip(&figures.w).chain([(&b[0], &figures.b)]) {
            assert!((found - expected).abs() < 1e-8, "{found} not {expected}");
        }
        let penalty = 0.5 * figures.l2 * w.iter().map(|w| w * w).sum::<f64>();
        let value = history.last().unwrap().cost + penalty;
        assert!((value - figures.value).abs() < 1e-12, "{value} not {}", figures.value);
    }
}
