//! Whether two tables are the same.

use layerwise_data::Table;
use sha2::{Digest, Sha256};

/// SHA-256 of the names and the cells of a table that comes in pieces.
#[derive(Default)]
pub struct Fingerprint {
    hash: Sha256,
    begun: bool,
}

impl Fingerprint {
    /// That of a whole table.
    pub fn of(table: &Table) -> String {
        let mut fingerprint = Self::default();
        fingerprint.add(table);
        fingerprint.finish()
    }

    /// Goes on with the rows of a piece.
    pub fn add(&mut self, piece: &Table) {
        // What parts cells and rows cannot be mistaken for part of them: lengths go along.
        let mut add = |text: &str| {
            self.hash.update((text.len() as u64).to_le_bytes());
            self.hash.update(text);
        };
        if !self.begun {
            piece.column_names().iter().for_each(|name| add(name));
            add("");
            self.begun = true;
        }
        (0..piece.n_rows()).flat_map(|row| piece.cells(row)).for_each(&mut add);
    }

    pub fn finish(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
