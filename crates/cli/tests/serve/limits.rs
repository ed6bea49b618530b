//! Too much of anything: answered at once, with what to do, and others are served on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Connection, JSON, get, post, predict, predict_text};
use crate::service::{Service, objects, people};

#[test]
fn bytes_and_rows_have_a_limit() {
    let service = Service::start("old.st", &["--max-body", "2KB", "--max-rows", "5"]);
    let rows = |n| Value::Array(objects(0..n));
    assert_eq!(predict(&service.address, &rows(5)).status, 200);
    let answer = predict(&service.address, &rows(6));
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("more than 5 rows"), "{answer:?}");
    let answer = predict_text(&service.address, "text/csv", &people(6));
    assert_eq!(answer.status, 413, "{answer:?}");
    assert_eq!(predict_text(&service.address, "text/csv", &people(5)).status, 200);

    // Said to be too long: refused before it comes.
    let head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n";
    let mut connection = Connection::open(&service.address);
    let answer = connection.ask(format!("{head}content-length: 2001\r\n\r\n").as_bytes());
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("more than 2000 bytes"), "{answer:?}");
    // Not said to be, and it is.
    let mut connection = Connection::open(&service.address);
    let chunks = format!("7d1\r\n{}\r\n0\r\n\r\n", "x".repeat(2001));
    let answer =
        connection.ask(format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}").as_bytes());
    assert_eq!(answer.status, 413);
    assert_eq!(service.count("layerwise_refusals_total{reason=\"bytes\"}"), 2.0);
    assert_eq!(service.count("layerwise_refusals_total{reason=\"rows\"}"), 2.0);
}

#[test]
fn more_than_can_wait_is_refused_at_once_and_what_is_taken_on_is_answered() {
    let options = ["--threads", "1", "--max-waiting", "1", "--timeout", "60"];
    let service = Service::start("group.st", &options);
    let large = Value::Array(vec![objects(0..1).remove(0); 10_000]).to_string();
    let one = post(JSON, objects(0..1)[0].to_string().as_bytes());
    let (done, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let answer = predict_text(&service.address, JSON, &large);
                    assert!([200, 503].contains(&answer.status), "{}", answer.status);
                }
            });
        }
        for _ in 0..6 {
            scope.spawn(|| {
                let begun = Instant::now();
                while refused.load(Ordering::Relaxed) < 20 {
                    assert!(begun.elapsed() < Duration::from_secs(60), "nothing is refused");
                    let answer = Connection::open(&service.address).ask(&one);
                    if answer.status == 503 {
                        assert!(answer.has("retry-after", "1"), "{answer:?}");
                        assert!(answer.body.contains("ask again"), "{answer:?}");
                        refused.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!(answer.status, 200, "{answer:?}");
                    }
                }
                done.store(true, Ordering::Relaxed);
            });
        }
    });
    assert!(service.count("layerwise_refusals_total{reason=\"overload\"}") >= 20.0);
    let begun = Instant::now();
    while Connection::open(&service.address).ask(&one).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not recover");
    }
}

#[test]
fn more_bytes_in_hand_than_are_taken_on_are_refused_and_then_taken_again() {
    // Rows enough may wait: it is bytes that there are too many of.
    let options = ["--max-body", "40KB", "--max-waiting", "1000000"];
    let service = Service::start("old.st", &options);
    let request = post("text/csv", people(700).as_bytes());
    assert!(request.len() > 25_000 && request.len() < 40_000);
    let asked = |times: usize| {
        let mut connection = Connection::open(&service.address);
        (0..times).map(|_| connection.ask(&request).status).collect::<Vec<_>>()
    };
    // More than half of the most: alone it is taken on, two are too many.
    assert_eq!(asked(5), [200; 5]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| asked(40))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200) && statuses.contains(&503), "{statuses:?}");
    assert_eq!(asked(5), [200; 5]);
}

