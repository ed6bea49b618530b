//! Files damaged in many ways: each is answered with one message that a stranger can act on.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const TRAIN: &[&str] = &["train", "t.csv", "--target", "group"];
const PREDICT: &[&str] = &["predict", "m.st", "t.csv"];

/// A number, a category, a date and a group that follows from the number.
fn sound() -> String {
    let mut csv = String::from("age,town,since,group\n");
    for i in 0..100 {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "Rome"][i * 5 % 3]);
        let group = if age > 45 { "old" } else { "young" };
        csv += &format!("{age},{town},2024-{:02}-{:02},{group}\n", i % 12 + 1, i % 28 + 1);
    }
    csv
}

/// The sound file with something else in its place.
fn with(from: &str, to: &str) -> Vec<u8> {
    let sound = sound();
    assert!(sound.contains(from), "{from:?}");
    sound.replacen(from, to, 1).into_bytes()
}

/// The sound file with every row below the header changed.
fn rows(change: impl Fn(usize, Vec<&str>) -> String) -> Vec<u8> {
    let sound = sound();
    let mut lines = sound.lines();
    let mut csv = lines.next().unwrap().to_owned() + "\n";
    for (i, line) in lines.enumerate() {
        csv += &(change(i, line.split(',').collect()) + "\n");
    }
    csv.into_bytes()
}

fn packed(csv: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    packer.write_all(csv).unwrap();
    packer.finish().unwrap()
}

