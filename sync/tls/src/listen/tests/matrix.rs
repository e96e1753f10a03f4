//! Who is let in at the hardware listener, over real sockets, and what each of the others is told.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose as Purpose, IsCa, KeyPair};
use rustls::{
    AlertDescription, ClientConfig, HandshakeKind, NamedGroup, ProtocolVersion,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    version::{TLS12, TLS13},
};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest, http::HeaderValue};

use super::*;
use crate::{
    Code, Credential, Ended, Revocations, Suite, Suites,
    identity::gate::Gate,
    testing::{Authority, Caller, DAY, DEVICE, HOUR, NOW, QUARANTINE, SERVER, before, soon},
};

const EXPIRED: AlertDescription = AlertDescription::CertificateExpired;
const BAD: AlertDescription = AlertDescription::BadCertificate;

/// Calls with this chain and key; gives what the listener says of it and what the caller is told.
async fn knock(zone: &Zone, post: &mut Post, credential: Option<Credential>) -> (Problem, Ended) {
    let mut caller = Caller::new(zone.call_with(post.serving.address(), credential));
    (post.refused().await, caller.lost().await)
}

fn alert(alert: AlertDescription) -> Ended {
    Ended::Failed(Refusal::Alert(u8::from(alert)).into())
}

#[tokio::test]
async fn a_good_device_is_let_in_and_shown_to_the_doors_and_to_its_owner() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper::device();
    let mut caller = zone.dial(post.serving.address(), &paper);
    let (_, opened) = post.connected().await;
    let presented = opened.presented.unwrap();
    assert_eq!((presented.uri.as_str(), presented.point.clone()), (DEVICE, paper.point()));
    assert_eq!(zone.porter.seen.lock().unwrap()[0], *presented);
    assert_eq!(caller.connected().await.presented.unwrap().uri, SERVER);
    assert!(post.serving.tally().is_empty());
}

#[tokio::test]
async fn the_certificate_of_a_reproof_is_let_in_as_what_it_is() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper { usages: vec![Purpose::Other(QUARANTINE.to_vec())], ..Paper::device() };
    let _caller = zone.dial(post.serving.address(), &paper);
    let usage = post.connected().await.1.presented.unwrap().usage.clone();
    assert_eq!(usage, crate::Usage::Other(QUARANTINE.to_vec()));
}

#[tokio::test]
async fn everybody_else_is_told_as_much_as_an_alert_says() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let other = "spiffe://device.other/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let usage = |usages: &[Purpose]| Paper { usages: usages.to_vec(), ..Paper::device() };
    let uris = |uris: &[&'static str]| Paper { uris: uris.to_vec(), ..Paper::device() };
    let cases = [
        (
            Paper { until: before(NOW, HOUR), from: before(NOW, DAY), ..Paper::device() },
            Refusal::Expired,
            EXPIRED,
        ),
        (Paper { from: NOW + HOUR, ..Paper::device() }, Refusal::Early, EXPIRED),
        (uris(&[SERVER]), Refusal::Zone(SERVER.into()), BAD),
        (uris(&[other]), Refusal::Zone(other.into()), BAD),
        (uris(&[]), Refusal::UriCount(0), BAD),
        (uris(&[DEVICE, other]), Refusal::UriCount(2), BAD),
        (usage(&[Purpose::ServerAuth]), Refusal::Usage, AlertDescription::UnsupportedCertificate),
        (usage(&[]), Refusal::Usage, AlertDescription::UnsupportedCertificate),
        (
            Paper { is_ca: IsCa::Ca(BasicConstraints::Unconstrained), ..Paper::device() },
            Refusal::Authority,
            AlertDescription::UnsupportedCertificate,
        ),
    ];
    let mut counted = 0;
    for (paper, refusal, told) in cases {
        let credential = zone.authority.credential(&paper);
        let found = knock(&zone, &mut post, Some(credential)).await;
        assert_eq!(found, (Problem::Refusal(refusal), alert(told)));
        counted += 1;
        assert_eq!(post.serving.tally().values().sum::<u64>(), counted);
    }
    // The doors were never asked about any of them.
    assert_eq!((zone.porter.asked(), post.serving.sessions()), (0, 0));
}

