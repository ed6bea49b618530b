//! The size and colours that suit all images of a folder.

use image::ImageDecoder;

use super::{LabelledImage, pixels};
use crate::{ImageFormat, ImageOptions, Result};

/// Sides of images that are taken as they are, at most.
const LARGEST_OWN: u32 = 64;

/// Sides of images that have no size in common, or a large one.
const USUAL: u32 = 32;

/// What follows from the images, by their beginnings.
pub(super) fn of(images: &[LabelledImage], options: ImageOptions) -> Result<ImageFormat> {
    let (mut sizes, mut grey) = (None, true);
    let mut same = true;
    for image in images {
        let decoder = pixels::decoder(image)?;
        let size = decoder.dimensions();
        same &= *sizes.get_or_insert(size) == size;
        grey &= !decoder.color_type().has_color();
    }
    let own = sizes.filter(|(width, height)| same && *width.max(height) <= LARGEST_OWN);
    let (width, height) = options.size.or(own).unwrap_or((USUAL, USUAL));
    ImageFormat::new(width, height, options.channels.unwrap_or(if grey { 1 } else { 3 }))
}
