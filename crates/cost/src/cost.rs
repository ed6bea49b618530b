//! What the training path asks of a cost.

use std::fmt::Debug;

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::{OutputRange, Result};

/// A cost `J(AL, Y)`: the mean over examples of what each column costs.
///
/// `AL` and `Y` are `(n_y, m)`. The factor `1/m` of the mean is the cost's: the derivatives below
/// carry it, and layers only add up.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, Cost, core::{Link, MatrixView, MatrixViewMut}};
///
/// let cost: &dyn Cost<f64> = &BinaryCrossEntropy;
/// let al = MatrixView::new(&[0.5, 0.25], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// cost.check_labels(y)?;
/// assert!((cost.cost(al, y)? - (2.0_f64.ln() - 0.75_f64.ln()) / 2.0).abs() < 1e-12);
///
/// let (mut dal, mut dz) = ([0.0; 2], [0.0; 2]);
/// cost.backward(al, y, MatrixViewMut::new(&mut dal, 1, 2)?)?;
/// assert!((dal[0] + 1.0 / 0.5 / 2.0).abs() < 1e-12);
/// // Through a sigmoid, dZ = dAL ∗ AL (1 − AL) = (AL − Y)/m.
/// assert_eq!(cost.link(), Some(Link::Sigmoid));
/// cost.backward_from_link(al, y, MatrixViewMut::new(&mut dz, 1, 2)?)?;
/// assert_eq!(dz, [-0.25, 0.125]);
/// assert!((dal[1] * 0.25 * 0.75 - dz[1]).abs() < 1e-12);
///
/// assert_eq!(cost.name(), "binary cross-entropy");
/// assert!(cost.misfit(Link::Sigmoid).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Cost<T: Scalar>: Debug + Send + Sync {
    /// The name in tables and model files: `binary cross-entropy`.
    fn name(&self) -> &'static str;

    /// Refuses labels that have no meaning to this cost; called once on data, not in every step.
    ///
    /// # Errors
    /// The first label at fault, with row, column and value.
    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()>;

    /// `J`, to be used in every step: outputs are not checked, and NaN in gives NaN out.
    ///
    /// # Errors
    /// Shapes that differ.
    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T>;

    /// `dAL = ∂J/∂AL`, with `1/m`.
    ///
    /// # Errors
    /// Shapes that differ.
    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        dal: MatrixViewMut<'_, T>,
    ) -> Result<()>;

    /// The output function with which `dZ = (AL − Y)/m` holds, if there is one.
    fn link(&self) -> Option<Link> {
        None
    }

    /// What to do instead, if an output layer of this function makes no sense to this cost; `None` unless
    /// a cost says otherwise.
    fn misfit(&self, output: Link) -> Option<&'static str> {
        let _ = output;
        None
    }

    /// The outputs this cost has a value for; any unless a cost says otherwise. Training refuses an output
    /// layer that gives others before the first step.
    ///
    /// ```
    /// use layerwise_cost::{BinaryCrossEntropy, Cost, OutputRange};
    /// let cost: &dyn Cost<f64> = &BinaryCrossEntropy;
    /// assert_eq!(cost.output_range(), OutputRange::Probabilities);
    /// ```
    fn output_range(&self) -> OutputRange {
        OutputRange::Any
    }

    /// `dZ = (AL − Y)/m`, right when the output layer's function is [`link`](Cost::link).
    ///
    /// # Errors
    /// Shapes that differ.
    fn backward_from_link(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dz: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        expect_shape("Y", y, al.shape())?;
        expect_shape("dZ", dz.as_view(), al.shape())?;
        let factor = T::one() / T::of_count(al.ncols());
        for ((dz, &a), &y) in dz.as_mut_slice().iter_mut().zip(al.as_slice()).zip(y.as_slice()) {
            *dz = (a - y) * factor;
        }
        Ok(())
    }
}

impl<T: Scalar, C: Cost<T> + ?Sized> Cost<T> for Box<C> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        (**self).check_labels(y)
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        (**self).cost(al, y)
    }

    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        dal: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        (**self).backward(al, y, dal)
    }

    fn link(&self) -> Option<Link> {
        (**self).link()
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        (**self).misfit(output)
    }

    fn output_range(&self) -> OutputRange {
        (**self).output_range()
    }

    fn backward_from_link(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        dz: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        (**self).backward_from_link(al, y, dz)
    }
}
