//! The networks that are timed, for what must hold on every one of them.

use layerwise::model::ModelError;
use layerwise::prelude::*;

use crate::matrix;

/// A network and its batch; the data are two batches.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Its name in `cargo xtask bench`.
    pub name: &'static str,
    /// Units of each layer, the input's first.
    pub layer_dims: &'static [usize],
    /// Examples in a step.
    pub batch: usize,
}

/// A network, `X` and `Y`.
pub type Made<T> = (Network<T>, DMatrix<T>, DMatrix<T>);

/// Those that train.
pub const TRAINING: [Workload; 4] = [
    Workload { name: "cat", layer_dims: &[12288, 20, 7, 5, 1], batch: 209 },
    Workload { name: "tabular", layer_dims: &[30, 64, 32, 1], batch: 32 },
    Workload { name: "mnist", layer_dims: &[784, 256, 128, 10], batch: 128 },
    Workload { name: "wide", layer_dims: &[1024, 2048, 2048, 1], batch: 1024 },
];

/// Those that predict.
pub const INFERENCE: [Workload; 4] = [
    Workload { name: "tabular-infer1", layer_dims: &[30, 64, 32, 1], batch: 1 },
    Workload { name: "tabular-infer4096", layer_dims: &[30, 64, 32, 1], batch: 4096 },
    Workload { name: "mnist-infer1", layer_dims: &[784, 256, 128, 10], batch: 1 },
    Workload { name: "mnist-infer4096", layer_dims: &[784, 256, 128, 10], batch: 4096 },
];

impl Workload {
    /// The network, `X` and `Y` for two batches.
    ///
    /// # Errors
    /// None, for the workloads there are.
    pub fn make<T: Scalar>(&self) -> Result<Made<T>, ModelError> {
        let last = self.layer_dims.len() - 1;
        let mut builder = Network::builder(self.layer_dims[0]).seed(1);
        for &n_out in &self.layer_dims[1..last] {
            builder = builder.dense(n_out, Relu);
        }
        let n_y = self.layer_dims[last];
        let network = match n_y {
            1 => builder.dense(1, Sigmoid),
            _ => builder.dense(n_y, Softmax),
        }
        .build()?;
        let m = 2 * self.batch;
        let y =
            DMatrix::from_fn(
                n_y,
                m,
                |i, j| {
                    if (j + i) % n_y.max(2) == 0 { T::one() } else { T::zero() }
                },
            );
        Ok((network, matrix(self.layer_dims[0], m, 7), y))
    }

    /// The cost that belongs to the output.
    pub fn cost<T: Scalar>(&self) -> Box<dyn Cost<T>> {
        if self.layer_dims.last() == Some(&1) {
            Box::new(BinaryCrossEntropy)
        } else {
            Box::new(CategoricalCrossEntropy)
        }
    }
}
