//! What the driver refuses.

use std::path::PathBuf;

use layerwise_core::CoreError;
use layerwise_cost::CostError;
use layerwise_optim::OptimError;

/// Networks that cannot be built, trained, saved or read.
///
/// ```
/// use layerwise_model::{ModelError, Network, activations::Softmax};
///
/// let error = Network::<f32>::builder(3).dense(1, Softmax).build().unwrap_err();
/// assert!(matches!(error, ModelError::SoftmaxOfOne { layer: 1 }));
/// assert!(error.to_string().contains("take sigmoid for two classes"));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Fewer than an input and an output size.
    #[error("expected at least 2 layer sizes (the input's and the output's), found {found}")]
    TooFewSizes {
        /// Sizes given.
        found: usize,
    },
    /// A layer of no units, or no features.
    #[error("layer {layer} has no units: the layer sizes are {sizes:?}")]
    NoUnits {
        /// The layer, counted from 0 (the input).
        layer: usize,
        /// All sizes.
        sizes: Vec<usize>,
    },
    /// A network of no layers.
    #[error("a network needs at least one layer")]
    NoLayers,
    /// A layer that does not take in what the one below gives out.
    #[error("layer {layer} takes in {n_in} features, but layer {} gives out {below}", layer - 1)]
    Chain {
        /// The layer that does not fit, counted from 1.
        layer: usize,
        /// Features it takes in.
        n_in: usize,
        /// Units of the layer below.
        below: usize,
    },
    /// A mini-batch of no examples, or an epoch count of none.
    #[error("{what} must be at least 1")]
    AtLeastOne {
        /// The setting.
        what: &'static str,
    },
    /// Early stopping without examples to tell when.
    #[error(
        "early stopping needs validation examples: pass some to fit(), or hold some out with validation_split()"
    )]
    NoValidation,
    /// Validation examples, and a part of the training examples to be held out as such.
    #[error(
        "validation examples were passed to fit(), and validation_split() asked for others: leave one out"
    )]
    TwoValidations,
    /// A part to hold out that leaves one side without examples.
    #[error(
        "a validation split of {part} of {examples} examples leaves a side empty: expected a part in (0, 1) of \
         at least one example"
    )]
    HoldOut {
        /// The part.
        part: f64,
        /// Examples there are.
        examples: usize,
    },
    /// Early stopping by a metric that the trainer does not measure.
    #[error("early stopping goes by the metric {name:?}, but the trainer measures {there:?}")]
    NoMetric {
        /// The metric asked for.
        name: &'static str,
        /// Those there are.
        there: Vec<String>,
    },
    /// A layer with which there is no one cost to be minimized.
    #[error(
        "L-BFGS needs a cost that follows from the parameters alone, but {what}: leave it out, or train in \
         mini-batches"
    )]
    NotSmooth {
        /// The layer, and what it does.
        what: String,
    },
    /// A mini-batch too small for a layer that looks at its examples together.
    #[error(
        "layer {layer} ({kind}) needs at least 2 examples a mini-batch, found {examples}: ask for larger ones"
    )]
    BatchOfOne {
        /// The layer, counted from 1.
        layer: usize,
        /// Its kind.
        kind: String,
        /// Examples a mini-batch.
        examples: usize,
    },
    /// A mini-batch of more examples than there are to train on.
    #[error(
        "a mini-batch of {batch_size} examples asked for, but there are {examples} to train on: ask for at most that many"
    )]
    BatchTooLarge {
        /// Examples an update asked for.
        batch_size: usize,
        /// Examples there are.
        examples: usize,
    },
    /// A softmax that can only say 1.
    #[error(
        "layer {layer} ends with softmax over one unit, which is always 1: take sigmoid for two classes, or one unit a class"
    )]
    SoftmaxOfOne {
        /// The layer, counted from 1.
        layer: usize,
    },
    /// A cost that makes no sense on this output layer.
    #[error("{cost} makes no sense after an output layer {output}: {advice}")]
    Misfit {
        /// The cost's name.
        cost: &'static str,
        /// The output layer's kind.
        output: String,
        /// What to do instead.
        advice: &'static str,
    },
    /// A group of parameters that is empty, or with factors out of range.
    #[error("{group}: {problem}")]
    Group {
        /// Which parameters.
        group: String,
        /// What is wrong.
        problem: String,
    },
    /// A number of folds that examples cannot be cut into.
    #[error(
        "{k} folds of {examples} examples asked for: expected at least 2, and at most one an example"
    )]
    Folds {
        /// Folds asked for.
        k: usize,
        /// Examples there are.
        examples: usize,
    },
    /// A part of the training examples outside (0, 1].
    #[error("expected a part of the examples in (0, 1], found {found}")]
    Part {
        /// The part.
        found: f64,
    },
    /// An example past the last.
    #[error("example {example} asked for (counted from 0), but there are {examples}")]
    NoExample {
        /// The example, from 0.
        example: usize,
        /// Examples there are.
        examples: usize,
    },
    /// A setting that a candidate of a search does not have.
    #[error("this candidate has no {expected} called {name:?}")]
    NoSetting {
        /// Its name.
        name: String,
        /// What it was to be.
        expected: &'static str,
    },
    /// More examples than the buffers were made for.
    #[error("the buffers of this training step hold {capacity} examples, found {found}")]
    TooManyExamples {
        /// Examples the buffers can hold.
        capacity: usize,
        /// Examples handed over.
        found: usize,
    },
    /// A call that needs another one before it.
    #[error("{call} needs the results of {needs}, which has not run since the last update")]
    OutOfOrder {
        /// The call made.
        call: &'static str,
        /// The call it needs before it.
        needs: &'static str,
    },
    /// Buffers made for one network, used with another.
    #[error(
        "this training step was made for a network of other layers: make a new one for each network"
    )]
    OtherNetwork,
    /// State kept for one optimizer, used with another.
    #[error(
        "this training step keeps {expected} state values a parameter value, but the optimizer needs \
         {found}: make a new step for each optimizer"
    )]
    OtherOptimizer {
        /// State values this step has.
        expected: usize,
        /// State values the optimizer needs; at most three are possible.
        found: usize,
    },
    /// The cost, or a parameter, is no longer a number.
    #[error(
        "the cost became {cost} in epoch {epoch}, step {step}; the network was set back to its last good \
         parameters. A smaller learning rate usually helps"
    )]
    Diverged {
        /// Epoch, counted from 1.
        epoch: usize,
        /// Step within the epoch, counted from 1.
        step: usize,
        /// NaN or infinity; NaN also where a step left parameters that are no numbers.
        cost: f64,
    },
    /// A measure of a regression on labels that are all the same.
    #[error("{measure} needs labels that differ, found {examples} equal ones")]
    NoSpread {
        /// The measure.
        measure: &'static str,
        /// How many examples there are.
        examples: usize,
    },
    /// Features that are not there.
    #[error("features up to {end} were asked for, there are {features}")]
    NoSuchFeature {
        /// One past the last feature asked for.
        end: usize,
        /// Features of X.
        features: usize,
    },
    /// A measure that has no value on these labels.
    #[error(
        "{measure} needs examples of both classes, found {positives} of class 1 among {examples}"
    )]
    OneClass {
        /// The measure.
        measure: &'static str,
        /// Examples of class 1.
        positives: usize,
        /// All examples.
        examples: usize,
    },
    /// A layer that does not say how to build it again.
    #[error("layer {layer} ({kind}) cannot be saved: its spec() is None")]
    NotSaveable {
        /// The layer, counted from 1.
        layer: usize,
        /// Its kind.
        kind: String,
    },
    /// Bytes that are no model.
    #[error("not a layerwise model: {0}")]
    NotAModel(String),
    /// Bytes that are no state of a training.
    #[error("not a state of a training: {0}")]
    NotAState(String),
    /// A state of another training than the one to go on with.
    #[error("the state is of another training: {what}")]
    OtherTraining {
        /// What differs.
        what: String,
    },
    /// What a source of mini-batches met with.
    #[error("the examples cannot be had: {0}")]
    Source(Box<dyn std::error::Error + Send + Sync>),
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that could be read, but holds no model, or no state of a training.
    #[error("{}: {source}", path.display())]
    ModelFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ModelError>,
    },
    /// Shapes that differ, NaN.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// Outputs and labels that the cost cannot compare.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// Settings the optimizer refuses.
    #[error(transparent)]
    Optim(#[from] OptimError),
}
