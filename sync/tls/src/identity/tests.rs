use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose as Purpose, IsCa, KeyPair};

use super::*;
use crate::testing::{
    Authority, Clock, DAY, DEVICE, HOUR, NOW, Paper, QUARANTINE, SERVER, Zone, before, judge,
};

fn verdict(paper: &Paper) -> Result<Presented, Refusal> {
    let zone = Zone::new();
    judge(&zone.trust(), &zone.authority.certify(paper))
}

#[test]
fn believes_a_good_certificate_and_says_what_it_shows() {
    let paper = Paper::device();
    let presented = Presented {
        uri: DEVICE.into(),
        point: paper.point(),
        usage: Usage::Client,
        serial: vec![7],
        not_before: before(NOW, HOUR),
        not_after: NOW + DAY,
    };
    assert_eq!(verdict(&paper), Ok(presented));
}

#[test]
fn tells_the_certificate_of_a_reproof_from_the_ordinary_one() {
    let paper = Paper { usages: vec![Purpose::Other(QUARANTINE.to_vec())], ..Paper::device() };
    assert_eq!(verdict(&paper).map(|presented| presented.usage), Ok(Usage::Other(QUARANTINE.to_vec())));
}

#[test]
fn refuses_what_is_not_in_time() {
    let gone = Paper { until: NOW, from: before(NOW, DAY), ..Paper::device() };
    let late =
        Paper { until: before(NOW, Duration::from_secs(1)), from: before(NOW, DAY), ..Paper::device() };
    let early = Paper { from: NOW + Duration::from_secs(1), ..Paper::device() };
    assert_eq!(verdict(&late), Err(Refusal::Expired));
    assert_eq!(verdict(&early), Err(Refusal::Early));
    // The last second of a certificate is its own (RFC 5280 §4.1.2.5).
    assert!(verdict(&gone).is_ok());
}

