//! What is refused before the first step.

use std::ops::ControlFlow;

use layerwise_activations::{HardSigmoid, Identity, Relu, Sigmoid, Softmax, Softplus, Tanh};
use layerwise_core::DMatrix;
use layerwise_cost::{CategoricalCrossEntropy, Poisson};
use layerwise_optim::GradientDescent;

use super::{examples, network, trainer};
use crate::{
    Callback, EpochRecord, Examples, ModelError, Network, ParameterGroup, Patience, StepRecord,
    Trainer,
};

#[test]
fn breaks_when_asked_and_refuses_nonsense() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let mut calls = 0;
    let stop = |record: &EpochRecord| {
        calls += 1;
        if record.epoch == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let history = trainer(0.1).after_epoch(stop).fit(&mut network(), data, None).unwrap();
    assert_eq!((history.epochs.len(), calls), (3, 3));

    let message = |trainer: Trainer<'_, f64>, data| {
        trainer.fit(&mut network(), data, None).unwrap_err().to_string()
    };
    assert_eq!(message(trainer(0.1).epochs(0), data), "the number of epochs must be at least 1");
    assert_eq!(message(trainer(0.1).batch_size(0), data), "the mini-batch must be at least 1");
    assert_eq!(
        message(trainer(0.1).early_stopping(Patience(3)), data),
        "early stopping needs validation examples: pass some to fit(), or hold some out with \
         validation_split()"
    );
    assert_eq!(
        message(trainer(0.1).clip_norm(0.0), data),
        "expected the largest norm of gradients above 0, found 0"
    );
    let wide = DMatrix::zeros(3, 50);
    let data = Examples::new(&wide, &y).unwrap();
    assert_eq!(message(trainer(0.1), data), "expected X of shape (2, 50), found (3, 50)");
    let labels = y.map(|y| y * 2.0);
    let data = Examples::new(&x, &labels).unwrap();
    assert!(message(trainer(0.1), data).starts_with("expected labels in [0, 1], found 2 in row"));
}

#[test]
fn nonsense_is_refused_before_the_first_step_with_advice() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let message = |trainer: Trainer<'_, f64>| {
        trainer.fit(&mut network(), data, None).unwrap_err().to_string()
    };
    assert_eq!(
        message(Trainer::new(CategoricalCrossEntropy, GradientDescent::new(0.1).unwrap())),
        "categorical cross-entropy makes no sense after an output layer dense sigmoid: end the \
         network with softmax, so that the outputs of an example add up to 1"
    );
    assert!(message(trainer(0.1).batch_size(51)).contains("51 examples asked for"));
    let none = ParameterGroup::named("gamma").frozen();
    assert_eq!(message(trainer(0.1).group(none)), "parameters gamma: the network has none");
    let negative = ParameterGroup::layer(2).learning_rate(-1.0);
    assert!(message(trainer(0.1).group(negative)).contains("at least 0, found -1"));
    let one = Network::<f64>::builder(2).dense(1, Softmax).build().unwrap_err().to_string();
    assert!(one.starts_with("layer 1 ends with softmax over one unit"));
}

#[test]
fn layers_that_look_at_a_mini_batch_get_no_single_examples() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let layers = || {
        Network::<f64>::builder(2).batch_norm().dense(4, Relu).dense(1, Sigmoid).build().unwrap()
    };
    let error = trainer(0.1).batch_size(1).fit(&mut layers(), data, None).unwrap_err().to_string();
    assert!(error.starts_with("layer 1 (batch norm) needs at least 2 examples"), "{error}");
    struct Sizes<'a>(&'a mut Vec<usize>);
    impl Callback<f64> for Sizes<'_> {
        fn after_epoch(
            &mut self,
            _: &Network<f64>,
            _: &EpochRecord,
        ) -> crate::Result<ControlFlow<()>> {
            Ok(ControlFlow::Continue(()))
        }
        fn after_step(&mut self, step: &StepRecord) -> crate::Result<ControlFlow<()>> {
            self.0.push(step.examples);
            Ok(ControlFlow::Continue(()))
        }
    }
    let sizes = |mut network: Network<f64>, batch_size| {
        let mut sizes = vec![];
        let trainer = trainer(0.1).epochs(1).batch_size(batch_size).callback(Sizes(&mut sizes));
        trainer.fit(&mut network, data, None).unwrap();
        sizes
    };
    assert_eq!(sizes(layers(), 7), [7, 7, 7, 7, 7, 7, 8]);
    assert_eq!(sizes(layers(), 49), [50]);
    assert_eq!(sizes(layers(), 8), [8, 8, 8, 8, 8, 8, 2]);
    assert_eq!(sizes(network(), 7), [7, 7, 7, 7, 7, 7, 7, 1]);
}

#[test]
fn outputs_that_a_cost_cannot_take_are_refused() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let message = |network: Network<f64>, trainer: Trainer<'_, f64>| {
        let mut network = network;
        trainer.epochs(1).fit(&mut network, data, None).map_err(|error| error.to_string())
    };
    let ends = |g| {
        let builder = Network::<f64>::builder(2);
        let builder = match g {
            "tanh" => builder.dense(1, Tanh),
            "relu" => builder.dense(1, Relu),
            "hard sigmoid" => builder.dense(1, HardSigmoid),
            "softplus" => builder.dense(1, Softplus),
            _ => builder.dense(1, Identity),
        };
        builder.build().unwrap()
    };
    assert_eq!(
        message(ends("tanh"), trainer(0.1)).unwrap_err(),
        "binary cross-entropy makes no sense after an output layer dense tanh, which gives -1: end \
         the network with sigmoid or softmax, or take another cost"
    );
    assert!(
        message(ends("relu"), trainer(0.1)).unwrap_err().contains("dense relu, which gives 20")
    );
    assert!(message(ends("identity"), trainer(0.1)).unwrap_err().contains("from logits"));
    assert!(message(ends("hard sigmoid"), trainer(0.1)).is_ok());
    let poisson = || Trainer::new(Poisson, GradientDescent::new(0.01).unwrap());
    assert!(message(ends("identity"), poisson()).unwrap_err().contains("softplus"));
    assert!(message(ends("tanh"), poisson()).unwrap_err().contains("softplus"));
    assert!(message(ends("softplus"), poisson()).is_ok());
    // A layer of another kind is judged by what it gives.
    let scaled = Network::<f64>::builder(2).dense(1, Identity).feature_scale().build().unwrap();
    assert!(message(scaled, trainer(0.1)).unwrap_err().contains("which gives"));
}

#[test]
fn a_validation_split_is_trained_without_and_measured() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let history = trainer(0.1).epochs(2).validation_split(0.2).fit(&mut network(), data, None);
    assert!(history.unwrap().epochs[1].validation_cost.is_some());
    let two = trainer(0.1).validation_split(0.2).fit(&mut network(), data, Some(data));
    assert!(matches!(two, Err(ModelError::TwoValidations)));
    let none = trainer(0.1).validation_split(1.0).fit(&mut network(), data, None);
    assert!(none.unwrap_err().to_string().starts_with("a validation split of 1 of 50 examples"));
    let error = trainer(0.1).warm_up(1.0).fit(&mut network(), data, None).unwrap_err();
    assert!(error.to_string().contains("the warm-up"), "{error}");
}
