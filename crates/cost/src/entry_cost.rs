//! Costs that are a sum over entries.

use std::fmt::Debug;

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::{
    BinaryCrossEntropyFromLogits, Cost, CostError, Focal, Huber, MeanAbsoluteError,
    MeanSquaredError, OutputRange, Poisson, Quantile, Result,
};

/// A cost `J = 1/m Σ_ij ℓ(a_ij, y_ij)`, told by ℓ and its derivative for one entry.
///
/// The shortest way to a cost of one's own: [`PerEntry`] makes a [`Cost`] of it.
///
/// ```
/// use layerwise_cost::{Cost, EntryCost, PerEntry, core::{MatrixView, Scalar}};
///
/// /// ln cosh(a − y): a square near 0, a line far from it.
/// #[derive(Debug)]
/// struct LogCosh;
///
/// impl<T: Scalar> EntryCost<T> for LogCosh {
///     fn name(&self) -> &'static str {
///         "log-cosh error"
///     }
///     fn value(&self, a: T, y: T) -> T {
///         (a - y).cosh().ln()
///     }
///     fn derivative(&self, a: T, y: T) -> T {
///         (a - y).tanh()
///     }
/// }
///
/// let al = MatrixView::new(&[1.0, 3.0], 1, 2)?;
/// let j: f64 = PerEntry(LogCosh).cost(al, al)?;
/// assert_eq!(j, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait EntryCost<T: Scalar>: Debug + Send + Sync {
    /// The name in tables and model files.
    fn name(&self) -> &'static str;

    /// What the labels must be, and whether this one is: `("at least 0", y >= 0)`. Any finite number
    /// unless said otherwise.
    ///
    /// ```
    /// use layerwise_cost::{EntryCost, Poisson};
    /// assert!(Poisson.label(3.0).1 && !Poisson.label(-1.0).1);
    /// ```
    fn label(&self, y: T) -> (&'static str, bool) {
        ("finite", y.is_finite_number())
    }

    /// As [`Cost::misfit`].
    ///
    /// ```
    /// use layerwise_cost::{BinaryCrossEntropyFromLogits, EntryCost, core::Link};
    /// // Logits are what a sigmoid is applied to.
    /// let cost: &dyn EntryCost<f64> = &BinaryCrossEntropyFromLogits;
    /// assert!(cost.misfit(Link::Sigmoid).is_some() && cost.misfit(Link::Identity).is_none());
    /// ```
    fn misfit(&self, output: Link) -> Option<&'static str> {
        let _ = output;
        None
    }

    /// As [`Cost::output_range`].
    ///
    /// ```
    /// use layerwise_cost::{EntryCost, Poisson, OutputRange};
    /// let cost: &dyn EntryCost<f64> = &Poisson;
    /// assert_eq!(cost.output_range(), OutputRange::Positive);
    /// ```
    fn output_range(&self) -> OutputRange {
        OutputRange::Any
    }

    /// ℓ(a, y).
    fn value(&self, a: T, y: T) -> T;

    /// ∂ℓ/∂a; 0 at a corner.
    fn derivative(&self, a: T, y: T) -> T;
}

/// An [`EntryCost`] as a [`Cost`]. The ones of this crate are costs without it.
///
/// ```
/// use layerwise_cost::{Cost, MeanAbsoluteError, PerEntry, core::MatrixView};
///
/// let (al, y) = (MatrixView::new(&[1.0, 2.0], 1, 2)?, MatrixView::new(&[0.0, 5.0], 1, 2)?);
/// assert_eq!(PerEntry(MeanAbsoluteError).cost(al, y)?, (1.0 + 3.0) / 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerEntry<C>(pub C);

impl<T: Scalar, C: EntryCost<T>> Cost<T> for PerEntry<C> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        for (index, &value) in y.as_slice().iter().enumerate() {
            let (expected, right) = self.0.label(value);
            if !right {
                let (row, column) = (index % y.nrows(), index / y.nrows());
                return Err(CostError::Target { expected, row, column, value: value.to_f64() });
            }
        }
        Ok(())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        self.0.misfit(output)
    }

    fn output_range(&self) -> OutputRange {
        self.0.output_range()
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        expect_shape("Y", y, al.shape())?;
        let pairs = al.as_slice().iter().zip(y.as_slice());
        let sum: T = pairs.map(|(&a, &y)| self.0.value(a, y)).sum();
        Ok(sum / T::of_count(al.ncols()))
    }

    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dal: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        expect_shape("Y", y, al.shape())?;
        expect_shape("dAL", dal.as_view(), al.shape())?;
        let factor = T::one() / T::of_count(al.ncols());
        for ((dal, &a), &y) in dal.as_mut_slice().iter_mut().zip(al.as_slice()).zip(y.as_slice()) {
            *dal = self.0.derivative(a, y) * factor;
        }
        Ok(())
    }
}

/// The crate's own are costs as they are.
macro_rules! costs {
    ($($cost:ty),*) => {
        $(impl<T: Scalar> Cost<T> for $cost {
            fn name(&self) -> &'static str {
                EntryCost::<T>::name(self)
            }

            fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
                PerEntry(*self).check_labels(y)
            }

            fn misfit(&self, output: Link) -> Option<&'static str> {
                EntryCost::<T>::misfit(self, output)
            }

            fn output_range(&self) -> OutputRange {
                EntryCost::<T>::output_range(self)
            }

            fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
                PerEntry(*self).cost(al, y)
            }

            fn backward(
                &self,
                al: MatrixView<'_, T>,
                y: MatrixView<'_, T>,
                dal: MatrixViewMut<'_, T>,
            ) -> Result<()> {
                PerEntry(*self).backward(al, y, dal)
            }
        })*
    };
}

costs!(
    BinaryCrossEntropyFromLogits,
    Focal,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_checked() {
        let y = MatrixView::new(&[0.0, 1.0, -3.0, 2.0], 2, 2).unwrap();
        let error = Poisson.check_labels(y).unwrap_err().to_string();
        assert_eq!(
            error,
            "expected labels at least 0, found -3 in row 0, column 1 of Y (counted from 0)"
        );
        assert!(MeanSquaredError.check_labels(y).is_ok());
        let nan = MatrixView::new(&[f32::NAN], 1, 1).unwrap();
        assert!(MeanSquaredError.check_labels(nan).is_err());
        assert!(Focal::new(2.0).unwrap().check_labels(y).is_err());
    }

    /// The corner cases of every cost: nothing infinite where the answer is right, NaN stays NaN.
    #[test]
    fn nan_is_not_hidden_and_right_answers_cost_nothing() {
        let nan = f64::NAN;
        let costs: [&dyn EntryCost<f64>; 7] = [
            &BinaryCrossEntropyFromLogits,
            &Focal::new(2.0).unwrap(),
            &Huber::new(1.0).unwrap(),
            &MeanAbsoluteError,
            &MeanSquaredError,
            &Poisson,
            &Quantile::new(0.3).unwrap(),
        ];
        for cost in costs {
            assert!(cost.value(nan, 1.0).is_nan(), "{}", cost.name());
            assert!(cost.derivative(nan, 1.0).is_nan(), "{}", cost.name());
        }
        let focal = Focal::new(2.0).unwrap();
        for y in [0.0_f64, 1.0] {
            assert_eq!(focal.value(y, y), 0.0);
            assert!(focal.derivative(y, y).is_finite());
            assert_eq!(MeanAbsoluteError.derivative(y, y), 0.0);
        }
        assert!(
            Focal::new(0.5).is_err() && Huber::new(0.0).is_err() && Quantile::new(1.0).is_err()
        );
    }
}