#[tokio::test]
async fn what_is_critical_and_unknown_is_refused() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper { critical: Some(true), ..Paper::device() };
    let chain = zone.authority.certify(&paper);
    let client = raw(&zone, chain, paper.key.serialized_der(), provider(None), &[&TLS13]);
    let error = attempt(&post, client).await.map(|_| ()).unwrap_err();
    assert_eq!(alerted(&error), Some(BAD));
    assert_eq!(post.refused().await, Refusal::CriticalExtension.into());
}

#[tokio::test]
async fn another_root_is_refused() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let credential = Authority::new("other").credential(&Paper::device());
    let found = knock(&zone, &mut post, Some(credential)).await;
    assert_eq!(found, (Refusal::Issuer.into(), alert(AlertDescription::UnknownCA)));
}

#[tokio::test]
async fn nobody_passes_without_a_certificate() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let found = knock(&zone, &mut post, None).await;
    assert_eq!(found, (Refusal::NoCertificate.into(), alert(AlertDescription::CertificateRequired)));
}

#[tokio::test]
async fn whom_the_doors_refuse_is_denied_access() {
    let zone = Zone::new();
    zone.porter.refuse(DEVICE, "admit/suspended");
    let mut post = zone.open().await;
    let credential = zone.authority.credential(&Paper::device());
    let found = knock(&zone, &mut post, Some(credential)).await;
    let code = Refusal::Door(Code("admit/suspended"));
    assert_eq!(found, (code.into(), alert(AlertDescription::AccessDenied)));
    assert_eq!(post.serving.tally(), BTreeMap::from([("admit/suspended", 1)]));
}

#[tokio::test]
async fn revocation_lists_are_read_at_the_listener() {
    for (serials, next, refusal, told) in [
        (&[7][..], NOW + DAY, Refusal::Revoked, AlertDescription::CertificateRevoked),
        (&[], NOW, Refusal::RevocationStale, AlertDescription::UnknownCA),
    ] {
        let zone = Zone::new();
        let mut revocations = Revocations::none_yet();
        let list = zone.authority.revoke(1, serials, next);
        revocations.take(&list, &zone.authority.issuing()).unwrap();
        let guard = zone.guard(zone.trust().with_revocations(revocations));
        let mut post = zone.open_with(guard, crate::Subprotocol::LINK).await;
        let credential = zone.authority.credential(&Paper::device());
        let found = knock(&zone, &mut post, Some(credential)).await;
        assert_eq!(found, (refusal.into(), alert(told)));
    }
}

#[tokio::test]
async fn whoever_shows_anothers_certificate_changes_nothing() {
    let zone = Zone::new();
    zone.porter.refuse(DEVICE, "admit/revoked");
    let mut post = zone.open().await;
    let chain = zone.authority.certify(&Paper::device());
    let leaf = Paper::device();
    // A chip that signs with the thief's key under the owner's certificate.
    let key = leaf.key.serialize_der();
    let thief = raw(&zone, chain, &key, provider(None), &[&TLS13]);
    let failed = attempt(&post, thief).await.map(|_| ());
    assert!(failed.is_err());
    assert_eq!(post.refused().await.code(), "tls/misbehaved");
    assert_eq!(zone.porter.asked(), 0);
}

#[tokio::test]
async fn a_server_of_another_name_is_not_spoken_to() {
    let zone = Zone::new();
    let post = zone.open().await;
    let mut call = zone.call(post.serving.address(), &Paper::device());
    let wanted = "spiffe://service.acme/other";
    call.trust = crate::Trust::of_server(&[zone.authority.root()], wanted, || Some(NOW)).unwrap();
    let lost = Caller::new(call).lost().await;
    let refusal = Refusal::Name { wanted: wanted.into(), shown: SERVER.into() };
    assert_eq!(lost, Ended::Failed(refusal.into()));
    assert_eq!(zone.porter.asked(), 0);
}

