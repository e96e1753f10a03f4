//! Counts tests in the output of `cargo test`, binary by binary.
//!
//! The captured output of passed tests is asked for and kept back, all but its `not run:` lines: a test that could
//! not look must not be counted as one that looked.

#[cfg(test)]
mod tests;

use super::stream::Echo;

/// What one test binary said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    /// The crate or the file, as cargo announces it.
    pub(super) name: String,
    /// Seconds, as the binary says.
    pub(super) seconds: f64,
    /// Tests that passed.
    pub(super) passed: u64,
    /// Tests that failed, and one for a binary that ended without a result.
    pub(super) failed: u64,
    /// What was left out, and why.
    pub(super) not_run: Vec<String>,
}

impl Part {
    /// True for a binary without a test.
    pub(super) fn is_empty(&self) -> bool {
        self.passed == 0 && self.failed == 0 && self.not_run.is_empty()
    }

    fn leave_out(&mut self, what: &str) {
        let what = what.trim().to_owned();
        if !self.not_run.contains(&what) {
            self.not_run.push(what);
        }
    }
}

/// Reads lines and counts.
pub(super) struct Tally {
    parts: Vec<Part>,
    open: Option<Part>,
    suite: String,
    /// Inside what tests have said, and whether that is shown.
    captured: Option<Echo>,
}

impl Tally {
    /// Nothing counted yet; results before any heading belong to the suite itself.
    pub(super) fn new(suite: &str) -> Self {
        Self { parts: Vec::new(), open: None, suite: suite.to_owned(), captured: None }
    }

    /// Takes one line and says whether to show it.
    pub(super) fn read(&mut self, line: &str) -> Echo {
        // Also inside a line: a test that writes past the capture may hit `test name ... `.
        if let Some((_, what)) = line.split_once("not run: ") {
            self.part().leave_out(what);
            return Echo::Show;
        }
        if let Some(result) = line.strip_prefix("test result: ") {
            self.captured = None;
            self.close(result);
            return Echo::Show;
        }
        match line {
            "successes:" => self.captured = Some(Echo::Hide),
            "failures:" => self.captured = Some(Echo::Show),
            _ => {}
        }
        // What a test has said is no result, whatever it looks like.
        if let Some(echo) = self.captured {
            return echo;
        }
        if let Some(name) = heading(line) {
            self.abandon();
            self.open = Some(Part { name, ..Part::default() });
        } else if let Some((passed, failed)) = sum(line) {
            self.part().passed += passed;
            self.part().failed += failed;
            self.parts.extend(self.open.take());
        }
        Echo::Show
    }

    /// All parts; `good` is what the command's exit says, and a bad exit is never counted as no failure.
    pub(super) fn finish(mut self, good: bool) -> Vec<Part> {
        self.abandon();
        if !good && self.parts.iter().all(|part| part.failed == 0) {
            self.parts.push(Part {
                name: format!("{} (its exit)", self.suite),
                failed: 1,
                ..Part::default()
            });
        }
        self.parts
    }

    fn part(&mut self) -> &mut Part {
        let name = &self.suite;
        self.open.get_or_insert_with(|| Part { name: name.clone(), ..Part::default() })
    }

    /// `ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.05s`
    fn close(&mut self, result: &str) {
        let mut part =
            self.open.take().unwrap_or_else(|| Part { name: self.suite.clone(), ..Part::default() });
        part.passed += before(result, " passed");
        part.failed += before(result, " failed");
        part.seconds += result.rsplit("finished in ").next().and_then(seconds).unwrap_or_default();
        let ignored = before(result, " ignored");
        if ignored > 0 {
            part.not_run.push(format!("{ignored} ignored in {}", part.name));
        }
        self.parts.push(part);
    }

    /// A binary that was announced and gave no result has failed.
    fn abandon(&mut self) {
        self.captured = None;
        if let Some(mut part) = self.open.take() {
            part.failed += 1;
            part.name.push_str(" (no result)");
            self.parts.push(part);
        }
    }
}

/// `Running unittests src/lib.rs (target/debug/deps/vocab-0f3a)` and `Doc-tests vocab`.
fn heading(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(krate) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{krate} (docs)"));
    }
    let (what, binary) = line.strip_prefix("Running ")?.strip_suffix(')')?.split_once(" (")?;
    let stem = binary.rsplit('/').next()?;
    let name = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    what.contains(".rs").then(|| name.to_owned())
}

/// `12 passed, 0 failed`, alone on its line: the last line of a suite with a binary of its own.
fn sum(line: &str) -> Option<(u64, u64)> {
    let (passed, failed) = line.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.strip_suffix(" failed")?.parse().ok()?))
}

fn before(result: &str, what: &str) -> u64 {
    let head = result.split(what).next().unwrap_or_default();
    head.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn seconds(text: &str) -> Option<f64> {
    text.strip_suffix('s')?.parse().ok()
}
