//! Whether the first row of a file, which was taken for the names of its columns, looks like data.

use crate::cell::number;
use crate::{ColumnKind, ColumnProfile};

/// Names of columns that look like values of theirs: a number over numbers, a date over dates, a text that comes
/// again below. A file without a header loses its first row where that is not told.
///
/// ```
/// use layerwise_data::{HeaderDoubt, Missing, Table, profile};
///
/// let doubt = |csv: &str| {
///     let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
///     Ok::<_, layerwise_data::DataError>(HeaderDoubt::of(&profile(&table, &Missing::default(), &[])?))
/// };
/// let flowers = doubt("5.1,3.5,setosa\n4.9,3,setosa\n6.2,2.9,virginica\n")?.ok_or("no doubt")?;
/// assert_eq!(flowers.names(), ["5.1", "3.5", "setosa"]);
/// assert!(flowers.is_certain());
/// assert_eq!(doubt("length,width,kind\n4.9,3,setosa\n6.2,2.9,virginica\n")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderDoubt {
    names: Vec<String>,
    certain: bool,
}

impl HeaderDoubt {
    /// The doubt there is, if half of the names or more look like values. Numbers that rise or fall by equal steps
    /// are names (years, or the counts that other programs write): five of them are not doubted.
    ///
    /// ```
    /// # use layerwise_data::{HeaderDoubt, Missing, Table, profile};
    /// let table = Table::from_csv_reader("0,1,2,3,4\n7,5,1,0,2\n3,9,9,1,4\n".as_bytes(), "t.csv")?;
    /// assert_eq!(HeaderDoubt::of(&profile(&table, &Missing::default(), &[])?), None);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn of(columns: &[ColumnProfile]) -> Option<Self> {
        /// Numbers in equal steps that are no accident.
        const MANY: usize = 5;
        let numbers: Vec<f64> = columns.iter().filter_map(|column| number(&column.name)).collect();
        let counted = in_equal_steps(&numbers);
        if counted && numbers.len() >= MANY {
            return None;
        }
        let alike = columns.iter().filter(|column| is_like_its_values(column));
        let names: Vec<String> = alike.map(|column| column.name.clone()).collect();
        // Texts alone may come again because the header does.
        let certain = names.len() == columns.len() && !numbers.is_empty() && !counted;
        (!names.is_empty() && names.len() * 2 >= columns.len()).then_some(Self { names, certain })
    }

    /// The names that look like values, in the order of the columns.
    ///
    /// ```
    /// # use layerwise_data::{HeaderDoubt, Missing, Table, profile};
    /// let table = Table::from_csv_reader("7,y\n8,a\n9,b\n".as_bytes(), "t.csv")?;
    /// let doubt = HeaderDoubt::of(&profile(&table, &Missing::default(), &[])?);
    /// assert_eq!(doubt.ok_or("no doubt")?.names(), ["7"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is hardly another way to read it: all names look like values, and some are numbers that do not
    /// count in equal steps.
    ///
    /// ```
    /// # use layerwise_data::{HeaderDoubt, Missing, Table, profile};
    /// let table = Table::from_csv_reader("2019,2020,2021\n1,2,3\n4,6,5\n".as_bytes(), "t.csv")?;
    /// let years = HeaderDoubt::of(&profile(&table, &Missing::default(), &[])?);
    /// assert!(!years.ok_or("no doubt")?.is_certain());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_certain(&self) -> bool {
        self.certain
    }
}

fn is_like_its_values(column: &ColumnProfile) -> bool {
    let name = column.name.as_str();
    match column.kind {
        _ if column.range.is_some() => number(name).is_some(),
        ColumnKind::Date(format) => format.reads(name),
        _ => column.levels.iter().any(|(level, _)| level == name),
    }
}

/// Whether there are three or more, each as much above or below the one before.
fn in_equal_steps(numbers: &[f64]) -> bool {
    let [first, second, _, ..] = numbers else { return false };
    let step = second - first;
    step != 0.0 && numbers.windows(2).all(|pair| pair[1] - pair[0] == step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Missing, Table, profile};

    fn doubt(csv: &str) -> Option<(usize, bool)> {
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        HeaderDoubt::of(&columns).map(|doubt| (doubt.names().len(), doubt.is_certain()))
    }

    #[test]
    fn rows_of_data_are_told_from_names() {
        assert_eq!(doubt("1,0.5\n2,0.7\n3,0.1\n"), Some((2, true)));
        assert_eq!(
            doubt("39,State-gov,Male\n50,Private,Male\n38,State-gov,Female\n"),
            Some((3, true))
        );
        assert_eq!(doubt("2024-01-05,7\n2024-01-06,8\n2024-03-01,8\n"), Some((2, true)));
        // Texts alone: perhaps the header comes again.
        assert_eq!(doubt("ham,good\nspam,bad\nham,good\n"), Some((2, false)));
        assert_eq!(doubt("ham,Go until jurong\nspam,Free entry\nham,Nah\n"), Some((1, false)));
        assert_eq!(doubt("age,town,kind\n3,Rome,town\n4,Oslo,town\n"), None);
    }

    #[test]
    fn years_and_counts_are_names() {
        assert_eq!(doubt("0,1,2,3,4\n7,8,9,1,2\n3,4,5,6,7\n"), None);
        assert_eq!(doubt("land,1990,2000,2010,2020,2030\nA,1,2,3,4,5\nB,2,3,4,5,6\n"), None);
        assert_eq!(doubt("1992,1991,1990\n1,2,3\n4,5,9\n"), Some((3, false)));
        assert_eq!(doubt("1992,1990\n1,2\n4,5\n"), Some((2, true)));
    }
}
