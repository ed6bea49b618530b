//! What machines read of a page.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use layerwise_model::ModelFile;
use serde_json::{Value, json};
use tempfile::TempDir;

fn succeeds(folder: &Path, arguments: &[&str]) {
    let output = cargo_bin_cmd!("layerwise").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn facts(page: &Path) -> Value {
    let html = fs::read_to_string(page).unwrap();
    let (_, rest) = html.split_once("id=\"facts\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// Rows of two numbers and three classes, some of them wrong.
fn three(rows: usize) -> String {
    let mut csv = String::from("x,y,kind\n");
    for i in 0..rows {
        let (x, y) = (i * 37 % 101, i * 53 % 97);
        let kind = if i % 9 == 0 { i % 3 } else { (x + y) / 70 };
        csv += &format!("{x},{y},{}\n", ["low", "middle", "high"][kind.min(2)]);
    }
    csv
}

#[test]
fn what_the_plots_show_is_there_in_figures() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("three.csv"), three(400)).unwrap();
    succeeds(path, &["train", "three.csv", "--epochs", "8", "--out", "m.st", "--quiet"]);
    let of = facts(&path.join("m.html"));
    let findings = &of["findings"];
    let confusion = findings["confusion"].as_array().unwrap();
    let count =
        |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(confusion.len(), 3);
    assert_eq!(Some(confusion.iter().map(count).sum()), of["scores"]["test"]["examples"].as_u64());
    for curve in findings["curves"].as_array().unwrap() {
        let points = &curve["points"];
        let n = |name: &str| points[name].as_array().unwrap().len();
        assert!(n("recall") > 2 && n("recall") == n("precision"), "{curve}");
        assert_eq!(n("recall"), n("false_positive_rate"));
    }
    assert!(!findings["calibration"]["bins"].as_array().unwrap().is_empty());
    let importance = &findings["importance"]["columns"];
    assert!(importance[0]["falls_by"].is_f64() && importance[0]["deviation"].is_f64());
    let dependence = &findings["partial_dependence"][0];
    let n = |of: &Value| of.as_array().unwrap().len();
    assert_eq!(n(&dependence["values"]), n(&dependence["outputs"][0]["mean"]));
    // The mean over classes has an interval, as that of two classes has.
    let auc = &of["judged"]["AUC"];
    let [low, high] = [0, 1].map(|i| auc["interval"][i].as_f64().unwrap());
    let value = auc["value"].as_f64().unwrap();
    assert!(low < value && value < high && high - low < 0.5, "{auc}");
    // Both parts were measured after each epoch.
    let measured = &of["measured"];
    assert_eq!([n(&measured["training"]), n(&measured["validation"])], [8, 8]);
    assert!(measured["training"][7].as_f64().unwrap() > 0.4, "{measured}");
    assert_eq!(of["data_name"], "three.csv");
    let rows = of["data"]["distribution"]["rows"].as_array().unwrap();
    assert_eq!((rows.len(), rows.iter().map(count).sum::<u64>()), (3, 400));
}

#[test]
fn a_number_has_its_errors_and_how_it_is_spread() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let rows: String = (0..200).map(|i| format!("{},{}.5\n", i * 37 % 101, i * 37 % 101)).collect();
    fs::write(path.join("n.csv"), format!("x,y\n{rows}")).unwrap();
    succeeds(path, &["train", "n.csv", "--epochs", "3", "--out", "m.st", "--quiet"]);
    let html = fs::read_to_string(path.join("m.html")).unwrap();
    assert!(
        html.contains("How y is spread") && html.contains("RMSE on training and validation rows")
    );
    let of = facts(&path.join("m.html"));
    assert_eq!(of["findings"]["predicted_and_true"].as_array().unwrap().len(), 40);
    assert!(of["findings"]["errors"]["half_within"].is_f64());
    assert_eq!(of["data"]["distribution"]["edges"].as_array().unwrap().len(), 21);
}

#[test]
fn a_page_made_later_knows_the_options() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("three.csv"), three(150)).unwrap();
    let options = ["--epochs", "4", "--hidden", "5", "--seed", "9", "--leave-out", "y"];
    succeeds(path, &[&["train", "three.csv", "--out", "m.st", "--quiet"], &options[..]].concat());
    let model = fs::read(path.join("m.st")).unwrap();
    succeeds(path, &["report", "m.st", "three.csv"]);
    let of = facts(&path.join("m.html"));
    assert_eq!((&of["seed"], &of["data_name"]), (&json!(9), &json!("three.csv")));
    fs::write(path.join("c.toml"), of["config"].as_str().unwrap()).unwrap();
    succeeds(path, &["train", "--config", "c.toml", "--out", "again.st", "--quiet"]);
    assert!(fs::read(path.join("again.st")).unwrap() == model, "the same model again");
    // Without the data nothing says where they are.
    succeeds(path, &["report", "m.st", "--out", "alone.html"]);
    let config = facts(&path.join("alone.html"))["config"].as_str().unwrap().to_owned();
    assert!(config.starts_with("target = \"kind\"") && config.contains("hidden = [5]"), "{config}");
    // Nor does the file of the model.
    assert!(!model.windows(5).any(|bytes| bytes == b"three"));
}

#[test]
fn models_of_earlier_versions_have_pages() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    succeeds(path, &["train", "breast-cancer", "--epochs", "2", "--out", "m.st", "--no-report"]);
    let mut file = ModelFile::<f32>::read(&path.join("m.st")).unwrap();
    assert!(file.notes.remove("config").is_some());
    let data = file.notes.get_mut("data").unwrap().as_object_mut().unwrap();
    assert!(data.remove("distribution").is_some());
    for epoch in file.notes.get_mut("epochs").unwrap().as_array_mut().unwrap() {
        assert!(epoch.as_object_mut().unwrap().remove("trained").is_some());
    }
    file.write(&path.join("old.st")).unwrap();
    for arguments in [vec!["old.st"], vec!["old.st", "breast-cancer"]] {
        succeeds(path, &[&["report"], &arguments[..]].concat());
        let html = fs::read_to_string(path.join("old.html")).unwrap();
        assert!(html.contains("The model is of an earlier version"), "{arguments:?}");
        assert!(html.contains("Accuracy on the validation rows"), "{arguments:?}");
    }
    succeeds(path, &["inspect", "old.st"]);
}

#[test]
fn thousands_of_epochs_are_a_small_page() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("three.csv"), three(60)).unwrap();
    let options = ["--epochs", "5000", "--patience", "5000", "--hidden", "4,4,4,4,4,4,4,4"];
    let train = ["train", "three.csv", "--batch-size", "36", "--out", "m.st", "--quiet"];
    succeeds(path, &[&train[..], &options].concat());
    let page = path.join("m.html");
    assert!(fs::metadata(&page).unwrap().len() < 1_000_000);
    let of = facts(&page);
    assert_eq!((of["history"].as_array().unwrap().len(), &of["history_every"]), (1667, &json!(3)));
    let html = fs::read_to_string(&page).unwrap();
    // More layers than colours: the others have lines of their own.
    assert!(html.contains("var(--s0)\" stroke-dasharray"), "an eighth layer");
    assert!(html.contains("Drawn are the first 6 of these 9 layers"), "and which are drawn");
}
