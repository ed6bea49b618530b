//! What a recipe is worth on examples it has not seen.

use std::collections::BTreeMap;

use layerwise_core::{DMatrix, Scalar};
use rand::seq::SliceRandom;

use super::Fold;
use crate::train::classes;
use crate::{Examples, ModelError, Result, Stream, generator};

/// A score with its spread.
///
/// ```
/// use layerwise_model::Scores;
///
/// let scores = Scores { values: vec![0.8, 0.9, 1.0, 0.9] };
/// assert!((scores.mean() - 0.9).abs() < 1e-12);
/// assert!((scores.deviation() - 0.005_f64.sqrt()).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// One score a fold or repetition.
    pub values: Vec<f64>,
}

impl Scores {
    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Their standard deviation, `√(Σ (v − mean)²/n)`.
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares = self.values.iter().map(|value| (value - mean).powi(2));
        (squares.sum::<f64>() / self.values.len() as f64).sqrt()
    }
}

/// Trains on each fold and scores what was held out.
///
/// `train_and_score(fold, training, held_out)` makes a network of its own, trains it on the first
/// examples and measures it on the others. Whatever is learned of the data (standardization,
/// encodings) belongs inside it.
///
/// # Errors
/// The first that `train_and_score` gives; folds that name examples which are not there.
///
/// ```
/// use layerwise_model::{Network, Trainer, accuracy, core::DMatrix, cross_validate, k_fold};
/// use layerwise_model::{activations::Sigmoid, cost::BinaryCrossEntropy, optim::Adam};
///
/// let x = DMatrix::from_fn(1, 40, |_, j| j as f64 / 20.0 - 1.0);
/// let y = x.map(|x| f64::from(u8::from(x > 0.0)));
/// let scores = cross_validate(&k_fold(40, 4, 1)?, (&x, &y), |fold, training, held_out| {
///     let mut network = Network::<f64>::builder(1).dense(1, Sigmoid).seed(fold as u64).build()?;
///     Trainer::new(BinaryCrossEntropy, Adam::new(0.1)?).fit(&mut network, training, None)?;
///     let al = network.predict(&held_out.x().to_matrix())?;
///     accuracy((&al).into(), held_out.y())
/// })?;
/// assert!(scores.mean() > 0.9 && scores.values.len() == 4);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn cross_validate<T: Scalar>(
    folds: &[Fold],
    (x, y): (&DMatrix<T>, &DMatrix<T>),
    mut train_and_score: impl FnMut(usize, Examples<'_, T>, Examples<'_, T>) -> Result<f64>,
) -> Result<Scores> {
    let mut values = Vec::with_capacity(folds.len());
    for (index, fold) in folds.iter().enumerate() {
        let (train_x, train_y) = select(x, y, &fold.train)?;
        let (test_x, test_y) = select(x, y, &fold.test)?;
        let training = Examples::new(&train_x, &train_y)?;
        values.push(train_and_score(index, training, Examples::new(&test_x, &test_y)?)?);
    }
    Ok(Scores { values })
}

/// A part of the training examples, and what was scored after training on it.
///
/// ```
/// use layerwise_model::{core::DMatrix, k_fold, learning_curve};
///
/// let x = DMatrix::<f64>::from_fn(1, 12, |_, j| j as f64);
/// let folds = k_fold(12, 3, 0)?;
/// let curve = learning_curve(&folds, (&x, &x), &[0.25, 1.0], |fold, _, held_out| {
///     Ok((fold + held_out.m()) as f64)
/// })?;
/// assert_eq!(curve.iter().map(|point| point.examples).collect::<Vec<_>>(), [2, 8]);
/// assert_eq!(curve[1].scores.values, [4.0, 5.0, 6.0]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Examples trained on.
    pub examples: usize,
    /// Scores, one a fold.
    pub scores: Scores,
}

