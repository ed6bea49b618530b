//! What is refused, where it was found and what to do about it.

use crate::near_match::{near_match, nearest};

/// What the functions of this crate return.
///
/// ```
/// use layerwise_data::{Result, Table};
///
/// fn lines(csv: &str) -> Result<usize> {
///     Ok(Table::from_csv_reader(csv.as_bytes(), "t.csv")?.n_rows() + 1)
/// }
/// assert_eq!(lines("a,b\n1,2\n")?, 2);
/// assert!(lines("a,b\n").is_err());
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub type Result<T> = std::result::Result<T, DataError>;

/// Data that cannot be used, with file, row, column and value.
///
/// A row is a line number in the file, so an editor can jump to it; row 1 is the header. For a row
/// whose quoted cells contain line breaks it is the line on which the row starts. In a file that has
/// no lines (arrays, Parquet, Arrow, images) rows are counted from 0: row 17 is `x[17]`.
///
/// ```
/// use layerwise_data::{DMatrix, DataError, Table, features};
///
/// let table = Table::from_csv_reader("age,size\n31,1.7\n40,tall\n".as_bytes(), "t.csv")?;
/// let result: Result<DMatrix<f64>, DataError> = features(&table, &["age", "size"]);
/// let message = result.unwrap_err().to_string();
/// assert!(message.contains("row 3") && message.contains("size") && message.contains("tall"));
/// # Ok::<(), DataError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// An encoding in no bins.
    #[error("an encoding needs at least 1 bin")]
    NoBins,
    /// NaN or an infinity, which lies in no bin.
    #[error(
        "feature {feature:?} of example {example} (counted from 0) is {value}: no number to encode"
    )]
    CannotEncode {
        /// The feature.
        feature: String,
        /// The example, counted from 0.
        example: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// A target of another number of examples than the features.
    #[error("expected a target of {expected} examples, found {found}")]
    TargetCount {
        /// Examples of X.
        expected: usize,
        /// Examples of Y.
        found: usize,
    },
    /// The file cannot be opened or read.
    #[error("cannot read {file}: {reason}")]
    Read {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: std::io::Error,
    },
    /// The table cannot be written.
    #[error("cannot write the table read from {file}: {reason}")]
    Write {
        /// The table's name.
        file: String,
        /// What the operating system says.
        reason: std::io::Error,
    },
    /// The file is of another kind.
    #[error("{file} is {format}, not a table as text; save it as CSV")]
    OtherFormat {
        /// The file.
        file: String,
        /// What it is.
        format: &'static str,
    },
    /// A model where data are to be read.
    #[error("{file} is a model (safetensors), not data")]
    ModelAsData {
        /// The file.
        file: String,
    },
    /// The file is of a kind that a feature of this crate reads, and the feature is not built in.
    #[error(
        "{file} is {format}, which takes the feature `{feature}`, and this build is without it"
    )]
    NotBuiltIn {
        /// The file.
        file: String,
        /// What it is.
        format: &'static str,
        /// The feature.
        feature: &'static str,
    },
    /// A file of a known kind that is damaged.
    #[error("{file} is {format} that cannot be read: {problem}")]
    Damaged {
        /// The file.
        file: String,
        /// What it is.
        format: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A column that does not hold one value a row.
    #[error("{file}, column {} holds {holds}; {advice}", shown(column))]
    UnsupportedColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// What it holds instead.
        holds: String,
        /// What to do.
        advice: &'static str,
    },
    /// A value that cannot be written as text.
    #[error("{file}, row {row}, column {}: {problem}", shown(column))]
    BadValue {
        /// The file.
        file: String,
        /// The row, counted from 0.
        row: u64,
        /// The column.
        column: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A file of several arrays that does not say which ones are meant.
    #[error("{file}: {problem}; its arrays are: {}", arrays.join(", "))]
    WhichArrays {
        /// The file.
        file: String,
        /// What is not clear, and what to do.
        problem: String,
        /// The arrays there are, with their shapes.
        arrays: Vec<String>,
    },
    /// A folder that is not one of images by class, or an image that cannot be used.
    #[error("{file}: {problem}")]
    BadImage {
        /// The file or folder.
        file: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A file of numbers that cannot be used.
    #[error("{file}: {problem}")]
    BadArray {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// The file has no header.
    #[error("{file} is empty; the first row must name the columns")]
    Empty {
        /// The file.
        file: String,
    },
    /// There is a header and nothing below.
    #[error("{file} has a header but no rows below it")]
    HeaderOnly {
        /// The file.
        file: String,
    },
    /// A cell is not UTF-8 text.
    #[error(
        "{file}, row {row}, column {column}: the text is not valid UTF-8; \
         save the file with the encoding UTF-8"
    )]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line in the file.
        row: u64,
        /// Number of the column, from 1.
        column: usize,
    },
    /// A quoted cell is still open at the end of the file.
    #[error("{file}: a quote opened in row {row} is not closed by the end of the file")]
    UnclosedQuote {
        /// The file.
        file: String,
        /// Line in the file on which the row with the quote starts.
        row: u64,
    },
    /// A row has more or fewer cells than the header.
    #[error(
        "{file}: expected {expected} columns, found {found} in row {row}{}",
        runs_on(*row, *last_row)
    )]
    Ragged {
        /// The file.
        file: String,
        /// Cells in the header.
        expected: usize,
        /// Cells in this row.
        found: usize,
        /// Line on which the row starts.
        row: u64,
        /// Line on which the row ends: another one if quoted cells contain line breaks.
        last_row: u64,
    },
    /// A column has no name.
    #[error("{file}: column {column} has no name in the header; give it one or remove the column")]
    BlankColumnName {
        /// The file.
        file: String,
        /// Number of the column, from 1.
        column: usize,
    },
    /// Two columns have one name.
    #[error(
        "{file}: columns {first} and {second} are both named {}; rename one of them",
        shown(name)
    )]
    DuplicateColumn {
        /// The table.
        file: String,
        /// The name, without blanks around it.
        name: String,
        /// Number of the first column of this name, from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
    /// A column to be added has another number of cells than the table has rows.
    #[error("{file} has {expected} rows, but the new column {} has {found} cells", shown(column))]
    ColumnLength {
        /// The table.
        file: String,
        /// The new column.
        column: String,
        /// Rows of the table.
        expected: usize,
        /// Cells of the new column.
        found: usize,
    },
    /// No column has the name asked for.
    #[error("{file} has no column {}{}", shown(column), known_columns(column, columns))]
    NoSuchColumn {
        /// The table.
        file: String,
        /// The name asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// There is no column to use as a feature.
    #[error(
        "{file} leaves no feature column; a table needs at least one besides the target \
         (if it has more, check that a comma separates them)"
    )]
    NoFeatures {
        /// The table.
        file: String,
    },
    /// A column was named twice as a feature.
    #[error("column {} of {file} is named twice as a feature; name it once", shown(column))]
    RepeatedFeature {
        /// The table.
        file: String,
        /// The column.
        column: String,
    },
    /// The target was named as a feature, which would give the answer away.
    #[error("column {} of {file} is the target and cannot be a feature as well", shown(column))]
    TargetAsFeature {
        /// The table.
        file: String,
        /// The column.
        column: String,
    },
    /// A feature is text.
    #[error(
        "{file}, row {row}, column {}: {} is not a number; features must be numbers \
         (correct the value, or leave this column out)",
        shown(column),
        shown(value)
    )]
    NotANumber {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// A text where a model wants a number.
    #[error(
        "{file}, row {row}, column {}: {} is not a number, as all of this column were that the model learned from; \
         {advice}",
        shown(column),
        shown(value)
    )]
    TextForNumber {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// What to do.
        advice: &'static str,
    },
    /// A column of numbers has a few texts in it.
    #[error(
        "{file}, row {row}, column {}: {} is not a number, as nearly all others of this column are{}; \
         correct it, or say that it stands for a missing value or that the column holds categories",
        shown(column),
        shown(value),
        if *texts > 1 { format!(" ({texts} are not)") } else { String::new() }
    )]
    TextAmongNumbers {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The first text.
        value: String,
        /// How many texts there are.
        texts: usize,
    },
    /// A text in a column of dates.
    #[error(
        "{file}, row {row}, column {}: {} is not a date, as nearly all others of this column are; \
         correct it, or say that it stands for a missing value or that the column holds categories",
        shown(column),
        shown(value)
    )]
    TextAmongDates {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The first text that is no date.
        value: String,
    },
    /// Numbers with a comma in place of their point.
    #[error(
        "{file}, row {row}, column {}: {} has a comma in a number; write numbers with a point and without \
         marks between thousands, or say that the column holds categories",
        shown(column),
        shown(value)
    )]
    DecimalComma {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The first such number.
        value: String,
    },
    /// A table whose columns are not those of the one it is added to.
    #[error("{file}: its {found} columns are not the {expected} of the table it is added to")]
    OtherColumns {
        /// The table that is added.
        file: String,
        /// Columns of the other.
        expected: usize,
        /// Its columns.
        found: usize,
    },
    /// Packed rows that cannot be kept on disk.
    #[error("cannot write to the folder {folder}: {reason}")]
    WriteBlocks {
        /// The folder.
        folder: String,
        /// What the system said.
        reason: std::io::Error,
    },
    /// A row holds the names of the columns.
    #[error("{file}, row {row} repeats the names of the columns; remove it")]
    RepeatedHeader {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
    },
    /// A number is NaN or infinite, or too large for the type of number in use.
    #[error(
        "{file}, row {row}, column {}: {} is not a finite number in {number_type}; \
         correct the value or remove the row",
        shown(column),
        shown(value)
    )]
    NotFinite {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// `f32` or `f64`.
        number_type: &'static str,
    },
    /// A feature is blank.
    #[error(
        "{file}, row {row}, column {} is empty; missing values are not supported yet \
         (fill in the value, or remove the row or the column)",
        shown(column)
    )]
    MissingValue {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
    },
    /// A target is blank.
    #[error(
        "{file}, row {row}, target column {} {}; every example needs a label \
         (fill it in, or remove the row)",
        shown(column),
        if word.is_empty() { "is empty".into() } else { format!("holds {}, which counts as missing", shown(word)) }
    )]
    MissingLabel {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The word that counts as missing; empty as the cell may be.
        word: String,
    },
    /// All examples have the same label.
    #[error(
        "target column {} of {file} has only one class: all {count} rows are {}; \
         a binary target needs two",
        shown(column),
        shown(label)
    )]
    OneClass {
        /// The table.
        file: String,
        /// The column.
        column: String,
        /// The one label.
        label: String,
        /// Rows that have it.
        count: usize,
    },
    /// The target has more than two classes.
    #[error(
        "target column {} of {file} has {count} classes ({}{}); only binary targets \
         (two classes) are supported",
        shown(column),
        shown_list(first),
        if *count > first.len() { ", …" } else { "" }
    )]
    ManyClasses {
        /// The table.
        file: String,
        /// The column.
        column: String,
        /// How many classes there are.
        count: usize,
        /// The first few, in the order of the file.
        first: Vec<String>,
    },
    /// A number is too far from the others to be told in single precision.
    #[error(
        "{file}, row {row}, column {}: {} is too far from the numbers learned from; correct it, or leave \
         the row out",
        shown(column),
        shown(value)
    )]
    TooLarge {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// Numbers so far apart that squares of them are none.
    #[error(
        "{file}, row {row}, column {}: {value} is too large, or too far from the others, for a mean and a standard \
         deviation of this column; correct it, give the column in larger units, or leave it out",
        shown(column)
    )]
    TooFarApart {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The number.
        value: String,
    },
    /// A date is none.
    #[error(
        "{file}, row {row}, column {}: {} is not a date as the others of this column; correct it",
        shown(column),
        shown(value)
    )]
    NotADate {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// No column is of use to a network.
    #[error(
        "{file} has no column to learn from: all but the target are empty, constant, free text or row \
         numbers"
    )]
    NoUsefulColumn {
        /// The table.
        file: String,
    },
    /// A recipe, as read from a file, that cannot be applied.
    #[error("the encoding of column {} is damaged: {problem}", shown(column))]
    BadRecipe {
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// A column that cannot be predicted.
    #[error("column {} of {file} cannot be the target: {problem}", shown(column))]
    BadTarget {
        /// The table.
        file: String,
        /// The column.
        column: String,
        /// Why not.
        problem: String,
    },
    /// A label is none of the known ones.
    #[error(
        "{file}, row {row}, target column {}: {} is no known class; there are {}",
        shown(column),
        shown(value),
        some_of(known)
    )]
    UnknownClass {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// The labels of the classes.
        known: Vec<String>,
    },
    /// A label is neither of the two known ones.
    #[error(
        "{file}, row {row}, target column {}: {} is neither {} nor {}, the two known labels",
        shown(column),
        shown(value),
        shown(&known[0]),
        shown(&known[1])
    )]
    UnknownLabel {
        /// The table.
        file: String,
        /// Line in the file.
        row: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// Labels of class 0 and class 1.
        known: [String; 2],
    },
    /// Two labels given for the classes are blank or mean the same.
    #[error(
        "{} and {} cannot be the labels of two classes: they must differ and not be blank",
        shown(&labels[0]),
        shown(&labels[1])
    )]
    BadClasses {
        /// The labels.
        labels: [String; 2],
    },
    /// An example was asked for that is not there.
    #[error("example {index} does not exist: the data set has {examples}, counted from 0")]
    NoSuchExample {
        /// The index asked for, from 0.
        index: usize,
        /// How many examples there are.
        examples: usize,
    },
    /// The fractions of a split do not describe one.
    #[error(
        "a split into {train} for training, {validation} for validation and {test} for testing \
         is not possible: {problem}"
    )]
    BadFractions {
        /// Fraction for training.
        train: f64,
        /// Fraction for validation.
        validation: f64,
        /// Fraction for testing.
        test: f64,
        /// What is wrong with them.
        problem: String,
    },
    /// There is nothing to split.
    #[error("there are no examples to split")]
    NothingToSplit,
    /// A class has fewer examples than the split has parts.
    #[error(
        "class {} has {examples} example{}, but each of the {parts} parts of the split needs at \
         least one; add examples, or split into fewer parts",
        shown(class),
        if *examples == 1 { "" } else { "s" }
    )]
    TooFewExamples {
        /// The class's label.
        class: String,
        /// Its examples.
        examples: usize,
        /// Parts with a fraction above 0.
        parts: usize,
    },
    /// A matrix without features or without examples.
    #[error("a standardizer cannot be fitted to {features} features of {examples} examples")]
    EmptyMatrix {
        /// Rows of X.
        features: usize,
        /// Columns of X.
        examples: usize,
    },
    /// X has another number of features than the standardizer.
    #[error("expected {expected} features, found {found}")]
    FeatureCount {
        /// Features the standardizer was fitted to, or names given.
        expected: usize,
        /// Rows of X.
        found: usize,
    },
    /// A value, before or after standardizing, is not finite.
    #[error(
        "feature {} of example {example} (counted from 0) is {value}, which standardizing turns \
         into a number that is not finite",
        shown(feature)
    )]
    CannotStandardize {
        /// The feature.
        feature: String,
        /// Index of the example, from 0.
        example: usize,
        /// The value.
        value: f64,
    },
    /// The mean or the standard deviation of a feature overflows.
    #[error(
        "feature {} has values too large for a mean and a standard deviation; \
         give it in larger units",
        shown(feature)
    )]
    ScaleOverflow {
        /// The feature.
        feature: String,
    },
    /// A standardizer with lists of different lengths, or a mean or scale that is not usable.
    #[error("not a valid standardizer: {problem}")]
    BadStandardizer {
        /// What is wrong with it.
        problem: String,
    },
}

