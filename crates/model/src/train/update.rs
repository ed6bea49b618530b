//! The last part of a training step: from gradients to new parameters.

use layerwise_core::linalg::{
    FeatureBlock, map_in_place, matmul_nt_columns, matmul_nt_in_turns, row_sums,
};
use layerwise_core::{CoreError, GradientForm, MatrixView, MatrixViewMut, Scalar, parameters};
use layerwise_optim::{MOST_STATE, Optimizer, Penalty, Rates, State, decay, max_norm};

use super::buffers::Trained;
use super::share::{FirstError, share_of};
use crate::{ModelError, Network, Regularization, Result, TrainingStep};

/// How gradients become updates, beside the optimizer.
#[derive(Debug)]
pub(super) struct Updating {
    pub(super) regularization: Regularization,
    pub(super) penalty: Penalty,
    /// Factors on the learning rate and on weight decay.
    pub(super) rate: f64,
    pub(super) decay: f64,
}

impl Default for Updating {
    fn default() -> Self {
        let (regularization, penalty) = (Regularization::default(), Penalty::default());
        Self { regularization, penalty, rate: 1.0, decay: 1.0 }
    }
}

impl Updating {
    /// Whether all gradients must be there before any parameter changes.
    pub(super) fn needs_gradients(&self) -> bool {
        let Regularization { clip_value, clip_norm, .. } = self.regularization;
        !self.penalty.is_none() || clip_value.is_some() || clip_norm.is_some()
    }
}

impl<T: Scalar> TrainingStep<T> {
    /// The update after [`backward`](TrainingStep::backward): every parameter by its gradient, with
    /// the penalty's added to it and what is too large cut down.
    ///
    /// # Errors
    /// [`ModelError::OutOfOrder`] without a backward pass, [`ModelError::OtherOptimizer`] if `optimizer`
    /// remembers more or less than the one this step was made for, [`ModelError::OtherNetwork`] if the
    /// layers are others.
    pub fn update(&mut self, network: &mut Network<T>, optimizer: &dyn Optimizer<T>) -> Result<()> {
        if !self.backward_done {
            return Err(ModelError::OutOfOrder { call: "update", needs: "backward" });
        }
        self.check_network(network)?;
        self.penalize(network);
        self.clip();
        self.descend(network, None, optimizer, 0)
    }

    /// Updates every parameter: by the gradient that was kept of it, or, given X, by one that is used up as
    /// it is made, if its form allows that. Each thread takes some columns of every parameter, but for the
    /// first `done`, which have been updated.
    pub(super) fn descend(
        &mut self,
        network: &mut Network<T>,
        x: Option<MatrixView<'_, T>>,
        optimizer: &dyn Optimizer<T>,
        done: usize,
    ) -> Result<()> {
        let (m, n_state, threads) = (self.m, self.n_state, self.pool.n_threads());
        self.check_optimizer(optimizer)?;
        for (l, layer) in network.layers_mut().iter_mut().enumerate() {
            layer.absorb(m, &self.caches[l][..self.kept[l].n_cache * m]);
        }
        let scratch_of_one = self.scratch_of_one();
        let Self { kept, da, trained, gradients, states, .. } = self;
        let rule = Rule::new(&self.updating, self.step, optimizer);
        let mut parts = self.pool.parts();
        parts.push(&mut self.scratch, scratch_of_one);
        let mut numbers = trained.iter().zip(gradients).zip(states).skip(done);
        let mut left = done;
        for layer in network.layers_mut() {
            layer.parameters_mut(&mut |parameter| {
                if left > 0 {
                    left -= 1;
                    return;
                }
                let Some(((trained, gradient), state)) = numbers.next() else { return };
                let (nrows, ncols) = trained.shape;
                let chunk = nrows * share_of(ncols, threads);
                parts.push(parameter.into_slice(), chunk);
                parts.push(gradient, chunk);
                let mut slices = state.chunks_mut(trained.len().max(1));
                (0..n_state).for_each(|_| parts.push(slices.next().unwrap_or_default(), chunk));
            });
        }
        let error = FirstError::default();
        parts.run(threads, |i, mut chunks| {
            let mut chunk = || chunks.next().unwrap_or_default();
            let scratch = chunk();
            error.keep((|| {
                for trained in trained.iter().skip(done) {
                    let (values, gradient) = (chunk(), chunk());
                    let state = std::array::from_fn(|s| match s < n_state {
                        true => chunk(),
                        false => &mut [][..],
                    });
                    if trained.is_frozen() || values.is_empty() {
                        continue;
                    }
                    let update = rule.of(trained);
                    let made = match (x, trained.form) {
                        (Some(x), GradientForm::Product | GradientForm::Sum) => x,
                        _ => {
                            update.apply(values, gradient, state);
                            continue;
                        }
                    };
                    let l = trained.layer;
                    let a_prev = match l {
                        0 => made,
                        _ => kept[l - 1].of(0..m)?,
                    };
                    let n_out = kept[l].n_out;
                    let dz = MatrixView::new(&da[l][..n_out * m], n_out, m)?;
                    let first = i * share_of(trained.shape.1, threads);
                    update.make_and_apply((dz, a_prev), first, values, state, scratch)?;
                }
                Ok(())
            })());
        });
        error.into_result()?;
        if let Some(largest) = self.updating.regularization.max_norm {
            let mut all = self.trained.iter();
            for layer in network.layers_mut() {
                layer.parameters_mut(&mut |parameter| {
                    if all.next().is_some_and(|trained| trained.decays && !trained.is_frozen()) {
                        max_norm(parameter, largest);
                    }
                });
            }
        }
        (self.m, self.backward_done) = (0, false);
        self.step += 1;
        Ok(())
    }

