use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use tls::{Credential, Guard};

use super::*;
use crate::{
    Fault, Mistake,
    testing::{Asked, Fleet, Reply, TOKEN, ada, device, facts, good, no, session},
};

async fn signed_in(fleet: &Fleet) -> Result<Client, Problem> {
    Client::sign_in(&fleet.url().parse().unwrap(), &ada()).await
}

#[tokio::test]
async fn a_person_signs_in_asks_and_signs_out() {
    let fleet =
        Fleet::start(|asked| if asked.is("GET", "/v1/devices/dev-07") { good(&device()) } else { None })
            .await;
    let client = signed_in(&fleet).await.unwrap();
    assert_eq!((client.person(), client.name()), (Some(ada().person), Some("Ada")));
    assert_eq!(client.device("dev-07").await.unwrap(), device());
    client.sign_out().await.unwrap();

    let asked = fleet.asked();
    let bearer = Some(format!("Bearer {TOKEN}"));
    assert_eq!(
        asked.iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(),
        ["/v1/fleet", "/v1/sign-in/challenge", "/v1/sign-in", "/v1/devices/dev-07", "/v1/sign-out"]
    );
    assert!(asked[..3].iter().all(|asked| asked.bearer.is_none()), "nothing is shown before it is there");
    assert!(asked[3..].iter().all(|asked| asked.bearer == bearer));
    assert!(asked.iter().all(|asked| !asked.path.contains(TOKEN)), "a token is in no address");
}

#[tokio::test]
async fn a_key_that_is_not_the_persons_does_not_sign_in() {
    let fleet = Fleet::start(|_| None).await;
    let stranger = KeyFile::new("ada".parse().unwrap(), ada().person, [66; 32]);
    let refused = Client::sign_in(&fleet.url().parse().unwrap(), &stranger).await.unwrap_err();
    assert_eq!(refused.code(), "web/sign-in");
    assert!(refused.is_session_over());
}

