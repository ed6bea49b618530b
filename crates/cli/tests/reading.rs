//! How a file is read where it could be meant otherwise: said, or refused where it is certain.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// What the program says about a file: the exit code, and both outputs.
fn said(csv: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("t.csv"), csv).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
    let output = program.current_dir(folder.path()).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn rows(row: impl Fn(usize) -> String) -> String {
    (0..120).map(|i| row(i) + "\n").collect()
}

#[test]
fn a_first_row_of_data_is_not_lost_in_silence() {
    let flowers = rows(|i| {
        format!("{}.5,{}.25,{}", i * 7 % 13, i * 5 % 11, ["setosa", "virginica"][i * 7 % 13 / 7])
    });
    let train: &[&str] = &["train", "t.csv", "--epochs", "2"];
    let (code, text) = said(&flowers, train);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("looks like data (\"0.5\", \"0.25\", \"setosa\")"), "{text}");
    assert!(text.contains("--no-header reads it as data, --header as names"), "{text}");
    // Both ways out.
    let (code, text) = said(&flowers, &[train, &["--no-header"]].concat());
    assert!(code == Some(0) && text.contains("120 rows, 3 columns"), "{text}");
    let (code, text) = said(&flowers, &[train, &["--header"]].concat());
    assert!(code == Some(0) && text.contains("119 rows, 3 columns"), "{text}");
    // What only shows does not refuse.
    let (code, text) = said(&flowers, &["look", "t.csv"]);
    assert!(code == Some(0) && text.contains("note: the first row"), "{text}");
    assert_eq!(said(&flowers, &[train, &["--header", "--no-header"]].concat()).0, Some(2));
}

#[test]
fn years_may_name_columns_and_texts_are_only_doubted() {
    let years = "land,2019,2020,2021,2022,2023\n".to_owned()
        + &rows(|i| format!("{},{i},2,3,{},5", ["A", "B"][i % 2], i % 7));
    let (code, text) = said(&years, &["look", "t.csv"]);
    assert!(code == Some(0) && !text.contains("--no-header"), "{text}");
    let texts = rows(|i| format!("{},{},{i}", ["ham", "spam"][i % 2], ["yes", "no"][i / 2 % 2]));
    let texts = texts.replacen(",0\n", ",count\n", 1);
    let (code, text) = said(&texts, &["train", "t.csv", "--target", "ham", "--epochs", "2"]);
    assert!(code == Some(0) && text.contains("looks like data (\"ham\", \"yes\")"), "{text}");
    // Also where nothing else is said.
    let quiet = ["train", "t.csv", "--target", "ham", "--epochs", "2", "--quiet"];
    assert!(said(&texts, &quiet).1.contains("looks like data"));
    let doubled = rows(|i| format!("0,0,{}", i % 2));
    assert!(said(&doubled, &["look", "t.csv"]).1.contains("--no-header reads it so"));
}

#[test]
fn dates_that_can_be_read_two_ways_are_told() {
    let open = "since,x,y\n".to_owned()
        + &rows(|i| format!("{:02}/{:02}/2024,{i},{}", i % 12 + 1, i % 11 + 1, i % 2));
    let (code, text) = said(&open, &["look", "t.csv"]);
    assert!(code == Some(0) && text.contains("are read with the month first"), "{text}");
    assert!(text.contains("--dates day-first"), "{text}");
    let train: &[&str] = &["train", "t.csv", "--target", "y", "--epochs", "2"];
    assert!(said(&open, train).1.contains("--dates day-first reads them the other way"));
    for order in ["day-first", "month-first"] {
        let config = said(&open, &[train, &["--dates", order, "--print-config"]].concat()).1;
        assert!(config.contains(&format!("dates = \"{order}\"")), "{config}");
        assert!(!config.contains("note:"), "{config}");
    }
    // One value proves the order.
    let proven = open.replacen("01/01/2024", "25/06/2024", 1);
    let (code, text) = said(&proven, &["look", "t.csv"]);
    assert!(code == Some(0) && text.contains("date") && !text.contains("--dates"), "{text}");
}

#[test]
fn codes_with_leading_zeros_are_categories_and_said_to_be() {
    let codes = "zip,phone,x,y\n".to_owned()
        + &rows(|i| format!("{:05},0{},{i},{}", i % 9 * 1234, 70 + i % 40 * 7, i % 2));
    let (code, text) = said(&codes, &["look", "t.csv"]);
    assert!(code == Some(0) && text.contains("column zip holds codes such as 00000"), "{text}");
    // Of different lengths they may be numbers.
    assert!(text.contains("column phone has numbers with leading zeros such as 070"), "{text}");
    assert!(text.contains("--categories phone"), "{text}");
    let named = said(&codes, &["look", "t.csv", "--categories", "phone,zip"]).1;
    assert!(!named.contains("leading zeros"), "{named}");
}

