use std::os::unix::fs::PermissionsExt;

use board::RootOfTrust;
use tempfile::TempDir;

use super::*;
use crate::{
    Bell,
    testing::{HOUR, Machine, Post, now},
};

fn kept(post: &Post, machine: &Machine) -> Kept {
    Kept::accept(
        post.joined(&machine.keys.device_key(), now() + HOUR),
        &post.fleet,
        &machine.keys.device_key(),
    )
    .unwrap()
}

#[tokio::test]
async fn what_is_kept_is_read_again_and_nobody_else_reads_it() {
    let (post, machine, folder) =
        (Post::open().await, Machine::new(&Bell::default()), TempDir::new().unwrap());
    let path = folder.path().join("identity/joined");
    assert_eq!(Kept::load(&path).unwrap(), None);
    let first = kept(&post, &machine);
    first.save(&path).unwrap();
    assert_eq!(Kept::load(&path).unwrap(), Some(first));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[tokio::test]
async fn a_newer_certificate_takes_the_place_of_the_older_one_and_a_half_written_one_does_not() {
    let (post, machine, folder) =
        (Post::open().await, Machine::new(&Bell::default()), TempDir::new().unwrap());
    let path = folder.path().join("identity/joined");
    let first = kept(&post, &machine);
    first.save(&path).unwrap();
    // A power cut in the middle of a write, by somebody with other rights.
    fs::write(path.with_extension("new"), b"half").unwrap();
    assert_eq!(Kept::load(&path).unwrap().unwrap(), first);
    let keeper = Keeper::new(path.clone(), first.clone());
    let next = kept(&post, &machine);
    keeper.certify(&next.chain());
    assert_eq!(keeper.kept().chain(), next.chain());
    assert_eq!(Kept::load(&path).unwrap().unwrap(), first, "it is not durable before it is written");
    keeper.write().unwrap();
    let read = Kept::load(&path).unwrap().unwrap();
    assert_eq!((read.chain(), read.device()), (next.chain(), first.device()));
    assert!(!path.with_extension("new").exists());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_damaged_file_says_so_and_is_not_taken_for_none() {
    let (post, machine, folder) =
        (Post::open().await, Machine::new(&Bell::default()), TempDir::new().unwrap());
    let path = folder.path().join("joined");
    kept(&post, &machine).save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for end in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..end]).unwrap();
        let fault = Kept::load(&path).unwrap_err();
        assert_eq!(fault.code(), "metald/kept-damaged", "{end} bytes");
        assert!(fault.to_string().contains("enrol anew"), "{fault}");
    }
    fs::write(&path, vec![0; enrol::LIMITS.bytes + 1]).unwrap();
    assert_eq!(Kept::load(&path).unwrap_err().code(), "metald/kept-damaged");
    assert_eq!(Kept::load(folder.path()).unwrap_err().code(), "metald/kept-file");
}
