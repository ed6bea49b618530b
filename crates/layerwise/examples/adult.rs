//! Who earns more than 50,000 a year: a table with numbers, categories and missing values.
//!
//! `cargo run --release -p layerwise --example adult -- FOLDER`

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use layerwise::data::{Fractions, Standardizer, Table, stratified_split};
use layerwise::prelude::*;

/// Numbers as they are, a row for each category (a missing value, `?`, is one), and their names.
fn features(table: &Table, target: &str) -> Result<(DMatrix<f32>, Vec<String>), Box<dyn Error>> {
    let (mut rows, mut names) = (vec![], vec![]);
    for name in table.column_names_except(target)? {
        let cells: Vec<&str> = table.column(&name)?.map(str::trim).collect();
        let numbers: Result<Vec<f32>, _> = cells.iter().map(|cell| cell.parse()).collect();
        if let Ok(numbers) = numbers {
            rows.push(numbers);
            names.push(name);
            continue;
        }
        for category in cells.iter().copied().collect::<BTreeSet<&str>>() {
            rows.push(cells.iter().map(|&cell| f32::from(u8::from(cell == category))).collect());
            names.push(format!("{name} {category}"));
        }
    }
    Ok((DMatrix::from_fn(rows.len(), table.n_rows(), |i, j| rows[i][j]), names))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or("data".into()));
    let path = folder.join("adult.csv");
    if !path.exists() {
        eprintln!("There is no {}. Get adult.data from", path.display());
        eprintln!("https://archive.ics.uci.edu/dataset/2/adult, call it adult.csv, put a row with");
        eprintln!("the names of its columns on top, the last of them income, and name its folder.");
        return Ok(ExitCode::FAILURE);
    }
    let table = Table::read_csv(&path)?;
    let (x, names) = features(&table, "income")?;
    let labels: Vec<&str> = table.column("income")?.map(str::trim).collect();
    let y = DMatrix::from_fn(1, labels.len(), |_, j| f32::from(u8::from(labels[j] == ">50K")));

    // What is learned of the data is learned of those to train on.
    let fractions = Fractions { train: 0.7, validation: 0.1, test: 0.2 };
    let split = stratified_split(&labels, fractions, 1)?;
    let standardizer = Standardizer::fit(&x.select_columns(&split.train), &names)?;
    let part = |examples: &[usize]| -> Result<_, Box<dyn Error>> {
        Ok((standardizer.transform(&x.select_columns(examples))?, y.select_columns(examples)))
    };
    let (train_x, train_y) = part(&split.train)?;
    let (validation_x, validation_y) = part(&split.validation)?;
    let (test_x, test_y) = part(&split.test)?;

    let mut network = Network::<f32>::builder(names.len())
        .dense(64, Silu)
        .dropout(0.2)
        .dense(32, Silu)
        .dense(1, Sigmoid)
        .seed(1)
        .build()?;
    let history = Trainer::new(BinaryCrossEntropy, AdamW::new(0.001, 0.05)?)
        .epochs(30)
        .batch_size(256)
        .early_stopping(Patience(5))
        .fit(
            &mut network,
            Examples::new(&train_x, &train_y)?,
            Some(Examples::new(&validation_x, &validation_y)?),
        )?;
    println!("{} features, {} epochs, kept {}", names.len(), history.epochs.len(), history.kept);

    let al = network.predict(&validation_x)?;
    let metric = ThresholdMetric::F1;
    let (threshold, _) = best_threshold((&al).into(), (&validation_y).into(), metric)?;
    let al = network.predict(&test_x)?;
    let (al, y) = (MatrixView::from(&al), MatrixView::from(&test_y));
    println!("accuracy {:.4}, area under ROC {:.4}", accuracy(al, y)?, roc_auc(al, y)?);
    let f1 = Confusion::binary(al, y, threshold)?.f1(1).unwrap_or(0.0);
    println!("F1 {f1:.4} at the threshold {threshold:.2}, chosen on validation examples");
    Ok(ExitCode::SUCCESS)
}