/// What was done, the file, what is typed, the exit code, and what the message says.
type Damage = (&'static str, Vec<u8>, &'static [&'static str], i32, &'static [&'static str]);

fn damages() -> Vec<Damage> {
    let sound = sound();
    let cut = sound.len() / 2;
    let cut = cut + sound[cut..].find(',').unwrap();
    let mut quoted =
        rows(|_, cells| format!("{},\"{}\",{},{}", cells[0], cells[1], cells[2], cells[3]));
    let open = quoted.iter().rposition(|&byte| byte == b'"').unwrap();
    quoted.truncate(open);
    let mut latin = with("Bern", "Zxrich");
    let x = latin.iter().position(|&byte| byte == b'x').unwrap();
    latin[x] = 0xfc;
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(sound.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let gz = packed(sound.as_bytes());
    let noise: Vec<u8> =
        (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let columns = 100_000;
    let mut wide: String = (0..columns).map(|i| format!("c{i},")).collect::<String>() + "group\n";
    for row in 0..30 {
        wide += &(0..columns)
            .map(|i| format!("{},", i * 31 % 97 * (row + i % 7) % 53))
            .collect::<String>();
        wide += &format!("{}\n", if row % 2 == 0 { "a" } else { "b" });
    }
    let blank = |_: usize, cells: Vec<&str>| format!(",,,{}", cells[3]);
    vec![
        (
            "cut in the middle of a row",
            sound[..cut].into(),
            TRAIN,
            2,
            &["expected 4 columns", "in row"],
        ),
        ("cut within quotes", quoted, TRAIN, 2, &["a quote opened in row 101 is not closed"]),
        (
            "the wrong delimiter",
            sound.clone().into(),
            &["train", "t.csv", "--target", "group", "--delimiter", ";"],
            2,
            &["no column \"group\"", "\"age,town,since,group\""],
        ),
        (
            "a text in a number",
            with("\n27,", "\nold,"),
            TRAIN,
            2,
            &["row 3", "column \"age\"", "\"old\" is not a number", "--missing old"],
        ),
        (
            "a number and its unit",
            with("\n27,", "\n27 y,"),
            TRAIN,
            2,
            &["\"27 y\" is not a number"],
        ),
        (
            "two headers",
            with("\n27,", "\nage,town,since,group\n27,"),
            TRAIN,
            2,
            &["row 3 repeats the names"],
        ),
        (
            "a column twice",
            with("town", "age"),
            TRAIN,
            2,
            &["columns 1 and 2 are both named \"age\""],
        ),
        ("a column without a name", with("town", " "), TRAIN, 2, &["column 2 has no name"]),
        ("nothing", vec![], TRAIN, 2, &["t.csv is empty"]),
        ("a header alone", b"age,town,since,group\n".to_vec(), TRAIN, 2, &["no rows below"]),
        (
            "all features blank",
            rows(blank),
            TRAIN,
            2,
            &["no column to learn from", "layerwise look"],
        ),
        (
            "all blank",
            rows(|_, _| ",,,".into()),
            TRAIN,
            2,
            &["row 2, target column \"group\" is empty"],
        ),
        (
            "a label blank",
            with("young\n", "\n"),
            TRAIN,
            2,
            &["row 2, target column \"group\" is empty"],
        ),
        (
            "another name for the target",
            with("group", "Group "),
            TRAIN,
            2,
            &["no column \"group\"; did you mean \"Group\"?"],
        ),
        (
            "one class",
            rows(|_, cells| cells[..3].join(",") + ",old"),
            TRAIN,
            2,
            &["only one class: all 100 rows are \"old\"", "--target COLUMN"],
        ),
        (
            "a class of one row",
            with("young\n", "ancient\n"),
            TRAIN,
            2,
            &["class \"ancient\" has 1 row, and each class needs 3"],
        ),
        (
            "a target of keys",
            rows(|i, cells| cells[..3].join(",") + &format!(",key{i}")),
            TRAIN,
            2,
            &["cannot be the target", "100 different texts in 100 rows"],
        ),
        (
            "not UTF-8",
            latin,
            TRAIN,
            2,
            &["row 2, column 2", "save the file with the encoding UTF-8"],
        ),
        ("UTF-16", utf16, TRAIN, 2, &["row 1, column 1", "not valid UTF-8"]),
        ("packed and cut", gz[..gz.len() - 40].into(), TRAIN, 2, &["cannot read t.csv"]),
        (
            "an Excel file",
            b"PK\x03\x04\x14\0".to_vec(),
            TRAIN,
            2,
            &["a ZIP or Excel file", "as CSV"],
        ),
        ("noise", noise, TRAIN, 2, &["t.csv"]),
        (
            "numbers beyond all measure",
            rows(|i, cells| format!("{}e307,{}", 1 + i % 9, cells[1..].join(","))),
            TRAIN,
            2,
            &["row 10, column \"age\": 9e307 is too large", "larger units"],
        ),
        (
            "one number beyond all others",
            with("\n27,", "\n1e308,"),
            TRAIN,
            2,
            &["row 3, column \"age\": 1e308 is too large, or too far from the others"],
        ),
        (
            "a class that is called as a missing value",
            with("young\n", "None\n"),
            TRAIN,
            2,
            &[
                "row 2, target column \"group\" holds \"None\", which counts as missing",
                "hint: if it is a class, --missing '?,NA,N/A,NaN,null' keeps it",
            ],
        ),
        (
            "two rows of numbers",
            b"age,group\n1,2.5\n3,4.5\n".to_vec(),
            TRAIN,
            2,
            &["t.csv has 2 rows, and 3 are needed: one to learn from, one to stop by"],
        ),
        (
            "three folds of a class of one row",
            with("young\n", "ancient\n"),
            &["cross-validate", "t.csv", "--target", "group", "--folds", "3"],
            2,
            &["class \"ancient\" has 1 row", "each fold leaves one", "give them another class"],
        ),
        (
            "one number as the target",
            rows(|i, cells| cells[..3].join(",") + [",5", ",5.0"][i % 2]),
            TRAIN,
            2,
            &["all 100 rows have the same number, 5"],
        ),
        ("100,000 columns", wide.into(), TRAIN, 0, &[]),
        (
            "a column missing in new rows",
            with("since", "until"),
            PREDICT,
            2,
            &["no column \"since\"", "the model m.st needs it"],
        ),
        (
            "a text in a number in new rows",
            with("\n27,", "\nold,"),
            PREDICT,
            2,
            &["row 3, column \"age\": \"old\" is not a number", "or empty the cell"],
        ),
        (
            "a second header in new rows",
            with("\n27,", "\nage,town,since,group\n27,"),
            PREDICT,
            2,
            &["t.csv, row 3 repeats the names of the columns; remove it"],
        ),
        (
            "a label blank where it is compared",
            with("young\n", "\n"),
            &["evaluate", "m.st", "t.csv"],
            2,
            &["row 2, target column \"group\" is empty"],
        ),
        (
            "a date that is none in new rows",
            with("2024-02-02", "2024-02-31"),
            PREDICT,
            2,
            &["row 3, column \"since\": \"2024-02-31\" is not a date"],
        ),
        (
            "a category that is new",
            with("Oslo", "Ulm"),
            PREDICT,
            0,
            &["column \"town\": 1 row with a value not seen in training, first \"Ulm\" in row"],
        ),
        (
            "a number beyond all others in new rows",
            with("\n27,", "\n1e300,"),
            PREDICT,
            2,
            &["row 3, column \"age\": \"1e300\" is too far from the numbers learned from"],
        ),
        ("no new rows", b"age,town,since\n".to_vec(), PREDICT, 2, &["no rows below"]),
        ("new rows that are cut", sound[..cut].into(), PREDICT, 2, &["expected 4 columns"]),
    ]
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_layerwise"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    (program.status.code().unwrap(), String::from_utf8(program.stderr).unwrap())
}

#[test]
fn nothing_that_is_there_is_lost_to_a_prediction_that_fails() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("sound.csv"), sound()).unwrap();
    run(path, &["train", "sound.csv", "--out", "m.st", "--epochs", "3", "--quiet", "--no-report"]);
    let model = fs::read(path.join("m.st")).unwrap();
    for out in ["m.st", "sound.csv"] {
        let (code, stderr) = run(path, &["predict", "m.st", "sound.csv", "--out", out]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("it is the data or the model that is read"), "{stderr}");
    }
    assert_eq!(fs::read(path.join("m.st")).unwrap(), model);
    fs::write(path.join("kept.csv"), "an earlier result").unwrap();
    fs::write(path.join("late.csv"), sound().replace("\n66,", "\nold,")).unwrap();
    for arguments in [["typo.st", "sound.csv"], ["m.st", "late.csv"]] {
        let (code, _) = run(path, &[&["predict", "--out", "kept.csv"], &arguments[..]].concat());
        assert_eq!(code, 2);
    }
    assert_eq!(fs::read_to_string(path.join("kept.csv")).unwrap(), "an earlier result");
    assert_eq!(fs::read_dir(path).unwrap().count(), 4, "nothing is left behind");
}

#[test]
fn a_target_changed_in_the_model_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("sound.csv"), sound()).unwrap();
    run(path, &["train", "sound.csv", "--out", "m.st", "--epochs", "3", "--quiet"]);
    let bytes = fs::read(path.join("m.st")).unwrap();
    // The header is JSON within JSON; what is put in is as long as what was there.
    let orders = [r#"[\"old\",\"young\"]"#, r#"[\"young\",\"old\"]"#].map(str::as_bytes);
    let (from, at) = orders
        .into_iter()
        .find_map(|from| Some((from, bytes.windows(from.len()).position(|window| window == from)?)))
        .unwrap();
    for to in [r#"[\"young\"]"#, "[]"] {
        let mut changed = bytes.clone();
        changed[at..at + from.len()].fill(b' ');
        changed[at..at + to.len()].copy_from_slice(to.as_bytes());
        fs::write(path.join("m.st"), changed).unwrap();
        for arguments in [&["predict", "m.st", "sound.csv"][..], &["inspect", "m.st"]] {
            let (code, stderr) = run(path, arguments);
            assert_eq!(code, 2, "{stderr}");
            assert!(stderr.contains("do not fit its task"), "{stderr}");
        }
    }
}

#[test]
fn every_damage_is_answered_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("sound.csv"), sound()).unwrap();
    let train = ["train", "sound.csv", "--out", "m.st", "--epochs", "3"];
    assert_eq!(run(path, &train), (0, String::new()));
    for (what, bytes, arguments, code, messages) in damages() {
        let model = path.join("model.safetensors");
        fs::write(path.join("t.csv"), bytes).unwrap();
        let (found, stderr) = run(path, &[arguments, &[][..]].concat());
        assert_eq!(found, code, "{what}: {stderr}");
        for message in messages {
            assert!(stderr.contains(message), "{what}: expected {message:?} in {stderr}");
        }
        assert!(!stderr.contains("panicked"), "{what}: {stderr}");
        assert!(stderr.lines().all(|line| line.chars().count() < 3000), "{what}: {stderr}");
        assert_eq!(stderr.matches("error:").count(), usize::from(code != 0), "{what}: {stderr}");
        assert!(code == 0 || !model.exists(), "{what}: a model was written");
        let _ = fs::remove_file(model);
    }
}
