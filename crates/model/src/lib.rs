//! The driver: from layer sizes to a trained network and its file.
//!
//! | step | the exercise's functions | the training path |
//! | --- | --- | --- |
//! | initialize | [`initialize_parameters`], [`initialize_parameters_deep`] | [`Network::builder`] |
//! | forward | [`l_model_forward`] | [`TrainingStep::forward`] |
//! | backward | [`l_model_backward`] | [`TrainingStep::backward`] |
//! | update | `layerwise_optim::update_parameters` | [`TrainingStep::update`] |
//! | all of it, in mini-batches | – | [`Trainer::fit`] |
//!
//! The functions on the left are pure and allocate what they return; the path on the right works
//! in buffers made once. Property tests hold the two equal.

mod builder;
mod error;
mod evaluate;
mod file;
mod initialize;
mod l_model;
mod metrics;
mod network;
mod place;
mod predictor;
mod random;
mod rebuild;
mod search;
mod suiting;
mod train;

pub use builder::NetworkBuilder;
pub use error::ModelError;
pub use evaluate::{
    CurvePoint, Fold, LayerActivity, ReliabilityBin, Scores, Shuffles, Temperature,
    ThresholdMetric, best_threshold, bootstrap_interval, calibration_error, cross_validate,
    group_importance, k_fold, layer_activity, learning_curve, partial_dependence,
    permutation_importance, reliability, stratified_k_fold,
};
pub use file::ModelFile;
pub use initialize::{Scale, initialize_parameters, initialize_parameters_deep};
pub use l_model::{l_model_backward, l_model_forward};
pub use layerwise_activations as activations;
pub use layerwise_core as core;
pub use layerwise_cost as cost;
pub use layerwise_layers as layers;
pub use layerwise_optim as optim;
pub use metrics::{
    Confusion, ThresholdPoint, accuracy, class_accuracy, class_roc_auc, f1, log_loss, matthews,
    mean_absolute_error, pr_auc, precision, r_squared, recall, roc_auc, root_mean_squared_error,
    threshold_curve, top_k_accuracy,
};
pub use network::Network;
pub use place::{Place, place_of, write_whole};
pub use predictor::Predictor;
pub use rand;
pub use random::{NumpyRandom, StandardNormals, Stream, generator};
pub use search::{Candidate, Space, Trial, Value, search};
pub use train::{
    BatchSource, Callback, Checkpoint, EarlyStopping, Ended, EpochRecord, Examples, History,
    LayerRecord, Lbfgs, OnlineTrainer, ParameterGroup, Patience, Progress, ProgressReport,
    RateRecorder, Regularization, StepRecord, Trainer, TrainingState, TrainingStep,
};

/// The result of anything in this crate.
///
/// ```
/// use layerwise_model::{Network, Result, activations::{Relu, Sigmoid}};
///
/// fn network(units: usize) -> Result<Network<f32>> {
///     Network::builder(3).dense(units, Relu).dense(1, Sigmoid).build()
/// }
/// assert_eq!(network(8)?.n_parameters(), 4 * 8 + 9);
/// assert!(network(0).is_err());
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub type Result<T> = std::result::Result<T, ModelError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
