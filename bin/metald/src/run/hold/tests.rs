use std::{
    fs,
    path::{Path, PathBuf},
};

use agent::disk::{JournalDisk, News, replay};
use board::{Disk, RootOfTrust};
use guard::Lane;
use journal::Chain;
use linux::LinuxDisk;
use tempfile::TempDir;
use vocab::{BootId, ClockQuality, Mono, Posture, Time};
use wire::v1::{Body, body::Change};

use super::*;
use crate::{
    config,
    testing::{DEVICE, HOUR, LOOPBACK, Machine, Post, now},
};

/// A machine that starts anew, and the nft that it has.
struct Site {
    folder: TempDir,
    config: Config,
}

/// Notes what it is told, and shows it.
const NFT: &str = "#!/bin/sh
[ $1 = -e ] && exec tee FOLDER/told
exit 1
";

impl Site {
    /// Of a device that has enrolled in this fleet.
    fn new(post: &Post) -> Self {
        let folder = TempDir::new().unwrap();
        let machine = Machine::new(&crate::Bell::default());
        let key = machine.keys.device_key();
        let kept = Kept::accept(post.joined(&key, now() + HOUR), &post.fleet, &key).unwrap();
        let at = |name: &str| folder.path().join(name);
        kept.save(&at("metal/identity/joined")).unwrap();
        fs::write(at("fleet.bundle"), crypto::cbor::encode(&post.bundle)).unwrap();
        let mut config = config::tests::read("");
        config.fleet.bundle = at("fleet.bundle");
        config.fleet.root = post.fleet.root().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        (config.folder, config.isolate.nft) = (at("metal"), at("nft"));
        script(&at("nft"), &NFT.replace("FOLDER", &folder.path().display().to_string()));
        Self { folder, config }
    }

    fn told(&self) -> Option<String> {
        fs::read_to_string(self.folder.path().join("told")).ok()
    }

    /// The device wrote down that it stands so.
    fn stood(&self, posture: Posture) {
        let mut disk = LinuxDisk::open(&self.config.folder, Arc::new(|| {})).unwrap();
        let mut journal = JournalDisk::open(&replay(&DEVICE, &mut disk).unwrap(), &mut disk);
        let at = Time { mono: Mono(1), wall: now(), quality: ClockQuality::Fleet };
        let mut chain = Chain::resume(&DEVICE, BootId([1; 16]), None);
        let body = Body::Change(Change::Posture(posture));
        let entry = chain.append(at, body.kind(), body.encode()).unwrap();
        journal.append(entry, Lane::Alarm);
        journal.go_on(&mut disk);
        let durable = std::iter::repeat_with(|| {
            let completed = disk.completed();
            journal.poll(&completed, &mut disk)
        });
        assert!(durable.flatten().any(|news| matches!(news, News::Durable(_))));
    }
}

fn script(at: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(at, text).unwrap();
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
}

fn port(post: &Post) -> String {
    post.bundle.hardware.rsplit(':').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_device_that_was_isolated_is_isolated_before_it_wakes() {
    let post = Post::open().await;
    let site = Site::new(&post);
    site.stood(Posture::Isolated);
    assert_eq!(hold(&site.config), Ok(()));
    let told = site.told().unwrap();
    assert!(told.contains(&format!("ip daddr {} tcp dport {} accept", LOOPBACK.ip(), port(&post))), "{told}");
}

#[tokio::test]
async fn a_device_that_was_not_isolated_or_never_enrolled_is_left_alone() {
    let post = Post::open().await;
    let site = Site::new(&post);
    site.stood(Posture::Guarded);
    assert_eq!((hold(&site.config), site.told()), (Ok(()), None));
    let mut site = Site::new(&post);
    site.config.folder = site.folder.path().join("empty");
    assert_eq!((hold(&site.config), site.told()), (Ok(()), None));
    assert!(!site.config.folder.exists(), "nothing is made");
}

#[tokio::test]
async fn a_device_whose_record_cannot_be_read_is_isolated_and_that_is_said() {
    let post = Post::open().await;
    let site = Site::new(&post);
    // What should be a folder is a file.
    fs::write(site.config.folder.join("journal"), "").unwrap();
    assert!(hold(&site.config).is_err());
    assert!(site.told().is_some_and(|told| told.contains("policy drop")));
}

#[tokio::test]
async fn what_cannot_be_held_is_said() {
    let post = Post::open().await;
    let mut site = Site::new(&post);
    site.stood(Posture::Sealed);
    site.config.isolate.nft = PathBuf::from("/nonexistent/nft");
    let failure = hold(&site.config).unwrap_err();
    assert_eq!(failure.code(), "metald/not-held");
    assert!(failure.to_string().contains("open"), "{failure}");
}
