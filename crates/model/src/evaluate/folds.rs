//! Examples in parts that take turns at being held out.

use rand::seq::SliceRandom;

use crate::{ModelError, Result, Stream, generator};

/// One turn: which examples are trained on and which are held out, in rising order.
///
/// ```
/// for fold in layerwise_model::k_fold(7, 3, 0)? {
///     let mut all = [fold.train, fold.test].concat();
///     all.sort();
///     assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
/// }
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Examples to train on.
    pub train: Vec<usize>,
    /// Examples held out.
    pub test: Vec<usize>,
}

/// `k` folds of `m` examples: each is held out once, in parts whose sizes differ by at most one.
///
/// # Errors
/// [`ModelError::Folds`] unless `k` is at least 2 and at most `m`.
///
/// ```
/// let folds = layerwise_model::k_fold(10, 3, 0)?;
/// let mut sizes: Vec<_> = folds.iter().map(|fold| (fold.train.len(), fold.test.len())).collect();
/// assert_eq!(sizes, [(6, 4), (7, 3), (7, 3)]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn k_fold(m: usize, k: usize, seed: u64) -> Result<Vec<Fold>> {
    stratified_k_fold(&vec![0; m], k, seed)
}

/// [`k_fold`] in which each part has its share of every class, to within one example. `classes` has the class of
/// each example (Kohavi, "A Study of Cross-Validation and Bootstrap", 1995).
///
/// # Errors
/// [`ModelError::Folds`] unless `k` is at least 2 and at most the number of examples.
///
/// ```
/// let classes = [0, 0, 0, 0, 1, 1];
/// for fold in layerwise_model::stratified_k_fold(&classes, 2, 7)? {
///     assert_eq!(fold.test.iter().filter(|&&example| classes[example] == 1).count(), 1);
/// }
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn stratified_k_fold(classes: &[usize], k: usize, seed: u64) -> Result<Vec<Fold>> {
    let m = classes.len();
    if k < 2 || k > m {
        return Err(ModelError::Folds { k, examples: m });
    }
    let mut order: Vec<usize> = (0..m).collect();
    order.shuffle(&mut generator(seed, Stream::Folds));
    // Class after class, each in random order, dealt out like cards.
    order.sort_by_key(|&example| classes[example]);
    let mut part = vec![0; m];
    order.iter().enumerate().for_each(|(place, &example)| part[example] = place % k);
    let fold = |held_out| {
        let (test, train) = (0..m).partition(|&example| part[example] == held_out);
        Fold { train, test }
    };
    Ok((0..k).map(fold).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_example_is_held_out_once_and_classes_keep_their_share(
            classes in prop::collection::vec(0_usize..4, 2..60), k in 2_usize..8, seed: u64
        ) {
            prop_assume!(k <= classes.len());
            let folds = stratified_k_fold(&classes, k, seed).unwrap();
            let mut held_out: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
            held_out.sort_unstable();
            prop_assert_eq!(held_out, (0..classes.len()).collect::<Vec<_>>());
            for class in 0..4 {
                let of = |examples: &[usize]| {
                    examples.iter().filter(|&&example| classes[example] == class).count()
                };
                let counts: Vec<usize> = folds.iter().map(|fold| of(&fold.test)).collect();
                let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
                prop_assert!(most - least <= 1, "{:?}", counts);
            }
            for fold in &folds {
                prop_assert_eq!(fold.train.len() + fold.test.len(), classes.len());
                prop_assert!(fold.test.iter().all(|example| !fold.train.contains(example)));
            }
        }
    }

    #[test]
    fn too_many_folds_are_refused() {
        assert!(k_fold(3, 4, 0).unwrap_err().to_string().contains("4 folds of 3 examples"));
        assert!(k_fold(3, 1, 0).is_err());
    }
}
