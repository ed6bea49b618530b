//! Examples on disk, in blocks that each fit into memory, for tables that do not.

mod writer;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Mutex;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::recipe::Packing;
use crate::{DataError, Recipe, Result};

pub use writer::BlockWriter;

/// Rows of tables, packed into files without a name that vanish with it. Each row went to a block at random, so
/// that any block is a sample of all; within an epoch all rows of a block come one after the other, shuffled.
///
/// ```
/// use layerwise_data::{BlockWriter, Missing, Recipe, RecipeOptions, Table, Target, profile};
///
/// let row = |i: usize| format!("{},{}\n", i * 37 % 100, if i * 37 % 100 < 50 { "no" } else { "yes" });
/// let rows: String = (0..100).map(row).collect();
/// let table = Table::from_csv_reader(format!("x,large\n{rows}").as_bytes(), "t.csv")?;
/// let columns = profile(&table, &Missing::default(), &["large".into()])?;
/// let target = Target::find(&table, &columns, "large", None)?;
/// let (all, y) = (Vec::from_iter(0..100), target.encode(&table)?);
/// let recipe = Recipe::fit(&table, &columns, "large", (&all, &y), &RecipeOptions::default())?;
///
/// let mut writer = BlockWriter::new(&recipe, &target, &std::env::temp_dir(), 3, 7)?;
/// writer.add(&table, |row| row % 10 > 0)?;
/// let blocks = writer.finish()?;
/// assert_eq!((blocks.m(), blocks.n_blocks()), (90, 3));
///
/// let (mut x, mut y) = (vec![0.0; recipe.n_rows()], vec![0.0; target.n_out()]);
/// let mut bytes = vec![];
/// let (mut seen, mut examples) = (0, blocks.unpacker());
/// for block in blocks.order_of(1) {
///     blocks.read(block, &mut bytes)?;
///     for row in blocks.order_within(1, block) {
///         examples.unpack(&bytes, row, &mut x, &mut y);
///         assert_eq!(y[0] == 1.0, x[0] > 0.0);
///         seen += 1;
///     }
/// }
/// assert_eq!(seen, 90);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Blocks {
    recipe: Recipe,
    n_out: usize,
    seed: u64,
    /// Bytes of a row, its label included.
    width: usize,
    files: Vec<Mutex<File>>,
    /// Rows of each.
    rows: Vec<usize>,
    name: String,
}

impl Blocks {
    /// Examples in all blocks.
    pub fn m(&self) -> usize {
        self.rows.iter().sum()
    }

    /// The number of blocks.
    pub fn n_blocks(&self) -> usize {
        self.rows.len()
    }

    /// The recipe that X is made by; its ranges are those of the rows packed.
    ///
    /// ```
    /// # use layerwise_data::{BlockWriter, Missing, Recipe, RecipeOptions, Table, Target, profile};
    /// # let table = Table::from_csv_reader("x,y\n1,a\n2,b\n3,a\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let target = Target::find(&table, &columns, "y", None)?;
    /// # let y = target.encode(&table)?;
    /// # let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1, 2], &y), &RecipeOptions::default())?;
    /// let mut writer = BlockWriter::new(&recipe, &target, &std::env::temp_dir(), 1, 7)?;
    /// writer.add(&table, |_| true)?;
    /// let blocks = writer.finish()?;
    /// assert_eq!((blocks.recipe(), blocks.n_out()), (&recipe, 1));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The height of Y.
    pub fn n_out(&self) -> usize {
        self.n_out
    }

    /// The blocks in the order of an epoch; it follows from seed and epoch.
    pub fn order_of(&self, epoch: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.n_blocks()).collect();
        order.shuffle(&mut self.random(epoch, self.n_blocks()));
        order
    }

    /// The rows of a block in the order of an epoch.
    pub fn order_within(&self, epoch: usize, block: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows[block]).collect();
        order.shuffle(&mut self.random(epoch, block));
        order
    }

    fn random(&self, epoch: usize, stream: usize) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed.wrapping_add(epoch as u64));
        random.set_stream(stream as u64 + 1);
        random
    }

    /// Rows of a block.
    ///
    /// ```
    /// # use layerwise_data::{BlockWriter, Missing, Recipe, RecipeOptions, Table, Target, profile};
    /// # let table = Table::from_csv_reader("x,y\n1,a\n2,b\n3,a\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let target = Target::find(&table, &columns, "y", None)?;
    /// # let y = target.encode(&table)?;
    /// # let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1, 2], &y), &RecipeOptions::default())?;
    /// let mut writer = BlockWriter::new(&recipe, &target, &std::env::temp_dir(), 1, 7)?;
    /// writer.add(&table, |_| true)?;
    /// assert_eq!(writer.finish()?.rows(0), 3);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn rows(&self, block: usize) -> usize {
        self.rows[block]
    }

    /// Reads the packed rows of a block into `bytes`.
    ///
    /// # Errors
    /// [`DataError::Read`] if the disk fails.
    pub fn read(&self, block: usize, bytes: &mut Vec<u8>) -> Result<()> {
        let failed = |reason| DataError::Read { file: self.name.clone(), reason };
        let mut file = self.files[block].lock().unwrap_or_else(|broken| broken.into_inner());
        bytes.resize(self.rows[block] * self.width, 0);
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        file.read_exact(bytes).map_err(failed)
    }

    /// What makes examples of packed rows.
    pub fn unpacker(&self) -> Unpacker<'_> {
        Unpacker { packing: Packing::new(&self.recipe), width: self.width }
    }
}

/// Makes columns of X and Y from the rows of a block.
///
/// ```
/// # use layerwise_data::{BlockWriter, Missing, Recipe, RecipeOptions, Table, Target, profile};
/// # let table = Table::from_csv_reader("x,y\n1,a\n3,b\n".as_bytes(), "t.csv")?;
/// # let columns = profile(&table, &Missing::default(), &[])?;
/// # let target = Target::find(&table, &columns, "y", None)?;
/// # let y = target.encode(&table)?;
/// # let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
/// # let mut writer = BlockWriter::new(&recipe, &target, &std::env::temp_dir(), 1, 7)?;
/// # writer.add(&table, |_| true)?;
/// # let blocks = writer.finish()?;
/// let (mut bytes, mut x, mut y) = (vec![], [0.0], [0.0]);
/// blocks.read(0, &mut bytes)?;
/// blocks.unpacker().unpack(&bytes, 1, &mut x, &mut y);
/// assert_eq!((x, y), ([1.0], [1.0]));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Unpacker<'a> {
    packing: Packing<'a>,
    width: usize,
}

impl Unpacker<'_> {
    /// Writes a row of a block into a column of X and one of Y.
    pub fn unpack(&mut self, bytes: &[u8], row: usize, x: &mut [f32], y: &mut [f32]) {
        let packed = &bytes[row * self.width..(row + 1) * self.width];
        let (features, label) = packed.split_at(self.width - 4);
        self.packing.unpack(features, x);
        let mut value = [0; 4];
        value.copy_from_slice(label);
        let value = f32::from_le_bytes(value);
        if let [y] = y {
            *y = value;
        } else {
            y.fill(0.0);
            // A class of several, see `BlockWriter::add`.
            y[value as usize] = 1.0;
        }
    }
}
