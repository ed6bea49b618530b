//! Training: one step in buffers made once, and the loop around it.

mod backward;
mod batches;
mod callback;
mod examples;
mod forward;
mod group;
mod history;
mod online;
mod regularization;
mod share;
mod step;
mod trainer;
mod update;

pub use callback::{Callback, Checkpoint};
pub use examples::Examples;
pub use group::ParameterGroup;
pub use history::{Ended, EpochRecord, History};
pub use online::OnlineTrainer;
pub use regularization::Regularization;
pub(crate) use share::{FirstError, threads_for};
pub use step::TrainingStep;
pub use trainer::{Patience, Trainer};
