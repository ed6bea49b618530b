//! An activation alone, as a layer without parameters: the check reaches g′ and nothing else.

use layerwise::core::CoreError;
use layerwise::prelude::*;

/// `a = g(a_prev)`.
#[derive(Debug)]
pub struct Elementwise<G> {
    /// Rows.
    pub n: usize,
    /// The activation.
    pub g: G,
}

impl<T: Scalar, G: Activation<T>> Layer<T> for Elementwise<G> {
    fn n_in(&self) -> usize {
        self.n
    }

    fn n_out(&self) -> usize {
        self.n
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<(), CoreError> {
        a.as_mut_slice().copy_from_slice(a_prev.as_slice());
        self.g.forward(a);
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        mut da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<(), CoreError> {
        self.g.backward(a_prev, a, da.reborrow());
        if let Some(mut da_prev) = da_prev {
            da_prev.as_mut_slice().copy_from_slice(da.as_view().as_slice());
        }
        Ok(())
    }

    fn kind(&self) -> String {
        self.g.name().into()
    }
}
