use super::*;

const HARDWARE: &str = "fleet.example:8442";
const ENROLMENT: &str = "fleet.example:8443";

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn load(folder: &tempfile::TempDir) -> Reached {
    Reached::load(folder.path().join("reached"), &[HARDWARE, ENROLMENT], None)
}

#[test]
fn a_name_that_leads_nowhere_is_followed_by_where_it_led_before() {
    let folder = tempfile::tempdir().unwrap();
    let reached = load(&folder);
    assert_eq!((reached.way(HARDWARE, 0), reached.way(HARDWARE, 1)), (HARDWARE.into(), HARDWARE.into()));
    reached.saw(HARDWARE, at("192.0.2.7:8442"));
    reached.saw(HARDWARE, at("[2001:db8::7]:8442"));
    // After a restart too.
    for reached in [reached, load(&folder)] {
        let ways: Vec<String> = (0..4).map(|failures| reached.way(HARDWARE, failures)).collect();
        assert_eq!(ways, [HARDWARE, "[2001:db8::7]:8442", "192.0.2.7:8442", HARDWARE]);
        // Nobody has answered as the other listener: its name alone opens nothing but the doors of this host.
        assert_eq!(reached.way(ENROLMENT, 1), ENROLMENT);
    }
}

#[test]
fn the_first_address_and_the_newest_are_remembered_and_no_more_than_four() {
    let folder = tempfile::tempdir().unwrap();
    let reached = load(&folder);
    // Somebody passes the fleet's words on from one address after another.
    for host in 1..=6 {
        reached.saw(HARDWARE, at(&format!("192.0.2.{host}:8442")));
    }
    reached.saw(HARDWARE, at("192.0.2.5:8442"));
    for reached in [reached, load(&folder)] {
        let ways: Vec<String> = (1..=4).map(|failures| reached.way(HARDWARE, failures)).collect();
        assert_eq!(ways, [5, 6, 4, 1].map(|host| format!("192.0.2.{host}:8442")));
        // After a restart it is still known which came first.
        for host in [7, 1, 8, 9, 10] {
            reached.saw(HARDWARE, at(&format!("192.0.2.{host}:8442")));
        }
        assert!(reached.addresses().contains(&at("192.0.2.1:8442")));
        assert_eq!(reached.addresses().len(), 2 * SEEN);
    }
}

#[test]
fn an_address_that_the_bundle_writes_down_is_never_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let literal = "192.0.2.1:8442";
    let reached = Reached::load(folder.path().join("reached"), &[literal], None);
    for host in 2..=9 {
        reached.saw(literal, at(&format!("192.0.2.{host}:8442")));
    }
    assert!(reached.addresses().contains(&at(literal)));
}

#[test]
fn what_is_known_is_in_the_file_whoever_was_slower() {
    let folder = tempfile::tempdir().unwrap();
    let reached = load(&folder);
    let both = std::sync::Barrier::new(2);
    for host in 1..=60 {
        std::thread::scope(|scope| {
            for (listener, port) in [(HARDWARE, 8442), (ENROLMENT, 8443)] {
                let (reached, both) = (&reached, &both);
                scope.spawn(move || {
                    both.wait();
                    reached.saw(listener, at(&format!("192.0.2.{host}:{port}")));
                });
            }
        });
        assert_eq!(load(&folder).addresses(), reached.addresses(), "{host}");
    }
}

#[test]
fn every_listener_of_a_host_stays_open_at_its_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let reached = load(&folder);
    assert_eq!(reached.addresses(), BTreeSet::new());
    reached.saw(HARDWARE, at("192.0.2.7:8442"));
    assert_eq!(reached.addresses(), [at("192.0.2.7:8442"), at("192.0.2.7:8443")].into());
    let listeners = ["192.0.2.1:1", "other.example:2"];
    let literal = Reached::load(folder.path().join("reached"), &listeners, None);
    assert_eq!(literal.addresses(), [at("192.0.2.1:1")].into());
    assert_eq!(literal.way("192.0.2.1:1", 1), "192.0.2.1:1");
}

#[test]
fn what_a_file_says_of_other_listeners_or_in_other_words_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("gone.example:8442 192.0.2.1:8442\n{HARDWARE} nowhere\n{HARDWARE} 192.0.2.7:8442\nx\n");
    fs::write(folder.path().join("reached"), text).unwrap();
    let reached = load(&folder);
    assert_eq!(reached.addresses(), [at("192.0.2.7:8442"), at("192.0.2.7:8443")].into());
    assert_eq!(reached.way(HARDWARE, 1), "192.0.2.7:8442");
    fs::write(folder.path().join("reached"), [0xff; 99]).unwrap();
    assert_eq!(load(&folder).addresses(), BTreeSet::new());
    reached.saw("gone.example:8442", at("192.0.2.9:8442"));
    assert!(!reached.addresses().contains(&at("192.0.2.9:8442")));
}
