//! `layerwise predict`.

use std::fs::File;
use std::io::{self, Write};

use layerwise_data::{DataError, Table, features};
use layerwise_model::core::DMatrix;

use crate::args::PredictArgs;
use crate::bundle::Bundle;
use crate::error::CliError;
use crate::input;

/// Writes the table with the predicted class and the probability of class 1 in two more columns.
pub fn run(args: &PredictArgs, out: &mut impl Write) -> Result<(), CliError> {
    let bundle = Bundle::read(&args.model)?;
    let table = input::read(&args.data)?.table;
    let names = bundle.notes.standardizer.feature_names();
    let x = features::<f64>(&table, names).map_err(|error| match error {
        DataError::NoSuchColumn { .. } => {
            CliError::MissingColumn { model: args.model.clone(), source: error }
        }
        other => other.into(),
    })?;
    let x = input::standardized(x, &bundle.notes.standardizer)?;
    let al = bundle.network.predict(&x)?;
    let table = with_predictions(&table, &bundle, &al)?;

    let Some(path) = &args.out else {
        return Ok(table.write_csv(out)?);
    };
    let failed = |source| CliError::WriteTable { path: path.clone(), source };
    let file = File::create(path).map_err(failed)?;
    table.write_csv(file).map_err(|error| match error {
        DataError::Write { reason, .. } => failed(reason),
        other => failed(io::Error::other(other)),
    })?;
    Ok(())
}

fn with_predictions(table: &Table, bundle: &Bundle, al: &DMatrix<f32>) -> Result<Table, DataError> {
    let classes = &bundle.notes.classes;
    let predicted = al.iter().map(|&al| classes.label(al > 0.5).to_owned()).collect();
    let probability = al.iter().map(|al| format!("{al:.6}")).collect();
    let name = format!("probability_{}", classes.label(true));
    table.with_columns([("predicted", predicted), (&name, probability)])
}
