//! Chromium without a screen, driven over WebDriver (W3C) by chromedriver.

use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, MouseActions, PointerAction},
    elements::Element,
    wd::WindowHandle,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::passkeys;

/// What has not come by then does not come: a box says at its next beat that its lid is shut, within half a minute.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// The process that drives browsers; it ends when this is dropped.
pub(crate) struct Driver {
    child: Child,
    address: String,
    /// The public key of the one server that browsers believe although nobody vouches for it.
    pin: Option<String>,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Light,
    Dark,
    Phone,
}

/// One browser with nothing remembered.
pub(crate) struct Browser {
    client: Client,
    view: View,
}

impl Driver {
    /// Says `not run` where this machine has none.
    ///
    /// # Panics
    /// Under `$CI`: what did not run did not pass.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(why) => {
                let words = format!("not run: {test} (no chromedriver: {why}; Debian has chromium-driver)");
                assert!(env::var_os("CI").is_none(), "{words}");
                // Past the capture of the test harness.
                let _ = writeln!(io::stderr(), "{words}");
                return None;
            }
        };
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver says where it listens");
        Some(Self { child, address: format!("http://127.0.0.1:{port}"), pin: None })
    }

    /// Browsers that are opened from now on believe whoever shows this public key: SHA-256, in base64.
    pub(crate) fn believe(&mut self, pin: &str) {
        self.pin = Some(pin.to_owned());
    }

    /// Opens a browser.
    pub(crate) async fn open(&self, view: View) -> Browser {
        // Root has no sandbox, and nothing here leaves this machine.
        let mut args = vec![
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1440,1200",
        ];
        if view == View::Dark {
            args.push("--blink-settings=preferredColorScheme=0");
        }
        let pin = self.pin.as_ref().map(|pin| format!("--ignore-certificate-errors-spki-list={pin}"));
        args.extend(pin.as_deref());
        let mut options = json!({ "args": args });
        if view == View::Phone {
            let metrics =
                json!({ "width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let wanted = wanted.as_object().cloned().expect("an object");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&self.address)
            .await
            .expect("chromedriver opens Chromium (Debian: chromium)");
        let session = client.session_id().await.unwrap().expect("a session has an id");
        passkeys::plug_in(&self.address, &session);
        Browser { client, view }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    pub(crate) async fn go(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// Waits for something to be there.
    pub(crate) async fn sees(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(SOON).for_element(Locator::Css(css)).await;
        let text = if found.is_err() { self.text().await } else { String::new() };
        found.unwrap_or_else(|error| panic!("there is no `{css}` ({error}) on:\n{text}"))
    }

    /// Waits until something is there that says this.
    pub(crate) async fn reads(&self, css: &str, words: &str) -> String {
        let script = "const [css, words] = arguments; \
            const one = [...document.querySelectorAll(css)].find((one) => one.innerText.includes(words)); \
            return one ? one.innerText : null;";
        let asked = async {
            loop {
                let found = self.client.execute(script, vec![css.into(), words.into()]).await.unwrap();
                if let Some(text) = found.as_str() {
                    return text.to_owned();
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(SOON, asked).await.ok();
        let text = if found.is_none() { self.text().await } else { String::new() };
        found.unwrap_or_else(|| panic!("no `{css}` says {words:?} on:\n{text}"))
    }

    pub(crate) async fn write(&self, css: &str, text: &str) {
        self.sees(css).await.send_keys(text).await.unwrap();
    }

    /// What stands in a field.
    pub(crate) async fn typed(&self, css: &str) -> String {
        self.sees(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// Waits until nothing is like this any more.
    pub(crate) async fn gone(&self, css: &str) {
        let gone = async {
            while self.count(css).await > 0 {
                tokio::task::yield_now().await;
            }
        };
        let gone = tokio::time::timeout(SOON, gone).await.is_ok();
        assert!(gone, "`{css}` stays on:\n{}", self.text().await);
    }

    /// Presses what a hand would press, also where it can do nothing.
    pub(crate) async fn press(&self, css: &str) {
        let script = "document.querySelector(arguments[0]).click();";
        self.client.execute(script, vec![css.into()]).await.unwrap();
    }

    /// The browser no longer knows that it is signed in.
    pub(crate) async fn forgets(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }

    /// Goes over to the tab that was opened beside this one.
    pub(crate) async fn over(&self) -> WindowHandle {
        let here = self.client.window().await.unwrap();
        let opened = async {
            loop {
                let all = self.client.windows().await.unwrap();
                if let Some(other) = all.into_iter().find(|one| *one != here) {
                    return other;
                }
                tokio::task::yield_now().await;
            }
        };
        let opened = tokio::time::timeout(SOON, opened).await.expect("a tab is opened");
        self.client.switch_to_window(opened).await.unwrap();
        here
    }

    /// Closes this tab and goes back to that one.
    pub(crate) async fn back(&self, there: WindowHandle) {
        self.client.close_window().await.unwrap();
        self.client.switch_to_window(there).await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        self.sees(css).await.click().await.unwrap();
    }

    /// Takes the pointer to where nothing is.
    pub(crate) async fn step_aside(&self) {
        let away = PointerAction::MoveTo { duration: None, x: 2.0, y: 2.0 };
        let mouse = MouseActions::new("mouse".into()).then(away);
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// What the contract answers to the page, as it would to its own script: status and text.
    pub(crate) async fn posts(&self, path: &str) -> (u64, String) {
        let script = "const [path, done] = arguments; \
            fetch(path, { method: 'POST' }).then(async (answer) => done([answer.status, await answer.text()]));";
        let answer = self.client.execute_async(script, vec![path.into()]).await.unwrap();
        (answer[0].as_u64().unwrap(), answer[1].as_str().unwrap().to_owned())
    }

    /// An attribute of the first that is like this.
    pub(crate) async fn attribute(&self, css: &str, name: &str) -> String {
        self.sees(css).await.attr(name).await.unwrap().expect("it has it")
    }

    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    /// Where the browser is.
    pub(crate) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Waits until the address is like that.
    pub(crate) async fn arrives(&self, path: &str) {
        let there = async {
            while !self.client.current_url().await.unwrap().path().starts_with(path) {
                tokio::task::yield_now().await;
            }
        };
        let arrived = tokio::time::timeout(SOON, there).await.is_ok();
        assert!(arrived, "not at {path} but at {}:\n{}", self.address().await, self.text().await);
    }

    /// A picture of the page, for people: `target/screens/<name>-<view>.png`.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("screens");
        fs::create_dir_all(&folder).unwrap();
        let view = match self.view {
            View::Light => "1440-light",
            View::Dark => "1440-dark",
            View::Phone => "390-light",
        };
        let picture = self.client.screenshot().await.unwrap();
        fs::write(folder.join(format!("{name}-{view}.png")), picture).unwrap();
    }

    /// The same with something in the middle of it.
    pub(crate) async fn picture_of(&self, css: &str, name: &str) {
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' });";
        self.client.execute(script, vec![css.into()]).await.unwrap();
        self.picture(name).await;
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText", vec![]).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }
}
