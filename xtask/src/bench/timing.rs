//! Steps timed one by one.

use std::ops::ControlFlow;
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

/// Steps being timed: told of each one that is done, it says when there are enough.
pub struct Timing {
    seconds: f64,
    /// Of the warm-up, then of what counts.
    start: Instant,
    /// The start of a sample, and the steps still to come in it; nothing while warming up.
    sample: Option<(Instant, u64)>,
    /// Steps in each sample.
    together: u64,
    samples: Vec<f64>,
    steps: u64,
    cpu: Option<f64>,
    loss: f64,
}

impl Timing {
    /// 0.3 `seconds` to warm up, beginning now, then as many steps as fit into `seconds`.
    pub fn new(seconds: f64) -> Self {
        let (start, sample, together, samples) = (Instant::now(), None, 1, vec![]);
        Self { seconds, start, sample, together, samples, steps: 0, cpu: None, loss: f64::NAN }
    }

    /// A step is done, and this is what it returned.
    pub fn after_step(&mut self, loss: f64) -> ControlFlow<()> {
        self.loss = loss;
        self.steps += 1;
        let Some((begun, left)) = &mut self.sample else {
            let passed = self.start.elapsed();
            if passed.as_secs_f64() >= 0.3 * self.seconds {
                let each = (passed.as_nanos() / u128::from(self.steps)).max(1);
                self.together = SAMPLE.as_nanos().div_ceil(each) as u64;
                (self.steps, self.cpu) = (0, processor_seconds());
                self.start = Instant::now();
                self.sample = Some((self.start, self.together));
            }
            return ControlFlow::Continue(());
        };
        *left -= 1;
        if *left > 0 {
            return ControlFlow::Continue(());
        }
        self.samples.push(begun.elapsed().as_secs_f64() * 1e6 / self.together as f64);
        let enough = self.samples.len() >= AT_LEAST;
        if enough && self.start.elapsed().as_secs_f64() >= self.seconds {
            return ControlFlow::Break(());
        }
        self.sample = Some((Instant::now(), self.together));
        ControlFlow::Continue(())
    }

    /// What was measured, in the end.
    pub fn times(mut self) -> Times {
        let wall = self.start.elapsed().as_secs_f64();
        let cpu = self.cpu.zip(processor_seconds());
        let cpu_per_wall = cpu.map(|(before, after)| (after - before) / wall);
        self.samples.sort_by(f64::total_cmp);
        let quantile = |q: f64| {
            let at = (self.samples.len().saturating_sub(1) as f64 * q).round() as usize;
            self.samples.get(at).copied().unwrap_or(f64::NAN)
        };
        let (median_step_us, p10, p90) = (quantile(0.5), quantile(0.1), quantile(0.9));
        Times { median_step_us, p10, p90, steps: self.steps, cpu_per_wall, loss: self.loss }
    }
}

/// Processor time of this process so far, from `/proc/self/stat` in hundredths of a second.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in brackets: state is field 3, user and system time are 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / 100.0)
}
