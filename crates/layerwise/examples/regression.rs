//! A curve through noisy points, stopped before the network learns the noise.
//!
//! `cargo run --release -p layerwise --example regression`

use layerwise::model::{StandardNormals, Stream, generator};
use layerwise::prelude::*;

/// `sin 3x + x/2` with some noise at `m` places in [−2, 2].
fn curve(m: usize, seed: u64) -> (DMatrix<f32>, DMatrix<f32>) {
    let mut rng = generator(seed, Stream::Initialization);
    let x = DMatrix::from_fn(1, m, |_, j| 4.0 * j as f32 / (m - 1) as f32 - 2.0);
    let y = x.map(|x| (3.0 * x).sin() + 0.5 * x + 0.2 * rng.next_normal() as f32);
    (x, y)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ((x, y), (validation_x, validation_y)) = (curve(80, 1), curve(40, 2));
    let mut network =
        Network::<f32>::builder(1).dense(32, Tanh).dense(32, Tanh).dense(1, Identity).build()?;
    let history = Trainer::new(MeanSquaredError, Adam::new(0.01)?)
        .epochs(2000)
        .batch_size(20)
        .early_stopping(Patience(100))
        .fit(
            &mut network,
            Examples::new(&x, &y)?,
            Some(Examples::new(&validation_x, &validation_y)?),
        )?;
    println!("{} epochs, the best was {}", history.epochs.len(), history.kept);

    let (test_x, test_y) = curve(200, 3);
    let al = network.predict(&test_x)?;
    let (al, y) = (MatrixView::from(&al), MatrixView::from(&test_y));
    println!("R² {:.3}", r_squared(al, y)?);
    println!("RMSE {:.3}, of which 0.2 is noise", root_mean_squared_error(al, y)?);
    Ok(())
}
