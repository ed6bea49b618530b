//! What is kept in mind of the dates of a column while its cells go by.

use crate::DateFormat;

/// The ways in which the texts of a column may be dates.
#[derive(Debug)]
pub(super) struct Dates {
    texts: usize,
    ways: Vec<Way>,
}

/// One of them.
#[derive(Debug)]
struct Way {
    format: DateFormat,
    /// Cells that are no such date, and the first of them with its line.
    misses: usize,
    first: Option<(u64, String)>,
}

impl Default for Dates {
    fn default() -> Self {
        let way = |format| Way { format, misses: 0, first: None };
        Self { texts: 0, ways: DateFormat::ALL.into_iter().map(way).collect() }
    }
}

impl Dates {
    /// Looks at a text on this line.
    pub(super) fn add(&mut self, cell: &str, line: impl Fn() -> u64) {
        /// Cells after which a way that rarely fits is looked at no more.
        const ENOUGH: usize = 100;
        self.texts += 1;
        for way in &mut self.ways {
            if !way.format.reads(cell) {
                way.misses += 1;
                way.first.get_or_insert_with(|| (line(), cell.to_owned()));
            }
        }
        let texts = self.texts;
        if texts >= ENOUGH {
            self.ways.retain(|way| way.misses * 2 <= texts);
        }
    }

    /// The first way in which all of so many cells are dates.
    pub(super) fn format(&self, present: usize) -> Option<DateFormat> {
        let all = self.texts == present && present > 0;
        self.ways.iter().find(|way| all && way.misses == 0).map(|way| way.format)
    }

    /// The first cell that is no date where `mostly` all are.
    pub(super) fn odd_one_out(&self, mostly: impl Fn(usize) -> bool) -> Option<(u64, &str)> {
        let odd = self.ways.iter().filter(|way| mostly(self.texts - way.misses));
        let way = odd.min_by_key(|way| way.misses).filter(|way| way.misses > 0)?;
        way.first.as_ref().map(|(line, cell)| (*line, cell.as_str()))
    }
}
