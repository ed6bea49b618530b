//! Small pictures of pixels.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{ReportError, Result};

/// A picture of pixels with what is to be said of it, packed as PNG.
///
/// ```
/// use layerwise_report::Picture;
///
/// let picture = Picture::new("a dark and a bright pixel", &[10, 250], (2, 1, 1))?;
/// assert!(picture.source.starts_with("data:image/png;base64,iVBOR"));
/// # Ok::<(), layerwise_report::ReportError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What is to be said of it.
    pub caption: String,
    /// The picture as a URL that holds it.
    pub source: String,
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Picture {
    /// A picture of `(width, height, channels)`: values from 0 to 255, row by row, 1 channel for grey or 3 for
    /// red, green and blue of each pixel.
    ///
    /// # Errors
    /// [`ReportError::Pixels`] for another number of values, or of channels.
    pub fn new(
        caption: impl Into<String>,
        values: &[u8],
        (width, height, channels): (u32, u32, u32),
    ) -> Result<Self> {
        let expected = [width, height, channels]
            .iter()
            .try_fold(1_usize, |product, &n| product.checked_mul(n as usize))
            .unwrap_or(usize::MAX);
        if values.len() != expected || ![1, 3].contains(&channels) || expected == 0 {
            let found = values.len();
            return Err(ReportError::Pixels { width, height, channels, expected, found });
        }
        let mut packed = Vec::new();
        let mut encoder = png::Encoder::new(&mut packed, width, height);
        encoder.set_color(if channels == 1 {
            png::ColorType::Grayscale
        } else {
            png::ColorType::Rgb
        });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(values)?;
        let source = format!("data:image/png;base64,{}", STANDARD.encode(packed));
        Ok(Self { caption: caption.into(), source, width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_come_back() {
        let values: Vec<u8> = (0..2 * 3 * 3).map(|i| i * 14).collect();
        let picture = Picture::new("p", &values, (2, 3, 3)).unwrap();
        let packed = STANDARD.decode(picture.source.split(',').nth(1).unwrap()).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(packed)).read_info().unwrap();
        let mut found = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut found).unwrap();
        assert_eq!(found, values);
    }

    #[test]
    fn sizes_must_fit() {
        for size in [(0, 1, 1), (2, 2, 1), (1, 1, 2), (u32::MAX, u32::MAX, 3)] {
            assert!(Picture::new("p", &[1, 2], size).is_err(), "{size:?}");
        }
    }
}
