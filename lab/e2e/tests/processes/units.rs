//! The page about installing, followed to the letter: what it says is done in a copy of this machine's folders, and what
//! the units start is started as they say, with no more rights and no more to write to than they leave.

use std::{
    fs,
    os::unix::{
        fs::{DirBuilderExt, PermissionsExt},
        net::UnixDatagram,
    },
    path::{Path, PathBuf},
    process::Command,
};

use api::word::Connection;
use host::{Fleet, Process, SOON};
use rustix::mount::mount;
use tempfile::TempDir;

use crate::{
    NODE,
    apart::{Space, apart, not_run},
    machine::Machine,
    net::loopback_up,
};

const PAGE: &str = include_str!("../../../../docs/operate.md");
const UNITS: [(&str, &str); 3] = [
    ("fleetd", include_str!("../../../../docs/units/fleetd.service")),
    ("metald", include_str!("../../../../docs/units/metald.service")),
    ("metald-hold", include_str!("../../../../docs/units/metald-hold.service")),
];

/// What systemd calls the exposure of a service, from 0 to 100: what is beyond is an accident.
const EXPOSED: [(&str, u32); 3] = [("fleetd", 15), ("metald", 30), ("metald-hold", 25)];

/// What is the system's own affair, or needs a second user.
const FAKED: [&str; 3] = ["chown", "systemctl", "useradd"];

/// The folders that are written to when somebody installs.
const COPIED: [&str; 3] = ["/etc", "/usr/local", "/var/lib"];

#[test]
fn whoever_follows_the_page_has_both_daemons_as_confined_as_their_units_say() {
    const TEST: &str = "units::whoever_follows_the_page_has_both_daemons_as_confined_as_their_units_say";
    apart(TEST, &[Space::Mount, Space::Net], || {
        loopback_up();
        let desk = Desk::new();
        if let Err(why) = desk.copy_folders() {
            return not_run(TEST, &format!("mounting an overlay: {why}"));
        }
        let [control_plane, device] = steps().try_into().unwrap();

        // However it was left, fleetd's user passes through it when the page has been followed.
        fs::DirBuilder::new().recursive(true).mode(0o700).create("/var/lib/wrale").unwrap();
        let mut fleet = Fleet::planned(NODE, Path::new("/var/lib/wrale"));
        let yaml = fleet.yaml().replace("/var/lib/wrale/fleet.kek", "/etc/wrale/fleet.kek");
        desk.put("fleetd.yaml", &yaml);
        desk.follow(&control_plane);
        assert_eq!(fs::metadata("/var/lib/wrale").unwrap().permissions().mode() & 0o777, 0o755);
        fleet.sign();
        let fleetd = start("fleetd", &[]);
        fleet.listens(&fleetd);

        let ada = fleet.ada();
        let machine = Machine::new("gate-7");
        let yaml = machine.yaml(&fleet);
        let yaml = yaml.replace(fleet.bundle().to_str().unwrap(), "/etc/wrale/fleet.bundle");
        let yaml = yaml.replace(machine.at("token").to_str().unwrap(), "/etc/wrale/join/token");
        let yaml = yaml.replace(machine.folder().to_str().unwrap(), "/var/lib/wrale/metal");
        // A packet filter that is there and changes nothing.
        desk.put("metald.yaml", &yaml.replace("/nonexistent", "/bin/false"));
        desk.put("token", &ada.token());
        fs::copy(fleet.bundle(), desk.at("fleet.bundle")).unwrap();
        desk.follow(&device);
        verify(TEST);
        // A machine starts: what comes before its network finds nothing to hold.
        let held = || start("metald-hold", &[]).ended();
        assert!(held().status.success());

        let manager = UnixDatagram::bind(desk.at("notify")).unwrap();
        manager.set_read_timeout(Some(SOON)).unwrap();
        let metald = start("metald", &[("NOTIFY_SOCKET", desk.at("notify").to_str().unwrap())]);
        assert_eq!((heard(&manager), heard(&manager)), ("READY=1".into(), "WATCHDOG=1".into()));
        ada.sees_device("gate-7", "a device that was installed", |device| {
            device.connection.value == Connection::Live
        });
        assert!(!Path::new("/etc/wrale/join/token").exists(), "it was used");
        let ended = metald.stop();
        assert!(ended.status.success(), "{:#?}", ended.said);
        assert_eq!(heard(&manager), "STOPPING=1");
        let ended = held();
        assert!(ended.status.success(), "the record is read, and demands nothing: {:#?}", ended.said);
        assert!(fleetd.stop().status.success());
        let asked = fs::read_to_string(desk.at("asked")).unwrap();
        for step in [
            "useradd --system",
            "systemctl enable --now fleetd",
            "systemctl enable metald-hold",
            "systemctl enable --now metald",
        ] {
            assert!(asked.contains(step), "{asked}");
        }
    });
}

