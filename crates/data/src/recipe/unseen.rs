//! What a recipe never saw in training.

use rustc_hash::FxHashMap;

use super::Encoding;
use crate::error::shown;

/// Levels of a category that were not there to learn from; they count as none of those that were.
///
/// ```
/// use layerwise_data::Unseen;
///
/// let mut unseen =
///     Unseen { column: "town".into(), rows: 2, first: "Ulm".into(), line: 7, meant: None };
/// assert_eq!(unseen.to_string(), "column \"town\": 2 rows with a value not seen in training, first \"Ulm\" in row 7");
/// unseen.meant = Some(("7".into(), "07".into()));
/// assert!(unseen.to_string().contains("\"7\" here may be \"07\" there"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The column.
    pub column: String,
    /// In how many rows.
    pub rows: usize,
    /// The first such value.
    pub first: String,
    /// Its line in the file.
    pub line: u64,
    /// The first such value that is a level but for leading zeros, and that level.
    pub meant: Option<(String, String)>,
}

impl Unseen {
    /// Adds what was found in later rows to what was found before: rows of a column are added up, its first values
    /// stay.
    ///
    /// ```
    /// use layerwise_data::Unseen;
    ///
    /// let found =
    ///     |line| Unseen { column: "town".into(), rows: 2, first: "Ulm".into(), line, meant: None };
    /// let mut all = vec![found(7)];
    /// Unseen::add(&mut all, vec![found(9)]);
    /// assert_eq!((all.len(), all[0].rows, all[0].line), (1, 4, 7));
    /// ```
    pub fn add(all: &mut Vec<Self>, later: Vec<Self>) {
        for new in later {
            match all.iter_mut().find(|there| there.column == new.column) {
                Some(there) => {
                    there.rows += new.rows;
                    there.meant = there.meant.take().or(new.meant);
                }
                None => all.push(new),
            }
        }
    }
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { column, rows, first, line, meant } = self;
        let many = if *rows == 1 { "row" } else { "rows" };
        write!(
            f,
            "column {column:?}: {rows} {many} with a value not seen in training, first {} in row {line}",
            shown(first)
        )?;
        if let Some((value, level)) = meant {
            write!(
                f,
                "; {value:?} here may be {level:?} there, as they differ in leading zeros alone: write this column's \
                 codes as they were in training"
            )?;
        }
        Ok(())
    }
}

/// The levels of a category that are whole numbers, by what is left without leading zeros.
#[derive(Debug)]
pub(super) struct Known<'a>(FxHashMap<&'a str, &'a str>);

impl<'a> Known<'a> {
    pub(super) fn of(encoding: &'a Encoding) -> Self {
        let levels = match encoding {
            Encoding::OneHot { levels, .. } | Encoding::Codes { levels } => levels.as_slice(),
            _ => &[],
        };
        Self(levels.iter().filter_map(|level| Some((without_zeros(level)?, &level[..]))).collect())
    }

    /// A value and the level it would be if leading zeros meant nothing.
    pub(super) fn but_for_zeros(&self, value: &str) -> Option<(String, String)> {
        let level = self.0.get(without_zeros(value)?)?;
        Some((value.to_owned(), (*level).to_owned()))
    }
}

/// The digits after leading zeros; `None` of what is no whole number.
fn without_zeros(text: &str) -> Option<&str> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_alike_but_for_zeros() {
        let levels = ["007", "12", "00", "x1"].map(String::from).to_vec();
        let encoding = Encoding::Codes { levels };
        let known = Known::of(&encoding);
        let meant = |value| known.but_for_zeros(value).map(|(_, level)| level);
        assert_eq!(meant("7").as_deref(), Some("007"));
        assert_eq!(meant("0012").as_deref(), Some("12"));
        assert_eq!(meant("0").as_deref(), Some("00"));
        assert_eq!(["8", "0x1", "", "-7", "７"].map(meant), [const { None }; 5]);
    }

    #[test]
    fn what_is_meant_is_kept_from_whichever_rows_it_is_found_in() {
        let of = |meant: Option<(&str, &str)>| {
            let meant = meant.map(|(value, level)| (value.into(), level.into()));
            vec![Unseen { column: "c".into(), rows: 1, first: "x".into(), line: 2, meant }]
        };
        let mut all = of(None);
        Unseen::add(&mut all, of(Some(("1", "01"))));
        Unseen::add(&mut all, of(Some(("2", "02"))));
        assert_eq!((all[0].rows, all[0].meant.clone()), (3, Some(("1".into(), "01".into()))));
    }
}
