//! A cost of one's own, told by its value and its derivative for one entry.
//!
//! Expected demand is to be forecast where one unit too few costs four times as much as one too many.
//!
//! `cargo run --release -p layerwise --example custom_cost`

use layerwise::prelude::*;

/// `4 (y − a)` where the forecast is too low, `a − y` where it is too high.
#[derive(Debug)]
struct Shortage;

impl<T: Scalar> EntryCost<T> for Shortage {
    fn name(&self) -> &'static str {
        "cost of shortage and surplus"
    }

    fn value(&self, a: T, y: T) -> T {
        if a < y { T::of(4.0) * (y - a) } else { a - y }
    }

    fn derivative(&self, a: T, y: T) -> T {
        if a < y {
            T::of(-4.0)
        } else if a > y {
            T::one()
        } else {
            // Equal: 0, as at every corner; NaN: NaN.
            a - y
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Demand of a weekday and of a holiday, both spread evenly over a hundred units.
    let x = DMatrix::from_fn(1, 202, |_, j| (j % 2) as f64);
    let y = DMatrix::from_fn(1, 202, |_, j| (j / 2) as f64 / 100.0 + (j % 2) as f64);

    let mut network = Network::<f64>::builder(1).dense(8, Relu).dense(1, Identity).build()?;
    Trainer::new(PerEntry(Shortage), Adam::new(0.01)?)
        .epochs(300)
        .batch_size(32)
        .schedule(Schedule::Cosine)
        .fit(&mut network, Examples::new(&x, &y)?, None)?;

    // The best forecast is the quantile 4/(4 + 1) = 0.8.
    let al = network.predict(&DMatrix::from_row_slice(1, 2, &[0.0, 1.0]))?;
    println!("weekday {:.2} (the best is 0.80), holiday {:.2} (1.80)", al[0], al[1]);
    Ok(())
}
