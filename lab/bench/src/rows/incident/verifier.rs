//! A verifier elsewhere: a process of its own that follows the suspension feed through the internal listener, and
//! says from when on it would refuse whom.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use crypto::cbor;
use fleetd::Pass;
use link::Conn;
use tls::{Call, Credential, Dialer, Patience, Signal, Subprotocol, Suites, Trust};
use tokio::{runtime::Builder, sync::mpsc};
use wire::v1::feed::{self, News, Standing};

use super::ears::{Heard, note};
use crate::{
    clock::{monotonic, now},
    process::{Process, first_line},
    stand::Stand,
};

/// The word by which this program is the verifier.
pub(crate) const WORD: &str = "--verifier";

/// What it says once it has heard all that stood in the feed.
const READY: &str = "ready";

/// Starts it; it has heard everything so far when this returns.
pub(super) fn start(stand: &Stand, shut: &Heard) -> Result<Process> {
    let pass = stand.folder.path().join("verifier.pass");
    fleetd::certify(&stand.config, "verifier", &pass).map_err(|failure| anyhow!("{failure}"))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WORD).arg(pass).arg(stand.listens("internal")?.to_string()).stdout(Stdio::piped());
    let mut process = Process(command.spawn().context("the verifier does not start")?);
    match first_line(&mut process)?.as_str() {
        READY => {}
        other => bail!("the verifier does not hear the feed, and says {other:?}"),
    }
    let said = BufReader::new(process.0.stdout.take().context("its output is ours")?);
    let shut = Heard::clone(shut);
    thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let (device, at) = line.split_once(' ').unwrap_or_default();
            if let (Ok(device), Ok(at)) = (device.parse(), at.parse()) {
                note(&shut, device, Duration::from_nanos(at));
            }
        }
    });
    Ok(process)
}

/// The verifier's own half: listens until the feed or its parent ends.
pub(crate) fn listen(pass: &Path, internal: &str) -> Result<()> {
    let call = call(&Pass::read(&std::fs::read(pass)?)?, internal)?;
    Builder::new_current_thread().enable_all().build()?.block_on(follow(call));
    Ok(())
}

fn call(pass: &Pass, internal: &str) -> Result<Call> {
    let chain: Vec<Vec<u8>> = pass.chain.iter().map(|der| der.to_vec()).collect();
    let mistaken = |mistake: tls::Mistake| anyhow!("{mistake}");
    Ok(Call {
        address: internal.to_owned(),
        trust: Trust::of_server(&[pass.root.to_vec()], &pass.server, || Some(now().wall))
            .map_err(mistaken)?,
        credential: Some(Credential::from_pkcs8(&chain, &pass.key).map_err(mistaken)?),
        suites: Suites::default(),
        within: Duration::from_secs(15),
    })
}

async fn follow(call: Call) {
    let (signals, mut heard) = mpsc::channel(64);
    let feed = Subprotocol("wrale.feed.v1");
    let _line = Dialer::new(call, feed, Patience::default(), signals).connect(Conn(1));
    while let Some(signal) = heard.recv().await {
        let message = match signal {
            Signal::Received(_, message) => message,
            Signal::Lost(..) => return,
            Signal::Connected(..) | Signal::Flushed(_) | Signal::Refused(..) => continue,
        };
        let at = monotonic().as_nanos();
        match cbor::decode::<News>(&message, &feed::LIMITS) {
            Ok(News::Identities(identities)) => {
                for one in identities.iter().filter(|one| one.standing != Standing::Active) {
                    println!("{} {at}", one.device);
                }
            }
            Ok(News::Complete) => println!("{READY}"),
            Ok(News::Begin | News::Mark(_)) | Err(_) => {}
        }
    }
}
