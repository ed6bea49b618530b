use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::*;

/// Dark and bright images of one size in colour.
fn pets(folder: &Path, size: (u32, u32)) {
    for (class, level) in [("cat", 10), ("dog", 200)] {
        fs::create_dir_all(folder.join(class)).unwrap();
        for i in 0..3_u8 {
            let image = RgbImage::from_fn(size.0, size.1, |x, _| Rgb([level, i, x as u8]));
            image.save(folder.join(class).join(format!("{i}.png"))).unwrap();
        }
    }
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// What reading all of a folder of classes says.
fn refused(folder: &Path) -> String {
    message(ImageFolder::of_classes(folder).and_then(|images| {
        let format = images.format(ImageOptions::default())?;
        images.into_reader(format, false).into_table()
    }))
}

#[test]
fn an_image_is_a_row_and_its_folder_the_label() {
    let folder = tempfile::tempdir().unwrap();
    pets(folder.path(), (3, 2));
    fs::write(folder.path().join("cat/.DS_Store"), "hidden").unwrap();
    let images = ImageFolder::of_classes(folder.path()).unwrap();
    assert_eq!((images.n_images(), images.is_labelled()), (6, true));
    let format = images.format(ImageOptions::default()).unwrap();
    assert_eq!(format, ImageFormat::new(3, 2, 3).unwrap());
    let mut reader = images.into_reader(format, true);
    let first = reader.next_rows(4).unwrap().unwrap();
    assert_eq!(first.column_names().len(), 20);
    assert!(first.column("file").unwrap().next().unwrap().ends_with("0.png"));
    // Row by row, the colours of each pixel in turn.
    let cells: Vec<&str> = first.cells(1).skip(1).take(9).collect();
    assert_eq!(cells, ["10", "1", "0", "10", "1", "1", "10", "1", "2"]);
    let second = reader.next_rows(4).unwrap().unwrap();
    assert_eq!(second.column("label").unwrap().collect::<Vec<_>>(), ["dog", "dog"]);
    assert_eq!((second.line(0), reader.next_rows(4).unwrap()), (Some(4), None));
}

#[test]
fn sizes_and_colours_follow_from_the_images() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let format = |options| ImageFolder::of_classes(path).unwrap().format(options).unwrap();
    let own = ImageOptions::default();
    fs::create_dir(path.join("a")).unwrap();
    GrayImage::from_pixel(9, 5, Luma([7])).save(path.join("a/1.png")).unwrap();
    assert_eq!(format(own), ImageFormat::new(9, 5, 1).unwrap());
    GrayImage::from_pixel(1, 1, Luma([7])).save(path.join("a/2.jpg")).unwrap();
    assert_eq!(format(own), ImageFormat::new(32, 32, 1).unwrap());
    RgbImage::from_pixel(100, 100, Rgb([7, 7, 7])).save(path.join("a/3.jpg")).unwrap();
    assert_eq!(format(own), ImageFormat::new(32, 32, 3).unwrap());
    let asked = ImageOptions { size: Some((4, 2)), channels: Some(1) };
    assert_eq!(format(asked), ImageFormat::new(4, 2, 1).unwrap());
    let images = ImageFolder::of_any(path.join("a")).unwrap();
    assert!(!images.is_labelled());
    let table = images.into_reader(format(asked), false).into_table().unwrap();
    for row in 0..3 {
        assert_eq!(table.cells(row).collect::<Vec<_>>(), ["7"; 8], "one colour stays one");
    }
}

#[test]
fn folders_of_another_layout_say_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(
        refused(path).contains("the folder is empty; give a folder with one sub-folder a class")
    );
    fs::create_dir_all(path.join("cat")).unwrap();
    assert!(refused(path).contains("cat: the folder has no images"));
    fs::create_dir_all(path.join("cat/small")).unwrap();
    assert!(refused(path).contains("small: it is a folder within"));
    fs::remove_dir(path.join("cat/small")).unwrap();
    fs::write(path.join("cat/notes.txt"), "a cat").unwrap();
    assert!(refused(path).contains("notes.txt: it is no PNG or JPEG image"));
    fs::write(path.join("stray.png"), "").unwrap();
    assert!(refused(path).contains("stray.png: it lies beside"));
    assert!(refused(&path.join("cat")).contains("it has no sub-folders"));
    assert!(message(ImageFolder::of_any(path.join("cat/notes.txt"))).contains("no PNG or JPEG"));
}

#[test]
fn damaged_images_are_named_and_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("a")).unwrap();
    let (png, jpeg) = (path.join("a/1.png"), path.join("a/1.jpg"));
    let image = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, 90]));
    for file in [&png, &jpeg] {
        image.save(file).unwrap();
        let whole = fs::read(file).unwrap();
        fs::write(file, &whole[..whole.len() / 2]).unwrap();
        if file == &png {
            let said = refused(path);
            assert!(said.contains("1.png: the image cannot be read"), "{said}");
        }
        // Any answer but a panic.
        for i in 0..400_usize {
            let mut changed = whole.clone();
            let at = 4 + i * 7919 % (changed.len() - 4);
            changed[at] ^= 1 << (i % 8);
            fs::write(file, &changed[..changed.len() - i % 5 * 9]).unwrap();
            let read = ImageFolder::of_any(file).and_then(|images| {
                images.into_reader(ImageFormat::new(8, 8, 3)?, false).into_table()
            });
            drop(read);
        }
        fs::remove_file(file).unwrap();
    }
    // A beginning that asks for 30000 x 30000 pixels.
    image.save(&png).unwrap();
    let mut vast = fs::read(&png).unwrap();
    vast[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    // The check sum of the chunk, from its type on.
    let sum = {
        let mut packer = flate2::Crc::new();
        packer.update(&vast[12..29]);
        packer.sum()
    };
    vast[29..33].copy_from_slice(&sum.to_be_bytes());
    fs::write(&png, vast).unwrap();
    let said = refused(path);
    assert!(said.contains("1.png: the image is too large"), "{said}");
}
