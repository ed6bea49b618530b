//! What the training path asks of an optimizer.

use std::fmt::Debug;

use layerwise_core::Scalar;

/// A rule that changes parameters by their gradients, a slice at a time.
///
/// An optimizer knows no layers and keeps nothing itself: what it must remember of each parameter
/// value (momentum, second moments) lies in `state`, which belongs to the driver. So parameters
/// may be updated in parts, in any order and from several threads, as long as the same part comes
/// with the same part of the state.
pub trait Optimizer<T: Scalar>: Debug + Send + Sync {
    /// The name in tables and model files: `gradient descent`.
    fn name(&self) -> &'static str;

    /// State values kept for each parameter value; all start at 0.
    fn n_state(&self) -> usize {
        0
    }

    /// Updates `values` by `gradient` in training step `step`, counted from 0.
    ///
    /// `gradient` has the length of `values`; `state` has [`n_state`](Optimizer::n_state) times
    /// that, in a layout of the optimizer's own.
    fn update(&self, step: u64, values: &mut [T], gradient: &[T], state: &mut [T]);
}
