//! Prediction in buffers made once.

use std::ops::Range;

use layerwise_core::linalg::{Buffer, Pool};
use layerwise_core::{CoreError, Layer, MatrixView, MatrixViewMut, Pass, Scalar, expect_shape};

use crate::train::{FirstError, threads_for};
use crate::{ModelError, Network, Result};

/// Examples that go through all layers together, at least, so that what one layer leaves is still near
/// when the next takes it up.
const BLOCK: usize = 128;

/// The most of them: the weights of a wide layer are put in another order for every block, which should pay.
const LARGEST_BLOCK: usize = 512;

/// Bytes of the weights of a layer up to which they are read as they lie.
const SMALL_WEIGHTS: usize = 32 * 1024;

/// Bytes that a block may take between layers, to be found again in the second-level cache or the third.
const BETWEEN: usize = 1 << 20;

/// Weights of a layer from which its units are shared out between threads where there is one
/// example: the product waits for weights from memory, and waking a thread takes as long as some
/// ten thousand of them.
const WEIGHTS_WORTH_A_THREAD: usize = 48 * 1024;

/// Units of a part are a multiple of this: whole cache lines of `a`.
const UNITS: usize = 16;

/// `AL` for many examples, a block of them at a time, in buffers made once.
///
/// [`Network::predict`] allocates what it returns and checks its input for NaN; this does neither.
/// A predictor belongs to one caller; several may share one network.
///
/// ```
/// use layerwise_model::{Network, Predictor, activations::{Relu, Sigmoid}, core::DMatrix};
///
/// let network = Network::<f32>::builder(3).dense(4, Relu).dense(1, Sigmoid).seed(1).build()?;
/// let x = DMatrix::from_element(3, 200, 0.5);
/// let mut predictor = Predictor::new(&network, 200)?;
/// let al = predictor.predict(&network, (&x).into())?;
/// assert_eq!(al.to_matrix(), network.predict(&x)?);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Predictor<T: Scalar> {
    capacity: usize,
    /// Examples that go through all layers together.
    block: usize,
    widest: usize,
    /// The largest scratch of a layer for one example.
    n_scratch: usize,
    n_parameters: usize,
    al: Buffer<T>,
    /// For each thread twice what the widest layer gives out for a block, and scratch.
    between: Buffer<T>,
    pool: Pool,
}

impl<T: Scalar> Predictor<T> {
    /// Buffers for `network` and at most `capacity` examples a call.
    ///
    /// # Errors
    /// [`ModelError::AtLeastOne`] if `capacity` is 0.
    pub fn new(network: &Network<T>, capacity: usize) -> Result<Self> {
        if capacity == 0 {
            return Err(ModelError::AtLeastOne { what: "the batch" });
        }
        let widest = network.layers().iter().map(|layer| layer.n_out()).max().unwrap_or(0);
        let al = Buffer::zeros(network.n_out() * capacity);
        let n_scratch = largest_scratch(network);
        let block = block(network, 2 * widest + n_scratch).min(capacity);
        let between = Buffer::zeros((2 * widest + n_scratch) * block);
        let n_parameters = network.n_parameters();
        Ok(Self {
            capacity,
            block,
            widest,
            n_scratch,
            n_parameters,
            al,
            between,
            pool: Pool::new(1),
        })
    }

