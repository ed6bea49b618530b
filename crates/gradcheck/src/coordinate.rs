//! Which number of a layer or network a gradient is about.

use std::fmt;

use layerwise_core::{Layer, Scalar};
use serde::Serialize;

/// One entry of a parameter, of an input, of a cost's outputs.
///
/// ```
/// use layerwise_gradcheck::Coordinate;
/// let coordinate =
///     Coordinate { layer: 2, kind: "dense relu".into(), name: "w".into(), row: 3, column: 5 };
/// assert_eq!(coordinate.to_string(), "layer 2 (dense relu) w[3, 5]");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coordinate {
    /// The layer, counted from 1; 0 where there is none (a cost).
    pub layer: usize,
    /// The layer's kind: `dense relu`; for a cost, its name.
    pub kind: String,
    /// The parameter as the layer calls it, `x` for what the layer is handed, `al` for a cost.
    pub name: String,
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0; of an input, the example.
    pub column: usize,
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.layer > 0 {
            write!(f, "layer {} ", self.layer)?;
        }
        write!(f, "({}) {}[{}, {}]", self.kind, self.name, self.row, self.column)
    }
}

/// All entries of one matrix: a parameter or the input.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The parameter's layer (from 0) and index, `None` for the input of the chain.
    pub(crate) parameter: Option<(usize, usize)>,
    pub(crate) layer: usize,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) nrows: usize,
    pub(crate) ncols: usize,
}

impl Group {
    pub(crate) fn len(&self) -> usize {
        self.nrows * self.ncols
    }

    /// The entry with this position in column-major order.
    pub(crate) fn coordinate(&self, position: usize) -> Coordinate {
        Coordinate {
            layer: self.layer,
            kind: self.kind.clone(),
            name: self.name.clone(),
            row: position % self.nrows,
            column: position / self.nrows,
        }
    }
}

/// The parameters of all layers in order, then the input, which is called `input` (kind and name).
pub(crate) fn groups<T: Scalar>(
    layers: &[&dyn Layer<T>],
    x: Option<(usize, usize)>,
    input: (String, String),
) -> Vec<Group> {
    let mut groups = vec![];
    for (l, layer) in layers.iter().enumerate() {
        for (index, parameter) in layerwise_core::parameters(*layer).enumerate() {
            groups.push(Group {
                parameter: Some((l, index)),
                layer: l + 1,
                kind: layer.kind(),
                name: layer.parameter_name(index),
                nrows: parameter.nrows(),
                ncols: parameter.ncols(),
            });
        }
    }
    if let Some((nrows, ncols)) = x {
        let (kind, name) = input;
        let layer = usize::from(!layers.is_empty());
        groups.push(Group { parameter: None, layer, kind, name, nrows, ncols });
    }
    groups.retain(|group| group.len() > 0);
    groups
}

/// The group and the position in it for each number in `sample`, which counts through all groups.
pub(crate) fn places(groups: &[Group], sample: &[usize]) -> Vec<(usize, usize)> {
    let mut places = Vec::with_capacity(sample.len());
    let (mut group, mut start) = (0, 0);
    for &number in sample {
        while number - start >= groups[group].len() {
            start += groups[group].len();
            group += 1;
        }
        places.push((group, number - start));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_through_the_groups_column_by_column() {
        let group = |name: &str, nrows, ncols| Group {
            parameter: None,
            layer: 1,
            kind: "k".into(),
            name: name.into(),
            nrows,
            ncols,
        };
        let groups = [group("w", 2, 3), group("b", 2, 1)];
        assert_eq!(places(&groups, &[0, 5, 6, 7]), [(0, 0), (0, 5), (1, 0), (1, 1)]);
        let coordinate = groups[0].coordinate(5);
        assert_eq!((coordinate.row, coordinate.column), (1, 2));
    }
}
