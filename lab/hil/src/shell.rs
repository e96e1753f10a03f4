//! A shell in the guest, over a serial port of its own.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

/// What a command said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) code: u8,
}

/// The shell.
pub(crate) struct Shell {
    port: UnixStream,
    number: u64,
    unread: Vec<u8>,
}

/// However slow the machine is: what has not come by then does not come.
const SOON: Duration = Duration::from_secs(60);

/// A file is written in pieces of so many bytes: a line must not be longer than the guest's shell likes.
const PIECE: usize = 1500;

impl Shell {
    pub(crate) fn new(port: UnixStream) -> Self {
        Self { port, number: 0, unread: vec![] }
    }

    /// Waits until the guest has come so far that it listens.
    pub(crate) fn ready(&mut self) -> Result<()> {
        self.until("hil is ready").map(drop).context("the guest never came up")
    }

    /// Runs a line, and gives what it said and its result.
    pub(crate) fn ask(&mut self, line: &str) -> Result<Answer> {
        ensure!(!line.contains('\n'), "one line: {line}");
        self.number += 1;
        writeln!(self.port, "{} {line}", self.number).context("the guest is gone")?;
        let text = self.until(&format!("@@{}=", self.number)).with_context(|| line.to_owned())?;
        let code = self.until("\n")?;
        Ok(Answer { text: text.trim_end().to_owned(), code: code.trim().parse().context("no result")? })
    }

    /// The same, for what must succeed.
    pub(crate) fn run(&mut self, line: &str) -> Result<String> {
        let Answer { text, code } = self.ask(line)?;
        ensure!(code == 0, "`{line}` ended with {code}: {text}");
        Ok(text)
    }

    /// Asks again and again until the answer is as it should be.
    pub(crate) fn until_answer(&mut self, line: &str, is: impl Fn(&Answer) -> bool) -> Result<Answer> {
        let end = Instant::now() + SOON;
        loop {
            let answer = self.ask(line)?;
            if is(&answer) {
                return Ok(answer);
            }
            ensure!(Instant::now() < end, "`{line}` ended at last with {}: {}", answer.code, answer.text);
            // The guest's processor is its daemon's in the meantime.
            self.run("usleep 50000")?;
        }
    }

    /// Writes a file in the guest.
    pub(crate) fn write(&mut self, path: &str, content: &[u8]) -> Result<()> {
        self.run(&format!(": >{path}.64"))?;
        for piece in content.chunks(PIECE) {
            self.run(&format!("echo {} >>{path}.64", base64(piece)))?;
        }
        self.run(&format!("base64 -d {path}.64 >{path} && rm {path}.64")).map(drop)
    }

    /// Takes what was said up to these words.
    fn until(&mut self, words: &str) -> Result<String> {
        let end = Instant::now() + SOON;
        loop {
            if let Some(at) = find(&self.unread, words.as_bytes()) {
                let rest = self.unread.split_off(at + words.len());
                let text = String::from_utf8_lossy(&self.unread[..at]).replace('\r', "");
                self.unread = rest;
                return Ok(text);
            }
            let left = end.saturating_duration_since(Instant::now());
            ensure!(!left.is_zero(), "{words:?} never came: {}", String::from_utf8_lossy(&self.unread));
            self.port.set_read_timeout(Some(left))?;
            let mut bytes = [0; 4096];
            let read = self.port.read(&mut bytes).unwrap_or(0);
            ensure!(read > 0, "the guest said no more: {}", String::from_utf8_lossy(&self.unread));
            self.unread.extend_from_slice(&bytes[..read]);
        }
    }
}

fn find(text: &[u8], words: &[u8]) -> Option<usize> {
    text.windows(words.len()).position(|window| window == words)
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=group.len()].copy_from_slice(group);
        let word = u32::from_be_bytes(word);
        for place in 0..4_usize {
            let digit = word >> (18 - 6 * place) & 63;
            text.push(if place > group.len() { '=' } else { char::from(DIGITS[digit as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
