use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use board::RootOfTrust;
use tempfile::TempDir;

use super::{
    chart::{Finding, Mark},
    *,
};
use crate::{
    Bell, Kept, config,
    testing::{HOUR, Machine, Post, TOKEN, before, now},
};

/// A machine with a configuration, a token and one chip.
struct Site(TempDir);

impl Site {
    fn new(post: &Post) -> Self {
        let site = Self(TempDir::new().unwrap());
        fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&post.bundle)).unwrap();
        site.put("token", &TOKEN.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), 0o600);
        site.put("nft", "#!/bin/sh\nexit 1\n", 0o755);
        site.put("sys/class/hwmon/hwmon0/name", "nct6798", 0o644);
        site.put("sys/class/hwmon/hwmon0/temp1_input", "25500", 0o644);
        site.configure("", "nct6798");
        site
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str, mode: u32) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn configure(&self, more: &str, chip: &str) {
        let at = self.0.path().display();
        let sense = format!("{{ name: board, zone: board, read: hwmon, chip: {chip}, input: temp1 }}");
        let root = config::tests::digits();
        self.put(
            "metald.yaml",
            &format!(
                "fleet: {{ bundle: {at}/fleet.bundle, root: {root:?}, token: {at}/token }}
folder: {at}/metal
label: gate-7
sysfs: {at}/sys
isolate: {{ nft: {at}/nft }}
senses: [ {sense} ]
{more}"
            ),
            0o644,
        );
    }

    fn chart_at(&self, now: Wall) -> Chart {
        let mut chart = Chart::default();
        examine(&self.at("metald.yaml"), now, &mut chart);
        chart
    }

    fn chart(&self) -> Chart {
        self.chart_at(now())
    }

    /// Enrols in this fleet; the machine that holds its folder.
    fn enrol(&self, post: &Post, until: Wall) -> Machine {
        let machine = Machine::new(&Bell::default());
        let key = machine.keys.device_key();
        let kept = Kept::accept(post.joined(&key, until), &post.fleet, &key).unwrap();
        kept.save(&self.at("metal/identity/joined")).unwrap();
        fs::remove_file(self.at("token")).unwrap();
        machine
    }
}

fn worst<'a>(chart: &'a Chart, subject: &str) -> &'a Finding {
    chart.0.iter().filter(|one| one.subject == subject).max_by_key(|one| one.mark).unwrap()
}

/// What is not ok.
fn faults(chart: &Chart) -> Vec<(&str, Mark)> {
    let faults = chart.0.iter().filter(|one| one.mark != Mark::Ok);
    faults.map(|one| (one.subject.as_str(), one.mark)).collect()
}

