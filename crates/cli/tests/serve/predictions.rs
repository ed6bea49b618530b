//! What is predicted: the same as by `layerwise predict`, in the request's order, together with others'.

use serde_json::{Value, json};

use crate::client::{Connection, JSON, get, post, predict, predict_text};
use crate::service::{Service, layerwise, models, objects, people};

/// The answer to the first rows of `people.csv`, put together from what `layerwise predict` prints; as long as a
/// probability of two is the other's rest, which it does not print.
fn expected(model: &str, rows: usize) -> String {
    let name = format!("{model}-{rows}.csv");
    std::fs::write(models().join(&name), people(rows)).unwrap();
    let csv = layerwise(models(), &["predict", &format!("{model}.st"), &name]);
    let names: Vec<&str> = csv.lines().next().unwrap().split(',').skip(8).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').skip(8).collect();
        if model == "income" {
            return format!("{{\"predicted\":{}}}", cells[0]);
        }
        let labels = names[1..].iter().map(|name| name.strip_prefix("probability_").unwrap());
        let mut all: Vec<String> =
            labels.zip(&cells[1..]).map(|(label, p)| format!("\"{label}\":{p}")).collect();
        if model == "old" {
            all.insert(0, "\"no\":…".into());
        }
        format!("{{\"predicted\":\"{}\",\"probabilities\":{{{}}}}}", cells[0], all.join(","))
    };
    let rows: Vec<String> = csv.lines().skip(1).map(row).collect();
    format!("{{\"predictions\":[{}]}}\n", rows.join(","))
}

/// Without the probability of the first of two classes.
fn shortened(body: &str) -> String {
    let mut parts = body.split("\"no\":");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (p, rest) = part.split_at(8);
        let yes: f64 = rest.strip_prefix(",\"yes\":").unwrap()[..8].parse().unwrap();
        assert!((p.parse::<f64>().unwrap() + yes - 1.0).abs() < 2e-6, "{body}");
        text = text + "\"no\":…" + rest;
    }
    text
}

#[test]
fn predictions_are_those_of_the_program_byte_for_byte() {
    for model in ["group", "old", "income"] {
        let service = Service::start(&format!("{model}.st"), &[]);
        let expected = expected(model, 50);
        let rows = Value::Array(objects(0..50));
        let answer = predict(&service.address, &rows);
        assert_eq!((answer.status, shortened(&answer.body)), (200, expected.clone()));
        assert!(answer.has("content-type", JSON));
        let answer = predict_text(&service.address, "text/csv; charset=utf-8", &people(50));
        assert_eq!((answer.status, shortened(&answer.body)), (200, expected));
        // One row alone is a list of one.
        let one = predict(&service.address, &rows[0]);
        let listed = predict(&service.address, &json!([rows[0]]));
        assert_eq!((one.status, &one.body), (200, &listed.body));
        assert!(answer.body.starts_with(one.body.trim_end_matches("]}\n")));
    }
}

#[test]
fn order_of_columns_and_ways_to_write_a_value_do_not_matter() {
    let service = Service::start("old.st", &[]);
    let ways = [
        r#"{"age":30,"town":"Oslo","since":"2010-01-01","<script>":1.5,"member":true}"#,
        r#"{"member":"True","<script>":"1.50"," since ":" 2010-01-01 ","town":"\u004fslo","age":3e1}"#,
        "\u{feff}{\"age\":30,\"town\":\"Oslo\",\"since\":\"2010-01-01\",\"<script>\":1.5,\"member\":true}",
        r#"{"old":"no","income":7,"age":"30","town":"Oslo","since":"2010-01-01","<script>":15e-1,"member":true}"#,
    ];
    let bodies = ways.map(|way| predict_text(&service.address, JSON, way)).map(|answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    });
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let missing = ["null", "\"\"", "\"NA\"", "\" ? \""].map(|word| {
        let row = ways[0].replace("30", word);
        predict_text(&service.address, JSON, &row).body
    });
    assert!(missing.iter().all(|body| *body == missing[0]), "{missing:?}");
    assert_ne!(missing[0], bodies[0]);
}

