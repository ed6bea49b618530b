//! Weight decay for any optimizer (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).

use layerwise_core::Scalar;

use crate::gradient_descent::check_weight_decay;
use crate::{Optimizer, Rates, Result, State};

/// `w := (1 − α λ) w` for weights (not biases), then another optimizer's update: the paper's algorithms 1
/// and 2 with any rule in the place of SGD and Adam. To a decay of the optimizer's own λ is added.
///
/// ```
/// use layerwise_optim::{Decayed, GradientDescent, Optimizer};
///
/// let optimizer = Decayed::new(GradientDescent::new(0.5)?, 0.2)?;
/// let mut w = [1.0];
/// optimizer.update(0, &mut w, &[0.1], &mut []);
/// assert!((w[0] - (0.9 - 0.05_f64)).abs() < 1e-15);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decayed<T, O> {
    optimizer: O,
    weight_decay: T,
}

impl<T: Scalar, O: Optimizer<T>> Decayed<T, O> {
    /// `optimizer` with weight decay λ, finite and at least 0.
    ///
    /// # Errors
    /// [`OptimError::WeightDecay`](crate::OptimError::WeightDecay) with a λ that is not.
    pub fn new(optimizer: O, weight_decay: T) -> Result<Self> {
        check_weight_decay(weight_decay)?;
        Ok(Self { optimizer, weight_decay })
    }
}

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for Decayed<T, O> {
    fn name(&self) -> &'static str {
        self.optimizer.name()
    }

    fn n_state(&self) -> usize {
        self.optimizer.n_state()
    }

    fn alpha(&self) -> T {
        self.optimizer.alpha()
    }

    fn weight_decay(&self) -> T {
        self.optimizer.weight_decay() + self.weight_decay
    }

    fn rates(&self, step: u64, alpha: T) -> Rates<T> {
        self.optimizer.rates(step, alpha)
    }

    fn apply(&self, rates: &Rates<T>, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        self.optimizer.apply(rates, values, gradient, state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Adam, AdamW};

    #[test]
    fn adam_with_decay_is_adamw() {
        let (decayed, adam_w) =
            (Decayed::new(Adam::new(0.1).unwrap(), 0.5).unwrap(), AdamW::new(0.1, 0.5).unwrap());
        let (mut a, mut b) = ([1.0, -2.0, 0.5], [1.0, -2.0, 0.5]);
        let (mut of_a, mut of_b) = ([0.0_f64; 6], [0.0_f64; 6]);
        for step in 0..20 {
            let dw = a.map(|w: f64| w.sin() + 0.1);
            decayed.update(step, &mut a, &dw, &mut of_a);
            adam_w.update(step, &mut b, &dw, &mut of_b);
            assert_eq!(a, b);
        }
        assert!(Decayed::new(adam_w, -0.1).is_err() && Decayed::new(adam_w, f64::NAN).is_err());
        assert_eq!(Decayed::new(adam_w, 0.25).unwrap().weight_decay(), 0.75);
    }
}
