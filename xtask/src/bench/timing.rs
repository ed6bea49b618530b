//! Steps timed one by one.

use std::time::{Duration, Instant};

use serde::Serialize;

/// Times in µs a step.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Times {
    /// Half of the samples are below.
    pub median_step_us: f64,
    /// A tenth of the samples is below.
    pub p10: f64,
    /// Nine tenths of the samples are below.
    pub p90: f64,
    /// Steps timed.
    pub steps: u64,
    /// Processor time over time on the wall; `None` where the system does not say.
    pub cpu_per_wall: Option<f64>,
    /// What the last step returned.
    pub loss: f64,
}

/// Samples shorter than this are made of several steps.
const SAMPLE: Duration = Duration::from_micros(30);

/// Samples there must be, however long they take.
const AT_LEAST: usize = 5;

/// Warms up for 0.3 `seconds`, then times steps until `seconds` have passed.
///
/// # Errors
/// The first error of a step.
pub fn time<E>(seconds: f64, mut step: impl FnMut() -> Result<f64, E>) -> Result<Times, E> {
    let start = Instant::now();
    let mut loss = step()?;
    let mut steps = 1_u32;
    while start.elapsed().as_secs_f64() < 0.3 * seconds {
        loss = step()?;
        steps += 1;
    }
    let each = start.elapsed() / steps;
    let together = (SAMPLE.as_nanos().div_ceil(each.as_nanos().max(1)) as u64).max(1);

    let mut samples = vec![];
    let mut steps = 0;
    let cpu = processor_seconds();
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds || samples.len() < AT_LEAST {
        let sample = Instant::now();
        for _ in 0..together {
            loss = step()?;
        }
        samples.push(sample.elapsed().as_secs_f64() * 1e6 / together as f64);
        steps += together;
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu_per_wall = cpu.zip(processor_seconds()).map(|(before, after)| (after - before) / wall);
    samples.sort_by(f64::total_cmp);
    let quantile = |q: f64| samples[((samples.len() - 1) as f64 * q).round() as usize];
    let (median_step_us, p10, p90) = (quantile(0.5), quantile(0.1), quantile(0.9));
    Ok(Times { median_step_us, p10, p90, steps, cpu_per_wall, loss })
}

/// Processor time of this process so far, from `/proc/self/stat` in hundredths of a second.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in brackets: state is field 3, user and system time are 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / 100.0)
}
