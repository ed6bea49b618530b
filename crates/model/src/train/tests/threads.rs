//! The same bits on any number of threads.

use layerwise_activations::{Relu, Sigmoid};
use layerwise_core::DMatrix;
use layerwise_cost::BinaryCrossEntropy;
use layerwise_optim::Adam;

use crate::train::threads_for;
use crate::{Examples, Network, Regularization, Trainer, accuracy};

/// Everything that could depend on how work is shared out, in steps large enough for three threads.
#[test]
fn everything_together_gives_the_same_bits_on_any_number_of_threads() {
    let m = 200;
    let x = DMatrix::from_fn(5, m, |i, j| match i {
        4 => ((j * 7) % 9) as f64,
        _ => ((j * (3 * i + 5)) % 23) as f64 / 11.5 - 1.0,
    });
    let y = DMatrix::from_fn(1, m, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
    let weights: Vec<f64> = (0..m).map(|j| 0.5 + (j % 4) as f64).collect();
    let data = Examples::new(&x, &y).unwrap().with_weights(&weights).unwrap();
    let fit = |threads| {
        let mut network = Network::<f64>::builder(5)
            .embedding(&[(4, 9, 3)])
            .gaussian_noise(0.1)
            .dense(200, Relu)
            .batch_norm()
            .dropout(0.3)
            .dense(100, Relu)
            .dense(1, Sigmoid)
            .build()
            .unwrap();
        let n_parameters = network.n_parameters();
        assert_eq!(threads_for(n_parameters, 64, threads), threads, "{n_parameters}");
        let history = Trainer::new(BinaryCrossEntropy, Adam::new(0.01).unwrap())
            .epochs(4)
            .batch_size(64)
            .seed(5)
            .threads(threads)
            .regularization(Regularization {
                l1: 1e-4,
                l2: 1e-3,
                max_norm: Some(2.0),
                clip_norm: Some(0.5),
                clip_value: Some(0.2),
            })
            .metric("accuracy", accuracy)
            .fit(&mut network, data, Some(data))
            .unwrap();
        assert!(history.epochs[3].cost < history.epochs[0].cost);
        (history, network.snapshot())
    };
    let one = fit(1);
    assert_eq!(fit(2), one);
    assert_eq!(fit(3), one);
}
