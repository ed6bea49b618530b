//! `X` cut into blocks of features, once, for who goes through it again and again.
//!
//! In a matrix with many features the numbers of one example are far from those of the next: a block of
//! features, read example after example, has few places in the caches, and is read from memory again for
//! every use. Here each block lies by itself and stays near while `dW`, the update and the next `Z` are made
//! of it; the block after it is asked for meanwhile.

mod kernel;

use std::ops::Range;

use crate::pack::LINE;
use crate::plan::KC;
use crate::product::scale;
use crate::start::Start;
use crate::stretches::stretches;
use crate::{LinalgError, MatrixView, MatrixViewMut, Result, Scalar};

pub(crate) use kernel::{Block, gradient, sums};

/// Lines of memory that a block has of each example, at most.
const LINES: usize = 8;
/// Bytes of a block that stay in the second-level cache beside those of the next.
const NEAR: usize = 192 * 1024;

/// A copy of `X (n_in, m)` in blocks of features: those of one of the [`stretches`] after those of the one
/// before.
///
/// ```
/// use layerwise_linalg::{DMatrix, FeatureBlocks, stretches};
///
/// let x = DMatrix::from_fn(700, 3, |i, j| (i * j) as f64);
/// let blocks = FeatureBlocks::new((&x).into());
/// let of_second: Vec<_> = blocks.stretch(1).map(|block| block.features()).collect();
/// let second = stretches(700).nth(1).unwrap();
/// assert_eq!((of_second[0].start, of_second.last().unwrap().end), (second.start, second.end));
/// ```
#[derive(Debug)]
pub struct FeatureBlocks<T> {
    values: Vec<T>,
    /// Where in `values` the first line of memory starts.
    start: usize,
    m: usize,
    blocks: Vec<Place>,
    /// How many blocks the stretches before each one have, and all of them.
    before: Vec<usize>,
}

/// Where a block lies.
#[derive(Debug, Clone)]
struct Place {
    features: Range<usize>,
    at: usize,
    /// From an example to the next.
    step: usize,
}

/// Some features of all examples, one of the [`FeatureBlocks`].
///
/// ```
/// use layerwise_linalg::{DMatrix, FeatureBlock, FeatureBlocks};
///
/// /// How many numbers a block has, those that fill up its lines of memory left out.
/// fn numbers(block: FeatureBlock<'_, f32>, m: usize) -> usize {
///     block.features().len() * m
/// }
/// let blocks = FeatureBlocks::new((&DMatrix::from_element(700, 3, 1.0)).into());
/// let all = (0..2).flat_map(|stretch| blocks.stretch(stretch)).map(|block| numbers(block, 3));
/// assert_eq!(all.sum::<usize>(), 700 * 3);
/// ```
#[derive(Debug, Clone)]
pub struct FeatureBlock<'a, T> {
    values: &'a [T],
    features: Range<usize>,
    step: usize,
    m: usize,
    first: bool,
}

impl<T: Scalar> FeatureBlocks<T> {
    /// Whether blocks can be used for `n_out` units and `m` examples: 2 to 24 units, where these products are
    /// the quicker ones, and 2 to 512 examples, where they have the bits of those with `X`.
    ///
    /// ```
    /// use layerwise_linalg::FeatureBlocks;
    ///
    /// assert!(FeatureBlocks::<f64>::suit(20, 209));
    /// assert!(!FeatureBlocks::<f64>::suit(1, 209) && !FeatureBlocks::<f64>::suit(20, 60_000));
    /// ```
    pub fn suit(n_out: usize, m: usize) -> bool {
        (2..=kernel::MOST_UNITS).contains(&n_out) && (2..=KC).contains(&m)
    }

    /// Copies `X (n_in, m)`, which takes a little more memory than `X` does: a line of 64 bytes for each
    /// example of each block, an eighth more at most widths.
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let blocks = FeatureBlocks::new((&DMatrix::from_element(5, 2, 1.0)).into());
    /// assert_eq!(blocks.stretch(0).count(), 1);
    /// ```
    pub fn new(x: MatrixView<'_, T>) -> Self {
        let (n_in, m) = x.shape();
        let line = LINE / size_of::<T>();
        // Pairs of lines, which hold whole registers of any kind, and one more, so that examples do not fall
        // on each other in the cache.
        let pairs = (NEAR / LINE / m.max(1)).clamp(2, LINES) / 2;
        let most = pairs * 2 * line;
        let (mut blocks, mut before, mut at) = (vec![], vec![0], 0);
        for stretch in stretches(n_in) {
            for start in stretch.clone().step_by(most) {
                let features = start..(start + most).min(stretch.end);
                let step = features.len().next_multiple_of(2 * line) + line;
                blocks.push(Place { features, at, step });
                at += step * m;
            }
            before.push(blocks.len());
        }
        let mut values = vec![T::zero(); at + line];
        let start = values.as_ptr().align_offset(LINE).min(line);
        for Place { features, at, step } in &blocks {
            for (j, example) in x.as_slice().chunks_exact(n_in.max(1)).enumerate() {
                let to = start + at + j * step;
                values[to..to + features.len()].copy_from_slice(&example[features.clone()]);
            }
        }
        Self { values, start, m, blocks, before }
    }

    /// The most features that a block has.
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let blocks = FeatureBlocks::new((&DMatrix::from_element(5, 2, 1.0)).into());
    /// assert_eq!(blocks.most_features(), 5);
    /// ```
    pub fn most_features(&self) -> usize {
        self.blocks.iter().map(|place| place.features.len()).max().unwrap_or(0)
    }