/// The steps of the page: a block for the fleet, a block for each device.
fn steps() -> Vec<String> {
    let installing =
        PAGE.split("\n## Installing\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    installing.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn heard(manager: &UnixDatagram) -> String {
    let mut bytes = [0; 64];
    let length = manager.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

/// The folder in which somebody stands who installs: what was built, the units, the files that they wrote.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        for daemon in ["fleetd", "metald"] {
            desk.program(daemon, &format!("exec {NODE} {daemon} \"$@\""));
        }
        for system in FAKED {
            let asked = desk.at("asked").display().to_string();
            desk.program(&format!("faked/{system}"), &format!("echo {system} \"$*\" >> {asked}"));
        }
        for (daemon, unit) in UNITS {
            desk.put(&format!("docs/units/{daemon}.service"), unit);
        }
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), text).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        self.put(name, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// From here on this namespace writes into copies.
    fn copy_folders(&self) -> Result<(), rustix::io::Errno> {
        for folder in COPIED {
            let [upper, work] = ["upper", "work"].map(|kind| self.at(&format!("copies{folder}/{kind}")));
            fs::create_dir_all(&upper).unwrap();
            fs::create_dir_all(&work).unwrap();
            let (upper, work) = (upper.display(), work.display());
            let options = format!("lowerdir={folder},upperdir={upper},workdir={work},userxattr");
            let options = std::ffi::CString::new(options).unwrap();
            mount(
                "overlay",
                folder,
                "overlay",
                rustix::mount::MountFlags::empty(),
                Some(options.as_c_str()),
            )?;
        }
        Ok(())
    }

    /// Does what a block of the page says.
    fn follow(&self, steps: &str) {
        let path = format!("{}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", self.at("faked").display());
        let done = Command::new("sh")
            .args(["-euc", steps])
            .current_dir(self.0.path())
            .env("PATH", path)
            .env_remove("WRALE_CONFIG")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(done.status.success(), "{steps}\n{said}");
    }
}

/// Systemd understands the installed units, and finds them tightly confined.
fn verify(test: &str) {
    let ask = |words: &[&str]| Command::new("systemd-analyze").args(words).output();
    let Ok(verified) = ask(&["verify", "fleetd.service", "metald.service", "metald-hold.service"]) else {
        return not_run(test, "no systemd-analyze");
    };
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains("wrale"), "{said}");
    for (daemon, exposed) in EXPOSED {
        let unit = format!("{daemon}.service");
        let judged = ask(&["security", "--offline=true", &format!("--threshold={exposed}"), &unit]).unwrap();
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
    }
}

/// Starts what the installed unit starts, where everything but its own folders is read-only, and with no more than
/// its rights.
fn start(daemon: &str, environment: &[(&str, &str)]) -> Process {
    let unit = fs::read_to_string(format!("/etc/systemd/system/{daemon}.service")).unwrap();
    let says = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    assert_eq!((says("ProtectSystem"), says("NoNewPrivileges")), (Some("strict"), Some("yes")));
    let state = format!("/var/lib/{}", says("StateDirectory").unwrap());
    let rights = says("CapabilityBoundingSet").unwrap().split_whitespace();
    let rights: String = rights.map(|right| right.replace("CAP_", ",+").to_lowercase()).collect();
    let mut script = format!("mkdir -p -m 0700 {state}\n");
    for folder in
        [state.as_str()].into_iter().chain(says("ReadWritePaths").map(|path| path.trim_start_matches('-')))
    {
        script += &format!("mount --bind {folder} {folder}\n");
    }
    for folder in ["/"].into_iter().chain(COPIED) {
        script += &format!("mount -o remount,bind,ro {folder}\n");
    }
    let command = says("ExecStart").unwrap();
    script += &format!("exec setpriv --no-new-privs --bounding-set=-all{rights} {command}\n");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-euc", &script]).envs(environment.iter().copied());
    // As the unit's manager says it: half of what it waits.
    if let Some(seconds) = says("WatchdogSec") {
        unshare.env("WATCHDOG_USEC", format!("{seconds}000000"));
    }
    Process::spawn(daemon, unshare)
}
