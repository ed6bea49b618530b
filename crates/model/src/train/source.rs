//! Examples that come one mini-batch after the other, from wherever they are.

use layerwise_core::{MatrixView, Scalar, expect_matrix, expect_shape};
use layerwise_cost::Cost;

use super::batches::{Batch, Batches};
use crate::{ModelError, Network, Result};

/// Mini-batches from anywhere: a file larger than memory, a generator, another thread. A [`Trainer`](crate::Trainer)
/// takes them by [`fit_source`](crate::Trainer::fit_source).
///
/// ```
/// use layerwise_model::{BatchSource, Network, Result, Trainer, core::{DMatrix, MatrixView}};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
///
/// /// y = 2 x + 1 for ever other x.
/// struct Line { x: DMatrix<f64>, y: DMatrix<f64>, drawn: u64 }
///
/// impl BatchSource<f64> for Line {
///     fn batches(&self) -> usize { 50 }
///     fn largest(&self) -> usize { 8 }
///     fn begin(&mut self, epoch: usize, skip: usize) -> Result<()> {
///         // What comes follows from the epoch alone: a training can be gone on with.
///         self.drawn = ((epoch - 1) * 50 + skip) as u64;
///         Ok(())
///     }
///     fn next_batch(&mut self) -> Result<(MatrixView<'_, f64>, MatrixView<'_, f64>)> {
///         self.drawn += 1;
///         self.x = DMatrix::from_fn(1, 8, |_, j| ((self.drawn * 8 + j as u64) % 17) as f64 / 17.0);
///         self.y = self.x.map(|x| 2.0 * x + 1.0);
///         Ok(((&self.x).into(), (&self.y).into()))
///     }
/// }
///
/// let mut network = Network::builder(1).dense(1, Identity).build()?;
/// let mut line = Line { x: DMatrix::zeros(1, 8), y: DMatrix::zeros(1, 8), drawn: 0 };
/// let history = Trainer::new(MeanSquaredError, Adam::new(0.05)?)
///     .epochs(10)
///     .fit_source(&mut network, &mut line, None)?;
/// assert!(history.epochs[9].cost < 1e-3);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub trait BatchSource<T: Scalar> {
    /// Mini-batches of an epoch, at least one.
    fn batches(&self) -> usize;

    /// Examples of the largest of them.
    fn largest(&self) -> usize;

    /// Begins an epoch, counted from 1, with its first `skip` mini-batches left out. The same epoch of the same
    /// source must give the same mini-batches.
    ///
    /// # Errors
    /// [`ModelError::Source`] for whatever goes wrong.
    fn begin(&mut self, epoch: usize, skip: usize) -> Result<()>;

    /// `X (n_x, m)` and `Y (n_y, m)` of the next mini-batch of the epoch.
    ///
    /// # Errors
    /// [`ModelError::Source`] for whatever goes wrong.
    fn next_batch(&mut self) -> Result<(MatrixView<'_, T>, MatrixView<'_, T>)>;
}

/// Where a training gets its mini-batches from.
pub(super) enum Feed<'e, T: Scalar> {
    Memory(Box<Batches<'e, T>>),
    Source(&'e mut dyn BatchSource<T>),
}

impl<T: Scalar> Feed<'_, T> {
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Memory(batches) => batches.count(),
            Self::Source(source) => source.batches(),
        }
    }

    pub(super) fn largest(&self) -> usize {
        match self {
            Self::Memory(batches) => batches.largest(),
            Self::Source(source) => source.largest(),
        }
    }

    /// Whether every mini-batch is the same: all examples, where they lie.
    pub(super) fn is_one_batch(&self) -> bool {
        matches!(self, Self::Memory(batches) if batches.count() == 1)
    }

    /// An epoch that was trained before.
    pub(super) fn pass_over(&mut self) {
        if let Self::Memory(batches) = self {
            batches.shuffle();
        }
    }

    pub(super) fn begin(&mut self, epoch: usize, skip: usize) -> Result<()> {
        match self {
            Self::Memory(batches) => batches.shuffle(),
            Self::Source(source) => source.begin(epoch, skip)?,
        }
        Ok(())
    }

    /// The mini-batch of this index; they are asked for in order.
    pub(super) fn get(
        &mut self,
        index: usize,
        network: &Network<T>,
        cost: &dyn Cost<T>,
    ) -> Result<Batch<'_, T>> {
        match self {
            // Checked as a whole before.
            Self::Memory(batches) => batches.get(index),
            Self::Source(source) => {
                let most = source.largest();
                let (x, y) = source.next_batch()?;
                if x.ncols() > most {
                    let found = x.ncols();
                    return Err(ModelError::TooManyExamples { capacity: most, found });
                }
                expect_matrix("X", x)?;
                expect_matrix("Y", y)?;
                expect_shape("X", x, (network.n_in(), x.ncols()))?;
                expect_shape("Y", y, (network.n_out(), x.ncols()))?;
                cost.check_labels(y)?;
                Ok((x, y, None))
            }
        }
    }
}
