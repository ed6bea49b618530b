//! Handwritten digits of MNIST, in its own files: IDX packed with gzip.
//!
//! `cargo run --release -p layerwise --example mnist -- FOLDER`

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use layerwise::data::Array;
use layerwise::prelude::*;

const PIXELS: usize = 28 * 28;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or("data".into()));
    let file = |set: &str, what: &str| folder.join(format!("{set}-{what}-ubyte.gz"));
    // The 60,000 images to train on or, where they are not, the 10,000 others.
    let sets = ["train", "t10k"];
    let Some(set) = sets.into_iter().find(|set| file(set, "images-idx3").exists()) else {
        eprintln!("There is no MNIST in the folder {}. Get", folder.display());
        eprintln!("train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz from");
        eprintln!("https://ossci-datasets.s3.amazonaws.com/mnist/ and name their folder.");
        return Ok(ExitCode::FAILURE);
    };
    let images = Array::read(file(set, "images-idx3"))?;
    let labels = Array::read(file(set, "labels-idx1"))?;
    let (pixels, labels) = (images.values(), labels.values());
    let m = labels.len();
    if pixels.len() != PIXELS * m {
        return Err(format!("{m} labels, but {} pixels", pixels.len()).into());
    }
    let x = DMatrix::from_iterator(PIXELS, m, pixels.iter().map(|&p| p as f32 / 255.0));
    let is = |class: usize, j: usize| labels[j] == class as f64;
    let y = DMatrix::from_fn(10, m, |class, j| f32::from(u8::from(is(class, j))));

    // The last fifth is held out.
    let n = m - m / 5;
    let first = |matrix: &DMatrix<f32>| matrix.columns(0, n).into_owned();
    let last = |matrix: &DMatrix<f32>| matrix.columns(n, m - n).into_owned();
    let ((x, y), (test_x, test_y)) = ((first(&x), first(&y)), (last(&x), last(&y)));

    let mut network = Network::<f32>::builder(PIXELS)
        .dense(256, Relu)
        .dropout(0.2)
        .dense(10, Softmax)
        .seed(1)
        .build()?;
    Trainer::new(CategoricalCrossEntropy, AdamW::new(0.001, 0.01)?)
        .epochs(10)
        .batch_size(64)
        .schedule(Schedule::Cosine)
        .after_epoch(|epoch| {
            println!("epoch {:2}: cost {:.4}", epoch.epoch, epoch.cost);
            ControlFlow::Continue(())
        })
        .fit(&mut network, Examples::new(&x, &y)?, None)?;

    let al = network.predict(&test_x)?;
    let confusion = Confusion::classes((&al).into(), (&test_y).into())?;
    println!("accuracy on {} held-out images: {:.4}", m - n, confusion.accuracy());
    for digit in 0..10 {
        println!("{digit}: {:.3} of them found", confusion.recall(digit).unwrap_or(f64::NAN));
    }
    Ok(ExitCode::SUCCESS)
}
