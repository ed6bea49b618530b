//! The one trait of the house.

use std::fmt::Debug;
use std::ops::Range;

use layerwise_linalg::{MatrixView, MatrixViewMut, Scalar};

use crate::{CoreError, GradientForm, LayerSpec, Link, Pass, Result};

/// One step of a feed-forward network: `a = f(a_prev)` and its derivatives.
///
/// # The three calls of a training step
///
/// | call | given | writes |
/// | --- | --- | --- |
/// | [`forward`](Layer::forward) | `a_prev` | `a`, and what it wants to remember into `cache` |
/// | [`backward`](Layer::backward) | `da = ∂L/∂a` | `da_prev`; and leaves in `da`'s buffer what `gradient` will need, called `dz` from then on |
/// | [`gradient`](Layer::gradient) | `dz` | `∂L/∂parameter`, a range of the parameter's columns at a time |
///
/// # What a driver may rely on
///
/// - `forward` and `backward` treat each example (column) on its own: calling them on ranges of
///   columns gives the same bits as calling them once, so examples may be shared out between
///   threads; but for layers that are [`batch_wide`](Layer::batch_wide).
/// - `gradient` sums over all examples in their order and computes each column of a parameter's
///   gradient on its own, so columns may be shared out between threads without changing a bit.
///   It overwrites what was in the buffer.
/// - While `gradient` runs, parameters have the values they had in `forward` and `backward`, and a layer may
///   read them: a driver makes every gradient of [`GradientForm::Own`] before it changes any parameter.
///   Gradients of the other forms follow from `dz` and `a_prev` alone, and their parameters may change while
///   they are made.
/// - Gradients are sums, not means: the factor `1/m` is the cost's and already inside `da`.
/// - All buffers are the driver's. A layer allocates nothing in these three calls.
/// - Everything takes `&self`: one network may predict from many threads at once.
///
/// # Shapes
/// `a_prev (n_in, m)`, `a` and `da` `(n_out, m)`, `da_prev (n_in, m)`, `cache` of
/// `n_cache() * m` values. Layers check what they are handed and answer with
/// [`CoreError::Shape`].
///
/// A complete layer written outside this workspace is in the [crate's example](crate).
///
/// ```
/// use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result, Scalar};
///
/// /// `a = −a_prev`, all that a layer has to say.
/// #[derive(Debug)]
/// struct Minus(usize);
///
/// impl<T: Scalar> Layer<T> for Minus {
///     fn n_in(&self) -> usize { self.0 }
///     fn n_out(&self) -> usize { self.0 }
///
///     fn forward(
///         &self, a_prev: MatrixView<'_, T>, mut a: MatrixViewMut<'_, T>,
///         _cache: &mut [T], _pass: &Pass,
///     ) -> Result<()> {
///         a.as_nalgebra_mut().copy_from(&-a_prev.as_nalgebra());
///         Ok(())
///     }
///
///     fn backward(
///         &self, _a_prev: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>,
///         _cache: &mut [T], da_prev: Option<MatrixViewMut<'_, T>>,
///     ) -> Result<()> {
///         if let Some(mut da_prev) = da_prev {
///             da_prev.as_nalgebra_mut().copy_from(&-da.as_view().as_nalgebra());
///         }
///         Ok(())
///     }
/// }
///
/// let (x, mut a) = ([1.0, 2.0], [0.0; 2]);
/// let (x, out) = (MatrixView::column_vector(&x), MatrixViewMut::column_vector(&mut a));
/// Minus(2).forward(x, out, &mut [], &Pass::inference())?;
/// assert_eq!(a, [-1.0, -2.0]);
///
/// // Everything else has an answer already: no parameters, nothing to remember, no name.
/// let layer: &mut dyn Layer<f64> = &mut Minus(2);
/// assert!(layer.parameter(0).is_none() && layer.parameter_mut(0).is_none());
/// assert_eq!((layer.n_cache(), layer.kind(), layer.spec()), (0, "layer".into(), None));
/// assert!(!layer.batch_wide() && layer.link().is_none());
/// # Ok::<(), layerwise_core::CoreError>(())
/// ```
pub trait Layer<T: Scalar>: Debug + Send + Sync {
    /// Features taken in: rows of `a_prev`.
    fn n_in(&self) -> usize;

