use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use link::frame::{Frame, Up};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::*;
use crate::{
    config::tests,
    testing::{Post, TOKEN, soon},
};

/// A machine that is about to be started, and the files that it was given.
struct Site {
    folder: TempDir,
    bell: Bell,
    stop: watch::Sender<()>,
}

impl Site {
    fn new(post: &Post) -> Self {
        let site =
            Self { folder: TempDir::new().unwrap(), bell: Bell::default(), stop: watch::Sender::new(()) };
        fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&post.bundle)).unwrap();
        site.give_token(&TOKEN);
        site
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn give_token(&self, token: &[u8]) {
        let digits: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write_token(&format!("{digits}\n"));
    }

    fn write_token(&self, text: &str) {
        fs::write(self.at("token"), text).unwrap();
        fs::set_permissions(self.at("token"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn config(&self) -> Config {
        let mut config = tests::read("");
        (config.fleet.bundle, config.fleet.token) = (self.at("fleet.bundle"), self.at("token"));
        (config.folder, config.sysfs) = (self.at("metal"), self.at("sys"));
        config
    }

    /// Starts it; the handle ends when the daemon does.
    fn start(&mut self) -> tokio::task::JoinHandle<Result<(), Failure>> {
        self.bell = Bell::default();
        self.start_with(self.config())
    }

    fn start_with(&self, config: Config) -> tokio::task::JoinHandle<Result<(), Failure>> {
        let (bell, stopping) = (self.bell.clone(), self.stop.subscribe());
        spawn_blocking(move || guard(&config, &Sockets::open()?, &bell, stopping))
    }

    fn stop(&self) {
        self.bell.stop();
        self.stop.send_replace(());
    }

    async fn fails(&mut self) -> Failure {
        soon(self.start()).await.unwrap().unwrap_err()
    }
}

#[tokio::test]
async fn a_new_machine_enrols_speaks_and_stops_and_comes_back_without_asking() {
    let mut post = Post::open().await;
    let mut site = Site::new(&post);
    for start in 0..2 {
        let daemon = site.start();
        post.connected().await;
        let first = Up::decode_message(&post.received().await).unwrap();
        assert!(
            matches!(first, Up::TimeAsked { .. }),
            "with the clock unknown nothing else is said: {first:?}"
        );
        site.stop();
        assert!(matches!(post.lost().await, tls::Ended::Closed { number: 1000, .. }), "it says goodbye");
        assert_eq!(soon(daemon).await.unwrap(), Ok(()));
        assert_eq!(post.asked().len(), 1, "start {start}: it joined once");
        assert!(!site.at("token").exists(), "the token is used up");
        assert!(site.at("metal/identity/joined").exists());
    }
}

#[tokio::test]
async fn two_daemons_do_not_work_in_one_folder() {
    let mut post = Post::open().await;
    let mut site = Site::new(&post);
    let daemon = site.start();
    post.connected().await;
    let second = soon(site.start_with(site.config())).await.unwrap().unwrap_err();
    assert_eq!(second.code(), "linux/in-use");
    assert!(second.to_string().contains(&std::process::id().to_string()), "{second}");
    site.stop();
    soon(daemon).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_an_operator_must_mend_ends_the_daemon_and_costs_nothing() {
    let post = Post::open().await;
    let mut site = Site::new(&post);
    site.give_token(&[1; 32]);
    let failure = site.fails().await;
    assert_eq!(failure.code(), "admit/token-unknown");
    assert!(failure.to_string().contains("`wrale token`"), "{failure}");
    assert!(site.at("token").exists() && !site.at("metal/identity/joined").exists());
    for token in ["", "zz", "0", "  \n"] {
        site.write_token(token);
        assert_eq!(site.fails().await.code(), "metald/token", "{token:?}");
    }
    fs::remove_file(site.at("token")).unwrap();
    assert_eq!(site.fails().await.code(), "metald/file");
    let stranger = Post::open().await;
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&stranger.bundle)).unwrap();
    site.give_token(&TOKEN);
    let mut config = site.config();
    let other = crypto::key::SecretKey::<crypto::key::Root>::from_seed([2; 32]);
    config.fleet.root = other.public().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let failure = soon(site.start_with(config)).await.unwrap().unwrap_err();
    assert_eq!(failure.code(), "metald/bundle-foreign");
    fs::write(site.at("fleet.bundle"), vec![0; 1 << 20]).unwrap();
    assert_eq!(site.fails().await.code(), "metald/bundle-malformed");
    assert_eq!(post.asked().len(), 1, "the fleet was asked once, about the token that nobody issued");
}

#[tokio::test]
async fn a_token_that_others_may_read_is_not_used() {
    let post = Post::open().await;
    let mut site = Site::new(&post);
    for mode in [0o644, 0o640, 0o604, 0o660] {
        fs::set_permissions(site.at("token"), fs::Permissions::from_mode(mode)).unwrap();
        let failure = site.fails().await;
        assert_eq!(failure.code(), "metald/token-open", "{mode:o}");
        assert!(failure.to_string().contains(&format!("mode {mode:o}")), "{failure}");
    }
    assert!(post.asked().is_empty() && site.at("token").exists(), "nobody was asked");
}

#[tokio::test]
async fn an_old_bundle_that_is_put_back_is_no_longer_believed() {
    let mut post = Post::open().await;
    let mut site = Site::new(&post);
    let speaks = async |site: &mut Site, post: &mut Post| {
        let daemon = site.start();
        post.connected().await;
        site.stop();
        soon(daemon).await.unwrap().unwrap();
    };
    speaks(&mut site, &mut post).await;
    let version = |site: &Site, post: &Post| {
        let kept = Kept::load(&site.at("metal/identity/joined")).unwrap().unwrap();
        kept.keyset(post.fleet.root()).unwrap().version
    };
    assert_eq!(version(&site, &post), 3);
    // Another of the same version: the root signed two.
    let mut keyset = post.bundle.keyset.claimed().unwrap();
    keyset.log.clear();
    let bundle = |keyset: &wire::v1::Keyset| wire::v1::Bundle {
        keyset: crypto::signed::Signed::seal(keyset, &crate::testing::root()),
        ..post.bundle.clone()
    };
    let forked = crypto::cbor::encode(&bundle(&keyset));
    // The fleet's newer bundle, and then one from before that names other roots, where somebody else answers.
    let mut next = post.bundle.keyset.claimed().unwrap();
    next.version = 4;
    let newer = crypto::cbor::encode(&bundle(&next));
    let mut old = post.bundle.keyset.claimed().unwrap();
    old.version = 2;
    for authority in &mut old.authorities {
        authority.root = crate::testing::Authority::new().root().into();
    }
    let older = crypto::cbor::encode(&bundle(&old));
    fs::write(site.at("fleet.bundle"), forked).unwrap();
    let config = site.config();
    let failure = soon(site.start_with(config)).await.unwrap().unwrap_err();
    assert_eq!(failure.code(), "metald/bundle-forked");
    fs::write(site.at("fleet.bundle"), newer).unwrap();
    speaks(&mut site, &mut post).await;
    assert_eq!(version(&site, &post), 4);
    fs::write(site.at("fleet.bundle"), older).unwrap();
    speaks(&mut site, &mut post).await;
    assert_eq!(version(&site, &post), 4, "by the keyset that it believed it still finds its fleet");
}

#[tokio::test]
async fn a_device_of_another_fleet_is_not_given_to_this_one() {
    let mut post = Post::open().await;
    let mut site = Site::new(&post);
    let daemon = site.start();
    post.connected().await;
    site.stop();
    soon(daemon).await.unwrap().unwrap();
    let mut keyset = post.bundle.keyset.claimed().unwrap();
    keyset.fleet = vocab::FleetName::new("sued").unwrap();
    let keyset = crypto::signed::Signed::seal(&keyset, &crate::testing::root());
    let bundle = wire::v1::Bundle { fleet: keyset.claimed().unwrap().fleet, keyset, ..post.bundle.clone() };
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&bundle)).unwrap();
    let failure = site.fails().await;
    assert_eq!(failure.code(), "metald/other-fleet");
    assert!(failure.to_string().contains("nord"), "{failure}");
}

#[tokio::test]
async fn a_fleet_that_is_not_there_yet_is_waited_for() {
    let post = Post::open().await;
    let mut site = Site::new(&post);
    let mut bundle = post.bundle.clone();
    bundle.enrolment = "127.0.0.1:1".into();
    fs::write(site.at("fleet.bundle"), crypto::cbor::encode(&bundle)).unwrap();
    let daemon = site.start();
    // Its folder is taken before it asks anybody.
    soon(async {
        while !site.at("metal/lock").exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    site.stop();
    assert_eq!(soon(daemon).await.unwrap(), Ok(()), "a mere stop is no failure");
    assert!(site.at("token").exists());
}

#[tokio::test]
async fn an_identity_that_is_damaged_is_not_replaced_in_silence() {
    let mut post = Post::open().await;
    let mut site = Site::new(&post);
    let daemon = site.start();
    post.connected().await;
    site.stop();
    soon(daemon).await.unwrap().unwrap();
    fs::write(site.at("metal/identity/joined"), b"half").unwrap();
    site.give_token(&TOKEN);
    assert_eq!(site.fails().await.code(), "metald/kept-damaged");
    assert!(site.at("token").exists());
}
