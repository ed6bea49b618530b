//! The size and colours that all images are brought to.

use image::ImageDecoder;
use serde::{Deserialize, Serialize};

use super::{LabelledImage, pixels};
use crate::{DataError, Result};

/// Sides of images that are taken as they are, at most.
const LARGEST_OWN: u32 = 64;

/// Sides of images that have no size in common, or a large one.
const USUAL: u32 = 32;

/// Pixels of a side, at most: a network of more columns would not fit into memory.
const LARGEST: u32 = 1024;

/// What is asked for; the rest follows from the images.
///
/// ```
/// use layerwise_data::ImageOptions;
///
/// assert_eq!(ImageOptions::default(), ImageOptions { size: None, channels: None });
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImageOptions {
    /// Width and height.
    pub size: Option<(u32, u32)>,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: Option<u32>,
}

/// The size and colours that all images are brought to.
///
/// ```
/// use layerwise_data::ImageFormat;
///
/// let format = ImageFormat::new(32, 24, 3)?;
/// assert_eq!((format.n_values(), format.to_string()), (32 * 24 * 3, "32 x 24, in colour".to_owned()));
/// assert!(ImageFormat::new(0, 24, 3).is_err());
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ImageFormat {
    width: u32,
    height: u32,
    channels: u32,
}

/// As a model file has it.
#[derive(Serialize, Deserialize)]
struct Written {
    width: u32,
    height: u32,
    channels: u32,
}

impl TryFrom<Written> for ImageFormat {
    type Error = DataError;

    fn try_from(Written { width, height, channels }: Written) -> Result<Self> {
        Self::new(width, height, channels)
    }
}

impl From<ImageFormat> for Written {
    fn from(ImageFormat { width, height, channels }: ImageFormat) -> Self {
        Self { width, height, channels }
    }
}

impl ImageFormat {
    /// Images of this width and height, grey (1 channel) or in colour (3).
    ///
    /// # Errors
    /// [`DataError::BadImage`] for sides that are not from 1 to 1024, and other numbers of channels.
    pub fn new(width: u32, height: u32, channels: u32) -> Result<Self> {
        let problem = if !(1..=LARGEST).contains(&width.min(height)) || width.max(height) > LARGEST {
            format!("a size of {width} x {height} is not possible: sides are from 1 to {LARGEST}")
        } else if channels != 1 && channels != 3 {
            format!("{channels} colours are not possible: 1 is grey, 3 are red, green and blue")
        } else {
            return Ok(Self { width, height, channels });
        };
        Err(DataError::BadImage { file: "images".into(), problem })
    }

    /// Pixels from left to right.
    ///
    /// ```
    /// assert_eq!(layerwise_data::ImageFormat::new(8, 4, 1)?.width(), 8);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels from top to bottom.
    ///
    /// ```
    /// assert_eq!(layerwise_data::ImageFormat::new(8, 4, 1)?.height(), 4);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn height(&self) -> u32 {
        self.height
    }

    /// 1 for grey, 3 for red, green and blue.
    ///
    /// ```
    /// assert_eq!(layerwise_data::ImageFormat::new(8, 4, 1)?.channels(), 1);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn channels(&self) -> u32 {
        self.channels
    }

    /// Numbers of an image: width * height * channels.
    pub fn n_values(&self) -> usize {
        self.width as usize * self.height as usize * self.channels as usize
    }
}

impl std::fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let colours = if self.channels == 1 { "grey" } else { "in colour" };
        write!(f, "{} x {}, {colours}", self.width, self.height)
    }
}

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
