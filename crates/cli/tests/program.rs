//! The program as its user meets it: what it prints, writes and answers.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// What a run left: exit code, standard output, standard error.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn layerwise(folder: &Path, arguments: &[&str]) -> Run {
    let output = cargo_bin_cmd!("layerwise").current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    Run { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let run = layerwise(folder, arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
    run.stdout
}

/// Runs, expects exit code 2, nothing but one message, and this text in it.
fn refuses(folder: &Path, arguments: &[&str], message: &str) {
    let Run { code, stdout, stderr } = layerwise(folder, arguments);
    assert_eq!(code, 2, "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: expected {message:?} in {stderr:?}");
    assert_eq!(stderr.matches("error:").count(), 1, "{stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
    assert!(stdout.is_empty(), "{stdout}");
}

/// A line of the table of results: train, validation, test.
fn scores(report: &str, name: &str) -> Vec<f64> {
    let line = report.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    line.split_whitespace().skip(1).map(|score| score.parse().unwrap()).collect()
}

/// Two clouds of points that a line parts, labelled `no` and `yes`.
fn clouds(rows: usize) -> String {
    let mut csv = String::from("height,width,answer\n");
    for i in 0..rows {
        let (side, wiggle) = ((i % 2) as f64, (i * 37 % 100) as f64 / 100.0);
        let answer = if side > 0.0 { "yes" } else { "no" };
        csv += &format!("{},{},{answer}\n", 3.0 * side + wiggle, 10.0 - 5.0 * side - wiggle);
    }
    csv
}

#[test]
fn without_arguments_it_trains_on_the_shipped_set() {
    let folder = TempDir::new().unwrap();
    let report = succeeds(folder.path(), &[]);
    for text in [
        "Wolberg",
        "CC BY 4.0",
        "(32, 30)",
        "1537",
        "accuracy",
        "AUC",
        "malignant",
        "model written to model.safetensors",
        "predict model.safetensors breast-cancer",
    ] {
        assert!(report.contains(text), "expected {text:?} in {report}");
    }
    assert!(fs::metadata(folder.path().join("model.safetensors")).unwrap().len() > 1537 * 4);
}

#[test]
fn piped_output_is_plain_text() {
    let folder = TempDir::new().unwrap();
    let run = layerwise(folder.path(), &["train", "breast-cancer", "--epochs", "3"]);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(['\u{1b}', '\r']), "{text:?}");
    }
}

#[test]
fn the_defaults_reach_97_percent_held_out_over_five_seeds() {
    let folder = TempDir::new().unwrap();
    let mut sum = 0.0;
    for seed in ["0", "1", "2", "3", "4"] {
        let report = succeeds(folder.path(), &["train", "breast-cancer", "--seed", seed]);
        sum += scores(&report, "accuracy")[2];
    }
    assert!(sum / 5.0 >= 0.97, "mean test accuracy {}", sum / 5.0);
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_does_not() {
    let folder = TempDir::new().unwrap();
    let model = |seed, name| {
        let arguments = ["train", "breast-cancer", "--epochs", "5", "--seed", seed, "--out", name];
        succeeds(folder.path(), &arguments);
        fs::read(folder.path().join(name)).unwrap()
    };
    let first = model("7", "a.safetensors");
    assert!(first == model("7", "b.safetensors"));
    assert!(first != model("8", "c.safetensors"));
}

#[test]
fn a_table_of_ones_own_from_training_to_prediction() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("clouds.csv"), clouds(60)).unwrap();
    let report = succeeds(path, &["train", "clouds.csv", "--hidden", "4", "--out", "m.st"]);
    assert_eq!(scores(&report, "accuracy"), [1.0, 1.0, 1.0]);

    let report = succeeds(path, &["evaluate", "m.st", "clouds.csv"]);
    assert_eq!(scores(&report, "accuracy"), [1.0]);
    let report = succeeds(path, &["inspect", "m.st"]);
    for text in ["predicts answer: one of two classes", "height", "epoch", "no, yes"] {
        assert!(report.contains(text), "expected {text:?} in {report}");
    }
    let json = succeeds(path, &["inspect", "m.st", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["data"]["rows"], 60);

    // The answer unknown, the columns in another order, one too many.
    fs::write(path.join("new.csv"), "name,width,height\nx,9.5,0.5\ny,4.5,3.5\n").unwrap();
    let predicted = succeeds(path, &["predict", "m.st", "new.csv"]);
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!(lines[0], "name,width,height,predicted,probability_yes");
    assert!(lines[1].starts_with("x,9.5,0.5,no,0."), "{}", lines[1]);
    assert!(lines[2].starts_with("y,4.5,3.5,yes,"), "{}", lines[2]);
}

