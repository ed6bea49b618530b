//! One feature after the other shuffled among the examples.

use std::ops::Range;

use layerwise_core::linalg::affine;
use layerwise_core::{CoreError, DMatrix, MatrixView, MatrixViewMut, Scalar};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::Scores;
use super::shuffle::{Shuffle, Worker};
use crate::train::threads_for;
use crate::{Examples, ModelError, Network, Predictor, Result, Stream, generator};

/// [`group_importance`](crate::group_importance), one group at a time: for a program that shows how far it is.
///
/// Only examples whose features a shuffle changes are predicted again. Where the first layer begins with
/// `Z = W X + b`, it is not made anew for them either: `Z` of an example changes by `W` times what the group changes
/// by. So a shuffle of one feature costs one column of `W` instead of all, and features that are mostly the same,
/// as the margins of images, cost next to nothing.
///
/// ```
/// use layerwise_model::{Examples, Network, Shuffles, accuracy, core::DMatrix, group_importance};
/// use layerwise_model::activations::{Relu, Sigmoid};
///
/// let network = Network::<f64>::builder(3).dense(4, Relu).dense(1, Sigmoid).seed(1).build()?;
/// let x = DMatrix::from_fn(3, 40, |i, j| ((j * (7 + i)) % 40) as f64 - 19.5);
/// let y = DMatrix::from_fn(1, 40, |_, j| f64::from(u8::from(x[(0, j)] > 0.0)));
/// let mut shuffles = Shuffles::new(&network, Examples::new(&x, &y)?, accuracy, 5, 1)?;
/// assert!(shuffles.whole() > 0.0);
/// let first = shuffles.of(0..1)?;
/// let found = group_importance(&network, Examples::new(&x, &y)?, &[0..1], accuracy, 5, 1)?;
/// assert_eq!(first.values, found[0].values);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Shuffles<'a, T: Scalar, F> {
    network: &'a Network<T>,
    examples: Examples<'a, T>,
    measure: F,
    repeats: usize,
    rng: ChaCha8Rng,
    order: Vec<usize>,
    whole: f64,
    /// `AL` of the examples as they are.
    al: DMatrix<T>,
    /// The same but where a shuffle is being measured.
    shuffled: DMatrix<T>,
    /// `AL` of the examples that a shuffle changes, one after the other.
    again: Vec<T>,
    /// `Z` of the first layer for the examples as they are, if it is affine.
    z: Option<DMatrix<T>>,
    /// One a thread.
    workers: Vec<Worker<T>>,
}

