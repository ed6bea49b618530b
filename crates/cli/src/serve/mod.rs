//! `layerwise serve`: predictions over HTTP.

mod about;
mod access;
mod answers;
mod app;
mod args;
mod batching;
mod connections;
mod csv_rows;
mod error;
mod json_cells;
mod json_lists;
mod json_rows;
mod limits;
mod line;
mod list;
mod metrics;
mod model;
mod page;
mod predict;
mod queue;
mod refusal;
mod rows;
mod signals;
mod token;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::Semaphore;

pub use args::ServeArgs;
pub use error::ServeError;

use crate::error::CliError;
use crate::report::printable;
use crate::terminal;
use access::Access;
use args::Limits;
use connections::Connections;
use limits::Budget;
use metrics::Metrics;
use model::Served;
use queue::{Job, Queue};
use signals::Signals;

/// Requests of the largest size that may be on their way in at a time; small ones are not counted.
const READ_TOGETHER: usize = 32;

/// What all requests have in common.
struct Shared {
    model: RwLock<Arc<Served>>,
    path: PathBuf,
    /// What large requests take while they arrive.
    reading: Budget,
    /// What all take from then to their answer. Half a request of the largest size is worked through in some ten
    /// milliseconds: with more in hand, all would wait for long instead of some being refused at once.
    working: Budget,
    /// Large requests that are worked on at a time.
    large: Semaphore,
    queue: Queue,
    metrics: Metrics,
    access: Access,
    /// The page that asks for a token.
    key: Bytes,
    limits: Limits,
    stopping: AtomicBool,
    reloading: Mutex<()>,
}

impl Shared {
    fn new(model: Served, access: Access, args: &ServeArgs) -> Result<Self, ServeError> {
        let limits = args.limits();
        let key = Bytes::from(page::key().map_err(ServeError::System)?);
        Ok(Self {
            model: RwLock::new(Arc::new(model)),
            path: args.model.clone(),
            reading: Budget::new(limits.body.saturating_mul(READ_TOGETHER)),
            working: Budget::new(limits.body / 2),
            large: Semaphore::new(processors()),
            queue: Queue::new(limits.waiting),
            metrics: Metrics::new(),
            access,
            key,
            limits,
            stopping: AtomicBool::new(false),
            reloading: Mutex::default(),
        })
    }

    /// The model that serves now. Who has it keeps it to the end of a request.
    fn model(&self) -> Arc<Served> {
        Arc::clone(&self.model.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the model file and the token anew; what cannot be used is told, and the old one serves on.
    fn reload(&self) {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let read = Served::read(&self.path);
        self.metrics.reload(read.is_ok());
        match read {
            Ok(model) => {
                let model = Arc::new(model);
                let now = Arc::clone(&model);
                *self.model.write().unwrap_or_else(PoisonError::into_inner) = now;
                let told = format!("{} was read anew and serves from now", model.file);
                terminal::show_warning(&told);
            }
            Err(error) => {
                terminal::show_warning(&format!("{error}; the model read before serves on"))
            }
        }
        let Some(token) = self.access.token() else { return };
        let told = match token.reload() {
            Ok(file) => format!("{file} was read anew and its token is asked for from now"),
            Err(error) => format!("{error}; the token read before is asked for"),
        };
        terminal::show_warning(&told);
    }

    fn take(&self) -> Option<Vec<Job>> {
        self.queue.take(self.limits.batch_rows, self.limits.batch_wait)
    }

    fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Answers requests until a signal ends it.
pub fn run(args: &ServeArgs, out: &mut impl Write) -> Result<(), CliError> {
    let addresses = access::addresses(args)?;
    let access = Access::new(args, &addresses)?;
    let model = Served::read(&args.model)?;
    let shared = Arc::new(Shared::new(model, access, args)?);
    let mut runtime = runtime::Builder::new_multi_thread();
    // One for each large request that is worked on, and one that reads a model anew: each of dozens that come and go
    // would keep memory of its own for what it once had in hand.
    runtime.enable_all().max_blocking_threads(processors() + 1);
    let runtime = runtime.build().map_err(ServeError::System)?;
    let workers: Result<Vec<_>, _> = (0..args.threads.unwrap_or_else(processors))
        .map(|_| {
            let shared = Arc::clone(&shared);
            let named = thread::Builder::new().name("predict".into());
            named.spawn(move || batching::work(&shared)).map_err(ServeError::System)
        })
        .collect();
    let served = match &workers {
        Ok(_) => runtime.block_on(serve(&shared, &addresses, args, out)),
        Err(_) => Ok(()),
    };
    shared.queue.close();
    for worker in workers? {
        // One that panicked has said so.
        let _ = worker.join();
    }
    served
}

async fn serve(
    shared: &Arc<Shared>,
    addresses: &[SocketAddr],
    args: &ServeArgs,
    out: &mut impl Write,
) -> Result<(), CliError> {
    let failed =
        |source| ServeError::Listen { place: format!("{}:{}", args.host, args.port), source };
    let mut signals = Signals::new().map_err(CliError::Signals)?;
    let listener = TcpListener::bind(addresses).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let model = shared.model();
    writeln!(out, "listening on http://{address}")?;
    let target = model.target();
    let (file, column) = (printable(&model.file), printable(target.column()));
    writeln!(out, "{file} predicts {column}: {}; Ctrl-C stops", target.task().words())?;
    out.flush()?;
    drop(model);
    let app = app::router(Arc::clone(shared));
    Connections::new(Arc::clone(shared), app).serve(listener, &mut signals).await;
    Ok(())
}
