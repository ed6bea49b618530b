//! `layerwise search`: the best of many, reproducible, and a config of it.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

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

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = layerwise(folder, arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

fn events(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn is(event: &Value, name: &str) -> bool {
    event["event"] == name
}

const SEARCH: [&str; 6] = ["search", "breast-cancer", "--trials", "6", "--epochs", "40"];

#[test]
fn the_best_is_kept_and_can_be_trained_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let report = succeeds(path, &[&SEARCH[..], &["--save-config", "best.toml"]].concat());
    for text in ["6 trials", "6/6", "The best", "learning_rate = ", "accuracy", "model written to"]
    {
        assert!(report.contains(text), "expected {text:?} in {report}");
    }
    let model = fs::read(path.join("model.safetensors")).unwrap();
    succeeds(path, &["train", "--config", "best.toml", "--quiet", "--out", "again.st"]);
    assert!(fs::read(path.join("again.st")).unwrap() == model);

    // The same again, and as events; the best is the one of the lowest cost, the first of equals.
    let lines = succeeds(path, &[&SEARCH[..], &["--json", "--out", "json.st"]].concat());
    assert!(fs::read(path.join("json.st")).unwrap() == model);
    let events = events(&lines);
    assert!(is(&events[0], "start") && is(events.last().unwrap(), "end"));
    let trials: Vec<&Value> = events.iter().filter(|event| is(event, "trial")).collect();
    let cost = |trial: &Value| trial["validation_cost"].as_f64().unwrap();
    let lowest = trials.iter().map(|trial| cost(trial)).fold(f64::INFINITY, f64::min);
    assert_eq!(trials.len(), 6);
    let best = trials.iter().rfind(|trial| trial["best"] == true).unwrap();
    assert_eq!(cost(best), lowest);
    let kept = &events.last().unwrap()["scores"]["validation"]["cost"];
    assert!((kept.as_f64().unwrap() - lowest).abs() < 1e-6, "{kept} {lowest}");

    // The first is what train does by itself.
    let (first, defaults) = (&trials[0]["options"], ["hidden", "learning_rate", "numbers"]);
    let train = succeeds(path, &["train", "breast-cancer", "--epochs", "40", "--print-config"]);
    for key in defaults {
        let line = train.lines().find(|line| line.starts_with(key)).unwrap();
        assert_eq!(line.split(" = ").nth(1).unwrap().replace(' ', ""), first[key].to_string());
    }
    // Another seed, other trials.
    let other = succeeds(path, &[&SEARCH[..], &["--json", "--seed", "1"]].concat());
    let second = |lines: &str| {
        let mut trials = lines.lines().filter(|line| line.contains("\"event\":\"trial\""));
        trials.nth(1).unwrap().to_owned()
    };
    assert_ne!(second(&other), second(&lines));
}

#[test]
fn what_is_given_is_not_searched() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let given = ["--hidden", "8", "--dropout", "0", "--numbers", "standard"];
    let lines = succeeds(path, &[&SEARCH[..], &given, &["--json"]].concat());
    let trials: Vec<Value> = events(&lines).into_iter().filter(|e| is(e, "trial")).collect();
    assert!(trials.iter().all(|trial| trial["options"]["hidden"] == serde_json::json!([8])));
    let rates: std::collections::BTreeSet<String> =
        trials.iter().map(|trial| trial["options"]["learning_rate"].to_string()).collect();
    assert!(rates.len() > 4, "{rates:?}");

    // In a config as well, with the numbers of trials; what is searched is not in what is printed.
    let config = succeeds(path, &[&SEARCH[..], &given, &["--print-config"]].concat());
    assert!(config.contains("hidden = [8]") && config.contains("trials = 6"), "{config}");
    assert!(!config.contains("learning_rate"), "{config}");
    fs::write(path.join("c.toml"), config).unwrap();
    assert_eq!(succeeds(path, &["search", "--config", "c.toml", "--json"]).lines().count(), 8);
}

#[test]
fn a_search_ends_when_asked_to_and_keeps_the_best() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let long = ["search", "breast-cancer", "--trials", "100000", "--json"];
    let start = Instant::now();
    let lines = succeeds(path, &[&long[..], &["--minutes", "0.02"]].concat());
    assert!(start.elapsed().as_secs() < 30 && lines.contains("\"event\":\"end\""));
    fs::remove_file(path.join("model.safetensors")).unwrap();

    let mut search = program(path, &long).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(search.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.contains("\"trial\":2,")).unwrap();
    let id = search.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(lines.last().unwrap().contains("\"event\":\"end\""));
    assert_eq!(search.wait().unwrap().code(), Some(0));
    assert!(path.join("model.safetensors").exists());
}

#[test]
fn what_train_refuses_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let all = [
        "--hidden",
        "8",
        "--dropout",
        "0",
        "--learning-rate",
        "0.1",
        "--weight-decay",
        "0",
        "--batch-size",
        "32",
        "--numbers",
        "bins",
    ];
    let cases: [(&[&str], &str); 9] = [
        (&["breast-cancer", "--trials", "0"], "must be at least 1"),
        (&["breast-cancer", "--trials", "100001"], "must be at most 100000"),
        (&["breast-cancer", "--minutes", "0"], "must be above 0"),
        (&["breast-cancer", "--minutes", "nan"], "must be above 0"),
        (&["absent.csv"], "cannot read absent.csv"),
        (&["breast-cancer", "--target", "diagnosys"], "did you mean \"diagnosis\"?"),
        (&["breast-cancer", "--out", "no/m.st"], "its folder does not exist"),
        (&["breast-cancer", "--save-config", "no/c.toml"], "its folder does not exist"),
        (&["breast-cancer", "--hidden", "100000,100000"], "is too large"),
    ];
    let everything = [&["breast-cancer"], &all[..]].concat();
    let nothing_left: (&[&str], &str) =
        (&everything, "nothing is left to search: --hidden, --dropout");
    for (arguments, message) in cases.into_iter().chain([nothing_left]) {
        let (code, out, err) = layerwise(path, &[&["search", "--json"], arguments].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
        assert!(!path.join("model.safetensors").exists());
    }
    let (code, _, err) =
        layerwise(path, &["search", "breast-cancer", "--learning-rate", "1e30", "--trials", "2"]);
    assert!(code == 2 && err.contains("all 2 trials diverged"), "{err}");
}
