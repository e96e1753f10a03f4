//! What people's listener speaks: nothing but HTTP on this machine, or TLS by a certificate that somebody brought.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cli::{Proof, Server};

/// By which the terminal knows the server, beside the name by which browsers do.
pub(crate) const NAME: &str = "spiffe://service.lab/pages";

/// How pages are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `http://localhost`: a certificate of our own would greet newcomers with a warning.
    Plain,
    /// `https://localhost`: this folder has `server.crt`, for `localhost` and [`NAME`], its `server.key`, and the
    /// `root.crt` that it leads to.
    Tls(PathBuf),
}

impl Page {
    /// The root that whoever is no browser must know.
    pub(crate) fn root(&self) -> Option<PathBuf> {
        match self {
            Self::Plain => None,
            Self::Tls(folder) => Some(folder.join("root.crt")),
        }
    }

    /// The line of the fleet's configuration.
    pub(crate) fn configured(&self) -> String {
        let text = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
        match self {
            Self::Plain => "external: plain\n".into(),
            Self::Tls(folder) => format!(
                "external: {{ tls: {{ certificate: {}, key: {} }} }}\n",
                text(&folder.join("server.crt")),
                text(&folder.join("server.key"))
            ),
        }
    }

    /// Where it is, once the port is known.
    pub(crate) fn url(&self, port: u16) -> String {
        let scheme = if *self == Self::Plain { "http" } else { "https" };
        format!("{scheme}://localhost:{port}")
    }

    /// The same, for whoever is no browser.
    pub(crate) fn server(&self, url: &str) -> Result<Server> {
        let Some(file) = self.root() else { return Ok(url.parse()?) };
        let known = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(Server::new(url, &Proof { authority: Some(&known), name: Some(NAME) })?)
    }
}
