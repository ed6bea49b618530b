//! Mini-batches from blocks on disk, made ready by another thread while the network learns.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use layerwise_data::{Blocks, DMatrix, DataError};
use layerwise_model::core::{CoreError, MatrixView};
use layerwise_model::{BatchSource, ModelError};

/// Mini-batches that may wait to be learned from.
const WAITING: usize = 64;

/// Blocks as a source of mini-batches.
pub struct Streamed {
    blocks: Arc<Blocks>,
    batch_size: usize,
    /// The thread at work on the present epoch.
    running: Option<Running>,
    current: Option<Filled>,
    /// The present epoch, and the examples of it that were learned from.
    done: (usize, usize),
    shown: Option<Shown>,
}

/// Called with the epoch, counted from 1, and the examples of it that are done.
type Shown = Box<dyn FnMut(usize, usize)>;

/// One mini-batch, in buffers that are used again.
struct Filled {
    x: DMatrix<f32>,
    y: DMatrix<f32>,
    m: usize,
}

struct Running {
    filled: Receiver<Result<Filled, DataError>>,
    emptied: Sender<Filled>,
}

impl Streamed {
    pub fn new(blocks: Blocks, batch_size: usize) -> Self {
        let batch_size = batch_size.clamp(1, blocks.m());
        let blocks = Arc::new(blocks);
        Self { blocks, batch_size, running: None, current: None, done: (1, 0), shown: None }
    }

    /// With someone who looks on as an epoch goes by.
    pub fn showing(mut self, shown: impl FnMut(usize, usize) + 'static) -> Self {
        self.shown = Some(Box::new(shown));
        self
    }

    pub fn m(&self) -> usize {
        self.blocks.m()
    }

    pub fn n_blocks(&self) -> usize {
        self.blocks.n_blocks()
    }
}

impl BatchSource<f32> for Streamed {
    fn batches(&self) -> usize {
        self.blocks.m().div_ceil(self.batch_size)
    }

    fn largest(&self) -> usize {
        self.batch_size
    }

    fn begin(&mut self, epoch: usize, skip: usize) -> Result<(), ModelError> {
        // A thread that is still at an earlier epoch finds nobody waiting, and ends.
        (self.running, self.current) = (None, None);
        self.done = (epoch, skip * self.batch_size);
        let (fill, filled) = sync_channel(WAITING);
        let (emptied, empty) = channel();
        let filler = Filler {
            blocks: Arc::clone(&self.blocks),
            size: self.batch_size,
            epoch,
            skip: skip * self.batch_size,
            empty,
        };
        std::thread::spawn(move || filler.run(&fill));
        self.running = Some(Running { filled, emptied });
        Ok(())
    }

    fn next_batch(&mut self) -> Result<(MatrixView<'_, f32>, MatrixView<'_, f32>), ModelError> {
        let ended = || ModelError::Source("there are no more of this epoch".into());
        let running = self.running.as_ref().ok_or_else(ended)?;
        if let Some(used) = self.current.take() {
            let (epoch, done) = &mut self.done;
            *done += used.m;
            if let Some(shown) = &mut self.shown {
                shown(*epoch, *done);
            }
            // Towards the end of an epoch nobody takes it.
            let _ = running.emptied.send(used);
        }
        let filled = running.filled.recv().map_err(|_| ended())?;
        let filled = filled.map_err(|error| ModelError::Source(Box::new(error)))?;
        let Filled { x, y, m } = &*self.current.insert(filled);
        let columns = |matrix| MatrixView::from(matrix).columns(0..*m).map_err(CoreError::from);
        Ok((columns(x)?, columns(y)?))
    }
}

/// The other thread.
struct Filler {
    blocks: Arc<Blocks>,
    size: usize,
    epoch: usize,
    /// Examples at the beginning of the epoch that are left out.
    skip: usize,
    empty: Receiver<Filled>,
}

impl Filler {
    /// Fills mini-batches until the epoch is over or nobody waits for them any more.
    fn run(self, fill: &SyncSender<Result<Filled, DataError>>) {
        let mut unpacker = self.blocks.unpacker();
        let (mut bytes, mut skip) = (Vec::new(), self.skip);
        let mut batch = self.emptied();
        for block in self.blocks.order_of(self.epoch) {
            let rows = self.blocks.rows(block);
            if skip >= rows {
                skip -= rows;
                continue;
            }
            if let Err(error) = self.blocks.read(block, &mut bytes) {
                let _ = fill.send(Err(error));
                return;
            }
            for row in self.blocks.order_within(self.epoch, block).into_iter().skip(skip) {
                let Filled { x, y, m } = &mut batch;
                let (n_x, n_y) = (x.nrows(), y.nrows());
                let x = &mut x.as_mut_slice()[*m * n_x..(*m + 1) * n_x];
                let y = &mut y.as_mut_slice()[*m * n_y..(*m + 1) * n_y];
                unpacker.unpack(&bytes, row, x, y);
                *m += 1;
                if *m == self.size {
                    if fill.send(Ok(batch)).is_err() {
                        return;
                    }
                    batch = self.emptied();
                }
            }
            skip = 0;
        }
        if batch.m > 0 {
            let _ = fill.send(Ok(batch));
        }
    }

    /// A mini-batch to be filled: one that was learned from, or a new one.
    fn emptied(&self) -> Filled {
        match self.empty.try_recv() {
            Ok(used) => Filled { m: 0, ..used },
            Err(_) => Filled {
                x: DMatrix::zeros(self.blocks.recipe().n_rows(), self.size),
                y: DMatrix::zeros(self.blocks.n_out(), self.size),
                m: 0,
            },
        }
    }
}
