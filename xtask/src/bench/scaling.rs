//! `--scaling`: whether the time of a step grows as its work does.

use layerwise::model::ModelError;

use super::runner::Runner;
use super::timing::Timing;
use super::workload::{OptimizerName, Workload};

use crate::output::say;

/// A series: its name, what grows, and for each point its size, layers and batch.
struct Series {
    name: &'static str,
    points: Vec<(usize, Vec<usize>, usize)>,
}

/// Times networks of growing width, depth and batch, and one on more and more threads.
///
/// # Errors
/// Whatever the model refuses.
pub fn run(seconds: f64, most_threads: usize) -> Result<(), ModelError> {
    let network = |n_x: usize, hidden: usize, depth: usize| {
        let mut layer_dims = vec![n_x];
        layer_dims.extend(std::iter::repeat_n(hidden, depth));
        layer_dims.push(1);
        layer_dims
    };
    let widths = [64, 128, 256, 512, 1024];
    let depths = [1, 2, 4, 8, 16];
    let batches = [16, 64, 256, 1024, 4096];
    let all = [
        Series {
            name: "width",
            points: widths.map(|width| (width, network(width, width, 2), 128)).to_vec(),
        },
        Series {
            name: "depth",
            points: depths.map(|depth| (depth, network(256, 256, depth), 128)).to_vec(),
        },
        Series {
            name: "batch",
            points: batches.map(|batch| (batch, network(256, 256, 2), batch)).to_vec(),
        },
    ];
    for Series { name, points } in all {
        say!("{name:>7} {:>12} {:>10} {:>9}", "MFLOP", "median µs", "GFLOP/s");
        let mut times = vec![];
        for (size, layer_dims, batch) in points {
            let flop = flop(&layer_dims, batch);
            let microseconds = median(&layer_dims, batch, 1, seconds)?;
            say!(
                "{size:7} {:12.2} {microseconds:10.1} {:9.1}",
                flop / 1e6,
                flop / microseconds / 1e3
            );
            times.push((flop, microseconds));
        }
        say!("  time grows as work to the power of {:.2}\n", exponent(&times));
    }
    say!("threads    median µs   speed-up");
    let layer_dims = network(784, 512, 3);
    let mut alone = None;
    for threads in 1..=most_threads.max(1) {
        let microseconds = median(&layer_dims, 256, threads, seconds)?;
        let alone = *alone.get_or_insert(microseconds);
        say!("{threads:7} {microseconds:12.1} {:10.2}", alone / microseconds);
    }
    Ok(())
}

fn median(
    layer_dims: &[usize],
    batch: usize,
    threads: usize,
    seconds: f64,
) -> Result<f64, ModelError> {
    let workload =
        Workload { name: "scaling", layer_dims, batch, examples: 2 * batch, inference: false };
    let mut runner = Runner::<f32>::new(workload, OptimizerName::Sgd, threads)?;
    let mut timing = Timing::new(seconds);
    runner.run(|loss| timing.after_step(loss))?;
    Ok(timing.times().median_step_us)
}

/// Operations of a step: a product forward, one for `dW`, and one for `dA_prev` but in the first layer.
fn flop(layer_dims: &[usize], batch: usize) -> f64 {
    let products = layer_dims.windows(2).enumerate();
    let of = |(l, pair): (usize, &[usize])| pair[0] * pair[1] * if l == 0 { 2 } else { 3 };
    2.0 * (products.map(of).sum::<usize>() * batch) as f64
}

/// The slope of log time over log work, by least squares.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs = points.iter().map(|&(work, time)| (work.ln(), time.ln()));
    let (mean_x, mean_y) = logs.clone().fold((0.0, 0.0), |(x, y), l| (x + l.0 / n, y + l.1 / n));
    let covariance: f64 = logs.clone().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = logs.map(|(x, _)| (x - mean_x).powi(2)).sum();
    covariance / variance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponent_of_a_power_is_its_exponent() {
        let points: Vec<_> = [1.0_f64, 2.0, 5.0, 9.0].map(|x| (x, 3.0 * x.powf(1.5))).to_vec();
        assert!((exponent(&points) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn work_is_counted_as_it_is_done() {
        // Forward and dW twice, dA_prev once.
        assert_eq!(flop(&[3, 4, 1], 10), 2.0 * 10.0 * f64::from(3 * 4 * 2 + 4 * 3));
    }
}
