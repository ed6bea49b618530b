//! Ctrl-C: once to end cleanly, twice to end at once.

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// What a shell gives for a program ended by Ctrl-C: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;

/// A flag that the first Ctrl-C (or other wish to end) raises; the second ends the process. The same however
/// often it is asked for.
///
/// # Errors
/// If the system takes no handler.
pub fn flag() -> io::Result<Arc<AtomicBool>> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(Arc::clone(flag));
    }
    let raised = Arc::new(AtomicBool::new(false));
    for &signal in TERM_SIGNALS {
        // In this order: the handler that ends the process sees the flag of an earlier signal only.
        flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(&raised))?;
        flag::register(signal, Arc::clone(&raised))?;
    }
    Ok(Arc::clone(FLAG.get_or_init(|| raised)))
}
