use std::{
    fs,
    io::{ErrorKind, Read},
    net::{IpAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc,
    thread,
};

use rustix::thread::UnshareFlags;

use super::*;
use crate::testing::{apart, not_run, put, tree};

const LONG: Duration = Duration::from_mins(1);

/// Long enough for a packet to another namespace of this machine and back.
const SOON: Duration = Duration::from_secs(20);

/// What is dropped says nothing, so somebody has to stop waiting.
const DROPPED: Duration = Duration::from_millis(400);

fn peer(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn lifeline(nft: &[&str], keep: &[&str]) -> Lifeline {
    let nft = nft.iter().map(|word| (*word).to_owned()).collect();
    Lifeline::new(Some(PacketFilter { nft, keep: keep.iter().map(|text| peer(text)).collect() }))
}

/// A machine whose nft is this script; what it is told lands in `told`.
fn machine(script: &str) -> (tempfile::TempDir, Lifeline) {
    let root = tree(&[("asked", "")]);
    let script = format!("cd {}\necho \"$*\" >> asked\n{script}", root.path().display());
    put(root.path(), "nft", &script);
    let lifeline = lifeline(&["/bin/sh", root.path().join("nft").to_str().unwrap()], &[]);
    lifeline.follow([peer("192.0.2.7:8442")]);
    (root, lifeline)
}

/// An honest nft with one table.
const HONEST: &str = "case $1 in
-e) cat > told; cp told table; exec cat table ;;
-f) cat > told; rm -f table ;;
*) [ $2 = tables ] && { [ ! -e table ] || echo 'table inet wrale_isolation'; exit 0; }; cat table ;;
esac";

#[test]
fn isolating_twice_is_isolating_once_and_rejoining_takes_it_away() {
    let (root, lifeline) = machine(HONEST);
    assert_eq!((lifeline.stands(LONG), lifeline.rejoin(LONG)), (Stands::No, Outcome::Done));
    for _ in 0..2 {
        assert_eq!((lifeline.isolate(LONG), lifeline.stands(LONG)), (Outcome::Done, Stands::Yes));
    }
    let told = fs::read_to_string(root.path().join("told")).unwrap();
    assert!(told.contains("ip daddr 192.0.2.7 tcp dport 8442 accept"), "{told}");
    assert_eq!((lifeline.rejoin(LONG), lifeline.stands(LONG)), (Outcome::Done, Stands::No));
    let asked = fs::read_to_string(root.path().join("asked")).unwrap();
    assert!(asked.lines().all(|line| ["-e -f -", "-f -", "list tables"].contains(&line)));
}

#[test]
fn one_program_isolates_and_shows_that_it_did() {
    let (root, lifeline) = machine(HONEST);
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    assert_eq!(fs::read_to_string(root.path().join("asked")).unwrap(), "-e -f -\n");
}

#[test]
fn a_filter_that_tells_it_in_other_words_is_asked_for_the_table() {
    let (root, lifeline) = machine(&HONEST.replace("exec cat table", "echo '# loaded'"));
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    let asked = fs::read_to_string(root.path().join("asked")).unwrap();
    assert_eq!(asked, "-e -f -\nlist table inet wrale_isolation\n");
    assert!(lock(&lifeline.state).kept.is_some());
}

#[test]
fn a_table_that_nobody_could_look_at_is_unverified_and_looked_at_later() {
    // A program that is gone when it is to be run once more.
    let (root, _) = machine("cat > table; rm shell");
    let (shell, script) = (root.path().join("shell"), root.path().join("nft"));
    std::os::unix::fs::symlink("/bin/sh", &shell).unwrap();
    let lifeline = lifeline(&[shell.to_str().unwrap(), script.to_str().unwrap()], &[]);
    lifeline.follow([peer("192.0.2.7:8442")]);
    assert_eq!(lifeline.isolate(LONG), Outcome::Unverified);
    assert!(lock(&lifeline.state).kept.is_some());
}

