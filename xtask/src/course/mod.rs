//! `cargo xtask course`: the exercise's second part, trained beside the published figures.

mod images;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use layerwise::prelude::*;
use serde::Deserialize;

use images::Images;

use crate::output::say;

/// How far a cost may be from the published one.
const TOLERANCE: f64 = 1e-6;

/// How often a cost is compared.
const EVERY: usize = 100;

/// Trains both networks of the exercise's application on its cat images and prints cost beside
/// published cost.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder with train_x.npy, train_y.npy, test_x.npy, test_y.npy and the two expected_*.json.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Use the exercise's ten functions instead of the training path: the same figures, slower.
    #[arg(long)]
    functions: bool,
    /// Update all weights in every step, instead of going through the examples' inner products XᵀX: the same
    /// figures, slower.
    #[arg(long, conflicts_with = "functions")]
    weights: bool,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// No such folder.
    #[error(
        "{} is not there. The course needs the cat images of the deeplearning.ai course \"Neural \
         Networks and Deep Learning\", week 4 (train_catvnoncat.h5 and test_catvnoncat.h5, found in \
         many public repositories of the course), as train_x.npy, train_y.npy, test_x.npy and \
         test_y.npy (uint8, shape (m, 64, 64, 3) and (1, m) or (m,)), with the published cost \
         curves in expected_two_layer.json and expected_l_layer.json", .0.display()
    )]
    Absent(PathBuf),
    /// A file that cannot be read or is not what it should be.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// Figures that are not the published ones.
    #[error("{0}")]
    Differs(String),
    /// The network refused.
    #[error(transparent)]
    Model(#[from] layerwise::model::ModelError),
    /// The update refused.
    #[error(transparent)]
    Optim(#[from] layerwise::optim::OptimError),
    /// The cost refused.
    #[error(transparent)]
    Cost(#[from] layerwise::cost::CostError),
}

/// A published run: what was trained and the costs it had.
#[derive(Debug, Deserialize)]
struct Published {
    layer_dims: Vec<usize>,
    alpha: f64,
    iterations: usize,
    cost_every_100: Vec<f64>,
    train_accuracy: f64,
    test_accuracy: f64,
}

/// Trains both networks.
///
/// # Errors
/// Absent or damaged files, and any figure that is not the published one.
pub fn run(args: &Args) -> Result<(), CourseError> {
    if !args.data.is_dir() {
        return Err(CourseError::Absent(args.data.clone()));
    }
    let train = Images::read(&args.data, "train")?;
    let test = Images::read(&args.data, "test")?;
    say!(
        "cat images: {} to train on, {} to test with, {} values each",
        train.x.ncols(),
        test.x.ncols(),
        train.x.nrows()
    );
    let mut wrong = Vec::new();
    for (name, file, scale) in [
        ("two-layer network", "expected_two_layer.json", Scale::Normal(0.01)),
        ("L-layer network", "expected_l_layer.json", Scale::InverseSqrt),
    ] {
        let published: Published = read_json(&args.data.join(file))?;
        wrong.extend(compare(name, &published, scale, &train, &test, args)?);
    }
    if wrong.is_empty() { Ok(()) } else { Err(CourseError::Differs(wrong.join("\n"))) }
}

fn read_json<D: for<'de> Deserialize<'de>>(path: &Path) -> Result<D, CourseError> {
    let file = |message| CourseError::File { path: path.to_owned(), message };
    let text = std::fs::read_to_string(path).map_err(|error| file(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| file(error.to_string()))
}

/// Trains one network, prints its costs beside the published ones, and returns what differs.
fn compare(
    name: &str,
    published: &Published,
    scale: Scale,
    train: &Images,
    test: &Images,
    args: &Args,
) -> Result<Vec<String>, CourseError> {
    let Published { layer_dims, alpha, iterations, .. } = published;
    say!("\n{name} {layer_dims:?}, alpha {alpha}, {iterations} iterations, float64");
    say!("{:>9}  {:>20}  {:>20}  {:>10}", "iteration", "cost", "published", "difference");
    let start = std::time::Instant::now();
    let parameters = initialize_parameters_deep(layer_dims, scale, &mut NumpyRandom::new(1))?;
    let mut largest = 0.0_f64;
    let mut compared = 0;
    let mut show = |iteration: usize, cost: f64| {
        let expected = published.cost_every_100.get(iteration / EVERY);
        if let (0, Some(expected)) = (iteration % EVERY, expected) {
            let difference = (cost - expected).abs();
            say!("{iteration:>9}  {cost:>20.16}  {expected:>20.16}  {difference:>10.2e}");
            // A cost that is no number must not get lost in a maximum.
            largest = if difference <= largest { largest } else { difference };
            compared += 1;
        }
    };
    let network = if args.functions {
        by_functions(parameters, published, train, &mut show)?
    } else {
        by_training_path(parameters, published, train, args.weights, &mut show)?
    };
    let seconds = start.elapsed().as_secs_f64();
    let train_accuracy = accuracy_on(&network, train)?;
    let test_accuracy = accuracy_on(&network, test)?;
    say!("largest difference {largest:.2e} (allowed {TOLERANCE:.0e}), {seconds:.1} s");
    say!("accuracy: train {train_accuracy:.6}, test {test_accuracy:.6}");

    let mut wrong = Vec::new();
    if compared != published.cost_every_100.len() {
        let expected = published.cost_every_100.len();
        wrong.push(format!("{name}: {compared} costs compared, {expected} are published"));
    }
    if largest.is_nan() || largest > TOLERANCE {
        wrong.push(format!("{name}: a cost differs from the published one by {largest:.2e}"));
    }
    for (part, found, expected) in [
        ("train", train_accuracy, published.train_accuracy),
        ("test", test_accuracy, published.test_accuracy),
    ] {
        // Published to six decimals; the next possible accuracy is 0.005 away.
        if (found - expected).abs() > 5e-7 {
            wrong.push(format!("{name}: {part} accuracy {found:.6}, published {expected:.6}"));
        }
    }
    Ok(wrong)
}

/// The training path: buffers made once, dZ = AL − Y, no dA of the input, and unless all `weights` are to be
/// updated in every step, those of the first layer as sums of the images.
fn by_training_path(
    parameters: Parameters<f64>,
    published: &Published,
    train: &Images,
    weights: bool,
    show: &mut dyn FnMut(usize, f64),
) -> Result<Network<f64>, CourseError> {
    let mut network = Network::from_parameters(&parameters, Relu, Sigmoid)?;
    let optimizer = GradientDescent::new(published.alpha)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut step = TrainingStep::new(&network, train.x.ncols(), &optimizer)?.with_threads(threads);
    let data = ((&train.x).into(), (&train.y).into(), None);
    let (cost, steps) = (&BinaryCrossEntropy, published.iterations);
    let each = |step, cost| {
        show(step - 1, cost);
        ControlFlow::Continue(())
    };
    if weights {
        step.run_repeatedly(&mut network, data, cost, &optimizer, steps, each)?;
    } else {
        step.run_by_inner_products(&mut network, data, cost, &optimizer, steps, each)?;
    }
    Ok(network)
}

/// The exercise's functions, in the order of its application.
fn by_functions(
    mut parameters: Parameters<f64>,
    published: &Published,
    train: &Images,
    show: &mut dyn FnMut(usize, f64),
) -> Result<Network<f64>, CourseError> {
    for iteration in 0..published.iterations {
        let (al, caches) = l_model_forward(&train.x, &parameters)?;
        show(iteration, compute_cost(&al, &train.y)?);
        let gradients = l_model_backward(&al, &train.y, &caches)?;
        parameters = update_parameters(&parameters, &gradients, published.alpha)?;
    }
    Ok(Network::from_parameters(&parameters, Relu, Sigmoid)?)
}

fn accuracy_on(network: &Network<f64>, images: &Images) -> Result<f64, CourseError> {
    let al = network.predict(&images.x)?;
    Ok(accuracy((&al).into(), (&images.y).into())?)
}
