//! `layerwise look`.

use std::io::Write;

use layerwise_data::{Target, profile};

use crate::args::LookArgs;
use crate::columns_named::columns_named;
use crate::doubts::Doubts;
use crate::error::CliError;
use crate::input;
use crate::report::{self, columns, heading, printable};
use crate::table_args::ColumnArgs;

/// Shows what is in a table and what would be made of it.
pub fn run(args: &LookArgs, out: &mut impl Write) -> Result<(), CliError> {
    let input = input::to_learn(&args.data, &args.format, args.target.as_deref(), &args.images)?;
    let table = &input.table;
    let categories = columns_named(&args.columns.categories, table.column_names());
    let profiles = profile(table, &args.columns.missing(), &categories)?;
    let profiles = args.columns.order_dates(profiles);
    let has_header = input::has_header(&args.data, &args.format)?;
    let typed = ColumnArgs { categories, ..args.columns.clone() };
    let doubts = Doubts { has_header, profiles: &profiles, columns: &typed };
    let named = args.target.is_some() || input.shipped.is_some();
    let name = named.then(|| input.target(args.target.as_deref()));
    let target = name.map(|name| Target::find(table, &profiles, name, None)).transpose()?;

    writeln!(out, "{}", heading(&printable(table.name())))?;
    if let Some(format) = &input.images {
        writeln!(out, "images, each brought to {format}")?;
    }
    writeln!(out, "{}\n", columns::overview(table.n_rows(), &profiles))?;
    writeln!(out, "{}", columns::table(&profiles))?;
    if let Some(target) = &target {
        let title = format!("Target {}: {}", report::short(target.column()), target.task().words());
        writeln!(out, "\n{}", heading(&title))?;
        writeln!(out, "{}", columns::target_line(table.n_rows(), &profiles, target))?;
    }
    let mut warnings = doubts.told(&[]);
    warnings.extend(report::warnings((table, table.n_rows()), &profiles, target.as_ref()));
    if !warnings.is_empty() {
        writeln!(out)?;
    }
    for warning in warnings {
        writeln!(out, "{} {warning}", report::warning())?;
    }
    Ok(())
}
