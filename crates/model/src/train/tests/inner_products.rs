//! Steps by the inner products of the examples, beside those that update every weight.

use std::ops::ControlFlow;

use layerwise_activations::{Identity, Sigmoid, Tanh};
use layerwise_core::{DMatrix, Scalar, parameters};
use layerwise_cost::BinaryCrossEntropy;
use layerwise_optim::{Adam, GradientDescent, Optimizer};
use proptest::prelude::*;

use crate::{Network, ParameterGroup, Regularization, TrainingStep};

/// A problem with its size, and what belongs to it.
struct Problem<T: Scalar> {
    x: DMatrix<T>,
    y: DMatrix<T>,
    weights: Option<Vec<T>>,
    n_out: usize,
    seed: u64,
}

/// Costs of all steps, and all parameters after them.
type Run<T> = (Vec<T>, Vec<Vec<T>>);

impl<T: Scalar> Problem<T> {
    fn new((n_in, n_out, m): (usize, usize, usize), seed: u64) -> Self {
        let value = |i: usize, j: usize| {
            let hash =
                (i as u64 + 1) * 0x9E37_79B9 + (j as u64 + 1) * 0x85EB_CA6B + seed * 0x27D4_EB2F;
            T::of((hash.wrapping_mul(hash) >> 11 & 0xFFF) as f64 / 2048.0 - 1.0)
        };
        let y = |_, j| if (j as u64 * 7 + seed).is_multiple_of(3) { T::one() } else { T::zero() };
        let weights =
            (seed % 2 == 1).then(|| (0..m).map(|j| T::of(0.5 + (j % 3) as f64)).collect());
        let (x, y) = (DMatrix::from_fn(n_in, m, value), DMatrix::from_fn(1, m, y));
        Self { x, y, weights, n_out, seed }
    }

    fn network(&self) -> Network<T> {
        let network = Network::builder(self.x.nrows()).dense(self.n_out, Tanh).dropout(0.2);
        network.dense(3, Identity).dense(1, Sigmoid).seed(self.seed).build().unwrap()
    }

    fn run(
        &self,
        optimizer: &dyn Optimizer<T>,
        steps: usize,
        by_products: bool,
        set: impl Fn(TrainingStep<T>) -> TrainingStep<T>,
    ) -> Run<T> {
        let mut network = self.network();
        let mut step = set(TrainingStep::new(&network, self.x.ncols(), optimizer).unwrap());
        let data = ((&self.x).into(), (&self.y).into(), self.weights.as_deref());
        let mut costs = vec![];
        let each = |done, cost| {
            costs.push(cost);
            assert_eq!(done, costs.len());
            ControlFlow::Continue(())
        };
        let (network, cost) = (&mut network, &BinaryCrossEntropy);
        let done = if by_products {
            step.run_by_inner_products(network, data, cost, optimizer, steps, each)
        } else {
            step.run_repeatedly(network, data, cost, optimizer, steps, each)
        };
        assert_eq!((done.unwrap(), step.updates()), (costs.len(), costs.len() as u64));
        (costs, numbers(network))
    }

    /// The largest difference of both ways, of costs as a part of the largest cost and of parameters as one of
    /// the largest parameter.
    fn difference(&self, steps: usize, threads: usize) -> f64 {
        let optimizer = GradientDescent::new(T::of(0.1)).unwrap();
        let of =
            |by| self.run(&optimizer, steps, by, |step| step.with_threads(threads).with_seed(5));
        let ((costs, parameters), (costs_by, parameters_by)) = (of(false), of(true));
        assert_eq!(costs.len(), costs_by.len());
        larger(apart(&costs, &costs_by), apart(&parameters.concat(), &parameters_by.concat()))
    }
}

fn numbers<T: Scalar>(network: &Network<T>) -> Vec<Vec<T>> {
    let all = network.layers().iter().flat_map(|layer| parameters(layer.as_ref()));
    all.map(|parameter| parameter.as_slice().to_vec()).collect()
}

fn apart<T: Scalar>(one: &[T], other: &[T]) -> f64 {
    let largest = one.iter().fold(0.0, |largest, a| larger(largest, a.to_f64().abs()));
    let pairs = one.iter().zip(other).map(|(a, b)| (a.to_f64() - b.to_f64()).abs());
    pairs.fold(0.0, larger) / largest
}