#[test]
fn a_table_that_stands_follows_the_fleet_and_one_that_does_not_is_not_made() {
    let (root, lifeline) = machine(HONEST);
    let told = || fs::read_to_string(root.path().join("told")).unwrap_or_default();
    assert_eq!((lifeline.follow([peer("192.0.2.8:8442")]), told()), (Outcome::Done, String::new()));
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    assert!(told().contains("192.0.2.8") && !told().contains("192.0.2.7"));
    assert_eq!(lifeline.follow([peer("[2001:db8::9]:8442")]), Outcome::Done);
    assert!(told().contains("ip6 daddr 2001:db8::9 tcp dport 8442 accept") && !told().contains("192.0.2.8"));
    // Nobody has ever heard that the fleet is nowhere.
    lifeline.follow([]);
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    assert!(told().contains("2001:db8::9"));
}

#[test]
fn a_table_that_could_not_follow_is_put_in_place_when_it_is_told_again() {
    let (root, lifeline) = machine(&format!("[ ! -e sick ] || exit 1\n{HONEST}"));
    let told = || fs::read_to_string(root.path().join("told")).unwrap_or_default();
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    put(root.path(), "sick", "");
    assert_eq!(lifeline.follow([peer("192.0.2.8:8442")]), Outcome::Failed);
    fs::remove_file(root.path().join("sick")).unwrap();
    assert_eq!(lifeline.follow([peer("192.0.2.8:8442")]), Outcome::Done);
    assert!(told().contains("192.0.2.8"), "{}", told());
}

#[test]
fn a_table_of_which_nobody_knows_whether_it_followed_is_put_in_place_when_it_is_told_again() {
    let (root, lifeline) = machine(&format!("[ ! -e slow ] || exec cat fifo\n{HONEST}"));
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("fifo"), rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    put(root.path(), "slow", "");
    assert_eq!(lifeline.follow([peer("192.0.2.8:8442")]), Outcome::TimedOut);
    fs::remove_file(root.path().join("slow")).unwrap();
    assert_eq!(lifeline.follow([peer("192.0.2.8:8442")]), Outcome::Done);
    assert!(fs::read_to_string(root.path().join("table")).unwrap().contains("192.0.2.8"));
}

#[test]
fn whoever_asks_whether_it_was_undone_waits_for_no_filter() {
    let (root, lifeline) = machine("[ ! -e slow ] || exec cat fifo");
    let fifo = root.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
    put(root.path(), "slow", "");
    let hand = lifeline.clone();
    let isolating = std::thread::spawn(move || hand.isolate(LONG));
    // It is at work: it reads what nobody has written yet.
    let mut hold = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    assert!(!lifeline.is_undone() && !isolating.is_finished());
    fs::remove_file(root.path().join("slow")).unwrap();
    std::io::Write::write_all(&mut hold, b"at last\n").unwrap();
    drop(hold);
    isolating.join().unwrap();
}

#[test]
fn a_table_of_an_earlier_run_is_found_again() {
    let (root, first) = machine(HONEST);
    assert_eq!(first.isolate(LONG), Outcome::Done);
    let second = lifeline(&["/bin/sh", root.path().join("nft").to_str().unwrap()], &[]);
    assert_eq!(second.stands(LONG), Stands::Yes);
    second.follow([peer("192.0.2.9:8442")]);
    assert!(fs::read_to_string(root.path().join("table")).unwrap().contains("192.0.2.9"));
}