/// A client of the library alone, without any of our restraint.
fn raw(
    zone: &Zone,
    chain: Vec<Vec<u8>>,
    key: &[u8],
    provider: CryptoProvider,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ClientConfig {
    let trust = crate::Trust::of_server(&[zone.authority.root()], SERVER, || Some(NOW)).unwrap();
    let chain: Vec<_> = chain.into_iter().map(CertificateDer::from).collect();
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_vec()));
    let key = provider.key_provider.load_private_key(der).unwrap();
    let certified = rustls::sign::CertifiedKey::new(chain, key);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Gate::to_server(trust)))
        .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.enable_early_data = true;
    config
}

fn provider(suite: Option<rustls::SupportedCipherSuite>) -> CryptoProvider {
    let provider = aws_lc_rs::default_provider();
    CryptoProvider { cipher_suites: suite.map_or(provider.cipher_suites, |suite| vec![suite]), ..provider }
}

fn honest(zone: &Zone, suite: Option<rustls::SupportedCipherSuite>) -> ClientConfig {
    let paper = Paper::device();
    raw(zone, zone.authority.certify(&paper), paper.key.serialized_der(), provider(suite), &[&TLS13])
}

/// A handshake, and the first thing that the listener says inside it: nothing where it lets the client in.
async fn attempt(post: &Post, config: ClientConfig) -> io::Result<TlsStream<TcpStream>> {
    let mut stream = connect(post, Arc::new(config)).await?;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET ").await?;
    let mut said = [0; 1];
    // Inside the handshake's time the listener waits for the rest of the request and says nothing.
    tokio::select! {
        read = stream.read(&mut said) => Err(read.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())),
        () = crate::testing::settle() => Ok(stream),
    }
}

async fn connect(post: &Post, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let at = post.serving.address();
    let stream = TcpStream::connect(at).await?;
    soon(TlsConnector::from(config).connect(ServerName::from(at.ip()), stream)).await
}

fn alerted(error: &io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref()? {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

#[tokio::test]
async fn version_1_2_is_refused_by_its_alert() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper::device();
    let old =
        raw(&zone, zone.authority.certify(&paper), paper.key.serialized_der(), provider(None), &[&TLS12]);
    let error = connect(&post, Arc::new(old)).await.unwrap_err();
    assert_eq!(alerted(&error), Some(AlertDescription::ProtocolVersion));
    assert_eq!(post.refused().await.code(), "tls/incompatible");
}

#[tokio::test]
async fn a_suite_that_the_profile_leaves_out_is_refused() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let unlisted = honest(&zone, Some(aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256));
    let error = connect(&post, Arc::new(unlisted)).await.unwrap_err();
    assert_eq!(alerted(&error), Some(AlertDescription::HandshakeFailure));
    assert_eq!(post.refused().await.code(), "tls/incompatible");
}

#[tokio::test]
async fn a_configuration_of_one_suite_takes_one_suite() {
    let zone = Zone::new();
    let mut setup = zone.setup(zone.guard(zone.trust()));
    setup.suites = Suites::new(&[Suite::ChaCha20Poly1305Sha256]).unwrap();
    let mut post = zone.open().await;
    post.serving.swap(setup).unwrap();
    let aes = honest(&zone, Some(aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384));
    assert!(connect(&post, Arc::new(aes)).await.is_err());
    assert_eq!(post.refused().await.code(), "tls/incompatible");
    let chacha = honest(&zone, Some(aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256));
    assert!(connect(&post, Arc::new(chacha)).await.is_ok());
}

