//! Three spirals wound into each other, told apart by their coordinates.
//!
//! `cargo run --release -p layerwise --example spirals`

use layerwise::prelude::*;

const CLASSES: usize = 3;
const OF_EACH: usize = 200;

/// Points of the spirals, shifted a little along them, and their classes one-hot.
fn spirals(shift: f32) -> (DMatrix<f32>, DMatrix<f32>) {
    let m = CLASSES * OF_EACH;
    let point = |j: usize| {
        let radius = ((j % OF_EACH) as f32 + shift) / OF_EACH as f32;
        let turn = (j / OF_EACH) as f32 / CLASSES as f32;
        let angle = std::f32::consts::TAU * (turn + radius);
        [radius * angle.sin(), radius * angle.cos()]
    };
    let x = DMatrix::from_fn(2, m, |i, j| point(j)[i]);
    let y = DMatrix::from_fn(CLASSES, m, |i, j| f32::from(u8::from(i == j / OF_EACH)));
    (x, y)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (x, y) = spirals(0.0);
    let (test_x, test_y) = spirals(0.5);

    let mut network = Network::<f32>::builder(2)
        .dense(64, Relu)
        .dense(64, Relu)
        .dense(CLASSES, Softmax)
        .seed(1)
        .build()?;
    Trainer::new(CategoricalCrossEntropy, AdamW::new(0.01, 0.01)?)
        .epochs(60)
        .batch_size(32)
        .schedule(Schedule::Cosine)
        .fit(&mut network, Examples::new(&x, &y)?, None)?;

    let al = network.predict(&test_x)?;
    let accuracy = class_accuracy((&al).into(), (&test_y).into())?;
    println!("accuracy between the points trained on: {accuracy:.3}");

    // The plane, a letter for each class.
    for row in (-12..=12).rev() {
        let line = DMatrix::from_fn(2, 50, |i, j| match i {
            0 => (j as f32 - 24.5) / 24.5,
            _ => row as f32 / 12.0,
        });
        let al = network.predict(&line)?;
        let letter = |j: usize| ["a", "b", "c"][al.column(j).imax()];
        println!("{}", (0..50).map(letter).collect::<String>());
    }
    Ok(())
}
