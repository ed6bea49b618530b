//! Data sets that come with the crate.

use crate::{Result, Table};

/// A data set that comes with the crate.
///
/// ```
/// use layerwise_data::SHIPPED_SETS;
///
/// for set in SHIPPED_SETS {
///     let table = set.table()?;
///     assert_eq!(table.name(), set.name);
///     assert!(table.column_names().iter().any(|name| name == set.target));
/// }
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedSet {
    /// The name it is asked for by.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Who made it, where it is published and under which licence.
    pub credit: &'static str,
    /// The column to predict.
    pub target: &'static str,
    csv: &'static str,
}

/// All data sets that come with the crate.
///
/// ```
/// use layerwise_data::SHIPPED_SETS;
/// assert_eq!(SHIPPED_SETS.map(|set| set.name), ["breast-cancer"]);
/// ```
pub const SHIPPED_SETS: [ShippedSet; 1] = [BREAST_CANCER];

const BREAST_CANCER: ShippedSet = ShippedSet {
    name: "breast-cancer",
    description: "569 tumours, 30 numbers measured on their cell nuclei; malignant or benign",
    credit: "Wolberg, Mangasarian, Street and Street (1995), Breast Cancer Wisconsin (Diagnostic), \
             UCI Machine Learning Repository, https://doi.org/10.24432/C5DW2B, CC BY 4.0",
    target: "diagnosis",
    csv: include_str!("../data/breast_cancer.csv"),
};

impl ShippedSet {
    /// Finds a data set by its name; `-` and `_` are the same, and so are capital and small letters.
    ///
    /// ```
    /// use layerwise_data::ShippedSet;
    ///
    /// let set = ShippedSet::find("breast_cancer").expect("it is shipped");
    /// assert_eq!(set.target, "diagnosis");
    /// assert_eq!(set.table()?.n_rows(), 569);
    /// assert!(ShippedSet::find("breast_cancer.csv").is_none());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn find(name: &str) -> Option<Self> {
        let wanted = name.to_ascii_lowercase().replace('_', "-");
        SHIPPED_SETS.into_iter().find(|set| set.name == wanted)
    }

    /// Reads its table, which is named as the set is.
    ///
    /// # Errors
    ///
    /// None for the sets in [`SHIPPED_SETS`], which are read in the tests.
    pub fn table(&self) -> Result<Table> {
        Table::from_csv_reader(self.csv.as_bytes(), self.name)
    }
}

/// The Wisconsin Diagnostic Breast Cancer data: 569 rows, 30 numeric features, target `diagnosis`
/// (357 `benign`, 212 `malignant`).
///
/// Source: William Wolberg, Olvi Mangasarian, Nick Street, W. Street (1995), *Breast Cancer
/// Wisconsin (Diagnostic)*, UCI Machine Learning Repository,
/// [doi 10.24432/C5DW2B](https://doi.org/10.24432/C5DW2B), licensed
/// [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). A header was added, the patient's
/// number left out and the diagnosis spelled out.
///
/// # Errors
///
/// None: the text is part of the crate and read in its tests.
///
/// ```
/// use layerwise_data::{Dataset, breast_cancer};
///
/// let data = Dataset::<f64>::from_table(&breast_cancer()?, "diagnosis")?;
/// assert_eq!(data.x.shape(), (30, 569));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub fn breast_cancer() -> Result<Table> {
    BREAST_CANCER.table()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dataset;

    #[test]
    fn every_set_can_be_found_and_read() {
        for set in SHIPPED_SETS {
            assert_eq!(ShippedSet::find(set.name), Some(set));
            assert_eq!(ShippedSet::find(&set.name.replace('-', "_")), Some(set));
            Dataset::<f32>::from_table(&set.table().unwrap(), set.target).unwrap();
        }
        assert_eq!(ShippedSet::find("iris"), None);
    }

    #[test]
    fn breast_cancer_is_the_published_table() {
        let data = Dataset::<f64>::from_table(&breast_cancer().unwrap(), "diagnosis").unwrap();
        assert_eq!(data.x.shape(), (30, 569));
        assert_eq!(data.classes.labels(), ["benign", "malignant"]);
        assert_eq!(data.class_counts(), [357, 212]);
        assert_eq!(data.feature_names[0], "mean_radius");
        assert_eq!((data.x[(0, 0)], data.x[(29, 568)], data.y[(0, 0)]), (17.99, 0.07039, 1.0));
        // The published mean radius over all examples.
        assert!((data.x.row(0).mean() - 14.127).abs() < 5e-4);
    }
}
