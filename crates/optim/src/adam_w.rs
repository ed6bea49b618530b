//! AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).

use layerwise_core::Scalar;

use crate::gradient_descent::check_weight_decay;
use crate::{Adam, Optimizer, Rates, Result, State};

/// Algorithm 2 of the paper: `w := (1 − α λ) w` for weights (not biases), then [`Adam`].
///
/// The default is α = 0.001, λ = 0.01.
///
/// ```
/// use layerwise_optim::{AdamW, Optimizer};
///
/// let optimizer = AdamW::new(0.1, 0.5)?;
/// let (mut w, mut state) = ([1.0], [0.0; 2]);
/// optimizer.update(0, &mut w, &[4.0], &mut state);
/// assert!((w[0] - (0.95 - 0.1_f64)).abs() < 1e-8);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW<T> {
    adam: Adam<T>,
    weight_decay: T,
}

impl<T: Scalar> AdamW<T> {
    /// Learning rate `alpha` and weight decay λ, finite and at least 0.
    ///
    /// # Errors
    /// [`OptimError::LearningRate`](crate::OptimError::LearningRate), [`OptimError::WeightDecay`](crate::OptimError::WeightDecay).
    pub fn new(alpha: T, weight_decay: T) -> Result<Self> {
        check_weight_decay(weight_decay)?;
        Ok(Self { adam: Adam::new(alpha)?, weight_decay })
    }

    /// Other decay rates of the two moments, each in [0, 1).
    ///
    /// # Errors
    /// [`OptimError::Decay`](crate::OptimError::Decay) with the one at fault.
    ///
    /// ```
    /// use layerwise_optim::AdamW;
    ///
    /// assert_ne!(AdamW::new(0.1, 0.5)?.with_betas(0.9, 0.95)?, AdamW::new(0.1, 0.5)?);
    /// let error = AdamW::new(0.1, 0.5)?.with_betas(1.0, 0.95).unwrap_err();
    /// assert_eq!(error.to_string(), "expected beta_1 in [0, 1), found 1");
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn with_betas(mut self, beta_1: T, beta_2: T) -> Result<Self> {
        self.adam = self.adam.with_betas(beta_1, beta_2)?;
        Ok(self)
    }
}

impl<T: Scalar> Default for AdamW<T> {
    fn default() -> Self {
        Self { adam: Adam::default(), weight_decay: T::of(0.01) }
    }
}

impl<T: Scalar> Optimizer<T> for AdamW<T> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn n_state(&self) -> usize {
        self.adam.n_state()
    }

    fn alpha(&self) -> T {
        self.adam.alpha()
    }

    fn weight_decay(&self) -> T {
        self.weight_decay
    }

    fn rates(&self, step: u64, alpha: T) -> Rates<T> {
        self.adam.rates(step, alpha)
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        self.adam.apply(rates, values, gradient, state);
    }
}
