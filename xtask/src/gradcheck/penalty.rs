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

/// What is wrong with a [`FaultyPenalty`].
#[derive(Debug, Clone, Copy)]
pub enum PenaltyFault {
    /// Nothing is added to the gradient.
    Forgotten,
    /// The gradient of `l2/2 Σ w²` is taken for `2 l2 w`.
    HalfForgotten,
    /// The gradient of `l1 Σ|w|` is taken for `l1`.
    SignForgotten,
}

impl PenaltyFault {
    /// Every fault, with the mistake in a few words.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Forgotten, "penalty's gradient forgotten"),
        (Self::HalfForgotten, "L2 penalty's gradient 2 λ w"),
        (Self::SignForgotten, "L1 penalty's gradient without the sign of w"),
    ];
}

/// `0.3 Σ|w| + 0.35 Σ w²` with a mistake in its gradient, or without, as a control.
#[derive(Debug)]
pub struct FaultyPenalty(pub Option<PenaltyFault>);

impl Cost<f64> for FaultyPenalty {
    fn name(&self) -> &'static str {
        "penalty"
    }

    fn check_labels(&self, _y: MatrixView<'_, f64>) -> Result<(), CostError> {
        Ok(())
    }

    fn cost(&self, w: MatrixView<'_, f64>, _y: MatrixView<'_, f64>) -> Result<f64, CostError> {
        Ok(Penalty::new(0.3, 0.7).map_or(f64::NAN, |penalty| penalty.value(w.as_slice())))
    }

    fn backward(
        &self,
        w: MatrixView<'_, f64>,
        _y: MatrixView<'_, f64>,
        mut dw: MatrixViewMut<'_, f64>,
    ) -> Result<(), CostError> {
        for (dw, &w) in dw.as_mut_slice().iter_mut().zip(w.as_slice()) {
            *dw = match self.0 {
                Some(PenaltyFault::Forgotten) => 0.0,
                Some(PenaltyFault::HalfForgotten) => 0.3 * w.signum() + 2.0 * 0.7 * w,
                Some(PenaltyFault::SignForgotten) => 0.3 + 0.7 * w,
                None => 0.3 * w.signum() + 0.7 * w,
            };
        }
        Ok(())
    }
}
