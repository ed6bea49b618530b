//! What must hold on every workload that is timed: the same bits for any number of threads and from
//! run to run, and no allocation after the first step.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use allocation_counter::measure;
use layerwise::prelude::*;
use layerwise_tests::workloads::{INFERENCE, TRAINING, Workload};

/// The examples of a step, from `first` on.
fn batch<'a, T: Scalar>(
    matrix: &'a DMatrix<T>,
    workload: &Workload,
    first: usize,
) -> MatrixView<'a, T> {
    MatrixView::from(matrix).columns(first..first + workload.batch).unwrap()
}

/// Costs of three steps, and all parameters after them.
fn train(workload: &Workload, optimizer: &dyn Optimizer<f32>, threads: usize) -> Vec<Vec<u32>> {
    let (mut network, x, y) = workload.make::<f32>().unwrap();
    let cost = workload.cost();
    let step = TrainingStep::new(&network, workload.batch, optimizer).unwrap();
    let mut step = step.with_threads(threads);
    let mut costs = vec![];
    for first in [0, workload.batch, 0] {
        let (x, y) = (batch(&x, workload, first), batch(&y, workload, first));
        costs.push(step.run(&mut network, x, y, &*cost, optimizer).unwrap().to_bits());
    }
    let mut bits = vec![costs];
    for layer in network.layers() {
        let mut index = 0;
        while let Some(parameter) = layer.parameter(index) {
            bits.push(parameter.as_slice().iter().map(|value| value.to_bits()).collect());
            index += 1;
        }
    }
    bits
}

#[test]
fn training_gives_the_same_bits_for_any_number_of_threads() {
    let descent = GradientDescent::new(0.05).unwrap();
    let adam = Adam::new(0.001).unwrap();
    for workload in &TRAINING {
        let optimizers: &[&dyn Optimizer<f32>] =
            if workload.name == "wide" { &[&descent] } else { &[&descent, &adam] };
        for &optimizer in optimizers {
            let expected = train(workload, optimizer, 1);
            for threads in [1, 2, 3, 8] {
                let same = train(workload, optimizer, threads) == expected;
                assert!(same, "{} with {}, {threads} threads", workload.name, optimizer.name());
            }
        }
    }
}

/// Costs of the steps, and what the network predicts after them.
type Run<T> = (Vec<T>, DMatrix<T>);

/// The same steps on the same examples: each called for, and all at once.
fn in_both_ways<T: Scalar>(
    workload: &Workload,
    optimizer: &dyn Optimizer<T>,
    threads: usize,
    steps: usize,
) -> (Run<T>, Run<T>) {
    let (mut one, x, y) = workload.make::<T>().unwrap();
    let (mut all, ..) = workload.make::<T>().unwrap();
    let (x, y) = (batch(&x, workload, 0), batch(&y, workload, 0));
    let cost = workload.cost();
    let new = |network: &Network<T>| {
        let step = TrainingStep::new(network, workload.batch, optimizer).unwrap();
        (step.with_threads(threads), vec![])
    };
    let (mut step, mut costs) = new(&one);
    for _ in 0..steps {
        costs.push(step.run(&mut one, x, y, &*cost, optimizer).unwrap());
    }
    let called_for = (costs, one.predict(&x.to_matrix()).unwrap());

    let (mut step, mut costs) = new(&all);
    let each = |_, cost| {
        costs.push(cost);
        ControlFlow::Continue(())
    };
    let data = (x, y, None);
    let done = step.run_repeatedly(&mut all, data, &*cost, optimizer, steps, each).unwrap();
    assert_eq!((done, step.updates()), (steps, steps as u64));
    (called_for, (costs, all.predict(&x.to_matrix()).unwrap()))
}

#[test]
fn steps_begun_by_the_one_before_have_the_bits_of_those_called_for() {
    // Of these only cat has an X that is worth it, and with more than a few steps one that is copied; the
    // others must not differ either.
    for workload in TRAINING.iter().filter(|workload| workload.name != "wide") {
        for (threads, steps) in [(1, 20), (2, 20), (3, 20), (2, 4)] {
            let descent = GradientDescent::new(0.05).unwrap();
            let (one, other) = in_both_ways::<f32>(workload, &descent, threads, steps);
            assert!(one == other, "{}, {threads} threads, {steps} steps", workload.name);
            let adam = Adam::new(0.001).unwrap();
            let (one, other) = in_both_ways::<f64>(workload, &adam, threads, steps);
            assert!(one == other, "{} with Adam, {threads} threads, {steps} steps", workload.name);
        }
    }
}

/// Costs of twenty steps of cat by the inner products of its examples, and what it predicts after them.
fn by_inner_products<T: Scalar>(threads: usize) -> Run<T> {
    let workload = TRAINING.iter().find(|workload| workload.name == "cat").unwrap();
    let (mut network, x, y) = workload.make::<T>().unwrap();
    let descent = GradientDescent::new(T::of(0.05)).unwrap();
    let step = TrainingStep::new(&network, workload.batch, &descent).unwrap();
    let mut costs = vec![];
    let each = |_, cost| {
        costs.push(cost);
        ControlFlow::Continue(())
    };
    let (x, y) = (batch(&x, workload, 0), batch(&y, workload, 0));
    let (data, cost) = ((x, y, None), workload.cost());
    let mut step = step.with_threads(threads);
    step.run_by_inner_products(&mut network, data, &*cost, &descent, 20, each).unwrap();
    (costs, network.predict(&x.to_matrix()).unwrap())
}

