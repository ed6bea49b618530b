//! PNG and JPEG: the size that is proposed for them, and their pixels.

#![no_main]

use layerwise_data::{FileKind, ImageFolder, ImageFormat, ImageOptions};
use layerwise_fuzz::{as_file, read_in_pieces};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if FileKind::of_bytes(data) != FileKind::Image {
        return Corpus::Reject;
    }
    as_file(data, |path| {
        let Ok(images) = ImageFolder::of_any(path) else { return };
        if let Ok(format) = images.format(ImageOptions::default()) {
            read_in_pieces(images.clone().into_reader(format, true), 1);
        }
        let grey = ImageFormat::new(3, 2, 1).expect("a small image");
        read_in_pieces(images.into_reader(grey, false), 1);
    });
    Corpus::Keep
});
