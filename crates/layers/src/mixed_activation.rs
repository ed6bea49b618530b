//! An activation that each unit takes as much of as it learns to (Holzmüller, Grinsztajn and Steinwart,
//! "Better by Default: Strong Pre-Tuned MLPs", 2024, section 3: parametric activations).

use std::ops::Range;

use layerwise_activations::Activation;
use layerwise_core::{
    CoreError, DVector, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// `a = (1 − s) ∗ z + s ∗ g(z)` with `z = a_prev` and parameter 0 `s (n, 1)`, one share a unit: 1 is the
/// activation, 0 nothing at all. It goes after a layer without an activation.
///
/// Backward: `da_prev = (1 − s) ∗ da + Jᵀ (s ∗ da)` with `J = ∂g/∂z`, for an activation of single entries
/// `s ∗ da ∗ g′(z)`; `ds = Σ da ∗ (g(z) − z)`.
///
/// ```
/// use layerwise_layers::{MixedActivation, activations::Relu};
/// use layerwise_layers::core::{DMatrix, DVector, Layer, Pass};
///
/// let layer = MixedActivation::new(DVector::from_vec(vec![1.0, 0.25]), Relu)?;
/// let z = DMatrix::from_element(2, 1, -4.0);
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&z).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a.as_slice(), [0.0, -3.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MixedActivation<T: Scalar, G> {
    s: DVector<T>,
    activation: G,
}

impl<T: Scalar, G: Activation<T>> MixedActivation<T, G> {
    /// A layer with these shares; 1 is the usual start.
    ///
    /// # Errors
    /// No numbers, NaN or an infinity among them.
    pub fn new(s: DVector<T>, activation: G) -> Result<Self> {
        expect_matrix("s", (&s).into())?;
        Ok(Self { s, activation })
    }
}

impl<T: Scalar, G: Activation<T>> Layer<T> for MixedActivation<T, G> {
    fn n_in(&self) -> usize {
        self.s.len()
    }

    fn n_out(&self) -> usize {
        self.s.len()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        a.as_mut_slice().copy_from_slice(a_prev.as_slice());
        self.activation.forward(a.reborrow());
        if pass.training {
            let values = a.as_view().as_slice();
            expect_shape("the cache", MatrixView::column_vector(cache), (values.len(), 1))?;
            cache.copy_from_slice(values);
        }
        for j in 0..a_prev.ncols() {
            for ((a, &z), &s) in a.column_mut(j).iter_mut().zip(a_prev.column(j)).zip(&self.s) {
                *a = z + s * (*a - z);
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let (da, (n, m)) = (da.as_view(), a_prev.shape());
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("da", da, (n, m))?;
        let values = MatrixView::new(cache, n, m)?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), (n, m))?;
        for j in 0..m {
            let given = da.column(j).iter().zip(&self.s);
            for (da_prev, (&da, &s)) in da_prev.column_mut(j).iter_mut().zip(given) {
                *da_prev = s * da;
            }
        }
        self.activation.backward(a_prev, values, da_prev.reborrow());
        for j in 0..m {
            let given = da.column(j).iter().zip(&self.s);
            for (da_prev, (&da, &s)) in da_prev.column_mut(j).iter_mut().zip(given) {
                *da_prev += (T::one() - s) * da;
            }
        }
        Ok(())
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        mut gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        if index > 0 {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        }
        let (n, m) = a_prev.shape();
        expect_shape("a_prev", a_prev, (self.n_in(), m))?;
        expect_shape("da", dz, (n, m))?;
        expect_shape("ds", gradient.as_view(), (n, columns.len()))?;
        let values = MatrixView::new(cache, n, m)?;
        gradient.as_mut_slice().fill(T::zero());
        for j in 0..m {
            let given = values.column(j).iter().zip(a_prev.column(j)).zip(dz.column(j));
            // A range without the one column leaves nothing to add to.
            for (sum, ((&value, &z), &da)) in gradient.as_mut_slice().iter_mut().zip(given) {
                *sum += da * (value - z);
            }
        }
        Ok(())
    }

    fn n_cache(&self) -> usize {
        self.s.len()
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        (index == 0).then(|| (&self.s).into())
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        visit((&mut self.s).into());
    }

    fn parameter_name(&self, _index: usize) -> String {
        "s".into()
    }

    fn kind(&self) -> String {
        format!("mixed {}", self.activation.name())
    }

    fn spec(&self) -> Option<LayerSpec> {
        let settings = self.activation.settings().into_iter();
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "mixed".into(),
            n_in: self.s.len(),
            n_out: self.s.len(),
            settings: settings
                .map(|(name, value)| (name.to_owned(), value.to_string()))
                .chain([("activation".to_owned(), self.activation.name().to_owned())])
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use layerwise_activations::{Relu, Softmax, Tanh};
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    fn layer<G: Activation<f64>>(s: &[f64], activation: G) -> MixedActivation<f64, G> {
        MixedActivation::new(DVector::from_column_slice(s), activation).unwrap()
    }

    #[test]
    fn by_hand() {
        let z = DMatrix::from_column_slice(3, 2, &[-4.0, -4.0, -4.0, 2.0, 2.0, 2.0]);
        let da = DMatrix::from_column_slice(3, 2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let pass = OnePass::of(&layer(&[1.0, 0.25, 0.0], Relu), &z, &da);
        assert_eq!(pass.a.as_slice(), [0.0, -3.0, -4.0, 2.0, 2.0, 2.0]);
        assert_eq!(pass.da_prev.as_slice(), [0.0, 1.5, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(pass.gradients, [[4.0, 8.0, 12.0]]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refuses_what_does_not_fit(&layer(&[1.0, 0.5], Tanh));
        assert!(MixedActivation::<f64, _>::new(DVector::zeros(0), Relu).is_err());
        // A cache of another pass.
        let (x, mut a) = (DMatrix::zeros(1, 3), DMatrix::zeros(1, 3));
        let pass = Pass::training(0, 0);
        let result = layer(&[1.0], Relu).forward((&x).into(), (&mut a).into(), &mut [0.0], &pass);
        let expected = "expected the cache of shape (3, 1), found (1, 1)";
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn says_what_it_mixes() {
        let layer = layer(&[1.0], Softmax);
        assert_eq!(layer.kind(), "mixed softmax");
        assert_eq!(layer.spec().unwrap().settings["activation"], "softmax");
    }

    proptest! {
        /// Between nothing at all and the activation, in training and in inference.
        #[test]
        fn between_both(z in prop::collection::vec(-5.0..5.0_f64, 6), s in 0.0..=1.0_f64) {
            let z = DMatrix::from_column_slice(3, 2, &z);
            for share in [0.0, s, 1.0] {
                let layer = layer(&[share; 3], Softmax);
                let expected = &z * (1.0 - share) + Softmax.value(&z) * share;
                let a = inferred(&layer, &z);
                prop_assert!((&a - expected).amax() < 1e-14);
                prop_assert_eq!(OnePass::of(&layer, &z, &z).a, a);
            }
        }
    }
}
