//! Files of other formats than CSV, and what is said where one does not go with what is typed.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "images")]
mod png;

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_layerwise"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let [out, err] = [program.stdout, program.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (program.status.code().unwrap(), out, err)
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

/// What is said where something is to be corrected.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let (code, _, err) = run(folder, arguments);
    assert_eq!(code, 2, "{arguments:?}: {err}");
    err
}

/// A `.npy` of version 1.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// Two features and a label that follows from them, 100 times.
fn arrays() -> (Vec<u8>, Vec<u8>) {
    let pairs = (0..100_u32).map(|i| [(i * 37 % 101) as u8, (i * 53 % 97) as u8]);
    let labels: Vec<u8> = pairs.clone().map(|[a, b]| u8::from(a > b)).collect();
    let x: Vec<u8> = pairs.flatten().collect();
    (npy("|u1", "(100, 2)", &x), npy("|u1", "(100,)", &labels))
}

#[test]
fn labels_that_do_not_go_with_the_data_are_not_passed_over() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let (x, y) = arrays();
    fs::write(path.join("x.npy"), x).unwrap();
    fs::write(path.join("y.npy"), y).unwrap();
    fs::write(path.join("t.csv"), "a,b\n1,2\n3,4\n").unwrap();
    let said = refused(path, &["train", "t.csv", "--target", "y.npy"]);
    assert!(said.contains("t.csv: y.npy is a file of labels"), "{said}");
    assert!(said.contains("--target names one of its columns, such as \"b\""), "{said}");
    let said = refused(path, &["train", "x.npy", "--target", "t.csv"]);
    assert!(
        said.contains("t.csv: --target names the labels of an array, but this is text"),
        "{said}"
    );
    let said = refused(path, &["train", "t.csv", "--image-size", "8"]);
    assert!(said.contains("--image-size goes with a folder of images"), "{said}");

    succeeds(path, &["train", "x.npy", "--target", "y.npy", "--quiet", "--epochs", "2"]);
    let said = refused(path, &["evaluate", "model.safetensors", "t.csv", "--labels", "y.npy"]);
    assert!(said.contains("--labels names the labels of an array"), "{said}");
    succeeds(path, &["evaluate", "model.safetensors", "x.npy", "--labels", "y.npy"]);
}

#[test]
fn an_example_has_the_same_row_whoever_reads_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let (x, y) = arrays();
    fs::write(path.join("x.npy"), &x).unwrap();
    fs::write(path.join("y.npy"), y).unwrap();
    succeeds(path, &["train", "x.npy", "--target", "y.npy", "--quiet", "--epochs", "2"]);
    let mut numbers = vec![1.0_f64; 200];
    numbers[2 * 17 + 1] = f64::INFINITY;
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    fs::write(path.join("bad.npy"), npy("<f8", "(100, 2)", &bytes)).unwrap();
    for arguments in [
        &["predict", "model.safetensors", "bad.npy"][..],
        &["evaluate", "model.safetensors", "bad.npy", "--labels", "y.npy"],
        &["explain", "model.safetensors", "bad.npy", "--labels", "y.npy"],
    ] {
        let said = refused(path, arguments);
        assert!(said.contains("row 17, column \"x1\""), "{said}");
    }
}

#[test]
fn what_is_not_built_in_is_told_with_what_to_install() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("pets")).unwrap();
    let files: [(&str, &[u8], bool, &str); 4] = [
        ("t.parquet", b"PAR1\x15\x04\x15", cfg!(feature = "parquet"), "parquet"),
        ("t.arrow", b"ARROW1\0\0", cfg!(feature = "parquet"), "parquet"),
        ("t.h5", b"\x89HDF\r\n\x1a\n\0", cfg!(feature = "hdf5"), "hdf5"),
        ("pets", b"", cfg!(feature = "images"), "images"),
    ];
    for (name, bytes, built_in, feature) in files {
        if name != "pets" {
            fs::write(path.join(name), bytes).unwrap();
        }
        for verb in ["look", "train", "cross-validate"] {
            let said = refused(path, &[verb, name]);
            let install = format!("`cargo install --path crates/cli --features {feature}`");
            assert_eq!(said.contains(&install), !built_in, "{said}");
            assert!(said.contains(name), "{said}");
        }
    }
}

