use rustix::net::{RecvFlags, bind, recv};

use super::*;

/// A manager that listens there, and what it hears.
fn hears(address: &SocketAddrUnix, at: &OsStr) -> Vec<String> {
    let ears = socket_with(AddressFamily::UNIX, SocketType::DGRAM, SocketFlags::CLOEXEC, None).unwrap();
    bind(&ears, address).unwrap();
    let service = Service::at(at).unwrap();
    let heard = [Word::Ready, Word::Alive, Word::Stopping].map(|word| {
        service.tell(word).unwrap();
        let mut bytes = [0; 64];
        let (length, _) = recv(&ears, &mut bytes[..], RecvFlags::empty()).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    });
    heard.into()
}

#[test]
fn the_manager_hears_that_its_service_is_ready_alive_and_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let heard = hears(&SocketAddrUnix::new(&path).unwrap(), path.as_os_str());
    assert_eq!(heard, ["READY=1", "WATCHDOG=1", "STOPPING=1"]);
    let name = format!("wrale-notify-{}", std::process::id());
    let heard =
        hears(&SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap(), OsStr::new(&format!("@{name}")));
    assert_eq!(heard, ["READY=1", "WATCHDOG=1", "STOPPING=1"]);
}

#[test]
fn a_manager_that_is_not_there_is_told_nothing_and_holds_up_nobody() {
    assert!(Service::at(OsStr::new("relative")).is_err() && Service::at(OsStr::new("")).is_err());
    let folder = tempfile::tempdir().unwrap();
    let gone = Service::at(folder.path().join("gone").as_os_str()).unwrap();
    assert!(gone.tell(Word::Alive).is_err());
}

#[test]
fn the_managers_patience_is_for_the_process_that_it_means() {
    let minute = Some(Duration::from_mins(1));
    assert_eq!(patience(Some("60000000"), None, 7), minute);
    assert_eq!(patience(Some("60000000"), Some("7"), 7), minute);
    for (micros, pid) in [
        (None, Some("7")),
        (Some("0"), None),
        (Some("-1"), None),
        (Some("soon"), None),
        (Some("60000000"), Some("8")),
        (Some("60000000"), Some("")),
    ] {
        assert_eq!(patience(micros, pid, 7), None, "{micros:?} {pid:?}");
    }
}
