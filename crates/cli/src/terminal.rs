//! What differs between a terminal and a pipe: the bar, colours, and readers that go away.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use layerwise_model::EpochRecord;

use crate::error::CliError;
use crate::report;

/// Standard output for results. Once its reader is gone (`layerwise … | head`) what is written to
/// it is dropped: training goes on to its end, and nothing is reported.
pub fn standard_output() -> impl Write {
    UntilClosed { out: io::stdout().lock(), closed: false }
}

struct UntilClosed<W> {
    out: W,
    closed: bool,
}

impl<W: Write> UntilClosed<W> {
    fn or_closed<R>(&mut self, result: io::Result<R>, instead: R) -> io::Result<R> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.out.write(bytes);
        self.or_closed(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.out.flush();
        self.or_closed(result, ())
    }
}

/// The program as it was called, so that what is suggested can be typed as it stands.
pub fn program() -> String {
    let called = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned());
    report::shell_word(&called.filter(|name| !name.is_empty()).unwrap_or("layerwise".into()))
}

/// What was typed, as it can be typed again.
pub fn command() -> String {
    let rest = std::env::args_os().skip(1);
    let rest = rest.map(|word| report::shell_word(&word.to_string_lossy()));
    std::iter::once("layerwise".to_owned()).chain(rest).collect::<Vec<_>>().join(" ")
}

/// `error: …` and a hint on standard error.
pub fn show_error(error: &CliError) {
    let label = |text| console::style(text).for_stderr().bold();
    let mut err = io::stderr().lock();
    // Nobody is left to be told if this fails.
    let _ = writeln!(err, "{} {}", label("error:").red(), report::printable(&error.to_string()));
    if let Some(hint) = error.hint() {
        let _ = writeln!(err, "{} {}", label("hint:").cyan(), report::printable(&hint));
    }
}

/// `note: …` on standard error: something that did not keep the program from going on.
pub fn show_warning(text: &str) {
    let label = console::style("note:").for_stderr().bold().yellow();
    let _ = writeln!(io::stderr().lock(), "{label} {}", report::printable(text));
}

/// A progress bar on standard error, of epochs or what else is counted; there are clones of it.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    epochs: usize,
    /// Examples of an epoch.
    examples: usize,
    /// Epochs done before it was made.
    before: usize,
    start: Instant,
}

impl Progress {
    /// A bar of so many epochs of so many examples; hidden unless it is wanted and both standard output and
    /// standard error are terminals.
    pub fn new(epochs: usize, examples: usize, wanted: bool) -> Self {
        let all = (epochs as u64).saturating_mul(examples as u64);
        let bar = bar(all, TEMPLATE, wanted);
        bar.set_prefix(format!("epoch 0/{epochs}"));
        Self { bar, epochs, examples, before: 0, start: Instant::now() }
    }

    /// A bar of so many of what is named, in the singular; hidden as [`new`](Self::new) says.
    pub fn counting(what: &str, n: usize) -> Self {
        let bar = bar(n as u64, COUNTING, true);
        bar.set_prefix(what.to_owned());
        bar.tick();
        Self { bar, epochs: 0, examples: 0, before: 0, start: Instant::now() }
    }

    /// The same for a training that has so many epochs behind it.
    pub fn after(mut self, epochs: usize) -> Self {
        self.before = epochs;
        self.stand(epochs, 0);
        self
    }

    /// Shows an epoch.
    pub fn show(&self, record: &EpochRecord) {
        self.stand(record.epoch, 0);
        if !self.bar.is_hidden() {
            let validation = record.validation_cost.unwrap_or(f64::NAN);
            let seen = (self.examples * record.epoch.saturating_sub(self.before)) as f64;
            let rate = seen / self.start.elapsed().as_secs_f64().max(1e-9);
            let rate = HumanCount(rate as u64);
            self.bar.set_message(format!(
                "cost {:.4}  validation {validation:.4}  {rate} examples/s",
                record.cost
            ));
        }
    }

    /// Shows that so many examples of an epoch, counted from 1, are done.
    pub fn within(&self, epoch: usize, examples: usize) {
        self.stand(epoch.saturating_sub(1), examples.min(self.examples));
    }

    /// So many epochs, and examples of the next, are done.
    fn stand(&self, epochs: usize, examples: usize) {
        let done = (epochs as u64).saturating_mul(self.examples as u64);
        self.bar.set_position(done.saturating_add(examples as u64));
        let of = self.epochs;
        self.bar.set_prefix(if examples == 0 {
            format!("epoch {epochs}/{of}")
        } else {
            let [examples, all] = [examples, self.examples].map(|n| HumanCount(n as u64));
            format!("epoch {}/{of}, {examples}/{all} examples", epochs + 1)
        });
    }

    /// One more of what the bar counts is done.
    pub fn advance(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Leaves the bar on the screen as it stands, with the cursor below it.
    pub fn leave(&self) {
        self.bar.abandon();
    }
}

/// A bar that is shown by this template.
fn bar(length: u64, template: &str, wanted: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), target(wanted));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

/// How many rows went by, on standard error.
pub struct Reading(ProgressBar);

impl Reading {
    /// A count that begins at 0; hidden unless it is wanted and both standard output and standard error are
    /// terminals.
    pub fn new(what: &str, wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, target(wanted));
        if let Ok(style) = ProgressStyle::with_template(READING) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// So many rows more.
    pub fn add(&self, rows: usize) {
        self.0.inc(rows as u64);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Standard error, if both it and standard output are terminals.
fn target(wanted: bool) -> ProgressDrawTarget {
    if wanted && io::stdout().is_terminal() && io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

const READING: &str = "{msg} the data: {human_pos} rows  {per_sec}  {elapsed}";

const TEMPLATE: &str = "{prefix} {bar:20.cyan} {msg}  {elapsed}, at most {eta} more";

const COUNTING: &str = "{prefix} {pos}/{len} {bar:20.cyan} {elapsed}, about {eta} more";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_moves_within_an_epoch() {
        let progress = Progress::new(10, 3000, false).after(2);
        let stands = || (progress.bar.position(), progress.bar.prefix());
        assert_eq!(stands(), (6000, "epoch 2/10".into()));
        progress.within(3, 1200);
        assert_eq!(stands(), (7200, "epoch 3/10, 1,200/3,000 examples".into()));
        progress.show(&EpochRecord { epoch: 3, ..EpochRecord::default() });
        assert_eq!(stands(), (9000, "epoch 3/10".into()));
    }

    /// Takes ten bytes, then its reader is gone.
    struct Short(usize, io::ErrorKind);

    impl Write for Short {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(self.1.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_fault_and_a_full_disk_is() {
        let write = |kind| {
            let mut out = UntilClosed { out: Short(10, kind), closed: false };
            writeln!(out, "one line that is longer than that")?;
            writeln!(out, "another")
        };
        assert!(write(io::ErrorKind::BrokenPipe).is_ok());
        assert_eq!(
            write(io::ErrorKind::StorageFull).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }
}
