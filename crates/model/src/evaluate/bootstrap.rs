//! How far a measure might have been off.

use layerwise_core::CoreError;
use rand::RngExt;

use crate::{ModelError, Result, Stream, generator};

/// Between what a measure of `m` examples would lie in the middle `level` of all draws of such examples: the
/// percentile interval of the bootstrap (Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; Efron and
/// Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Each of `draws` takes `m` of the examples, some
/// of them several times; `measure` is given their indices and says nothing where there is no such measure.
///
/// `None` where it said nothing of half the draws or more.
///
/// # Errors
/// [`ModelError::AtLeastOne`] without examples or draws; [`CoreError::Setting`] for a level that is not between 0 and 1.
///
/// ```
/// use layerwise_model::bootstrap_interval;
///
/// let right = [true, true, true, false, true, true, true, true, true, true];
/// let accuracy = |rows: &[usize]| {
///     Some(rows.iter().filter(|&&row| right[row]).count() as f64 / rows.len() as f64)
/// };
/// let Some((low, high)) = bootstrap_interval(10, accuracy, 1000, 0.95, 1)? else { panic!("a share") };
/// assert!((0.6..0.8).contains(&low) && high == 1.0);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn bootstrap_interval(
    m: usize,
    measure: impl Fn(&[usize]) -> Option<f64>,
    draws: usize,
    level: f64,
    seed: u64,
) -> Result<Option<(f64, f64)>> {
    for (what, number) in [("the number of examples", m), ("the number of draws", draws)] {
        if number == 0 {
            return Err(ModelError::AtLeastOne { what });
        }
    }
    if !(level > 0.0 && level < 1.0) {
        let (what, expected) = ("the level of an interval", "between 0 and 1");
        return Err(CoreError::Setting { what, expected, found: level }.into());
    }
    let mut rng = generator(seed, Stream::Bootstrap);
    let mut rows = vec![0; m];
    let mut values = Vec::with_capacity(draws);
    for _ in 0..draws {
        rows.fill_with(|| rng.random_range(0..m));
        values.extend(measure(&rows).filter(|value| value.is_finite()));
    }
    if values.len() * 2 <= draws {
        return Ok(None);
    }
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - level) / 2.0;
    let at = |share: f64| values[((share * values.len() as f64) as usize).min(values.len() - 1)];
    Ok(Some((at(outside), at(1.0 - outside))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_wide_as_the_mean_s_own_spread() {
        // Of m values with deviation 1 the mean has deviation 1/√m: 1.96 of them to each side.
        let values: Vec<f64> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let mean = |rows: &[usize]| Some(rows.iter().map(|&row| values[row]).sum::<f64>() / 400.0);
        let (low, high) = bootstrap_interval(400, mean, 4000, 0.95, 3).unwrap().unwrap();
        assert!((low + 0.098).abs() < 0.012 && (high - 0.098).abs() < 0.012, "{low} {high}");
        assert_eq!(
            bootstrap_interval(400, mean, 50, 0.5, 3).unwrap(),
            bootstrap_interval(400, mean, 50, 0.5, 3).unwrap()
        );
    }

    #[test]
    fn what_cannot_be_measured_has_none() {
        assert_eq!(bootstrap_interval(5, |_| None, 10, 0.9, 0).unwrap(), None);
        assert!(bootstrap_interval(0, |_| None, 10, 0.9, 0).is_err());
        assert!(bootstrap_interval(1, |_| None, 0, 0.9, 0).is_err());
        for level in [0.0, 1.0, f64::NAN] {
            assert!(bootstrap_interval(1, |_| None, 1, level, 0).is_err());
        }
    }
}
