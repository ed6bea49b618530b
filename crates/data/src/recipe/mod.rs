//! From the columns of a table to what a network takes in: learned once, applied to any rows.

mod apply;
mod encoding;
mod fit;
mod packing;
mod prepared;
mod ranges;
mod row_encoder;
mod unseen;

use serde::{Deserialize, Serialize};

use crate::{DataError, Missing, Result};

pub use apply::Encoded;
pub use encoding::{Encoding, Scaling};
pub(crate) use packing::Packing;
pub(crate) use ranges::Ranges;
pub use row_encoder::RowEncoder;
pub use unseen::Unseen;

/// How numbers are made ready for a network.
///
/// ```
/// use layerwise_data::Numbers;
///
/// assert_eq!(Numbers::default(), Numbers::Automatic);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// Bins where there are rows enough to find them ([`ROWS_WORTH_BINS`]) and at most a hundred numbers,
    /// standardized otherwise.
    #[default]
    Automatic,
    /// Mean 0 and variance 1.
    Standard,
    /// From 0 to 1 between the least and the largest value.
    MinMax,
    /// By rank, spread out as the normal distribution.
    Quantile,
    /// Piecewise linear, in bins at the splits of a small tree on the target.
    Bins,
}

/// Rows to learn from at which numbers are encoded in bins, if nothing else is said.
///
/// ```
/// assert!(layerwise_data::ROWS_WORTH_BINS > 1000);
/// ```
pub const ROWS_WORTH_BINS: usize = 2000;

/// What a [`Recipe`] is to be like.
///
/// ```
/// use layerwise_data::{Numbers, RecipeOptions};
///
/// let options = RecipeOptions { numbers: Numbers::Standard, ..RecipeOptions::default() };
/// assert_eq!((options.bins, options.one_hot), (24, 64));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RecipeOptions {
    /// How numbers are encoded.
    pub numbers: Numbers,
    /// Bins of a number, at most.
    pub bins: usize,
    /// Levels of a category up to which each has a row of its own; with more, levels become codes for an
    /// embedding.
    pub one_hot: usize,
    /// Words for missing values.
    pub missing: Missing,
    /// Columns that are left out.
    pub left_out: Vec<String>,
}

impl Default for RecipeOptions {
    fn default() -> Self {
        Self {
            numbers: Numbers::Automatic,
            bins: 24,
            one_hot: 64,
            missing: Missing::default(),
            left_out: vec![],
        }
    }
}

/// How each column of a table becomes rows of X: learned from the rows to train on, kept with a model, applied
/// to new tables by the names of their columns.
///
/// Numbers: a missing one becomes the median, with a row that says so where it is missing often enough to learn
/// from; then scaled or put into bins. Categories: a row for each level, a missing value one of its own, a level
/// that was never seen none of them; or, of many levels, a code for an embedding, with one more code for whatever
/// is missing or was never seen. Dates: days, and places in year, week and day. Columns without use are left out
/// ([`ColumnKind::is_useful`](crate::ColumnKind::is_useful)).
///
/// ```
/// use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
///
/// let csv = "age,town,y\n20,Rome,0\n40,Oslo,1\n30,Rome,0\n,Bern,1\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
/// let columns = profile(&table, &Missing::default(), &[])?;
/// let y = DMatrix::from_row_slice(1, 3, &[0.0, 1.0, 0.0]);
/// // Learned from the first three rows; the age of the last is the median of theirs.
/// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1, 2], &y), &RecipeOptions::default())?;
/// assert_eq!(recipe.row_names(), ["age", "town = Oslo", "town = Rome"]);
/// let encoded = recipe.apply(&table)?;
/// assert_eq!(encoded.x[(0, 3)], 0.0);
/// assert_eq!(encoded.unseen[0].column, "town");
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Recipe {
    missing: Missing,
    features: Vec<Feature>,
}

/// A column and what becomes of it.
///
/// ```
/// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
/// # let table = Table::from_csv_reader("a,k,y\n1,u,0\n2,v,1\n".as_bytes(), "t.csv")?;
/// # let columns = profile(&table, &Missing::default(), &[])?;
/// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
/// assert_eq!(recipe.features()[1].column, "k");
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The column's name.
    pub column: String,
    /// How it is encoded.
    pub encoding: Encoding,
}