impl<'a, T: Scalar, F> Shuffles<'a, T, F>
where
    F: Fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64>,
{
    /// Predicts the examples as they are; all processors share in this and later predictions.
    ///
    /// # Errors
    /// Examples that do not fit, `repeats` of 0, what the measure refuses.
    pub fn new(
        network: &'a Network<T>,
        examples: Examples<'a, T>,
        measure: F,
        repeats: usize,
        seed: u64,
    ) -> Result<Self> {
        if repeats == 0 {
            return Err(ModelError::AtLeastOne { what: "the number of shuffles" });
        }
        let (x, m) = (examples.x(), examples.m());
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut all = Predictor::new(network, m)?.with_threads(processors);
        let al = all.predict(network, x)?.to_matrix();
        let first = &network.layers()[0];
        let z = match (first.is_affine(), first.parameter(0), first.parameter(1)) {
            (true, Some(w), Some(b)) => {
                let mut z = DMatrix::zeros(first.n_out(), m);
                affine(w, b.as_slice(), x, MatrixViewMut::from(&mut z)).map_err(CoreError::from)?;
                Some(z)
            }
            _ => None,
        };
        let whole = measure((&al).into(), examples.y())?;
        let (rng, order) = (generator(seed, Stream::Importance), (0..m).collect());
        let threads = threads_for(network.n_parameters() / 3, m, processors);
        let worker = |_| Worker::new(network);
        let workers = (0..threads).map(worker).collect::<Result<_>>()?;
        let (shuffled, again) = (al.clone(), vec![]);
        Ok(Self {
            network,
            examples,
            measure,
            repeats,
            rng,
            order,
            whole,
            al,
            shuffled,
            again,
            z,
            workers,
        })
    }

    /// The measure of the examples as they are.
    pub fn whole(&self) -> f64 {
        self.whole
    }

    /// By how much the measure falls when these features are shuffled, all alike: one value a shuffle.
    ///
    /// # Errors
    /// [`ModelError::NoSuchFeature`] for features that are not there, what the measure refuses.
    pub fn of(&mut self, group: Range<usize>) -> Result<Scores> {
        let features = self.examples.x().nrows();
        if group.start > group.end || group.end > features {
            return Err(ModelError::NoSuchFeature { end: group.end, features });
        }
        // Taken together once: in X the values of a feature lie far apart.
        let x = self.examples.x();
        let there: Vec<T> =
            (0..x.ncols()).flat_map(|j| &x.column(j)[group.clone()]).copied().collect();
        let mut values = Vec::with_capacity(self.repeats);
        for _ in 0..self.repeats {
            self.order.shuffle(&mut self.rng);
            values.push(self.whole - self.score(&there, &group)?);
        }
        Ok(Scores { values })
    }

    /// The measure with the features of a group, which are `there`, in the present order.
    fn score(&mut self, there: &[T], group: &Range<usize>) -> Result<f64> {
        let n = group.len();
        let of = |j: usize| &there[j * n..(j + 1) * n];
        let order = self.order.iter().copied().enumerate();
        let changed: Vec<(usize, usize)> = order.filter(|&(j, from)| of(j) != of(from)).collect();
        if changed.is_empty() {
            return Ok(self.whole);
        }
        let n_out = self.al.nrows();
        self.again.resize(n_out * changed.len(), T::zero());
        let (network, x, z) = (self.network, self.examples.x(), self.z.as_ref());
        let shuffle = Shuffle { network, x, z, there, group };
        shuffle.predict(&changed, &mut self.workers, &mut self.again)?;
        for (new, &(j, _)) in self.again.chunks(n_out).zip(&changed) {
            self.shuffled.column_mut(j).as_mut_slice().copy_from_slice(new);
        }
        let score = (self.measure)((&self.shuffled).into(), self.examples.y());
        for &(j, _) in &changed {
            self.shuffled.column_mut(j).copy_from(&self.al.column(j));
        }
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{class_accuracy, log_loss};
    use layerwise_activations::{Relu, Softmax};

    /// Everything predicted anew from shuffled features.
    fn plainly(
        network: &Network<f64>,
        (x, y): (&DMatrix<f64>, &DMatrix<f64>),
        group: Range<usize>,
    ) -> Vec<f64> {
        let mut rng = generator(3, Stream::Importance);
        let mut order: Vec<usize> = (0..x.ncols()).collect();
        let score =
            |x: &DMatrix<f64>| log_loss((&network.predict(x).unwrap()).into(), y.into()).unwrap();
        let mut values = vec![];
        for _ in 0..4 {
            order.shuffle(&mut rng);
            let of = |i, j| if group.contains(&i) { x[(i, order[j])] } else { x[(i, j)] };
            values.push(score(x) - score(&DMatrix::from_fn(x.nrows(), x.ncols(), of)));
        }
        values
    }

    #[test]
    fn what_is_spared_changes_nothing() {
        // Every other feature is mostly 0.
        let value = |i, j| ((i * 31 + j * 17) % 23) as f64 / 7.0 - 1.5;
        let rare = |i, j| if i % 2 == 0 && (i + j) % 5 > 0 { 0.0 } else { value(i, j) };
        let x = DMatrix::from_fn(9, 3000, rare);
        let y = DMatrix::from_fn(3, 3000, |i, j| f64::from(u8::from(j % 3 == i)));
        let affine = Network::<f64>::builder(9).dense(64, Relu).dense(3, Softmax).seed(2);
        let other = Network::<f64>::builder(9).layer_norm().dense(8, Relu).dense(3, Softmax);
        for network in [affine.build().unwrap(), other.seed(2).build().unwrap()] {
            for group in [0..1, 1..2, 4..8, 0..9] {
                let examples = Examples::new(&x, &y).unwrap();
                let mut shuffles = Shuffles::new(&network, examples, log_loss, 4, 3).unwrap();
                let found = shuffles.of(group.clone()).unwrap().values;
                for (found, expected) in found.iter().zip(plainly(&network, (&x, &y), group)) {
                    assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
                }
            }
        }
    }

    #[test]
    fn a_feature_that_never_changes_is_worth_nothing() {
        let x = DMatrix::from_fn(2, 30, |i, j| if i == 0 { 0.5 } else { j as f64 });
        let y = DMatrix::from_fn(3, 30, |i, j| f64::from(u8::from(j / 10 == i)));
        let network = Network::<f64>::builder(2).dense(3, Softmax).build().unwrap();
        let examples = Examples::new(&x, &y).unwrap();
        let mut shuffles = Shuffles::new(&network, examples, class_accuracy, 3, 0).unwrap();
        assert_eq!(shuffles.of(0..1).unwrap().values, [0.0; 3]);
        assert_eq!(shuffles.of(1..1).unwrap().values, [0.0; 3]);
        let error = shuffles.of(1..3).unwrap_err();
        assert!(matches!(error, ModelError::NoSuchFeature { end: 3, features: 2 }));
    }
}
