//! Mini-batches of examples in a new order each epoch.

use layerwise_core::{DMatrix, MatrixView, Scalar};
use rand::seq::SliceRandom;

use crate::{Examples, Result, Stream, generator};

/// `X`, `Y` and the weights of a mini-batch.
pub(super) type Batch<'a, T> = (MatrixView<'a, T>, MatrixView<'a, T>, Option<&'a [T]>);

/// Training examples in a new order each epoch, cut into mini-batches.
pub(super) struct Batches<'a, T: Scalar> {
    examples: Examples<'a, T>,
    size: usize,
    /// Whether a last mini-batch of one example is joined to the one before.
    joins: bool,
    seed_rng: rand::rngs::ChaCha8Rng,
    order: Vec<usize>,
    /// The examples of one mini-batch, gathered.
    x: DMatrix<T>,
    y: DMatrix<T>,
    weights: Vec<T>,
}

impl<'a, T: Scalar> Batches<'a, T> {
    /// With `several`, a mini-batch has two examples or more: one that is left over is joined to those
    /// before it.
    pub(super) fn new(examples: Examples<'a, T>, size: usize, seed: u64, several: bool) -> Self {
        let joins = several && size < examples.m() && examples.m() % size == 1;
        let largest = size + usize::from(joins);
        // One batch of everything is used where it lies.
        let gathered = if largest < examples.m() { largest } else { 0 };
        Self {
            examples,
            size,
            joins,
            seed_rng: generator(seed, Stream::Shuffling),
            order: (0..examples.m()).collect(),
            x: DMatrix::zeros(examples.x().nrows(), gathered),
            y: DMatrix::zeros(examples.y().nrows(), gathered),
            weights: vec![T::zero(); if examples.weights().is_some() { gathered } else { 0 }],
        }
    }

    pub(super) fn count(&self) -> usize {
        self.examples.m().div_ceil(self.size) - usize::from(self.joins)
    }

    /// The examples of the largest mini-batch.
    pub(super) fn largest(&self) -> usize {
        self.size + usize::from(self.joins)
    }

    pub(super) fn shuffle(&mut self) {
        if self.count() > 1 {
            self.order.shuffle(&mut self.seed_rng);
        }
    }

    pub(super) fn get(&mut self, index: usize) -> Result<Batch<'_, T>> {
        if self.count() == 1 {
            return Ok((self.examples.x(), self.examples.y(), self.examples.weights()));
        }
        let start = index * self.size;
        let end = if index + 1 == self.count() { self.order.len() } else { start + self.size };
        let chosen = &self.order[start..end];
        for (slot, &example) in chosen.iter().enumerate() {
            self.x.column_mut(slot).copy_from_slice(self.examples.x().column(example));
            self.y.column_mut(slot).copy_from_slice(self.examples.y().column(example));
            if let Some(weights) = self.examples.weights() {
                self.weights[slot] = weights[example];
            }
        }
        let part = 0..chosen.len();
        let weights = self.examples.weights().map(|_| &self.weights[part.clone()]);
        let columns = |matrix| {
            MatrixView::from(matrix).columns(part.clone()).map_err(layerwise_core::CoreError::from)
        };
        Ok((columns(&self.x)?, columns(&self.y)?, weights))
    }
}