    /// Units given out: rows of `a`.
    fn n_out(&self) -> usize;

    /// `a = f(a_prev)`.
    ///
    /// In training ([`Pass::training`]) `cache` has `n_cache() * m` values for `backward` to find
    /// again, in a layout of the layer's own; in inference it has
    /// [`n_scratch()`](Layer::n_scratch) `* m` values to work in, for most layers none.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if a buffer does not fit.
    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()>;

    /// Whether a unit needs nothing of the others, so that [`forward_units`](Layer::forward_units)
    /// works: yes for a linear layer, no for one that ends with softmax. No unless a layer says so.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // Each unit follows from its own weights.
    ///     fn units_apart(&self) -> bool { true }
    /// }
    /// assert!(Mine.units_apart());
    /// ```
    fn units_apart(&self) -> bool {
        false
    }

    /// The units `units` of what [`forward`](Layer::forward) gives in inference, with the same bits.
    /// Shape: `a (units.len(), m)`. Threads share out one example with it.
    ///
    /// # Errors
    /// [`CoreError::UnitsTogether`] from this default; [`CoreError::Shape`] if a buffer does not
    /// fit.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine([f64; 3]);
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     fn forward_units(
    ///         &self, units: std::ops::Range<usize>, a_prev: MatrixView<'_, f64>,
    ///         mut a: MatrixViewMut<'_, f64>,
    ///     ) -> Result<()> {
    ///         for (a, unit) in a.as_mut_slice().iter_mut().zip(units) {
    ///             *a = self.0[unit] * a_prev[(0, 0)];
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// let mut a = [0.0];
    /// let out = MatrixViewMut::column_vector(&mut a);
    /// Mine([1.0, 2.0, 3.0]).forward_units(2..3, MatrixView::column_vector(&[5.0]), out)?;
    /// assert_eq!(a, [15.0]);
    /// # Ok::<(), layerwise_core::CoreError>(())
    /// ```
    fn forward_units(
        &self,
        units: Range<usize>,
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let _ = (units, a_prev, a);
        Err(CoreError::UnitsTogether { layer: self.kind() })
    }

    /// Whether [`forward`](Layer::forward) begins with `Z = W a_prev + b`, where `W` is parameter 0 and its
    /// gradient a product, `b` parameter 1, and nothing else is asked of `a_prev`: then
    /// [`forward_from_z`](Layer::forward_from_z) works. No unless a layer says so.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // A dense layer.
    ///     fn is_affine(&self) -> bool { true }
    /// }
    /// assert!(Mine.is_affine());
    /// ```
    fn is_affine(&self) -> bool {
        false
    }

    /// What is left of [`forward`](Layer::forward) where `a` holds `Z = W a_prev + b` already, with the same
    /// bits: a driver may have made it while `W` was in cache.
    ///
    /// # Errors
    /// [`CoreError::NotAffine`] from this default; [`CoreError::Shape`] if a buffer does not fit.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // The activation is all that is left.
    ///     fn forward_from_z(
    ///         &self, mut a: MatrixViewMut<'_, f64>, _cache: &mut [f64], _pass: &Pass,
    ///     ) -> Result<()> {
    ///         a.as_mut_slice().iter_mut().for_each(|z| *z = z.max(0.0));
    ///         Ok(())
    ///     }
    /// }
    /// let mut a = [-2.0, 3.0];
    /// Mine.forward_from_z(MatrixViewMut::new(&mut a, 1, 2)?, &mut [], &Pass::inference())?;
    /// assert_eq!(a, [0.0, 3.0]);
    /// # Ok::<(), layerwise_core::CoreError>(())
    /// ```
    fn forward_from_z(&self, a: MatrixViewMut<'_, T>, cache: &mut [T], pass: &Pass) -> Result<()> {
        let _ = (a, cache, pass);
        Err(CoreError::NotAffine { layer: self.kind() })
    }

    /// From `da = ∂L/∂a`: `da_prev = ∂L/∂a_prev`, unless the layer below does not want it (the
    /// first layer of a network passes `None` and saves a product).
    ///
    /// The buffer of `da` may be overwritten: what it holds afterwards is handed to
    /// [`gradient`](Layer::gradient) as `dz`. So may be `cache`, for a container whose layers each have a
    /// `dz` of their own.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if a buffer does not fit.
    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()>;

    /// Columns `columns` of `∂L/∂parameter` for the parameter with this index, into `gradient`,
    /// which has the parameter's rows and `columns.len()` columns.
    ///
    /// A layer without parameters keeps this default, which refuses.
    ///
    /// # Errors
    /// [`CoreError::NoParameter`] if there is no such parameter, [`CoreError::Shape`] if a buffer
    /// does not fit.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // a = s a_prev, so ds = Σ da a_prev.
    ///     fn gradient(
    ///         &self, _index: usize, _columns: std::ops::Range<usize>, a_prev: MatrixView<'_, f64>,
    ///         da: MatrixView<'_, f64>, _cache: &[f64], mut ds: MatrixViewMut<'_, f64>,
    ///     ) -> Result<()> {
    ///         ds.as_mut_slice()[0] = da.as_nalgebra().dot(&a_prev.as_nalgebra());
    ///         Ok(())
    ///     }
    /// }
    /// let a_prev = MatrixView::new(&[1.0, 2.0], 1, 2)?;
    /// let da = MatrixView::new(&[3.0, 4.0], 1, 2)?;
    /// let mut ds = [0.0];
    /// Mine.gradient(0, 0..1, a_prev, da, &[], MatrixViewMut::column_vector(&mut ds))?;
    /// assert_eq!(ds, [11.0]);
    /// # Ok::<(), layerwise_core::CoreError>(())
    /// ```
    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let _ = (columns, a_prev, dz, cache, gradient);
        Err(CoreError::NoParameter { layer: self.kind(), index })
    }

