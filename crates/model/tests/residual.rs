//! Stacks with a way around them in the training path.

#![allow(clippy::unwrap_used)]

use layerwise_model::activations::{Identity, Relu, Softmax};
use layerwise_model::core::{DMatrix, parameters};
use layerwise_model::cost::CategoricalCrossEntropy;
use layerwise_model::optim::{Adam, GradientDescent, Optimizer};
use layerwise_model::{Network, ParameterGroup, Predictor, Regularization, TrainingStep};

/// Large enough that a step is worth three threads: 6 operations for each of 38,000 parameters and 129
/// examples.
fn network() -> Network<f32> {
    let builder = Network::builder(40).dense(64, Relu).residual(|stack| {
        let stack = stack.dense(250, Relu).batch_norm().dropout(0.2);
        stack.residual(|stack| stack.dense(3, Relu).dense(250, Identity)).dense(64, Identity)
    });
    builder.dense(10, Softmax).seed(5).build().unwrap()
}

fn data() -> (DMatrix<f32>, DMatrix<f32>) {
    let x = DMatrix::from_fn(40, 129, |i, j| ((i * 7 + j * 13) % 23) as f32 / 11.0 - 1.0);
    (x, DMatrix::from_fn(10, 129, |i, j| f32::from(u8::from(j % 10 == i))))
}

fn values(network: &Network<f32>) -> Vec<f32> {
    let all = network.layers().iter().flat_map(|layer| parameters(layer.as_ref()));
    all.flat_map(|parameter| parameter.as_slice().to_vec()).collect()
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (x, y) = data();
    let clipped = Regularization { clip_norm: Some(0.5), ..Regularization::default() };
    let optimizers: [(Box<dyn Optimizer<f32>>, Regularization); 3] = [
        (Box::new(GradientDescent::new(0.1).unwrap()), Regularization::default()),
        (Box::new(Adam::new(0.01).unwrap()), Regularization::default()),
        (Box::new(Adam::new(0.01).unwrap()), clipped),
    ];
    for (optimizer, regularization) in &optimizers {
        let trained = |threads: usize| {
            let mut network = network();
            let step = TrainingStep::new(&network, 129, optimizer.as_ref()).unwrap();
            let step = step.with_regularization(*regularization).unwrap();
            let mut step = step.with_seed(3).with_threads(threads);
            let costs: Vec<f32> = (0..8)
                .map(|_| {
                    let (x, y) = ((&x).into(), (&y).into());
                    let cost = &CategoricalCrossEntropy;
                    step.run(&mut network, x, y, cost, optimizer.as_ref()).unwrap()
                })
                .collect();
            assert!(costs[7] < costs[0], "{costs:?}");
            let predictor = Predictor::new(&network, 129).unwrap();
            let mut predictor = predictor.with_threads(threads);
            let al = predictor.predict(&network, (&x).into()).unwrap().to_matrix();
            assert_eq!(al, network.predict(&x).unwrap());
            (values(&network), al)
        };
        let one = trained(1);
        assert_ne!(one.0, values(&network()));
        for threads in [2, 3] {
            assert_eq!(trained(threads), one, "{threads} threads");
        }
    }
}

#[test]
fn groups_reach_into_stacks() {
    let (mut network, (x, y)) = (network(), data());
    let optimizer = GradientDescent::new(0.1).unwrap();
    let groups = [ParameterGroup::layer(2).and_named("w").frozen(), ParameterGroup::named("0.b")];
    let step = TrainingStep::new(&network, 129, &optimizer).unwrap();
    let mut step = step.with_groups(&network, &groups).unwrap();
    let before = values(&network);
    let stack = |network: &Network<f32>, index| {
        let parameter = network.layers()[1].parameter(index).unwrap();
        parameter.as_slice().to_vec()
    };
    let (w, b) = (stack(&network, 0), stack(&network, 1));
    let cost = &CategoricalCrossEntropy;
    step.run(&mut network, (&x).into(), (&y).into(), cost, &optimizer).unwrap();
    assert_eq!(stack(&network, 0), w);
    assert_ne!(stack(&network, 1), b);
    assert_ne!(values(&network), before);
}