fn listing(at: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> = fs::read_dir(at).unwrap().map(|one| one.unwrap().path()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_new_machine_that_is_set_up_well_has_nothing_wrong_and_is_left_as_it_was() {
    let post = Post::open().await;
    let site = Site::new(&post);
    let before = listing(site.0.path());
    let chart = site.chart();
    assert!(chart.is_sound(), "{chart}");
    assert_eq!(worst(&chart, "sense board").says, "25.5 °C");
    assert!(worst(&chart, "identity").says.contains("join token"), "{chart}");
    assert_eq!(listing(site.0.path()), before, "nothing was made, and nothing removed");
}

#[tokio::test]
async fn a_device_that_has_enrolled_is_named_with_the_end_of_its_certificate() {
    let post = Post::open().await;
    let site = Site::new(&post);
    // A certificate has whole seconds.
    let until = Wall((now() + HOUR).0 / 1_000_000 * 1_000_000);
    site.enrol(&post, until);
    let chart = site.chart();
    let identity = worst(&chart, "identity");
    assert_eq!(identity.mark, Mark::Ok, "{chart}");
    assert!(identity.says.ends_with(&format!("holds until {until}")), "{identity:?}");
    let late = site.chart_at(until);
    let identity = worst(&late, "identity");
    assert_eq!(identity.mark, Mark::Look, "{late}");
    site.put("token", "used up", 0o600);
    assert_eq!(worst(&site.chart(), "token").mark, Mark::Look);
}

#[tokio::test]
async fn a_mistyped_chip_is_named_with_what_there_is() {
    let post = Post::open().await;
    let site = Site::new(&post);
    site.configure("", "nct6789");
    let chart = site.chart();
    let sense = worst(&chart, "sense board");
    assert_eq!((sense.mark, chart.is_sound()), (Mark::Wrong, false));
    assert!(sense.says.ends_with("what there is: nct6798 temp1"), "{sense:?}");
}

#[tokio::test]
async fn each_thing_that_is_set_up_wrong_is_named_and_nothing_else_is() {
    let post = Post::open().await;
    let sound: Vec<_> =
        faults(&Site::new(&post).chart()).into_iter().map(|(what, mark)| (what.to_owned(), mark)).collect();
    let broken: [(&str, fn(&Site), &[(&str, Mark)]); 10] = [
        ("open token", |site| site.put("token", "00", 0o640), &[("identity", Mark::Wrong)]),
        ("no token", |site| fs::remove_file(site.at("token")).unwrap(), &[("identity", Mark::Wrong)]),
        ("no bundle", |site| fs::remove_file(site.at("fleet.bundle")).unwrap(), &[("bundle", Mark::Wrong)]),
        ("no nft", |site| fs::remove_file(site.at("nft")).unwrap(), &[("isolate", Mark::Wrong)]),
        ("a text", |site| site.put("nft", "", 0o644), &[("isolate", Mark::Wrong)]),
        (
            "no folder",
            |site| site.put("metal", "", 0o600),
            &[("folder", Mark::Wrong), ("identity", Mark::Wrong)],
        ),
        ("open folder", |site| site.put("metal/reserve", "", 0o600), &[("folder", Mark::Look)]),
        (
            "no dog",
            |site| site.configure("watchdog: { device: /dev/nowhere }", "nct6798"),
            &[("watchdog", Mark::Wrong)],
        ),
        (
            "no verified boot",
            |site| site.configure("security: { hardware: { secure_boot: required } }", "nct6798"),
            &[("configuration", Mark::Look)],
        ),
        (
            "no number",
            |site| site.put("sys/class/hwmon/hwmon0/temp1_input", "warm", 0o644),
            &[("sense board", Mark::Wrong)],
        ),
    ];
    for (what, breaks, told) in broken {
        let site = Site::new(&post);
        breaks(&site);
        let chart = site.chart();
        let mut faults = faults(&chart);
        // Whoever runs this may lack a right.
        faults
            .retain(|(subject, mark)| !sound.iter().any(|one| (one.0.as_str(), one.1) == (*subject, *mark)));
        assert_eq!(faults, told, "{what}\n{chart}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_obeyed_is_the_one_thing_that_is_said() {
    let post = Post::open().await;
    let site = Site::new(&post);
    for more in ["watchdog: { second: 3 }", "watchdog: { seconds: 3 }"] {
        site.configure(more, "nct6798");
        let chart = site.chart();
        assert_eq!(faults(&chart), [("configuration", Mark::Wrong)], "{chart}");
        assert_eq!(chart.0.len(), 1);
    }
}

#[tokio::test]
async fn the_folder_of_a_daemon_at_work_names_it_and_stays_its_own() {
    let post = Post::open().await;
    let site = Site::new(&post);
    let machine = site.enrol(&post, now() + HOUR);
    fs::remove_dir_all(site.at("metal")).unwrap();
    std::os::unix::fs::symlink(machine.folder.path().join("metal"), site.at("metal")).unwrap();
    let chart = site.chart();
    let daemon = &worst(&chart, "daemon").says;
    assert_eq!(*daemon, format!("process {} is at work", std::process::id()));
}

#[tokio::test]
async fn a_bundle_of_another_fleet_and_an_older_one_are_told_apart() {
    let (post, other) = (Post::open().await, Post::open().await);
    let site = Site::new(&post);
    site.enrol(&post, now() + HOUR);
    // The same version, another keyset.
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&other.bundle)).unwrap();
    let chart = site.chart();
    assert_eq!(worst(&chart, "bundle").mark, Mark::Wrong, "{chart}");
    assert!(worst(&chart, "bundle").says.contains("root signed two"), "{chart}");
}

#[tokio::test]
async fn keys_of_the_fleet_that_run_out_are_told_before_and_after() {
    let post = Post::open().await;
    let site = Site::new(&post);
    let until = post.fleet.holds_until().unwrap();
    let mark = |now| worst(&site.chart_at(now), "keys").mark;
    let day = 24 * HOUR;
    assert_eq!(
        [mark(before(until, 8 * day)), mark(before(until, 6 * day)), mark(until)],
        [Mark::Ok, Mark::Look, Mark::Wrong]
    );
}

#[test]
fn a_clock_before_this_version_was_made_is_worth_a_look() {
    let mark = |now| {
        let mut chart = Chart::default();
        clock(now, &mut chart);
        chart.0[0].mark
    };
    assert_eq!([mark(BUILT), mark(before(BUILT, HOUR))], [Mark::Ok, Mark::Look]);
}

/// Calls both listeners from a thread of its own, as the command does.
async fn reached(site: &Site) -> Chart {
    let file = site.at("metald.yaml");
    let look = move || {
        let mut chart = Chart::default();
        let (config, fleet) = examine(&file, now(), &mut chart).unwrap();
        let mut reached = Chart::default();
        reach::look(&config, &fleet, &mut reached);
        reached
    };
    tokio::task::spawn_blocking(look).await.unwrap()
}

#[tokio::test]
async fn a_fleet_that_answers_is_reached_and_another_behind_its_address_is_wrong() {
    let (post, other) = (Post::open().await, Post::open().await);
    let site = Site::new(&post);
    let chart = reached(&site).await;
    assert_eq!((chart.0.len(), faults(&chart)), (2, vec![]), "{chart}");
    assert_eq!(post.asked(), [], "nobody asked for an identity");

    let mut bundle = post.bundle.clone();
    bundle.enrolment = other.bundle.enrolment.clone();
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&bundle)).unwrap();
    assert_eq!(reached(&site).await.0[0].mark, Mark::Wrong);
    bundle.enrolment = "127.0.0.1:1".into();
    bundle.hardware = "127.0.0.1:1".into();
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&bundle)).unwrap();
    let chart = reached(&site).await;
    assert_eq!(chart.0.iter().map(|one| one.mark).collect::<Vec<_>>(), [Mark::Look; 2], "{chart}");
    assert!(chart.0.iter().all(|one| one.says.starts_with("not reached: ")), "{chart}");
}

#[test]
fn each_line_has_its_mark_in_a_sign_and_in_words_and_the_last_counts_them() {
    let mut chart = Chart::default();
    chart.ok("clock", &"it says noon");
    chart.look("bundle", &"old;\ncopy \"another\\\"");
    chart.wrong("sense lid", &"is not there");
    assert_eq!(
        chart.to_string(),
        "+ ok         clock      it says noon
? look here  bundle     old;\u{fffd}copy \"another\\\"
! wrong      sense lid  is not there
1 wrong, 1 to look at, 1 ok\n"
    );
    let json: serde_json::Value = serde_json::from_str(&chart.json()).unwrap();
    assert_eq!(
        json[2],
        serde_json::json!({ "mark": "wrong", "subject": "sense lid", "says": "is not there" })
    );
    assert_eq!(json[1]["says"], "old;\u{fffd}copy \"another\\\"");
    assert_eq!((json[1]["mark"].as_str(), json.as_array().unwrap().len()), (Some("look"), 3));
}
