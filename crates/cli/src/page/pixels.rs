//! Examples that are images, shown as such.

use layerwise_data::{ImageFormat, Table};
use layerwise_report::{Picture, Result};

/// The format of the images that the columns x0, x1, … of a table are, if they are.
pub(super) fn format(notes: &crate::bundle::Notes) -> Option<ImageFormat> {
    notes.data.images.or(notes.data.pixels)
}

/// The image of a row, as its cells have it.
pub(super) fn picture(
    table: &Table,
    row: usize,
    format: ImageFormat,
    caption: String,
) -> Option<Result<Picture>> {
    let values = values(table, row);
    (values.len() == format.n_values()).then(|| of_values(caption, &values, format))
}

/// The values of a row's pixels, as its cells have them.
pub(super) fn values(table: &Table, row: usize) -> Vec<f64> {
    let names = table.column_names();
    // What comes beside the pixels: labels, and the file's name.
    let is_pixel = |name: &str| name.strip_prefix('x').is_some_and(|i| i.parse::<usize>().is_ok());
    let cells = names.iter().zip(table.cells(row)).filter(|(name, _)| is_pixel(name));
    cells.filter_map(|(_, cell)| cell.trim().parse().ok()).collect()
}

/// The image of such values.
pub(super) fn of_values(caption: String, values: &[f64], format: ImageFormat) -> Result<Picture> {
    let size = (format.width(), format.height(), format.channels());
    Picture::new(caption, &bytes(values), size)
}

/// Values from 0 to 255; from 0 to 1 if none is larger, and from the least to the most where neither fits.
fn bytes(values: &[f64]) -> Vec<u8> {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let (from, width) = match (low, high) {
        (0.0.., ..=1.0) => (0.0, 1.0),
        (0.0.., ..=255.0) => (0.0, 255.0),
        (low, high) => (low, (high - low).max(f64::MIN_POSITIVE)),
    };
    values.iter().map(|value| (255.0 * (value - from) / width).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_range_are_seen() {
        assert_eq!(bytes(&[0.0, 0.5, 1.0]), [0, 128, 255]);
        assert_eq!(bytes(&[0.0, 100.0, 255.0]), [0, 100, 255]);
        assert_eq!(bytes(&[-1.0, 0.0, 1.0]), [0, 128, 255]);
        assert_eq!(bytes(&[-3.0, -3.0]), [0, 0]);
    }

    #[test]
    fn columns_beside_the_pixels_are_none() {
        let table = Table::from_csv_reader("x0,x1,label\n0,255,7\n".as_bytes(), "t").unwrap();
        let format = ImageFormat::new(2, 1, 1).unwrap();
        assert!(picture(&table, 0, format, String::new()).unwrap().is_ok());
        assert!(picture(&table, 0, ImageFormat::new(3, 1, 1).unwrap(), String::new()).is_none());
    }
}
