//! How far predictions can be trusted, and what they rest on.

mod calibration;
mod cross_validation;
mod folds;
mod importance;
mod threshold;

pub use calibration::{Temperature, calibration_error};
pub use cross_validation::{CurvePoint, Scores, cross_validate, learning_curve};
pub use folds::{Fold, k_fold, stratified_k_fold};
pub use importance::{group_importance, permutation_importance};
pub use threshold::{ThresholdMetric, best_threshold};
