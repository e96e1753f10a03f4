//! The hardware listener of a `fleetd` at work: which certificates open it, and for how long.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use api::word::{Revocation, Standing as Stands};
use crypto::hex;
use host::NAME;
use rcgen::ExtendedKeyUsagePurpose as Purpose;
use rustls::{
    ClientConfig, HandshakeKind,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, UnixTime},
    version::TLS13,
};
use tls::{Ended, Problem, Refusal};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Builder,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    guest::{Guest, Standing, known},
    paper::{Paper, Stolen, earlier},
};

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn only_the_certificate_that_the_fleet_gave_opens_the_door() {
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let ada = fleet.ada();
    let known = known(&fleet);
    let (mut guest, mut other) = (Guest::new("gate-1"), Guest::new("gate-2"));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let join =
        |guest: &mut Guest| runtime.block_on(guest.join(&known, &hex::decode(ada.token()).unwrap())).unwrap();
    let (kept, of_other) = (join(&mut guest), join(&mut other));
    let stolen = Stolen::from(&fleet);
    let mine = format!("spiffe://device.{NAME}/{}", kept.device());
    let now = host::now();
    let nobody = format!("spiffe://device.{NAME}/{}", vocab::DeviceId([9; 16]));
    let paper = |change: &dyn Fn(&mut Paper)| {
        let mut paper = Paper::of(&mine);
        change(&mut paper);
        Some(stolen.certify(&guest.key(), &paper))
    };
    let cases: Vec<(&str, Option<Vec<Vec<u8>>>, &str)> = vec![
        ("no certificate", None, "tls/no-certificate"),
        (
            "expired",
            paper(&|paper| (paper.from, paper.until) = (earlier(now, 2 * HOUR), earlier(now, HOUR))),
            "tls/expired",
        ),
        ("not valid yet", paper(&|paper| paper.from = now + HOUR / 2), "tls/early"),
        (
            "of the services' zone",
            paper(&|paper| paper.uris = vec![format!("spiffe://service.{NAME}/fleetd")]),
            "tls/zone",
        ),
        ("of two names", paper(&|paper| paper.uris.push(nobody.clone())), "tls/uri-count"),
        ("of no name", paper(&|paper| paper.uris.clear()), "tls/uri-count"),
        ("of a server", paper(&|paper| paper.usage = Purpose::ServerAuth), "tls/usage"),
        ("of nobody", paper(&|paper| paper.uris = vec![nobody.clone()]), "admit/unenrolled"),
        (
            "of somebody else",
            paper(&|paper| paper.uris = vec![format!("spiffe://device.{NAME}/{}", of_other.device())]),
            "admit/key-other",
        ),
        ("of another fleet", Some(foreign(&guest)), "tls/issuer"),
    ];
    for (what, chain, code) in cases {
        let credential = chain.map(|chain| guest.credential(&chain));
        let refused = runtime.block_on(Standing::open(&known, credential)).err();
        let Some(Ended::Failed(Problem::Refusal(Refusal::Alert(_)))) = refused else {
            panic!("a certificate {what} was not refused by an alert: {refused:?}\n{}", fleetd.transcript());
        };
        fleetd.says(&[&format!("\"code\":\"{code}\""), "hardware"]);
    }
    for (guest, kept) in [(&guest, &kept), (&other, &of_other)] {
        let good = runtime.block_on(Standing::open(&known, Some(guest.credential(&kept.chain()))));
        assert!(good.is_ok(), "{:?}", good.err());
    }
}

/// A good certificate for this key, of a fleet with the same name and another root.
fn foreign(guest: &Guest) -> Vec<Vec<u8>> {
    let fleet = crate::fleet();
    let device = format!("spiffe://device.{NAME}/{}", vocab::DeviceId([9; 16]));
    Stolen::from(&fleet).certify(&guest.key(), &Paper::of(&device))
}

#[test]
fn the_certificate_of_a_service_opens_no_door_for_devices() {
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let known = known(&fleet);
    let credential = crate::service(&fleet, "watcher");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(Standing::open(&known, Some(credential))).err();
    assert!(matches!(refused, Some(Ended::Failed(Problem::Refusal(Refusal::Alert(_))))), "{refused:?}");
    fleetd.says(&["\"code\":\"tls/issuer\"", "hardware"]);
}