#[tokio::test]
async fn the_link_is_post_quantum_and_version_1_3() {
    let zone = Zone::new();
    let post = zone.open().await;
    let stream = connect(&post, Arc::new(honest(&zone, None))).await.unwrap();
    let session = stream.get_ref().1;
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(session.negotiated_key_exchange_group().unwrap().name(), NamedGroup::X25519MLKEM768);
    assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn nobody_resumes_a_session_past_the_doors() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    // One configuration for all attempts: it would keep any ticket that it is given.
    let config = Arc::new(honest(&zone, None));
    for _ in 0..2 {
        let stream = connect(&post, Arc::clone(&config)).await.unwrap();
        let socket = upgrade(stream).await.unwrap();
        post.connected().await;
        let (_, session) = socket.get_ref().get_ref();
        assert_eq!(session.handshake_kind(), Some(HandshakeKind::Full));
        assert_eq!(session.tls13_tickets_received(), 0);
        drop(socket);
        assert_eq!(post.lost().await, Ended::Cut);
    }
    zone.porter.refuse(DEVICE, "admit/revoked");
    let stream = connect(&post, config).await.unwrap();
    assert!(upgrade(stream).await.is_err());
    assert_eq!(post.refused().await.code(), "admit/revoked");
}

async fn upgrade(
    stream: TlsStream<TcpStream>,
) -> Result<tokio_tungstenite::WebSocketStream<TlsStream<TcpStream>>, tungstenite::Error> {
    let mut request = "ws://fleet/".into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("wrale.link.v1"));
    let upgraded = Box::pin(tokio_tungstenite::client_async(request, stream));
    soon(upgraded).await.map(|(socket, _)| socket)
}

#[tokio::test]
async fn another_application_protocol_is_refused() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let mut other = honest(&zone, None);
    other.alpn_protocols = vec![b"h2".to_vec()];
    let error = connect(&post, Arc::new(other)).await.unwrap_err();
    assert_eq!(alerted(&error), Some(AlertDescription::NoApplicationProtocol));
    assert_eq!(post.refused().await, Refusal::Alpn.into());
    let mut none = honest(&zone, None);
    none.alpn_protocols = vec![];
    let _stream = connect(&post, Arc::new(none)).await.unwrap();
    assert_eq!(post.refused().await, Refusal::Alpn.into());
}

#[tokio::test]
async fn a_device_whose_key_is_elsewhere_is_let_in() {
    let zone = Zone::new();
    let mut post = zone.open().await;
    let paper = Paper::device();
    let chain = zone.authority.certify(&paper);
    let public = crypto::key::PublicKey::<crypto::key::Device>::from_bytes(&paper.point()).unwrap();
    let chip = KeyPair::try_from(paper.key.serialized_der()).unwrap();
    let sign = move |message: &[u8]| Ok(fixed(&rcgen::SigningKey::sign(&chip, message).unwrap()));
    let credential = Credential::held(&chain, &public, Arc::new(sign)).unwrap();
    let mut caller = Caller::new(zone.call_with(post.serving.address(), Some(credential)));
    caller.connected().await;
    assert_eq!(post.connected().await.1.presented.unwrap().point, paper.point());
}

#[tokio::test]
async fn a_chip_that_does_not_sign_is_our_fault_and_not_the_servers() {
    let zone = Zone::new();
    let post = zone.open().await;
    let paper = Paper::device();
    let public = crypto::key::PublicKey::<crypto::key::Device>::from_bytes(&paper.point()).unwrap();
    let silent = Arc::new(|_: &[u8]| Err(Fault::Key));
    let credential = Credential::held(&zone.authority.certify(&paper), &public, silent).unwrap();
    let lost = Caller::new(zone.call_with(post.serving.address(), Some(credential))).lost().await;
    assert_eq!(lost, Ended::Failed(Fault::Key.into()));
}

/// r ‖ s of a signature as the oracle writes it.
fn fixed(der: &[u8]) -> [u8; 64] {
    let mut fixed = [0; 64];
    let mut rest = &der[2..];
    for half in fixed.chunks_mut(32) {
        let (integer, after) = rest[2..].split_at(usize::from(rest[1]));
        let digits = &integer[integer.len().saturating_sub(32)..];
        half[32 - digits.len()..].copy_from_slice(digits);
        rest = after;
    }
    fixed
}
