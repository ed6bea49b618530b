//! Bad rows: told in the program's words, and no other row is lost.

use serde_json::{Value, json};

use crate::client::{Connection, JSON, post, predict, predict_text};
use crate::service::{Service, models, objects, output, people};

/// The error of the only row of a request.
fn error(service: &Service, row: &str) -> String {
    let answer = predict_text(&service.address, JSON, row);
    assert_eq!(answer.status, 422, "{answer:?}");
    let answer = answer.json();
    assert_eq!((&answer["predictions"], &answer["errors"][0]["row"]), (&json!([null]), &json!(1)));
    answer["errors"][0]["error"].as_str().unwrap().to_owned()
}

#[test]
fn good_rows_are_predicted_beside_bad_ones_which_are_told_as_the_program_does() {
    let service = Service::start("group.st", &[]);
    let mut rows = objects(0..6);
    let good = predict(&service.address, &Value::Array(rows.clone())).json();
    rows[1]["age"] = "old".into();
    rows[4]["since"] = "yesterday".into();
    let answer = predict(&service.address, &Value::Array(rows));
    assert_eq!(answer.status, 422);
    let answer = answer.json();
    for i in 0..6 {
        let expected = if i == 1 || i == 4 { &Value::Null } else { &good["predictions"][i] };
        assert_eq!(&answer["predictions"][i], expected, "row {i}");
    }
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["row"], &errors[1]["row"]), (2, &json!(2), &json!(5)));

    // The program, on a file of the same rows: the same words, but for the name of what was read.
    let lines: Vec<String> = people(2).lines().map(String::from).collect();
    let bad =
        [&lines[0], &lines[1].replacen("20", "old", 1)].map(|line| format!("{line}\n")).concat();
    std::fs::write(models().join("request"), &bad).unwrap();
    let said = output(models(), &["predict", "group.st", "request"]);
    let said = String::from_utf8(said.stderr).unwrap();
    let said = said.lines().next().unwrap().strip_prefix("error: ").unwrap();
    assert!(said.starts_with("request, row 2, column \"age\": \"old\" is not a number"), "{said}");
    assert_eq!(errors[0]["error"], said);
    let answer = predict_text(&service.address, "text/csv", &bad).json();
    assert_eq!(answer["errors"], json!([{ "row": 2, "error": said }]));
}

#[test]
fn objects_that_are_no_rows_of_the_model() {
    let service = Service::start("old.st", &[]);
    let whole = r#""town":"Oslo","since":"2010-01-01","<script>":1,"member":true"#;
    for (row, said) in [
        (
            format!(r#"{{"Agee":3,{whole}}}"#),
            "request, row 1: the model old.st has no column \"Agee\"; did you mean \"age\"? Its columns are: ",
        ),
        (
            format!("{{{whole}}}"),
            "request, row 1 has no column \"age\"; its columns are: \"town\", ",
        ),
        (
            format!(r#"{{"age":1,"age":2,{whole}}}"#),
            "request, row 1: columns 1 and 2 are both named \"age\"",
        ),
        (
            format!(r#"{{"age":[1,{{}}],{whole}}}"#),
            "request, row 1, column \"age\" is a list; give",
        ),
        (
            format!(r#"{{"age":{{"a":[1]}},{whole}}}"#),
            "request, row 1, column \"age\" is an object; give",
        ),
        (format!(r#"{{"age":1e999999,{whole}}}"#), ""),
        ("[7]".into(), "request, row 1 is a number, not an object"),
        ("[[7,8]]".into(), "request, row 1 is a list, not an object"),
        ("[\"a\"]".into(), "request, row 1 is a text, not an object"),
        ("[null]".into(), "request, row 1 is null, not an object"),
        ("{}".into(), "request, row 1 has no column \"age\"; it has none (the model old.st"),
    ] {
        if said.is_empty() {
            // A number beyond all numbers is none of JSON's.
            assert_eq!(predict_text(&service.address, JSON, &row).status, 400, "{row}");
        } else {
            let error = error(&service, &row);
            assert!(error.starts_with(said), "expected {said:?}, found {error:?}");
        }
    }
    let missing = error(&service, &format!("{{{whole}}}"));
    assert!(missing.ends_with("(the model old.st needs it)"), "{missing}");
}

#[test]
fn requests_that_are_not_rows_at_all() {
    let service = Service::start("old.st", &[]);
    for (kind, text, status, said) in [
        (JSON, "{\"age\":", 400, "the request is not JSON: EOF"),
        (JSON, "", 400, "the request is not JSON"),
        (JSON, "[{}] x", 400, "the request is not JSON: trailing characters"),
        (JSON, "7", 422, "the request is a number; send an object"),
        ("text/csv", "", 422, "request is empty"),
        ("text/csv", "age,town\n1,Oslo\n", 422, "request has no column \"since\""),
        ("text/csv", "age,age\n1,2\n", 422, "request: columns 1 and 2 are both named"),
        ("text/csv", "age,town,since,<script>,member\n", 422, "request has a header but no rows"),
        ("text/plain", "age\n1\n", 415, "the request is said to be \"text/plain\"; send JSON with"),
    ] {
        let answer = predict_text(&service.address, kind, text);
        assert_eq!(answer.status, status, "{text:?}: {answer:?}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.starts_with(said), "{text:?}: expected {said:?}, found {error:?}");
    }
    // Packed, which a few bytes of could fill the memory.
    let packed = post("text/csv", b"\x1f\x8b\x08\x00");
    assert_eq!(Connection::open(&service.address).ask(&packed).status, 415);
    // Deeper than any row: no end of the stack.
    let deep = format!("[{}", "[".repeat(100_000));
    assert_eq!(predict_text(&service.address, JSON, &deep).status, 400);
    assert_eq!(predict_text(&service.address, JSON, &objects(0..1)[0].to_string()).status, 200);
}

#[test]
fn rows_of_csv_that_cannot_be_read_are_told_one_by_one() {
    let service = Service::start("income.st", &[]);
    let csv = people(3);
    let lines: Vec<&str> = csv.lines().collect();
    let good = predict_text(&service.address, "text/csv", &csv).json();
    let text = [lines[0], lines[1], "1,2", "", lines[2], lines[0], lines[3]].join("\n");
    let answer = predict_text(&service.address, "text/csv", &text);
    assert_eq!(answer.status, 422);
    let answer = answer.json();
    let [a, b, c] = [0, 1, 2].map(|i| &good["predictions"][i]);
    assert_eq!(answer["predictions"], json!([a, null, b, null, c]));
    let expected = json!([
        { "row": 3, "error": "request: expected 8 columns, found 2 in row 3" },
        { "row": 6, "error": "request, row 6 repeats the names of the columns; remove it" },
    ]);
    assert_eq!(answer["errors"], expected);
    let open = format!("{csv}\"1,2\n3,4");
    let answer = predict_text(&service.address, "text/csv", &open).json();
    assert_eq!(answer["predictions"], json!([a, b, c, null]));
    let quote = "request: a quote opened in row 5 is not closed by the end of the file";
    assert_eq!(answer["errors"], json!([{ "row": 5, "error": quote }]));
}

#[test]
fn very_many_bad_rows_are_all_told() {
    let service = Service::start("income.st", &[]);
    let bad = Value::Array(vec![json!({ "agee": 1 }); 5000]);
    let answer = predict(&service.address, &bad);
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 5000);
    assert!(answer.body.len() < 1_000_000, "{}", answer.body.len());
    assert_eq!(service.count("layerwise_rows_total{outcome=\"refused\"}"), 5000.0);
}
