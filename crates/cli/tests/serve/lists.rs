//! Models of arrays and images: a row is a list of numbers, too.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{JSON, get, predict, predict_text};
use crate::service::{Service, layerwise};

/// 4 x 4 pixels, of which the first is always 0; bright above or below.
pub fn pixels(example: usize) -> Vec<u8> {
    let bright = |pixel: usize| (pixel < 8) == (example.is_multiple_of(2));
    let value =
        |pixel| if bright(pixel) { 150 + (example * 7 + pixel * 31) % 100 } else { example % 9 };
    (0..16).map(|pixel| if pixel == 0 { 0 } else { value(pixel) as u8 }).collect()
}

pub fn npy(path: &Path, kind: &str, shape: &str, data: &[u8]) {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    header += &" ".repeat(63 - (10 + header.len()) % 64);
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    let bytes = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat();
    fs::write(path, bytes).unwrap();
}

/// A folder with a model of arrays of pixels, `m.st`.
pub fn folder() -> TempDir {
    folder_of(pixels)
}

/// The same of other pixels; the classes come in turns.
pub fn folder_of(pixels: fn(usize) -> Vec<u8>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let all: Vec<u8> = (0..100).flat_map(pixels).collect();
    npy(&path.join("x.npy"), "|u1", "(100, 4, 4)", &all);
    let labels: Vec<u8> = (0..100).map(|example| example % 2).collect();
    npy(&path.join("y.npy"), "|u1", "(100,)", &labels);
    let train =
        ["train", "x.npy", "--target", "y.npy", "--epochs", "20", "--quiet", "--out", "m.st"];
    layerwise(path, &train);
    folder
}

#[test]
fn a_list_of_numbers_is_a_row_of_a_model_of_arrays() {
    let folder = folder();
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let about = get(&service.address, "/model").json();
    let image = json!({ "width": 4, "height": 4, "channels": 1 });
    assert_eq!(about["list"], json!({ "length": 16, "image": image, "range": [0.0, 255.0] }));

    let lists: Vec<Value> = (0..6).map(|example| json!(pixels(example))).collect();
    let answer = predict(&service.address, &Value::Array(lists.clone()));
    assert_eq!(answer.status, 200, "{answer:?}");
    let named = |list: &Value| -> Value {
        let numbers = list.as_array().unwrap().iter().enumerate();
        Value::Object(numbers.map(|(i, number)| (format!("x{i}"), number.clone())).collect())
    };
    let objects: Vec<Value> = lists.iter().map(named).collect();
    assert_eq!(predict(&service.address, &Value::Array(objects)).body, answer.body);
    let program = layerwise(folder.path(), &["predict", "m.st", "x.npy"]);
    let predictions = answer.json()["predictions"].as_array().unwrap().clone();
    for (i, (line, prediction)) in program.lines().skip(1).zip(&predictions).enumerate() {
        assert_eq!(prediction["predicted"], json!((i % 2).to_string()));
        let p = prediction["probabilities"]["1"].as_f64().unwrap();
        assert!(line.ends_with(&format!("{p:.6}")), "{line}: {prediction}");
    }
}

#[test]
fn lists_that_are_no_rows_are_told_and_spoil_no_other() {
    let folder = folder();
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let good = json!(pixels(1));
    let mut nested = good.clone();
    nested[3] = json!([1]);
    let mut word = good.clone();
    word[3] = json!("bright");
    let rows = json!([good, [1, 2, 3], [], vec![7; 17], nested, word, 5, good]);
    let answer = predict(&service.address, &rows);
    assert_eq!(answer.status, 422);
    let answer = answer.json();
    let predictions = answer["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 8);
    assert!(predictions[0].is_object() && predictions[0] == predictions[7], "{answer}");
    let said: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|e| e["error"].as_str().unwrap()).collect();
    for (found, expected) in said.iter().zip([
        "request, row 2 has 3 numbers, but the model m.st was trained on examples of 16",
        "request, row 3 has 0 numbers, but",
        "request, row 4 has 17 numbers, but",
        "request, row 5, column \"x3\" is a list; give",
        "request, row 6, column \"x3\": \"bright\" is not a number",
        "request, row 7 is a number, not an object with a value for each column, nor a list of 16 numbers",
    ]) {
        assert!(found.starts_with(expected), "expected {expected:?}, found {found:?}");
    }
    // Numbers alone are as many rows that are none.
    let answer = predict(&service.address, &good).json();
    assert_eq!(answer["errors"].as_array().unwrap().len(), 16);
    let deep = format!("[[{}", "[".repeat(100_000));
    assert_eq!(predict_text(&service.address, JSON, &deep).status, 400);
}

#[cfg(feature = "images")]
#[test]
fn a_model_of_images_is_served_too() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    for example in 0..40 {
        let class = path.join("pictures").join(["above", "below"][example % 2]);
        fs::create_dir_all(&class).unwrap();
        let image = crate::png::grey(4, 4, &pixels(example));
        fs::write(class.join(format!("{example}.png")), image).unwrap();
    }
    layerwise(path, &["train", "pictures", "--epochs", "20", "--quiet", "--out", "m.st"]);
    let service = Service::start_in(path, "m.st", &[]);
    let answer = predict(&service.address, &json!([pixels(0), pixels(1)])).json();
    let classes = [0, 1].map(|i| answer["predictions"][i]["predicted"].clone());
    assert_eq!(classes, [json!("above"), json!("below")], "{answer}");
}
