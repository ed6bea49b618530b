//! Tables of all kinds, from training to prediction: several classes, numbers, gaps, dates, pipes.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn layerwise(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = program.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // The program may write before it has read all.
        scope.spawn(move || stdin.write_all(input).unwrap());
        program.wait_with_output().unwrap()
    })
}

fn succeeds(folder: &Path, arguments: &[&str], input: &[u8]) -> (String, String) {
    let output = layerwise(folder, arguments, input);
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
    (out, err)
}

/// Ages with gaps, towns, dates and a remark; a group that follows from age and town, and an income.
fn people(rows: usize) -> String {
    let mut csv = String::from("id;age;town;since;remark;group;income\n");
    for i in 0..rows {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "Rome"][i * 5 % 3]);
        let shown = if i % 11 == 4 { "NA".into() } else { age.to_string() };
        let group = match (age > 45, town) {
            (true, _) => "old",
            (_, "Oslo") => "north",
            _ => "south",
        };
        let since = format!("20{:02}-{:02}-01", i % 20, i % 12 + 1);
        let income = 1000.5 + 40.0 * age as f64 + if town == "Oslo" { 500.0 } else { 0.0 };
        csv += &format!("{i};{shown};{town};{since};remark {i};{group};{income}\n");
    }
    csv
}

#[test]
fn several_classes_from_mixed_columns() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people(400)).unwrap();
    let arguments = ["train", "people.csv", "--target", "group", "--leave-out", "income"];
    let (report, _) = succeeds(path, &arguments, b"");
    for text in [
        "400 rows, 7 columns",
        "one of several classes",
        "left out: id (it counts the rows)",
        "left out: remark (free text",
        "left out: income (as asked for)",
        "dense softmax",
    ] {
        assert!(report.contains(text), "expected {text:?} in {report}");
    }
    let line = report.lines().find(|line| line.trim_start().starts_with("accuracy")).unwrap();
    let test: f64 = line.split_whitespace().last().unwrap().parse().unwrap();
    assert!(test > 0.85, "{report}");

    // From standard input, in another order, with a town that was never seen and an age that is missing.
    let new = b"town,age,since,name\nOslo,30,2010-01-01,x\nUlm,NA,2011-01-01,\"y, z\"\n";
    let (csv, notes) = succeeds(path, &["predict", "model.safetensors", "-"], new);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "town,age,since,name,predicted,probability_north,probability_old,probability_south"
    );
    assert!(lines[1].starts_with("Oslo,30,2010-01-01,x,north,"), "{csv}");
    assert!(lines[2].starts_with("Ulm,NA,2011-01-01,\"y, z\","), "{csv}");
    let sum: f64 = lines[1].split(',').skip(5).map(|p| p.parse::<f64>().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-5);
    assert!(notes.contains("column \"town\": 1 row with a value not seen in training"), "{notes}");
    let (report, _) = succeeds(path, &["evaluate", "model.safetensors", "people.csv"], b"");
    assert!(report.contains("truly south"), "{report}");
}

#[test]
fn numbers_are_predicted_in_their_own_units() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people(400)).unwrap();
    let arguments = ["train", "people.csv", "--leave-out", "group", "--json", "--epochs", "100"];
    let (lines, _) = succeeds(path, &arguments, b"");
    let events: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["task"]), (&"start".into(), &"regression".into()));
    assert_eq!(events[1]["event"], "epoch");
    let end = events.last().unwrap();
    assert_eq!(end["event"], "end");
    assert_eq!(events.len() as u64, end["epochs"].as_u64().unwrap() + 2);
    assert!(end["scores"]["test"]["measures"][0][1].as_f64().unwrap() > 0.8, "{end}");

    let (csv, _) = succeeds(path, &["predict", "model.safetensors", "people.csv"], b"");
    let row: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    let (truth, predicted): (f64, f64) = (row[6].parse().unwrap(), row[7].parse().unwrap());
    assert!((truth - predicted).abs() < 300.0, "{row:?}");
}

#[test]
fn a_look_tells_what_is_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people(400)).unwrap();
    let (report, _) = succeeds(path, &["look", "people.csv", "--target", "group"], b"");
    for text in [
        "400 rows, 7 columns: 2 number, 2 category, 1 date, 1 text, 1 row number; 36 missing values",
        "Bern (134)",
        "20 to 69",
        "3 classes: old",
    ] {
        assert!(report.contains(text), "expected {text:?} in {report}");
    }
}

#[test]
fn folds_importance_completions_and_pages() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people(200)).unwrap();
    let arguments = ["cross-validate", "people.csv", "--leave-out", "group", "--folds", "3"];
    let (report, _) = succeeds(path, &arguments, b"");
    let rows: Vec<&str> = report.lines().filter(|line| line.contains("0.")).collect();
    assert_eq!(rows.len(), 5, "three folds, mean and deviation: {report}");
    assert_eq!(succeeds(path, &arguments, b"").0, report, "the same again");
    assert!(!path.join("model.safetensors").exists());

    succeeds(path, &["train", "people.csv", "--leave-out", "group", "--quiet"], b"");
    let (report, _) = succeeds(path, &["explain", "model.safetensors", "people.csv"], b"");
    let columns: Vec<&str> =
        report.lines().skip(5).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(columns[0], "age", "{report}");
    assert!(!report.contains("at random"), "all rows: {report}");
    let some = ["explain", "model.safetensors", "people.csv", "--rows", "60"];
    let (report, _) = succeeds(path, &some, b"");
    assert!(report.contains("200 rows\nof these 60 drawn at random stand for all"), "{report}");
    assert_eq!(succeeds(path, &some, b"").0, report, "the same again");

    let (script, _) = succeeds(path, &["completions", "bash"], b"");
    assert!(script.contains("cross-validate") && script.contains("--leave-out"));
    succeeds(path, &["manual", "."], b"");
    let page = fs::read_to_string(path.join("layerwise-train.1")).unwrap();
    assert!(page.contains("Examples"), "{page}");
}

#[test]
fn a_packed_file_and_a_quiet_run() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let mut packer = flate2::write::GzEncoder::new(
        fs::File::create(path.join("people.csv.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    packer.write_all(people(100).as_bytes()).unwrap();
    packer.finish().unwrap();
    let arguments = ["train", "people.csv.gz", "--quiet", "--epochs", "2"];
    let (out, err) = succeeds(path, &arguments, b"");
    assert_eq!((out.as_str(), err.as_str()), ("", ""));
    assert!(path.join("model.safetensors").exists());
}

#[test]
fn more_rows_than_are_read_at_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people(100)).unwrap();
    succeeds(path, &["train", "people.csv", "--quiet", "--epochs", "2"], b"");
    let many = people(40_000);
    let (csv, _) = succeeds(path, &["predict", "model.safetensors", "-"], many.as_bytes());
    assert_eq!(csv.lines().count(), 40_001);
    for (read, written) in many.lines().zip(csv.lines()) {
        let written = written.rsplit_once(',').unwrap().0;
        assert_eq!(read.replace(';', ","), written);
    }
}
