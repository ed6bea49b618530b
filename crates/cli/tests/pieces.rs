//! Predictions for tables of many pieces: in order, as far as they are good, to a file only whole.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const ROWS: usize = 30_000;

fn layerwise(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    program.current_dir(folder).args(arguments).output().unwrap()
}

/// A model that tells numbers above 50, and a long table; its row `bad` has a text.
fn folder(bad: Option<usize>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let row = |i: usize| format!("{},{}\n", i % 97, if i % 97 > 50 { "yes" } else { "no" });
    let small: String = (0..300).map(row).collect();
    fs::write(folder.path().join("small.csv"), format!("x,large\n{small}")).unwrap();
    let long = (0..ROWS).map(|i| match bad {
        Some(bad) if bad == i => format!("{i},oops\n"),
        _ => format!("{i},{}\n", i % 97),
    });
    fs::write(folder.path().join("long.csv"), format!("id,x\n{}", long.collect::<String>()))
        .unwrap();
    let arguments = ["train", "small.csv", "--numbers", "standard", "--epochs", "3", "--quiet"];
    assert_eq!(layerwise(folder.path(), &arguments).status.code(), Some(0));
    folder
}

#[test]
fn rows_stay_in_order_and_each_has_its_own_prediction() {
    let folder = folder(None);
    let output = layerwise(folder.path(), &["predict", "model.safetensors", "long.csv"]);
    let csv = String::from_utf8(output.stdout).unwrap();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("id,x,predicted,probability_yes"));
    let mut of_value = vec![None; 97];
    let mut rows = 0;
    for (i, line) in lines.enumerate() {
        let (id, rest) = line.split_once(',').unwrap();
        assert_eq!(id, i.to_string());
        let of_value = &mut of_value[i % 97];
        assert_eq!(*of_value.get_or_insert(rest), rest, "the same number, the same prediction");
        rows += 1;
    }
    assert_eq!(rows, ROWS);
    let arguments = ["predict", "model.safetensors", "long.csv", "--out", "p.csv"];
    assert_eq!(layerwise(folder.path(), &arguments).status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("p.csv")).unwrap(), csv);
}

#[test]
fn what_comes_before_a_bad_row_is_written_but_no_half_a_file() {
    let folder = folder(Some(20_000));
    let output = layerwise(folder.path(), &["predict", "model.safetensors", "long.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("long.csv, row 20002, column \"x\": \"oops\""), "{message}");
    let rows = output.stdout.iter().filter(|&&byte| byte == b'\n').count() - 1;
    assert!((15_000..=20_000).contains(&rows), "{rows} rows before the bad one");
    let arguments = ["predict", "model.safetensors", "long.csv", "--out", "p.csv"];
    assert_eq!(layerwise(folder.path(), &arguments).status.code(), Some(2));
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.map(|name| name.into_string().unwrap()).all(|name| !name.starts_with("p.csv")));
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_files_and_devices() {
    let folder = folder(None);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("there.csv"), "old").unwrap();
    for (link, to) in [("device", "/dev/null"), ("file", "there.csv"), ("new", "later.csv")] {
        std::os::unix::fs::symlink(to, path(link)).unwrap();
        let arguments = ["predict", "model.safetensors", "long.csv", "--out", link];
        assert_eq!(layerwise(folder.path(), &arguments).status.code(), Some(0));
        assert!(fs::symlink_metadata(path(link)).unwrap().is_symlink(), "{link}");
    }
    for file in ["there.csv", "later.csv"] {
        assert!(fs::read_to_string(path(file)).unwrap().starts_with("id,x,predicted,"));
    }
}
