//! Tables larger than the memory they are learned with.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn layerwise(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    program.current_dir(folder).args(arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = layerwise(folder, arguments);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

fn message(folder: &Path, arguments: &[&str]) -> String {
    let output = layerwise(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Sorted by what is to be learned, as tables often are: read in order, it could not be.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut csv = String::from("id,height,town,weight,size\n");
    for size in ["large", "middle", "small"] {
        for i in 0..20_000_u64 {
            let base = match size {
                "large" => 190,
                "middle" => 170,
                _ => 150,
            };
            let height = base as f64 + (i * 7919 % 1000) as f64 / 40.0 - 8.0;
            let town = ["Bern", "Oslo", "Rome", ""][(i % 4) as usize];
            csv += &format!("k{size}{i},{height},{town},{},{size}\n", i * 31 % 57);
        }
    }
    fs::write(folder.path().join("sizes.csv"), csv).unwrap();
    folder
}

#[test]
fn blocks_teach_what_the_table_would_and_leave_nothing_behind() {
    let folder = folder();
    let path = folder.path();
    let arguments =
        ["train", "sizes.csv", "--target", "size", "--memory", "68MB", "--epochs", "4", "--json"];
    let lines = succeeds(path, &arguments);
    let events: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows = &events[0]["rows"];
    let all: u64 =
        ["train", "validation", "test"].map(|part| rows[part].as_u64().unwrap()).iter().sum();
    assert_eq!(all, 60_000, "no row is lost and none comes twice");
    assert!(rows["train"].as_u64().unwrap() > 30_000);
    let end = events.last().unwrap();
    let measures = &end["scores"]["test"]["measures"];
    let accuracy = measures[0][1].as_f64().unwrap();

    let whole =
        ["train", "sizes.csv", "--target", "size", "--epochs", "4", "--json", "--out", "w.st"];
    let lines = succeeds(path, &whole);
    let end: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let expected = end["scores"]["test"]["measures"][0][1].as_f64().unwrap();
    assert!((accuracy - expected).abs() < 0.01, "{accuracy} from blocks, {expected} in memory");

    let report = succeeds(path, &["evaluate", "model.safetensors", "sizes.csv"]);
    assert!(report.contains("truly small"), "{report}");
    let report = succeeds(path, &["inspect", "model.safetensors"]);
    assert!(report.contains("60000 rows"), "{report}");

    // The same again, to the last byte, also from its own config.
    let model = fs::read(path.join("model.safetensors")).unwrap();
    let config = succeeds(path, &[&arguments[..8], &["--print-config"]].concat());
    assert!(config.contains("memory = \"68MB\""), "{config}");
    fs::write(path.join("sizes.toml"), config).unwrap();
    succeeds(path, &["train", "--config", "sizes.toml", "--quiet", "--out", "again.st"]);
    assert!(fs::read(path.join("again.st")).unwrap() == model);
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    // Pages beside the models aside.
    names.retain(|name| !name.to_string_lossy().ends_with(".html"));
    names.sort();
    assert_eq!(names, ["again.st", "model.safetensors", "sizes.csv", "sizes.toml", "w.st"]);
}

#[test]
fn what_cannot_be_learned_in_blocks_is_said() {
    let folder = folder();
    let path = folder.path();
    let text = message(path, &["train", "-", "--memory", "1GB"]);
    assert!(text.contains("read twice with --memory"), "{text}");
    let text = message(path, &["train", "sizes.csv", "--memory", "64MB"]);
    assert!(text.contains("at least 68MB"), "{text}");
    for help in ["-h", "--help"] {
        assert!(succeeds(path, &["train", help]).contains("at least 68MB"), "{help}");
    }
    let text = message(path, &["train", "sizes.csv", "--memory", "much"]);
    assert!(text.contains("write it as 512MB or 2GB"), "{text}");
    let text = message(path, &["train", "sizes.csv", "--memory", "1GB", "--target", "sise"]);
    assert!(text.contains("did you mean \"size\"?"), "{text}");
    // What is not a table may have its labels elsewhere: to take its last column would be a guess.
    fs::write(path.join("x.idx"), [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 7, 9, 1, 2]).unwrap();
    let text = message(path, &["train", "x.idx", "--memory", "1GB"]);
    assert!(text.contains("--memory is for tables"), "{text}");
    fs::write(path.join("empty.csv"), "a,b\n").unwrap();
    let text = message(path, &["train", "empty.csv", "--memory", "1GB"]);
    assert!(text.contains("has a header but no rows below it"), "{text}");
    let mut csv = fs::read_to_string(path.join("sizes.csv")).unwrap();
    csv.push_str("k,tall,Rome,3,small\n");
    fs::write(path.join("bad.csv"), csv).unwrap();
    let text = message(path, &["train", "bad.csv", "--target", "size", "--memory", "1GB"]);
    assert!(text.contains("row 60002, column \"height\": \"tall\""), "{text}");
}

#[test]
fn a_sample_says_that_it_is_one_and_has_some_of_every_class() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    // Wide enough that a quarter of the memory has no room for all rows.
    let names: String = (0..11).map(|i| format!("n{i},")).collect();
    let row = |i: usize| (0..11).map(|j| format!("{},", i * (j + 3) % 97)).collect::<String>();
    let rows: String = (0..40_000).map(|i| row(i) + ["small\n", "large\n"][i % 97 / 49]).collect();
    let csv = names + "size\n" + &rows;
    let rare: String = (0..6).map(|i| row(i) + "odd\n").collect();
    fs::write(path.join("rare.csv"), csv.clone() + &rare).unwrap();
    let train = ["train", "rare.csv", "--target", "size", "--memory", "68MB", "--epochs", "1"];
    let text = succeeds(path, &train);
    assert!(text.contains("rows learned from, a sample"), "{text}");
    let text = succeeds(path, &["inspect", "model.safetensors"]);
    assert!(text.contains("rows learned from, a sample") && text.contains("odd"), "{text}");
    // A class that the whole table has too little of is refused as it is in memory.
    fs::write(path.join("rare.csv"), csv.clone() + &row(1) + "odd\n").unwrap();
    let expected = "class \"odd\" has 1 row, and each class needs 3";
    assert!(message(path, &train).contains(expected), "{}", message(path, &train));
    assert!(message(path, &train[..4]).contains(expected));
    // And so is a number beyond all others.
    fs::write(path.join("rare.csv"), csv + "1e308" + &row(1)[1..] + "small\n").unwrap();
    let expected = "row 40002, column \"n0\": 1e308 is too large";
    assert!(message(path, &train).contains(expected), "{}", message(path, &train));
    assert!(message(path, &train[..4]).contains(expected));
}
