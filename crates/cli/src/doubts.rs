//! What of a table may have been read otherwise than it was meant: said, and refused where it hardly can be right.

use std::path::Path;

use layerwise_data::{ColumnKind, ColumnProfile, DateFormat, HeaderDoubt};

use crate::error::CliError;
use crate::report::{shell_word, short};
use crate::table_args::ColumnArgs;

/// The columns of a table, and what was typed about them.
pub struct Doubts<'a> {
    /// Whether their names are the first row of a text, and nobody said that they are.
    pub has_header: bool,
    pub profiles: &'a [ColumnProfile],
    /// With the names of whole columns.
    pub columns: &'a ColumnArgs,
}

impl Doubts<'_> {
    /// Refuses a first row that is certainly none of names.
    pub fn refuse(&self, data: &Path) -> Result<(), CliError> {
        match self.header().filter(HeaderDoubt::is_certain) {
            Some(doubt) => Err(CliError::input(data, header_words(&doubt))),
            None => Ok(()),
        }
    }

    /// A line for each doubt; of columns that are left out there is none.
    pub fn told(&self, left_out: &[String]) -> Vec<String> {
        let header = self.header().map(|doubt| header_words(&doubt));
        let used = self.profiles.iter().filter(|profile| !left_out.contains(&profile.name));
        let columns = used.flat_map(|profile| [self.dates(profile), self.codes(profile)]);
        header.into_iter().chain(shortened(columns.flatten().collect())).collect()
    }

    fn header(&self) -> Option<HeaderDoubt> {
        HeaderDoubt::of(self.profiles).filter(|_| self.has_header)
    }

    fn dates(&self, profile: &ColumnProfile) -> Option<String> {
        if self.columns.dates.is_some() || !profile.has_open_dates() {
            return None;
        }
        let (was, other) = match profile.kind {
            ColumnKind::Date(DateFormat::DayMonthYearSlashes) => ("day", "month"),
            _ => ("month", "day"),
        };
        Some(format!(
            "dates of column {} such as {} are read with the {was} first, and no value proves it: --dates \
             {other}-first reads them the other way",
            short(&profile.name),
            profile.levels.first().map_or("", |(level, _)| level)
        ))
    }

    fn codes(&self, profile: &ColumnProfile) -> Option<String> {
        let first = profile.leading_zeros.as_deref()?;
        let (name, word) = (short(&profile.name), shell_word(&profile.name));
        if self.columns.categories.contains(&profile.name) {
            return None;
        }
        match profile.kind {
            ColumnKind::Category => Some(format!(
                "column {name} holds codes such as {first}, each a category of its own; write them without \
                 leading zeros if they are numbers"
            )),
            ColumnKind::Number => Some(format!(
                "column {name} has numbers with leading zeros such as {first}, which do not count: if they are \
                 codes, --categories {word} makes categories of them"
            )),
            _ => None,
        }
    }
}

fn header_words(doubt: &HeaderDoubt) -> String {
    const SHOWN: usize = 3;
    let names: Vec<String> =
        doubt.names().iter().take(SHOWN).map(|name| format!("{:?}", short(name))).collect();
    let more = if doubt.names().len() > SHOWN { ", …" } else { "" };
    format!(
        "the first row, which should name the columns, looks like data ({}{more}): --no-header reads it as data, \
         --header as names",
        names.join(", ")
    )
}

/// The first of many lines, and how many more there are.
fn shortened(mut lines: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 10;
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    lines.extend(
        (more > 0).then(|| format!("{more} more columns have dates or codes such as these")),
    );
    lines
}