#[test]
fn a_revoked_device_is_put_out_and_not_let_in_again() {
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let ada = fleet.ada();
    let known = known(&fleet);
    let mut guest = Guest::new("gate-1");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let kept = runtime.block_on(guest.join(&known, &hex::decode(ada.token()).unwrap())).unwrap();
    let credential = || Some(guest.credential(&kept.chain()));
    let standing = runtime.block_on(Standing::open(&known, credential())).unwrap();
    ada.ask(|client| client.revoke("gate-1", Revocation::KeyCompromised));
    let closed = runtime.block_on(standing.closed());
    assert!(matches!(&closed, Ended::Closed { reason, .. } if reason == "admit/revoked"), "{closed:?}");
    let refused = runtime.block_on(Standing::open(&known, credential())).err();
    assert!(matches!(refused, Some(Ended::Failed(Problem::Refusal(Refusal::Alert(_))))), "{refused:?}");
    fleetd.says(&["\"code\":\"admit/revoked\"", "hardware"]);
    // A certificate that is still to be made would be no better, and a restart forgets nothing.
    let paper = Paper {
        usage: Paper::quarantine(),
        ..Paper::of(&format!("spiffe://device.{NAME}/{}", kept.device()))
    };
    let quarantine = guest.credential(&Stolen::from(&fleet).certify(&guest.key(), &paper));
    fleetd.kill();
    let _fleetd = fleet.start();
    for credential in [credential().unwrap(), quarantine] {
        assert!(runtime.block_on(Standing::open(&known, Some(credential))).is_err());
    }
    let again = runtime.block_on(guest.reprove(&known, kept.device()));
    assert_eq!(again.map_err(|problem| problem.code().to_owned()).err().as_deref(), Some("admit/revoked"));
    assert_eq!(fleet.ada().ask(|client| client.device("gate-1")).standing.state, Stands::Revoked);
}

#[test]
fn nobody_resumes_a_session_past_the_doors() {
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let ada = fleet.ada();
    let known = known(&fleet);
    let mut guest = Guest::new("gate-1");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let kept = runtime.block_on(guest.join(&known, &hex::decode(ada.token()).unwrap())).unwrap();
    // One client for all attempts, which keeps every ticket that it is given and sends early data where it may.
    let client = Arc::new(eager(&guest, &kept.chain()));
    let at: SocketAddr = fleet.ports().hardware.parse().unwrap();
    for _ in 0..3 {
        let mut stream = runtime.block_on(connect(&client, at)).unwrap();
        let settled = runtime.block_on(ask(&mut stream)).unwrap();
        assert!(settled.starts_with("HTTP/1.1 101"), "{settled}");
        let session = stream.get_ref().1;
        assert_eq!(
            (session.handshake_kind(), session.tls13_tickets_received()),
            (Some(HandshakeKind::Full), 0)
        );
        assert!(!session.is_early_data_accepted());
    }
    ada.ask(|client| client.revoke("gate-1", Revocation::Retired));
    let refused = runtime.block_on(async { ask(&mut connect(&client, at).await?).await });
    assert!(refused.is_err(), "{refused:?}");
    fleetd.says(&["\"code\":\"admit/revoked\"", "hardware"]);
}

async fn connect(client: &Arc<ClientConfig>, at: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(at).await?;
    TlsConnector::from(Arc::clone(client)).connect(ServerName::from(at.ip()), stream).await
}

/// Asks for the WebSocket (RFC 6455 §1.2), which is granted once the doors have let the caller in.
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: fleet\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Protocol: wrale.link.v1\r\n\r\n";

async fn ask(stream: &mut TlsStream<TcpStream>) -> io::Result<String> {
    stream.write_all(UPGRADE).await?;
    let mut answer = vec![0; 512];
    let read = stream.read(&mut answer).await?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&answer[..read]).into_owned())
}

/// A client of the library without any of our restraint.
fn eager(guest: &Guest, chain: &[Vec<u8>]) -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_client_cert_resolver(guest.resolver(chain));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.enable_early_data = true;
    config.resumption = Resumption::in_memory_sessions(16);
    config
}

/// Believes every server: here the client is the one who is judged.
#[derive(Debug)]
pub(crate) struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
