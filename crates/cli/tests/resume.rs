//! A training that was interrupted and resumed writes the bytes of one that never was.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const OPTIONS: [&str; 6] = ["--epochs", "200", "--patience", "1000", "--target", "group"];

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    program.current_dir(folder).args(arguments);
    program
}

/// Exit code, standard output, standard error.
fn layerwise(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = program(folder, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Exit code and output of a training with these options beside those of all.
fn train(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    layerwise(folder, &[&["train", "people.csv"], &OPTIONS[..], arguments].concat())
}

/// A folder with data on which two hundred epochs take a second or two.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut csv = String::from("age,town,height,group\n");
    for i in 0..2500 {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "Rome"][i * 5 % 3]);
        let group = if age + i % 11 > 48 { "old" } else { "young" };
        csv += &format!("{age},{town},{},{group}\n", 150 + i * 13 % 47);
    }
    fs::write(folder.path().join("people.csv"), csv).unwrap();
    folder
}

/// A training that has come to this event.
fn started(folder: &Path, arguments: &[&str], epoch: usize) -> Child {
    let all = [&["train", "people.csv", "--json"], &OPTIONS[..], arguments].concat();
    let mut training = program(folder, &all).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(training.stdout.take().unwrap());
    let (mut line, wanted) = (String::new(), format!("\"epoch\":{epoch},"));
    while !line.contains(&wanted) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended before epoch {epoch}");
    }
    // The rest is read by nobody; dropped, the pipe would be closed.
    std::thread::spawn(move || lines.read_to_end(&mut vec![]));
    training
}

fn signal(training: &Child, name: &str) {
    let id = training.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

fn interrupt(folder: &Path, arguments: &[&str], epoch: usize) {
    let mut training = started(folder, arguments, epoch);
    signal(&training, "-INT");
    assert_eq!(training.wait().unwrap().code(), Some(0));
}

#[test]
fn interrupted_and_resumed_is_never_interrupted() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(train(path, &["--quiet", "--out", "whole.st"]).0, 0);
    assert!(!path.join("whole.st.checkpoint").exists());

    // Twice: in the first epochs, and in what was resumed.
    interrupt(path, &["--out", "m.st"], 3);
    assert!(path.join("m.st").exists() && path.join("m.st.checkpoint").exists());
    let (_, report, _) = layerwise(path, &["inspect", "m.st"]);
    assert!(report.contains("epoch"), "what was learned so far is a model: {report}");
    interrupt(path, &["--out", "m.st", "--resume"], 12);
    let (code, report, err) = train(path, &["--out", "m.st", "--resume"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(report.contains("resumed after "), "{report}");
    assert!(fs::read(path.join("m.st")).unwrap() == fs::read(path.join("whole.st")).unwrap());
    assert!(!path.join("m.st.checkpoint").exists(), "done");
}

#[test]
fn the_same_from_blocks_on_disk() {
    let folder = folder();
    let path = folder.path();
    let memory = ["--memory", "68MB", "--checkpoint-every", "3600"];
    assert_eq!(train(path, &[&memory[..], &["--quiet", "--out", "whole.st"]].concat()).0, 0);
    interrupt(path, &[&memory[..], &["--out", "m.st"]].concat(), 5);
    assert!(path.join("m.st.checkpoint").exists());
    let other = train(path, &["--memory", "1GB", "--out", "m.st", "--resume"]);
    assert_eq!(other.0, 2);
    assert!(other.2.contains("memory was 68MB, is 1GB"), "{}", other.2);
    assert_eq!(train(path, &[&memory[..], &["--out", "m.st", "--resume"]].concat()).0, 0);
    assert!(fs::read(path.join("m.st")).unwrap() == fs::read(path.join("whole.st")).unwrap());
}

#[test]
fn a_killed_program_loses_little() {
    let folder = folder();
    let path = folder.path();
    // Long enough for a checkpoint after a second.
    let long = ["--out", "m.st", "--checkpoint-every", "1", "--epochs", "100000"];
    let long = ["train", "people.csv", "--json", "--patience", "100000"].iter().chain(&long);
    let long: Vec<&str> = long.copied().collect();
    let mut training = program(path, &long).stdout(Stdio::null()).spawn().unwrap();
    let checkpoint = path.join("m.st.checkpoint");
    let start = std::time::Instant::now();
    while !checkpoint.exists() {
        assert!(start.elapsed().as_secs() < 60, "no checkpoint");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    training.kill().unwrap();
    training.wait().unwrap();
    assert!(!path.join("m.st").exists());
    // It is whole, and goes on until it is interrupted again.
    let mut resumed = program(path, &[&long[..], &["--resume"]].concat());
    let mut training = resumed.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(training.stdout.take().unwrap()).lines();
    let first =
        lines.by_ref().map(Result::unwrap).find(|line| line.contains("\"event\":\"epoch\""));
    assert!(!first.unwrap().contains("\"epoch\":1,"));
    signal(&training, "-INT");
    lines.for_each(|line| drop(line.unwrap()));
    assert_eq!(training.wait().unwrap().code(), Some(0));
    assert!(path.join("m.st").exists());
}

#[test]
fn only_its_own_checkpoint_will_do() {
    let folder = folder();
    let path = folder.path();
    let refuses = |arguments: &[&str], message: &str| {
        let (code, out, err) = train(path, &[arguments, &["--out", "m.st", "--resume"]].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message), "expected {message:?} in {err}");
    };
    refuses(&[], "there is no checkpoint m.st.checkpoint to resume from");
    interrupt(path, &["--out", "m.st"], 2);
    let checkpoint = path.join("m.st.checkpoint");
    let kept = fs::read(&checkpoint).unwrap();

    refuses(
        &["--seed", "7", "--dropout", "0.3"],
        "is of another training: dropout was 0.2, is 0.3; seed was 0, is 7",
    );
    refuses(&["--leave-out", "town"], "leave_out was [], is [\"town\"]");
    let csv = fs::read_to_string(path.join("people.csv")).unwrap();
    fs::write(path.join("people.csv"), csv.replacen("Oslo", "Ulm", 1)).unwrap();
    refuses(&[], "the data are not the same");
    fs::write(path.join("people.csv"), &csv).unwrap();

    let mut damaged = kept.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for (bytes, message) in [
        (&damaged[..], "it is damaged"),
        (&kept[..middle], "cannot be used: not a state of a training: "),
        (b"", "cannot be used: not a state of a training: "),
        (&fs::read(path.join("m.st")).unwrap(), "without the metadata entry"),
    ] {
        fs::write(&checkpoint, bytes).unwrap();
        refuses(&[], message);
    }
    assert!(checkpoint.exists(), "what was refused is left where it is");
    // Started anew, it is said to be lost; and done, it is gone.
    fs::write(&checkpoint, &kept).unwrap();
    let (code, _, err) = train(path, &["--out", "m.st"]);
    assert!(
        code == 0 && err.contains("note: m.st.checkpoint holds a training that was interrupted"),
        "{err}"
    );
    assert!(!checkpoint.exists());
}

#[test]
fn twice_ends_at_once() {
    let folder = folder();
    let path = folder.path();
    let mut training = started(path, &["--out", "m.st"], 2);
    // Two in a row, before the first was seen to; if it was, the program is at its end all the same.
    signal(&training, "-INT");
    let id = training.id().to_string();
    let _ = Command::new("kill").args(["-INT", &id]).status();
    let code = training.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 130)), "{code:?}");
}
