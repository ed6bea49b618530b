//! What can be typed about images.

use clap::Args;
use layerwise_data::ImageOptions;

/// What images are brought to.
#[derive(Debug, Clone, Default, Args)]
pub struct ImageArgs {
    /// Size that images are brought to, as in 32 or 32x24 [default: their own if they share one of at
    /// most 64x64, otherwise 32x32]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub image_size: Option<(u32, u32)>,
    /// Make images grey [default: grey if all are]
    #[arg(long, conflicts_with = "rgb")]
    pub grey: bool,
    /// Keep the colours of images [default: if any has some]
    #[arg(long)]
    pub rgb: bool,
}

impl ImageArgs {
    /// The same for the data crate.
    pub fn options(&self) -> ImageOptions {
        let channels = match (self.grey, self.rgb) {
            (true, _) => Some(1),
            (_, true) => Some(3),
            _ => None,
        };
        ImageOptions { size: self.image_size, channels }
    }

    /// One of these options that was typed.
    pub fn typed(&self) -> Option<&'static str> {
        let all = [
            ("--image-size", self.image_size.is_some()),
            ("--grey", self.grey),
            ("--rgb", self.rgb),
        ];
        all.into_iter().find(|(_, typed)| *typed).map(|(option, _)| option)
    }
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let side = |text: &str| match text.trim().parse() {
        Ok(side @ 1..=1024) => Ok(side),
        _ => Err(format!("{text:?} is not a size: write 32 or 32x24, each from 1 to 1024")),
    };
    match text.split_once(['x', 'X', '×']) {
        Some((width, height)) => Ok((side(width)?, side(height)?)),
        None => side(text).map(|side| (side, side)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(
            (size("32"), size("32x24"), size("8 X 9")),
            (Ok((32, 32)), Ok((32, 24)), Ok((8, 9)))
        );
        for wrong in ["", "0", "x", "3x", "2000", "-1", "3.5", "1x2x3"] {
            assert!(size(wrong).unwrap_err().contains("32x24"), "{wrong}");
        }
    }
}
