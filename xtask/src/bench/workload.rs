//! What is timed: a few networks people train, from tiny to wide.

use clap::ValueEnum;

/// A network, its batch and its data.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    /// The name on the command line.
    pub name: &'static str,
    /// Units of each layer, the input's first.
    pub layer_dims: &'a [usize],
    /// Examples in a step.
    pub batch: usize,
    /// Examples in memory, gone through batch by batch.
    pub examples: usize,
    /// Whether a step is a prediction only.
    pub inference: bool,
}

const TABULAR: &[usize] = &[30, 64, 32, 1];
const MNIST: &[usize] = &[784, 256, 128, 10];

/// Every workload.
pub const ALL: [Workload<'static>; 8] = [
    train("cat", &[12288, 20, 7, 5, 1], 209, 209),
    train("tabular", TABULAR, 32, 544),
    train("mnist", MNIST, 128, 59904),
    train("wide", &[1024, 2048, 2048, 1], 1024, 2048),
    infer("tabular-infer1", TABULAR, 1, 512),
    infer("tabular-infer4096", TABULAR, 4096, 8192),
    infer("mnist-infer1", MNIST, 1, 512),
    infer("mnist-infer4096", MNIST, 4096, 8192),
];

const fn train(
    name: &'static str,
    layer_dims: &'static [usize],
    batch: usize,
    examples: usize,
) -> Workload<'static> {
    Workload { name, layer_dims, batch, examples, inference: false }
}

const fn infer(
    name: &'static str,
    layer_dims: &'static [usize],
    batch: usize,
    examples: usize,
) -> Workload<'static> {
    Workload { name, layer_dims, batch, examples, inference: true }
}

impl Workload<'static> {
    /// The workload of this name.
    ///
    /// # Errors
    /// The names there are.
    pub fn named(name: &str) -> Result<Self, String> {
        ALL.into_iter().find(|workload| workload.name == name).ok_or_else(|| {
            let names = ALL.map(|workload| workload.name);
            format!("expected one of {}", names.join(", "))
        })
    }
}

impl Workload<'_> {
    /// Whether the output is one of several classes.
    pub fn classes(&self) -> Option<usize> {
        self.layer_dims.last().copied().filter(|&n_y| n_y > 1)
    }
}

/// What changes the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    /// Gradient descent.
    Sgd,
    /// Adam.
    Adam,
    /// Nothing: prediction.
    None,
}

/// The number type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}
