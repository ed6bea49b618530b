//! Examples divided into parts for training, validation and testing.

use std::collections::BTreeMap;
use std::fmt::Display;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::{DataError, Result};

/// The shares of the three parts, which sum to 1.
///
/// ```
/// use layerwise_data::{Fractions, stratified_split};
///
/// // Four fifths to train, none to validate.
/// let fractions = Fractions { train: 0.8, validation: 0.0, test: 0.2 };
/// assert_eq!(stratified_split(&[0; 10], fractions, 0)?.train.len(), 8);
/// let too_much = Fractions { train: 1.0, ..fractions };
/// assert!(stratified_split(&[0; 10], too_much, 0).is_err());
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fractions {
    /// Share for training; above 0.
    pub train: f64,
    /// Share for validation; 0 for no such part.
    pub validation: f64,
    /// Share for testing; 0 for no such part.
    pub test: f64,
}

/// Indices of examples, from 0: each example is in exactly one part.
///
/// ```
/// use layerwise_data::{Fractions, stratified_split};
///
/// let fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };
/// let split = stratified_split(&[0; 10], fractions, 0)?;
/// let mut all = [split.train, split.validation, split.test].concat();
/// all.sort();
/// assert_eq!(all, Vec::from_iter(0..10));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Examples to train on.
    pub train: Vec<usize>,
    /// Examples to choose hyperparameters on.
    pub validation: Vec<usize>,
    /// Examples to judge the result on.
    pub test: Vec<usize>,
}

/// Divides examples at random into three parts in which each class has its share.
///
/// `labels[j]` is the class of example `j`. Of a class with n examples a part with fraction f gets
/// ⌊n·f⌋; those left over go, one each, to the parts with the largest remainder n·f − ⌊n·f⌋, on a
/// tie to the earlier part (largest remainder method). So the count differs from n·f by less
/// than 1. There is one exception: if a part with f > 0 would get no example of a class, it gets
/// one from the part that has most.
///
/// Which examples a part gets, and their order in it, is drawn with ChaCha8 seeded with `seed`: the
/// same labels, fractions and seed give the same split.
///
/// # Errors
///
/// - [`DataError::BadFractions`] if a fraction is negative, NaN or infinite, `train` is 0, or the
///   sum differs from 1 by more than 10⁻⁶.
/// - [`DataError::TooFewExamples`] if a class has fewer examples than there are parts with a
///   fraction above 0.
/// - [`DataError::NothingToSplit`] if there are no examples.
///
/// ```
/// use layerwise_data::{Fractions, stratified_split};
///
/// let labels = ["a", "b", "a", "a", "b", "a", "a", "b", "a", "b"];
/// let fractions = Fractions { train: 0.5, validation: 0.25, test: 0.25 };
/// let split = stratified_split(&labels, fractions, 7)?;
/// let of_a = |part: &[usize]| part.iter().filter(|&&j| labels[j] == "a").count();
/// assert_eq!([&split.train, &split.validation, &split.test].map(|part| of_a(part)), [3, 2, 1]);
/// assert_eq!(split, stratified_split(&labels, fractions, 7)?);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub fn stratified_split<L: Ord + Display>(
    labels: &[L],
    fractions: Fractions,
    seed: u64,
) -> Result<Split> {
    let fractions = fractions.checked()?;
    if labels.is_empty() {
        return Err(DataError::NothingToSplit);
    }
    let mut classes: BTreeMap<&L, Vec<usize>> = BTreeMap::new();
    for (example, label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(example);
    }

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut parts: [Vec<usize>; 3] = Default::default();
    for (label, mut examples) in classes {
        let n_parts = fractions.iter().filter(|&&fraction| fraction > 0.0).count();
        if examples.len() < n_parts {
            return Err(DataError::TooFewExamples {
                class: label.to_string(),
                examples: examples.len(),
                parts: n_parts,
            });
        }
        examples.shuffle(&mut rng);
        let mut rest = examples.as_slice();
        for (part, count) in parts.iter_mut().zip(counts(examples.len(), fractions)) {
            let (chosen, others) = rest.split_at(count);
            part.extend_from_slice(chosen);
            rest = others;
        }
    }
    for part in &mut parts {
        part.shuffle(&mut rng);
    }
    let [train, validation, test] = parts;
    Ok(Split { train, validation, test })
}

impl Fractions {
    /// The three fractions, divided by their sum, if they describe a split.
    fn checked(self) -> Result<[f64; 3]> {
        const TOLERANCE: f64 = 1e-6;
        let Self { train, validation, test } = self;
        let refused =
            |problem: String| Err(DataError::BadFractions { train, validation, test, problem });
        let fractions = [train, validation, test];
        if fractions.iter().any(|fraction| !fraction.is_finite() || *fraction < 0.0) {
            return refused("a fraction must be a number from 0 to 1".to_string());
        }
        if train == 0.0 {
            return refused("the fraction for training must be above 0".to_string());
        }
        let sum: f64 = fractions.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            return refused(format!("the fractions must sum to 1, these sum to {sum}"));
        }
        Ok(fractions.map(|fraction| fraction / sum))
    }
}

