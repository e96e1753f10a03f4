//! A bare TLS server in a process of its own: it accepts, and holds what it accepted. What a connection weighs there
//! is what it weighs at least.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    server::WebPkiClientVerifier,
    version::TLS13,
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};

use crate::process::{Process, first_line, resident};

/// The word by which this program is the server.
pub(crate) const WORD: &str = "--bare-tls";

const NAME: &str = "bare.test";
/// Handshakes at once, so that none waits too long.
const AT_ONCE: usize = 32;

/// What so many idle connections, with certificates at both ends, weigh in the server: bytes of all of them.
pub(crate) fn weigh(runtime: &Runtime, folder: &Path, connections: usize) -> Result<u64> {
    let papers = Papers::make(folder)?;
    let child = Command::new(std::env::current_exe()?).arg(WORD).arg(folder).stdout(Stdio::piped()).spawn();
    let mut server = Process(child.context("the bare server does not start")?);
    let at: SocketAddr = first_line(&mut server)?.parse()?;
    let connector = TlsConnector::from(Arc::new(papers.client()?));
    // One connection first: what is made once is not what each weighs.
    let first = runtime.block_on(connect(connector.clone(), at))?;
    let before = resident(server.id())?;
    let held = runtime.block_on(async {
        let mut held = vec![];
        while held.len() < connections {
            let next = AT_ONCE.min(connections - held.len());
            let all: Vec<_> = (0..next).map(|_| tokio::spawn(connect(connector.clone(), at))).collect();
            for one in all {
                held.push(one.await??);
            }
        }
        anyhow::Ok(held)
    })?;
    let after = resident(server.id())?;
    drop((first, held));
    Ok(after.saturating_sub(before))
}

async fn connect(connector: TlsConnector, at: SocketAddr) -> Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(at).await?;
    let mut stream = connector.connect(ServerName::try_from(NAME)?, stream).await?;
    // The server's word comes when it has judged the certificate.
    stream.read_u8().await?;
    Ok(stream)
}

/// The server's half: serves until it is killed.
pub(crate) fn serve(folder: &Path) -> Result<()> {
    let config = Arc::new(Papers::read(folder)?.server()?);
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        say(listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let acceptor = TlsAcceptor::from(Arc::clone(&config));
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                tokio::io::AsyncWriteExt::write_u8(&mut stream, 1).await?;
                stream.read_u8().await
            });
        }
    })
}

#[expect(clippy::print_stdout, reason = "whoever started this process waits for its address")]
fn say(at: SocketAddr) {
    println!("{at}");
}

/// An authority and a leaf that serves both ends.
struct Papers {
    root: Vec<u8>,
    leaf: Vec<u8>,
    key: Vec<u8>,
}

impl Papers {
    fn make(folder: &Path) -> Result<Self> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(vec![NAME.to_owned()])?.signed_by(&key, &authority)?;
        let papers =
            Self { root: authority.der().to_vec(), leaf: leaf.der().to_vec(), key: key.serialize_der() };
        for (name, bytes) in [("root", &papers.root), ("leaf", &papers.leaf), ("key", &papers.key)] {
            fs::write(folder.join(name), bytes)?;
        }
        Ok(papers)
    }

    fn read(folder: &Path) -> Result<Self> {
        let read = |name: &str| fs::read(folder.join(name)).with_context(|| format!("no `{name}`"));
        Ok(Self { root: read("root")?, leaf: read("leaf")?, key: read("key")? })
    }

    fn roots(&self) -> Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.clone()))?;
        Ok(roots)
    }

    fn chain(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = PrivatePkcs8KeyDer::from(self.key.clone());
        (vec![CertificateDer::from(self.leaf.clone())], PrivateKeyDer::Pkcs8(key))
    }

    fn client(&self) -> Result<ClientConfig> {
        let (chain, key) = self.chain();
        let config = ClientConfig::builder_with_protocol_versions(&[&TLS13]);
        Ok(config.with_root_certificates(self.roots()?).with_client_auth_cert(chain, key)?)
    }

    fn server(&self) -> Result<ServerConfig> {
        let (chain, key) = self.chain();
        let judge = WebPkiClientVerifier::builder(Arc::new(self.roots()?)).build()?;
        let config = ServerConfig::builder_with_protocol_versions(&[&TLS13]);
        let mut config = config.with_client_cert_verifier(judge).with_single_cert(chain, key)?;
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}
