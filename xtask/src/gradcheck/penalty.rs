//! A penalty as a cost of the weights, so that the check of costs reaches it.

use layerwise::cost::CostError;
use layerwise::optim::Penalty;
use layerwise::prelude::*;

/// `J(W) = l1 Σ|w| + l2/2 Σ w²`, whatever the labels.
#[derive(Debug)]
pub struct PenaltyAsCost(pub Penalty);

impl<T: Scalar> Cost<T> for PenaltyAsCost {
    fn name(&self) -> &'static str {
        "penalty"
    }

    fn check_labels(&self, _y: MatrixView<'_, T>) -> Result<(), CostError> {
        Ok(())
    }

    fn cost(&self, w: MatrixView<'_, T>, _y: MatrixView<'_, T>) -> Result<T, CostError> {
        Ok(T::of(self.0.value(w.as_slice())))
    }

    fn backward(
        &self,
        w: MatrixView<'_, T>,
        _y: MatrixView<'_, T>,
        mut dw: MatrixViewMut<'_, T>,
    ) -> Result<(), CostError> {
        dw.as_mut_slice().fill(T::zero());
        self.0.add_gradient(w.as_slice(), dw.as_mut_slice());
        Ok(())
    }
}