#[test]
fn new_rows_whose_codes_lost_their_zeros_are_told_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
        let output = program.current_dir(path).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{text}");
        text
    };
    let table = |code: &dyn Fn(usize) -> String| {
        "month,x,y\n".to_owned() + &rows(|i| format!("{},{i},{}", code(i % 12 + 1), i % 12 / 6))
    };
    let (with, without) = (table(&|code| format!("{code:02}")), table(&|code| code.to_string()));
    fs::write(path.join("with.csv"), with).unwrap();
    fs::write(path.join("without.csv"), without).unwrap();
    for (trained, asked, told) in [
        ("with.csv", "without.csv", "first \"1\" in row 2; \"1\" here may be \"01\" there"),
        ("without.csv", "with.csv", "first \"01\" in row 2; \"01\" here may be \"1\" there"),
    ] {
        run(&["train", trained, "--categories", "month", "--epochs", "2", "--quiet"]);
        for verb in ["predict", "evaluate", "explain"] {
            let text = run(&[verb, "model.safetensors", asked]);
            assert!(
                text.contains("90 rows with a value not seen") && text.contains(told),
                "{text}"
            );
            assert!(text.contains("write this column's codes as they were in training"), "{text}");
            let text = run(&[verb, "model.safetensors", trained]);
            assert!(!text.contains("not seen"), "{text}");
        }
    }
}

#[test]
fn what_is_typed_of_the_header_goes_before_a_config() {
    let folder = TempDir::new().unwrap();
    let csv = "1.5,2.5\n".to_owned() + &rows(|i| format!("{}.5,{}.5", i * 7 % 13, i * 7 % 13 * 3));
    fs::write(folder.path().join("t.csv"), csv).unwrap();
    let config = "data = \"t.csv\"\nno_header = true\nepochs = 2\n";
    fs::write(folder.path().join("c.toml"), config).unwrap();
    for (option, expected) in [(&[][..], "121 rows"), (&["--header"], "120 rows")] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
        program.current_dir(folder.path()).args(["train", "--config", "c.toml"]).args(option);
        let output = program.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success() && said.contains(expected), "{said}");
    }
}

#[test]
fn new_rows_without_a_header_are_told_to_want_one() {
    let folder = TempDir::new().unwrap();
    let good = rows(|i| format!("{}.5,{}.5", i * 7 % 13, i * 7 % 13 * 3 + 1));
    fs::write(folder.path().join("t.csv"), format!("a,b\n{good}")).unwrap();
    fs::write(folder.path().join("bare.csv"), &good).unwrap();
    let said = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
        let output = program.current_dir(folder.path()).args(arguments).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    said(&["train", "t.csv", "--epochs", "2"]);
    let text = said(&["predict", "model.safetensors", "bare.csv"]);
    assert!(text.contains("hint: the first row should name the columns"), "{text}");
    said(&["train", "bare.csv", "--no-header", "--epochs", "2", "--out", "bare.st"]);
    let text = said(&["predict", "bare.st", "t.csv"]);
    assert!(text.contains("trained with --no-header wants it here as well"), "{text}");
}

#[test]
fn very_small_and_very_large_targets_are_learned_and_printed_short() {
    for size in [-300, 39, 200] {
        let csv = rows(|i| format!("{},{}e{size}", i * 7 % 31, i * 7 % 31 * 2 + 1));
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("t.csv"), format!("x,y\n{csv}")).unwrap();
        let said = |arguments: &[&str]| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_layerwise"));
            let output = program.current_dir(folder.path()).args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let text = said(&["train", "t.csv", "--target", "y", "--epochs", "60", "--dropout", "0"]);
        let last_of = |name: &str| -> f64 {
            let line = text.lines().find(|line| line.trim().starts_with(name)).unwrap();
            line.split_whitespace().last().unwrap().parse().unwrap()
        };
        assert!(last_of("R²") > 0.9, "{text}");
        let unit = 10.0_f64.powi(size);
        assert!((0.01 * unit..20.0 * unit).contains(&last_of("RMSE")), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 120), "{text}");
        let predicted = said(&["predict", "model.safetensors", "t.csv"]);
        assert!(predicted.lines().all(|line| line.len() < 30), "{predicted}");
    }
}
