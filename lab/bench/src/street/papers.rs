//! What a box can show at the doors besides its live session: what it enrolled with, and its certificate.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, anyhow, bail};
use board::RootOfTrust;
use crypto::seal::OpeningPublic;
use link::Conn;
use metald::{Fleet, Problem, clock::Trusted, enrol::Talk};
use tls::{Credential, Dialer, Ended, Patience, Refusal, Signal, Subprotocol, Suites};
use tokio::{sync::mpsc, time::timeout};
use wire::v1::enrol::{Ask, Joined};

use crate::{chip::Chip, clock::monotonic, device::join_letter};

/// The papers of one box.
#[derive(Clone)]
pub(crate) struct Papers {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) label: String,
    pub(crate) token: [u8; 32],
    pub(crate) opening: OpeningPublic,
    pub(crate) chip: Chip,
    pub(crate) chain: Vec<Vec<u8>>,
}

/// What a door answered, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Open,
    Refused(Duration),
}

/// For how long a door that shuts may seem to be open: what is sent by both ends at once.
const SETTLED: Duration = Duration::from_secs(2);

impl Papers {
    /// Comes to the enrolment listener with the token, once more: a box that is good gets its certificate again.
    pub(crate) async fn enrol(mut self) -> Result<Answer> {
        let answered = self.ask().await?;
        Ok(answered.map_or_else(|_| Answer::Refused(monotonic()), |_| Answer::Open))
    }

    /// Joins the fleet.
    pub(crate) async fn join(&mut self) -> Result<Joined> {
        self.ask().await?.map_err(|refused| anyhow!("{refused}"))
    }

    async fn ask(&mut self) -> Result<Result<Joined, Problem>> {
        let call = self.fleet.enrolment(&Suites::default(), &Trusted::default());
        let talk = Talk::open(call.map_err(|mistake| anyhow!("{mistake}"))?).await;
        let (talk, nonce) = talk.map_err(|problem| anyhow!("{problem}"))?;
        let fleet = self.fleet.name().clone();
        let letter = join_letter(&self.label, fleet, self.opening, &mut self.chip, self.token, nonce);
        match talk.say(&Ask::Join(letter.into())).await {
            Err(refused @ Problem::Refused { .. }) => Ok(Err(refused)),
            other => Ok(Ok(other.map_err(|problem| anyhow!("the enrolment listener: {problem}"))?)),
        }
    }

    /// Shows the certificate at the hardware listener; where that has no place left, once more.
    pub(crate) async fn enter(self) -> Result<Answer> {
        loop {
            match self.knock().await? {
                None => return Ok(Answer::Open),
                Some((
                    at,
                    Ended::Failed(tls::Problem::Refusal(Refusal::Alert(_)))
                    | Ended::Closed { number: 4403, .. },
                )) => return Ok(Answer::Refused(at)),
                Some((_, Ended::Failed(tls::Problem::Refusal(Refusal::Left)))) => {}
                Some((_, other)) => bail!("the hardware listener: {}", other.code()),
            }
        }
    }

    /// How one connection ended, if it did, and when.
    async fn knock(&self) -> Result<Option<(Duration, Ended)>> {
        let signs = self.chip.clone();
        let sign = Arc::new(move |message: &[u8]| signs.sign_handshake(message));
        let credential = Credential::held(&self.chain, &self.chip.device_key(), sign);
        let credential = credential.map_err(|mistake| anyhow!("{mistake}"))?;
        let call = self.fleet.hardware(Some(credential), &Suites::default(), &Trusted::default());
        let (signals, mut heard) = mpsc::channel(8);
        let dialer = Dialer::new(
            call.map_err(|why| anyhow!("{why}"))?,
            Subprotocol::LINK,
            Patience::default(),
            signals,
        );
        let line = dialer.connect(Conn(1));
        let end = timeout(SETTLED, async {
            while let Some(signal) = heard.recv().await {
                if let Signal::Lost(_, ended) = signal {
                    return Some((monotonic(), ended));
                }
            }
            None
        });
        let ended = end.await.ok().flatten();
        line.close();
        Ok(ended)
    }
}
