//! Packing rows into blocks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::Blocks;
use crate::recipe::{Packing, Ranges};
use crate::{DataError, Recipe, Result, Table, Target};

/// Bytes of a block that are written together.
const BUFFER: usize = 1 << 16;

/// Packs the pieces of a table into [`Blocks`].
///
/// ```
/// # use layerwise_data::{BlockWriter, Missing, Recipe, RecipeOptions, Table, Target, profile};
/// # let table = Table::from_csv_reader("x,y\n1,a\n2,b\n3,a\n".as_bytes(), "t.csv")?;
/// # let columns = profile(&table, &Missing::default(), &[])?;
/// # let target = Target::find(&table, &columns, "y", None)?;
/// # let y = target.encode(&table)?;
/// # let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1, 2], &y), &RecipeOptions::default())?;
/// let mut writer = BlockWriter::new(&recipe, &target, &std::env::temp_dir(), 2, 7)?;
/// writer.add(&table, |row| row != 1)?;
/// assert_eq!(writer.finish()?.m(), 2);
/// // A number in eight bytes, and the label.
/// assert_eq!(BlockWriter::bytes_of_a_row(&recipe), 12);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct BlockWriter<'a> {
    recipe: &'a Recipe,
    target: &'a Target,
    packing: Packing<'a>,
    ranges: Ranges,
    seed: u64,
    random: ChaCha8Rng,
    files: Vec<BufWriter<File>>,
    rows: Vec<usize>,
    folder: String,
}