#[cfg(feature = "npz")]
#[test]
fn an_archive_of_arrays() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let (x, y) = arrays();
    fs::write(path.join("x.npy"), &x).unwrap();
    fs::write(path.join("y.npy"), &y).unwrap();
    let named = |x_name: &str, y_name: &str| stored(&[(x_name, &x), (y_name, &y)]);
    fs::write(path.join("d.npz"), named("X_train", "y_train")).unwrap();
    fs::write(path.join("odd.npz"), named("points", "sides")).unwrap();
    let train = |data: &str, more: &[&str], out: &str| {
        let arguments = ["train", data, "--epochs", "3", "--quiet", "--out", out];
        succeeds(path, &[&arguments[..], more].concat());
        fs::read(path.join(out)).unwrap()
    };
    let apart = train("x.npy", &["--target", "y.npy"], "apart.st");
    assert_eq!(train("d.npz", &[], "one.st"), apart, "the same numbers, the same model");
    assert_eq!(train("odd.npz", &["--target", "sides"], "odd.st"), apart);
    let config = succeeds(path, &["train", "d.npz", "--print-config"]);
    fs::write(path.join("d.toml"), config).unwrap();
    succeeds(path, &["train", "--config", "d.toml", "--epochs", "1", "--quiet"]);
    let said = refused(path, &["train", "odd.npz"]);
    assert!(said.contains("its arrays are: points (100, 2), sides (100)"), "{said}");
    assert!(said.contains("--target NAME"), "{said}");
    assert_eq!(succeeds(path, &["predict", "one.st", "d.npz"]).lines().count(), 101);
    succeeds(path, &["evaluate", "one.st", "d.npz"]);
    succeeds(path, &["evaluate", "one.st", "odd.npz", "--labels", "sides"]);
    assert!(succeeds(path, &["look", "d.npz"]).contains("100 rows, 3 columns"));
}

/// A ZIP file of arrays that are not packed.
#[cfg(feature = "npz")]
fn stored(arrays: &[(&str, &Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut listed) = (vec![], vec![]);
    for (name, data) in arrays {
        let name = format!("{name}.npy");
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let size = (data.len() as u32).to_le_bytes();
        let at = bytes.len() as u32;
        // Version, flags, way of packing, time and date; sum and sizes; lengths of name and remarks.
        let mut fields = vec![20, 0, 0, 0, 0, 0, 0, 0, 33, 0];
        fields.extend(sum.sum().to_le_bytes());
        fields.extend([size, size].concat());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&fields);
        bytes.extend(name.as_bytes());
        bytes.extend(*data);
        listed.extend(b"PK\x01\x02\x14\0");
        listed.extend(&fields);
        listed.extend([0; 10]);
        listed.extend(at.to_le_bytes());
        listed.extend(name.as_bytes());
    }
    let (count, at) = (arrays.len() as u16, bytes.len() as u32);
    let size = listed.len() as u32;
    bytes.extend(listed);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend([size.to_le_bytes(), at.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    bytes
}

/// The table that `data/people.parquet` and `data/people.feather` hold.
#[cfg(feature = "parquet")]
fn people() -> String {
    let mut csv = String::from("age,town,since,share,group\n");
    for i in 0..120 {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "Rome"][i * 5 % 3]);
        let shown = if i % 11 == 4 { String::new() } else { age.to_string() };
        let since = format!("{}-{:02}-01", 2001 + i % 20, i % 12 + 1);
        let group = if age > 45 { "old" } else { "young" };
        csv += &format!("{shown},{town},{since},{},{group}\n", (i % 9) as f64 / 8.0);
    }
    csv
}

#[cfg(feature = "parquet")]
#[test]
fn a_table_in_columns_gives_the_model_that_its_csv_gives() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("people.csv"), people()).unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
    let train = |data: &str| {
        succeeds(path, &["train", data, "--quiet", "--epochs", "5", "--out", "m.st"]);
        fs::read(path.join("m.st")).unwrap()
    };
    let model = train("people.csv");
    for name in ["people.parquet", "people.feather"] {
        let file = format!("{data}{name}");
        assert_eq!(train(&file), model, "{name}");
        let [ours, theirs] =
            [&file, "people.csv"].map(|data| succeeds(path, &["predict", "m.st", data]));
        assert_eq!(ours, theirs, "{name}");
        let whole = fs::read(&file).unwrap();
        fs::write(path.join("cut"), &whole[..whole.len() / 2]).unwrap();
        let said = refused(path, &["train", "cut"]);
        assert!(said.contains("cut is a") && said.contains("cannot be read"), "{said}");
    }
}

