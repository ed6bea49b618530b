//! Reading the exercise's test cases.

use std::path::Path;

use layerwise::core::{DMatrix, DVector};
use serde_json::Value;

/// One test case of one function: its inputs and what is expected.
#[derive(Debug, Clone)]
pub struct Case(Value);

/// The test cases of `function`, from `tests/data`.
///
/// # Panics
/// If the file is not there or is not what it should be: a test must fail then.
pub fn cases(function: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let path = folder.join(format!("{function}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: Value = serde_json::from_str(&text).expect("golden figures are JSON");
    let cases = file["cases"].as_array().expect("a list of cases");
    assert!(!cases.is_empty(), "{function} has no cases");
    cases.iter().cloned().map(Case).collect()
}

impl Case {
    fn at(&self, path: &str) -> &Value {
        self.0.pointer(path).unwrap_or_else(|| panic!("no {path} in the golden figures"))
    }

    /// The matrix at this JSON pointer, `/inputs/w` for example.
    pub fn matrix(&self, path: &str) -> DMatrix<f64> {
        let shape = &self.at(path)["shape"];
        let size = |k: usize| shape[k].as_u64().expect("a size") as usize;
        let data = self.at(path)["data"].as_array().expect("a list of numbers");
        let values: Vec<f64> = data.iter().map(|v| v.as_f64().expect("a number")).collect();
        DMatrix::from_row_slice(size(0), size(1), &values)
    }

    /// The column at this JSON pointer.
    pub fn vector(&self, path: &str) -> DVector<f64> {
        let matrix = self.matrix(path);
        assert_eq!(matrix.ncols(), 1, "{path} is a column");
        DVector::from_column_slice(matrix.as_slice())
    }

    /// The number at this JSON pointer.
    pub fn number(&self, path: &str) -> f64 {
        self.at(path).as_f64().unwrap_or_else(|| panic!("{path} is no number"))
    }

    /// The text at this JSON pointer.
    pub fn text(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_else(|| panic!("{path} is no text"))
    }

    /// The whole numbers at this JSON pointer.
    pub fn sizes(&self, path: &str) -> Vec<usize> {
        let list = self.at(path).as_array().expect("a list of sizes");
        list.iter().map(|v| v.as_u64().expect("a size") as usize).collect()
    }

    /// The length of the list at this JSON pointer.
    pub fn len(&self, path: &str) -> usize {
        self.at(path).as_array().expect("a list").len()
    }
}
