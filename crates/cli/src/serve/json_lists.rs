//! Rows that are lists of numbers: of models of arrays and images, whose columns have no names of their own.

use serde::de::{IgnoredAny, SeqAccess};

use super::json_rows::Reader;
use super::model::Named;

impl Reader<'_> {
    /// A row of a model of arrays or images: the numbers in their order.
    pub(super) fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        let start = self.begin()?;
        let (mut problem, mut found) = (None, 0);
        loop {
            let is_one = match self.model.listed.get(found) {
                Some(&Named::Column(column)) if problem.is_none() => {
                    let mut is_one = true;
                    problem = self.value(column, |cell| {
                        let value = list.next_element_seed(cell)?;
                        is_one = value.is_some();
                        Ok(value.flatten())
                    })?;
                    is_one
                }
                _ => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !is_one {
                break;
            }
            found += 1;
        }
        if problem.is_none() && !self.model.has_length(found) {
            let (place, file) = (self.place(), &self.model.file);
            let expected = self.model.listed.len();
            problem = Some(format!(
                "{place} has {found} numbers, but the model {file} was trained on examples of {expected}"
            ));
        }
        self.end(start, problem);
        Ok(())
    }
}
