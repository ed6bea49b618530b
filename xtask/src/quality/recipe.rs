//! What network is trained on which data, and how.

use layerwise::prelude::*;

/// Settings for one data set, and the goals of this project for it.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The data set's folder.
    pub set: &'static str,
    /// Bins of the piecewise linear encoding of features; 0 for none.
    pub bins: usize,
    /// Units of the hidden layers, ReLU each.
    pub hidden: Vec<usize>,
    /// Dropout after each hidden layer.
    pub dropout: f64,
    /// AdamW's learning rate, falling along a cosine.
    pub learning_rate: f64,
    /// AdamW's decoupled weight decay.
    pub weight_decay: f64,
    /// Epochs.
    pub epochs: usize,
    /// Examples of a mini-batch.
    pub batch_size: usize,
    /// The learning rate over the run.
    pub schedule: Schedule,
    /// Measures and what they are to reach.
    pub goals: &'static [(&'static str, f64)],
}

/// One recipe a data set.
pub fn recipes() -> [Recipe; 4] {
    let base = Recipe {
        set: "",
        bins: 0,
        hidden: vec![],
        dropout: 0.0,
        learning_rate: 0.001,
        weight_decay: 0.01,
        epochs: 30,
        batch_size: 32,
        schedule: Schedule::Cosine,
        goals: &[],
    };
    [
        Recipe {
            set: "breast_cancer",
            hidden: vec![64, 32],
            dropout: 0.2,
            weight_decay: 5.0,
            epochs: 60,
            goals: &[("accuracy", 0.972), ("ROC AUC", 0.993)],
            ..base.clone()
        },
        Recipe {
            set: "adult",
            bins: 48,
            hidden: vec![128, 64],
            dropout: 0.3,
            learning_rate: 0.002,
            weight_decay: 1.0,
            epochs: 10,
            batch_size: 128,
            goals: &[("accuracy", 0.856), ("ROC AUC", 0.914)],
            ..base.clone()
        },
        Recipe {
            set: "mnist",
            hidden: vec![256, 128],
            dropout: 0.3,
            batch_size: 64,
            goals: &[("accuracy", 0.960)],
            ..base.clone()
        },
        Recipe {
            set: "diabetes",
            hidden: vec![32],
            dropout: 0.3,
            weight_decay: 0.5,
            epochs: 60,
            goals: &[("R²", 0.42)],
            ..base
        },
    ]
}