/// The larger, or what is no number.
fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn steps_by_inner_products_are_those_that_update_every_weight(
        n_in in 2_usize..300, n_out in 1_usize..24, m in 1_usize..80, seed in 0_u64..1000,
        steps in 1_usize..40, threads in 1_usize..4,
    ) {
        let shape = (n_in, n_out, m);
        let difference = Problem::<f64>::new(shape, seed).difference(steps, threads);
        prop_assert!(difference <= 1e-12, "f64: {difference:e}");
        let difference = Problem::<f32>::new(shape, seed).difference(steps, threads);
        prop_assert!(difference <= 1e-5, "f32: {difference:e}");
    }
}

/// Many features of few examples.
fn wide() -> Problem<f64> {
    Problem::new((200, 5, 9), 3)
}

#[test]
fn many_steps_stay_together() {
    let difference = wide().difference(2000, 2);
    assert!(0.0 < difference && difference <= 1e-11, "{difference:e}");
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let optimizer = GradientDescent::new(0.1).unwrap();
    let problem = Problem::<f64>::new((300, 7, 53), 1);
    let of = |threads| problem.run(&optimizer, 30, true, |step| step.with_threads(threads));
    let one = of(1);
    for threads in [1, 2, 3, 8] {
        assert!(of(threads) == one, "{threads} threads");
    }
}

#[test]
fn where_it_is_not_so_or_does_not_pay_every_weight_is_updated() {
    let same =
        |what, optimizer: &dyn Optimizer<f64>, set: &dyn Fn(_) -> TrainingStep<f64>, steps| {
            let of = |by| wide().run(optimizer, steps, by, set);
            assert!(of(true) == of(false), "{what}");
        };
    let descent = GradientDescent::new(0.1).unwrap();
    same("Adam", &Adam::new(0.01).unwrap(), &|step| step, 30);
    let frozen = |step: TrainingStep<f64>| {
        let groups = [ParameterGroup::layer(1).frozen()];
        step.with_groups(&wide().network(), &groups).unwrap()
    };
    same("a first layer that is frozen", &descent, &frozen, 30);
    same("two steps", &descent, &|step| step, 2);
    for limit in [
        Regularization { l2: 0.01, ..Regularization::default() },
        Regularization { max_norm: Some(0.5), ..Regularization::default() },
        Regularization { clip_norm: Some(0.01), ..Regularization::default() },
    ] {
        let set = |step: TrainingStep<f64>| step.with_regularization(limit).unwrap();
        same("a limit", &descent, &set, 30);
    }
}

#[test]
fn an_end_asked_for_leaves_the_weights_of_as_many_steps() {
    let problem = wide();
    let optimizer = GradientDescent::new(0.1).unwrap();
    let mut network = problem.network();
    let mut step = TrainingStep::new(&network, problem.x.ncols(), &optimizer).unwrap();
    let data = ((&problem.x).into(), (&problem.y).into(), problem.weights.as_deref());
    let cost = &BinaryCrossEntropy;
    let done = step.run_by_inner_products(&mut network, data, cost, &optimizer, 1000, |done, _| {
        if done == 13 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((done.unwrap(), step.updates()), (13, 13));
    let (_, expected) = problem.run(&optimizer, 13, false, |step| step);
    for (found, expected) in numbers(&network).iter().zip(&expected) {
        assert!(apart(expected, found) < 1e-12);
    }
    // And goes on from there.
    step.run_by_inner_products(&mut network, data, cost, &optimizer, 20, |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let (_, expected) = problem.run(&optimizer, 33, false, |step| step);
    for (found, expected) in numbers(&network).iter().zip(&expected) {
        assert!(apart(expected, found) < 1e-12);
    }
}

#[test]
fn a_cost_that_is_no_number_ends_it() {
    let mut problem = wide();
    problem.x[(3, 3)] = f64::NAN;
    let optimizer = GradientDescent::new(0.1).unwrap();
    let (costs, _) = problem.run(&optimizer, 30, true, |step| step);
    assert!(costs.is_empty());
}
