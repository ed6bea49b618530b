//! One shuffle: the examples that it changes, predicted again.

use std::ops::Range;

use layerwise_core::{CoreError, DMatrix, MatrixView, Scalar};

use crate::{Network, Predictor, Result};

/// Examples that are made and predicted together, while they are near.
const BLOCK: usize = 128;

/// What a thread needs to predict examples, a block at a time.
#[derive(Debug)]
pub(super) struct Worker<T: Scalar> {
    predictor: Predictor<T>,
    /// `Z` or `X` of a block.
    moved: Vec<T>,
}

impl<T: Scalar> Worker<T> {
    pub(super) fn new(network: &Network<T>) -> Result<Self> {
        Ok(Self { predictor: Predictor::new(network, BLOCK)?, moved: vec![] })
    }
}

/// Examples whose features of a group, `there` one example after the other, are those of others.
pub(super) struct Shuffle<'a, T: Scalar> {
    pub(super) network: &'a Network<T>,
    pub(super) x: MatrixView<'a, T>,
    pub(super) z: Option<&'a DMatrix<T>>,
    pub(super) there: &'a [T],
    pub(super) group: &'a Range<usize>,
}

impl<T: Scalar> Shuffle<'_, T> {
    /// `AL` of the examples that change, each given with the one that it has the features of. Workers share them.
    pub(super) fn predict(
        &self,
        changed: &[(usize, usize)],
        workers: &mut [Worker<T>],
        al: &mut [T],
    ) -> Result<()> {
        let n_out = self.network.n_out();
        let share = changed.len().div_ceil(workers.len().max(1)).next_multiple_of(BLOCK);
        let parts = changed.chunks(share).zip(al.chunks_mut(share * n_out)).zip(workers);
        let mut work = parts.map(|((changed, al), worker)| {
            move || {
                let blocks = changed.chunks(BLOCK).zip(al.chunks_mut(BLOCK * n_out));
                blocks.into_iter().try_for_each(|(changed, al)| self.block(changed, worker, al))
            }
        });
        // The first part is this thread's.
        let here = work.next();
        std::thread::scope(|scope| {
            let others: Vec<_> = work.map(|work| scope.spawn(work)).collect();
            let done = here.map_or(Ok(()), |mut work| work());
            let joined = others.into_iter().map(|other| match other.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.fold(done, Result::and)
        })
    }

    /// The same of one block.
    fn block(
        &self,
        changed: &[(usize, usize)],
        Worker { predictor, moved }: &mut Worker<T>,
        al: &mut [T],
    ) -> Result<()> {
        let n = self.group.len();
        let of = |j: usize| &self.there[j * n..(j + 1) * n];
        moved.clear();
        let (network, x, m) = (self.network, self.x, changed.len());
        let new = match (self.z, network.layers()[0].parameter(0)) {
            (Some(z), Some(w)) => {
                let n_z = z.nrows();
                for &(j, from) in changed {
                    let start = moved.len();
                    moved.extend_from_slice(&z.as_slice()[j * n_z..(j + 1) * n_z]);
                    for ((k, &was), &is) in self.group.clone().zip(of(j)).zip(of(from)) {
                        let by = is - was;
                        moved[start..].iter_mut().zip(w.column(k)).for_each(|(z, &w)| *z += w * by);
                    }
                }
                let z = MatrixView::new(moved, n_z, m).map_err(CoreError::from)?;
                predictor.predict_from_z(network, z)?
            }
            _ => {
                for &(j, from) in changed {
                    let start = moved.len();
                    moved.extend_from_slice(x.column(j));
                    moved[start..][self.group.clone()].copy_from_slice(of(from));
                }
                let x = MatrixView::new(moved, x.nrows(), m).map_err(CoreError::from)?;
                predictor.predict(network, x)?
            }
        };
        al.copy_from_slice(new.as_slice());
        Ok(())
    }
}