    /// Whether `optimizer` remembers as much as the one the buffers were made for.
    pub(super) fn check_optimizer(&self, optimizer: &dyn Optimizer<T>) -> Result<()> {
        let (expected, found) = (self.n_state, optimizer.n_state());
        if expected == found && found <= MOST_STATE {
            return Ok(());
        }
        Err(ModelError::OtherOptimizer { expected, found })
    }

    /// Adds the penalty's gradient for everything that decays and is not frozen.
    fn penalize(&mut self, network: &Network<T>) {
        if self.updating.penalty.is_none() {
            return;
        }
        let parameters = network.layers().iter().flat_map(|layer| parameters(layer.as_ref()));
        let gradients = self.trained.iter().zip(&mut self.gradients);
        for (parameter, (trained, gradient)) in parameters.zip(gradients) {
            if trained.decays && !trained.is_frozen() {
                self.updating.penalty.add_gradient(parameter.as_slice(), gradient);
            }
        }
    }

    /// Cuts entries of gradients, then all of them together, down to the largest size allowed.
    fn clip(&mut self) {
        let Regularization { clip_value, clip_norm, .. } = self.updating.regularization;
        let factor = match clip_norm.map(|largest| (largest, self.gradient_norm_within(clip_value)))
        {
            Some((largest, norm)) if norm > largest && norm.is_finite() => {
                Some(T::of(largest / norm))
            }
            _ => None,
        };
        for gradient in &mut self.gradients {
            if let Some(largest) = clip_value.map(T::of) {
                map_in_place(gradient, |value| within(value, largest));
            }
            if let Some(factor) = factor {
                map_in_place(gradient, |value| value * factor);
            }
        }
    }

    /// The norm of the gradients once each entry is cut down.
    fn gradient_norm_within(&self, clip_value: Option<f64>) -> f64 {
        let Some(largest) = clip_value else { return self.gradient_norm() };
        let values = self.gradients.iter().flatten();
        values.map(|value| within(value.to_f64(), largest).powi(2)).sum::<f64>().sqrt()
    }
}

/// What is the same for all parameters in one update.
pub(super) struct Rule<'a, T: Scalar> {
    optimizer: &'a dyn Optimizer<T>,
    step: u64,
    rates: Rates<T>,
    /// Decoupled weight decay, with the factor of a schedule.
    lambda: f64,
}

impl<'a, T: Scalar> Rule<'a, T> {
    pub(super) fn new(updating: &Updating, step: u64, optimizer: &'a dyn Optimizer<T>) -> Self {
        let alpha = T::of(optimizer.alpha().to_f64() * updating.rate);
        let lambda = optimizer.weight_decay().to_f64() * updating.decay;
        Self { optimizer, step, rates: optimizer.rates(step, alpha), lambda }
    }

