//! Report pages in a real browser. Screenshots stay in `pages` of the folder for test output, `target/tmp`.
#![allow(clippy::unwrap_used)]

#[path = "../browser/mod.rs"]
mod browser;
mod data;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;

/// Bytes of a page, at most.
const LARGEST: u64 = 2_000_000;

/// Trains with these arguments in a folder and gives its page.
fn page(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let model = format!("{name}.safetensors");
    let arguments = [&["train"], arguments, &["--out", &model, "--quiet"]].concat();
    let output = cargo_bin_cmd!("layerwise").current_dir(folder).args(&arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let page = folder.join(format!("{name}.html"));
    assert!(fs::metadata(&page).unwrap().len() < LARGEST, "{name}");
    page
}

/// Opens a page in every way and holds it to what it promises.
fn check(page: &Path, sections: &[&str], plots: u64) {
    let url = format!("file://{}", page.display());
    let Some(mut browser) = Browser::open(&url) else { return };
    let name = page.file_stem().unwrap().to_str().unwrap();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&pictures).unwrap();
    let mut papers = vec![];
    for (device, size, mobile) in [("desktop", (1200, 900), false), ("phone", (390, 844), true)] {
        for scheme in ["light", "dark"] {
            let place = format!("{name}, {device}, {scheme}");
            browser.look(size, mobile, scheme);
            browser.go(&url);
            let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_i64().unwrap() <= 0, "{place}: wider than the window by {wide}");
            let ids =
                browser.value("[...document.querySelectorAll('main > section')].map((s) => s.id)");
            assert_eq!(ids, json!(sections), "{place}");
            // Every figure has its plot, of some size, with something drawn in it.
            let drawn = browser.value(
                "[...document.querySelectorAll('figure')].map((figure) => {
                    const svg = figure.querySelector('svg');
                    const box = svg.getBoundingClientRect();
                    const marks = svg.querySelectorAll('polyline, polygon, rect, circle').length;
                    return box.width > 200 && box.height > 60 && marks > 0;
                })",
            );
            let drawn = drawn.as_array().unwrap();
            assert!(drawn.iter().all(|drawn| *drawn == true), "{place}: {drawn:?}");
            assert!(
                drawn.len() as u64 >= plots,
                "{place}: {} plots, expected {plots}",
                drawn.len()
            );
            // Words of a plot can be read on a telephone too.
            let least = browser.value(
                "Math.min(...[...document.querySelectorAll('.plot svg text')].map((text) => {
                    const svg = text.ownerSVGElement;
                    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
                    return parseFloat(getComputedStyle(text).fontSize) * scale;
                }))",
            );
            assert!(least.as_f64().unwrap() >= 11.0, "{place}: words of {least} pixels");
            // What scrolls has a shadow where there is more.
            let scrolls = browser.value(
                "[...document.querySelectorAll('.scroll')].every((box) =>
                    getComputedStyle(box).backgroundAttachment.includes('local'))",
            );
            assert_eq!(scrolls, true, "{place}");
            // Names of bars and ticks are whole.
            let cut = browser.value(
                "[...document.querySelectorAll('.plot svg text')].filter((text) => {
                    const [word, plot] = [text, text.ownerSVGElement].map((e) => e.getBoundingClientRect());
                    return word.left < plot.left - 1 || word.right > plot.right + 1;
                }).map((text) => text.textContent.trim())",
            );
            assert_eq!(cut, json!([]), "{place}");
            let long = "document.querySelector('h1').textContent.length";
            assert!(browser.value(long).as_u64().unwrap() < 100, "{place}");
            // All that is followed has one axis.
            let axes = browser.value(
                "[...new Set([...document.querySelectorAll('#reasons figure')]
                    .filter((figure) => /^As .* moves/.test(figure.querySelector('figcaption').textContent)
                        && figure.querySelector('.plot polyline[stroke-width=\"8\"]'))
                    .map((figure) => [...figure.querySelectorAll('.plot text[text-anchor=end]')]
                        .map((tick) => tick.textContent.trim()).join(' ')))]",
            );
            assert!(axes.as_array().unwrap().len() <= 1, "{place}: {axes}");
            // Pictures are there.
            let broken = "[...document.images].filter((image) => image.naturalWidth === 0).length";
            assert_eq!(browser.value(broken), 0, "{place}");
            // Under a mouse a plot says what is there.
            let shown = browser.value(
                "[...document.querySelectorAll('.plot')].every((plot) => {
                    const point = JSON.parse(plot.dataset.points)[0];
                    const svg = plot.querySelector('svg'), box = svg.getBoundingClientRect();
                    const scale = box.width / svg.viewBox.baseVal.width;
                    const place = { clientX: box.left + point[0] * scale, clientY: box.top + point[1] * scale };
                    plot.dispatchEvent(new PointerEvent('pointermove', place));
                    const tip = plot.querySelector('.tip');
                    const said = !tip.hidden && tip.textContent.length > 0;
                    plot.dispatchEvent(new PointerEvent('pointerleave'));
                    return said && tip.hidden;
                })",
            );
            assert_eq!(shown, true, "{place}");
            papers
                .push(browser.value("getComputedStyle(document.documentElement).backgroundColor"));
            browser.picture(&pictures.join(format!("{name}-{device}-{scheme}.png")));
            let problems = browser.problems();
            assert!(problems.is_empty(), "{place}: {problems:?}");
        }
    }
    assert_eq!(papers[0], papers[2]);
    assert_ne!(papers[0], papers[1], "{name}: dark is light");
    // What machines read.
    let facts = browser.value("JSON.parse(document.getElementById('facts').textContent)");
    assert_eq!(facts["seed"], 0);
    assert!(facts["command"].as_str().unwrap().starts_with("layerwise train "), "{facts}");
}

