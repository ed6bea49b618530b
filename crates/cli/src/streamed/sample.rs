//! A sample of the rows of a table of unknown length.

use std::collections::HashSet;

use layerwise_data::Table;

use super::rare::FirstRows;
use crate::error::CliError;

/// Rows that say enough of any column.
const ENOUGH: usize = 200_000;

/// Rows that a sample has at least room for, however wide they are.
const LEAST: usize = 1000;

/// Bytes that a cell is estimated to take as part of X.
const BYTES_OF_X: usize = 32;

/// Chooses rows by a hash of seed and index. Where they become too many, every second of them is dropped, again by
/// the hash: any row is in the sample with the same probability, and whether it is can be told without a list.
pub struct Sample {
    seed: u64,
    /// How often half of the rows were dropped.
    halvings: u32,
    most: usize,
    /// The index in the table of each row of the sample.
    indices: Vec<usize>,
    /// Rows that are in it whatever the hash says.
    added: HashSet<usize>,
}

impl Sample {
    /// An empty sample of a table like `first` that takes at most about so many bytes, and the table for its rows.
    pub fn new(first: &Table, bytes: u64, seed: u64) -> (Self, Table) {
        let a_row = first.bytes() / first.n_rows().max(1) + BYTES_OF_X * first.column_names().len();
        let most = usize::try_from(bytes).unwrap_or(usize::MAX) / a_row.max(1);
        let most = most.clamp(LEAST, ENOUGH);
        let (indices, added) = (vec![], HashSet::new());
        (Self { seed, halvings: 0, most, indices, added }, first.emptied())
    }

    /// Whether a row of the table is in the sample, once all of them were added.
    pub fn has(&self, index: usize) -> bool {
        hash(self.seed, index).leading_zeros() >= self.halvings || self.added.contains(&index)
    }

    /// Adds to `kept` what the sample takes of a piece before which there were so many rows.
    pub fn add(&mut self, kept: &mut Table, piece: &Table, before: usize) -> Result<(), CliError> {
        let chosen: Vec<usize> = (0..piece.n_rows()).filter(|row| self.has(before + row)).collect();
        self.indices.extend(chosen.iter().map(|row| before + row));
        kept.append_rows(piece, chosen)?;
        while self.indices.len() > self.most {
            self.halvings += 1;
            let stays: Vec<usize> =
                (0..self.indices.len()).filter(|&row| self.has(self.indices[row])).collect();
            let mut fewer = kept.emptied();
            fewer.append_rows(kept, stays.iter().copied())?;
            *kept = fewer;
            self.indices = stays.into_iter().map(|row| self.indices[row]).collect();
        }
        Ok(())
    }

    /// Adds to `kept`, once all of the table went by, rows of classes that the sample has too few of.
    pub fn complete(&mut self, kept: &mut Table, first: &FirstRows) -> Result<(), CliError> {
        let mut lacking = first.lacking_in(kept)?;
        lacking.retain(|&row| !self.has(first.index(row)));
        if lacking.is_empty() {
            return Ok(());
        }
        // In the order of the table, as all rows of the sample are.
        let (mut more, mut from) = (kept.emptied(), 0);
        for &row in &lacking {
            let to = self.indices.partition_point(|&sampled| sampled < first.index(row));
            more.append_rows(kept, from..to)?;
            more.append_rows(first.rows(), [row])?;
            from = to;
        }
        more.append_rows(kept, from..kept.n_rows())?;
        *kept = more;
        self.added = lacking.into_iter().map(|row| first.index(row)).collect();
        self.indices.extend(&self.added);
        self.indices.sort_unstable();
        Ok(())
    }
}

/// Bits that look drawn at random (SplitMix64; Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
fn hash(seed: u64, index: usize) -> u64 {
    let golden = 0x9e37_79b9_7f4a_7c15_u64;
    let mut z = seed.wrapping_add(golden.wrapping_mul(index as u64 + 1));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_the_hash_misses_is_in_the_sample_in_its_place() {
        let class = |i: usize| if i % 9001 == 100 { "rare" } else { "often" };
        let rows: String = (0..50_000).map(|i| format!("{i},{}\n", class(i))).collect();
        let table = Table::from_csv_reader(format!("x,y\n{rows}").as_bytes(), "t.csv").unwrap();
        let (mut sample, mut kept) = Sample::new(&table, 0, 3);
        let mut first = FirstRows::new(&table, "y");
        sample.add(&mut kept, &table, 0).unwrap();
        first.add(&table, 0).unwrap();
        sample.complete(&mut kept, &first).unwrap();
        let rare = kept.column("y").unwrap().filter(|&class| class == "rare").count();
        assert!(rare >= 5, "{rare} of 6");
        let values: Vec<usize> = kept.column("x").unwrap().map(|x| x.parse().unwrap()).collect();
        let expected: Vec<usize> = (0..50_000).filter(|&index| sample.has(index)).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn a_sample_is_of_all_parts_of_the_table_and_known_without_a_list() {
        let rows: String = (0..100_000).map(|i| format!("{i}\n")).collect();
        let table = Table::from_csv_reader(format!("x\n{rows}").as_bytes(), "t.csv").unwrap();
        let piece = |from: usize| {
            let mut piece = table.emptied();
            piece.append_rows(&table, from..from + 5000).unwrap();
            piece
        };
        // No room for more than the least.
        let (mut sample, mut kept) = Sample::new(&piece(0), 0, 3);
        for from in (0..100_000).step_by(5000) {
            sample.add(&mut kept, &piece(from), from).unwrap();
        }
        let values: Vec<usize> = kept.column("x").unwrap().map(|x| x.parse().unwrap()).collect();
        assert!((LEAST / 3..=LEAST).contains(&values.len()), "{} rows", values.len());
        let expected: Vec<usize> = (0..100_000).filter(|&index| sample.has(index)).collect();
        assert_eq!(values, expected);
        let low = values.iter().filter(|&&x| x < 50_000).count();
        assert!(low.abs_diff(values.len() - low) < 150, "{low} of {}", values.len());
    }
}