/// How the score grows with the number of examples trained on: [`cross_validate`] with the first 10 %, 25 %, …
/// of each fold's training examples, for parts in (0, 1]. Their order is drawn once, always the same, so that a
/// larger part holds all smaller ones; where labels are 0 and 1, each part has its share of every class.
///
/// # Errors
/// As [`cross_validate`]; [`ModelError::Part`] with a part outside.
///
/// ```
/// use layerwise_model::{core::DMatrix, k_fold, learning_curve};
///
/// let x = DMatrix::<f64>::from_fn(1, 20, |_, j| j as f64);
/// let folds = k_fold(20, 2, 0)?;
/// let curve = learning_curve(&folds, (&x, &x), &[0.5, 1.0], |_, training, _| {
///     Ok(training.m() as f64) // any score
/// })?;
/// assert_eq!(curve[0].examples, 5);
/// assert_eq!(curve[1].scores.values, [10.0, 10.0]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn learning_curve<T: Scalar>(
    folds: &[Fold],
    examples: (&DMatrix<T>, &DMatrix<T>),
    parts: &[f64],
    mut train_and_score: impl FnMut(usize, Examples<'_, T>, Examples<'_, T>) -> Result<f64>,
) -> Result<Vec<CurvePoint>> {
    let classes = classes(examples.1.into());
    let class = |example: usize| classes.as_ref().and_then(|classes| classes.get(example).copied());
    let folds: Vec<Fold> = folds.iter().map(|fold| in_order(fold, class)).collect();
    let mut curve = Vec::with_capacity(parts.len());
    for &part in parts {
        if !(part > 0.0 && part <= 1.0) {
            return Err(ModelError::Part { found: part });
        }
        let shortened: Vec<Fold> = folds.iter().map(|fold| shorten(fold, part)).collect();
        let scores = cross_validate(&shortened, examples, &mut train_and_score)?;
        let largest = shortened.iter().map(|fold| fold.train.len()).max();
        curve.push(CurvePoint { examples: largest.unwrap_or(0), scores });
    }
    Ok(curve)
}

/// The fold with its training examples in an order of which every first part has its share of each class.
fn in_order(fold: &Fold, class: impl Fn(usize) -> Option<usize>) -> Fold {
    let mut train = fold.train.clone();
    train.shuffle(&mut generator(0, Stream::Folds));
    let mut counts: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    let places: Vec<(Option<usize>, usize)> = train
        .iter()
        .map(|&example| {
            let count = counts.entry(class(example)).or_default();
            *count += 1;
            (class(example), *count)
        })
        .collect();
    // The kth of n examples of a class belongs where (k − ½)/n of the way is over.
    let mut order: Vec<(f64, usize)> = places
        .iter()
        .zip(&train)
        .map(|((class, k), &example)| ((*k as f64 - 0.5) / counts[class] as f64, example))
        .collect();
    order.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Fold { train: order.into_iter().map(|(_, example)| example).collect(), test: fold.test.clone() }
}

/// The first part of the training examples, at least one.
fn shorten(fold: &Fold, part: f64) -> Fold {
    let all = fold.train.len();
    let count = ((all as f64 * part).round() as usize).clamp(1, all.max(1));
    Fold { train: fold.train[..count.min(all)].to_vec(), test: fold.test.clone() }
}

/// The columns of these examples.
fn select<T: Scalar>(
    x: &DMatrix<T>,
    y: &DMatrix<T>,
    examples: &[usize],
) -> Result<(DMatrix<T>, DMatrix<T>)> {
    let m = x.ncols().min(y.ncols());
    if let Some(&example) = examples.iter().find(|&&example| example >= m) {
        return Err(ModelError::NoExample { example, examples: m });
    }
    Ok((x.select_columns(examples), y.select_columns(examples)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k_fold;

    #[test]
    fn parts_and_folds_that_make_no_sense_are_refused() {
        let x = DMatrix::<f64>::zeros(1, 6);
        let folds = k_fold(6, 2, 0).unwrap();
        let score = |_: usize, _: Examples<'_, f64>, _: Examples<'_, f64>| Ok(0.0);
        for part in [0.0, 1.5, f64::NAN] {
            assert!(learning_curve(&folds, (&x, &x), &[part], score).is_err(), "{part}");
        }
        let folds = k_fold(7, 2, 0).unwrap();
        let error = cross_validate(&folds, (&x, &x), score).unwrap_err().to_string();
        assert_eq!(error, "example 6 asked for (counted from 0), but there are 6");
    }

    /// Sorted by class, and one in five of class 1.
    #[test]
    fn parts_hold_smaller_ones_and_their_share_of_every_class() {
        let x = DMatrix::from_fn(1, 100, |_, j| j as f64);
        let y = x.map(|x| f64::from(u8::from(x < 20.0)));
        let folds = crate::stratified_k_fold(&[0; 100].map(|_: usize| 0), 2, 1).unwrap();
        let mut seen: Vec<Vec<f64>> = vec![];
        learning_curve(&folds[..1], (&x, &y), &[0.2, 0.5, 1.0], |_, training, _| {
            let ones = training.y().as_slice().iter().sum::<f64>();
            let all = folds[0].train.iter().filter(|&&j| j < 20).count() as f64 / 50.0;
            assert!((ones - all * training.m() as f64).abs() <= 1.0);
            seen.push(training.x().as_slice().to_vec());
            Ok(0.0)
        })
        .unwrap();
        assert!(seen[1].starts_with(&seen[0]) && seen[2].starts_with(&seen[1]));
    }

    #[test]
    fn mean_and_deviation() {
        let scores = Scores { values: vec![1.0, 3.0] };
        assert_eq!((scores.mean(), scores.deviation()), (2.0, 1.0));
    }
}