#[test]
fn what_is_not_there_or_does_not_do_it_is_never_done() {
    let nowhere = lifeline(&["/nonexistent/nft"], &[]);
    nowhere.follow([peer("192.0.2.7:8442")]);
    let none = Lifeline::new(None);
    for lifeline in [nowhere, none] {
        assert_eq!(lifeline.isolate(LONG), Outcome::Unsupported);
        assert_eq!((lifeline.rejoin(LONG), lifeline.stands(LONG)), (Outcome::Unsupported, Stands::No));
    }
    for (script, isolated, rejoined) in [
        ("exit 1", Outcome::Failed, Outcome::Failed),
        // It says yes to everything, and shows a table that is not the one that it was told.
        ("[ $1 = -f ] || echo 'policy drop; policy drop; policy drop;'", Outcome::Failed, Outcome::Done),
        ("[ $1 = -f ] || echo 'table inet wrale_isolation'", Outcome::Failed, Outcome::Failed),
        ("[ $1 = -f ] || kill -9 $$", Outcome::Failed, Outcome::Unverified),
        // Nor is it done where the kernel says nothing of it.
        ("cat > told", Outcome::Failed, Outcome::Done),
    ] {
        let (_root, lifeline) = machine(script);
        assert_eq!((lifeline.isolate(LONG), lifeline.rejoin(LONG)), (isolated, rejoined), "{script}");
    }
    let (_root, lifeline) = machine("exit 1");
    assert_eq!(lifeline.stands(LONG), Stands::Perhaps, "nobody could look");
    let (root, lifeline) = machine("exec cat fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("fifo"), rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(lifeline.isolate(Duration::from_millis(300)), Outcome::TimedOut);
    assert_eq!(lifeline.stands(Duration::from_millis(300)), Stands::Perhaps);
}

#[test]
fn a_device_that_knows_no_way_to_its_fleet_is_not_cut_off() {
    let (root, _) = machine(HONEST);
    let lifeline = lifeline(&["/bin/sh", root.path().join("nft").to_str().unwrap()], &["192.0.2.53:53"]);
    assert_eq!(lifeline.isolate(LONG), Outcome::Failed);
    assert!(!root.path().join("told").exists());
}

/// The other machine: a namespace of its own with listeners, until the sender goes.
struct Elsewhere {
    thread: u32,
    _stay: mpsc::Sender<()>,
}

const FLEET: &str = "10.77.0.1:8442";
const OTHER: &str = "10.77.0.1:9999";
const RESOLVER: &str = "10.77.0.1:5353";

/// Runs `ip` in the namespace of the calling thread.
fn ip(arguments: &str) {
    let done = Command::new("/usr/sbin/ip").args(arguments.split(' ')).status().unwrap();
    assert!(done.success(), "ip {arguments}");
}

fn elsewhere() -> Elsewhere {
    let (tell, told) = mpsc::channel();
    let (stay, gone) = mpsc::channel::<()>();
    let (plug, plugged) = mpsc::channel::<()>();
    thread::spawn(move || {
        assert!(apart("another machine", UnshareFlags::NEWNET));
        tell.send(rustix::thread::gettid().as_raw_nonzero().get().cast_unsigned()).unwrap();
        plugged.recv().unwrap();
        ["link set lo up", "addr add 10.77.0.1/24 dev wr1", "link set wr1 up"].into_iter().for_each(ip);
        let [fleet, other] = [FLEET, OTHER].map(|at| TcpListener::bind(at).unwrap());
        let resolver = UdpSocket::bind(RESOLVER).unwrap();
        tell.send(0).unwrap();
        let echo = thread::spawn(move || {
            let mut question = [0; 16];
            while let Ok((length, from)) = resolver.recv_from(&mut question) {
                let _ = resolver.send_to(&question[..length], from);
            }
        });
        let answers = thread::spawn(move || {
            for stream in other.incoming().flatten() {
                thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
            }
        });
        let _ = gone.recv();
        drop((fleet, echo, answers));
    });
    let thread = told.recv_timeout(SOON).unwrap();
    ip("link set lo up");
    ip(&format!("link add wr0 type veth peer name wr1 netns {thread}"));
    ["addr add 10.77.0.2/24 dev wr0", "link set wr0 up"].into_iter().for_each(ip);
    plug.send(()).unwrap();
    assert_eq!(told.recv_timeout(SOON).unwrap(), 0);
    Elsewhere { thread, _stay: stay }
}

fn reaches(at: &str, within: Duration) -> bool {
    TcpStream::connect_timeout(&peer(at), within).is_ok()
}

fn resolves(within: Duration) -> bool {
    let socket = UdpSocket::bind("10.77.0.2:0").unwrap();
    socket.set_read_timeout(Some(within)).unwrap();
    // What is dropped on its way out is an error at once.
    socket.send_to(b"who", RESOLVER).is_ok() && socket.recv(&mut [0; 16]).is_ok()
}

/// Connects from the other machine to a listener here.
fn is_reached(elsewhere: &Elsewhere, port: u16) -> bool {
    let namespace = PathBuf::from(format!("/proc/{}/ns/net", elsewhere.thread));
    let here = IpAddr::from([10, 77, 0, 2]);
    let dial = thread::spawn(move || {
        let namespace = fs::File::open(namespace).unwrap();
        let kind = Some(rustix::thread::LinkNameSpaceType::Network);
        rustix::thread::move_into_link_name_space(std::os::fd::AsFd::as_fd(&namespace), kind).unwrap();
        TcpStream::connect_timeout(&SocketAddr::new(here, port), DROPPED).is_ok()
    });
    dial.join().unwrap()
}

#[test]
fn the_network_leads_to_the_fleet_alone_and_back_to_everywhere() {
    let what = "isolation by a real packet filter";
    for program in ["/usr/sbin/nft", "/usr/sbin/ip"] {
        if !Path::new(program).exists() {
            return not_run(what, format!("no {program}"));
        }
    }
    if !apart(what, UnshareFlags::NEWNET) {
        return;
    }
    // A small machine has no names of protocols.
    if Path::new("/etc/protocols").exists() {
        rustix::mount::mount_bind("/dev/null", "/etc/protocols").unwrap();
    }
    let elsewhere = elsewhere();
    let lifeline = lifeline(&["/usr/sbin/nft"], &[RESOLVER]);
    lifeline.follow([peer(FLEET)]);
    // Somebody else's rules stay as they are.
    let theirs = Command::new("/usr/sbin/nft").args(["add", "table", "inet", "theirs"]).status().unwrap();
    assert!(theirs.success());
    let here = TcpListener::bind("0.0.0.0:22").unwrap();
    let local = here.local_addr().unwrap().port();
    let all_open = |elsewhere: &Elsewhere| {
        reaches(FLEET, SOON) && reaches(OTHER, SOON) && resolves(SOON) && is_reached(elsewhere, local)
    };
    assert!(all_open(&elsewhere));
    let mut before = TcpStream::connect(peer(OTHER)).unwrap();
    let mut goes_on = |within: Duration| {
        before.set_read_timeout(Some(within)).unwrap();
        std::io::Write::write_all(&mut before, b"more").is_ok() && before.read_exact(&mut [0; 4]).is_ok()
    };
    assert!(goes_on(SOON));

    for _ in 0..2 {
        assert_eq!(lifeline.isolate(SOON), Outcome::Done);
        assert!(reaches(FLEET, SOON) && resolves(SOON), "the fleet and what is kept");
        assert!(reaches(&format!("127.0.0.1:{local}"), SOON), "this machine itself");
        assert!(!reaches(OTHER, DROPPED) && !is_reached(&elsewhere, local));
        // Nothing leaves that nobody would answer.
        let told = UdpSocket::bind("10.77.0.2:0").unwrap().send_to(b"out", OTHER);
        assert!(told.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied));
        // A lease is no way to a stranger.
        let told = UdpSocket::bind("10.77.0.2:68").unwrap().send_to(b"out", "10.77.0.1:67");
        assert!(told.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied));
        // Not even what was connected before goes on.
        assert!(!goes_on(DROPPED));
    }
    assert_eq!(lifeline.stands(SOON), Stands::Yes);
    // The fleet moves: what was the other door is its own now.
    assert_eq!(lifeline.follow([peer(OTHER)]), Outcome::Done);
    assert!(reaches(OTHER, SOON) && !reaches(FLEET, DROPPED));

    for _ in 0..2 {
        assert_eq!(lifeline.rejoin(SOON), Outcome::Done);
        assert!(all_open(&elsewhere));
    }
    let tables = Command::new("/usr/sbin/nft").args(["list", "tables"]).output().unwrap();
    assert_eq!(String::from_utf8(tables.stdout).unwrap(), "table inet theirs\n");
}