/// Quotes a text, with line breaks escaped, and cuts off what no line of a message can hold.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn shown_list(texts: &[String]) -> String {
    texts.iter().map(|text| shown(text)).collect::<Vec<_>>().join(", ")
}

/// The first of many.
fn some_of(texts: &[String]) -> String {
    const MOST: usize = 10;
    let more = if texts.len() > MOST { ", …" } else { "" };
    format!("{}{more}", shown_list(&texts[..texts.len().min(MOST)]))
}

fn runs_on(row: u64, last_row: u64) -> String {
    if row == last_row {
        return String::new();
    }
    format!(" (the row runs on to line {last_row}: look for a quote that is not closed)")
}

fn known_columns(wanted: &str, columns: &[String]) -> String {
    /// Columns up to which all are listed, and how many of more.
    const MOST: usize = 40;
    const NEAREST: usize = 10;
    if columns.is_empty() {
        return "; it has none".into();
    }
    let mut text = String::new();
    if let Some(near) = near_match(wanted, columns) {
        text += &format!("; did you mean {}?", shown(near));
    }
    let its = |words: &str, text: &str| match text.is_empty() {
        true => format!("; its {words}"),
        false => format!(" Its {words}"),
    };
    if columns.len() <= MOST {
        return text.clone() + &its(&format!("columns are: {}", shown_list(columns)), &text);
    }
    let near: Vec<String> = nearest(wanted, columns, NEAREST).into_iter().cloned().collect();
    let more = thousands(columns.len() - NEAREST);
    let list =
        format!("columns with the nearest names are: {} … and {more} more", shown_list(&near));
    text.clone() + &its(&list, &text)
}

/// A whole number with commas between thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