    /// How the gradient of the parameter with this index is made. A layer that says something else than
    /// [`Own`](GradientForm::Own), the answer unless it does, lets a driver update a parameter while its
    /// gradient is being made; [`gradient`](Layer::gradient) must give the same.
    ///
    /// ```
    /// # use layerwise_core::{GradientForm, Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // w (n_out, n_in), then b (n_out, 1).
    ///     fn gradient_form(&self, index: usize) -> GradientForm {
    ///         if index == 0 { GradientForm::Product } else { GradientForm::Sum }
    ///     }
    /// }
    /// assert_eq!(Mine.gradient_form(1), GradientForm::Sum);
    /// ```
    fn gradient_form(&self, index: usize) -> GradientForm {
        let _ = index;
        GradientForm::Own
    }

    /// Whether examples of a mini-batch depend on each other in training: then the driver hands over all
    /// of them in one call of `forward` and of `backward`. No unless a layer says so.
    fn batch_wide(&self) -> bool {
        false
    }

    /// What a layer takes from a mini-batch of `m` examples beside gradients, such as running
    /// statistics; called once a training step, after `gradient` and before the update, with the
    /// cache of the step. Nothing unless a layer says so.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine(f64);
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // The mean over batches, as `forward` left it in the cache.
    ///     fn absorb(&mut self, m: usize, cache: &[f64]) {
    ///         self.0 = 0.9 * self.0 + 0.1 * cache.iter().sum::<f64>() / m as f64;
    ///     }
    /// }
    /// let mut layer = Mine(1.0);
    /// layer.absorb(2, &[3.0, 5.0]);
    /// assert!((layer.0 - 1.3).abs() < 1e-12);
    /// ```
    fn absorb(&mut self, m: usize, cache: &[T]) {
        let _ = (m, cache);
    }

    /// Whether gradients change the parameter with this index. One that is saved with the model, but
    /// changed by [`absorb`](Layer::absorb) alone, says no; its gradient is 0.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // Parameter 1 is a running mean: saved, but no gradient's business.
    ///     fn trains(&self, index: usize) -> bool { index != 1 }
    /// }
    /// assert!(Mine.trains(0) && !Mine.trains(1));
    /// ```
    fn trains(&self, index: usize) -> bool {
        let _ = index;
        true
    }

