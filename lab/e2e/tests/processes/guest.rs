//! A device in the hands of the test: a real board of this machine, whose keys it may use as it likes.

use std::{
    fmt, fs,
    sync::{Arc, Mutex},
};

use board::{Board as _, ChipKey, RootOfTrust as _};
use crypto::key::{Device, PublicKey};
use host::{Fleet, SOON};
use link::Conn;
use linux::{KeyFileRoot, LinuxBoard, PowerOff, Systemd};
use metald::{Kept, Problem, clock::Trusted, enrol};
use rustls::{
    SignatureAlgorithm, SignatureScheme,
    pki_types::CertificateDer,
    sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey},
};
use tempfile::TempDir;
use tls::{Call, Credential, Dialer, Ended, Patience, Signal, Subprotocol, Suites};
use tokio::{sync::mpsc, time::timeout};
use vocab::{DeviceId, Label};

/// What every device of a fleet knows before it is one.
pub(crate) fn known(fleet: &Fleet) -> metald::Fleet {
    metald::Fleet::read(&fs::read(fleet.bundle()).unwrap(), &fleet.root_key()).unwrap()
}

/// A device.
pub(crate) struct Guest {
    board: LinuxBoard,
    label: Label,
    _folder: TempDir,
}

impl Guest {
    pub(crate) fn new(label: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = linux::Config {
            folder: folder.path().join("metal"),
            sysfs: folder.path().join("sys"),
            senses: vec![],
            systemd: Systemd::default(),
            isolation: None,
            power_off: PowerOff::Refused,
        };
        let wake: linux::Wake = Arc::new(|| {});
        let board = LinuxBoard::open(&config, &wake).unwrap();
        Self { board, label: Label::new(label).unwrap(), _folder: folder }
    }

    /// Asks for an identity with a token.
    pub(crate) async fn join(&mut self, fleet: &metald::Fleet, token: &[u8]) -> Result<Kept, Problem> {
        let call = fleet.enrolment(&Suites::default(), &Trusted::default()).unwrap();
        enrol::join(fleet, call, &mut self.board, &self.label, token).await
    }

    /// Asks for a way back in.
    pub(crate) async fn reprove(
        &mut self,
        fleet: &metald::Fleet,
        device: DeviceId,
    ) -> Result<Vec<Vec<u8>>, Problem> {
        let call = fleet.enrolment(&Suites::default(), &Trusted::default()).unwrap();
        enrol::reprove(fleet, call, self.board.root(), device, ChipKey::Device).await
    }

    /// What a client of the TLS library shows for it.
    pub(crate) fn resolver(&self, chain: &[Vec<u8>]) -> Arc<SingleCertAndKey> {
        let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
        let held = Held(Arc::new(Mutex::new(self.board.keys())));
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, Arc::new(held))))
    }

    /// Its device key.
    pub(crate) fn key(&self) -> PublicKey<Device> {
        self.board.keys().device_key()
    }

    /// A chain for that key, and the key.
    pub(crate) fn credential(&self, chain: &[Vec<u8>]) -> Credential {
        let keys = Mutex::new(self.board.keys());
        let sign = move |message: &[u8]| {
            keys.lock().unwrap().sign(ChipKey::Device, message).map_err(|_| tls::Fault::Key)
        };
        Credential::held(chain, &self.key(), Arc::new(sign)).unwrap()
    }
}

/// A connection that stands; it ends when it is dropped.
pub(crate) struct Standing {
    line: tls::Line,
    heard: mpsc::Receiver<Signal>,
}

impl Standing {
    /// Knocks at the hardware listener with this credential: lets it in, or says why not.
    pub(crate) async fn open(fleet: &metald::Fleet, credential: Option<Credential>) -> Result<Self, Ended> {
        let call = fleet.hardware(credential, &Suites::default(), &Trusted::default()).unwrap();
        Self::call(call).await
    }

    async fn call(call: Call) -> Result<Self, Ended> {
        let (signals, heard) = mpsc::channel(16);
        let line = Dialer::new(call, Subprotocol::LINK, Patience::default(), signals).connect(Conn(1));
        let mut standing = Self { line, heard };
        match timeout(SOON, standing.heard.recv()).await.unwrap() {
            Some(Signal::Connected(..)) => Ok(standing),
            Some(Signal::Lost(_, ended)) => Err(ended),
            _ => panic!("neither in nor out"),
        }
    }

    /// Waits until the other end closes it.
    pub(crate) async fn closed(mut self) -> Ended {
        loop {
            match timeout(SOON, self.heard.recv()).await.unwrap().unwrap() {
                Signal::Lost(_, ended) => return ended,
                Signal::Connected(..) | Signal::Flushed(_) | Signal::Received(..) | Signal::Refused(..) => {}
            }
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.line.close();
    }
}

/// The board's key, for the TLS library itself.
#[derive(Clone)]
struct Held(Arc<Mutex<KeyFileRoot>>);

impl SigningKey for Held {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&self.scheme()).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for Held {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let fixed = self.0.lock().unwrap().sign(ChipKey::Device, message).unwrap();
        let (r, s) = fixed.split_at(32);
        let both = [integer(r), integer(s)].concat();
        Ok([&[0x30, u8::try_from(both.len()).unwrap()], &both[..]].concat())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP256_SHA256
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

/// A positive INTEGER (X.690 §8.3): no leading zero that is not needed.
fn integer(digits: &[u8]) -> Vec<u8> {
    let start = digits.iter().position(|&digit| digit != 0).unwrap_or(digits.len() - 1);
    let mut content = digits[start..].to_vec();
    if content[0] >= 0x80 {
        content.insert(0, 0);
    }
    [&[0x02, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}
