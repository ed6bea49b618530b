//! What can be typed after `serve`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// A model file that `layerwise train` wrote; read anew at SIGHUP
    pub model: PathBuf,
    /// Where to listen: an address of this machine, or its name
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port; 0 takes any that is free, and the first line of output tells which
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub port: u16,
    /// A file with the token that every request but /health must bring (Authorization: Bearer TOKEN); read anew at
    /// SIGHUP. The page at / asks for it
    #[arg(long, value_name = "FILE", conflicts_with = "no_auth")]
    pub token_file: Option<PathBuf>,
    /// Answer whoever asks, also from other machines
    #[arg(long)]
    pub no_auth: bool,
    /// Another name that requests may call this host by, such as that of a proxy; can be repeated
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Bytes of a request at most, as 512KB or 8MB
    #[arg(long, value_name = "SIZE", default_value = "8MB", value_parser = size)]
    pub max_body: usize,
    /// Rows of a request at most
    #[arg(long, value_name = "N", default_value = "10000", value_parser = number(1, 10_000_000))]
    pub max_rows: usize,
    /// Seconds a request may take to arrive, and again to be answered
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Connections at a time; more are answered 503
    #[arg(long, value_name = "N", default_value = "512", value_parser = number(1, 100_000))]
    pub max_connections: usize,
    /// Rows that may wait to be predicted; more are answered 503
    #[arg(long, value_name = "N", default_value = "4096", value_parser = number(1, 10_000_000))]
    pub max_waiting: usize,
    /// Rows that are predicted together, at most
    #[arg(long, value_name = "N", default_value = "512", value_parser = number(1, 65_536))]
    pub batch_rows: usize,
    /// Milliseconds that a row waits, at most, for others on their way to be predicted together with
    #[arg(long, value_name = "MS", default_value_t = 2.0, value_parser = milliseconds)]
    pub batch_wait: f64,
    /// Threads that predict [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = number(1, 1024))]
    pub threads: Option<usize>,
}

/// How much is taken on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request.
    pub body: usize,
    /// Rows of a request.
    pub rows: usize,
    /// For a request to arrive, and again to be answered.
    pub time: Duration,
    /// At a time.
    pub connections: usize,
    /// Rows that wait.
    pub waiting: usize,
    /// Rows predicted together.
    pub batch_rows: usize,
    /// How long a row waits for others.
    pub batch_wait: Duration,
}

impl ServeArgs {
    /// What was typed of limits.
    pub fn limits(&self) -> Limits {
        Limits {
            body: self.max_body,
            rows: self.max_rows,
            time: Duration::from_secs(self.timeout),
            connections: self.max_connections,
            waiting: self.max_waiting,
            batch_rows: self.batch_rows,
            batch_wait: Duration::from_secs_f64(self.batch_wait / 1e3),
        }
    }
}

/// A whole number in a range.
fn number(least: usize, most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {least} to {most}")),
    }
}

fn milliseconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..=1000.0).contains(&number) => Ok(number),
        _ => Err("must be a number from 0 to 1000".into()),
    }
}

fn size(text: &str) -> Result<usize, String> {
    const MOST: f64 = 1e9;
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        _ => f64::NAN,
    };
    match number.parse::<f64>().map(|number| number * unit) {
        Ok(bytes) if (1.0..=MOST).contains(&bytes) => Ok(bytes as usize),
        _ => Err("must be a number of bytes of at most 1000MB, such as 512KB or 8MB".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units_and_bounds() {
        assert_eq!([size("512KB"), size("8MB"), size("77")], [Ok(512_000), Ok(8_000_000), Ok(77)]);
        assert_eq!(size("1 MiB"), Ok(1 << 20));
        assert!(["0", "-1", "8GB", "x", "", "1e9MB"].iter().all(|wrong| size(wrong).is_err()));
        assert_eq!(milliseconds("0.5"), Ok(0.5));
        assert!(["-1", "NaN", "1001"].iter().all(|wrong| milliseconds(wrong).is_err()));
        assert!(number(1, 9)("10").is_err());
    }
}
