//! The training path equals the exercise's functions.
#![allow(clippy::unwrap_used)]

use layerwise::prelude::*;
use layerwise_tests::{assert_close, matrix};
use proptest::prelude::*;

/// Parameters like those of a network in training: weights about 1/√n_in, biases not zero.
fn parameters<T: Scalar>(sizes: &[usize], seed: u64) -> Parameters<T> {
    let layer = |(l, pair): (usize, &[usize])| {
        let scale = T::of(1.0 / (pair[0] as f64).sqrt());
        let b = matrix::<T>(pair[1], 1, seed + 100 + l as u64) * T::of(0.1);
        LinearParameters {
            w: matrix::<T>(pair[1], pair[0], seed + l as u64) * scale,
            b: DVector::from_column_slice(b.as_slice()),
        }
    };
    Parameters { layers: sizes.windows(2).enumerate().map(layer).collect() }
}

/// One step by both paths: outputs, cost, gradients and updated parameters agree.
fn paths_agree<T: Scalar>(sizes: &[usize], m: usize, seed: u64, tolerance: f64) {
    let alpha = T::of(0.5);
    let before = parameters::<T>(sizes, seed);
    let x = matrix::<T>(sizes[0], m, seed + 1000);
    let n_y = sizes[sizes.len() - 1];
    let y =
        matrix::<T>(n_y, m, seed + 2000).map(|v| if v > T::zero() { T::one() } else { T::zero() });

    let (al, caches) = l_model_forward(&x, &before).unwrap();
    let j = compute_cost(&al, &y).unwrap();
    let gradients = l_model_backward(&al, &y, &caches).unwrap();
    let after = update_parameters(&before, &gradients, alpha).unwrap();

    let mut network = Network::from_parameters(&before, Relu, Sigmoid).unwrap();
    let optimizer = GradientDescent::new(alpha).unwrap();
    let mut step = TrainingStep::new(&network, m, &optimizer).unwrap();
    assert_close("AL", step.forward(&network, (&x).into()).unwrap(), &al, tolerance);
    step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
    for (l, layer) in gradients.iter().enumerate() {
        let name = |what: &str| format!("{what}{} of {sizes:?}, m = {m}", l + 1);
        assert_close(&name("dW"), step.gradient(l, 0).unwrap(), &layer.dw, tolerance);
        assert_close(&name("db"), step.gradient(l, 1).unwrap(), &layer.db, tolerance);
    }
    let cost = step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer);
    let off = (cost.unwrap() - j).abs().to_f64();
    assert!(off <= tolerance * j.to_f64(), "the cost is off by {off:e}");
    for (l, (layer, expected)) in network.layers().iter().zip(&after.layers).enumerate() {
        let name = |what: &str| format!("{what}{} of {sizes:?}, m = {m}", l + 1);
        assert_close(&name("W"), layer.parameter(0).unwrap(), &expected.w, tolerance);
        assert_close(&name("b"), layer.parameter(1).unwrap(), &expected.b, tolerance);
    }
    let predicted = network.predict(&x).unwrap();
    assert_close("predict", &predicted, &l_model_forward(&x, &after).unwrap().0, tolerance);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_f64(sizes in prop::collection::vec(1usize..=70, 2..=5), m in 1usize..=70, seed in 0u64..10_000) {
        paths_agree::<f64>(&sizes, m, seed, 1e-11);
    }

    #[test]
    fn in_f32(sizes in prop::collection::vec(1usize..=70, 2..=5), m in 1usize..=70, seed in 0u64..10_000) {
        paths_agree::<f32>(&sizes, m, seed, 2e-4);
    }
}

/// All parameters after two steps of `run`, and after the same steps in three calls, which keep gradients.
fn both_ways<T: Scalar>(
    optimizer: &dyn Optimizer<T>,
    (sizes, m): (&[usize], usize),
    threads: usize,
) -> [Vec<DMatrix<T>>; 2] {
    let x = matrix::<T>(sizes[0], m, 1);
    let y = matrix::<T>(1, m, 2).map(|v| if v > T::zero() { T::one() } else { T::zero() });
    let (x, y, cost) = ((&x).into(), (&y).into(), &BinaryCrossEntropy);
    [false, true].map(|kept| {
        let before = parameters::<T>(sizes, 3);
        let mut network = Network::from_parameters(&before, Relu, Sigmoid).unwrap();
        let step = TrainingStep::new(&network, m, optimizer).unwrap();
        let mut step = step.with_threads(threads);
        for _ in 0..2 {
            if kept {
                step.forward(&network, x).unwrap();
                step.backward(&network, x, y, cost).unwrap();
                step.update(&mut network, optimizer).unwrap();
            } else {
                step.run(&mut network, x, y, cost, optimizer).unwrap();
                assert!(step.gradient(0, 0).is_none(), "nothing asked for it");
            }
        }
        let layers = network.layers().iter();
        layers.flat_map(|layer| [0, 1].map(|i| layer.parameter(i).unwrap().to_matrix())).collect()
    })
}

#[test]
fn gradients_used_up_as_they_are_made_change_nothing() {
    // Columns in one turn and in several, few units with many features, one unit, several blocks of terms.
    for (sizes, m) in [(&[300, 150, 40, 1][..], 50), (&[1500, 20, 1], 70), (&[90, 64, 1], 700)] {
        for threads in [1, 2, 3] {
            let [used_up, kept] = both_ways(&Adam::new(0.01).unwrap(), (sizes, m), threads);
            assert_eq!(used_up, kept, "Adam, {sizes:?}");
            let [used_up, kept] = both_ways(&AdamW::new(0.01, 0.1).unwrap(), (sizes, m), threads);
            assert_eq!(used_up, kept, "AdamW, {sizes:?}");
            let [used_up, kept] = both_ways(&AmsGrad::new(0.01).unwrap(), (sizes, m), threads);
            assert_eq!(used_up, kept, "AMSGrad, {sizes:?}");
            // Subtracted in the product: rounded once where it was twice.
            let [used_up, kept] =
                both_ways(&GradientDescent::new(0.5).unwrap(), (sizes, m), threads);
            for (used_up, kept) in used_up.iter().zip(&kept) {
                assert_close("gradient descent", used_up, kept, 1e-12);
            }
        }
    }
}

#[test]
fn a_step_refuses_other_networks_and_optimizers() {
    let network = |n: usize| Network::<f64>::builder(3).dense(n, Relu).dense(1, Sigmoid);
    let mut four = network(4).build().unwrap();
    let (x, y) = (matrix::<f64>(3, 5, 1), DMatrix::zeros(1, 5));
    let (x, y, cost) = ((&x).into(), (&y).into(), &BinaryCrossEntropy);
    let descent = GradientDescent::new(0.1).unwrap();
    let mut step = TrainingStep::new(&four, 5, &descent).unwrap();
    for mut other in [network(5).build().unwrap(), network(4).dropout(0.5).build().unwrap()] {
        let error = step.run(&mut other, x, y, cost, &descent).unwrap_err();
        assert!(error.to_string().contains("made for a network of other layers"), "{error}");
    }
    let error = step.run(&mut four, x, y, cost, &Adam::default()).unwrap_err();
    assert!(error.to_string().contains("keeps 0 state values"), "{error}");
}
