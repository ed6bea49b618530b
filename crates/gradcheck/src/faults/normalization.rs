//! Mistakes in the backward pass of a normalization.

use layerwise_core::{CoreError, Layer, MatrixView, MatrixViewMut, Pass};

use super::all_but_backward;

/// What mean and variance are taken over.
///
/// ```
/// use layerwise_gradcheck::faults::{Across, FaultyNormalization, NormalizationFault};
/// use layerwise_gradcheck::{CheckOptions, check_layer};
/// use layerwise_layers::{BatchNorm, LayerNorm};
///
/// let fault = NormalizationFault::MeanConstant;
/// let options = CheckOptions::default();
/// let mut features = FaultyNormalization::new(LayerNorm::identity(3)?, Across::Features, fault);
/// assert!(!check_layer(&mut features, &options)?.passed());
/// let batch_norm = BatchNorm::identity(3, 0.1)?;
/// let mut examples = FaultyNormalization::new(batch_norm, Across::Examples, fault);
/// assert!(!check_layer(&mut examples, &options)?.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Across {
    /// The features of each example, as layer normalization does.
    Features,
    /// The examples of the mini-batch, as batch normalization does.
    Examples,
}

/// What is wrong with a [`FaultyNormalization`].
///
/// ```
/// use layerwise_gradcheck::faults::{Across, FaultyNormalization, NormalizationFault};
/// use layerwise_gradcheck::{CheckOptions, check_layer};
/// use layerwise_layers::{LayerNorm, core::DVector};
///
/// // With γ = 1 nobody could tell that it was left out.
/// let layer = LayerNorm::new(DVector::from_vec(vec![1.0, 2.0, 3.0]), DVector::zeros(3))?;
/// for fault in NormalizationFault::ALL {
///     let mut layer = FaultyNormalization::new(layer.clone(), Across::Features, fault);
///     assert!(!check_layer(&mut layer, &CheckOptions::default())?.passed());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormalizationFault {
    /// The mean is taken for a constant.
    MeanConstant,
    /// The variance is taken for a constant.
    VarianceConstant,
    /// γ is left out of `dA_prev`.
    GammaForgotten,
}

impl NormalizationFault {
    /// Every fault.
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use layerwise_gradcheck::faults::NormalizationFault;
    /// // Each has words of its own.
    /// let words = BTreeSet::from(NormalizationFault::ALL.map(NormalizationFault::describe));
    /// assert_eq!(words.len(), NormalizationFault::ALL.len());
    /// ```
    pub const ALL: [Self; 3] = [Self::MeanConstant, Self::VarianceConstant, Self::GammaForgotten];

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::NormalizationFault;
    /// let fault = NormalizationFault::MeanConstant;
    /// assert_eq!(fault.describe(), "normalization: mean taken for a constant");
    /// ```
    pub fn describe(self) -> &'static str {
        match self {
            Self::MeanConstant => "normalization: mean taken for a constant",
            Self::VarianceConstant => "normalization: variance taken for a constant",
            Self::GammaForgotten => "normalization: γ left out of dA_prev",
        }
    }
}

/// A normalization, `a = γ ∗ (a_prev − μ)/√(σ² + 1e-5) + β` with γ as its parameter 0, with a mistake in
/// its backward pass.
///
/// ```
/// use layerwise_gradcheck::faults::{Across, FaultyNormalization, NormalizationFault};
/// use layerwise_gradcheck::{CheckOptions, check_layer};
/// use layerwise_layers::LayerNorm;
///
/// let mut right = LayerNorm::identity(4)?;
/// assert!(check_layer(&mut right, &CheckOptions::default())?.passed());
/// let fault = NormalizationFault::VarianceConstant;
/// let mut wrong = FaultyNormalization::new(right, Across::Features, fault);
/// assert!(!check_layer(&mut wrong, &CheckOptions::default())?.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyNormalization<L> {
    inner: L,
    across: Across,
    fault: Option<NormalizationFault>,
}

impl<L: Layer<f64>> FaultyNormalization<L> {
    /// `inner`, which normalizes across these, with this mistake.
    pub fn new(inner: L, across: Across, fault: NormalizationFault) -> Self {
        Self { inner, across, fault: Some(fault) }
    }

    /// `inner` as it is, by the same formula: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::{Across, FaultyNormalization};
    /// use layerwise_gradcheck::{CheckOptions, check_layer};
    /// use layerwise_layers::LayerNorm;
    ///
    /// let layer = LayerNorm::identity(4)?;
    /// let mut layer = FaultyNormalization::without_fault(layer, Across::Features);
    /// assert!(check_layer(&mut layer, &CheckOptions::default())?.passed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_fault(inner: L, across: Across) -> Self {
        Self { inner, across, fault: None }
    }
}

impl<L: Layer<f64>> Layer<f64> for FaultyNormalization<L> {
    all_but_backward!();

    fn backward(
        &self,
        a_prev: MatrixView<'_, f64>,
        _a: MatrixView<'_, f64>,
        da: MatrixViewMut<'_, f64>,
        _cache: &mut [f64],
        da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<(), CoreError> {
        let (Some(mut da_prev), Some(gamma)) = (da_prev, self.parameter(0)) else { return Ok(()) };
        let ((n, m), da) = (a_prev.shape(), da.as_view());
        let (lines, len) = match self.across {
            Across::Features => (m, n),
            Across::Examples => (n, m),
        };
        for line in 0..lines {
            let place = |k: usize| match self.across {
                Across::Features => (k, line),
                Across::Examples => (line, k),
            };
            let mean_of = |f: &dyn Fn(usize) -> f64| (0..len).map(f).sum::<f64>() / len as f64;
            let x = |k: usize| a_prev[place(k)];
            let mean = mean_of(&x);
            let scale = (mean_of(&|k| (x(k) - mean).powi(2)) + 1e-5).sqrt().recip();
            let normalized = |k: usize| (x(k) - mean) * scale;
            let g = |k: usize| match self.fault {
                Some(NormalizationFault::GammaForgotten) => da[place(k)],
                _ => da[place(k)] * gamma.as_slice()[place(k).0],
            };
            let through_mean = match self.fault {
                Some(NormalizationFault::MeanConstant) => 0.0,
                _ => mean_of(&g),
            };
            let through_variance = match self.fault {
                Some(NormalizationFault::VarianceConstant) => 0.0,
                _ => mean_of(&|k| g(k) * normalized(k)),
            };
            for k in 0..len {
                let (i, j) = place(k);
                let value = (g(k) - through_mean - normalized(k) * through_variance) * scale;
                da_prev.column_mut(j)[i] = value;
            }
        }
        Ok(())
    }
}
