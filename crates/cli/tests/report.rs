//! Where the page about a model goes, what is refused, and event files.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = cargo_bin_cmd!("layerwise").current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
    stdout
}

fn refuses(folder: &Path, arguments: &[&str], message: &str) {
    let (code, _, stderr) = run(folder, arguments);
    assert_eq!(code, 2, "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: expected {message:?} in {stderr:?}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

const FEW: [&str; 4] = ["train", "breast-cancer", "--epochs", "2"];

#[test]
fn the_page_lies_beside_the_model_or_where_it_was_asked_for() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let said = succeeds(path, &[&FEW[..], &["--out", "a.st"]].concat());
    assert!(said.contains("how good it is, where it fails and why: a.html"), "{said}");
    assert!(path.join("a.html").is_file());
    succeeds(path, &[&FEW[..], &["--out", "b.st", "--report", "pages.htm", "--quiet"]].concat());
    assert!(path.join("pages.htm").is_file() && !path.join("b.html").exists());
    succeeds(path, &[&FEW[..], &["--out", "c.st", "--no-report", "--quiet"]].concat());
    assert!(!path.join("c.html").exists());
    // What is said of a model does not change it.
    assert_eq!(fs::read(path.join("a.st")).unwrap(), fs::read(path.join("c.st")).unwrap());
    let search =
        ["search", "breast-cancer", "--trials", "2", "--epochs", "2", "--out", "d.st", "--quiet"];
    succeeds(path, &search);
    assert!(path.join("d.html").is_file());
}

#[test]
fn places_where_no_page_can_be_are_refused_before_training() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("pages")).unwrap();
    let train = |rest: &[&'static str]| [&FEW[..], rest].concat();
    refuses(path, &train(&["--report", "pages"]), "it is a folder");
    refuses(path, &train(&["--report", "no/such/page.html"]), "its folder does not exist");
    refuses(path, &train(&["--report", "/proc/page.html"]), "nothing can be written there");
    refuses(path, &train(&["--report", "m.st", "--out", "m.st"]), "cannot be one file");
    refuses(path, &train(&["--report", "./m.st", "--out", "m.st"]), "cannot be one file");
    refuses(path, &train(&["--report", "x.html", "--no-report"]), "cannot be used with");
    assert!(!path.join("model.safetensors").exists() && !path.join("m.st").exists());
    succeeds(path, &train(&["--out", "m.st", "--quiet"]));
    refuses(path, &["report", "m.st", "breast-cancer", "--out", "m.st"], "it is the model");
    refuses(path, &["report", "m.html"], "m.html");
    refuses(path, &["report", "m.st", "--out", "/proc/page.html"], "nothing can be written there");
    fs::write(path.join("other.csv"), "a,b\n1,2\n").unwrap();
    refuses(path, &["report", "m.st", "other.csv"], "no column");
}

#[test]
fn what_nobody_asked_to_replace_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("index.html"), "hello").unwrap();
    let (code, _, stderr) =
        run(path, &[&FEW[..], &["--out", "index.safetensors", "--quiet"]].concat());
    assert!(code == 0 && stderr.contains("index.html is there and no report"), "{stderr}");
    refuses(path, &["report", "index.safetensors"], "it is there and no report");
    assert_eq!(fs::read_to_string(path.join("index.html")).unwrap(), "hello");
    // A page of its own is replaced, and any that was named.
    let named = ["--out", "index.safetensors", "--report", "index.html", "--quiet"];
    succeeds(path, &[&FEW[..], &named].concat());
    succeeds(path, &["report", "index.safetensors", "breast-cancer"]);
}

#[test]
fn a_page_that_says_more_is_not_replaced_unasked() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    succeeds(path, &[&FEW[..], &["--out", "m.st", "--quiet"]].concat());
    let page = fs::read(path.join("m.html")).unwrap();
    refuses(path, &["report", "m.st"], "give the data too, or --out FILE");
    assert_eq!(fs::read(path.join("m.html")).unwrap(), page);
    succeeds(path, &["report", "m.st", "--out", "less.html"]);
    succeeds(path, &["report", "m.st", "breast-cancer"]);
    fs::remove_file(path.join("m.html")).unwrap();
    // One without data is replaced by another.
    succeeds(path, &["report", "m.st"]);
    succeeds(path, &["report", "m.st"]);
}

#[cfg(unix)]
#[test]
fn a_page_is_there_as_a_whole_and_a_link_to_it_stays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    std::os::unix::fs::symlink("v1.html", path.join("latest.html")).unwrap();
    let arguments = ["--out", "m.st", "--report", "latest.html", "--quiet"];
    succeeds(path, &[&FEW[..], &arguments].concat());
    assert!(path.join("latest.html").is_symlink());
    assert!(fs::read_to_string(path.join("v1.html")).unwrap().trim_end().ends_with("</html>"));
    assert!(
        fs::read_dir(path)
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().ends_with(".part") })
    );
}

