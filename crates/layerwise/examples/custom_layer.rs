//! A layer of one's own between those that are there.
//!
//! `a = sin(a_prev)` lets a network follow waves (Sitzmann et al., "Implicit Neural Representations
//! with Periodic Activation Functions", 2020).
//!
//! `cargo run --release -p layerwise --example custom_layer`

use layerwise::core;
use layerwise::prelude::*;

/// `a = sin(ω a_prev)`, so `da_prev = ω cos(ω a_prev) ∗ da`; no parameters.
#[derive(Debug)]
struct Sine {
    n: usize,
    omega: f64,
}

impl<T: Scalar> Layer<T> for Sine {
    fn n_in(&self) -> usize {
        self.n
    }

    fn n_out(&self) -> usize {
        self.n
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> core::Result<()> {
        core::expect_shape("a_prev", a_prev, (self.n, a_prev.ncols()))?;
        core::expect_shape("a", a.as_view(), a_prev.shape())?;
        let omega = T::of(self.omega);
        for (a, &a_prev) in a.as_mut_slice().iter_mut().zip(a_prev.as_slice()) {
            *a = (omega * a_prev).sin();
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> core::Result<()> {
        core::expect_shape("da", da.as_view(), a_prev.shape())?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        core::expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        let omega = T::of(self.omega);
        let given = a_prev.as_slice().iter().zip(da.as_view().as_slice().iter().copied());
        for (da_prev, (&a_prev, da)) in da_prev.as_mut_slice().iter_mut().zip(given) {
            *da_prev = omega * (omega * a_prev).cos() * da;
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Two waves on top of each other.
    let x = DMatrix::from_fn(1, 256, |_, j| j as f64 / 128.0 - 1.0);
    let y = x.map(|x| (9.0 * x).sin() + 0.5 * (23.0 * x).cos());

    let mut network = Network::<f64>::builder(1)
        .dense(32, Identity)
        .layer(Sine { n: 32, omega: 60.0 })
        .dense(1, Identity)
        .build()?;
    Trainer::new(MeanSquaredError, Adam::new(0.01)?)
        .epochs(300)
        .batch_size(32)
        .schedule(Schedule::Cosine)
        .fit(&mut network, Examples::new(&x, &y)?, None)?;

    let al = network.predict(&x)?;
    println!("R² {:.4}", r_squared((&al).into(), (&y).into())?);
    Ok(())
}
