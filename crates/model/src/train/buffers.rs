//! What a training step keeps of layers and parameters.

use std::ops::Range;

use layerwise_core::linalg::Buffer;
use layerwise_core::{GradientForm, Layer, MatrixView, Result as CoreResult, Scalar};

/// What a layer leaves in the forward pass of `capacity` examples.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) n_out: usize,
    pub(super) n_cache: usize,
    a: Buffer<T>,
}

impl<T: Scalar> Kept<T> {
    pub(super) fn new(layer: &dyn Layer<T>, capacity: usize) -> Self {
        let (n_out, n_cache) = (layer.n_out(), layer.n_cache());
        Self { n_out, n_cache, a: Buffer::zeros(n_out * capacity) }
    }

    /// `a` of these examples.
    pub(super) fn of(&self, examples: Range<usize>) -> CoreResult<MatrixView<'_, T>> {
        let a = &self.a[self.n_out * examples.start..self.n_out * examples.end];
        Ok(MatrixView::new(a, self.n_out, examples.len())?)
    }

    /// `a` of the first `m` examples, to write.
    pub(super) fn of_mut(&mut self, m: usize) -> &mut [T] {
        &mut self.a[..self.n_out * m]
    }
}

/// A parameter of a layer, without its numbers.
#[derive(Debug)]
pub(super) struct Trained {
    /// The layer, counted from 0, and the parameter's index in it.
    pub(super) layer: usize,
    pub(super) index: usize,
    pub(super) shape: (usize, usize),
    pub(super) form: GradientForm,
    pub(super) decays: bool,
    /// Columns of its gradient made together, where its form is a product.
    pub(super) together: usize,
    /// Factors on the learning rate (0 when frozen) and on weight decay.
    pub(super) factors: (f64, f64),
}

impl Trained {
    /// Numbers it has.
    pub(super) fn len(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.factors.0 == 0.0
    }

    /// Room for the columns of its gradient that are made together.
    pub(super) fn scratch(&self) -> usize {
        self.shape.0 * self.together.min(self.shape.1)
    }
}
