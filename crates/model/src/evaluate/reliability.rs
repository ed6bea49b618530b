//! How often a network is right where it is so sure.

use layerwise_core::{MatrixView, Scalar, expect_matrix, expect_shape};

use crate::metrics::adds_up;
use crate::{ModelError, Result};

/// Answers that are about as sure as each other.
///
/// ```
/// use layerwise_model::{core::MatrixView, reliability};
///
/// let al = MatrixView::new(&[0.9, 0.8, 0.1], 1, 3)?;
/// let y = MatrixView::new(&[1.0, 0.0, 0.0], 1, 3)?;
/// let bins = reliability(al, y, 5)?;
/// // All three are sure by 0.8 to 0.9; two of them are right.
/// assert_eq!((bins.len(), bins[0].answers), (1, 3));
/// assert!((bins[0].sureness - 2.6 / 3.0).abs() < 1e-12 && (bins[0].right - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReliabilityBin {
    /// How many they are.
    pub answers: usize,
    /// The mean of how sure they are: the probability of the class that was taken, in [0, 1].
    pub sureness: f64,
    /// The share that are right, in [0, 1].
    pub right: f64,
}

/// Answers in `bins` equal ranges of how sure the network is, those ranges without any left out: the reliability
/// diagram (Niculescu-Mizil and Caruana, "Predicting Good Probabilities with Supervised Learning", 2005). Several
/// rows whose columns do not add up to 1 are labels: each of them in each example counts.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN, no bins.
///
/// ```
/// use layerwise_model::{core::MatrixView, reliability};
///
/// let al = MatrixView::new(&[0.8, 0.8, 0.8, 0.8, 0.8], 1, 5)?;
/// let y = MatrixView::new(&[1.0, 1.0, 1.0, 1.0, 0.0], 1, 5)?;
/// let bins = reliability(al, y, 10)?;
/// assert_eq!((bins[0].answers, bins[0].right), (5, 0.8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reliability<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    bins: usize,
) -> Result<Vec<ReliabilityBin>> {
    expect_shape("Y", y, al.shape())?;
    expect_matrix("AL", al)?;
    if bins == 0 {
        return Err(ModelError::AtLeastOne { what: "the number of bins" });
    }
    // Columns that are classes, or labels one by one.
    let rows = if adds_up(al) { al.nrows() } else { 1 };
    // Answers, sums of sureness and of right answers.
    let mut sums = vec![(0, 0.0, 0.0); bins];
    for answer in al.as_slice().chunks(rows).zip(y.as_slice().chunks(rows)) {
        let (sure, right) = match answer {
            ([p], [y]) => {
                let (p, one) = (p.to_f64(), y.to_f64() > 0.5);
                (p.max(1.0 - p), (p > 0.5) == one)
            }
            (al, y) => {
                let highest = |of: &[T]| {
                    (0..of.len()).fold(0, |best, k| if of[k] > of[best] { k } else { best })
                };
                (al[highest(al)].to_f64(), highest(al) == highest(y))
            }
        };
        let bin = &mut sums[((sure * bins as f64) as usize).min(bins - 1)];
        bin.0 += 1;
        bin.1 += sure;
        bin.2 += f64::from(u8::from(right));
    }
    let bin = |(answers, sure, right): (usize, f64, f64)| {
        let n = answers as f64;
        ReliabilityBin { answers, sureness: sure / n, right: right / n }
    };
    Ok(sums.into_iter().filter(|(answers, ..)| *answers > 0).map(bin).collect())
}
