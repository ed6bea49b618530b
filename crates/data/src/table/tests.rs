use proptest::prelude::*;

use super::*;
use crate::CsvFormat;

fn table(csv: &str) -> Result<Table> {
    Table::from_csv_reader(csv.as_bytes(), "t.csv")
}

fn message(csv: &str) -> String {
    table(csv).unwrap_err().to_string()
}

#[test]
fn refuses_a_file_that_is_missing_or_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.csv");
    let error = Table::read_csv(&missing).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot read {}: ", missing.display())), "{error}");
    assert!(matches!(Table::read_csv(folder.path()), Err(DataError::Read { .. })));
}

#[test]
fn reads_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "\u{feff}a,b\r\n1,2\r\n").unwrap();
    let table = Table::read_csv(file.path()).unwrap();
    assert_eq!(table.column_names(), ["a", "b"]);
    assert_eq!(table.name(), file.path().display().to_string());
}

#[test]
fn refuses_a_table_without_header_or_rows() {
    for csv in ["", "\n\r\n", "\u{feff}"] {
        assert_eq!(message(csv), "t.csv is empty; the first row must name the columns");
    }
    for csv in ["a,b", "a,b\n", "a,b\n\n \n"] {
        assert_eq!(message(csv), "t.csv has a header but no rows below it");
    }
}

#[test]
fn refuses_names_that_are_blank_or_not_distinct() {
    assert_eq!(
        message("a,b, a\n1,2,3\n"),
        "t.csv: columns 1 and 3 are both named \"a\"; rename one of them"
    );
    assert_eq!(
        message("a, \n1,2\n"),
        "t.csv: column 2 has no name in the header; give it one or remove the column"
    );
}

#[test]
fn a_missing_column_is_answered_with_those_there_are() {
    let columns: Vec<String> = (0..50).map(|i| format!("c{i}")).collect();
    let csv = format!("{}\n{}\n", columns.join(","), vec!["1"; 50].join(","));
    let error = table(&csv).unwrap().column_names_except("zzz").unwrap_err().to_string();
    let start =
        "t.csv has no column \"zzz\"; its columns with the nearest names are: \"c0\", \"c1\",";
    assert!(error.starts_with(start), "{error}");
    assert!(error.ends_with("\"c9\" … and 40 more"), "{error}");
}

#[test]
fn new_columns_must_fit() {
    let table = table("a,b\n1,2\n3,4\n").unwrap();
    let cells = |n: usize| vec!["x".to_string(); n];
    assert_eq!(
        table.with_columns([("c", cells(1))]).unwrap_err().to_string(),
        "t.csv has 2 rows, but the new column \"c\" has 1 cells"
    );
    assert_eq!(
        table.with_columns([("c", cells(2)), ("a", cells(2))]).unwrap_err().to_string(),
        "t.csv: columns 1 and 4 are both named \"a\"; rename one of them"
    );
    let wider = table.with_columns([("c", cells(2)), ("d", cells(2))]).unwrap();
    assert_eq!(wider.column_names(), ["a", "b", "c", "d"]);
    assert_eq!(wider.column("b").unwrap().collect::<Vec<_>>(), ["2", "4"]);
    assert_eq!(wider.column("d").unwrap().collect::<Vec<_>>(), ["x", "x"]);
}

#[test]
fn a_failing_writer_is_reported() {
    let table = table("a\n1\n").unwrap();
    let mut small = [0_u8; 2];
    let error = table.write_csv(&mut small[..]).unwrap_err();
    assert!(error.to_string().starts_with("cannot write the table read from t.csv: "));
}

/// Cells with everything CSV has a meaning for.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[ab,\" \t\r\n\u{feff}.]{0,6}", any::<String>()]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        (names, rows) in (1..5_usize).prop_flat_map(|columns| (
            prop::collection::vec(cell(), columns),
            prop::collection::vec(prop::collection::vec(cell(), columns), 1..6),
        ))
    ) {
        // The index makes names distinct and not blank.
        let names: Vec<String> =
            names.iter().enumerate().map(|(i, name)| format!("{name}{i}")).collect();
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&names).unwrap();
        for row in &rows {
            csv.write_record(row).unwrap();
        }
        // Any of the other delimiters may be in the cells.
        let format = CsvFormat { delimiter: Some(b','), header: true };
        let read = |bytes: &[u8]| Table::from_csv_with(bytes, "t.csv", &format).unwrap();
        let table = read(&csv.into_inner().unwrap());
        prop_assert_eq!(table.n_rows(), rows.len());
        for (i, name) in names.iter().enumerate() {
            prop_assert_eq!(&table.column_names()[i], cleaned_name(name));
            let cells: Vec<&str> = table.column(name).unwrap().collect();
            let expected: Vec<&str> = rows.iter().map(|row| row[i].as_str()).collect();
            prop_assert_eq!(cells, expected);
        }

        let mut written = Vec::new();
        table.write_csv(&mut written).unwrap();
        let again = read(&written);
        // All but the line numbers: a name loses the line breaks at its ends.
        prop_assert_eq!(again.column_names(), table.column_names());
        prop_assert_eq!((again.text, again.ends), (table.text, table.ends));
    }
}