    /// At most this many threads, fewer where a call is too small for them; 1 if not called.
    ///
    /// Several blocks of 128 to 512 examples are shared out between them; of one example alone the units of
    /// a wide layer. The result is the same, to the last bit, for any number.
    ///
    /// ```
    /// use layerwise_model::{Network, Predictor, activations::{Relu, Sigmoid}, core::DMatrix};
    ///
    /// let network = Network::<f32>::builder(64).dense(64, Relu).dense(1, Sigmoid).seed(1).build()?;
    /// let x = DMatrix::from_fn(64, 1000, |i, j| ((i * j) % 7) as f32);
    /// let mut one = Predictor::new(&network, 1000)?;
    /// let mut more = Predictor::new(&network, 1000)?.with_threads(4);
    /// assert_eq!(one.predict(&network, (&x).into())?, more.predict(&network, (&x).into())?);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        let threads = if self.capacity == 1 {
            threads.clamp(1, (self.n_parameters / WEIGHTS_WORTH_A_THREAD).max(1))
        } else {
            // A third of a training step's work.
            let threads = threads_for(self.n_parameters / 3, self.capacity, threads);
            threads.min(self.capacity.div_ceil(BLOCK))
        };
        self.pool = Pool::new(threads);
        let of_one = (2 * self.widest + self.n_scratch) * self.block;
        self.between = Buffer::zeros(of_one * self.pool.n_threads());
        self
    }

    /// `AL` for the examples in `X`. Shapes: `X (n_in, m)`, `AL (n_out, m)`.
    ///
    /// # Errors
    /// An `X` of the wrong height or without examples, more examples than the buffers hold, a
    /// network that is wider than the one the buffers were made for.
    pub fn predict(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
    ) -> Result<MatrixView<'_, T>> {
        expect_shape("X", x, (network.n_in(), x.ncols()))?;
        self.forward(network, Input::X(x))
    }

    /// The same where `Z = W X + b` of the first layer, which is affine, is there already.
    /// Shape: `Z (n_out of the first layer, m)`.
    pub(crate) fn predict_from_z(
        &mut self,
        network: &Network<T>,
        z: MatrixView<'_, T>,
    ) -> Result<MatrixView<'_, T>> {
        expect_shape("Z", z, (network.layers()[0].n_out(), z.ncols()))?;
        self.forward(network, Input::Z(z))
    }

    fn forward(&mut self, network: &Network<T>, input: Input<'_, T>) -> Result<MatrixView<'_, T>> {
        let m = input.ncols();
        if m > self.capacity {
            return Err(ModelError::TooManyExamples { capacity: self.capacity, found: m });
        }
        if m == 0 {
            return Err(ModelError::AtLeastOne { what: "the batch" });
        }
        let n_out = network.n_out();
        let widest = network.layers().iter().map(|layer| layer.n_out()).max().unwrap_or(0);
        let n_scratch = largest_scratch(network);
        if widest > self.widest
            || n_scratch > self.n_scratch
            || n_out * self.capacity > self.al.len()
        {
            let found = (widest, m);
            let expected = (self.widest, m);
            return Err(
                CoreError::Shape { what: "the widest layer's output", expected, found }.into()
            );
        }
        if let Input::X(x) = input
            && m == 1
            && self.pool.n_threads() > 1
        {
            let (between, scratch) = self.between.split_at_mut(2 * self.widest);
            let al = &mut self.al[..n_out];
            forward_one(network.layers(), x, [between, scratch], al, &mut self.pool)?;
            return Ok(MatrixView::column_vector(&self.al[..n_out]));
        }
        let block = self.block;
        let share = m.div_ceil(self.pool.n_threads()).next_multiple_of(BLOCK.min(block));
        let error = FirstError::default();
        let al = &mut self.al[..n_out * m];
        let widest = self.widest;
        let of_one = (2 * widest + self.n_scratch) * block;
        let parts = [(&mut *al, n_out * share), (&mut self.between[..], of_one)];
        self.pool.for_each_chunk(parts, |i, [al, between]| {
            let (between, scratch) = between.split_at_mut(2 * widest * block);
            let (one, other) = between.split_at_mut(widest * block);
            for (b, al) in al.chunks_mut(n_out * block).enumerate() {
                let first = i * share + b * block;
                let examples = first..first + al.len() / n_out;
                error.keep((|| {
                    forward_block(network.layers(), input.of(examples)?, [one, other, scratch], al)
                })());
            }
        });
        error.into_result()?;
        Ok(MatrixView::new(al, n_out, m).map_err(CoreError::from)?)
    }
}

