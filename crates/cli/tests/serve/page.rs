//! The page: what of the model is in it is text, and it predicts in a browser.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{get, predict};
use crate::service::{Service, objects};

#[test]
fn names_and_levels_are_text_and_nothing_from_elsewhere_is_loaded() {
    let service = Service::start("group.st", &[]);
    let answer = get(&service.address, "/");
    assert!(answer.has("content-type", "text/html; charset=utf-8"));
    assert!(answer.has("x-content-type-options", "nosniff"));
    let policy = answer.head.lines().find(|line| line.starts_with("content-security-policy: "));
    let policy = policy.unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let scripts: Vec<_> = answer.body.match_indices("<script").collect();
    assert_eq!(scripts.len(), 1, "the page's own: {}", answer.body);
    assert!(answer.body.contains("data-column=\"&#60;script&#62;\""), "{}", answer.body);
    for text in
        ["type=\"date\"", "<option value=\"Oslo\">", "value=\"True\"", "type=\"number\"", "mostly "]
    {
        assert!(answer.body.contains(text), "expected {text} in {}", answer.body);
    }
    assert!(
        get(&service.address, "/page.js").has("content-type", "text/javascript; charset=utf-8")
    );
    assert!(get(&service.address, "/page.css").has("content-type", "text/css; charset=utf-8"));
}

/// A browser that is driven through pipes, by the DevTools protocol.
struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Value,
    last: u64,
    _profile: TempDir,
}

impl Browser {
    /// `None` where there is none.
    fn open(url: &str) -> Option<Self> {
        let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
            let version = Command::new(name).arg("--version").stderr(Stdio::null()).output();
            version.is_ok_and(|output| output.status.success())
        })?;
        let profile = TempDir::new().unwrap();
        let script = format!(
            "exec {found} --headless --no-sandbox --disable-gpu --no-first-run --window-size=400,800 \
             --user-data-dir={} --remote-debugging-pipe 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            profile.path().display()
        );
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let from = BufReader::new(from);
        let session = Value::Null;
        let mut browser = Self { child, to, from, session, last: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": url }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", attach)["sessionId"].clone();
        Some(browser)
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut bytes = vec![];
            assert!(self.from.read_until(0, &mut bytes).unwrap() > 0, "the browser is gone");
            bytes.pop();
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.last {
                return answer;
            }
        }
    }

    /// The value of a script, which may be awaited.
    fn value(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{script}: {result}");
        result["result"]["value"].clone()
    }

    /// Waits until a script is true, also while one page goes and another comes.
    fn wait_for(&mut self, script: &str) {
        let begun = Instant::now();
        let params = json!({ "expression": script, "returnByValue": true });
        while self.answer("Runtime.evaluate", params.clone())["result"]["result"]["value"] != true {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not become: {script}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a button and gives the text of the answer.
    fn press(&mut self) -> String {
        let script = "(async () => {
            const answer = document.getElementById('answer');
            answer.hidden = true;
            document.querySelector('button').click();
            while (answer.hidden) await new Promise((done) => setTimeout(done, 10));
            return answer.innerText;
        })()";
        self.value(script).as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_form_predicts_in_a_browser() {
    let service = Service::start("group.st", &[]);
    let Some(mut browser) = Browser::open(&format!("http://{}/", service.address)) else {
        eprintln!("skipped: there is no Chromium to open the page with");
        return;
    };
    browser.wait_for("document.readyState === 'complete' && !!document.getElementById('form')");
    let fields = browser
        .value("[...document.querySelectorAll('[data-column]')].map((f) => f.dataset.column)");
    assert_eq!(fields, json!(["age", "town", "since", "<script>", "member"]));
    let wide = browser.value("document.documentElement.scrollWidth - innerWidth");
    assert!(wide.as_i64().unwrap() <= 0, "a phone shows all of its width");

    // With nothing filled in all is missing.
    let mut row = objects(5..6).remove(0);
    let nothing = Value::Object(
        row.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect(),
    );
    let class = |row: &Value| {
        let answer = predict(&service.address, row).json();
        let predicted = answer["predictions"][0]["predicted"].as_str().unwrap().to_owned();
        let p = answer["predictions"][0]["probabilities"][&predicted].as_f64().unwrap();
        (predicted, format!("{:.1} %", 100.0 * p))
    };
    let (predicted, p) = class(&nothing);
    let shown = browser.press();
    assert!(shown.starts_with(&predicted) && shown.contains(&p), "{shown}: {predicted} {p}");

    row["age"] = 33.5.into();
    let fill = format!(
        "(() => {{ const row = {row};
            for (const field of document.querySelectorAll('[data-column]')) {{
                const value = row[field.dataset.column];
                if (field.tagName === 'FIELDSET') {{
                    field.querySelector(value ? '[value=True]' : '[value=False]').click();
                }} else field.value = value;
            }} }})()"
    );
    browser.value(&fill);
    let (predicted, p) = class(&row);
    let shown = browser.press();
    assert!(shown.starts_with(&predicted) && shown.contains(&p), "{shown}: {predicted} {p}");
    // A class with a tag in its name is shown as text.
    assert!(shown.contains("old <b>"), "{shown}");

    // What is wrong is shown in the service's words.
    browser.value("document.querySelector('[data-column=\"age\"]').type = 'text'");
    browser.value("document.querySelector('[data-column=\"age\"]').value = 'young'");
    let shown = browser.press();
    assert!(
        shown.starts_with("request, row 1, column \"age\": \"young\" is not a number"),
        "{shown}"
    );
}
