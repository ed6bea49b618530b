//! `--config` and `--print-config`: a file says what could be typed, and nothing it gets wrong is let pass.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Exit code, standard output, standard error.
fn layerwise(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_layerwise"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (program.status.code().unwrap(), text(program.stdout), text(program.stderr))
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = layerwise(folder, arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

/// The model file that these arguments make.
fn model(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    succeeds(folder, &[&["train", "--quiet", "--out", "made.st"], arguments].concat());
    let path = folder.join("made.st");
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    bytes
}

/// Numbers, a category, a code that is one, and names with commas; a class and an income to predict.
fn people(rows: usize) -> String {
    let mut csv = String::from("age,town,code,\"last, first\",\"a,b\",a,group,income\n");
    for i in 0..rows {
        let (age, town) = (20 + i * 7 % 50, ["Bern", "Oslo", "?"][i * 5 % 3]);
        let group = if age > 45 { "old" } else { "young" };
        let (code, income) = (i * 11 % 4, 1000.5 + 40.0 * age as f64);
        csv += &format!("{age},{town},{code},{},{},{},{group},{income}\n", i % 9, i % 5, i % 8);
    }
    csv
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("people.csv"), people(300)).unwrap();
    folder
}

#[test]
fn what_is_printed_trains_the_same_model() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("many.csv"), people(4000)).unwrap();
    // A column of the name that labels get that lie in a file of their own.
    let rows: String = (0..90).map(|i| format!("{},{},{}\n", i % 7, i % 3, i % 2)).collect();
    fs::write(path.join("label.csv"), format!("a,b,label\n{rows}")).unwrap();
    let cases: [&[&str]; 7] = [
        &["label.csv", "--epochs", "2"],
        &["breast-cancer"],
        &["people.csv", "--target", "group", "--leave-out", "income", "--categories", "code"],
        &["people.csv", "--leave-out", "group", "--numbers", "quantile", "--hidden", "none"],
        &[
            "people.csv",
            "--target",
            "code",
            "--task",
            "classes",
            "--missing",
            "x,y",
            "--seed",
            "18446744073709551615",
        ],
        &[
            "many.csv",
            "--target",
            "group",
            "--epochs",
            "3",
            "--leave-out",
            "last, first,a,b,income",
        ],
        &["many.csv", "--delimiter", ",", "--epochs", "2", "--batch-size", "64", "--dropout", "0"],
    ];
    for arguments in cases {
        let print = [&["train", "--print-config"], arguments].concat();
        let config = succeeds(path, &print);
        fs::write(path.join("c.toml"), &config).unwrap();
        let again = succeeds(path, &["train", "--config", "c.toml", "--print-config"]);
        assert_eq!(again, config, "nothing is left to decide");
        assert!(config.contains("\ntarget = \""), "it says what is predicted: {config}");
        assert!(model(path, arguments) == model(path, &["--config", "c.toml"]), "{config}");
        assert!(!path.join("model.safetensors").exists(), "printing trains nothing");
    }
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    for line in ["target = \"income\"", "numbers = \"bins\"", "dropout = 0.0", "hidden = [64, 32]"]
    {
        assert!(config.contains(line), "expected {line} in {config}");
    }
}

#[test]
fn pixels_keep_the_one_scale_they_have() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let mut csv: String = (0..120).map(|i| format!("p{i},")).collect::<String>() + "y\n";
    for row in 0..60 {
        csv += &(0..120)
            .map(|i| format!("{},", if i % 60 == row { 255 } else { (i * row) % 250 }))
            .collect::<String>();
        csv += if row % 2 == 0 { "a\n" } else { "b\n" };
    }
    // Each column reaches the same largest value.
    fs::write(path.join("pixels.csv"), csv).unwrap();
    let arguments = ["pixels.csv", "--epochs", "2"];
    let config = succeeds(path, &[&["train", "--print-config"], &arguments[..]].concat());
    fs::write(path.join("c.toml"), &config).unwrap();
    assert!(model(path, &arguments) == model(path, &["--config", "c.toml"]), "{config}");
}

