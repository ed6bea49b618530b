//! Mistakes in a layer's backward pass.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use layerwise_core::{DMatrix, Layer, MatrixView, MatrixViewMut, Pass, Result};

use super::as_the_inner;

/// What is wrong with a [`FaultyLayer`].
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer, faults::{FaultyLayer, LayerFault}};
/// use layerwise_layers::{Linear, core::{DMatrix, DVector, LinearParameters}};
///
/// let w = DMatrix::from_row_slice(1, 2, &[0.5, -1.5]);
/// let inner = Linear::new(LinearParameters { w, b: DVector::zeros(1) })?;
/// let mut layer = FaultyLayer::new(inner, LayerFault::DbSignFlipped);
/// let report = check_layer(&mut layer, &CheckOptions::default())?;
/// assert!(report.worst.is_some_and(|worst| worst.coordinate.name == "b"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerFault {
    /// Gradients are sums over examples and `1/m` is the cost's; here they are divided once more.
    MeanInGradient,
    /// `db` has the wrong sign.
    DbSignFlipped,
    /// `db` is 0.
    DbForgotten,
    /// `db` is taken of the first example only.
    DbOfFirstExample,
    /// The numbers of `dWᵀ` in the shape of `dW`.
    DwTransposed,
    /// `dW` with the `A_prev` of an earlier pass.
    DwOfStaleCache,
    /// `dW` without the last example.
    DwWithoutLastExample,
    /// `dW` pairs `dZ` of one example with `A_prev` of the next.
    DwExamplesShifted,
    /// One entry of `dW` is off by 0.1 %.
    DwOneEntryOff,
    /// A gradient is added to what the buffer held.
    GradientAccumulated,
    /// Asked for a range of columns, gives the first ones.
    ColumnsIgnored,
    /// ReLU′ is 1 where `dA > 0`, not where `Z > 0`.
    ReluOfDa,
    /// `σ′ = a` instead of `a (1 − a)`.
    SigmoidWithoutOneMinusA,
    /// `tanh′ = 1 − a` instead of `1 − a²`.
    TanhWithoutSquare,
    /// `dZ = dA`.
    DerivativeForgotten,
    /// `dA_prev = Wᵀ dA`: taken before `g′` was multiplied in.
    DaPrevOfDa,
    /// `dA_prev` is never written.
    DaPrevForgotten,
    /// `dA_prev` is added to what the buffer held.
    DaPrevAccumulated,
    /// `W` is read as if it were `Wᵀ`.
    DaPrevThroughW,
    /// `dZ` is not made when `dA_prev` is not asked for.
    DzOnlyWithDaPrev,
    /// Started from `dZ`, `σ′` is multiplied in once more.
    DerivativeTwice,
}

impl LayerFault {
    /// Every fault.
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use layerwise_gradcheck::faults::LayerFault;
    /// // Each has words of its own.
    /// let words = BTreeSet::from(LayerFault::ALL.map(LayerFault::describe));
    /// assert_eq!(words.len(), LayerFault::ALL.len());
    /// ```
    pub const ALL: [Self; 21] = [
        Self::MeanInGradient,
        Self::DbSignFlipped,
        Self::DbForgotten,
        Self::DbOfFirstExample,
        Self::DwTransposed,
        Self::DwOfStaleCache,
        Self::DwWithoutLastExample,
        Self::DwExamplesShifted,
        Self::DwOneEntryOff,
        Self::GradientAccumulated,
        Self::ColumnsIgnored,
        Self::ReluOfDa,
        Self::SigmoidWithoutOneMinusA,
        Self::TanhWithoutSquare,
        Self::DerivativeForgotten,
        Self::DaPrevOfDa,
        Self::DaPrevForgotten,
        Self::DaPrevAccumulated,
        Self::DaPrevThroughW,
        Self::DzOnlyWithDaPrev,
        Self::DerivativeTwice,
    ];

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::LayerFault;
    /// assert_eq!(LayerFault::DbSignFlipped.describe(), "sign of db flipped");
    /// ```
    pub fn describe(self) -> &'static str {
        match self {
            Self::MeanInGradient => "1/m taken once more in the gradients",
            Self::DbSignFlipped => "sign of db flipped",
            Self::DbForgotten => "db left at 0",
            Self::DbOfFirstExample => "db of the first example only",
            Self::DwTransposed => "dW transposed",
            Self::DwOfStaleCache => "dW of a stale cache",
            Self::DwWithoutLastExample => "dW without the last example",
            Self::DwExamplesShifted => "dW pairs dZ with the next example",
            Self::DwOneEntryOff => "one entry of dW off by 0.1 %",
            Self::GradientAccumulated => "gradients added to old ones",
            Self::ColumnsIgnored => "range of columns ignored",
            Self::ReluOfDa => "ReLU′ taken from dA",
            Self::SigmoidWithoutOneMinusA => "sigmoid′ without 1 − a",
            Self::TanhWithoutSquare => "tanh′ = 1 − a",
            Self::DerivativeForgotten => "dZ = dA, g′ forgotten",
            Self::DaPrevOfDa => "dA_prev = Wᵀ dA",
            Self::DaPrevForgotten => "dA_prev forgotten",
            Self::DaPrevAccumulated => "dA_prev added to an old one",
            Self::DaPrevThroughW => "dA_prev through W, not Wᵀ",
            Self::DzOnlyWithDaPrev => "dZ made only along with dA_prev",
            Self::DerivativeTwice => "sigmoid′ once more in the canonical path",
        }
    }
}

