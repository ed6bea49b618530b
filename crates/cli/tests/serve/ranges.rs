//! The ranges of columns where only a sample of the table was in memory.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::client::get;
use crate::service::{Service, layerwise};

#[test]
fn ranges_are_those_of_all_rows_learned_from() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    // Wide enough that a quarter of the memory has no room for all rows. The first two and the last two, which with
    // this seed are not in the sample, have the least number and the largest, the first date and the last.
    let names: String = (0..10).map(|i| format!("n{i},")).collect();
    let row = |i: usize| {
        let numbers: String = (0..10).map(|j| format!("{},", i * (j + 3) % 97)).collect();
        let half = i / 2;
        let day = format!("{}-{:02}-{:02}", 1910 + half / 336, half / 28 % 12 + 1, half % 28 + 1);
        format!("{half},{day},{numbers}{}\n", ["small", "large"][i % 97 / 49])
    };
    let rows: String = (0..40_000).map(row).collect();
    fs::write(path.join("wide.csv"), format!("half,day,{names}size\n{rows}")).unwrap();
    let train = ["train", "wide.csv", "--target", "size", "--memory", "68MB", "--seed", "3"];
    let options = ["--epochs", "1", "--quiet", "--no-report", "--out", "m.st"];
    layerwise(path, &[&train[..], &options].concat());
    let about = get(&Service::start_in(path, "m.st", &[]).address, "/model").json();
    let column = |index: usize| about["columns"][index].clone();
    assert_eq!(
        (&column(0)["name"], &column(0)["range"]),
        (&json!("half"), &json!([0.0, 19_999.0]))
    );
    assert_eq!(column(1)["range"], json!(["1910-01-01", "1969-07-08"]));
}
