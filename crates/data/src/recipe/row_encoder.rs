//! Applying a recipe to rows that come one by one.

use std::cell::OnceCell;

use super::Recipe;
use super::prepared::Prepared;
use super::unseen::{Known, Unseen};
use crate::cell::trimmed;
use crate::{DataError, Result};

/// A recipe made ready for rows that belong to no table, such as those of a request: each is encoded or refused by
/// itself.
///
/// ```
/// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, RowEncoder, Table, profile};
/// # let table = Table::from_csv_reader("a,y\n1,0\n3,1\n".as_bytes(), "t.csv")?;
/// # let columns = profile(&table, &Missing::default(), &[])?;
/// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
/// let encoder = RowEncoder::new(&recipe);
/// let (mut x, mut unseen) = (vec![0.0; recipe.n_rows()], vec![]);
/// encoder.encode(|_feature| "2", ("request", 1), &mut x, &mut unseen)?;
/// assert_eq!(x, [0.0]);
/// let refused = encoder.encode(|_feature| "two", ("request", 2), &mut x, &mut unseen);
/// assert!(refused.unwrap_err().to_string().starts_with("request, row 2, column \"a\": \"two\""));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct RowEncoder<'a> {
    recipe: &'a Recipe,
    features: Vec<Prepared<'a>>,
    /// Of each feature, once something unseen came.
    known: Vec<OnceCell<Known<'a>>>,
}

impl<'a> RowEncoder<'a> {
    /// Finds once what is the same for all rows.
    pub fn new(recipe: &'a Recipe) -> Self {
        let features = recipe.features.iter().map(|feature| Prepared::new(&feature.encoding));
        let known = recipe.features.iter().map(|_| OnceCell::new()).collect();
        Self { recipe, features: features.collect(), known }
    }

    /// Writes a row into its column of X. `cell` gives the cell of a feature by its place in
    /// [`Recipe::features`], `place` is what messages call file and row. Levels never seen are added to `unseen`.
    ///
    /// # Errors
    /// As [`Recipe::apply`]; the column of X holds nothing of use then.
    ///
    /// # Panics
    /// If `x` is not as long as X is high.
    pub fn encode<'c>(
        &self,
        cell: impl Fn(usize) -> &'c str,
        place: (&str, u64),
        x: &mut [f32],
        unseen: &mut Vec<Unseen>,
    ) -> Result<()> {
        x.fill(0.0);
        let mut rest = x;
        for (index, prepared) in self.features.iter().enumerate() {
            let feature = &self.recipe.features[index];
            let (here, others) = rest.split_at_mut(feature.encoding.n_rows());
            rest = others;
            let text = trimmed(cell(index));
            let text = (!self.recipe.missing.is(text)).then_some(text);
            let seen = prepared.write(text, here).map_err(|problem| {
                let features = self.recipe.features.iter().enumerate();
                if features.into_iter().all(|(i, f)| trimmed(cell(i)) == f.column) {
                    return DataError::RepeatedHeader { file: place.0.to_owned(), row: place.1 };
                }
                self.recipe.refuse_cell(problem, place, index, text.unwrap_or(""))
            })?;
            if !seen {
                let (text, known) = (text.unwrap_or(""), &self.known[index]);
                let known = known.get_or_init(|| Known::of(&feature.encoding));
                let column = feature.column.clone();
                let (first, meant) = (text.to_owned(), known.but_for_zeros(text));
                Unseen::add(unseen, vec![Unseen { column, rows: 1, first, line: place.1, meant }]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DMatrix, Missing, RecipeOptions, Table, profile};

    #[test]
    fn a_row_alone_becomes_what_it_becomes_in_its_table() {
        let csv = "a,k,d,y\n1,u,2024-01-01,0\n2,v,2024-02-03,1\n,w,,0\n7,u,2024-05-01,1\n";
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let columns = profile(&table, &Missing::default(), &[]).unwrap();
        let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
        let options = RecipeOptions::default();
        let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &options).unwrap();
        let expected = recipe.apply(&table).unwrap();
        let encoder = RowEncoder::new(&recipe);
        let (mut x, mut unseen) = (vec![9.0; recipe.n_rows()], vec![]);
        for row in 0..table.n_rows() {
            let cells: Vec<&str> = table.cells(row).collect();
            let line = table.line(row).unwrap();
            encoder.encode(|i| cells[i], ("t.csv", line), &mut x, &mut unseen).unwrap();
            assert_eq!(x, expected.x.column(row).as_slice());
        }
        assert_eq!(unseen, expected.unseen);

        let names = ["a", "k", "d"];
        let refused = encoder.encode(|i| names[i], ("t.csv", 5), &mut x, &mut unseen);
        assert!(matches!(refused, Err(DataError::RepeatedHeader { row: 5, .. })));
    }
}