#[cfg(feature = "hdf5")]
#[test]
fn arrays_in_hdf5() {
    let folder = TempDir::new().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/tests/data/small.h5");
    let report = succeeds(folder.path(), &["look", file, "--target", "deep/target"]);
    assert!(report.contains("6 rows, 3 columns"), "{report}");
    let said = refused(folder.path(), &["look", file]);
    assert!(said.contains("X (6, 2)") && said.contains("deep/target (6)"), "{said}");
}

/// An image of one brightness with a spot, in PNG.
#[cfg(feature = "images")]
fn png(width: u32, height: u32, level: u8, spot: usize) -> Vec<u8> {
    let pixels = (0..(width * height) as usize).map(|pixel| if pixel == spot { 99 } else { level });
    png::grey(width, height, &pixels.collect::<Vec<u8>>())
}

#[cfg(feature = "images")]
#[test]
fn a_folder_a_class_and_single_images() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    for (class, level) in [("dark", 20), ("light", 200)] {
        fs::create_dir_all(path.join("all").join(class)).unwrap();
        for i in 0..30 {
            let file = path.join(format!("all/{class}/{i:02}.png"));
            fs::write(file, png(5, 4, level + i as u8, i % 20)).unwrap();
        }
    }
    let report = succeeds(path, &["train", "all", "--epochs", "40"]);
    assert!(report.contains("images, each brought to 5 x 4, grey"), "{report}");
    assert!(!report.contains("--target chooses another"), "{report}");
    let csv = succeeds(path, &["predict", "model.safetensors", "all"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("file,label,predicted,probability_light", 61));
    assert!(
        lines[1].ends_with("00.png,dark,dark,") || lines[1].contains("00.png,dark,dark,0."),
        "{csv}"
    );
    succeeds(path, &["evaluate", "model.safetensors", "all"]);
    succeeds(path, &["explain", "model.safetensors", "all", "--repeats", "1"]);

    // Of another size, a single one and a folder without classes.
    fs::create_dir(path.join("new")).unwrap();
    fs::write(path.join("new/a.png"), png(50, 1, 210, 0)).unwrap();
    for data in ["new", "new/a.png"] {
        let csv = succeeds(path, &["predict", "model.safetensors", data]);
        assert!(csv.starts_with("file,predicted,probability_light\nnew/a.png,light,0."), "{csv}");
        let said = refused(path, &["evaluate", "model.safetensors", data]);
        assert!(said.contains("without labels nothing can be compared"), "{said}");
    }
    let said = refused(path, &["train", "new"]);
    assert!(
        said.contains("it has no sub-folders; give a folder with one sub-folder a class"),
        "{said}"
    );
    let said = refused(path, &["train", "all", "--target", "kind"]);
    assert!(said.contains("leave --target out"), "{said}");
    let report = succeeds(path, &["look", "all", "--image-size", "3x2", "--rgb"]);
    assert!(report.contains("images, each brought to 3 x 2, in colour"), "{report}");
    assert!(report.contains("60 rows, 19 columns"), "{report}");

    // What is printed makes the same of the images.
    for options in [&[][..], &["--image-size", "3x2", "--rgb"]] {
        let train = [&["train", "all", "--epochs", "2"], options].concat();
        let config = succeeds(path, &[&train[..], &["--print-config"]].concat());
        assert!(config.contains("image_size") && !config.contains("target"), "{config}");
        fs::write(path.join("c.toml"), config).unwrap();
        let made = |arguments: &[&str]| {
            succeeds(path, arguments);
            fs::read(path.join("model.safetensors")).unwrap()
        };
        assert!(made(&train) == made(&["train", "--config", "c.toml"]), "{options:?}");
    }

    fs::write(path.join("all/dark/notes.txt"), "dark ones").unwrap();
    let said = refused(path, &["train", "all"]);
    assert!(said.contains("all/dark/notes.txt: it is no PNG or JPEG image"), "{said}");
    succeeds(path, &["train", "breast-cancer", "--quiet", "--epochs", "2"]);
    let said = refused(path, &["predict", "model.safetensors", "new"]);
    assert!(said.contains("the model was not trained on images"), "{said}");
}
