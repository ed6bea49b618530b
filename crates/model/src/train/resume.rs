//! A run to a state, and a state to a run.

use layerwise_core::Scalar;

use super::fit::Run;
use super::patience::Best;
use super::state::TrainingState;
use crate::{Ended, ModelError, Network, Result, Trainer};

impl<T: Scalar> Run<'_, T> {
    /// Where it stands, with the parameters of `network`.
    pub(super) fn state(&self, network: &Network<T>) -> TrainingState<T> {
        let kept = self.best.as_ref().and_then(|best| best.kept.as_ref());
        TrainingState {
            notes: Default::default(),
            epochs: self.history.epochs.clone(),
            within: self.within,
            updates: self.step.step,
            parameters: network.snapshot(),
            optimizer: self.step.states.iter().map(|state| state.to_vec()).collect(),
            good: (self.within.steps > 0).then(|| self.good.clone()),
            best: kept.map(|(.., parameters)| parameters.clone()),
        }
    }

    /// Goes on from `state`: everything that follows from its epochs is found again by going through them.
    pub(super) fn resume(
        &mut self,
        trainer: &mut Trainer<'_, T>,
        network: &mut Network<T>,
        state: TrainingState<T>,
    ) -> Result<()> {
        self.check(trainer, network, &state)?;
        let TrainingState { epochs, within, updates, parameters, optimizer, good, best, .. } =
            state;
        for record in &epochs {
            self.batches.pass_over();
            if let Some(plateau) = &mut trainer.plateau {
                plateau.observe(record.validation_cost.unwrap_or(record.cost));
            }
        }
        let mut out_of_patience = false;
        if let Some(stopping) = trainer.stopping {
            let mut again = Best::new(stopping);
            for record in &epochs {
                out_of_patience = again.observe(record, &self.history.metrics, Vec::new);
            }
            if let (Some(kept), Some(best)) = (&mut again.kept, best) {
                kept.2 = best;
            }
            self.best = Some(again);
        }
        network.restore(&parameters);
        self.good = good.unwrap_or(parameters);
        self.step.states = optimizer.iter().map(|state| state[..].into()).collect();
        (self.step.step, self.within) = (updates, within);
        self.history.kept = epochs.len();
        self.history.epochs = epochs;
        if out_of_patience {
            self.history.ended = Ended::OutOfPatience;
        }
        Ok(())
    }

    /// Refuses a state that cannot be of this training.
    fn check(
        &self,
        trainer: &Trainer<'_, T>,
        network: &Network<T>,
        state: &TrainingState<T>,
    ) -> Result<()> {
        let lengths = |all: &[Vec<T>]| all.iter().map(Vec::len).collect::<Vec<_>>();
        let other = |what: String| Err(ModelError::OtherTraining { what });
        let own = lengths(&network.snapshot());
        for parameters in [Some(&state.parameters), state.good.as_ref(), state.best.as_ref()]
            .into_iter()
            .flatten()
        {
            if lengths(parameters) != own {
                return other("its network has other parameters".into());
            }
        }
        let remembered = self.step.states.iter().map(|state| state.len());
        if !state.optimizer.iter().map(Vec::len).eq(remembered) {
            return other("its optimizer remembers other numbers".into());
        }
        let (found, epochs) = (state.epochs.len(), trainer.epochs);
        if found > epochs {
            return other(format!("it has {found} epochs, this one is to have {epochs}"));
        }
        let per_epoch = self.batches.count();
        let updates = (found as u64).saturating_mul(per_epoch as u64);
        if state.within.steps > per_epoch
            || updates.saturating_add(state.within.steps as u64) != state.updates
        {
            return other(format!(
                "it made {} updates in {found} epochs and {} steps, of {per_epoch} an epoch",
                state.updates, state.within.steps
            ));
        }
        let metrics = self.history.metrics.len();
        if let Some(record) = state.epochs.iter().find(|record| record.metrics.len() != metrics) {
            let measured = record.metrics.len();
            return other(format!("it measures {measured} metrics, this one {metrics}"));
        }
        let has_best = trainer.stopping.is_some() && found > 0;
        if state.best.is_some() != has_best || state.good.is_some() != (state.within.steps > 0) {
            return other("only one of them stops early".into());
        }
        Ok(())
    }
}
