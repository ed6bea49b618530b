//! Who earns more than 50,000 a year: a table with numbers, categories and missing values.
//!
//! `cargo run --release -p layerwise --example adult -- FOLDER`

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use layerwise::data::{DataError, Fractions, Standardizer, Table, stratified_split};
use layerwise::prelude::*;

/// Rows of numbers, and a row for each category of the others (a missing value, `?`, is one).
struct Features {
    numbers: DMatrix<f32>,
    names: Vec<String>,
    categories: DMatrix<f32>,
}

impl Features {
    fn of(table: &Table, target: &str) -> Result<Self, Box<dyn Error>> {
        let (mut numbers, mut names, mut categories) = (vec![], vec![], vec![]);
        for name in table.column_names_except(target)? {
            let cells: Vec<&str> = table.column(&name)?.map(str::trim).collect();
            let parsed: Result<Vec<f32>, _> = cells.iter().map(|cell| cell.parse()).collect();
            if let Ok(parsed) = parsed {
                numbers.push(parsed);
                names.push(name);
                continue;
            }
            for category in cells.iter().copied().collect::<BTreeSet<&str>>() {
                let is_it = |&cell: &&str| f32::from(u8::from(cell == category));
                categories.push(cells.iter().map(is_it).collect());
            }
        }
        let matrix =
            |rows: Vec<Vec<f32>>| DMatrix::from_fn(rows.len(), table.n_rows(), |i, j| rows[i][j]);
        Ok(Self { numbers: matrix(numbers), names, categories: matrix(categories) })
    }

    /// These examples, with the numbers standardized. Categories stay 0 and 1: standardized, a rare one
    /// would be a number in the hundreds, with hardly an example to learn its weights from.
    fn select(&self, by: &Standardizer, examples: &[usize]) -> Result<DMatrix<f32>, DataError> {
        let numbers = by.transform(&self.numbers.select_columns(examples))?;
        let categories = self.categories.select_columns(examples);
        let n = numbers.nrows();
        Ok(DMatrix::from_fn(n + categories.nrows(), examples.len(), |i, j| {
            if i < n { numbers[(i, j)] } else { categories[(i - n, j)] }
        }))
    }
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
    let features = Features::of(&table, "income")?;
    let labels: Vec<&str> = table.column("income")?.map(str::trim).collect();
    let y = DMatrix::from_fn(1, labels.len(), |_, j| f32::from(u8::from(labels[j] == ">50K")));

    // What is learned of the data is learned of those to train on.
    let fractions = Fractions { train: 0.7, validation: 0.1, test: 0.2 };
    let split = stratified_split(&labels, fractions, 1)?;
    let standardizer =
        Standardizer::fit(&features.numbers.select_columns(&split.train), &features.names)?;
    let part = |examples: &[usize]| -> Result<_, Box<dyn Error>> {
        Ok((features.select(&standardizer, examples)?, y.select_columns(examples)))
    };
    let (train_x, train_y) = part(&split.train)?;
    let (validation_x, validation_y) = part(&split.validation)?;
    let (test_x, test_y) = part(&split.test)?;

    let mut network = Network::<f32>::builder(train_x.nrows())
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
    let (epochs, kept) = (history.epochs.len(), history.kept);
    println!("{} features, {epochs} epochs, kept {kept}", train_x.nrows());

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
