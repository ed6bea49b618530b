//! Mistakes with a dropout mask.

use layerwise_core::{CoreError, Layer, MatrixView, MatrixViewMut, Pass};

use super::all_but_backward;

/// What is wrong with a [`FaultyDropout`].
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer, faults::{DropoutFault, FaultyDropout}};
/// use layerwise_layers::Dropout;
///
/// for fault in DropoutFault::ALL {
///     let mut layer = FaultyDropout::new(Dropout::new(20, 0.5, 0)?, fault);
///     assert!(!check_layer(&mut layer, &CheckOptions::default())?.passed());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropoutFault {
    /// `dA_prev = dA`, as if nothing had been dropped.
    MaskForgotten,
    /// `dA_prev = dA ∗ mask` without `1/(1 − p)`.
    ScaleForgotten,
    /// The mask of the unit below is used.
    AnotherMask,
}

impl DropoutFault {
    /// Every fault.
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use layerwise_gradcheck::faults::DropoutFault;
    /// // Each has words of its own.
    /// let words = BTreeSet::from(DropoutFault::ALL.map(DropoutFault::describe));
    /// assert_eq!(words.len(), DropoutFault::ALL.len());
    /// ```
    pub const ALL: [Self; 3] = [Self::MaskForgotten, Self::ScaleForgotten, Self::AnotherMask];

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::DropoutFault;
    /// assert_eq!(DropoutFault::MaskForgotten.describe(), "dropout mask forgotten");
    /// ```
    pub fn describe(self) -> &'static str {
        match self {
            Self::MaskForgotten => "dropout mask forgotten",
            Self::ScaleForgotten => "dropout's 1/(1 − p) forgotten",
            Self::AnotherMask => "another dropout mask than forward",
        }
    }
}

/// A layer whose cache holds the factor of each unit, with a mistake in its backward pass.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer, faults::{DropoutFault, FaultyDropout}};
/// use layerwise_layers::Dropout;
///
/// let mut right = Dropout::new(20, 0.5, 0)?;
/// assert!(check_layer(&mut right, &CheckOptions::default())?.passed());
/// let mut wrong = FaultyDropout::new(right, DropoutFault::ScaleForgotten);
/// assert!(!check_layer(&mut wrong, &CheckOptions::default())?.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyDropout<L> {
    inner: L,
    fault: Option<DropoutFault>,
}

impl<L: Layer<f64>> FaultyDropout<L> {
    /// `inner` with this mistake.
    pub fn new(inner: L, fault: DropoutFault) -> Self {
        Self { inner, fault: Some(fault) }
    }

    /// `inner` as it is, by the same formula: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_gradcheck::{CheckOptions, check_layer, faults::FaultyDropout};
    /// use layerwise_layers::Dropout;
    ///
    /// let mut layer = FaultyDropout::without_fault(Dropout::new(20, 0.5, 0)?);
    /// assert!(check_layer(&mut layer, &CheckOptions::default())?.passed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_fault(inner: L) -> Self {
        Self { inner, fault: None }
    }
}

impl<L: Layer<f64>> Layer<f64> for FaultyDropout<L> {
    all_but_backward!();

    fn backward(
        &self,
        _a_prev: MatrixView<'_, f64>,
        _a: MatrixView<'_, f64>,
        da: MatrixViewMut<'_, f64>,
        cache: &mut [f64],
        da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<(), CoreError> {
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        let (da, n) = (da.as_view(), self.n_in());
        for (at, da_prev) in da_prev.as_mut_slice().iter_mut().enumerate() {
            let below = at - at % n + (at + 1) % n;
            let factor = match self.fault {
                Some(DropoutFault::MaskForgotten) => 1.0,
                Some(DropoutFault::ScaleForgotten) => f64::from(u8::from(cache[at] != 0.0)),
                Some(DropoutFault::AnotherMask) => cache[below],
                None => cache[at],
            };
            *da_prev = da.as_slice()[at] * factor;
        }
        Ok(())
    }
}