    /// Values an example needs room for in the `cache` of [`forward`](Layer::forward) in inference: what a
    /// container's layers hand to each other. 0 unless a layer says so.
    ///
    /// ```
    /// use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result, Scalar};
    ///
    /// /// Calls a layer of as many units as features twice.
    /// #[derive(Debug)]
    /// struct Twice<L>(L);
    ///
    /// impl<T: Scalar, L: Layer<T>> Layer<T> for Twice<L> {
    ///     fn n_scratch(&self) -> usize { self.0.n_out() }
    ///     fn forward(
    ///         &self, a_prev: MatrixView<'_, T>, a: MatrixViewMut<'_, T>, cache: &mut [T], pass: &Pass,
    ///     ) -> Result<()> {
    ///         // In inference; in training the cache has `n_cache` values an example instead.
    ///         let (n, m) = (self.0.n_out(), a_prev.ncols());
    ///         let between = &mut cache[..n * m];
    ///         self.0.forward(a_prev, MatrixViewMut::new(between, n, m)?, &mut [], pass)?;
    ///         self.0.forward(MatrixView::new(between, n, m)?, a, &mut [], pass)
    ///     }
    ///     # fn n_in(&self) -> usize { self.0.n_in() }
    ///     # fn n_out(&self) -> usize { self.0.n_out() }
    ///     # fn backward(
    ///     #     &self, _: MatrixView<'_, T>, _: MatrixView<'_, T>, _: MatrixViewMut<'_, T>, _: &mut [T],
    ///     #     _: Option<MatrixViewMut<'_, T>>,
    ///     # ) -> Result<()> { Ok(()) }
    /// }
    /// # #[derive(Debug)]
    /// # struct Half;
    /// # impl Layer<f64> for Half {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, a_prev: MatrixView<'_, f64>, mut a: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         a.as_mut_slice()[0] = a_prev.as_slice()[0] / 2.0;
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> { Ok(()) }
    /// # }
    /// let (mut a, mut scratch) = ([0.0], [0.0]);
    /// let layer = Twice(Half);
    /// assert_eq!(layer.n_scratch(), 1);
    /// let into = MatrixViewMut::column_vector(&mut a);
    /// layer.forward(MatrixView::column_vector(&[8.0]), into, &mut scratch, &Pass::inference())?;
    /// assert_eq!(a, [2.0]);
    /// # Ok::<(), layerwise_core::CoreError>(())
    /// ```
    fn n_scratch(&self) -> usize {
        0
    }

    /// Values an example needs remembered between `forward` and `backward`, beyond `a_prev` and
    /// `a` themselves.
    fn n_cache(&self) -> usize {
        0
    }