#[tokio::test]
async fn a_key_of_one_fleet_signs_nothing_for_another() {
    let other = api::Fleet { name: "sued".into(), ..facts() };
    let fleet =
        Fleet::start(move |asked| if asked.is("GET", "/v1/fleet") { good(&other) } else { None }).await;
    let mut key = ada();
    key.fleet = Some("nord".parse().unwrap());
    let refused = Client::sign_in(&fleet.url().parse().unwrap(), &key).await.unwrap_err();
    assert_eq!(refused, Refusal::OtherFleet { known: "nord".into(), found: "sued".into() }.into());
    assert_eq!(fleet.asked().len(), 1, "and it asked for no challenge");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_used() {
    let somebody = session(PersonId([1; 16]));
    let fleet =
        Fleet::start(move |asked| if asked.is("POST", "/v1/sign-in") { good(&somebody) } else { None }).await;
    assert!(matches!(signed_in(&fleet).await, Err(Problem::Refusal(Refusal::OtherPerson { .. }))));
}

#[tokio::test]
async fn a_challenge_that_is_none_is_not_signed() {
    let short = api::Challenge { challenge: "ff".repeat(31), until: String::new() };
    let answer =
        move |asked: &Asked| if asked.is("POST", "/v1/sign-in/challenge") { good(&short) } else { None };
    let fleet = Fleet::start(answer).await;
    assert_eq!(signed_in(&fleet).await.unwrap_err(), Refusal::Challenge.into());
    assert!(!fleet.asked().iter().any(|asked| asked.is("POST", "/v1/sign-in")));
}

#[tokio::test]
async fn a_problem_is_told_by_its_code_and_sentence() {
    let fleet = Fleet::start(|asked| match asked.path.as_str() {
        "/v1/devices/dev-99" => no(404, "web/no-such-device", "no box is called dev-99"),
        "/v1/devices/dev-98" => Some(Reply::Bare(502)),
        "/v1/devices/dev-97" => Some(Reply::Good("{}".into())),
        "/v1/devices/dev-96" => no(500, "web/long", &"long ".repeat(20_000)),
        _ => None,
    })
    .await;
    let client = signed_in(&fleet).await.unwrap();
    let told = client.device("dev-99").await.unwrap_err();
    assert_eq!((told.code(), told.to_string().as_str()), ("web/no-such-device", "no box is called dev-99"));
    assert_eq!(client.device("dev-98").await.unwrap_err(), Refusal::Status(502).into());
    assert!(matches!(client.device("dev-97").await, Err(Problem::Refusal(Refusal::Answer(_)))));
    assert_eq!(client.device("dev-96").await.unwrap_err(), Refusal::TooLong(65_536).into());
}

#[tokio::test]
async fn an_answer_beyond_its_limit_is_not_kept() {
    let fleet = Fleet::start(|asked| match asked.path.as_str() {
        "/v1/devices/dev-07" => Some(Reply::Good(" ".repeat(JSON + 1))),
        _ => None,
    })
    .await;
    let client = signed_in(&fleet).await.unwrap();
    assert_eq!(client.device("dev-07").await.unwrap_err(), Refusal::TooLong(JSON).into());
}

#[tokio::test]
async fn a_fleet_that_does_not_answer_is_not_waited_for() {
    let fleet = Fleet::start(|_| Some(Reply::Silence)).await;
    let patience = Patience { answer: Duration::from_millis(50), ..Patience::default() };
    let client = Client::new(fleet.url().parse().unwrap(), patience);
    assert_eq!(client.fleet().await.unwrap_err(), Fault::Timeout.into());
}

#[tokio::test]
async fn nobody_at_the_address_is_told_as_that() {
    let gone = Fleet::start(|_| None).await.url();
    let client = Client::new(gone.parse().unwrap(), Patience::default());
    // The port was closed with the fleet that is gone.
    let told = client.fleet().await.unwrap_err();
    assert!(matches!(&told, Problem::Line(_) | Problem::Fault(Fault::Http(_))), "{told:?}");
}

#[tokio::test]
async fn a_list_is_asked_for_page_by_page() {
    let pages = AtomicUsize::new(0);
    let fleet = Fleet::start(move |asked| {
        if !asked.is("GET", "/v1/devices") {
            return None;
        }
        let page = pages.fetch_add(1, Ordering::SeqCst);
        let next = (page < 2).then(|| format!("after {page}"));
        good(&api::Devices { devices: vec![device()], next, as_of: String::new() })
    })
    .await;
    let client = signed_in(&fleet).await.unwrap();
    assert_eq!(client.devices(Some("site-b")).await.unwrap().devices.len(), 3);
    let asked: Vec<_> =
        fleet.asked().into_iter().map(|asked| asked.path).filter(|path| path.contains("devices")).collect();
    assert_eq!(asked[0], "/v1/devices?site=site-b&limit=200");
    assert_eq!(asked[2], "/v1/devices?site=site-b&after=after%201&limit=200");
}

const SERVER: &str = "spiffe://service.nord/fleetd";

/// A zone's root as DER, and a server that it certified under this name.
fn certified(name: &str) -> (Vec<u8>, Credential) {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let mut leaf = CertificateParams::default();
    leaf.subject_alt_names = vec![SanType::URI(name.try_into().unwrap())];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.is_ca = IsCa::ExplicitNoCa;
    let key = KeyPair::generate().unwrap();
    let chain = vec![leaf.signed_by(&key, &root).unwrap().der().to_vec()];
    (root.der().to_vec(), Credential::from_pkcs8(&chain, key.serialized_der()).unwrap())
}

async fn over_tls(authority: &[u8], name: &str, fleet: &Fleet) -> Result<Client, Problem> {
    let proof = Proof { authority: Some(authority), name: Some(name) };
    let server = Server::new(&format!("https://{}", fleet.at), &proof)?;
    Client::sign_in(&server, &ada()).await
}

#[tokio::test]
async fn over_tls_a_fleet_is_known_by_its_root_and_its_name() {
    let (root, credential) = certified(SERVER);
    let fleet = Fleet::guarded(Guard::Server(credential), |_| None).await;
    assert!(over_tls(&root, SERVER, &fleet).await.is_ok());

    let other = over_tls(&root, "spiffe://service.nord/other", &fleet).await.unwrap_err();
    assert_eq!(other.code(), "tls/name");
    let (stranger, _) = certified(SERVER);
    let unknown = over_tls(&stranger, SERVER, &fleet).await.unwrap_err();
    assert!(matches!(unknown, Problem::Line(tls::Problem::Refusal(_))), "{unknown:?}");
    assert_eq!(fleet.asked().len(), 3, "nobody else was asked anything");
}

#[tokio::test]
async fn a_certificate_of_one_fleet_does_not_speak_for_another() {
    let name = "spiffe://service.sued/fleetd";
    let (root, credential) = certified(name);
    let fleet = Fleet::guarded(Guard::Server(credential), |_| None).await;
    let refused = over_tls(&root, name, &fleet).await.unwrap_err();
    assert_eq!(refused, Refusal::OtherFleet { known: "sued".into(), found: "nord".into() }.into());
}

#[tokio::test]
async fn without_a_name_to_expect_https_is_not_tried() {
    let (root, _) = certified(SERVER);
    let proof = Proof { authority: Some(&root), name: None };
    assert_eq!(Server::new("https://127.0.0.1", &proof).unwrap_err(), Mistake::ServerName);
}

#[test]
fn a_client_says_nothing_of_its_token() {
    let token = Token(Zeroizing::new(TOKEN.into()));
    assert_eq!(format!("{token:?}"), "Token(…)");
}
