//! Work that takes long: given up in time, and nobody else waits for it.

use std::time::{Duration, Instant};

use crate::client::{Connection, JSON, post, predict_text};
use crate::lifecycle::wait_for;
use crate::service::{Service, heavy, objects, people};

/// Rows that a thread of any processor is busy with for half a minute and more, a few hundred at a time.
pub fn long() -> String {
    let one = people(1);
    let (header, row) = one.trim_end().split_once('\n').unwrap();
    format!("{header}\n{}", format!("{row}\n").repeat(150_000))
}

pub const LARGE: [&str; 6] = ["--threads", "1", "--max-rows", "1000000", "--max-body", "100MB"];

#[test]
fn an_answer_that_takes_too_long_is_given_up_and_so_is_the_work() {
    let options = [&LARGE[..], &["--timeout", "1"]].concat();
    let service = Service::start_in(heavy(), "heavy.st", &options);
    let long = long();
    let begun = Instant::now();
    let answer = predict_text(&service.address, "text/csv", &long);
    assert_eq!(answer.status, 503, "{:?}", begun.elapsed());
    assert!(answer.body.contains("there was no prediction within 1 s"), "{answer:?}");
    assert!(answer.has("retry-after", "1"), "{answer:?}");
    assert_eq!(service.count("layerwise_refusals_total{reason=\"time\"}"), 1.0);
    // Nobody waits for the rest of it, so others need not either.
    let one = post(JSON, objects(0..1)[0].to_string().as_bytes());
    while Connection::open(&service.address).ask(&one).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(12), "the thread is still busy");
    }
}

#[test]
fn while_no_more_can_wait_every_request_is_refused_at_once() {
    let options = [&LARGE[..], &["--max-waiting", "1", "--timeout", "60"]].concat();
    let service = Service::start_in(heavy(), "heavy.st", &options);
    let mut busy = Connection::open(&service.address);
    busy.send(&post("text/csv", long().as_bytes()));
    wait_for("batch", || service.count("layerwise_batch_rows_count") == 1.0);
    let one = post(JSON, objects(0..1)[0].to_string().as_bytes());
    let mut waiting = Connection::open(&service.address);
    waiting.send(&one);
    wait_for("row that waits", || service.count("layerwise_waiting_rows") == 1.0);

    let many = post("text/csv", people(1000).as_bytes());
    for request in [&one, &many].into_iter().cycle().take(40) {
        let begun = Instant::now();
        let answer = Connection::open(&service.address).ask(request);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.has("retry-after", "1") && answer.body.contains("ask again"), "{answer:?}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    assert_eq!(service.count("layerwise_refusals_total{reason=\"overload\"}"), 40.0);
    assert_eq!(service.count("layerwise_waiting_rows"), 1.0);
    // Once the other has gone, what was taken on is answered.
    drop(busy);
    assert_eq!(waiting.answer().unwrap().status, 200);
}
