//! A service with a token: its page asks for it, and another one is taken up.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::client::{get, get_with};
use crate::lifecycle::of_its_own;
use crate::page::press;
use crate::service::Service;

/// A folder with a model `m.st` and a token.
fn with_token(model: &str, token: &str) -> TempDir {
    let folder = of_its_own(model);
    fs::write(folder.path().join("token.txt"), token).unwrap();
    folder
}

fn status(service: &Service, token: &str) -> u16 {
    let headers = format!("host: localhost\r\nauthorization: Bearer {token}\r\n");
    get_with(&service.address, "/model", &headers).status
}

#[test]
fn another_token_is_taken_up_and_a_broken_one_is_not() {
    let folder = with_token("old.st", "first\n");
    let file = folder.path().join("token.txt");
    let service = Service::start_in(folder.path(), "m.st", &["--token-file", "token.txt"]);
    let asked = |tokens: [&str; 2]| tokens.map(|token| status(&service, token));
    assert_eq!(asked(["first", "second"]), [200, 401]);
    fs::write(&file, "second\n").unwrap();
    assert_eq!(asked(["first", "second"]), [200, 401], "nothing was said");
    let reload = |said: &str| {
        service.signal("-HUP");
        assert!(service.line().contains("m.st was read anew"));
        let line = service.line();
        assert!(line.contains("token.txt") && line.contains(said), "{line}");
        assert!(!line.contains("second"), "{line}");
    };
    reload("was read anew and its token is asked for from now");
    assert_eq!(asked(["first", "second"]), [401, 200]);
    for (broken, said) in
        [("", "it is empty"), ("a b", "nothing but ASCII"), ("\u{e9}", "nothing but ASCII")]
    {
        fs::write(&file, broken).unwrap();
        reload(&format!("{said}; the token read before is asked for"));
        assert_eq!(asked([broken, "second"]), [401, 200], "{broken:?}");
    }
    fs::remove_file(&file).unwrap();
    reload("the token read before is asked for");
    assert_eq!(asked(["", "second"]), [401, 200]);
}

#[test]
fn the_page_without_a_token_tells_nothing_of_the_model() {
    let folder = with_token("group.st", "s3cret\n");
    let service = Service::start_in(folder.path(), "m.st", &["--token-file", "token.txt"]);
    let shell = get(&service.address, "/");
    assert_eq!(shell.status, 200);
    assert!(shell.has("cache-control", "no-store"), "{shell:?}");
    assert!(shell.head.contains("content-security-policy: default-src 'none'"), "{shell:?}");
    let open = ["/page.css", "/page.js"].map(|path| get(&service.address, path));
    for answer in [&shell, &open[0], &open[1]] {
        assert_eq!(answer.status, 200);
        for told in ["s3cret", "group", "town", "Oslo", "m.st"] {
            assert!(!answer.body.contains(told), "{told}: {answer:?}");
        }
    }
    let page = |token: &str| {
        let headers = format!("host: localhost\r\nauthorization: Bearer {token}\r\n");
        get_with(&service.address, "/", &headers)
    };
    assert!(page("s3cret").body.contains("<option value=\"Oslo\">"));
    assert_eq!((page("").status, page("other").status), (401, 401));
}

#[test]
fn the_form_behind_a_token_predicts_in_a_browser() {
    let folder = with_token("group.st", "s3cret\n");
    let service = Service::start_in(folder.path(), "m.st", &["--token-file", "token.txt"]);
    let Some(mut browser) = Browser::open(&format!("http://{}/", service.address)) else { return };
    browser.look((390, 800), true, "light");
    let enter = |browser: &mut Browser, token: &str| {
        browser.value(&format!("document.getElementById('token').value = {token:?}"));
    };
    enter(&mut browser, "wrong");
    let shown = press(&mut browser);
    assert!(shown.starts_with("the request brings no token, or another"), "{shown}");
    // The browser itself tells of the 401 in its console.
    assert_eq!(browser.problems().len(), 1);
    enter(&mut browser, " s3cret ");
    browser.value("document.querySelector('button').click()");
    browser.wait_for("document.getElementById('form') !== null");
    let fields = browser
        .value("[...document.querySelectorAll('[data-column]')].map((f) => f.dataset.column)");
    assert_eq!(fields, json!(["age", "town", "since", "<script>", "member"]));
    assert_eq!(browser.value("document.title"), json!("group · layerwise"));
    let shown = press(&mut browser);
    assert!(shown.contains(" %"), "{shown}");
    // A link of the page brings the token too.
    let model = "(async () => {
        const answer = document.getElementById('answer');
        answer.hidden = true;
        document.querySelector('a[href=model]').click();
        while (answer.hidden) await new Promise((done) => setTimeout(done, 10));
        return answer.innerText;
    })()";
    let about: Value = serde_json::from_str(browser.value(model).as_str().unwrap()).unwrap();
    assert_eq!(about["target"], "group");
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64().unwrap() <= 0, "a phone shows all of its width");
    assert_eq!(browser.problems(), [] as [Value; 0]);
    let kept = browser
        .value("[location.href, document.cookie, localStorage.length, sessionStorage.length]");
    assert_eq!(kept, json!([format!("http://{}/", service.address), "", 0, 0]), "in memory alone");
    // Loaded anew it asks again.
    browser.go(&format!("http://{}/", service.address));
    browser.wait_for("document.getElementById('key') !== null");
}
