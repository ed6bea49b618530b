//! What a page says in words: how good a model is, where it fails and why.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;
use tempfile::TempDir;

/// Trains on these rows with these options, and gives the page.
fn page(csv: &str, options: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("data.csv"), csv).unwrap();
    trained(folder.path(), &[&["data.csv", "--target", "y"], options].concat())
}

fn trained(folder: &Path, arguments: &[&str]) -> String {
    let arguments = [&["train"], arguments, &["--out", "m.st", "--quiet"]].concat();
    let output = cargo_bin_cmd!("layerwise").current_dir(folder).args(&arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(folder.join("m.html")).unwrap()
}

fn facts(html: &str) -> Value {
    let (_, rest) = html.split_once("id=\"facts\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// What stands beside a term of the summary.
fn said(html: &str, term: &str) -> String {
    let (_, rest) = html.split_once(&format!("<dt>{term}</dt><dd>")).unwrap();
    rest.split_once("</dd>").unwrap().0.to_owned()
}

/// A number from 0 to 99 that nothing tells.
fn noise(i: usize) -> usize {
    (i * i * 31 + i * 17) % 101 * 97 % 100
}

#[test]
fn a_group_whose_labels_are_noise_is_named() {
    let rows = (0..900).map(|i| {
        let (group, x) = (["calm", "calm", "loud"][i % 3], i * 37 % 100);
        let y = if group == "loud" { noise(i) } else { x } > 49;
        format!("{x},{group},{}\n", if y { "yes" } else { "no" })
    });
    let html = page(&("x,group,y\n".to_owned() + &rows.collect::<String>()), &["--epochs", "60"]);
    let fails = said(&html, "where it fails");
    assert!(fails.starts_with("It overlooks "), "{fails}");
    assert!(fails.contains("It is wrong most often where group is loud: for "), "{fails}");
    assert!(fails.contains("of them yes"), "how mixed the classes are: {fails}");
    let why = said(&html, "why");
    assert!(why.contains("It relies most on x (") && why.contains("rises as x goes up"), "{why}");
    let good = said(&html, "how good it is");
    assert!(good.contains(" rows (") && good.contains("always saying "), "{good}");
    assert!(html.contains("AUC, the area under the ROC curve, is how often a row of yes"));
    assert_eq!(said(&html, "missing values"), "none");
    // The words agree with the figures.
    let of = facts(&html);
    let confusion = &of["findings"]["confusion"];
    let (missed, found) = (confusion[1][0].as_u64().unwrap(), confusion[1][1].as_u64().unwrap());
    assert!(
        fails.contains(&format!("It overlooks {missed} of {} rows of yes", missed + found)),
        "{fails}"
    );
}

#[test]
fn numbers_that_are_pulled_to_the_mean_are_said_to_be() {
    let rows = (0..500).map(|i| {
        let x = i * 37 % 100;
        format!("{x},{}\n", 1000 * (x + 2 * noise(i)))
    });
    let html = page(&("x,y\n".to_owned() + &rows.collect::<String>()), &["--epochs", "30"]);
    let fails = said(&html, "where it fails");
    assert!(
        fails.contains("y is predicted too low by ") && fails.contains("too high by "),
        "{fails}"
    );
    assert!(html.contains("Too high or too low, by y itself"));
    let of = facts(&html);
    let by = of["findings"]["errors_by_truth"].as_array().unwrap();
    assert!(by[0]["too_high"].as_f64().unwrap() > 0.0 && by[4]["too_high"].as_f64().unwrap() < 0.0);
    assert!(said(&html, "why").contains("The prediction rises as x goes up"), "{html}");
    // The curve is in units of y, as all other errors are.
    let (_, curve) = html.split_once("RMSE on training and validation rows</figcaption>").unwrap();
    let last = curve.split_once("</table>").unwrap().0.rsplit_once("</td>").unwrap().0;
    let last: f64 = last.rsplit_once('>').unwrap().1.trim().parse().unwrap();
    let rmse = of["scores"]["validation"]["measures"][1][1].as_f64().unwrap();
    assert!(last > 0.5 * rmse && last < 2.0 * rmse, "{last} {rmse}");
}

#[test]
fn of_several_classes_the_mistakes_and_both_curves_are_there() {
    let rows = (0..600).map(|i| {
        let x = i * 37 % 99;
        let y = if i % 4 == 0 { noise(i) % 3 } else { x / 33 };
        format!("{x},{}\n", ["low", "middle", "high"][y])
    });
    let html = page(&("x,y\n".to_owned() + &rows.collect::<String>()), &["--epochs", "20"]);
    let fails = said(&html, "where it fails");
    assert!(fails.contains("Least often found is ") && fails.contains(" taken for "), "{fails}");
    assert!(html.contains("Precision-recall curves, each class against the rest"));
    assert!(html.contains("ROC curves, each class against the rest"));
    for curve in facts(&html)["findings"]["curves"].as_array().unwrap() {
        let average = curve["average_precision"].as_f64().unwrap();
        assert!((0.3..=1.0).contains(&average), "{curve}");
    }
}

#[test]
fn of_a_network_that_knows_nothing_no_reasons_are_named() {
    // Nothing follows from x.
    let rows: String =
        (0..200).map(|i| format!("{},{}\n", i * 37 % 101, ["a", "b"][i * i % 7 % 2])).collect();
    let html = page(&format!("x,y\n{rows}"), &["--epochs", "2"]);
    assert!(html.contains("no better than guessing"), "{html}");
    let why = said(&html, "why");
    assert!(!why.contains("relies most"), "{why}");
}

#[test]
fn columns_that_say_the_same_are_said_to() {
    let folder = TempDir::new().unwrap();
    let html = trained(folder.path(), &["breast-cancer"]);
    let why = said(&html, "why");
    assert!(why.starts_with("No column counts for much by itself: shuffling "), "{why}");
    assert!(html.contains("had the lowest cost on the validation rows"));
    assert!(html.contains("20 % of it, drawn anew each step, is 0 and the rest A[1] / 0.8"));
}