impl<'a> BlockWriter<'a> {
    /// So many blocks, in files of `folder` that have no name and vanish with the program, however it ends.
    ///
    /// # Errors
    /// [`DataError::WriteBlocks`] if no file can be made there.
    pub fn new(
        recipe: &'a Recipe,
        target: &'a Target,
        folder: &Path,
        n_blocks: usize,
        seed: u64,
    ) -> Result<Self> {
        let name = folder.display().to_string();
        let failed = |reason| DataError::WriteBlocks { folder: name.clone(), reason };
        let file = |_| {
            let file = tempfile::tempfile_in(folder).map_err(failed)?;
            Ok(BufWriter::with_capacity(BUFFER, file))
        };
        let files = (0..n_blocks.max(1)).map(file).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            recipe,
            target,
            packing: Packing::new(recipe),
            ranges: Ranges::new(recipe.features().len()),
            seed,
            random: ChaCha8Rng::seed_from_u64(seed),
            rows: vec![0; files.len()],
            files,
            folder: name,
        })
    }

    /// Bytes that a row takes.
    pub fn bytes_of_a_row(recipe: &Recipe) -> usize {
        Packing::new(recipe).bytes() + 4
    }

    /// Packs those rows of a table that are chosen, each into a block drawn at random.
    ///
    /// # Errors
    /// As [`Recipe::apply`] and [`Target::encode`]; [`DataError::WriteBlocks`] if the disk is full.
    pub fn add(&mut self, table: &Table, chosen: impl Fn(usize) -> bool) -> Result<()> {
        let columns = self.recipe.places(table)?;
        let y = self.target.encode(table)?;
        let rows: Vec<usize> = (0..table.n_rows()).filter(|&row| chosen(row)).collect();
        let width = self.packing.bytes() + 4;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = rows.len().div_ceil(threads).max(1);
        let (packing, n) = (&self.packing, self.recipe.n_rows());
        let n_features = self.recipe.features().len();
        let pack = |rows: &[usize]| -> Result<(Vec<u8>, Ranges)> {
            let (mut packed, mut x) = (Vec::with_capacity(rows.len() * width), vec![0.0; n]);
            let mut ranges = Ranges::new(n_features);
            for &row in rows {
                packing.pack(table, row, &columns, &mut x, (&mut packed, &mut ranges))?;
                let label = match y.nrows() {
                    1 => y[(0, row)],
                    // The class itself: far fewer than f32 has whole numbers.
                    _ => y.column(row).imax() as f32,
                };
                packed.extend(label.to_le_bytes());
            }
            Ok((packed, ranges))
        };
        let mut parts = Vec::new();
        std::thread::scope(|scope| {
            let mut shares = rows.chunks(share);
            let here = shares.next();
            let others: Vec<_> = shares.map(|rows| scope.spawn(|| pack(rows))).collect();
            parts.extend(here.map(pack));
            parts.extend(others.into_iter().map(|other| match other.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            }));
        });
        for part in parts {
            let (packed, ranges) = part?;
            self.ranges.add(ranges);
            for row in packed.chunks(width) {
                let block = self.random.random_range(0..self.files.len());
                self.rows[block] += 1;
                self.files[block].write_all(row).map_err(|reason| DataError::WriteBlocks {
                    folder: self.folder.clone(),
                    reason,
                })?;
            }
        }
        Ok(())
    }

    /// The blocks, ready to be read; those without rows are left out.
    ///
    /// # Errors
    /// [`DataError::WriteBlocks`] if the disk is full; [`DataError::HeaderOnly`] if there are no rows.
    pub fn finish(self) -> Result<Blocks> {
        let Self { recipe, target, packing, ranges, seed, files, rows, folder, .. } = self;
        let failed = |reason| DataError::WriteBlocks { folder: folder.clone(), reason };
        let (mut kept, mut of) = (vec![], vec![]);
        for (file, rows) in files.into_iter().zip(rows).filter(|(_, rows)| *rows > 0) {
            let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
            kept.push(Mutex::new(file));
            of.push(rows);
        }
        if of.is_empty() {
            return Err(DataError::HeaderOnly { file: folder });
        }
        let recipe = recipe.clone().with_ranges(ranges);
        let (n_out, width) = (target.n_out(), packing.bytes() + 4);
        Ok(Blocks { recipe, n_out, seed, width, files: kept, rows: of, name: folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoding, Missing, RecipeOptions, profile};

    /// A number with gaps, a category with gaps, one of many levels, dates, three classes.
    fn table() -> Table {
        let row = |i: usize| {
            let number = if i % 9 == 2 { String::new() } else { format!("{}", i as f64 / 7.0) };
            let town = ["Bern", "Oslo", "", "Rome"][i % 4];
            let day =
                if i % 11 == 3 { String::new() } else { format!("2024-03-{:02}", i % 28 + 1) };
            format!("{number},{town},k{},{day},{}\n", i % 90, ["a", "b", "c"][i * 7 % 3])
        };
        let rows: String = (0..500).map(row).collect();
        Table::from_csv_reader(format!("x,town,key,day,y\n{rows}").as_bytes(), "t.csv").unwrap()
    }

    #[test]
    fn examples_come_back_as_the_recipe_makes_them() {
        let table = table();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let target = Target::find(&table, &columns, "y", None).unwrap();
        let y = target.encode(&table).unwrap();
        // From half of the rows, so that some levels are new.
        let half: Vec<usize> = (0..80).chain(100..150).collect();
        let train = (&half[..], &y.select_columns(&half));
        let recipe = Recipe::fit(&table, &columns, "y", train, &RecipeOptions::default()).unwrap();
        assert!(!recipe.codes().is_empty());
        let x = recipe.apply(&table).unwrap().x;

        let folder = tempfile::tempdir().unwrap();
        let mut writer = BlockWriter::new(&recipe, &target, folder.path(), 4, 5).unwrap();
        writer.add(&table, |_| true).unwrap();
        let blocks = writer.finish().unwrap();
        assert_eq!(blocks.m(), 500);
        let mut expected: Vec<Vec<u32>> = (0..500)
            .map(|j| x.column(j).iter().chain(&y.column(j)).map(|v| v.to_bits()).collect())
            .collect();
        expected.sort();
        let mut orders = vec![];
        for epoch in 1..3 {
            let (mut found, mut bytes) = (vec![], vec![]);
            let (mut x, mut y) = (vec![f32::NAN; recipe.n_rows()], vec![f32::NAN; 3]);
            let mut unpacker = blocks.unpacker();
            for block in blocks.order_of(epoch) {
                blocks.read(block, &mut bytes).unwrap();
                for row in blocks.order_within(epoch, block) {
                    unpacker.unpack(&bytes, row, &mut x, &mut y);
                    found.push(x.iter().chain(&y).map(|v| v.to_bits()).collect::<Vec<_>>());
                }
            }
            orders.push(found.clone());
            found.sort();
            assert_eq!(found, expected);
        }
        assert_ne!(orders[0], orders[1], "each epoch has an order of its own");
    }

    #[test]
    fn ranges_are_those_of_all_rows_packed() {
        let table = table();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let target = Target::find(&table, &columns, "y", None).unwrap();
        let y = target.encode(&table).unwrap();
        let fit = |rows: &[usize]| {
            let train = (rows, &y.select_columns(rows));
            Recipe::fit(&table, &columns, "y", train, &RecipeOptions::default()).unwrap()
        };
        let ranges = |recipe: &Recipe| {
            let range = |encoding: &Encoding| match encoding {
                Encoding::Number { range, .. } => format!("{range:?}"),
                Encoding::Date { range, .. } => format!("{range:?}"),
                _ => "none".into(),
            };
            recipe.features().iter().map(|f| range(&f.encoding)).collect::<Vec<_>>()
        };
        let (sample, packed) = (Vec::from_iter(115..135), Vec::from_iter(3..480));
        let recipe = fit(&sample);
        let folder = tempfile::tempdir().unwrap();
        let mut writer = BlockWriter::new(&recipe, &target, folder.path(), 3, 5).unwrap();
        // In pieces, some rows left out at both ends.
        for piece in [0..200, 200..201, 201..500] {
            let mut part = table.emptied();
            part.append_rows(&table, piece.clone()).unwrap();
            writer.add(&part, |row| (3..480).contains(&(row + piece.start))).unwrap();
        }
        let blocks = writer.finish().unwrap();
        assert_eq!(ranges(blocks.recipe()), ranges(&fit(&packed)));
        assert_ne!(ranges(blocks.recipe()), ranges(&recipe));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let table = table();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let target = Target::find(&table, &columns, "y", None).unwrap();
        let (all, y) = (Vec::from_iter(0..500), target.encode(&table).unwrap());
        let recipe =
            Recipe::fit(&table, &columns, "y", (&all, &y), &RecipeOptions::default()).unwrap();
        let error = BlockWriter::new(&recipe, &target, Path::new("no/such"), 2, 1).unwrap_err();
        assert!(error.to_string().starts_with("cannot write to the folder no/such: "), "{error}");
    }
}
