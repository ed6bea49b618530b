//! Faults to let loose on the checks: a check that cannot fail shows nothing.
//!
//! Each fault is a mistake people make when they write a backward pass. [`FaultyLayer`] and
//! [`FaultyCost`] put one into a layer or cost that is right.

mod cost;
mod dropout;
mod layer;
mod normalization;
mod residual;
mod weights;

pub use cost::{CostFault, FaultyCost};
pub use dropout::{DropoutFault, FaultyDropout};
pub use layer::{FaultyLayer, LayerFault};
pub use normalization::{Across, FaultyNormalization, NormalizationFault};
pub use residual::FaultyResidual;
pub use weights::{FaultyWeights, WeightFault};

/// Everything of a layer but its backward pass, from the one inside.
macro_rules! all_but_backward {
    () => {
        fn n_in(&self) -> usize {
            self.inner.n_in()
        }

        fn n_out(&self) -> usize {
            self.inner.n_out()
        }

        fn batch_wide(&self) -> bool {
            self.inner.batch_wide()
        }

        fn forward(
            &self,
            a_prev: MatrixView<'_, f64>,
            a: MatrixViewMut<'_, f64>,
            cache: &mut [f64],
            pass: &Pass,
        ) -> Result<(), CoreError> {
            self.inner.forward(a_prev, a, cache, pass)
        }

        fn gradient(
            &self,
            index: usize,
            columns: std::ops::Range<usize>,
            a_prev: MatrixView<'_, f64>,
            dz: MatrixView<'_, f64>,
            cache: &[f64],
            gradient: MatrixViewMut<'_, f64>,
        ) -> Result<(), CoreError> {
            self.inner.gradient(index, columns, a_prev, dz, cache, gradient)
        }

        fn n_cache(&self) -> usize {
            self.inner.n_cache()
        }

        fn parameter(&self, index: usize) -> Option<MatrixView<'_, f64>> {
            self.inner.parameter(index)
        }

        fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, f64>)) {
            self.inner.parameters_mut(visit);
        }

        fn parameter_name(&self, index: usize) -> String {
            self.inner.parameter_name(index)
        }

        fn kind(&self) -> String {
            self.inner.kind()
        }
    };
}
use all_but_backward;