    /// For one parameter, with its factors.
    pub(super) fn of<'b>(&'b self, trained: &'b Trained) -> Update<'b, T> {
        let rates = match trained.factors.0 {
            1.0 => self.rates,
            factor => {
                let alpha = T::of(self.rates.alpha.to_f64() * factor);
                self.optimizer.rates(self.step, alpha)
            }
        };
        let lambda = if trained.decays { self.lambda * trained.factors.1 } else { 0.0 };
        Update { optimizer: self.optimizer, trained, rates, lambda: T::of(lambda) }
    }
}

/// The update of one parameter.
pub(super) struct Update<'a, T: Scalar> {
    optimizer: &'a dyn Optimizer<T>,
    trained: &'a Trained,
    rates: Rates<T>,
    lambda: T,
}

impl<T: Scalar> Update<'_, T> {
    /// Some of its values, by their gradient.
    fn apply(&self, values: &mut [T], gradient: &[T], state: State<'_, T>) {
        decay(values, self.rates.alpha, self.lambda);
        self.optimizer.apply(&self.rates, values, gradient, state);
    }

    /// The learning rate with all its factors.
    pub(super) fn alpha(&self) -> T {
        self.rates.alpha
    }

    /// Whether the gradient times a number is added, so that it need not be made by itself.
    pub(super) fn adds_up(&self) -> bool {
        self.optimizer.descends() && self.lambda == T::zero()
    }

    /// The columns from `first` on that `values` has of it, by their gradient, which is made here.
    pub(super) fn make_and_apply(
        &self,
        (dz, a_prev): (MatrixView<'_, T>, MatrixView<'_, T>),
        first: usize,
        values: &mut [T],
        state: State<'_, T>,
        scratch: &mut [T],
    ) -> std::result::Result<(), CoreError> {
        let n_out = dz.nrows();
        if self.trained.form == GradientForm::Sum {
            let db = &mut scratch[..values.len()];
            row_sums(T::one(), dz, db)?;
            self.apply(values, db, state);
            return Ok(());
        }
        let columns = first..first + values.len() / n_out;
        // A single unit sums up in its values what would better be summed up before.
        if self.adds_up() && n_out > 1 {
            let ncols = columns.len();
            let w = MatrixViewMut::new(values, n_out, ncols)?;
            matmul_nt_columns(-self.rates.alpha, dz, a_prev, columns, T::one(), w)?;
            return Ok(());
        }
        let [one, two, three] = state;
        let scratch = (self.trained.together, scratch);
        matmul_nt_in_turns(T::one(), dz, a_prev, columns, scratch, values, |column, dw, w| {
            let at = column * n_out..column * n_out + dw.len();
            let state = [&mut *one, &mut *two, &mut *three]
                .map(|state| state.get_mut(at.clone()).unwrap_or_default());
            self.apply(w, dw, state);
        })?;
        Ok(())
    }

    /// [`make_and_apply`](Update::make_and_apply) for a block of the features of `X`.
    pub(super) fn make_of_block_and_apply(
        &self,
        dz: MatrixView<'_, T>,
        block: &FeatureBlock<'_, T>,
        values: &mut [T],
        state: State<'_, T>,
        scratch: &mut [T],
    ) -> std::result::Result<(), CoreError> {
        let (n_out, n) = (dz.nrows(), block.features().len());
        if self.adds_up() {
            let w = MatrixViewMut::new(values, n_out, n)?;
            block.matmul_nt(-self.rates.alpha, dz, T::one(), w)?;
            return Ok(());
        }
        let dw = &mut scratch[..n_out * n];
        block.matmul_nt(T::one(), dz, T::zero(), MatrixViewMut::new(&mut *dw, n_out, n)?)?;
        self.apply(values, dw, state);
        Ok(())
    }
}

/// The number nearest to `value` in `[−largest, largest]`; NaN stays.
fn within<T: Scalar>(value: T, largest: T) -> T {
    if value > largest {
        largest
    } else if value < -largest {
        -largest
    } else {
        value
    }
}