/// What examples begin with.
#[derive(Clone, Copy)]
enum Input<'a, T: Scalar> {
    /// The features.
    X(MatrixView<'a, T>),
    /// `Z = W X + b` of the first layer.
    Z(MatrixView<'a, T>),
}

impl<T: Scalar> Input<'_, T> {
    fn ncols(&self) -> usize {
        let (Self::X(matrix) | Self::Z(matrix)) = self;
        matrix.ncols()
    }

    /// Some of the examples.
    fn of(&self, examples: Range<usize>) -> std::result::Result<Self, CoreError> {
        Ok(match self {
            Self::X(x) => Self::X(x.columns(examples)?),
            Self::Z(z) => Self::Z(z.columns(examples)?),
        })
    }
}

/// How many examples go through all layers together, of which one takes `of_one` numbers between them.
fn block<T: Scalar>(network: &Network<T>, of_one: usize) -> usize {
    let small = |n_in: usize, n_out: usize| n_in * n_out * size_of::<T>() <= SMALL_WEIGHTS;
    if network.layers().iter().all(|layer| small(layer.n_in(), layer.n_out())) {
        return BLOCK;
    }
    (BETWEEN / (of_one.max(1) * size_of::<T>()) / BLOCK * BLOCK).clamp(BLOCK, LARGEST_BLOCK)
}

/// The largest scratch of a layer for one example.
fn largest_scratch<T: Scalar>(network: &Network<T>) -> usize {
    network.layers().iter().map(|layer| layer.n_scratch()).max().unwrap_or(0)
}

/// One block through all layers, back and forth between two buffers, the last into `al`.
fn forward_block<T: Scalar>(
    layers: &[Box<dyn Layer<T>>],
    input: Input<'_, T>,
    between: [&mut [T]; 3],
    al: &mut [T],
) -> std::result::Result<(), CoreError> {
    let m = input.ncols();
    let [mut here, mut there, scratch] = between;
    let mut n_in = 0;
    for (index, layer) in layers.iter().enumerate() {
        let n_out = layer.n_out();
        let a = if index + 1 == layers.len() { &mut *al } else { &mut there[..n_out * m] };
        let scratch = &mut scratch[..layer.n_scratch() * m];
        let pass = Pass::inference();
        match input {
            Input::Z(z) if index == 0 => {
                a.copy_from_slice(z.as_slice());
                layer.forward_from_z(MatrixViewMut::new(a, n_out, m)?, scratch, &pass)?;
            }
            Input::X(x) if index == 0 => {
                layer.forward(x, MatrixViewMut::new(a, n_out, m)?, scratch, &pass)?;
            }
            _ => {
                let a_prev = MatrixView::new(&here[..n_in * m], n_in, m)?;
                layer.forward(a_prev, MatrixViewMut::new(a, n_out, m)?, scratch, &pass)?;
            }
        }
        std::mem::swap(&mut here, &mut there);
        n_in = n_out;
    }
    Ok(())
}