#[test]
fn what_is_typed_goes_before_the_file() {
    let folder = folder();
    let path = folder.path();
    let config = "\
# A remark.
data = 'people.csv'
target = \"group\"
leave_out = [\"income\", \"last, first\"]
hidden = 0x10
epochs = 1_0
learning_rate = 1
no_header = false
quiet = true
folds = 3
trials = 4
";
    fs::write(path.join("c.toml"), config).unwrap();
    let print = |arguments: &[&str]| {
        succeeds(path, &[&["train", "--config", "c.toml", "--print-config"], arguments].concat())
    };
    let (code, ..) = layerwise(path, &["train", "--config", "c.toml", "--print-config"]);
    assert_eq!(code, 2, "hidden is no array");
    fs::write(path.join("c.toml"), config.replace("0x10", "[0x10, 4]")).unwrap();
    let file = print(&[]);
    for line in [
        "hidden = [16, 4]",
        "epochs = 10",
        "learning_rate = 1.0",
        "leave_out = [\"income\", \"last, first\"]",
    ] {
        assert!(file.contains(line), "expected {line} in {file}");
    }
    let typed =
        print(&["--epochs", "7", "--leave-out", "income", "--leave-out", "a,b", "--seed=3"]);
    for line in ["hidden = [16, 4]", "epochs = 7", "leave_out = [\"income\", \"a,b\"]", "seed = 3"]
    {
        assert!(typed.contains(line), "expected {line} in {typed}");
    }
    assert!(print(&["--leave-out", ""]).contains("leave_out = []"));
    assert!(print(&["./people.csv"]).contains("data = \"./people.csv\""));
    // The other of two that go not together.
    let out = succeeds(path, &["train", "--config", "c.toml", "--json", "--epochs", "1"]);
    assert!(out.starts_with("{\"columns\"") || out.contains("\"event\":\"start\""), "{out}");
    // The same file for other verbs, each with what it knows.
    let table = succeeds(path, &["cross-validate", "--config", "c.toml"]);
    assert!(table.contains("3 folds") && table.contains("deviation"), "{table}");
    assert!(
        succeeds(path, &["cross-validate", "--config", "c.toml", "--print-config"])
            .contains("folds = 3")
    );
}

#[test]
fn paths_start_from_the_current_folder() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("configs")).unwrap();
    let config = "data = \"people.csv\"\ntarget = \"group\"\nepochs = 2\nout = \"configs/m.st\"\n";
    fs::write(path.join("configs/c.toml"), config).unwrap();
    succeeds(path, &["train", "--config", "configs/c.toml", "--quiet"]);
    assert!(path.join("configs/m.st").exists(), "not beside the config in a folder of that name");
    let (code, _, err) = layerwise(&path.join("configs"), &["train", "--config", "c.toml"]);
    assert!(code == 2 && err.contains("configs/m.st: its folder"), "{err}");
}

#[test]
fn names_with_commas_are_taken_as_they_are() {
    let folder = folder();
    let path = folder.path();
    let left_out = |arguments: &[&str]| {
        let all = [&["train", "people.csv", "--target", "group", "--print-config"], arguments];
        let config = succeeds(path, &all.concat());
        config.lines().find(|line| line.starts_with("leave_out")).unwrap().to_owned()
    };
    assert_eq!(left_out(&["--leave-out", "a,b"]), "leave_out = [\"a,b\"]");
    assert_eq!(left_out(&["--leave-out", "age,a"]), "leave_out = [\"age\", \"a\"]");
    let several = ["--leave-out", "last, first,age", "--leave-out", "income"];
    assert_eq!(left_out(&several), "leave_out = [\"last, first\", \"age\", \"income\"]");
    let (code, _, err) = layerwise(path, &["train", "people.csv", "--leave-out", "age,towm"]);
    assert!(code == 2 && err.contains("no column \"towm\"; did you mean \"town\"?"), "{err}");
}