    /// The parameter with this index, `None` past the last.
    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        let _ = index;
        None
    }

    /// Calls `visit` with each parameter in order, to change. All of them may be kept together: an
    /// optimizer updates them side by side.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine { w: [f64; 2], b: [f64; 1] }
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, f64>)) {
    ///         visit(MatrixViewMut::column_vector(&mut self.w));
    ///         visit(MatrixViewMut::column_vector(&mut self.b));
    ///     }
    /// }
    /// let mut layer = Mine { w: [1.0, 2.0], b: [3.0] };
    /// layer.parameters_mut(&mut |mut p| p.as_mut_slice().iter_mut().for_each(|p| *p *= 10.0));
    /// assert_eq!(layer.parameter_mut(1).map(|b| b.as_slice()[0]), Some(30.0));
    /// assert!(layer.parameter_mut(2).is_none());
    /// ```
    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        let _ = visit;
    }

    /// The parameter with this index, to change; `None` past the last. From
    /// [`parameters_mut`](Layer::parameters_mut).
    fn parameter_mut(&mut self, index: usize) -> Option<MatrixViewMut<'_, T>> {
        let (mut found, mut next) = (None, 0);
        self.parameters_mut(&mut |parameter| {
            if next == index {
                found = Some(parameter);
            }
            next += 1;
        });
        found
    }

    /// Whether weight decay and penalties are for the parameter with this index: they are for weights,
    /// not for biases, scales and the like. No unless a layer says so.
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     fn decays(&self, index: usize) -> bool { self.parameter_name(index) == "w" }
    ///     fn parameter_name(&self, index: usize) -> String { ["w", "b"][index].into() }
    /// }
    /// assert!(Mine.decays(0) && !Mine.decays(1));
    /// ```
    fn decays(&self, index: usize) -> bool {
        let _ = index;
        false
    }

    /// What the parameter with this index is called in model files and reports: `w`, `b`, ….
    ///
    /// ```
    /// # use layerwise_core::{Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     fn parameter_name(&self, index: usize) -> String { ["w", "b"][index].into() }
    /// }
    /// assert_eq!(Mine.parameter_name(1), "b");
    /// ```
    fn parameter_name(&self, index: usize) -> String {
        format!("p{index}")
    }

    /// The output function this layer ends with, if its backward pass can start from `dZ`.
    ///
    /// A cost whose canonical link this is then hands over `dZ = (AL − Y)/m`, which is cheaper
    /// than going through `dAL` and stays right where the output saturates.
    fn link(&self) -> Option<Link> {
        None
    }

    /// [`backward`](Layer::backward) when `dz` is known already: `da_prev` only. Called only on
    /// layers that have a [`link`](Layer::link).
    ///
    /// # Errors
    /// [`CoreError::NoLink`] from this default, [`CoreError::Shape`] if a buffer does not fit.
    ///
    /// ```
    /// # use layerwise_core::{Link, Layer, MatrixView, MatrixViewMut, Pass, Result};
    /// # #[derive(Debug)]
    /// # struct Mine;
    /// impl Layer<f64> for Mine {
    /// #     fn n_in(&self) -> usize { 1 }
    /// #     fn n_out(&self) -> usize { 1 }
    /// #     fn forward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>, _: &mut [f64], _: &Pass,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    /// #     fn backward(
    /// #         &self, _: MatrixView<'_, f64>, _: MatrixView<'_, f64>, _: MatrixViewMut<'_, f64>,
    /// #         _: &mut [f64], _: Option<MatrixViewMut<'_, f64>>,
    /// #     ) -> Result<()> {
    /// #         Ok(())
    /// #     }
    ///     // Z = A_prev, a sigmoid and no more.
    ///     fn link(&self) -> Option<Link> { Some(Link::Sigmoid) }
    ///     fn backward_from_dz(
    ///         &self, _a_prev: MatrixView<'_, f64>, dz: MatrixView<'_, f64>, _cache: &[f64],
    ///         da_prev: Option<MatrixViewMut<'_, f64>>,
    ///     ) -> Result<()> {
    ///         if let Some(mut da_prev) = da_prev {
    ///             da_prev.as_mut_slice().copy_from_slice(dz.as_slice());
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// let (z, dz) = (MatrixView::column_vector(&[0.0]), MatrixView::column_vector(&[0.5]));
    /// let mut da_prev = [0.0];
    /// Mine.backward_from_dz(z, dz, &[], Some(MatrixViewMut::column_vector(&mut da_prev)))?;
    /// assert_eq!(da_prev, [0.5]);
    /// # Ok::<(), layerwise_core::CoreError>(())
    /// ```
    fn backward_from_dz(
        &self,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let _ = (a_prev, dz, cache, da_prev);
        Err(CoreError::NoLink { layer: self.kind() })
    }

    /// A short name for tables and messages: `dense relu`.
    fn kind(&self) -> String {
        self.spec().map_or_else(|| "layer".into(), |spec| spec.kind)
    }

    /// How to build this layer again, for model files; `None` if it cannot be saved.
    fn spec(&self) -> Option<LayerSpec> {
        None
    }
}

/// All parameters of a layer, in order.
///
/// ```
/// use layerwise_core::{Layer, Scalar, parameters};
///
/// fn count<T: Scalar>(layer: &dyn Layer<T>) -> usize {
///     parameters(layer).map(|parameter| parameter.as_slice().len()).sum()
/// }
/// ```
pub fn parameters<T: Scalar>(layer: &dyn Layer<T>) -> impl Iterator<Item = MatrixView<'_, T>> {
    (0..).map_while(|index| layer.parameter(index))
}
