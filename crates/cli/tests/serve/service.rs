//! Models to serve, and the program that serves them.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::{Answer, get};

/// Ages with gaps, towns, dates, truths, a column whose name is a tag; a group, whether old, and an income.
pub fn people(rows: usize) -> String {
    let mut csv = String::from("age,town,since,<script>,member,group,old,income\n");
    for i in 0..rows {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "Rome"][i * 5 % 3]);
        let shown = if i % 11 == 4 { String::new() } else { age.to_string() };
        let group = match (age > 45, town) {
            (true, _) => "old <b>",
            (_, "Oslo") => "north",
            _ => "south",
        };
        let member = ["False", "True"][i * 3 % 7 % 2];
        let since = format!("20{:02}-{:02}-01", i % 20, i % 12 + 1);
        let income = 1000.5 + 40.0 * age as f64 + if town == "Oslo" { 500.0 } else { 0.0 };
        let old = if age > 45 { "yes" } else { "no" };
        let tag = i * 13 % 17;
        csv += &format!("{shown},{town},{since},{tag},{member},{group},{old},{income}\n");
    }
    csv
}

/// The columns that the models use.
pub const COLUMNS: [&str; 5] = ["age", "town", "since", "<script>", "member"];

/// Runs the program and gives its standard output.
pub fn layerwise(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn output(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    program.current_dir(folder).args(arguments).output().unwrap()
}

/// A folder with `people.csv` and the models `group.st`, `old.st` and `income.st`.
pub fn models() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("people.csv"), people(300)).unwrap();
        for target in ["group", "old", "income"] {
            let out = format!("{target}.st");
            let all = ["group", "old", "income"].into_iter();
            let others: Vec<&str> = all.filter(|&other| other != target).collect();
            let (others, options) = (others.join(","), ["--epochs", "20", "--quiet"]);
            let mut arguments = vec!["train", "people.csv", "--target", target, "--out", &out];
            arguments.extend(["--leave-out", &others]);
            arguments.extend(options);
            layerwise(folder.path(), &arguments);
        }
        folder
    });
    FOLDER.path()
}

/// A folder with a model `heavy.st`, which takes long for many rows.
pub fn heavy() -> &'static Path {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("people.csv"), people(300)).unwrap();
        let train = ["train", "people.csv", "--target", "old", "--leave-out", "group,income"];
        let options = ["--hidden", "3000,3000", "--epochs", "1", "--no-report", "--quiet"];
        layerwise(folder.path(), &[&train[..], &options, &["--out", "heavy.st"]].concat());
        folder
    });
    FOLDER.path()
}

/// Rows of `people.csv` as JSON objects, numbers as numbers and truths as truths.
pub fn objects(rows: std::ops::Range<usize>) -> Vec<Value> {
    let csv = people(rows.end);
    let row = |line: &str| {
        let cell = |(name, cell): (&&str, &str)| {
            let value = match (*name, cell) {
                (_, "") => Value::Null,
                ("age" | "<script>", cell) => Value::from(cell.parse::<i64>().unwrap()),
                ("member", cell) => Value::from(cell == "True"),
                (_, cell) => Value::from(cell),
            };
            ((*name).to_owned(), value)
        };
        Value::Object(COLUMNS.iter().zip(line.split(',')).map(cell).collect())
    };
    csv.lines().skip(1 + rows.start).map(row).collect()
}

/// A running service, killed when dropped.
pub struct Service {
    pub child: Child,
    pub address: String,
    lines: mpsc::Receiver<String>,
}

impl Service {
    /// Serves a model of [`models`] on a free port.
    pub fn start(model: &str, options: &[&str]) -> Self {
        Self::start_in(models(), model, options)
    }

    pub fn start_in(folder: &Path, model: &str, options: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
        program.current_dir(folder);
        Self::start_by(program, model, options)
    }

    /// Serves a model by a command that runs the program.
    pub fn start_by(mut program: Command, model: &str, options: &[&str]) -> Self {
        let mut child = program
            .args(["serve", model, "--port", "0"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let Some(address) = first.trim_end().strip_prefix("listening on http://") else {
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            panic!("{first}{err}");
        };
        let address = address.replace("0.0.0.0", "127.0.0.1");
        let (sender, lines) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, address, lines }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// The next line of standard error.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    /// Waits for its end and gives the exit code.
    pub fn code(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status.code(),
                None => assert!(begun.elapsed() < Duration::from_secs(30), "it does not end"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The sum of what `/metrics` counts under a name, with labels or without.
    pub fn count(&self, name: &str) -> f64 {
        let Answer { body, .. } = get(&self.address, "/metrics");
        let is_it = |line: &&str| {
            line.strip_prefix(name).is_some_and(|rest| {
                rest.starts_with(' ') || name.contains('{') || rest.starts_with('{')
            })
        };
        let lines = body.lines().filter(is_it);
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
