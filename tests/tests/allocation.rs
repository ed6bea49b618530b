//! A training step after the first allocates nothing.
#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use layerwise::prelude::*;
use layerwise_tests::matrix;

fn allocations_of_a_later_step<T: Scalar>(sizes: &[usize], m: usize) -> u64 {
    let mut builder = Network::<T>::builder(sizes[0]);
    for &n in &sizes[1..sizes.len() - 1] {
        builder = builder.dense(n, Relu);
    }
    let mut network = builder.dense(sizes[sizes.len() - 1], Sigmoid).build().unwrap();
    let x = matrix::<T>(sizes[0], m, 1);
    let y = matrix::<T>(sizes[sizes.len() - 1], m, 2);
    let y = y.map(|v| if v > T::zero() { T::one() } else { T::zero() });
    let optimizer = GradientDescent::new(T::of(0.1)).unwrap();
    let mut step = TrainingStep::new(&network, m, &optimizer).unwrap();
    let mut run = || {
        step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer).unwrap()
    };
    run();
    let later = measure(|| {
        for _ in 0..3 {
            run();
        }
    });
    later.count_total
}

#[test]
fn a_step_after_the_first_allocates_nothing() {
    for (sizes, m) in [
        (vec![30, 64, 32, 1], 32),
        (vec![12_288, 20, 7, 5, 1], 20),
        (vec![784, 256, 128, 10], 128),
        (vec![3, 1], 1),
    ] {
        assert_eq!(allocations_of_a_later_step::<f32>(&sizes, m), 0, "{sizes:?} in f32");
        assert_eq!(allocations_of_a_later_step::<f64>(&sizes, m), 0, "{sizes:?} in f64");
    }
}

#[test]
fn the_count_counts() {
    let one = measure(|| drop(std::hint::black_box(vec![0u8; 100])));
    assert_eq!(one.count_total, 1);
}
