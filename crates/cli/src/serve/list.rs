//! What is known of the numbers of a row that is a list: whether they are pixels, and from where to where they go.

use layerwise_data::{Encoding, ImageFormat};

use super::about::range;
use crate::bundle::Notes;

/// The rows of a model of arrays or images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct List {
    /// Numbers of a row.
    pub length: usize,
    /// What image they are.
    pub image: Option<ImageFormat>,
    /// Between which values they are: of pixels, what black and white are.
    pub least: f64,
    pub most: f64,
    /// Whether more than half of what was learned from is light.
    pub is_light: bool,
}

impl List {
    /// Of the rows that a model was trained on, if these can be lists.
    pub fn of(notes: &Notes) -> Option<Self> {
        let length = notes.data.example_length()?;
        let image = notes.data.images.or(notes.data.pixels);
        let columns =
            notes.recipe.features().iter().filter_map(|feature| match &feature.encoding {
                Encoding::Number { fill, scaling, range: known, .. } => {
                    Some((range(scaling, *known).1, *fill))
                }
                _ => None,
            });
        let (ranges, medians): (Vec<[f64; 2]>, Vec<f64>) = columns.unzip();
        let ends = match notes.data.images {
            // Whatever was in them.
            Some(_) => (0.0, 255.0),
            None => ends(&ranges),
        };
        let middle = medians.iter().sum::<f64>() / medians.len().max(1) as f64;
        let is_light = middle > (ends.0 + ends.1) / 2.0;
        Some(Self { length, image, least: ends.0, most: ends.1, is_light })
    }
}

/// From 0 to 1 or to 255 if all are there, as pixels are; otherwise from the least to the most.
fn ends(ranges: &[[f64; 2]]) -> (f64, f64) {
    let (low, high) =
        ranges.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), range| {
            (low.min(range[0]), high.max(range[1]))
        });
    match (low, high) {
        (0.0.., ..=1.0) => (0.0, 1.0),
        (0.0.., ..=255.0) => (0.0, 255.0),
        (low, high) if low < high => (low, high),
        // All alike, or none.
        _ => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_go_from_0_unless_some_are_below() {
        assert_eq!(ends(&[[0.0, 0.9], [0.1, 1.0]]), (0.0, 1.0));
        assert_eq!(ends(&[[0.0, 1.0], [0.0, 1.5]]), (0.0, 255.0));
        assert_eq!(ends(&[[5.0, 255.0]]), (0.0, 255.0));
        assert_eq!(ends(&[[-1.0, 0.5], [0.0, 1.0]]), (-1.0, 1.0));
        assert_eq!(ends(&[[0.0, 4095.0]]), (0.0, 4095.0));
        assert_eq!(ends(&[[-2.0, -2.0]]), (0.0, 1.0));
        assert_eq!(ends(&[]), (0.0, 1.0));
    }
}