#[test]
fn a_connection_too_many_is_told_so_and_the_others_go_on() {
    let service = Service::start("old.st", &["--max-connections", "2"]);
    let health = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut open = [(); 2].map(|()| Connection::open(&service.address));
    assert!(open.iter_mut().all(|connection| connection.ask(health).status == 200));
    let answer = Connection::open(&service.address).ask(health);
    assert_eq!(answer.status, 503);
    assert!(answer.has("retry-after", "1") && answer.body.contains("too many connections"));
    let [mut first, second] = open;
    assert_eq!(first.ask(health).status, 200);
    drop(second);
    let begun = Instant::now();
    while Connection::open(&service.address).ask(health).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "a place that was left is not given");
    }
}

#[test]
fn slow_clients_are_not_waited_for() {
    let service = Service::start("old.st", &["--timeout", "1"]);
    let begun = Instant::now();
    // One that asks and asks, and takes no answer.
    let mut deaf = Connection::open(&service.address);
    let many = post("text/csv", people(5000).as_bytes());
    let asking = std::thread::spawn(move || {
        for _ in 0..200 {
            if !deaf.sent(&many) {
                return true;
            }
        }
        false
    });
    let mut slow = [
        "",
        "POST /predict HTTP/1.1\r\nhost: localhost\r\nx: ",
        "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 99\r\n\r\nage",
    ]
    .map(|sent| {
        let mut connection = Connection::open(&service.address);
        connection.send(sent.as_bytes());
        connection
    });
    // One byte now and then makes no difference.
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(100));
        slow[1].send(b"x");
        slow[3].send(b"\n");
        assert_eq!(get(&service.address, "/health").status, 200);
    }
    assert_eq!(slow[2].answer().unwrap().status, 200);
    let answer = slow[3].answer().unwrap();
    assert_eq!(answer.status, 408, "{answer:?}");
    assert!(slow.iter_mut().all(Connection::is_closed));
    assert!(asking.join().unwrap(), "all of its requests were answered");
    let begun = (begun, Instant::now());
    while service.count("layerwise_connections") > 1.0 {
        assert!(begun.1.elapsed() < Duration::from_secs(10), "who takes no answer stays");
    }
    assert!(begun.0.elapsed() < Duration::from_secs(20), "{:?}", begun.0.elapsed());
}

#[test]
fn what_is_counted_adds_up() {
    let service = Service::start("old.st", &[]);
    for n in 1..=4 {
        assert_eq!(predict(&service.address, &Value::Array(objects(0..n))).status, 200);
    }
    let mut rows = objects(0..3);
    rows[1]["age"] = "x".into();
    assert_eq!(predict(&service.address, &Value::Array(rows)).status, 422);
    assert_eq!(predict_text(&service.address, JSON, "{").status, 400);
    for path in ["/health", "/nowhere", "/some/where", "/model"] {
        get(&service.address, path);
    }
    let count = |name: &str| service.count(name);
    let predict =
        |status| format!("layerwise_requests_total{{path=\"/predict\",status=\"{status}\"}}");
    assert_eq!([200, 422, 400].map(|status| count(&predict(status))), [4.0, 1.0, 1.0]);
    let other = "layerwise_requests_total{path=\"other\",status=\"404\"}";
    assert_eq!(count(other), 2.0, "paths that anybody may type are one");
    assert_eq!(count("layerwise_predict_seconds_count"), 6.0);
    assert_eq!(count("layerwise_predict_seconds_bucket{le=\"+Inf\"}"), 6.0);
    assert_eq!(count("layerwise_rows_total{outcome=\"predicted\"}"), 12.0);
    assert_eq!(count("layerwise_rows_total{outcome=\"refused\"}"), 1.0);
    // The bad row was found to be so when its batch was made.
    assert_eq!(count("layerwise_batch_rows_sum"), 13.0);
    assert_eq!(count("layerwise_refusals_total{reason=\"content\"}"), 1.0);
    assert_eq!(count("layerwise_refusals_total{reason=\"path\"}"), 2.0);
    // All but the one that asks.
    let asked = count("layerwise_requests_total{path=\"/metrics\",status=\"200\"}");
    assert_eq!(count("layerwise_requests_total"), 6.0 + 4.0 + asked + 1.0);
    assert!(get(&service.address, "/metrics").body.ends_with("# EOF\n"));
}