#[test]
fn values_never_seen_are_told() {
    let service = Service::start("group.st", &[]);
    let mut row = objects(0..1).remove(0);
    row["town"] = "x".repeat(100_000).into();
    assert!(predict(&service.address, &row).body.len() < 1000, "not all of a long one");
    row["town"] = "Ulm".into();
    let answer = predict(&service.address, &json!([row, row]));
    let note = "column \"town\": 2 rows with a value not seen in training, first \"Ulm\" in row 1";
    assert_eq!((answer.status, &answer.json()["notes"]), (200, &json!([note])));
    assert_eq!(predict(&service.address, &json!([])).body, "{\"predictions\":[]}\n");
}

#[test]
fn many_clients_at_once_get_each_their_own_in_fewer_batches() {
    let service = Service::start("income.st", &["--threads", "1"]);
    let rows = objects(0..40);
    let expected: Vec<String> =
        rows.iter().map(|row| predict(&service.address, row).body).collect();
    let before = service.count("layerwise_batch_rows_count");
    assert_eq!(before, 40.0, "one by one each is a batch");
    std::thread::scope(|scope| {
        for first in 0..32 {
            let (rows, expected, address) = (&rows, &expected, &service.address);
            scope.spawn(move || {
                let mut connection = Connection::open(address);
                for i in (0..40).map(|i| (first + i) % 40) {
                    let answer = connection.ask(&post(JSON, rows[i].to_string().as_bytes()));
                    assert_eq!((answer.status, &answer.body), (200, &expected[i]));
                }
            });
        }
    });
    let batches = service.count("layerwise_batch_rows_count") - before;
    assert!(batches < 0.9 * 32.0 * 40.0, "{batches} batches for 1280 rows");
    assert_eq!(service.count("layerwise_batch_rows_sum"), 1320.0);
}

#[test]
fn nobody_waits_for_others_that_are_not_there() {
    let service = Service::start("income.st", &["--batch-wait", "1000"]);
    let row = objects(0..1).remove(0);
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        assert_eq!(predict(&service.address, &row).status, 200);
    }
    assert!(begun.elapsed().as_millis() < 1000, "{:?}", begun.elapsed());
}

#[test]
fn the_model_tells_of_itself() {
    let service = Service::start("group.st", &[]);
    let about = get(&service.address, "/model").json();
    assert_eq!((&about["task"], &about["target"]), (&json!("classes"), &json!("group")));
    assert_eq!(about["classes"], json!(["north", "old <b>", "south"]));
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    let columns = about["columns"].as_array().unwrap();
    assert_eq!(
        columns[1],
        json!({ "name": "town", "kind": "category", "levels": ["Bern", "Oslo", "Rome"] })
    );
    // Of the part that was learned from.
    assert_eq!((&columns[2]["kind"], &columns[2]["format"]), (&json!("date"), &json!("iso")));
    let since = columns[2]["range"].as_array().unwrap();
    assert!(since[0].as_str().unwrap().starts_with("200"), "{about}");
    assert!(since[1].as_str().unwrap().starts_with("2019"), "{about}");
    assert_eq!((&columns[0]["kind"], &columns[3]["name"]), (&json!("number"), &json!("<script>")));
    let ages = columns[0]["range"].as_array().unwrap();
    assert!((20.0..24.0).contains(&ages[0].as_f64().unwrap()), "{about}");
    assert!((66.0..70.0).contains(&ages[1].as_f64().unwrap()), "{about}");
    assert!(about["metrics"]["test"]["accuracy"].as_f64().unwrap() > 0.3);
    assert_eq!(get(&service.address, "/health").json(), json!({ "status": "ok" }));

    let csv = models().join("min-max.csv");
    std::fs::write(&csv, people(100)).unwrap();
    let train = [
        "train",
        "min-max.csv",
        "--numbers",
        "min-max",
        "--epochs",
        "1",
        "--quiet",
        "--out",
        "m.st",
    ];
    layerwise(models(), &train);
    let about = get(&Service::start("m.st", &[]).address, "/model").json();
    let ages = about["columns"][0]["range"].as_array().unwrap();
    assert!((20.0..24.0).contains(&ages[0].as_f64().unwrap()), "{about}");
    assert!((66.0..70.0).contains(&ages[1].as_f64().unwrap()), "{about}");
}