/// The sections of a page on data with something to judge by.
const ALL: [&str; 9] =
    ["summary", "data", "network", "training", "inside", "quality", "failures", "reasons", "again"];

#[test]
fn two_classes() {
    let folder = TempDir::new().unwrap();
    check(&page(folder.path(), "breast-cancer", &["breast-cancer"]), &ALL, 12);
}

#[test]
fn numbers_and_categories_with_names_that_are_tags() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mixed.csv"), data::mixed(600)).unwrap();
    let page = page(folder.path(), "mixed", &["mixed.csv", "--epochs", "5"]);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "a column of this name");
    assert!(!html.contains("<script>alert"), "and it is no part of the page");
    assert!(html.contains("As since moves") && html.contains("2024-12-"), "dates are followed");
    assert!(html.contains("Errors by since"), "and errors counted by them");
    check(&page, &ALL, 12);
}

#[test]
fn a_number() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("line.csv"), data::line(300)).unwrap();
    check(&page(folder.path(), "line", &["line.csv", "--epochs", "20"]), &ALL, 12);
}

#[test]
fn two_columns_have_their_plane() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, rows: String| fs::write(folder.path().join(name), rows).unwrap();
    write("plane.csv", data::plane(300));
    write("kinds.csv", data::plane_of_classes(600));
    write("heights.csv", data::line(300));
    for (name, says, plots) in [
        ("plane", "The stronger the colour behind the rows, the surer", 12),
        ("kinds", "the class that a row there would be taken for", 12),
        ("heights", "a row has the colour of what is true of it", 12),
    ] {
        let data = format!("{name}.csv");
        let page = page(folder.path(), name, &[&data, "--epochs", "30"]);
        let html = fs::read_to_string(&page).unwrap();
        assert!(html.contains("What it says where") && html.contains(says), "{name}");
        assert!(html.contains("What it says at some places"), "{name}: the same as a table");
        check(&page, &ALL, plots);
    }
}

#[test]
fn names_as_long_as_lines_and_many_classes() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("long.csv"), data::long(200)).unwrap();
    let path = page(folder.path(), "long", &["long.csv", "--epochs", "2"]);
    let html = fs::read_to_string(&path).unwrap();
    // Shortened, and there in full under a mouse.
    let full = format!("title=\"As {} moves\"", "n".repeat(300));
    assert!(html.contains(&full) && html.contains(&format!(">As {}… moves<", "n".repeat(40))));
    check(&path, &ALL, 12);
    fs::write(folder.path().join("classes.csv"), data::classes(600)).unwrap();
    let path = page(folder.path(), "classes", &["classes.csv", "--epochs", "2"]);
    // More classes than colours.
    assert!(fs::read_to_string(&path).unwrap().contains("all others"));
    check(&path, &ALL, 10);
}

#[test]
fn images() {
    let folder = TempDir::new().unwrap();
    let (images, labels) = data::images(400);
    fs::write(folder.path().join("x.idx"), images).unwrap();
    fs::write(folder.path().join("y.idx"), labels).unwrap();
    let arguments = ["x.idx", "--target", "y.idx", "--epochs", "2"];
    let page = page(folder.path(), "images", &arguments);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("data:image/png;base64,") && html.contains("What each pixel is worth"));
    assert!(html.contains("<summary>What becomes of each column</summary>"), "not one by one");
    check(&page, &ALL, 9);
}

#[test]
fn data_of_others() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = |name: &str| shared.join(name).display().to_string();
    let digits = path("mnist/t10k-images-idx3-ubyte.gz");
    let labels = path("mnist/t10k-labels-idx1-ubyte.gz");
    let (adult, diabetes) = (path("adult/adult.csv"), path("diabetes/diabetes.csv"));
    for (name, arguments, plots) in [
        ("mnist", vec![&digits[..], "--target", &labels, "--epochs", "1", "--hidden", "32"], 8),
        ("diabetes", vec![&diabetes, "--target", "progression"], 13),
        ("adult", vec![&adult, "--target", "income", "--epochs", "3"], 16),
    ] {
        if !Path::new(arguments[0]).is_file() {
            eprintln!(
                "skipped: {} is not there (it may not be copied into the project)",
                arguments[0]
            );
            continue;
        }
        let folder = TempDir::new().unwrap();
        check(&page(folder.path(), name, &arguments), &ALL, plots);
    }
}

#[test]
fn a_model_without_data_has_what_its_file_holds() {
    let folder = TempDir::new().unwrap();
    let page = page(folder.path(), "model", &["breast-cancer", "--epochs", "3"]);
    assert!(
        fs::read_to_string(&page).unwrap().contains("https://doi.org/10.24432/C5DW2B"),
        "credit"
    );
    let trained: Value = facts(&page);
    let report = |arguments: &[&str], page: &str| {
        let mut program = cargo_bin_cmd!("layerwise");
        let output =
            program.current_dir(folder.path()).arg("report").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(folder.path().join(page)).unwrap()
    };
    let html = report(&["model.safetensors", "--out", "alone.html"], "alone.html");
    assert!(
        html.contains("<section id=\"training\"") && !html.contains("<section id=\"failures\"")
    );
    // With the data it was trained on it is judged by the very rows that were held out.
    let html = report(&["model.safetensors", "breast-cancer"], "model.html");
    assert!(html.contains("113 rows held out for testing"));
    let again = facts(&page);
    for entry in ["scores", "judged_by", "training", "history", "data"] {
        assert_eq!(again[entry], trained[entry], "{entry}");
    }
}

/// What machines read of a page.
fn facts(page: &Path) -> Value {
    let html = fs::read_to_string(page).unwrap();
    let (_, rest) = html.split_once("id=\"facts\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}
