//! What an idle device costs the fleet's process. Printed beside its budget, and gated by the bench alone.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use crypto::hex;

use crate::{
    Credential, Doors, Presented,
    testing::{Authority, Caller, NOW, SERVER, lost},
};

use super::*;

const COUNT: u64 = 400;

/// Names the server's half of the test, and hands it its root, its chain and its key.
const PAPERS: &str = "WRALE_TLS_IDLE_SERVER";

struct Open;

impl Doors for Open {
    fn enter(&self, _: &Presented) -> Result<(), Code> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_device_costs_what_is_printed_here() {
    if let Ok(papers) = env::var(PAPERS) {
        return serve(&papers).await;
    }
    let authority = Authority::new("acme");
    let server = Paper::server();
    let papers: Vec<_> =
        [vec![authority.root()], authority.certify(&server), vec![server.key.serialize_der()]]
            .concat()
            .iter()
            .map(|bytes| hex::encode(bytes))
            .collect();
    // A process of its own, so that nothing of the callers, or of other tests, is counted.
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "listen::tests::memory::an_idle_device_costs_what_is_printed_here", "--nocapture"])
        .env(PAPERS, papers.join(":"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut tell = child.stdin.take().unwrap();
    let mut next = |word: &str| {
        let line =
            said.find_map(|line| line.unwrap().split_once(word).map(|(_, rest)| rest.trim().to_owned()));
        line.unwrap()
    };
    let at: SocketAddr = next("at: ").parse().unwrap();
    let paper = Paper::device();
    let trust = crate::Trust::of_server(&[authority.root()], SERVER, || Some(NOW)).unwrap();
    let call = crate::Call {
        address: at.to_string(),
        trust,
        credential: Some(authority.credential(&paper)),
        suites: crate::Suites::default(),
        within: Duration::from_secs(15),
    };
    let mut callers = vec![];
    for word in ["idle: ", "spoken: "] {
        while word == "idle: " && callers.len() < usize::try_from(COUNT).unwrap() {
            let mut caller = Caller::new(call.clone());
            caller.connected().await;
            callers.push(caller);
        }
        if word == "spoken: " {
            for caller in &mut callers {
                caller.line.send(vec![7; 60_000]);
                assert_eq!(caller.received().await.len(), 60_000);
            }
        }
        writeln!(tell, "count").unwrap();
        let bytes: u64 = next(word).parse().unwrap();
        let words = if word == "idle: " { "idle" } else { "idle after 60,000 bytes each way" };
        let each = bytes / COUNT;
        let _ = writeln!(io::stderr(), "one device, {words}: {each} bytes resident (budget 20480, release)");
    }
    drop(tell);
    for caller in &mut callers {
        lost(&mut caller.heard).await;
    }
    assert!(child.wait().unwrap().success());
}

/// The other process: echoes, and says what it weighs each time a line comes.
async fn serve(papers: &str) {
    let papers: Vec<_> = papers.split(':').map(|digits| hex::decode(digits).unwrap()).collect();
    let [root, chain @ .., key] = papers.as_slice() else { panic!("papers are incomplete") };
    let guard = Guard::Mutual {
        credential: Credential::from_pkcs8(chain, key).unwrap(),
        trust: crate::Trust::of_zone(
            std::slice::from_ref(root),
            "device.acme",
            vec![crate::Usage::Client],
            || NOW,
        )
        .unwrap(),
        doors: Arc::new(Open),
    };
    let setup = Setup { guard, suites: Suites::default(), limits: Limits::DEVICES };
    let (signals, mut heard) = mpsc::channel(64);
    let frames = crate::Frames::new(crate::Subprotocol::LINK, crate::Patience::default(), signals);
    let serving = Listener::bind(LOOPBACK, setup).await.unwrap().serve(frames);
    say(&format!("at: {}", serving.address()));
    tokio::spawn(async move {
        let mut lines = BTreeMap::new();
        while let Some(signal) = heard.recv().await {
            match signal {
                crate::Signal::Connected(conn, opened) => drop(lines.insert(conn, opened.line)),
                crate::Signal::Received(conn, message) => lines[&conn].send(message.into_bytes()),
                crate::Signal::Lost(conn, _) => drop(lines.remove(&conn)),
                crate::Signal::Flushed(_) | crate::Signal::Refused(..) => {}
            }
        }
    });
    let empty = resident();
    for word in ["idle: ", "spoken: "] {
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
        line.await.unwrap().unwrap();
        say(&format!("{word}{}", resident() - empty));
    }
    serving.stop(Duration::from_secs(15)).await;
}

fn say(words: &str) {
    let _ = writeln!(io::stdout(), "\n{words}");
}

/// Bytes of this process in memory (proc(5), the second field of statm, in pages).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
