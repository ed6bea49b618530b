//! From an image file to numbers.

use std::fs::File;
use std::io::BufReader;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::LabelledImage;
use crate::{DataError, ImageFormat, Result};

/// Pixels of a side, at most.
const LARGEST_SIDE: u32 = 16_384;

/// Bytes that decoding an image may take.
const MOST_BYTES: u64 = 1 << 29;

/// Opens an image and reads its beginning.
pub(super) fn decoder(image: &LabelledImage) -> Result<impl ImageDecoder + use<>> {
    let file = File::open(&image.path)
        .map_err(|reason| DataError::Read { file: image.path.display().to_string(), reason })?;
    let reader = ImageReader::new(BufReader::new(file)).with_guessed_format();
    let mut reader = reader.map_err(|error| image.bad(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| bad(image, &error))
}

/// The pixels of an image, brought to a size and colours.
pub(super) fn read(image: &LabelledImage, format: &ImageFormat) -> Result<Vec<u8>> {
    let decoded =
        DynamicImage::from_decoder(decoder(image)?).map_err(|error| bad(image, &error))?;
    // Colours first: to mix those of a palette or of 16 bits would be another thing.
    let decoded = match format.channels() {
        1 => DynamicImage::ImageLuma8(decoded.into_luma8()),
        _ => DynamicImage::ImageRgb8(decoded.into_rgb8()),
    };
    let (width, height) = (format.width(), format.height());
    let scaled = if (decoded.width(), decoded.height()) == (width, height) {
        decoded
    } else {
        decoded.resize_exact(width, height, FilterType::Triangle)
    };
    Ok(scaled.into_bytes())
}

fn bad(image: &LabelledImage, error: &ImageError) -> DataError {
    image.bad(match error {
        ImageError::Limits(_) => format!(
            "the image is too large (at most {LARGEST_SIDE} pixels a side and {} MB in memory); make it \
             smaller, or remove it",
            MOST_BYTES >> 20
        ),
        other => format!("the image cannot be read: {other}; save it anew, or remove it"),
    })
}