/// A dense layer with a mistake in its backward pass; its forward pass is right.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, check_layer, faults::{FaultyLayer, LayerFault}};
/// use layerwise_layers::{Dense, activations::Tanh};
/// use layerwise_layers::core::{DMatrix, DVector, LinearParameters};
///
/// let w = DMatrix::from_row_slice(1, 2, &[0.5, -1.5]);
/// let mut right = Dense::new(LinearParameters { w, b: DVector::zeros(1) }, Tanh)?;
/// assert!(check_layer(&mut right, &CheckOptions::default())?.passed());
/// let mut wrong = FaultyLayer::new(right, LayerFault::MeanInGradient);
/// assert!(!check_layer(&mut wrong, &CheckOptions::default())?.passed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FaultyLayer<L> {
    inner: L,
    fault: Option<LayerFault>,
    /// `A_prev` of an earlier pass.
    stale: Mutex<Option<DMatrix<f64>>>,
}

impl<L: Layer<f64>> FaultyLayer<L> {
    /// `inner`, whose parameters are `w` and `b`, with this mistake.
    ///
    /// ```
    /// use layerwise_gradcheck::{CheckOptions, check_layer};
    /// use layerwise_gradcheck::faults::{FaultyLayer, LayerFault};
    /// use layerwise_layers::{Linear, core::{DMatrix, DVector, LinearParameters}};
    ///
    /// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
    /// let linear = Linear::new(LinearParameters { w, b: DVector::zeros(1) })?;
    /// let mut layer = FaultyLayer::new(linear, LayerFault::DbSignFlipped);
    /// let report = check_layer(&mut layer, &CheckOptions::default())?;
    /// assert_eq!(report.worst.map(|worst| worst.coordinate.name), Some("b".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(inner: L, fault: LayerFault) -> Self {
        Self { inner, fault: Some(fault), stale: Mutex::new(None) }
    }

    /// `inner` as it is, through all that would put a mistake in: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_gradcheck::{CheckOptions, check_layer, faults::FaultyLayer};
    /// use layerwise_layers::{Linear, core::{DMatrix, DVector, LinearParameters}};
    ///
    /// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
    /// let linear = Linear::new(LinearParameters { w, b: DVector::zeros(1) })?;
    /// let mut layer = FaultyLayer::without_fault(linear);
    /// assert!(check_layer(&mut layer, &CheckOptions::default())?.passed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_fault(inner: L) -> Self {
        Self { inner, fault: None, stale: Mutex::new(None) }
    }

    /// The `A_prev` that `dW` is taken with.
    fn a_prev_of_dw(&self, a_prev: &DMatrix<f64>) -> DMatrix<f64> {
        let m = a_prev.ncols();
        match self.fault {
            Some(LayerFault::DwOfStaleCache) => {
                let mut stale = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
                let old = stale.replace(a_prev.clone());
                old.filter(|old| old.shape() == a_prev.shape()).unwrap_or_else(|| a_prev.clone())
            }
            Some(LayerFault::DwExamplesShifted) => {
                DMatrix::from_fn(a_prev.nrows(), m, |i, j| a_prev[(i, (j + 1) % m)])
            }
            Some(LayerFault::DwWithoutLastExample) => {
                let mut a_prev = a_prev.clone();
                a_prev.column_mut(m - 1).fill(0.0);
                a_prev
            }
            _ => a_prev.clone(),
        }
    }

    /// `dz` from `da` and `a`, if the mistake is in that.
    fn faulty_derivative(&self, a: f64, da: f64) -> Option<f64> {
        match self.fault {
            Some(LayerFault::ReluOfDa) => Some(if da > 0.0 { da } else { 0.0 }),
            Some(LayerFault::SigmoidWithoutOneMinusA) => Some(da * a),
            Some(LayerFault::TanhWithoutSquare) => Some(da * (1.0 - a)),
            Some(LayerFault::DerivativeForgotten) => Some(da),
            _ => None,
        }
    }

    /// `dA_prev`, if the mistake is in that and in nothing else.
    fn spoil_da_prev(&self, dz: MatrixView<'_, f64>, old: &[f64], da_prev: &mut [f64]) {
        match self.fault {
            Some(LayerFault::DaPrevForgotten) => da_prev.copy_from_slice(old),
            Some(LayerFault::DaPrevAccumulated) => {
                da_prev.iter_mut().zip(old).for_each(|(da_prev, old)| *da_prev += old);
            }
            Some(LayerFault::DaPrevThroughW) => {
                let Some(w) = self.inner.parameter(0) else { return };
                let (n_out, n_in) = w.shape();
                // The memory of W, column-major, as if it were that of Wᵀ.
                let w = DMatrix::from_column_slice(n_in, n_out, w.as_slice());
                let dz = DMatrix::from_column_slice(n_out, dz.ncols(), dz.as_slice());
                da_prev.copy_from_slice((w * dz).as_slice());
            }
            _ => {}
        }
    }
}