#[test]
fn names_that_were_mixed_up_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    for verb in ["train", "search"] {
        for name in ["m.html", "m.HTM"] {
            let arguments = [verb, "breast-cancer", "--out", name];
            refuses(path, &arguments, "--out names the model, as in model.safetensors; --report");
        }
    }
    assert_eq!(fs::read_dir(path).unwrap().count(), 0);
    fs::write(path.join("d.csv"), "a,b\n1,2\n").unwrap();
    for verb in ["report", "evaluate", "predict", "explain"] {
        refuses(path, &[verb, "d.csv", "d.csv"], &format!("`layerwise {verb} MODEL DATA`"));
    }
}

#[test]
fn the_last_event_names_the_page() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let end = |arguments: &[&str]| -> serde_json::Value {
        let said = succeeds(path, &[&FEW[..], &["--json", "--out", "m.st"], arguments].concat());
        serde_json::from_str(said.lines().last().unwrap()).unwrap()
    };
    assert_eq!(end(&["--report", "p.html"])["report"], "p.html");
    assert_eq!(end(&[])["report"], "m.html");
    assert!(end(&["--no-report"])["report"].is_null());
    fs::write(path.join("m.html"), "of others").unwrap();
    assert!(end(&[])["report"].is_null());
}

#[test]
fn a_model_that_is_no_better_than_guessing_is_said_to_be() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    // Nothing follows from x.
    let rows: String =
        (0..200).map(|i| format!("{},{}\n", i * 37 % 101, ["a", "b"][i * i % 7 % 2])).collect();
    fs::write(path.join("noise.csv"), format!("x,y\n{rows}")).unwrap();
    succeeds(path, &["train", "noise.csv", "--epochs", "2", "--out", "m.st", "--quiet"]);
    let html = fs::read_to_string(path.join("m.html")).unwrap();
    assert!(html.contains("no better than guessing"), "a verdict");
    fs::write(path.join("few.csv"), "x,y\n1,a\n2,b\n3,a\n").unwrap();
    succeeds(path, &["report", "m.st", "few.csv", "--out", "few.html"]);
    let html = fs::read_to_string(path.join("few.html")).unwrap();
    assert!(html.contains("judged by 3 rows only") && html.contains("may be among these"));
}

#[test]
fn rows_of_one_class_have_a_page_all_the_same() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let rows: String = (0..60)
        .map(|i| format!("{},{}\n", i * 37 % 60, if i % 2 == 0 { "a" } else { "b" }))
        .collect();
    fs::write(path.join("t.csv"), format!("x,y\n{rows}")).unwrap();
    succeeds(path, &["train", "t.csv", "--epochs", "2", "--out", "m.st", "--quiet"]);
    for (name, rows) in [("one.csv", "x,y\n1,a\n2,a\n3,a\n"), ("alone.csv", "x,y\n1,b\n")] {
        fs::write(path.join(name), rows).unwrap();
        succeeds(path, &["report", "m.st", name, "--out", "one.html"]);
        let html = fs::read_to_string(path.join("one.html")).unwrap();
        assert!(html.contains("there is no curve over thresholds"), "{name}");
    }
    // One value of a number.
    let rows: String = (0..60).map(|i| format!("{},{}.5\n", i * 37 % 60, i * 7 % 60)).collect();
    fs::write(path.join("n.csv"), format!("x,y\n{rows}")).unwrap();
    succeeds(path, &["train", "n.csv", "--epochs", "2", "--out", "n.st", "--quiet"]);
    fs::write(path.join("same.csv"), "x,y\n1,2.5\n2,2.5\n").unwrap();
    succeeds(path, &["report", "n.st", "same.csv"]);
    // Then nothing can be said of what the network relies on.
    let html = fs::read_to_string(path.join("n.html")).unwrap();
    assert!(html.contains("The most wrong: the line of the file, and the first of the columns"));
}

#[test]
fn event_files_have_what_training_said() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    succeeds(path, &[&FEW[..], &["--tensorboard", "runs/one", "--quiet"]].concat());
    let mut files = fs::read_dir(path.join("runs/one")).unwrap();
    let file = files.next().unwrap().unwrap();
    assert!(files.next().is_none());
    assert!(file.file_name().to_str().unwrap().starts_with("events.out.tfevents."));
    let bytes = fs::read(file.path()).unwrap();
    // Records: eight bytes of length, four of its sum, the message, four of its sum.
    let (mut records, mut at) = (vec![], 0);
    while at < bytes.len() {
        let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        records.push(String::from_utf8_lossy(&bytes[at + 12..at + 12 + length]).into_owned());
        at += length + 16;
    }
    assert_eq!((records.len(), at), (3, bytes.len()), "the version and two epochs");
    assert!(records[0].contains("brain.Event:2"));
    for tag in [
        "cost/train",
        "cost/validation",
        "accuracy/train",
        "accuracy/validation",
        "learning_rate",
        "layer 1 dense relu/w",
    ] {
        assert!(records[1].contains(tag) && records[2].contains(tag), "{tag}");
    }
    fs::write(path.join("taken"), "").unwrap();
    let (code, _, stderr) = run(path, &[&FEW[..], &["--tensorboard", "taken"]].concat());
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("taken"), "{stderr}");
}
