//! Training: one step in buffers made once, and the loop around it.

mod examples;
mod history;
mod share;
mod step;
mod trainer;

pub use examples::Examples;
pub use history::{EpochRecord, History};
pub(crate) use share::{FirstError, threads_for};
pub use step::TrainingStep;
pub use trainer::{Patience, Trainer};
