//! What network is trained on which data, and how.

use layerwise::prelude::*;

/// A measure, what it is to reach, and what others reach on the same data.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// `accuracy`, `ROC AUC` or `R²`.
    pub measure: &'static str,
    /// Reached from here on.
    pub least: f64,
    /// Figures of others, to be read beside ours.
    pub others: &'static str,
}

/// Settings for one data set, and the goals of this project for it.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The data set's folder.
    pub set: &'static str,
    /// Bins of the piecewise linear encoding of features; 0 for none.
    pub bins: usize,
    /// Whether one-hot columns are standardized like numbers, or left at 0 and 1. Those of a rare category
    /// become numbers in the hundreds by it, with hardly an example to learn their weights from.
    pub scaled_categories: bool,
    /// Units of the hidden layers, ReLU each.
    pub hidden: Vec<usize>,
    /// The deviation of their starting weights as a part of He's, `√(2/n_in)`.
    pub start: f64,
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
    pub goals: &'static [Goal],
}

/// Of both recipes for adult.
const ADULT: &[Goal] = &[
    Goal { measure: "accuracy", least: 0.856, others: "MLPClassifier 0.842, early stopping 0.856" },
    Goal { measure: "ROC AUC", least: 0.914, others: "MLPClassifier 0.893, early stopping 0.914" },
];

/// All recipes; adult has two, for its columns as they are and for numbers in bins.
pub fn recipes() -> [Recipe; 5] {
    let base = Recipe {
        set: "",
        bins: 0,
        scaled_categories: true,
        hidden: vec![],
        start: 1.0,
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
            goals: &[
                Goal {
                    measure: "accuracy",
                    least: 0.972,
                    others: "MLPClassifier 0.963, (16, 8) 0.970; RealMLP 0.983",
                },
                Goal { measure: "ROC AUC", least: 0.993, others: "" },
            ],
            ..base.clone()
        },
        Recipe {
            set: "adult",
            scaled_categories: false,
            hidden: vec![128, 64],
            start: 0.4,
            dropout: 0.4,
            weight_decay: 1.0,
            epochs: 20,
            batch_size: 128,
            goals: ADULT,
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
            goals: ADULT,
            ..base.clone()
        },
        Recipe {
            set: "mnist",
            hidden: vec![256, 128],
            dropout: 0.3,
            batch_size: 64,
            goals: &[Goal { measure: "accuracy", least: 0.960, others: "MLPClassifier 0.953" }],
            ..base.clone()
        },
        Recipe {
            set: "diabetes",
            hidden: vec![32],
            dropout: 0.3,
            weight_decay: 0.5,
            epochs: 60,
            goals: &[Goal {
                measure: "R²",
                least: 0.42,
                others: "MLPRegressor 0.35, early stopping 0.38, L-BFGS alpha 10 0.42; ridge 0.42",
            }],
            ..base
        },
    ]
}
