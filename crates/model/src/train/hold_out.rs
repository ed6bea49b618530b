//! Training examples kept back for validation.

use layerwise_core::{MatrixView, Scalar};
use rand::seq::SliceRandom;

use crate::{Examples, ModelError, Result, Stream, generator};

/// Which examples are trained on and which held out, both in rising order: of each class its share, to within
/// one example, where labels are classes.
pub(super) fn hold_out<T: Scalar>(
    examples: Examples<'_, T>,
    part: f64,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>)> {
    let m = examples.m();
    let count = if part > 0.0 && part < 1.0 { (m as f64 * part).round() as usize } else { 0 };
    if count == 0 || count >= m {
        return Err(ModelError::HoldOut { part, examples: m });
    }
    let mut order: Vec<usize> = (0..m).collect();
    order.shuffle(&mut generator(seed, Stream::HoldOut));
    if let Some(classes) = classes(examples.y()) {
        order.sort_by_key(|&example| classes[example]);
    }
    // Class after class, every (m/count)th is held out.
    let (mut training, mut held_out) = (Vec::with_capacity(m - count), Vec::with_capacity(count));
    for (place, &example) in order.iter().enumerate() {
        let is_held_out = (place + 1) * count / m > place * count / m;
        if is_held_out { &mut held_out } else { &mut training }.push(example);
    }
    training.sort_unstable();
    held_out.sort_unstable();
    Ok((training, held_out))
}

/// The class of each example if labels are 0 or 1, in one row or one-hot.
pub(crate) fn classes<T: Scalar>(y: MatrixView<'_, T>) -> Option<Vec<usize>> {
    let class = |column: &[T]| {
        let is_label = column.iter().all(|&y| y == T::zero() || y == T::one());
        let mut ones = (0..column.len()).filter(|&k| column[k] == T::one());
        match (is_label, column.len(), ones.next(), ones.next()) {
            (true, 1, one, _) => Some(usize::from(one.is_some())),
            (true, _, Some(class), None) => Some(class),
            _ => None,
        }
    };
    (0..y.ncols()).map(|j| class(y.column(j))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    #[test]
    fn classes_keep_their_share_and_sides_are_not_empty() {
        let x = DMatrix::from_fn(1, 50, |_, j| j as f64);
        let y = DMatrix::from_fn(1, 50, |_, j| f64::from(u8::from(j < 10)));
        let one_hot =
            DMatrix::from_fn(3, 50, |i, j| f64::from(u8::from(i == 2 * usize::from(j < 10))));
        for y in [&y, &one_hot] {
            let examples = Examples::new(&x, y).unwrap();
            let (training, held_out) = hold_out(examples, 0.2, 3).unwrap();
            assert_eq!((training.len(), held_out.len()), (40, 10));
            assert_eq!(held_out.iter().filter(|&&j| j < 10).count(), 2);
            assert_eq!(hold_out(examples, 0.2, 3).unwrap().1, held_out);
            assert_ne!(hold_out(examples, 0.2, 4).unwrap().1, held_out);
            let mut all = [training, held_out].concat();
            all.sort_unstable();
            assert_eq!(all, (0..50).collect::<Vec<_>>());
        }
        let numbers = Examples::new(&x, &x).unwrap();
        assert_eq!(hold_out(numbers, 0.5, 0).unwrap().1.len(), 25);
        for part in [0.0, 0.001, 0.999, 1.0, -1.0, f64::NAN] {
            assert!(hold_out(numbers, part, 0).is_err(), "{part}");
        }
    }
}