/// One example through all layers, the units of wide ones shared out between threads.
fn forward_one<T: Scalar>(
    layers: &[Box<dyn Layer<T>>],
    x: MatrixView<'_, T>,
    [between, scratch]: [&mut [T]; 2],
    al: &mut [T],
    pool: &mut Pool,
) -> std::result::Result<(), CoreError> {
    let (mut here, mut there) = between.split_at_mut(between.len() / 2);
    for (index, layer) in layers.iter().enumerate() {
        let (n_in, n_out) = (layer.n_in(), layer.n_out());
        let a_prev = if index == 0 { x } else { MatrixView::column_vector(&here[..n_in]) };
        let a = if index + 1 == layers.len() { &mut *al } else { &mut there[..n_out] };
        if layer.units_apart() && n_in * n_out >= WEIGHTS_WORTH_A_THREAD {
            let share = n_out.div_ceil(pool.n_threads()).next_multiple_of(UNITS);
            let error = FirstError::default();
            pool.for_each_chunk([(a, share)], |i, [a]| {
                let units = i * share..i * share + a.len();
                let a = MatrixViewMut::column_vector(a);
                error.keep(layer.forward_units(units, a_prev, a));
            });
            error.into_result()?;
        } else {
            let a = MatrixViewMut::column_vector(a);
            let scratch = &mut scratch[..layer.n_scratch()];
            layer.forward(a_prev, a, scratch, &Pass::inference())?;
        }
        std::mem::swap(&mut here, &mut there);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Relu, Softmax, Tanh};
    use layerwise_core::DMatrix;

    #[test]
    fn the_same_bits_for_any_number_of_threads_and_examples() {
        let network =
            Network::<f32>::builder(20).dense(70, Relu).residual(|stack| stack.dense(70, Tanh));
        let network = network.dense(5, Softmax).build().unwrap();
        let x = DMatrix::from_fn(20, 1000, |i, j| ((i * 7 + j * 13) % 23) as f32 - 11.0);
        let expected = network.predict(&x).unwrap();
        for (threads, m) in [(1, 1000), (2, 1000), (3, 999), (8, 1000), (2, 1), (2, 129)] {
            let mut predictor = Predictor::new(&network, m).unwrap().with_threads(threads);
            let part = x.columns(0, m).into_owned();
            let al = predictor.predict(&network, (&part).into()).unwrap().to_matrix();
            assert_eq!(al, expected.columns(0, m).into_owned(), "{threads} threads, {m} examples");
        }
    }

    #[test]
    fn a_wide_layer_takes_larger_blocks_with_the_same_bits() {
        let network = Network::<f32>::builder(90).dense(256, Relu).dense(3, Softmax);
        let network = network.build().unwrap();
        assert_eq!(block(&network, 2 * 256), 512);
        let x = DMatrix::from_fn(90, 1400, |i, j| ((i * 7 + j * 13) % 23) as f32 - 11.0);
        let expected = network.predict(&x).unwrap();
        for (threads, m) in [(1, 1400), (2, 1400), (3, 999), (2, 513), (1, 300)] {
            let mut predictor = Predictor::new(&network, m).unwrap().with_threads(threads);
            let part = x.columns(0, m).into_owned();
            let al = predictor.predict(&network, (&part).into()).unwrap().to_matrix();
            assert_eq!(al, expected.columns(0, m).into_owned(), "{threads} threads, {m} examples");
        }
    }

    #[test]
    fn one_example_has_the_same_bits_on_any_number_of_threads() {
        let builder = Network::<f32>::builder(300).dense(400, Relu).dense(333, Tanh);
        let builder = builder.layer_norm().residual(|stack| stack.dense(20, Relu).dense(333, Tanh));
        let network = builder.dense(7, Softmax).seed(3).build().unwrap();
        let x = DMatrix::from_fn(300, 1, |i, _| ((i * 7) % 23) as f32 / 9.0 - 1.0);
        let expected = network.predict(&x).unwrap();
        for threads in [1, 2, 3, 8] {
            let mut predictor = Predictor::new(&network, 1).unwrap().with_threads(threads);
            let al = predictor.predict(&network, (&x).into()).unwrap().to_matrix();
            assert_eq!(al, expected, "{threads} threads");
        }
    }

    #[test]
    fn misfits_are_refused() {
        let network = Network::<f32>::builder(3).dense(2, Relu).build().unwrap();
        let wide = Network::<f32>::builder(3).dense(9, Relu).build().unwrap();
        let mut predictor = Predictor::new(&network, 4).unwrap();
        let mut message = |network, x: &DMatrix<f32>| {
            predictor.predict(network, x.into()).unwrap_err().to_string()
        };
        assert!(message(&network, &DMatrix::zeros(3, 5)).contains("4 examples, found 5"));
        assert!(message(&network, &DMatrix::zeros(2, 1)).contains("expected X of shape (3, 1)"));
        assert!(message(&network, &DMatrix::zeros(3, 0)).contains("the batch"));
        assert!(message(&wide, &DMatrix::zeros(3, 1)).contains("the widest layer's output"));
    }
}
