//! A45, zone confusion: three identities at three listeners of a `fleetd` at work, all of them over TLS. Each opens
//! its own and no other.

use std::{fs, io, net::SocketAddr, sync::Arc};

use crypto::hex;
use rustls::{
    ClientConfig,
    client::ResolvesClientCert,
    crypto::aws_lc_rs::{self, sign::any_ecdsa_type},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    sign::{CertifiedKey, SingleCertAndKey},
    version::TLS13,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Builder,
};
use tokio_rustls::TlsConnector;

use crate::{
    doors::Anybody,
    guest::{Guest, known},
    seeds::certificate,
};

/// Whoever calls: a token in the header, a certificate of their own, or both.
struct Caller {
    config: Arc<ClientConfig>,
    token: Option<String>,
}

impl Caller {
    fn new(certificate: Option<Arc<dyn ResolvesClientCert>>, token: Option<String>) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody));
        let mut config = match certificate {
            Some(certificate) => config.with_client_cert_resolver(certificate),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { config: Arc::new(config), token }
    }

    /// Asks who one is, or for a WebSocket of this protocol; gives the status that comes back.
    async fn calls(&self, at: &str, protocol: Option<&str>) -> io::Result<u16> {
        let at: SocketAddr = at.parse().unwrap();
        let stream = TcpStream::connect(at).await?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let mut stream = connector.connect(ServerName::from(at.ip()), stream).await?;
        let bearer = self.token.iter().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let bearer: String = bearer.collect();
        let rest = match protocol {
            None => "Connection: close\r\n\r\n".to_owned(),
            // RFC 6455 §1.2.
            Some(protocol) => format!(
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
            ),
        };
        let path = if protocol.is_some() { "/" } else { api::path::ME };
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: fleet\r\n{bearer}{rest}").as_bytes()).await?;
        let mut answer = vec![0; 512];
        let read = stream.read(&mut answer).await?;
        let status =
            String::from_utf8_lossy(&answer[..read]).split(' ').nth(1).and_then(|text| text.parse().ok());
        status.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

#[test]
fn an_identity_of_one_zone_opens_no_door_of_another() {
    let mut fleet = crate::fleet();
    // At first without TLS, so that Ada gets a token by which she is known at the next start as well.
    let fleetd = fleet.start();
    let ada = fleet.ada();
    let (mut guest, known) = (Guest::new("gate-1"), known(&fleet));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let kept = runtime.block_on(guest.join(&known, &hex::decode(ada.token()).unwrap())).unwrap();
    let grants = [json!({ "role": "operator" })];
    let wanted = serde_json::from_value(json!({ "name": "terminal", "grants": grants })).unwrap();
    let token = ada.ask(|client| client.new_program(&wanted)).token;
    crate::service(&fleet, "watcher");
    let pass = fleetd::Pass::read(&fs::read(fleet.home().join("watcher")).unwrap()).unwrap();
    fleetd.kill();
    certificate(&mut fleet);
    let fleetd = fleet.start();

    let chain = pass.chain.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    let key = any_ecdsa_type(&PrivateKeyDer::Pkcs8(pass.key.to_vec().into())).unwrap();
    let service = Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)));
    let callers = [
        ("a person's token", Caller::new(None, Some(token.clone()))),
        ("a device", Caller::new(Some(guest.resolver(&kept.chain())), None)),
        ("a service", Caller::new(Some(service), None)),
        ("a device with a person's token", Caller::new(Some(guest.resolver(&kept.chain())), Some(token))),
    ];
    let ports = fleet.ports();
    let listeners = [
        ("external", &ports.external, None),
        ("hardware", &ports.hardware, Some("wrale.link.v1")),
        ("internal", &ports.internal, Some("wrale.feed.v1")),
    ];
    // The token counts where people are, and the certificate where it is asked for; neither helps the other.
    let expected = [
        [Some(200), None, None],
        [Some(401), Some(101), None],
        [Some(401), None, Some(101)],
        [Some(200), Some(101), None],
    ];
    for ((who, caller), expected) in callers.iter().zip(expected) {
        for ((listener, at, protocol), expected) in listeners.iter().zip(expected) {
            let came = runtime.block_on(caller.calls(at, *protocol));
            assert_eq!(came.as_ref().ok(), expected.as_ref(), "{who} at the {listener} listener: {came:?}");
        }
    }
    fleetd.says(&["\"code\":\"tls/no-certificate\"", "hardware"]);
    fleetd.says(&["\"code\":\"tls/issuer\"", "internal"]);
}
