//! How people come in, as the configuration asks for it: passwords, sessions, and the first administrator's link.

use std::{net::SocketAddr, sync::Arc};

use access::session::Lasting;
use crypto::hex;
use settings::{Span, security::Authentication, security::Complexity as Written};
use vocab::PageOrigin;
use web::{Complexity, Cost, Hasher, Policy, Transport};

use crate::{
    config::{Config, External},
    mistake::Mistake,
    moment,
};

/// What the router is given of it.
#[derive(Clone)]
pub(crate) struct Doors {
    pub(crate) transport: Transport,
    pub(crate) origins: Vec<PageOrigin>,
    pub(crate) policy: Policy,
    pub(crate) lasting: Lasting,
    pub(crate) hasher: Arc<Hasher>,
}

const MIN_LENGTH: &str = "security.authentication.password_policy.min_length";

impl Doors {
    pub(crate) fn new(config: &Config) -> Result<Self, Mistake> {
        let transport = match config.external {
            External::Plain => Transport::Plain,
            External::Tls { .. } => Transport::Tls,
        };
        let asked = &config.security.authentication;
        let (policy, lasting, origins) = (policy(asked)?, lasting(asked), config.pages()?);
        Ok(Self { transport, origins, policy, lasting, hasher: Hasher::new(Cost::default(), moment::draw()) })
    }

    /// Where the first administrator comes in, with this word behind `#`, which browsers send to nobody.
    pub(crate) fn first(&self, at: SocketAddr, word: &[u8; 32]) -> String {
        let word = hex::encode(word);
        if let Some(page) = self.origins.first() {
            return format!("{page}/join#{word}");
        }
        match self.transport {
            Transport::Plain => format!("http://localhost:{}/join#{word}", at.port()),
            Transport::Tls => format!("https://{at}/join#{word}"),
        }
    }
}

fn policy(asked: &Authentication) -> Result<Policy, Mistake> {
    let usual = Policy::default();
    let min_length = asked.password_policy.min_length.map_or(usual.min_length, usize::from);
    if !(8..=128).contains(&min_length) {
        return Err(Mistake::Held(
            MIN_LENGTH,
            "a password has between 8 and 128 characters at least; 12 is usual",
        ));
    }
    let complexity = asked.password_policy.complexity.map_or(usual.complexity, |written| match written {
        Written::High => Complexity::High,
        Written::Low => Complexity::Low,
        Written::Medium => Complexity::Medium,
    });
    Ok(Policy { min_length, complexity })
}

fn lasting(asked: &Authentication) -> Lasting {
    let usual = Lasting::default();
    Lasting {
        idle: asked.session_timeout.map_or(usual.idle, Span::duration),
        longest: asked.token_expiry.map_or(usual.longest, Span::duration),
    }
}

#[cfg(test)]
mod tests;
