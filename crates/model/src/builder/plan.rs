//! What a builder was asked for, until sizes are known and starting values can be drawn.

use layerwise_core::{CoreError, DMatrix, Layer, LinearParameters, Scalar};
use layerwise_layers::Residual;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::initialize::{check_sizes, initialize_layer};
use crate::{ModelError, Result, Scale};

pub(super) type MakeLayer<T> = Box<dyn FnOnce(LinearParameters<T>) -> Result<Box<dyn Layer<T>>>>;

pub(super) type MakeSameSize<T> = Box<dyn FnOnce(usize, usize) -> Result<Box<dyn Layer<T>>>>;

pub(super) type MakeDrawn<T> = Box<dyn FnOnce(usize, &mut ChaCha8Rng) -> Result<Box<dyn Layer<T>>>>;

pub(super) enum Plan<T: Scalar> {
    Dense {
        n_out: usize,
        scale: Scale,
        /// Whether the scale may still be changed by an activation that follows.
        waits: bool,
        make: MakeLayer<T>,
    },
    /// As many units as the layer below; made from that and the layer's position.
    SameSize(MakeSameSize<T>),
    /// Parameters drawn at random, of the given number of units.
    Drawn {
        n_out: usize,
        make: MakeDrawn<T>,
    },
    Made(Box<dyn Layer<T>>),
    /// A stack with a way around it.
    Residual(Vec<Plan<T>>),
}

impl<T: Scalar> Plan<T> {
    /// Units it gives out above so many.
    pub(super) fn n_out(&self, below: usize) -> usize {
        match self {
            Self::Dense { n_out, .. } | Self::Drawn { n_out, .. } => *n_out,
            Self::SameSize(_) | Self::Residual(_) => below,
            Self::Made(layer) => layer.n_out(),
        }
    }
}

/// The layers of these plans above `n_in` features. `number` is the next layer's, counted through all
/// stacks, so that no two layers that draw at random have the same.
pub(super) fn make_layers<T: Scalar>(
    plans: Vec<Plan<T>>,
    n_in: usize,
    rng: &mut ChaCha8Rng,
    number: &mut usize,
) -> Result<Vec<Box<dyn Layer<T>>>> {
    let mut sizes = vec![n_in];
    for plan in &plans {
        sizes.push(plan.n_out(sizes[sizes.len() - 1]));
    }
    if plans.is_empty() {
        return Err(ModelError::NoLayers);
    }
    check_sizes(&sizes)?;
    let mut layers = Vec::with_capacity(plans.len());
    for (plan, pair) in plans.into_iter().zip(sizes.windows(2)) {
        let own = *number;
        *number += 1;
        layers.push(match plan {
            Plan::Dense { scale, make, .. } => {
                make(initialize_layer(pair[0], pair[1], scale, rng))?
            }
            Plan::SameSize(make) => make(pair[0], own)?,
            Plan::Drawn { make, .. } => make(pair[0], rng)?,
            Plan::Made(layer) => layer,
            Plan::Residual(plans) => {
                Box::new(Residual::new(make_layers(plans, pair[0], rng, number)?)?)
            }
        });
    }
    Ok(layers)
}

/// Refuses a standard deviation, called `what`, that is none.
pub(super) fn expect_deviation(what: &'static str, sigma: f64) -> Result<()> {
    if sigma.is_finite() && sigma >= 0.0 {
        return Ok(());
    }
    Err(CoreError::Setting { what, expected: "finite and at least 0", found: sigma }.into())
}

/// Independent normal numbers.
pub(super) fn normals<T: Scalar>(
    nrows: usize,
    ncols: usize,
    sigma: f64,
    rng: &mut ChaCha8Rng,
) -> DMatrix<T> {
    DMatrix::from_fn(nrows, ncols, |_, _| {
        let draw: f64 = StandardNormal.sample(rng);
        T::of(sigma * draw)
    })
}
