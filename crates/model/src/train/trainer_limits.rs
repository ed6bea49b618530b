//! What keeps parameters small, and which of them learn at all.

use layerwise_core::Scalar;

use super::trainer::Trainer;
use crate::{ParameterGroup, Regularization};

impl<T: Scalar> Trainer<'_, T> {
    /// Penalties, limits of gradients and of weights; none if not called. A limit that
    /// [`clip_norm`](Trainer::clip_norm) set before stays, unless there is another in `regularization`.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Regularization, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// // Examples with nothing to learn from: no gradient.
    /// let zero = DMatrix::zeros(1, 4);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let w = |network: &Network<f64>| network.layers()[0].parameter(0).map(|w| w[(0, 0)]);
    /// let before = w(&network);
    /// Trainer::new(MeanSquaredError, GradientDescent::new(0.5)?)
    ///     .epochs(1)
    ///     .regularization(Regularization { l2: 0.5, ..Default::default() })
    ///     .fit(&mut network, Examples::new(&zero, &zero)?, None)?;
    /// // w − 0.5 · 0.5 w
    /// assert_eq!(w(&network), before.map(|w| 0.75 * w));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn regularization(mut self, regularization: Regularization) -> Self {
        let clip_norm = regularization.clip_norm.or(self.regularization.clip_norm);
        self.regularization = Regularization { clip_norm, ..regularization };
        self
    }

    /// Gradients of a larger norm are scaled down to it: [`Regularization::clip_norm`].
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let (x, y) = (DMatrix::from_element(1, 4, 1.0), DMatrix::from_element(1, 4, 1e6));
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let b = |network: &Network<f64>| network.layers()[0].parameter(1).map_or(0.0, |b| b[(0, 0)]);
    /// Trainer::new(MeanSquaredError, GradientDescent::new(1.0)?)
    ///     .epochs(1)
    ///     .clip_norm(0.1)
    ///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
    /// // w and b have the same gradient, together as long as is allowed.
    /// assert!((b(&network) - 0.1 / 2.0_f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn clip_norm(mut self, norm: f64) -> Self {
        self.regularization.clip_norm = Some(norm);
        self
    }

    /// Some parameters learn at a rate of their own, or not at all. To be called once for each group.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, ParameterGroup, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Identity, Tanh}, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[0.0, 0.3, 0.6, 0.9]);
    /// let mut network = Network::<f64>::builder(1).dense(5, Tanh).dense(1, Identity).build()?;
    /// let before = network.layers()[0].parameter(0).map(|w| w.to_matrix());
    /// Trainer::new(MeanSquaredError, Adam::new(0.01)?)
    ///     .group(ParameterGroup::layer(1).frozen())
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w.to_matrix()), before);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn group(mut self, group: ParameterGroup) -> Self {
        self.groups.push(group);
        self
    }
}
