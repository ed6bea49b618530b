//! Stopping without losing what was taken on, and another model without losing a request.

use std::fs;
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::{Connection, JSON, get, post, predict};
use crate::service::{Service, layerwise, models, objects};

pub fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_there() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_wish_to_end_ends_it_when_all_that_was_taken_on_is_answered() {
    for signal in ["-TERM", "-INT"] {
        let mut service = Service::start("group.st", &[]);
        let body = objects(0..1)[0].to_string();
        let expected = predict(&service.address, &objects(0..1)[0]).body;
        let request = post(JSON, body.as_bytes());
        // Half of a request; one that waits for its turn on a connection that was used; and one at rest.
        let mut half = Connection::open(&service.address);
        half.send(&request[..request.len() - 20]);
        let mut used = Connection::open(&service.address);
        assert_eq!(used.ask(&request).status, 200);
        let mut idle = Connection::open(&service.address);
        assert_eq!(idle.ask(&request).status, 200);
        wait_for("connection", || service.count("layerwise_connections") >= 4.0);

        service.signal(signal);
        used.send(&request);
        wait_for("end of listening", || TcpStream::connect(&service.address).is_err());
        let answer = used.answer().unwrap();
        assert_eq!((answer.status, &answer.body), (200, &expected));
        assert!(idle.is_closed());
        assert!(service.child.try_wait().unwrap().is_none(), "a request is still on its way");
        half.send(&request[request.len() - 20..]);
        let answer = half.answer().unwrap();
        assert_eq!((answer.status, &answer.body), (200, &expected));
        assert!(answer.has("connection", "close"), "{answer:?}");
        assert_eq!(service.code(), Some(0));
    }
}

#[test]
fn under_load_every_request_that_was_begun_is_answered() {
    let mut service = Service::start("income.st", &["--threads", "1"]);
    let request = post(JSON, objects(0..1)[0].to_string().as_bytes());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Ok(stream) = TcpStream::connect(&service.address) {
                    let mut connection = Connection::on(stream);
                    // The first may come too late: the service stopped listening meanwhile.
                    let mut first = true;
                    while connection.sent(&request) || !first {
                        let Some(answer) = connection.answer() else {
                            assert!(first, "a request on an open connection is lost");
                            break;
                        };
                        assert_eq!(answer.status, 200);
                        if answer.has("connection", "close") {
                            break;
                        }
                        first = false;
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        service.signal("-TERM");
    });
    assert_eq!(service.code(), Some(0));
}

#[test]
fn what_the_system_took_on_before_the_end_is_answered_too() {
    let mut service = Service::start("old.st", &[]);
    let request = post(JSON, objects(0..1)[0].to_string().as_bytes());
    // While it stands still the system makes connections for it; when it goes on, they and the wish to end are there.
    service.signal("-STOP");
    service.signal("-TERM");
    let mut waiting: Vec<Connection> = (0..50)
        .map(|_| {
            let mut connection = Connection::open(&service.address);
            connection.send(&request);
            connection
        })
        .collect();
    service.signal("-CONT");
    for connection in &mut waiting {
        assert_eq!(connection.answer().map(|answer| answer.status), Some(200));
    }
    assert_eq!(service.code(), Some(0));
}

#[test]
fn a_second_wish_to_end_does_not_wait() {
    let mut service = Service::start("old.st", &["--timeout", "600"]);
    let mut half = Connection::open(&service.address);
    half.send(b"POST /predict HTTP/1.1\r\nhost: localhost\r\n");
    wait_for("connection", || service.count("layerwise_connections") >= 2.0);
    service.signal("-TERM");
    wait_for("end of listening", || TcpStream::connect(&service.address).is_err());
    assert!(service.child.try_wait().unwrap().is_none());
    service.signal("-TERM");
    assert_eq!(service.code(), Some(0));
}

/// A folder with a model `m.st` that can be replaced.
pub fn of_its_own(model: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(models().join(model), folder.path().join("m.st")).unwrap();
    folder
}

#[test]
fn another_model_is_taken_up_and_no_request_is_lost() {
    let folder = of_its_own("old.st");
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let row = &objects(0..1)[0];
    let first = predict(&service.address, row).body;
    let about = get(&service.address, "/model").body;
    let train =
        ["train", "people.csv", "--target", "old", "--leave-out", "group,income", "--seed", "9"];
    let other = folder.path().join("other.st");
    let options = ["--epochs", "5", "--quiet", "--out", other.to_str().unwrap()];
    layerwise(models(), &[&train[..], &options[..]].concat());
    let (done, all_asked) = (AtomicBool::new(false), Barrier::new(5));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(&service.address);
                    let mut bodies = vec![];
                    while !done.load(Ordering::Relaxed) {
                        let answer = connection.ask(&post(JSON, row.to_string().as_bytes()));
                        assert_eq!(answer.status, 200, "{answer:?}");
                        if bodies.is_empty() {
                            all_asked.wait();
                        }
                        if bodies.last() != Some(&answer.body) {
                            bodies.push(answer.body);
                        }
                    }
                    bodies
                })
            })
            .collect();
        all_asked.wait();
        fs::rename(&other, folder.path().join("m.st")).unwrap();
        service.signal("-HUP");
        wait_for("new model", || get(&service.address, "/model").body != about);
        assert!(service.line().contains("m.st was read anew"));
        std::thread::sleep(Duration::from_millis(50));
        done.store(true, Ordering::Relaxed);
        for client in clients {
            // Each saw the old one, then the new one, and never the old one again.
            let bodies = client.join().unwrap();
            assert_eq!((bodies.len(), &bodies[0]), (2, &first), "{bodies:?}");
        }
    });
    // One of another task is as good.
    fs::copy(models().join("income.st"), folder.path().join("m.st")).unwrap();
    service.signal("-HUP");
    wait_for("third model", || get(&service.address, "/model").body.contains("regression"));
    assert!(predict(&service.address, row).json()["predictions"][0]["predicted"].is_f64());
    assert_eq!(service.count("layerwise_model_reloads_total{outcome=\"taken\"}"), 2.0);
}

#[test]
fn a_broken_model_is_refused_and_the_old_one_serves_on() {
    let folder = of_its_own("group.st");
    let service = Service::start_in(folder.path(), "m.st", &[]);
    let row = &objects(0..1)[0];
    let expected = predict(&service.address, row).body;
    let about = get(&service.address, "/model").body;
    let whole = fs::read(folder.path().join("m.st")).unwrap();
    for (number, broken) in [&b""[..], b"no model", &whole[..whole.len() - 5]].iter().enumerate() {
        fs::write(folder.path().join("m.st"), broken).unwrap();
        service.signal("-HUP");
        let said = service.line();
        assert!(
            said.contains("m.st") && said.contains("the model read before serves on"),
            "{said}"
        );
        let refused = "layerwise_model_reloads_total{outcome=\"refused\"}";
        assert_eq!(service.count(refused), number as f64 + 1.0);
        assert_eq!(predict(&service.address, row).body, expected);
        assert_eq!(get(&service.address, "/model").body, about);
    }
}