/// That and the steps that update every weight, the largest difference as a part of the largest number.
fn by_inner_products_apart<T: Scalar>() -> f64 {
    let workload = TRAINING.iter().find(|workload| workload.name == "cat").unwrap();
    let descent = GradientDescent::new(T::of(0.05)).unwrap();
    let (one, _) = in_both_ways::<T>(workload, &descent, 1, 20);
    let other = by_inner_products::<T>(1);
    let apart = |one: &[T], other: &[T]| {
        assert_eq!(one.len(), other.len());
        let numbers = one.iter().zip(other).map(|(one, other)| (one.to_f64(), other.to_f64()));
        let largest = numbers.clone().fold(0.0_f64, |most, (one, _)| most.max(one.abs()));
        assert!(numbers.clone().all(|(one, other)| one.is_finite() && other.is_finite()));
        numbers.fold(0.0_f64, |most, (one, other)| most.max((one - other).abs())) / largest
    };
    apart(&one.0, &other.0).max(apart(one.1.as_slice(), other.1.as_slice()))
}

#[test]
fn steps_by_inner_products_are_those_of_all_weights_and_the_same_for_any_number_of_threads() {
    let (double, single) = (by_inner_products_apart::<f64>(), by_inner_products_apart::<f32>());
    println!("{double:e} in f64, {single:e} in f32");
    // Some difference shows that it was made in the other way.
    assert!(0.0 < double && double <= 1e-12, "{double:e} in f64");
    assert!(0.0 < single && single <= 1e-5, "{single:e} in f32");
    let expected = by_inner_products::<f32>(1);
    for threads in [1, 2, 3, 8] {
        assert!(by_inner_products::<f32>(threads) == expected, "{threads} threads");
    }
}

#[test]
fn prediction_gives_the_same_bits_for_any_number_of_threads() {
    for workload in &INFERENCE {
        let (network, x, _) = workload.make::<f32>().unwrap();
        let x = batch(&x, workload, 0);
        let expected = network.predict(&x.to_matrix()).unwrap();
        for threads in [1, 2, 3, 8] {
            let mut predictor =
                Predictor::new(&network, workload.batch).unwrap().with_threads(threads);
            for _ in 0..2 {
                let al = predictor.predict(&network, x).unwrap().to_matrix();
                assert!(al == expected, "{}, {threads} threads", workload.name);
            }
        }
    }
}

fn no_allocation_after_the_first<T: Scalar>(workload: &Workload, optimizer: &dyn Optimizer<T>) {
    let (mut network, x, y) = workload.make::<T>().unwrap();
    let cost = workload.cost::<T>();
    let mut step = TrainingStep::new(&network, workload.batch, optimizer).unwrap();
    let mut run = |first: usize| {
        let (x, y) = (batch(&x, workload, first), batch(&y, workload, first));
        step.run(&mut network, x, y, &*cost, optimizer).unwrap();
    };
    run(0);
    let allocations = measure(|| run(workload.batch)).count_total;
    assert_eq!(allocations, 0, "{} with {}, {}", workload.name, optimizer.name(), T::NAME);
}

#[test]
fn a_step_after_the_first_allocates_nothing() {
    for workload in &TRAINING {
        no_allocation_after_the_first::<f32>(workload, &GradientDescent::new(0.05).unwrap());
        no_allocation_after_the_first::<f32>(workload, &Adam::new(0.001).unwrap());
        no_allocation_after_the_first::<f64>(workload, &GradientDescent::new(0.05).unwrap());
    }
    for workload in &INFERENCE {
        let (network, x, _) = workload.make::<f32>().unwrap();
        let mut predictor = Predictor::new(&network, workload.batch).unwrap();
        let mut run = |first: usize| {
            predictor.predict(&network, batch(&x, workload, first)).unwrap();
        };
        run(0);
        assert_eq!(measure(|| run(workload.batch)).count_total, 0, "{}", workload.name);
    }
}

#[test]
fn the_count_counts() {
    let one = measure(|| drop(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!(one.count_total, 1);
}

/// Bytes of parameters, their gradients and state, and of two batches of activations.
fn needed(workload: &Workload, n_state: usize) -> u64 {
    let activations: usize = workload.layer_dims[1..].iter().sum::<usize>() * workload.batch;
    4 * (n_parameters(workload) * (2 + n_state) + 2 * activations) as u64
}

#[test]
fn training_needs_little_more_memory_than_its_numbers() {
    let descent = GradientDescent::new(0.05).unwrap();
    let adam = Adam::new(0.001).unwrap();
    let optimizers: [&dyn Optimizer<f32>; 2] = [&descent, &adam];
    for workload in &TRAINING {
        for optimizer in optimizers {
            let (mut network, x, y) = workload.make::<f32>().unwrap();
            let x = batch(&x, workload, 0);
            let y = batch(&y, workload, 0);
            let cost = workload.cost();
            // On a thread of its own, so that packing buffers are made anew.
            let peak = std::thread::scope(|scope| {
                let run = || {
                    let made = TrainingStep::new(&network, workload.batch, optimizer);
                    let mut step = made.unwrap();
                    step.run(&mut network, x, y, &*cost, optimizer).unwrap();
                };
                scope.spawn(move || measure(run).bytes_max).join().unwrap()
            });
            // The network was there before.
            let peak = peak + 4 * n_parameters(workload) as u64;
            let ratio = peak as f64 / needed(workload, optimizer.n_state()) as f64;
            println!("{} with {}: {ratio:.2} times", workload.name, optimizer.name());
            assert!(ratio <= 1.3, "{} with {}: {ratio:.2} times", workload.name, optimizer.name());
        }
    }
}

fn n_parameters(workload: &Workload) -> usize {
    workload.layer_dims.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
}
