//! Who is answered.

use std::fs;

use crate::client::{Connection, get, get_with};
use crate::service::{Service, models, output};

/// Runs `serve`, expects exit code 2 and this in its message.
fn refuses(arguments: &[&str], said: &str) {
    let arguments = [&["serve", "old.st", "--port", "0"], arguments].concat();
    let output = output(models(), &arguments);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
    assert!(err.contains(said), "{arguments:?}: expected {said:?} in {err:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn other_machines_are_answered_only_where_it_is_said_who_may_ask() {
    let said = "can be reached from other machines, and nothing says who may ask";
    refuses(&["--host", "0.0.0.0"], said);
    refuses(&["--host", "::"], said);
    fs::write(models().join("empty.txt"), " \n").unwrap();
    fs::write(models().join("token.txt"), "s3cret-Token\n").unwrap();
    refuses(&["--host", "0.0.0.0", "--token-file", "empty.txt"], "empty.txt: it is empty");
    refuses(&["--token-file", "none.txt"], "the token file none.txt: ");
    refuses(&["--token-file", "token.txt", "--no-auth"], "cannot be used with");
    refuses(&["--host", "no.such.host.invalid", "--no-auth"], "cannot listen on");

    let service = Service::start("old.st", &[]);
    assert!(service.address.starts_with("127.0.0.1:"), "{}", service.address);
    let service = Service::start("old.st", &["--host", "0.0.0.0", "--no-auth"]);
    assert_eq!(get(&service.address, "/model").status, 200);
    // By whatever name others know it.
    assert_eq!(get_with(&service.address, "/model", "host: example.org\r\n").status, 200);
    let service = Service::start("old.st", &["--host", "0.0.0.0", "--token-file", "token.txt"]);
    assert_eq!(get(&service.address, "/model").status, 401);
}

#[test]
fn a_token_is_asked_for_everywhere_but_for_health() {
    fs::write(models().join("token2.txt"), "s3cret-Token\n").unwrap();
    let service = Service::start("old.st", &["--token-file", "token2.txt"]);
    let with = |path, token: &str| {
        let headers = format!("host: localhost\r\nauthorization: {token}\r\n");
        get_with(&service.address, path, &headers)
    };
    assert_eq!(get(&service.address, "/health").status, 200);
    for path in ["/model", "/metrics", "/predict", "/nowhere", "/health/", "//health", "//"] {
        let answer = get(&service.address, path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.has("www-authenticate", "Bearer") && !answer.body.contains("s3cret"));
        for wrong in [
            "Bearer",
            "Bearer ",
            "Bearer s3cret",
            "Bearer s3cret-Tokens",
            "Basic s3cret-Token",
            "s3cret-Token",
        ] {
            assert_eq!(with(path, wrong).status, 401, "{path} {wrong}");
        }
    }
    for right in ["Bearer s3cret-Token", "bearer  s3cret-Token"] {
        assert_eq!(with("/model", right).status, 200);
    }
    let post = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(Connection::open(&service.address).ask(post.as_bytes()).status, 401);
}

#[test]
fn a_page_of_another_name_that_leads_here_is_not_answered() {
    let service = Service::start("old.st", &["--allow-host", "predictions.example"]);
    let port = service.address.rsplit_once(':').unwrap().1;
    let asked = |host: &str| {
        let headers = format!("host: {host}\r\n");
        get_with(&service.address, "/model", &headers).status
    };
    for own in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "predictions.example"] {
        assert_eq!([asked(own), asked(&format!("{own}:{port}"))], [200, 200], "{own}");
    }
    for other in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "x"] {
        assert_eq!(asked(other), 403, "{other}");
    }
}

#[test]
fn what_cannot_be_served_is_refused_before_it_listens() {
    fs::write(models().join("broken.st"), "no model").unwrap();
    let broken = output(models(), &["serve", "broken.st", "--port", "0"]);
    assert_eq!((broken.status.code(), broken.stdout.len()), (Some(2), 0));
    let service = Service::start("old.st", &[]);
    let port = service.address.rsplit_once(':').unwrap().1;
    let output = output(models(), &["serve", "old.st", "--port", port]);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("cannot listen on 127.0.0.1") && err.contains("--port chooses"), "{err}");
    for (option, wrong) in
        [("--max-body", "0"), ("--max-rows", "0"), ("--batch-wait", "-1"), ("--timeout", "0")]
    {
        refuses(&[&format!("{option}={wrong}")], option);
    }
}
