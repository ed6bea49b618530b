//! What does not go together: arrays and models of other widths, labels, files in each other's place.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The exit code, and both outputs.
fn said(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    let output = program.current_dir(folder).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn refused(folder: &Path, arguments: &[&str], expected: &[&str]) {
    let (code, text) = said(folder, arguments);
    assert_eq!(code, Some(2), "{arguments:?}: {text}");
    for words in expected {
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
}

fn works(folder: &Path, arguments: &[&str]) -> String {
    let (code, text) = said(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {text}");
    text
}

/// An array of bytes in IDX.
fn idx(shape: &[u32], value: impl Fn(u32) -> u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend((0..shape.iter().product()).map(value));
    bytes
}

/// Two classes that follow from the first of six numbers; and the same with twelve.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
    write("x.idx", idx(&[60, 6], |i| (i * 7 % 31) as u8));
    write("wide.idx", idx(&[60, 4, 3], |i| (i * 7 % 31) as u8));
    write("y.idx", idx(&[60], |i| u8::from(i * 42 % 31 > 15)));
    write("one_hot.idx", idx(&[60, 2], |i| (i % 2) as u8));
    write("turned.idx", idx(&[2, 60], |i| u8::from((i % 60) % 2 == i / 60)));
    write("short.idx", idx(&[59], |i| (i % 2) as u8));
    let rows: String = (0..80).map(|i| format!("{},{},{}\n", i * 7 % 31, i % 5, i % 2)).collect();
    write("t.csv", format!("a,b,y\n{rows}").into());
    folder
}

#[test]
fn an_array_of_another_width_is_refused_whatever_its_columns_are_called() {
    let folder = folder();
    let path = folder.path();
    let text = works(path, &["train", "x.idx", "--target", "y.idx", "--epochs", "2"]);
    // What is suggested can be typed.
    assert!(text.contains("evaluate model.safetensors x.idx --labels y.idx"), "{text}");
    works(path, &["evaluate", "model.safetensors", "x.idx", "--labels", "y.idx"]);
    works(path, &["predict", "model.safetensors", "x.idx"]);
    let both = ["12 numbers each", "with 6"];
    refused(path, &["predict", "model.safetensors", "wide.idx"], &both);
    for verb in ["evaluate", "explain"] {
        refused(path, &[verb, "model.safetensors", "wide.idx", "--labels", "y.idx"], &both);
        refused(path, &[verb, "model.safetensors", "x.idx"], &["hint: --labels FILE gives"]);
    }
    // A column of the array as the target need not be there to predict.
    works(path, &["train", "x.idx", "--target", "x5", "--epochs", "2", "--out", "own.st"]);
    let five = idx(&[9, 5], |i| (i * 7 % 31) as u8);
    fs::write(path.join("five.idx"), five).unwrap();
    works(path, &["predict", "own.st", "five.idx"]);
    refused(path, &["predict", "own.st", "wide.idx"], &both);
}

#[test]
fn labels_that_are_not_one_an_example_are_named() {
    let folder = folder();
    let path = folder.path();
    let train = |labels| ["train", "x.idx", "--target", labels];
    refused(path, &train("one_hot.idx"), &["labels have 2 numbers each", "argmax(axis=1)"]);
    let turned = ["shape (2, 60)", "a class each", "transpose them first", "axis=0"];
    refused(path, &train("turned.idx"), &turned);
    refused(path, &train("short.idx"), &["a label for each of 60 examples", "found 59"]);
}

#[test]
fn models_and_data_in_each_others_place_are_told_apart() {
    let folder = folder();
    let path = folder.path();
    works(path, &["train", "t.csv", "--epochs", "2", "--out", "m.st", "--quiet"]);
    let order = "hint: the model comes first, then the data";
    refused(path, &["predict", "t.csv", "m.st"], &["t.csv is a text, as a table is, not", order]);
    refused(path, &["evaluate", "x.idx", "t.csv"], &["x.idx is an array, not a model", order]);
    refused(path, &["train", "m.st"], &["m.st is a model (safetensors), not data"]);
    refused(path, &["predict", "m.st", "m.st"], &["m.st is a model (safetensors), not data"]);
}

#[test]
fn what_is_typed_of_text_is_refused_beside_arrays_and_standard_input_is_for_predict() {
    let folder = folder();
    let path = folder.path();
    let train: &[&str] = &["train", "x.idx", "--target", "y.idx"];
    for options in [&["--delimiter", ";"][..], &["--no-header"], &["--header"]] {
        let expected = format!("{} goes with CSV, and this is an array", options[0]);
        refused(path, &[train, options].concat(), &[&expected]);
    }
    works(path, &[train, &["--epochs", "2", "--quiet"]].concat());
    for verb in [&["look"][..], &["train"], &["cross-validate"], &["evaluate", "model.safetensors"]]
    {
        refused(path, &[verb, &["-"]].concat(), &["only `predict` reads standard input"]);
    }
}

#[test]
fn what_is_typed_of_a_file_is_refused_beside_a_shipped_set() {
    let folder = folder();
    let path = folder.path();
    works(path, &["train", "breast-cancer", "--epochs", "2", "--quiet"]);
    let set = "breast-cancer";
    let train = ["train", set, "--epochs", "2"];
    let verbs: [&[&str]; 7] = [
        &["look", set],
        &train,
        &["train", set, "--memory", "100MB"],
        &["cross-validate", set],
        &["predict", "model.safetensors", set],
        &["evaluate", "model.safetensors", set],
        &["explain", "model.safetensors", set],
    ];
    for verb in verbs {
        for option in [&["--no-header"][..], &["--header"], &["--delimiter", ";"]] {
            let expected = [option[0], "is a shipped set", "write ./breast-cancer"];
            refused(path, &[verb, option].concat(), &expected);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_model_written_through_a_link_leaves_the_link() {
    let folder = folder();
    let path = folder.path();
    std::os::unix::fs::symlink("v1.st", path.join("latest.st")).unwrap();
    for _ in 0..2 {
        works(path, &["train", "t.csv", "--epochs", "2", "--out", "latest.st", "--quiet"]);
        assert!(fs::symlink_metadata(path.join("latest.st")).unwrap().is_symlink());
        works(path, &["predict", "v1.st", "t.csv"]);
    }
}

#[cfg(unix)]
#[test]
fn a_place_where_nothing_can_be_written_is_refused_before_training() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder();
    let path = folder.path();
    symlink("nowhere/model.st", path.join("astray.st")).unwrap();
    symlink("loop.st", path.join("loop.st")).unwrap();
    symlink("t.csv", path.join("data.st")).unwrap();
    fs::write(path.join("kept.st"), "").unwrap();
    fs::set_permissions(path.join("kept.st"), fs::Permissions::from_mode(0o444)).unwrap();
    for (out, words) in [
        ("astray.st", &["leads to", "nowhere/model.st", "does not exist"][..]),
        ("loop.st", &["leads to"]),
        ("data.st", &["the data file itself"]),
        ("kept.st", &["only be read"]),
    ] {
        refused(path, &["train", "t.csv", "--epochs", "2", "--out", out], words);
    }
    assert!(fs::symlink_metadata(path.join("loop.st")).unwrap().is_symlink());

    // A model that others may not read stays one.
    let mode = || fs::metadata(path.join("own.st")).unwrap().permissions().mode() & 0o777;
    works(path, &["train", "t.csv", "--epochs", "2", "--out", "own.st", "--quiet"]);
    fs::set_permissions(path.join("own.st"), fs::Permissions::from_mode(0o600)).unwrap();
    works(path, &["train", "t.csv", "--epochs", "3", "--out", "own.st", "--quiet"]);
    assert_eq!(mode(), 0o600);
}

#[test]
fn classes_written_apart_stay_apart_where_they_are_categories() {
    let folder = folder();
    let path = folder.path();
    for labels in [&["1", "01"][..], &["1", "01", "2"]] {
        let row = |i: usize| format!("{},{}\n", i % labels.len(), labels[i % labels.len()]);
        let rows: String = (0..90).map(row).collect();
        fs::write(path.join("codes.csv"), format!("a,y\n{rows}")).unwrap();
        let train = ["train", "codes.csv", "--target", "y", "--categories", "y", "--epochs", "40"];
        works(path, &train);
        let text = works(path, &["evaluate", "model.safetensors", "codes.csv"]);
        let (code, predicted) = said(path, &["predict", "model.safetensors", "codes.csv"]);
        assert_eq!(code, Some(0));
        let right = predicted.lines().skip(1).filter(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            cells[1] == cells[2]
        });
        assert_eq!(right.count(), 90, "{text}\n{predicted}");
    }
}

#[test]
fn a_date_in_another_order_than_the_models_is_met_with_the_option() {
    let folder = folder();
    let path = folder.path();
    let rows: String =
        (0..60).map(|i| format!("0{}/0{}/2024,{}\n", i % 9 + 1, i % 7 + 1, i % 2)).collect();
    fs::write(path.join("days.csv"), format!("when,y\n{rows}")).unwrap();
    works(path, &["train", "days.csv", "--epochs", "2"]);
    let inspect = ["inspect", "model.safetensors"];
    let text = works(path, &inspect);
    assert!(text.contains("date, month first") && !text.contains("--dates"), "{text}");
    fs::write(path.join("new.csv"), "when\n25/04/2024\n").unwrap();
    let predict = ["predict", "model.safetensors", "new.csv"];
    refused(path, &predict, &["25/04/2024", "--dates day-first"]);
    works(path, &["train", "days.csv", "--epochs", "2", "--dates", "day-first"]);
    works(path, &predict);
    let text = works(path, &inspect);
    assert!(
        text.contains("date, day first") && text.contains("--dates day-first was typed"),
        "{text}"
    );
}
