//! How far predictions can be trusted, and what they rest on.

mod activity;
mod bootstrap;
mod calibration;
mod cross_validation;
mod dependence;
mod folds;
mod importance;
mod reliability;
mod shuffle;
mod shuffles;
mod threshold;

pub use activity::{LayerActivity, layer_activity};
pub use bootstrap::bootstrap_interval;
pub use calibration::{Temperature, calibration_error};
pub use cross_validation::{CurvePoint, Scores, cross_validate, learning_curve};
pub use dependence::partial_dependence;
pub use folds::{Fold, k_fold, stratified_k_fold};
pub use importance::{group_importance, permutation_importance};
pub use reliability::{ReliabilityBin, reliability};
pub use shuffles::Shuffles;
pub use threshold::{ThresholdMetric, best_threshold};
