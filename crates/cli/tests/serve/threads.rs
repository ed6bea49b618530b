//! Threads: no more than there is work for at a time, as each keeps memory of what it once had in hand.
#![cfg(target_os = "linux")]

use std::fs;

use crate::client::{Connection, post};
use crate::service::{Service, people};

#[test]
fn many_large_requests_at_a_time_take_few_threads() {
    let service = Service::start("old.st", &["--threads", "1", "--max-body", "100MB"]);
    let large = post("text/csv", people(3000).as_bytes());
    assert!(large.len() > 1 << 16);
    let mut most = 0;
    for _ in 0..5 {
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let mut connection = Connection::open(&service.address);
                    for _ in 0..3 {
                        let answer = connection.ask(&large);
                        assert!([200, 503].contains(&answer.status), "{}", answer.status);
                    }
                });
            }
        });
        let threads = fs::read_dir(format!("/proc/{}/task", service.child.id())).unwrap().count();
        most = most.max(threads);
    }
    // The first, one that predicts, one that reads a model anew; for each processor one that serves and one that works
    // on a large request.
    let processors = std::thread::available_parallelism().unwrap().get();
    assert!(most <= 3 + 2 * processors, "{most} threads for {processors} processors");
}