impl<L: Layer<f64>> Layer<f64> for FaultyLayer<L> {
    as_the_inner!();

    fn backward(
        &self,
        a_prev: MatrixView<'_, f64>,
        a: MatrixView<'_, f64>,
        mut da: MatrixViewMut<'_, f64>,
        cache: &mut [f64],
        mut da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<()> {
        if self.fault == Some(LayerFault::DzOnlyWithDaPrev) && da_prev.is_none() {
            return Ok(());
        }
        let old = da_prev.as_ref().map_or(vec![], |da_prev| da_prev.as_view().as_slice().to_vec());
        let given = da.as_view().as_slice().to_vec();
        self.inner.backward(
            a_prev,
            a,
            da.reborrow(),
            cache,
            da_prev.as_mut().map(MatrixViewMut::reborrow),
        )?;
        let mut spoilt = false;
        for ((dz, &a), &da) in da.as_mut_slice().iter_mut().zip(a.as_slice()).zip(&given) {
            if let Some(faulty) = self.faulty_derivative(a, da) {
                (*dz, spoilt) = (faulty, true);
            }
        }
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        if spoilt {
            return self.inner.backward_from_dz(a_prev, da.as_view(), cache, Some(da_prev));
        }
        if self.fault == Some(LayerFault::DaPrevOfDa) {
            let da = MatrixView::new(&given, a.nrows(), a.ncols())?;
            return self.inner.backward_from_dz(a_prev, da, cache, Some(da_prev));
        }
        self.spoil_da_prev(da.as_view(), &old, da_prev.as_mut_slice());
        Ok(())
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, f64>,
        dz: MatrixView<'_, f64>,
        cache: &[f64],
        mut gradient: MatrixViewMut<'_, f64>,
    ) -> Result<()> {
        let (fault, is_dw) = (self.fault, index == 0);
        let shape = self.parameter(index).map_or((0, 0), |parameter| parameter.shape());
        let old = gradient.as_view().as_slice().to_vec();
        let mut all = DMatrix::zeros(shape.0, shape.1);
        let dense = DMatrix::from_column_slice(a_prev.nrows(), a_prev.ncols(), a_prev.as_slice());
        let paired = if is_dw { self.a_prev_of_dw(&dense) } else { dense };
        let into = (&mut all).into();
        self.inner.gradient(index, 0..shape.1, (&paired).into(), dz, cache, into)?;
        match fault {
            Some(LayerFault::MeanInGradient) => all /= dz.ncols() as f64,
            Some(LayerFault::DbSignFlipped) if !is_dw => all.neg_mut(),
            Some(LayerFault::DbForgotten) if !is_dw => all.fill(0.0),
            Some(LayerFault::DbOfFirstExample) if !is_dw => all.copy_from_slice(dz.column(0)),
            Some(LayerFault::DwTransposed) if is_dw => {
                all = DMatrix::from_column_slice(shape.0, shape.1, all.transpose().as_slice());
            }
            Some(LayerFault::DwOneEntryOff) if is_dw => all[(shape.0 - 1, 0)] *= 1.001,
            _ => {}
        }
        let first = if fault == Some(LayerFault::ColumnsIgnored) { 0 } else { columns.start };
        let part = &all.as_slice()[first * shape.0..][..columns.len() * shape.0];
        gradient.as_mut_slice().copy_from_slice(part);
        if fault == Some(LayerFault::GradientAccumulated) {
            gradient.as_mut_slice().iter_mut().zip(&old).for_each(|(new, old)| *new += old);
        }
        Ok(())
    }

    fn backward_from_dz(
        &self,
        a_prev: MatrixView<'_, f64>,
        dz: MatrixView<'_, f64>,
        cache: &[f64],
        mut da_prev: Option<MatrixViewMut<'_, f64>>,
    ) -> Result<()> {
        let old = da_prev.as_ref().map_or(vec![], |da_prev| da_prev.as_view().as_slice().to_vec());
        let mut again = dz.as_slice().to_vec();
        if self.fault == Some(LayerFault::DerivativeTwice) {
            let mut a = DMatrix::zeros(dz.nrows(), dz.ncols());
            self.inner.forward(a_prev, (&mut a).into(), &mut [], &Pass::inference())?;
            again.iter_mut().zip(&a).for_each(|(dz, a)| *dz *= a * (1.0 - a));
        }
        let again = MatrixView::new(&again, dz.nrows(), dz.ncols())?;
        self.inner.backward_from_dz(
            a_prev,
            again,
            cache,
            da_prev.as_mut().map(MatrixViewMut::reborrow),
        )?;
        if let Some(mut da_prev) = da_prev {
            self.spoil_da_prev(dz, &old, da_prev.as_mut_slice());
        }
        Ok(())
    }
}
