//! Exclusive or, the smallest problem that needs a hidden layer.
//!
//! `cargo run --release -p layerwise --example xor`

use layerwise::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // One example a column.
    let x = DMatrix::from_row_slice(2, 4, &[0., 0., 1., 1., 0., 1., 0., 1.]);
    let y = DMatrix::from_row_slice(1, 4, &[0., 1., 1., 0.]);

    let mut network =
        Network::<f64>::builder(2).dense(8, Tanh).dense(1, Sigmoid).seed(1).build()?;
    let history = Trainer::new(BinaryCrossEntropy, GradientDescent::new(0.5)?)
        .epochs(2000)
        .batch_size(4)
        .fit(&mut network, Examples::new(&x, &y)?, None)?;

    let cost = history.last().map_or(f64::NAN, |epoch| epoch.cost);
    println!("cost {cost:.4} after {} epochs", history.epochs.len());
    let al = network.predict(&x)?;
    for j in 0..4 {
        println!("{} xor {} = {:.3}", x[(0, j)], x[(1, j)], al[j]);
    }
    Ok(())
}