#[test]
fn a_target_that_is_not_the_last_column() {
    let folder = TempDir::new().unwrap();
    let turned: String = clouds(60)
        .lines()
        .map(|line| line.rsplit(',').collect::<Vec<_>>().join(",") + "\n")
        .collect();
    fs::write(folder.path().join("t.csv"), turned).unwrap();
    let arguments = ["train", "t.csv", "--target", "answer", "--hidden", "none"];
    let report = succeeds(folder.path(), &arguments);
    assert_eq!(scores(&report, "accuracy")[2], 1.0);
}

#[test]
fn options_that_cannot_be_used_are_refused_in_one_message() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("good.csv", &clouds(60));
    let no_column = ["train", "good.csv", "--target", "anwser"];
    refuses(path, &no_column, "good.csv has no column \"anwser\"");
    refuses(path, &["train", "good.csv", "--out", "no/m.st"], "its folder does not exist");
    refuses(path, &["train", "good.csv", "--hidden", "0"], "at least 1");
    refuses(path, &["train", "good.csv", "--learning-rate", "-1"], "must be above 0");
    assert!(!path.join("model.safetensors").exists(), "a refused run wrote a model");
}

#[test]
fn a_model_that_is_not_one_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("good.csv"), clouds(60)).unwrap();
    fs::write(path.join("other.csv"), "a,b,answer\n1,2,no\n").unwrap();
    succeeds(path, &["train", "good.csv", "--epochs", "1", "--out", "m.st"]);
    let bytes = fs::read(path.join("m.st")).unwrap();
    fs::write(path.join("cut.st"), &bytes[..bytes.len() - 3]).unwrap();
    fs::write(path.join("none.st"), "").unwrap();
    for command in ["predict", "evaluate"] {
        refuses(path, &[command, "good.csv", "good.csv"], "not a model");
        refuses(path, &[command, "cut.st", "good.csv"], "cut.st");
        refuses(path, &[command, "none.st", "good.csv"], "none.st");
        refuses(path, &[command, "missing.st", "good.csv"], "missing.st");
        refuses(path, &[command, "m.st", "other.csv"], "no column \"height\"");
    }
}

#[test]
fn a_training_that_runs_away_says_so_and_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("good.csv"), clouds(60)).unwrap();
    let run = layerwise(path, &["train", "good.csv", "--learning-rate", "1e38", "--epochs", "9"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("training diverged: in epoch"), "{}", run.stderr);
    assert!(run.stderr.contains("try a smaller learning rate"), "{}", run.stderr);
    assert!(!path.join("model.safetensors").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_training_keeps_what_it_learned() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("good.csv"), clouds(60)).unwrap();
    let mut training = Command::new(env!("CARGO_BIN_EXE_layerwise"))
        .current_dir(path)
        .args(["train", "good.csv", "--epochs", "1000000000", "--patience", "1000000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough to be in the middle of it.
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs(2));
    let id = training.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let status = training.wait().unwrap();
    assert!(start.elapsed() < Duration::from_secs(60));
    let mut out = String::new();
    std::io::Read::read_to_string(&mut training.stdout.take().unwrap(), &mut out).unwrap();
    assert_eq!(status.code(), Some(0), "{out}");
    assert!(out.contains("interrupted after"), "{out}");
    assert!(succeeds(path, &["evaluate", "model.safetensors", "good.csv"]).contains("accuracy"));
}

#[test]
fn the_examples_of_the_readme_run() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let customers = clouds(60).replace("answer", "churned");
    for name in ["customers.csv", "new.csv", "labelled.csv"] {
        fs::write(path.join(name), &customers).unwrap();
    }
    let readme = include_str!("../README.md");
    let block = readme.split("```").nth(1).unwrap();
    let lines: Vec<&str> = block.lines().filter(|line| line.starts_with("layerwise")).collect();
    assert_eq!(lines.len(), 7);
    for line in lines {
        let command = line.split("  ").next().unwrap();
        let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        succeeds(path, &arguments);
    }
}

#[cfg(not(feature = "serve"))]
#[test]
fn a_program_without_the_service_says_how_to_get_it() {
    let folder = TempDir::new().unwrap();
    for arguments in [&["serve"][..], &["serve", "m.st", "--port", "80", "--host", "::"]] {
        let run = layerwise(folder.path(), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            run.stderr.contains("cargo install --path crates/cli --features serve"),
            "{}",
            run.stderr
        );
    }
}