/// What is in the file below a first line that names the data, and what is said about it.
const WRONG: [(&str, &str); 29] = [
    ("epoch = 3", "line 2: unknown key \"epoch\"; did you mean \"epochs\"?"),
    ("learning-rate = 0.1", "unknown key \"learning-rate\"; did you mean \"learning_rate\"?"),
    ("Hidden = [3]", "unknown key \"Hidden\"; did you mean \"hidden\"?"),
    ("\n\nwidgets = 1", "line 4: unknown key \"widgets\"\nhint: the keys are: batch_size,"),
    ("config = \"other.toml\"", "unknown key \"config\""),
    ("resume = true", "unknown key \"resume\""),
    ("[network]\nhidden = [3]", "line 2: unknown key \"network\""),
    ("epochs = \"many\"", "line 2: epochs must be a whole number, found a text"),
    ("epochs = 1.5", "epochs must be a whole number, found a number with a fraction"),
    ("epochs = 0", "epochs = 0: must be at least 1"),
    ("epochs = -3", "epochs = -3: \"-3\" is not a whole number of at least 1"),
    ("seed = -1", "seed = -1: invalid digit found in string"),
    ("dropout = 1", "dropout = 1: must be from 0 to below 1"),
    ("dropout = true", "dropout must be a number, found true or false"),
    ("learning_rate = 0.0", "learning_rate = 0.0: must be above 0 and finite (in f32)"),
    ("learning_rate = nan", "learning_rate = nan: must be above 0"),
    ("weight_decay = inf", "weight_decay = inf: must be at least 0 and finite"),
    ("hidden = [8, 0]", "hidden = [8, 0]: must be at least 1; write units as in 16,8, or none"),
    (
        "hidden = [\"8\"]",
        "hidden must be an array of whole numbers, as [16, 8], or \"none\", found an array with a text in it",
    ),
    ("task = \"guess\"", "task = \"guess\": possible values: binary, classes, regression"),
    ("numbers = \"raw\"", "numbers = \"raw\": possible values: automatic, standard"),
    ("delimiter = \"::\"", "delimiter = \"::\": must be one ASCII character"),
    ("no_header = \"yes\"", "no_header must be true or false, found a text"),
    (
        "leave_out = [\"a\", 3]",
        "leave_out must be an array of texts, found an array with a text in it",
    ),
    ("missing = [\"a,b\"]", "missing = [\"a,b\"]: a word cannot hold ','"),
    ("target = 1979-05-27", "target must be a text in quotes, found a date"),
    ("checkpoint_every = 0", "checkpoint_every = 0: 0 is not in 1..=86400"),
    ("folds = 1", "folds = 1: must be at least 2"),
    ("seed = 1\nseed = 2", "line 3: duplicate key"),
];

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let folder = folder();
    let path = folder.path();
    for (text, message) in WRONG {
        fs::write(path.join("c.toml"), format!("data = \"people.csv\"\n{text}\n")).unwrap();
        let (code, out, err) = layerwise(path, &["train", "--config", "c.toml"]);
        assert_eq!((code, out.as_str()), (2, ""), "{text}: {err}");
        assert!(err.contains("c.toml, line ") && err.contains(message), "{text}: {err}");
        assert!(err.matches("error:").count() == 1 && !err.contains("panicked"), "{err}");
    }
    for (text, message) in [
        ("data = \"people.csv", "c.toml, line 1: "),
        ("target = \"group\"", "no data to learn from: c.toml has no key \"data\""),
        ("data = \"people.csv\"\ntarget = \"grop\"", "no column \"grop\"; did you mean \"group\"?"),
        ("\u{fffd}\0", "c.toml, line 1: "),
    ] {
        fs::write(path.join("c.toml"), text).unwrap();
        let (code, _, err) = layerwise(path, &["train", "--config", "c.toml"]);
        assert!(code == 2 && err.contains(message), "{text}: {err}");
    }
    fs::write(path.join("c.toml"), [0xff, 0xfe, 0]).unwrap();
    for config in ["c.toml", "absent.toml", "."] {
        let (code, _, err) = layerwise(path, &["train", "--config", config]);
        assert!(code == 2 && err.contains(&format!("cannot read the config {config}: ")), "{err}");
    }
    let (code, _, err) = layerwise(path, &["train"]);
    assert!(code == 2 && err.contains("DATA"), "{err}");
}
