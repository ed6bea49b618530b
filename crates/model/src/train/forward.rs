//! The forward pass of a training step.

use std::ops::Range;

use layerwise_core::{MatrixView, MatrixViewMut, Pass, Scalar, expect_shape};

use super::share::{FirstError, share_of};
use crate::{ModelError, Network, Result, TrainingStep};

impl<T: Scalar> TrainingStep<T> {
    /// The forward pass, every `a` kept; returns `AL`. Shapes: `X (n_in, m)`, `AL (n_out, m)`.
    ///
    /// Each thread takes its examples through all layers, up to one that needs them all together.
    ///
    /// # Errors
    /// As [`run`](TrainingStep::run).
    pub fn forward(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
    ) -> Result<MatrixView<'_, T>> {
        self.forward_from(network, x, false)
    }

    /// [`forward`](TrainingStep::forward), where the first layer may have been begun by the step before.
    pub(super) fn forward_from(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
        begun: bool,
    ) -> Result<MatrixView<'_, T>> {
        self.ahead.begun = false;
        let m = x.ncols();
        if m > self.capacity {
            return Err(ModelError::TooManyExamples { capacity: self.capacity, found: m });
        }
        if m == 0 {
            return Err(ModelError::AtLeastOne { what: "the mini-batch" });
        }
        self.check_network(network)?;
        expect_shape("X", x, (network.n_in(), m))?;
        (self.m, self.backward_done) = (0, false);
        let pass = Pass { noise: self.noise, ..Pass::training(self.seed, self.step) };
        let n_layers = network.layers().len();
        let ahead = Some(&self.ahead).filter(|_| begun);
        let mut first = 0;
        while first < n_layers {
            let stretch = stretch_from(network, first);
            let layers = &network.layers()[stretch.clone()];
            let share = examples_of_one(network, &stretch, m, self.pool.n_threads());
            let (below, here) = self.kept.split_at_mut(first);
            let input = match below.last() {
                None => x,
                Some(below) => below.of(0..m)?,
            };
            let mut parts = self.pool.parts();
            for (kept, cache) in here[..layers.len()].iter_mut().zip(&mut self.caches[first..]) {
                let (n_out, n_cache) = (kept.n_out, kept.n_cache);
                parts.push(kept.of_mut(m), n_out * share);
                parts.push(&mut cache[..n_cache * m], n_cache * share);
            }
            let error = FirstError::default();
            parts.run(m.div_ceil(share), |i, mut chunks| {
                let mut chunk = || chunks.next().unwrap_or_default();
                let examples = i * share..(i * share + share).min(m);
                let (m, all) = (examples.len(), m);
                let pass = Pass { first_example: examples.start, ..pass };
                error.keep((|| {
                    let mut a_prev = input.columns(examples)?;
                    for (l, layer) in (first..).zip(layers) {
                        let (a, cache) = (chunk(), chunk());
                        let n_out = layer.n_out();
                        match (ahead, layer.parameter(1)) {
                            (Some(ahead), Some(b)) if l == 0 => {
                                ahead.z(b.as_slice(), (pass.first_example, all), a)?;
                                let z = MatrixViewMut::new(&mut *a, n_out, m)?;
                                layer.forward_from_z(z, cache, &pass)?;
                            }
                            _ => {
                                let a = MatrixViewMut::new(&mut *a, n_out, m)?;
                                layer.forward(a_prev, a, cache, &pass)?;
                            }
                        }
                        a_prev = MatrixView::new(a, n_out, m)?;
                    }
                    Ok(())
                })());
            });
            error.into_result()?;
            first = stretch.end;
        }
        self.m = m;
        Ok(self.kept[n_layers - 1].of(0..m)?)
    }
}

/// How many of `m` examples a thread takes through these layers.
pub(super) fn examples_of_one<T: Scalar>(
    network: &Network<T>,
    layers: &Range<usize>,
    m: usize,
    threads: usize,
) -> usize {
    if network.layers()[layers.start].batch_wide() { m } else { share_of(m, threads) }
}

/// The layers from `first` on through which an example can go by itself, or one that needs all of them.
pub(super) fn stretch_from<T: Scalar>(network: &Network<T>, first: usize) -> Range<usize> {
    let layers = &network.layers()[first..];
    let alone = layers.iter().take_while(|layer| !layer.batch_wide()).count();
    first..first + alone.max(1)
}

/// The layers up to, but without, `end` that go together as in [`stretch_from`].
pub(super) fn stretch_to<T: Scalar>(network: &Network<T>, end: usize) -> Range<usize> {
    let layers = &network.layers()[..end];
    let alone = layers.iter().rev().take_while(|layer| !layer.batch_wide()).count();
    end - alone.max(1)..end
}