/// How many of `n` examples each part gets: as documented at [`stratified_split`].
fn counts(n: usize, fractions: [f64; 3]) -> [usize; 3] {
    let exact = fractions.map(|fraction| n as f64 * fraction);
    let mut counts = exact.map(|exact| exact.floor() as usize);

    let mut by_remainder = [0, 1, 2];
    let remainder = |part: usize| exact[part] - exact[part].floor();
    // The sort is stable, so the earlier part comes first on a tie.
    by_remainder.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)));
    let left_over = n.saturating_sub(counts.iter().sum());
    for &part in by_remainder.iter().take(left_over) {
        counts[part] += 1;
    }

    for part in 0..counts.len() {
        if fractions[part] > 0.0 && counts[part] == 0 {
            let mut most = 0;
            for other in 1..counts.len() {
                if counts[other] > counts[most] {
                    most = other;
                }
            }
            counts[most] -= 1;
            counts[part] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(train: f64, validation: f64, test: f64) -> String {
        let labels = [0; 100];
        let fractions = Fractions { train, validation, test };
        stratified_split(&labels, fractions, 0).unwrap_err().to_string()
    }

    #[test]
    fn refuses_fractions_that_describe_no_split() {
        assert_eq!(
            message(0.7, 0.2, 0.2),
            "a split into 0.7 for training, 0.2 for validation and 0.2 for testing is not \
             possible: the fractions must sum to 1, these sum to 1.0999999999999999"
        );
        for (train, validation, test) in [
            (f64::NAN, 0.5, 0.5),
            (1.2, -0.2, 0.0),
            (0.5, 0.5, f64::NAN),
            (f64::INFINITY, 0.0, 0.0),
        ] {
            let message = message(train, validation, test);
            assert!(message.contains("must be a number from 0 to 1"), "{message}");
        }
        assert!(message(0.0, 0.5, 0.5).contains("for training must be above 0"));
        assert!(message(0.0, 0.0, 0.0).contains("for training must be above 0"));
    }

    #[test]
    fn refuses_a_class_smaller_than_the_number_of_parts() {
        let fractions = Fractions { train: 0.8, validation: 0.1, test: 0.1 };
        let error = stratified_split(&[0, 0, 0, 1, 1], fractions, 0).unwrap_err();
        assert!(
            error.to_string().starts_with("class \"1\" has 2 examples, but each of the 3 parts")
        );
        assert!(matches!(
            stratified_split::<u8>(&[], fractions, 0).unwrap_err(),
            DataError::NothingToSplit
        ));
    }

    #[test]
    fn counts_follow_the_largest_remainder() {
        assert_eq!(counts(10, [0.7, 0.15, 0.15]), [7, 2, 1]);
        assert_eq!(counts(212, [0.6, 0.2, 0.2]), [127, 43, 42]);
        assert_eq!(counts(100, [0.29, 0.71, 0.0]), [29, 71, 0]);
        assert_eq!(counts(5, [1.0, 0.0, 0.0]), [5, 0, 0]);
    }

    #[test]
    fn a_small_part_gets_an_example_of_each_class() {
        assert_eq!(counts(3, [0.9, 0.05, 0.05]), [1, 1, 1]);
        assert_eq!(counts(5, [0.9, 0.05, 0.05]), [3, 1, 1]);
        assert_eq!(counts(2, [0.01, 0.99, 0.0]), [1, 1, 0]);
    }

    proptest! {
        #[test]
        fn parts_are_disjoint_cover_all_and_keep_proportions(
            labels in prop::collection::vec(0..3_u8, 1..200),
            weights in (1..10_u32, 0..10_u32, 0..10_u32),
            seed: u64,
        ) {
            let sum = f64::from(weights.0 + weights.1 + weights.2);
            let fractions = Fractions {
                train: f64::from(weights.0) / sum,
                validation: f64::from(weights.1) / sum,
                test: f64::from(weights.2) / sum,
            };
            let shares = [fractions.train, fractions.validation, fractions.test];
            let n_parts = shares.iter().filter(|&&share| share > 0.0).count();
            let class = |class: u8| labels.iter().filter(|&&label| label == class).count();
            let too_few = (0..3).any(|c| class(c) > 0 && class(c) < n_parts);

            let split = stratified_split(&labels, fractions, seed);
            prop_assert_eq!(split.is_err(), too_few);
            let Ok(split) = split else { return Ok(()) };
            prop_assert_eq!(&split, &stratified_split(&labels, fractions, seed).unwrap());

            let parts = [&split.train, &split.validation, &split.test];
            let mut all: Vec<usize> = parts.into_iter().flatten().copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());

            for c in (0..3).filter(|&c| class(c) > 0) {
                let exact = shares.map(|share| share * class(c) as f64);
                let found = parts.map(|part| part.iter().filter(|&&j| labels[j] == c).count());
                // Only where a part got its one example by the exception may another differ more.
                let exception = exact.iter().any(|&exact| exact > 0.0 && exact < 1.0);
                for (found, exact) in found.into_iter().zip(exact) {
                    prop_assert_eq!(found == 0, exact == 0.0);
                    let difference = (found as f64 - exact).abs();
                    prop_assert!(exception || difference < 1.0, "{} for {}", found, exact);
                }
            }
        }
    }

    #[test]
    fn seeds_differ_and_one_seed_stays_what_it_was() {
        let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
        let fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };
        let split = |seed| stratified_split(&labels, fractions, seed).unwrap();
        assert_ne!(split(1), split(2));
        // A saved model is evaluated on the test part of its seed: these figures must not change.
        assert_eq!(split(1).train, [6, 8, 5, 3, 1, 2]);
    }
}
