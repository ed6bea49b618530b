//! What is kept in mind of the dates of a column while its cells go by.

use crate::DateFormat;

/// The ways in which the texts of a column may be dates.
#[derive(Debug)]
pub(super) struct Dates {
    texts: usize,
    /// For each way the cells that are none, and the first of them.
    ways: Vec<(DateFormat, usize, Option<(u64, String)>)>,
}

impl Default for Dates {
    fn default() -> Self {
        let ways = DateFormat::ALL.into_iter().map(|format| (format, 0, None)).collect();
        Self { texts: 0, ways }
    }
}

impl Dates {
    /// Looks at a text on this line.
    pub(super) fn add(&mut self, cell: &str, line: impl Fn() -> u64) {
        /// Cells after which a way that rarely fits is looked at no more.
        const ENOUGH: usize = 100;
        self.texts += 1;
        for (format, misses, first) in &mut self.ways {
            if !format.reads(cell) {
                *misses += 1;
                first.get_or_insert_with(|| (line(), cell.to_owned()));
            }
        }
        let texts = self.texts;
        if texts >= ENOUGH {
            self.ways.retain(|(_, misses, _)| misses * 2 <= texts);
        }
    }

    /// The first way in which all of so many cells are dates.
    pub(super) fn format(&self, present: usize) -> Option<DateFormat> {
        let all = self.texts == present && present > 0;
        self.ways.iter().find(|(_, misses, _)| all && *misses == 0).map(|(format, ..)| *format)
    }

    /// The first cell that is no date where `mostly` all are.
    pub(super) fn odd_one_out(&self, mostly: impl Fn(usize) -> bool) -> Option<(u64, &str)> {
        let odd = self.ways.iter().filter(|(_, misses, _)| mostly(self.texts - misses));
        let (_, misses, first) = odd.min_by_key(|(_, misses, _)| *misses)?;
        first.as_ref().filter(|_| *misses > 0).map(|(line, cell)| (*line, cell.as_str()))
    }
}
