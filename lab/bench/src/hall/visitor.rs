//! Somebody with a connection that stays open, as a browser has it: asks, and reads to the last byte.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// What a browser says that it can unpack.
const CODINGS: &str = "gzip, deflate, br, zstd";

pub(crate) struct Visitor {
    pub(crate) token: String,
    stream: BufReader<TcpStream>,
    at: SocketAddr,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Visitor {
    pub(crate) async fn at(at: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        Ok(Self { token: String::new(), stream: BufReader::with_capacity(256 * 1024, stream), at })
    }

    /// The same person with a connection of its own.
    pub(crate) async fn again(&self) -> Result<Self> {
        Ok(Self { token: self.token.clone(), ..Self::at(self.at).await? })
    }

    /// As a browser asks.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, &format!("Accept-Encoding: {CODINGS}\r\n"), "").await
    }

    /// As somebody asks who unpacks nothing.
    pub(crate) async fn get_plain(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "", "").await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        let body = body.to_string();
        let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        self.ask("POST", path, &headers, &body).await
    }

    async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Answer> {
        let at = self.at;
        let who = match self.token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\n{who}{headers}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let head = self.head().await?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("a status")?;
        let mut answer = Answer { status, head, body: vec![] };
        let length = answer.header("content-length").context("it says how long it is")?.parse()?;
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body).await?;
        Ok(answer)
    }

    async fn head(&mut self) -> Result<String> {
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(head.len() < 16 * 1024, "a head without an end");
            head.push(self.stream.read_u8().await?);
        }
        Ok(String::from_utf8(head)?.to_ascii_lowercase())
    }
}

impl Answer {
    /// A header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(':').filter(|(have, _)| *have == name))
            .map(|(_, value)| value.trim())
    }

    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
