//! The one trait of the house.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;

use layerwise_linalg::{MatrixView, MatrixViewMut, Scalar};

use crate::{CoreError, Pass, Result};

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
///   It overwrites what was in the buffer, and does not read the parameters' values.
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
    fn units_apart(&self) -> bool {
        false
    }

    /// The units `units` of what [`forward`](Layer::forward) gives in inference, with the same bits.
    /// Shape: `a (units.len(), m)`. Threads share out one example with it.
    ///
    /// # Errors
    /// [`CoreError::UnitsTogether`] from this default; [`CoreError::Shape`] if a buffer does not
    /// fit.
    fn forward_units(
        &self,
        units: Range<usize>,
        a_prev: MatrixView<'_, T>,
        a: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let _ = (units, a_prev, a);
        Err(CoreError::UnitsTogether { layer: self.kind() })
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
    fn absorb(&mut self, m: usize, cache: &[T]) {
        let _ = (m, cache);
    }

    /// Whether gradients change the parameter with this index. One that is saved with the model, but
    /// changed by [`absorb`](Layer::absorb) alone, says no; its gradient is 0.
    fn trains(&self, index: usize) -> bool {
        let _ = index;
        true
    }

    /// Values an example needs room for in the `cache` of [`forward`](Layer::forward) in inference: what a
    /// container's layers hand to each other. 0 unless a layer says so.
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
    fn decays(&self, index: usize) -> bool {
        let _ = index;
        false
    }

    /// What the parameter with this index is called in model files and reports: `w`, `b`, ….
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

/// How the gradient of a parameter follows from what the training path has at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GradientForm {
    /// `dw = dz a_prevᵀ`, for a parameter of shape `(n_out, n_in)`.
    Product,
    /// `db = Σ dz` over examples, for a parameter of shape `(n_out, 1)`.
    Sum,
    /// In a way of the layer's own: [`Layer::gradient`] knows.
    Own,
}

/// An output function g that shares `dZ = (AL − Y)/m` with the cost that belongs to it
/// (McCullagh and Nelder, "Generalized Linear Models", 1989, section 2.2: canonical links).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// `g(z) = 1/(1 + e^−z)`, with binary cross-entropy.
    Sigmoid,
    /// `g(z)_i = e^{z_i} / Σ_k e^{z_k}`, with categorical cross-entropy.
    Softmax,
    /// `g(z) = z`, with half the squared error.
    Identity,
}

/// A layer without its numbers: what a model file says so that it can be built again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSpec {
    /// What to build: `dense`, `linear`, ….
    pub kind: String,
    /// Features taken in.
    pub n_in: usize,
    /// Units given out.
    pub n_out: usize,
    /// Everything else, by name: `activation` → `relu`.
    pub settings: BTreeMap<String, String>,
    /// The layers of a container, first to last; of other layers none.
    pub inner: Vec<LayerSpec>,
}
