//! X and y with the names that give them meaning.

use nalgebra::{DMatrix, RealField};

use crate::{Classes, DataError, Fractions, Result, Split, Table, features, stratified_split};

/// Examples with a binary target.
///
/// ```
/// use layerwise_data::{Dataset, Table};
///
/// let csv = "size,weight,kind\n1,2,old\n3,4,new\n5,6,old\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
/// let data = Dataset::<f64>::from_table(&table, "kind")?;
/// assert_eq!((data.n_features(), data.n_examples()), (2, 3));
/// assert_eq!(data.class_counts(), [2, 1]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<T> {
    /// X `(n_x, m)`: one example a column.
    pub x: DMatrix<T>,
    /// y `(1, m)`: 0 or 1.
    pub y: DMatrix<T>,
    /// The name of each row of X.
    pub feature_names: Vec<String>,
    /// The name of the target.
    pub target_name: String,
    /// The labels of class 0 and class 1.
    pub classes: Classes,
}

impl<T: RealField + Copy> Dataset<T> {
    /// Reads all columns of a table but the target as features, and finds the two classes
    /// ([`Classes::from_column`]).
    ///
    /// # Errors
    ///
    /// As [`features`], [`Classes::from_column`] and [`Classes::encode`].
    ///
    /// ```
    /// use layerwise_data::{Dataset, Table};
    ///
    /// let csv = "size,weight,kind\n1,2,old\n3,4,new\n5,6,old\n";
    /// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
    /// let data = Dataset::<f32>::from_table(&table, "kind")?;
    /// assert_eq!(data.x.shape(), (2, 3));
    /// assert_eq!(data.y.as_slice(), [0.0, 1.0, 0.0]);
    /// assert_eq!(data.feature_names, ["size", "weight"]);
    /// assert_eq!(data.classes.labels(), ["old", "new"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn from_table(table: &Table, target: &str) -> Result<Self> {
        let feature_names = table.column_names_except(target)?;
        let classes = Classes::from_column(table, target)?;
        Self::from_columns(table, &feature_names, target, classes)
    }

    /// Reads the named columns as features, in this order, and the target with given classes: what
    /// evaluating a saved model on new data needs.
    ///
    /// # Errors
    ///
    /// As [`features`] and [`Classes::encode`], and [`DataError::TargetAsFeature`].
    ///
    /// ```
    /// use layerwise_data::{Classes, Dataset, Table};
    ///
    /// let table = Table::from_csv_reader("a,b,y\n1,2,yes\n".as_bytes(), "new.csv")?;
    /// let data = Dataset::<f64>::from_columns(&table, &["b"], "y", Classes::new("no", "yes")?)?;
    /// assert_eq!((data.x[(0, 0)], data.y[(0, 0)]), (2.0, 1.0));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn from_columns(
        table: &Table,
        feature_names: &[impl AsRef<str>],
        target: &str,
        classes: Classes,
    ) -> Result<Self> {
        let target_index = table.column_index(target)?;
        let indices = feature_names
            .iter()
            .map(|name| table.column_index(name.as_ref()))
            .collect::<Result<Vec<usize>>>()?;
        let name = |index: usize| table.column_names()[index].clone();
        if indices.contains(&target_index) {
            return Err(DataError::TargetAsFeature {
                file: table.name().to_string(),
                column: name(target_index),
            });
        }
        Ok(Self {
            x: features(table, feature_names)?,
            y: classes.encode(table, target)?,
            feature_names: indices.into_iter().map(name).collect(),
            target_name: name(target_index),
            classes,
        })
    }

    /// The number of features n_x.
    ///
    /// ```
    /// # use layerwise_data::{Dataset, breast_cancer};
    /// let data = Dataset::<f64>::from_table(&breast_cancer()?, "diagnosis")?;
    /// assert_eq!((data.n_features(), data.n_examples()), (30, 569));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_features(&self) -> usize {
        self.x.nrows()
    }

    /// The number of examples m.
    pub fn n_examples(&self) -> usize {
        self.x.ncols()
    }

    /// How many examples class 0 and class 1 have.
    ///
    /// ```
    /// # use layerwise_data::{Dataset, breast_cancer};
    /// let data = Dataset::<f64>::from_table(&breast_cancer()?, "diagnosis")?;
    /// assert_eq!(data.classes.labels(), ["benign", "malignant"]);
    /// assert_eq!(data.class_counts(), [357, 212]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn class_counts(&self) -> [usize; 2] {
        let of_class_1 = self.y.iter().filter(|&&y| y == T::one()).count();
        [self.y.len() - of_class_1, of_class_1]
    }

    /// A data set of the chosen examples, in the order given; an example may be chosen more than
    /// once, and none at all give matrices without columns.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchExample`] if an index is not below the number of examples.
    ///
    /// ```
    /// # use layerwise_data::{Dataset, Table};
    /// let table = Table::from_csv_reader("a,y\n1,0\n2,1\n3,0\n".as_bytes(), "t.csv")?;
    /// let data = Dataset::<f64>::from_table(&table, "y")?.select(&[2, 1])?;
    /// assert_eq!(data.x.as_slice(), [3.0, 2.0]);
    /// assert_eq!(data.y.as_slice(), [0.0, 1.0]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn select(&self, examples: &[usize]) -> Result<Self> {
        let m = self.n_examples().min(self.y.ncols());
        if let Some(&index) = examples.iter().find(|&&index| index >= m) {
            return Err(DataError::NoSuchExample { index, examples: m });
        }
        Ok(Self {
            x: self.x.select_columns(examples),
            y: self.y.select_columns(examples),
            feature_names: self.feature_names.clone(),
            target_name: self.target_name.clone(),
            classes: self.classes.clone(),
        })
    }

    /// [`stratified_split`] of the examples by their class.
    ///
    /// # Errors
    ///
    /// As [`stratified_split`].
    ///
    /// ```
    /// use layerwise_data::{Dataset, Fractions, breast_cancer};
    ///
    /// let data = Dataset::<f64>::from_table(&breast_cancer()?, "diagnosis")?;
    /// let fractions = Fractions { train: 0.6, validation: 0.2, test: 0.2 };
    /// let split = data.split(fractions, 1)?;
    /// let train = data.select(&split.train)?;
    /// assert_eq!(train.class_counts(), [214, 127]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn split(&self, fractions: Fractions, seed: u64) -> Result<Split> {
        let labels: Vec<&str> = self.y.iter().map(|&y| self.classes.label(y == T::one())).collect();
        stratified_split(&labels, fractions, seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let csv = "a, b ,y\n1,2,no\n3,4,yes\n5,6,no\n";
        Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap()
    }

    #[test]
    fn the_target_cannot_be_a_feature() {
        let classes = Classes::new("no", "yes").unwrap();
        let error = Dataset::<f64>::from_columns(&table(), &["a", "y"], "y", classes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "column \"y\" of t.csv is the target and cannot be a feature as well"
        );
    }

    #[test]
    fn names_are_those_of_the_header() {
        let classes = Classes::new("no", "yes").unwrap();
        let data = Dataset::<f64>::from_columns(&table(), &["b ", "a"], " y", classes).unwrap();
        assert_eq!(data.feature_names, ["b", "a"]);
        assert_eq!(data.target_name, "y");
        assert_eq!(data.x.as_slice(), [2.0, 1.0, 4.0, 3.0, 6.0, 5.0]);
    }

    #[test]
    fn a_table_of_the_target_alone_has_no_features() {
        let table = Table::from_csv_reader("y\n0\n1\n".as_bytes(), "t.csv").unwrap();
        let error = Dataset::<f64>::from_table(&table, "y").unwrap_err();
        assert!(matches!(error, DataError::NoFeatures { .. }), "{error}");
    }

    #[test]
    fn select_repeats_leaves_out_and_refuses() {
        let data = Dataset::<f32>::from_table(&table(), "y").unwrap();
        let twice = data.select(&[1, 1]).unwrap();
        assert_eq!(twice.x.as_slice(), [3.0, 4.0, 3.0, 4.0]);
        assert_eq!(twice.class_counts(), [0, 2]);
        assert_eq!(data.select(&[]).unwrap().x.shape(), (2, 0));
        assert_eq!(
            data.select(&[0, 3]).unwrap_err().to_string(),
            "example 3 does not exist: the data set has 3, counted from 0"
        );
    }

    #[test]
    fn a_split_names_the_class_that_is_too_small() {
        let data = Dataset::<f32>::from_table(&table(), "y").unwrap();
        let fractions = Fractions { train: 0.5, validation: 0.0, test: 0.5 };
        assert_eq!(
            data.split(fractions, 0).unwrap_err().to_string(),
            "class \"yes\" has 1 example, but each of the 2 parts of the split needs at least one; \
             add examples, or split into fewer parts"
        );
    }
}
