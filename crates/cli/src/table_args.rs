//! What can be typed about a table: how its file is read, and what is made of its columns.

use clap::Args;
use layerwise_data::{ColumnProfile, CsvFormat, DateOrder, Missing};
use serde::{Deserialize, Serialize};

/// How a file is to be read.
#[derive(Debug, Clone, Default, Args)]
pub struct FormatArgs {
    /// What parts the cells, one character [default: found by looking at the file]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// The first row is data; columns are called column_1, column_2, …
    #[arg(long, conflicts_with = "header")]
    pub no_header: bool,
    /// The first row names the columns, though it looks like data
    #[arg(long)]
    pub header: bool,
}

impl FormatArgs {
    /// The same for the data crate.
    pub fn format(&self) -> CsvFormat {
        CsvFormat { delimiter: self.delimiter, header: !self.no_header }
    }
}

/// What is to be made of columns.
#[derive(Debug, Clone, Default, Args)]
pub struct ColumnArgs {
    /// Words that stand for a missing value, besides an empty cell
    /// [default: ?,NA,N/A,NaN,null,None]
    #[arg(long, value_name = "WORDS", value_delimiter = ',', allow_hyphen_values = true)]
    pub missing: Option<Vec<String>>,
    #[arg(long, value_name = "COLUMNS", help = CATEGORIES_HELP)]
    pub categories: Vec<String>,
    /// How dates such as 07/06/2024 are read, where no value of the column proves it [default: month-first]
    #[arg(long, value_name = "ORDER")]
    pub dates: Option<DatesName>,
}

/// What `--dates` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatesName {
    /// 07/06/2024 is the sixth of July
    MonthFirst,
    /// 07/06/2024 is the seventh of June
    DayFirst,
}

impl From<DatesName> for DateOrder {
    fn from(name: DatesName) -> Self {
        match name {
            DatesName::MonthFirst => Self::MonthFirst,
            DatesName::DayFirst => Self::DayFirst,
        }
    }
}

const CATEGORIES_HELP: &str = "Columns that hold categories, though their values are numbers; can be repeated, \
    and a name with a comma in it is taken as a whole where a column has it";

impl ColumnArgs {
    /// The same for the data crate.
    pub fn missing(&self) -> Missing {
        self.missing.as_ref().map_or_else(Missing::default, Missing::words)
    }

    /// Reads dates in the order that was typed, where they can be read so.
    pub fn order_dates(&self, mut profiles: Vec<ColumnProfile>) -> Vec<ColumnProfile> {
        if let Some(order) = self.dates {
            profiles.iter_mut().for_each(|profile| profile.read_open_dates(order.into()));
        }
        profiles
    }

    /// The words for missing values, as they could be typed.
    pub fn words(&self) -> Vec<String> {
        self.missing.clone().unwrap_or_else(|| Missing::default().list().to_vec())
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        &[byte] if byte != b'"' && byte != b'\n' && byte != b'\r' => Ok(byte),
        _ => Err("must be one ASCII character, such as ; or |, or the word tab".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        assert_eq!([delimiter(";"), delimiter("tab"), delimiter("\\t")], [Ok(b';'), Ok(9), Ok(9)]);
        assert!(["", "é", ",,", "\""].iter().all(|wrong| delimiter(wrong).is_err()));
    }
}
