//! Training: one step in buffers made once, and the loop around it.

mod backward;
mod batches;
mod buffers;
mod callback;
mod checks;
mod curvature;
mod examples;
mod fit;
mod forward;
mod group;
mod history;
mod hold_out;
mod lbfgs;
mod line_search;
mod measuring;
mod objective;
mod online;
mod patience;
mod recorders;
mod regularization;
mod resume;
mod share;
mod state;
mod state_file;
mod step;
mod step_settings;
#[cfg(test)]
mod tests;
mod trainer;
mod trainer_limits;
mod trainer_rates;
mod update;

pub use callback::{Callback, Checkpoint};
pub use examples::Examples;
pub use group::ParameterGroup;
pub use history::{Ended, EpochRecord, History, StepRecord};
pub(crate) use hold_out::classes;
pub use lbfgs::Lbfgs;
pub use online::OnlineTrainer;
pub use patience::{EarlyStopping, Patience};
pub use recorders::{Progress, ProgressReport, RateRecorder};
pub use regularization::Regularization;
pub(crate) use share::{FirstError, threads_for};
pub use state::TrainingState;
pub use step::TrainingStep;
pub use trainer::Trainer;
