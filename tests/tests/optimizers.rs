//! Every optimizer step by step beside figures computed independently (`tests/data/optimizers.json`).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use layerwise::optim::{
    AdaGrad, Adadelta, Adam, AdamW, AmsGrad, GradientDescent, Lion, Momentum, NAdam, Nesterov,
    Optimizer, RmsProp,
};

#[derive(serde::Deserialize)]
struct Figures {
    start: [f64; 3],
    steps: BTreeMap<String, Vec<[f64; 3]>>,
}

/// The gradient of (1 − w0)² + 4 (w1 − w0²)² + cosh(w2)/2.
fn gradient(w: [f64; 3]) -> [f64; 3] {
    let valley = w[1] - w[0] * w[0];
    [-2.0 * (1.0 - w[0]) - 16.0 * w[0] * valley, 8.0 * valley, w[2].sinh() / 2.0]
}

#[test]
fn every_optimizer_follows_its_paper() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/optimizers.json");
    let figures: Figures = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let optimizers: [Box<dyn Optimizer<f64>>; 11] = [
        Box::new(GradientDescent::new(0.02).unwrap()),
        Box::new(Momentum::new(0.01, 0.9).unwrap()),
        Box::new(Nesterov::new(0.01, 0.9).unwrap()),
        Box::new(AdaGrad::new(0.1).unwrap()),
        Box::new(RmsProp::new(0.01).unwrap()),
        Box::new(Adadelta::new(1.0).unwrap()),
        Box::new(Adam::new(0.05).unwrap()),
        Box::new(AdamW::new(0.05, 0.1).unwrap()),
        Box::new(AmsGrad::new(0.01).unwrap()),
        Box::new(NAdam::new(0.05).unwrap()),
        Box::new(Lion::new(0.02).unwrap().with_weight_decay(0.3).unwrap()),
    ];
    assert_eq!(optimizers.len(), figures.steps.len(), "all of them");
    for optimizer in optimizers {
        let name = optimizer.name();
        let mut w = figures.start;
        let mut state = vec![0.0; 3 * optimizer.n_state()];
        for (step, expected) in figures.steps[name].iter().enumerate() {
            let dw = gradient(w);
            optimizer.update(step as u64, &mut w, &dw, &mut state);
            for (found, expected) in w.iter().zip(expected) {
                let error = (found - expected).abs();
                assert!(error < 1e-12, "{name}, step {step}: {found} not {expected}");
            }
        }
    }
}
