//! Faults to let loose on the checks: a check that cannot fail shows nothing.
//!
//! Each fault is a mistake people make when they write a backward pass. [`FaultyLayer`] and
//! [`FaultyCost`] put one into a layer or cost that is right. Each can also be made `without_fault`: what
//! the checks then say is said of the mistake, not of what puts it in.

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

/// All that a layer says of itself, from the one inside: everything but the passes and the gradients.
macro_rules! as_the_inner {
    () => {
        fn n_in(&self) -> usize {
            self.inner.n_in()
        }

        fn n_out(&self) -> usize {
            self.inner.n_out()
        }

        fn forward(
            &self,
            a_prev: MatrixView<'_, f64>,
            a: MatrixViewMut<'_, f64>,
            cache: &mut [f64],
            pass: &Pass,
        ) -> layerwise_core::Result<()> {
            self.inner.forward(a_prev, a, cache, pass)
        }

        fn units_apart(&self) -> bool {
            self.inner.units_apart()
        }

        fn forward_units(
            &self,
            units: std::ops::Range<usize>,
            a_prev: MatrixView<'_, f64>,
            a: MatrixViewMut<'_, f64>,
        ) -> layerwise_core::Result<()> {
            self.inner.forward_units(units, a_prev, a)
        }

        fn is_affine(&self) -> bool {
            self.inner.is_affine()
        }

        fn forward_from_z(
            &self,
            a: MatrixViewMut<'_, f64>,
            cache: &mut [f64],
            pass: &Pass,
        ) -> layerwise_core::Result<()> {
            self.inner.forward_from_z(a, cache, pass)
        }

        fn gradient_form(&self, index: usize) -> layerwise_core::GradientForm {
            self.inner.gradient_form(index)
        }

        fn batch_wide(&self) -> bool {
            self.inner.batch_wide()
        }

        fn absorb(&mut self, m: usize, cache: &[f64]) {
            self.inner.absorb(m, cache);
        }

        fn trains(&self, index: usize) -> bool {
            self.inner.trains(index)
        }

        fn n_scratch(&self) -> usize {
            self.inner.n_scratch()
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

        fn parameter_mut(&mut self, index: usize) -> Option<MatrixViewMut<'_, f64>> {
            self.inner.parameter_mut(index)
        }

        fn decays(&self, index: usize) -> bool {
            self.inner.decays(index)
        }

        fn parameter_name(&self, index: usize) -> String {
            self.inner.parameter_name(index)
        }

        fn link(&self) -> Option<layerwise_core::Link> {
            self.inner.link()
        }

        fn kind(&self) -> String {
            self.inner.kind()
        }

        fn spec(&self) -> Option<layerwise_core::LayerSpec> {
            self.inner.spec()
        }
    };
}
use as_the_inner;

/// Everything of a layer but `backward`, from the one inside.
macro_rules! all_but_backward {
    () => {
        super::as_the_inner!();

        fn gradient(
            &self,
            index: usize,
            columns: std::ops::Range<usize>,
            a_prev: MatrixView<'_, f64>,
            dz: MatrixView<'_, f64>,
            cache: &[f64],
            gradient: MatrixViewMut<'_, f64>,
        ) -> layerwise_core::Result<()> {
            self.inner.gradient(index, columns, a_prev, dz, cache, gradient)
        }

        fn backward_from_dz(
            &self,
            a_prev: MatrixView<'_, f64>,
            dz: MatrixView<'_, f64>,
            cache: &[f64],
            da_prev: Option<MatrixViewMut<'_, f64>>,
        ) -> layerwise_core::Result<()> {
            self.inner.backward_from_dz(a_prev, dz, cache, da_prev)
        }
    };
}
use all_but_backward;
