//! Standard output whose reader may go away (`cargo xtask … | head`).

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stdout};
use std::process::exit;

/// Prints a line, as `println!` does. Once nobody reads, what is printed is dropped and the task goes on to its
/// end, so that its exit code still says what was found.
macro_rules! say {
    () => { crate::output::line(format_args!("")) };
    ($($text:tt)*) => { crate::output::line(format_args!($($text)*)) };
}
pub(crate) use say;

/// What [`say`] does.
pub(crate) fn line(text: Arguments<'_>) {
    match writeln!(stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write the output: {error}");
            exit(1);
        }
        _ => {}
    }
}
