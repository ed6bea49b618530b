//! Options that take back what others say, or would write over what is read.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

#[test]
fn contradictions_are_refused_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let rows: String = (0..200).map(|i| format!("{},{}\n", i * 37 % 101, i % 2)).collect();
    let config = "data = \"t.csv\"\ntarget = \"y\"\nepochs = 2\n";
    fs::write(folder.path().join("t.csv"), format!("x,y\n{rows}")).unwrap();
    fs::write(folder.path().join("c.toml"), config).unwrap();
    let refused: [(&[&str], &str); 4] = [
        (&["train", "t.csv", "--leave-out", "y"], "column \"y\" is to be predicted"),
        (&["train", "--config", "c.toml", "--out", "c.toml"], "it is the config that is read"),
        (&["train", "t.csv", "--out", "t.csv"], "it is the data file itself"),
        (
            &["search", "t.csv", "--out", "m.st", "--save-config", "m.st"],
            "the model and its config cannot be one file",
        ),
    ];
    for (arguments, expected) in refused {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
        let output = program.current_dir(folder.path()).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("c.toml")).unwrap(), config);
    assert!(!folder.path().join("m.st").exists());
}