    /// The blocks of a stretch, in order; none if there is no such stretch.
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let blocks = FeatureBlocks::new((&DMatrix::from_element(5, 2, 1.0)).into());
    /// assert_eq!(blocks.stretch(1).count(), 0);
    /// ```
    pub fn stretch(&self, stretch: usize) -> impl Iterator<Item = FeatureBlock<'_, T>> {
        let bounds = self.before.get(stretch..stretch + 2).unwrap_or(&[0, 0]);
        let blocks = &self.blocks[bounds[0]..bounds[1]];
        blocks.iter().enumerate().map(|(i, Place { features, at, step })| {
            let at = self.start + at;
            let values = &self.values[at..at + step * self.m];
            FeatureBlock {
                values,
                features: features.clone(),
                step: *step,
                m: self.m,
                first: i == 0,
            }
        })
    }
}

impl<T: Scalar> FeatureBlock<'_, T> {
    /// Which features these are.
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let blocks = FeatureBlocks::new((&DMatrix::from_element(5, 2, 1.0)).into());
    /// assert_eq!(blocks.stretch(0).next().map(|block| block.features()), Some(0..5));
    /// ```
    pub fn features(&self) -> Range<usize> {
        self.features.clone()
    }

    /// `C := alpha dZ X[features, :]ᵀ + beta C`: these columns of `dW`, or of `W`, with the bits of
    /// [`matmul_nt_columns`](crate::matmul_nt_columns). Shapes: `dZ (n_out, m)`, `C (n_out, features)`.
    ///
    /// # Errors
    /// [`LinalgError::Shape`] if the matrices do not fit together, or the blocks do not
    /// [`suit`](FeatureBlocks::suit) them.
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let x = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    /// let dz = DMatrix::from_row_slice(2, 2, &[1.0, 10.0, 0.0, 1.0]);
    /// let mut dw = DMatrix::zeros(2, 2);
    /// for block in FeatureBlocks::new((&x).into()).stretch(0) {
    ///     block.matmul_nt(0.5, (&dz).into(), 0.0, (&mut dw).into())?;
    /// }
    /// assert_eq!(dw.as_slice(), [10.5, 1.0, 21.5, 2.0]);
    /// # Ok::<(), layerwise_linalg::LinalgError>(())
    /// ```
    pub fn matmul_nt(
        &self,
        alpha: T,
        dz: MatrixView<'_, T>,
        beta: T,
        mut c: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let n_out = self.n_out("FeatureBlock::matmul_nt", ("dZ", dz.shape()), self.m)?;
        self.n_out("FeatureBlock::matmul_nt", ("C", c.shape()), self.features.len())?;
        if c.nrows() != n_out {
            let (expected, found) = ((n_out, self.features.len()), c.shape());
            let operation = "FeatureBlock::matmul_nt";
            return Err(LinalgError::Shape { operation, what: "C", expected, found });
        }
        // As everywhere, what is multiplied by 0 is not read.
        let start = if beta == T::zero() { Start::zero() } else { Start::old() };
        if start.reads() {
            scale(beta, c.as_mut_slice());
        }
        T::block_gradient(&self.block(n_out), dz.as_slice(), (alpha, start), c.as_mut_slice());
        Ok(())
    }

    /// `S := W X[features, :]` for the first block of a stretch, `S := S + W X[features, :]` for those after
    /// it: in the end, with the bits of [`affine_stretch`](crate::affine_stretch), the whole stretch's.
    /// Shapes: `W (n_out, features)`, `S (n_out, m)`.
    ///
    /// # Errors
    /// As [`matmul_nt`](FeatureBlock::matmul_nt).
    ///
    /// ```
    /// use layerwise_linalg::{DMatrix, FeatureBlocks};
    ///
    /// let x = DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 2.0, 4.0]);
    /// let w = DMatrix::from_row_slice(2, 2, &[1.0, 10.0, 0.0, 1.0]);
    /// let mut s = DMatrix::from_element(2, 2, f64::NAN);
    /// for block in FeatureBlocks::new((&x).into()).stretch(0) {
    ///     block.affine((&w).into(), (&mut s).into())?;
    /// }
    /// assert_eq!(s.as_slice(), [21.0, 2.0, 43.0, 4.0]);
    /// # Ok::<(), layerwise_linalg::LinalgError>(())
    /// ```
    pub fn affine(&self, w: MatrixView<'_, T>, mut s: MatrixViewMut<'_, T>) -> Result<()> {
        let operation = "FeatureBlock::affine";
        let n_out = self.n_out(operation, ("W", w.shape()), self.features.len())?;
        if s.shape() != (n_out, self.m) {
            let (expected, found) = ((n_out, self.m), s.shape());
            return Err(LinalgError::Shape { operation, what: "S", expected, found });
        }
        T::block_sums(&self.block(n_out), w.as_slice(), self.first, s.as_mut_slice());
        Ok(())
    }

    /// The number of units of a matrix with this many columns.
    fn n_out(
        &self,
        operation: &'static str,
        (what, (n_out, ncols)): (&'static str, (usize, usize)),
        expected: usize,
    ) -> Result<usize> {
        let most = kernel::MOST_UNITS;
        if n_out < 2 || n_out > most || ncols != expected {
            let expected = (n_out.clamp(2, most), expected);
            return Err(LinalgError::Shape { operation, what, expected, found: (n_out, ncols) });
        }
        if !FeatureBlocks::<T>::suit(n_out, self.m) {
            let n = self.features.len();
            let (expected, found) = ((n, self.m.clamp(2, KC)), (n, self.m));
            return Err(LinalgError::Shape { operation, what: "X", expected, found });
        }
        Ok(n_out)
    }

    fn block(&self, n_out: usize) -> Block<'_, T> {
        Block {
            values: self.values,
            features: self.features.len(),
            step: self.step,
            m: self.m,
            n_out,
        }
    }
}

#[cfg(test)]
mod tests;