#[test]
fn refuses_every_name_that_is_not_the_one_name_of_this_zone() {
    let named = |uris: &[&'static str]| verdict(&Paper { uris: uris.to_vec(), ..Paper::device() });
    let zone = |uri: &str| Err(Refusal::Zone(uri.to_owned()));
    assert_eq!(named(&[]), Err(Refusal::UriCount(0)));
    assert_eq!(named(&[DEVICE, DEVICE]), Err(Refusal::UriCount(2)));
    assert_eq!(named(&[DEVICE, SERVER]), Err(Refusal::UriCount(2)));
    for foreign in [
        SERVER,
        "spiffe://device.other/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "spiffe://device.acme.evil/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "SPIFFE://device.acme/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "spiffe://device.acme",
        "spiffe://device.acme/",
        "https://device.acme/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(named(&[foreign]), zone(foreign), "{foreign}");
    }
}

#[test]
fn refuses_every_use_that_is_not_one_use_of_this_door() {
    let stating = |usages: &[Purpose]| {
        verdict(&Paper { usages: usages.to_vec(), ..Paper::device() }).map(|presented| presented.usage)
    };
    let quarantine = || Purpose::Other(QUARANTINE.to_vec());
    assert_eq!(stating(&[]), Err(Refusal::Usage));
    assert_eq!(stating(&[Purpose::ServerAuth]), Err(Refusal::Usage));
    assert_eq!(stating(&[Purpose::Any]), Err(Refusal::Usage));
    assert_eq!(stating(&[Purpose::ClientAuth, quarantine()]), Err(Refusal::Usage));
    assert_eq!(stating(&[Purpose::ServerAuth, Purpose::ClientAuth]), Ok(Usage::Client));
}

#[test]
fn refuses_an_authority_shown_as_a_device() {
    let paper = Paper { is_ca: IsCa::Ca(BasicConstraints::Unconstrained), ..Paper::device() };
    assert_eq!(verdict(&paper), Err(Refusal::Authority));
}

#[test]
fn refuses_a_device_that_issues() {
    let zone = Zone::new();
    let device = Paper::device();
    let mut nameless = rcgen::CertificateParams::default();
    nameless.distinguished_name = rcgen::DistinguishedName::new();
    nameless.subject_alt_names = vec![rcgen::SanType::URI(DEVICE.try_into().unwrap())];
    nameless.extended_key_usages = vec![Purpose::ClientAuth];
    let issuer = rcgen::Issuer::from_params(&nameless, &device.key);
    let leaf = nameless.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
    let chain = [vec![leaf.der().to_vec()], zone.authority.certify(&device)].concat();
    assert_eq!(judge(&zone.trust(), &chain), Err(Refusal::Chain("EndEntityUsedAsCa".into())));
}

#[test]
fn refuses_another_root() {
    let zone = Zone::new();
    let chain = Authority::new("other").certify(&Paper::device());
    assert_eq!(judge(&zone.trust(), &chain), Err(Refusal::Issuer));
    // The same names under another key are another root.
    let chain = Authority::new("acme").certify(&Paper::device());
    assert!(matches!(judge(&zone.trust(), &chain), Err(Refusal::Chain(_))));
}

#[test]
fn refuses_a_path_with_a_gap() {
    let zone = Zone::new();
    let chain = zone.authority.certify(&Paper::device());
    assert_eq!(judge(&zone.trust(), &chain[..1]), Err(Refusal::Issuer));
}

#[test]
fn refuses_what_is_critical_and_unknown() {
    let marked = |critical| verdict(&Paper { critical: Some(critical), ..Paper::device() }).map(|_| ());
    assert_eq!(marked(true), Err(Refusal::CriticalExtension));
    assert_eq!(marked(false), Ok(()));
}

#[test]
fn refuses_a_key_that_is_not_of_p256() {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    assert_eq!(verdict(&Paper { key, ..Paper::device() }), Err(Refusal::KeyKind));
}

#[test]
fn refuses_what_is_no_certificate() {
    let zone = Zone::new();
    assert_eq!(judge(&zone.trust(), &[b"no certificate".to_vec()]), Err(Refusal::Malformed));
}

#[test]
fn a_server_is_known_by_its_whole_name() {
    let zone = Zone::new();
    let roots = [zone.authority.root()];
    let trust = Trust::of_server(&roots, SERVER, || Some(NOW)).unwrap();
    let shown = |uri| judge(&trust, &zone.authority.certify(&Paper { uris: vec![uri], ..Paper::server() }));
    assert_eq!(shown(SERVER).map(|presented| presented.uri), Ok(SERVER.into()));
    let other = "spiffe://service.acme/fleetd2";
    assert_eq!(shown(other), Err(Refusal::Name { wanted: SERVER.into(), shown: other.into() }));
    assert_eq!(judge(&trust, &zone.authority.certify(&Paper::named(SERVER))), Err(Refusal::Usage));
}

#[test]
fn with_the_clock_unknown_a_server_is_judged_by_all_but_dates() {
    let zone = Zone::new();
    let roots = [zone.authority.root()];
    let trust = Trust::of_server(&roots, SERVER, || None).unwrap();
    let at = |from, until| Paper { from, until, ..Paper::server() };
    let past = at(before(NOW, DAY), before(NOW, HOUR));
    let future = at(NOW + DAY, NOW + 2 * DAY);
    for paper in [&past, &future] {
        assert!(judge(&trust, &zone.authority.certify(paper)).is_ok());
    }
    assert_eq!(judge(&trust, &Authority::new("other").certify(&past)), Err(Refusal::Issuer));
    assert_eq!(judge(&trust, &zone.authority.certify(&Paper::named(SERVER))), Err(Refusal::Usage));
    let never = at(NOW, before(NOW, HOUR));
    assert!(matches!(judge(&trust, &zone.authority.certify(&never)), Err(Refusal::Chain(_))));
}

#[test]
fn once_the_clock_is_known_dates_count() {
    let zone = Zone::new();
    let clock = Clock::at(NOW);
    let ours = clock.clone();
    let trust = Trust::of_server(&[zone.authority.root()], SERVER, move || Some(ours.now())).unwrap();
    let chain = zone.authority.certify(&Paper::server());
    assert!(judge(&trust, &chain).is_ok());
    clock.set(NOW + 2 * DAY);
    assert_eq!(judge(&trust, &chain), Err(Refusal::Expired));
}

#[test]
fn trusting_nobody_is_a_mistake() {
    let none = Trust::of_server(&[], SERVER, || None).map(|_| ());
    let text = Trust::of_server(&[b"no root".to_vec()], SERVER, || None).map(|_| ());
    assert_eq!((none, text), (Err(Mistake::NoRoot), Err(Mistake::NotACertificate)));
}

/// The files of rustls/webpki, of which some are signed with RSA: only here is that let in.
mod published {
    use super::*;
    use crate::testing::published;

    fn trust(root: &[u8], usage: Usage, at: Wall) -> Trust {
        let trust = Trust::of_zone(&[root.to_vec()], "device.acme", vec![usage], move || at).unwrap();
        Trust { algorithms: webpki::ALL_VERIFICATION_ALGS, ..trust }
    }

    /// The moment at which a published chain holds, whenever that was.
    fn then(leaf: &[u8]) -> Wall {
        der::Certificate::read(leaf).unwrap().not_before
    }

    #[test]
    fn a_status_that_no_list_settles_is_refused() {
        let Some(files) = published() else { return };
        let file = |name: &str| files[&format!("client_auth_revocation/{name}.der")].clone();
        for case in ["indirect_dp", "invalid_dp", "nofullname_dp", "reasons_dp"] {
            let part = |name: &str| file(&format!("{case}_chain.{name}"));
            let chain = [part("ee"), part("int.a.ca"), part("int.b.ca")];
            let list = match case {
                "invalid_dp" => "ee_dp_invalid.crl".to_owned(),
                other => format!("ee_{other}_unknown_status.crl"),
            };
            let mut revocations = Revocations::none_yet();
            revocations.take(&file(&list), &part("int.a.ca")).unwrap();
            let open = trust(&part("root.ca"), Usage::Client, then(&chain[0]));
            let shut = open.clone().with_revocations(revocations);
            // Without a list the path holds, and what is missing is the use.
            assert_eq!(judge(&open, &chain), Err(Refusal::Usage), "{case}");
            assert_eq!(judge(&shut, &chain), Err(Refusal::RevocationUnknown), "{case}");
        }
    }

    #[test]
    fn a_critical_extension_that_nobody_knows_is_refused() {
        let Some(files) = published() else { return };
        let file = |name: &str| files[&format!("critical_extensions/{name}.der")].clone();
        let shown = |leaf| {
            let at = then(&file(leaf)).max(then(&file("ca-cert")));
            judge(&trust(&file("root-cert"), Usage::Server, at), &[file(leaf), file("ca-cert")])
        };
        assert_eq!(shown("ee-cert-crit-unknown-ext"), Err(Refusal::CriticalExtension));
        // The other one passes path and use, and fails at the name that ours must have.
        assert_eq!(shown("ee-cert-noncrit-unknown-ext"), Err(Refusal::UriCount(0)));
    }

    #[test]
    fn of_two_uses_one_is_ours_and_of_none_none_is() {
        let Some(files) = published() else { return };
        let shown = |case: &str, usage| {
            let file = |part: &str| {
                files[&format!("custom_ekus/{case}_accepted_for_client_auth.{part}.der")].clone()
            };
            judge(&trust(&file("ca"), usage, then(&file("ee"))), &[file("ee")])
        };
        assert_eq!(shown("cert_with_both_ekus", Usage::Client), Err(Refusal::UriCount(0)));
        assert_eq!(shown("cert_with_both_ekus", Usage::Server), Err(Refusal::UriCount(0)));
        let quarantine = Usage::Other(QUARANTINE.to_vec());
        assert_eq!(shown("cert_with_both_ekus", quarantine), Err(Refusal::Usage));
        // Stricter than the file's name: our doors want the use stated.
        assert_eq!(shown("cert_with_no_eku", Usage::Client), Err(Refusal::Usage));
    }

    #[test]
    fn our_own_algorithms_leave_the_others_out() {
        let Some(files) = published() else { return };
        let file = |part: &str| {
            files[&format!("custom_ekus/cert_with_both_ekus_accepted_for_client_auth.{part}.der")].clone()
        };
        let at = then(&file("ee"));
        let strict = Trust::of_zone(&[file("ca")], "device.acme", vec![Usage::Client], move || at).unwrap();
        assert!(matches!(judge(&strict, &[file("ee")]), Err(Refusal::Chain(_))));
    }

    #[test]
    fn no_prefix_of_a_published_certificate_passes_and_no_changed_byte_does() {
        let Some(files) = published() else { return };
        let trust = Zone::new().trust();
        let certificates = files.iter().filter(|(name, _)| {
            let certificate =
                name.strip_suffix(".der").is_some_and(|stem| stem.strip_suffix(".crl").is_none());
            certificate && !name.starts_with("crls/")
        });
        for (name, bytes) in certificates {
            for end in 0..bytes.len() {
                assert_eq!(
                    judge(&trust, &[bytes[..end].to_vec()]),
                    Err(Refusal::Malformed),
                    "{name}, {end} bytes"
                );
            }
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 0x81;
                assert!(judge(&trust, &[changed]).is_err(), "{name}, byte {at}");
            }
        }
    }
}