/// A recipe as it is in a file.
#[derive(Serialize, Deserialize)]
struct Parts {
    missing: Missing,
    features: Vec<Feature>,
}

impl From<Recipe> for Parts {
    fn from(Recipe { missing, features }: Recipe) -> Self {
        Self { missing, features }
    }
}

impl TryFrom<Parts> for Recipe {
    type Error = DataError;

    fn try_from(Parts { missing, features }: Parts) -> Result<Self> {
        for feature in &features {
            feature.encoding.check().map_err(|problem| DataError::BadRecipe {
                column: feature.column.clone(),
                problem,
            })?;
        }
        Ok(Self { missing, features })
    }
}

impl Recipe {
    /// The columns that are used, with what becomes of each, in the order of the rows of X.
    ///
    /// ```
    /// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
    /// # let table = Table::from_csv_reader("a,k,y\n1,u,0\n2,v,1\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
    /// let columns: Vec<&str> = recipe.features().iter().map(|f| f.column.as_str()).collect();
    /// assert_eq!(columns, ["a", "k"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Rows of X.
    ///
    /// ```
    /// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
    /// # let table = Table::from_csv_reader("a,k,y\n1,u,0\n2,v,1\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
    /// // A number, and a row for each of two levels.
    /// assert_eq!(recipe.n_rows(), 3);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_rows(&self) -> usize {
        self.features.iter().map(|feature| feature.encoding.n_rows()).sum()
    }

    /// A name for each row of X.
    pub fn row_names(&self) -> Vec<String> {
        self.features.iter().flat_map(|f| f.encoding.row_names(&f.column)).collect()
    }

    /// The rows of X that hold codes for an embedding, each with the number of its levels.
    ///
    /// ```
    /// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
    /// # let table = Table::from_csv_reader("a,k,y\n1,u,0\n2,v,1\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// // No level has a row of its own.
    /// let options = RecipeOptions { one_hot: 1, ..RecipeOptions::default() };
    /// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &options)?;
    /// assert_eq!(recipe.codes(), [(1, 3)]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn codes(&self) -> Vec<(usize, usize)> {
        let mut row = 0;
        let mut codes = vec![];
        for feature in &self.features {
            if let Encoding::Codes { levels } = &feature.encoding {
                // And one for whatever else comes.
                codes.push((row, levels.len() + 1));
            }
            row += feature.encoding.n_rows();
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DMatrix, Table, profile};

    /// A number with gaps, a category, a date and a constant; the target changes at 50.
    fn table(change: impl Fn(usize) -> Option<String>) -> Table {
        let mut csv = String::from("a,b,c,d,y\n");
        for i in 0..100 {
            let a = if i % 10 == 3 { String::new() } else { format!("{}", i * i) };
            let line =
                format!("{a},{},2024-01-{:02},7,{}", ["u", "v", "w"][i % 3], i % 28 + 1, i / 50);
            csv += &(change(i).unwrap_or(line) + "\n");
        }
        Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap()
    }

    fn fitted(table: &Table, rows: &[usize], numbers: Numbers) -> Recipe {
        let columns = profile(table, &Missing::default(), &[]).unwrap();
        let y = DMatrix::from_fn(1, rows.len(), |_, j| (rows[j] / 50) as f32);
        let options = RecipeOptions { numbers, ..RecipeOptions::default() };
        Recipe::fit(table, &columns, "y", (rows, &y), &options).unwrap()
    }

    const ALL: [Numbers; 5] =
        [Numbers::Automatic, Numbers::Standard, Numbers::MinMax, Numbers::Quantile, Numbers::Bins];

    #[test]
    fn nothing_is_learned_from_rows_that_are_not_to_train_on() {
        let train: Vec<usize> = (0..100).filter(|i| i % 4 > 0).collect();
        let other =
            |i: usize| (i.is_multiple_of(4)).then(|| format!("-{i},u,2020-05-05,7,{}", i % 2));
        for numbers in ALL {
            let recipe = fitted(&table(|_| None), &train, numbers);
            assert_eq!(recipe, fitted(&table(other), &train, numbers));
            let all: Vec<usize> = (0..100).collect();
            assert_ne!(recipe, fitted(&table(|_| None), &all, numbers), "{numbers:?}");
        }
    }

    #[test]
    fn rows_are_as_many_as_said_scaled_and_the_same_after_a_file() {
        let (table, rows) = (table(|_| None), Vec::from_iter(0..100));
        for numbers in ALL {
            let recipe = fitted(&table, &rows, numbers);
            let x = recipe.apply(&table).unwrap().x;
            assert_eq!(x.shape(), (recipe.n_rows(), 100));
            assert_eq!(recipe.row_names().len(), recipe.n_rows());
            assert!(x.iter().all(|v| v.is_finite() && v.abs() < 12.0), "{numbers:?}");
            let json = serde_json::to_string(&recipe).unwrap();
            let read: Recipe = serde_json::from_str(&json).unwrap();
            assert_eq!(read.apply(&table).unwrap().x, x);
        }
        let names = fitted(&table, &rows, Numbers::Standard).row_names().join(" ");
        assert!(names.starts_with("a a missing b = u b = v b = w c days "), "{names}");
        assert!(!names.contains('d') || !names.contains("d missing"));
    }

    #[test]
    fn ranges_are_those_of_the_rows_to_train_on_and_files_of_old_have_none() {
        let (table, rows) = (table(|_| None), Vec::from_iter(5..95));
        for numbers in ALL {
            let recipe = fitted(&table, &rows, numbers);
            let Encoding::Number { range, .. } = &recipe.features()[0].encoding else { panic!() };
            assert_eq!(*range, Some((25.0, 94.0 * 94.0)), "{numbers:?}");
            let Encoding::Date { range, .. } = &recipe.features()[2].encoding else { panic!() };
            let dates = Some(("2024-01-01".to_owned(), "2024-01-28".to_owned()));
            assert_eq!(*range, dates, "{numbers:?}");

            let mut json = serde_json::to_value(&recipe).unwrap();
            for (feature, kind) in [(0, "number"), (2, "date")] {
                let encoding = &mut json["features"][feature]["encoding"][kind];
                assert!(encoding.as_object_mut().unwrap().remove("range").is_some());
            }
            let old: Recipe = serde_json::from_value(json).unwrap();
            let Encoding::Number { range: None, .. } = &old.features()[0].encoding else {
                panic!()
            };
            assert_eq!(old.apply(&table).unwrap().x, recipe.apply(&table).unwrap().x);
        }
    }

    #[test]
    fn new_tables_are_read_by_name_and_what_is_new_is_counted() {
        let recipe = fitted(&table(|_| None), &Vec::from_iter(0..100), Numbers::Standard);
        let new = |csv: &str| Table::from_csv_reader(csv.as_bytes(), "new.csv").unwrap();
        let encoded = recipe.apply(&new("c,x,b,a\n2024-01-03,1,z,4\n?,1,,4\n")).unwrap();
        assert_eq!(encoded.unseen.len(), 1);
        let Unseen { column, rows, first, line, .. } = &encoded.unseen[0];
        assert_eq!((column.as_str(), *rows, first.as_str(), *line), ("b", 1, "z", 2));
        let message = |csv: &str| recipe.apply(&new(csv)).unwrap_err().to_string();
        assert!(message("b,a\nu,1\n").contains("no column \"c\""));
        assert!(message("a,b,c\none,u,2024-01-01\n").contains("row 2, column \"a\": \"one\""));
        assert!(message("a,b,c\n1,u,soon\n").contains("row 2, column \"c\": \"soon\""));
    }

    #[test]
    fn many_levels_become_codes() {
        let rows: String = (0..300).map(|i| format!("l{},{}\n", i % 100, i % 2)).collect();
        let table = Table::from_csv_reader(format!("k,y\n{rows}").as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let y = DMatrix::from_fn(1, 300, |_, j| (j % 2) as f32);
        let rows = Vec::from_iter(0..300);
        let options = RecipeOptions::default();
        let recipe = Recipe::fit(&table, &columns, "y", (&rows, &y), &options).unwrap();
        assert_eq!(recipe.codes(), [(0, 101)]);
        let x = recipe.apply(&table).unwrap().x;
        assert_eq!(x.nrows(), 1);
        assert!(x.iter().all(|&code| (0.0..100.0).contains(&code) && code.fract() == 0.0));
    }
}
