//! Clients that have said all and closed their side: those that wait are answered, those that left are not worked for.

use std::time::{Duration, Instant};

use crate::busy::{LARGE, long};
use crate::client::{Answer, Connection, JSON, post, predict};
use crate::lifecycle::wait_for;
use crate::service::{Service, heavy, objects, people};

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// The same request in the words of HTTP/1.0.
fn of_old(request: &[u8]) -> Vec<u8> {
    String::from_utf8(request.to_vec()).unwrap().replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes()
}

#[test]
fn who_has_closed_its_side_is_answered() {
    let service = Service::start("old.st", &[]);
    let row = &objects(0..1)[0];
    let expected = predict(&service.address, row);
    let request = post(JSON, row.to_string().as_bytes());
    // More than goes over the wire at a time.
    let many = post("text/csv", people(5000).as_bytes());
    for request in [&request[..], HEALTH, &many, &of_old(&request), &of_old(HEALTH)] {
        let mut connection = Connection::open(&service.address);
        connection.send(request);
        connection.close_sending();
        let answer = connection.answer().unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(connection.is_closed());
    }
    // All that was asked, in its order.
    let mut connection = Connection::open(&service.address);
    connection.send(&[&request, HEALTH, &request].concat());
    connection.close_sending();
    let bodies = [(); 3].map(|()| connection.answer().unwrap().body);
    assert_eq!([&bodies[0], &bodies[2]], [&expected.body; 2]);
    assert!(bodies[1].contains("ok") && connection.is_closed());
    // Half of a request is none.
    let mut connection = Connection::open(&service.address);
    connection.send(&request[..request.len() - 5]);
    connection.close_sending();
    let answer = connection.answer().unwrap();
    assert!(answer.status == 400 && answer.body.contains("broke off"), "{answer:?}");
    wait_for("end of connections", || service.count("layerwise_connections") == 1.0);
}

/// The answer after those that say only that there will be one, and how many these were.
fn at_last(connection: &mut Connection) -> (usize, Answer) {
    let mut before = 0;
    loop {
        match connection.answer().unwrap() {
            Answer { status: 100, .. } => before += 1,
            answer => return (before, answer),
        }
    }
}

#[test]
fn who_waits_long_with_its_side_closed_is_answered_and_who_left_is_not_worked_for() {
    let options = [&LARGE[..], &["--timeout", "60"]].concat();
    let service = Service::start_in(heavy(), "heavy.st", &options);
    let busy = |request: &[u8]| {
        let mut busy = Connection::open(&service.address);
        let batches = service.count("layerwise_batch_rows_count");
        busy.send(request);
        wait_for("batch", || service.count("layerwise_batch_rows_count") > batches);
        busy
    };
    let many = post("text/csv", long().as_bytes());
    let one = post(JSON, objects(0..1)[0].to_string().as_bytes());
    let first = busy(&many);
    // It waits behind the other, and its side is closed.
    let mut waiting = Connection::open(&service.address);
    waiting.send(&one);
    waiting.close_sending();
    wait_for("row that waits", || service.count("layerwise_waiting_rows") == 1.0);
    std::thread::sleep(Duration::from_millis(1500));
    drop(first);
    let (before, answer) = at_last(&mut waiting);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(before > 0, "it was never asked whether it still waits");

    // One of HTTP/1.0 cannot be asked, and is given up.
    let begun = Instant::now();
    let mut old = busy(&of_old(&many));
    old.close_sending();
    assert!(old.answer().is_none());
    assert_eq!(Connection::open(&service.address).ask(&one).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}
