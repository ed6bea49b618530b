//! The mistake in the backward pass of a stack with a way around it.

use layerwise_core::{CoreError, Layer, MatrixView, MatrixViewMut, Pass};

use super::all_but_backward;

/// `a = a_prev + F(a_prev)` with the way around forgotten in the backward pass: `da_prev` is what comes
/// through F alone.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer, faults::FaultyResidual};
/// use layerwise_layers::{Dropout, Residual};
///
/// let residual = Residual::new(vec![Box::new(Dropout::new(3, 0.5, 1)?)])?;
/// let report = check_layer(&mut FaultyResidual::new(residual), &CheckOptions::default())?;
/// assert!(!report.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyResidual<L> {
    inner: L,
    faulty: bool,
}

impl<L: Layer<f64>> FaultyResidual<L> {
    /// `inner`, a residual layer, with the mistake.
    pub fn new(inner: L) -> Self {
        Self { inner, faulty: true }
    }

    /// `inner` as it is: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_gradcheck::{CheckOptions, check_layer, faults::FaultyResidual};
    /// use layerwise_layers::{Dropout, Residual};
    ///
    /// let residual = Residual::new(vec![Box::new(Dropout::new(3, 0.5, 1)?)])?;
    /// let mut layer = FaultyResidual::without_fault(residual);
    /// assert!(check_layer(&mut layer, &CheckOptions::default())?.passed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_fault(inner: L) -> Self {
        Self { inner, faulty: false }
    }

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::FaultyResidual;
    /// use layerwise_layers::Residual;
    /// let description = FaultyResidual::<Residual<f64>>::describe();
    /// assert_eq!(description, "residual: the skip is forgotten in dA_prev");
    /// ```
    pub fn describe() -> &'static str {
        "residual: the skip is forgotten in dA_prev"
    }
}

impl<L: Layer<f64>> Layer<f64> for FaultyResidual<L> {
    all_but_backward!();

    fn backward(
        &self,
        a_prev: MatrixView<'_, f64>,
        a: MatrixView<'_, f64>,
        mut da: MatrixViewMut<'_, f64>,
        cache: &mut [f64],
        da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<(), CoreError> {
        let given = da.as_view().as_slice().to_vec();
        let Some(mut da_prev) = da_prev else {
            return self.inner.backward(a_prev, a, da, cache, None);
        };
        self.inner.backward(a_prev, a, da.reborrow(), cache, Some(da_prev.reborrow()))?;
        if !self.faulty {
            return Ok(());
        }
        da_prev.as_mut_slice().iter_mut().zip(given).for_each(|(da_prev, da)| *da_prev -= da);
        Ok(())
    }
}
