use crypto::{key::SecretKey, signed::Signed};

use super::*;
use crate::testing::{Post, name, root};

#[tokio::test]
async fn a_bundle_is_believed_by_the_root_key_alone() {
    let post = Post::open().await;
    let bytes = cbor::encode(&post.bundle);
    let fleet = Fleet::read(&bytes, root().public()).unwrap();
    assert_eq!((fleet.name(), fleet.version()), (&name(), 3));
    let other = SecretKey::<Root>::from_seed([2; 32]);
    let refused = Fleet::read(&bytes, other.public()).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), "metald/bundle-foreign");
    assert!(refused.to_string().contains("root key"), "{refused}");
}

#[tokio::test]
async fn a_bundle_that_was_changed_or_is_none_is_refused() {
    let post = Post::open().await;
    let bytes = cbor::encode(&post.bundle);
    let refused = |bytes: &[u8]| Fleet::read(bytes, root().public()).map(|_| ()).unwrap_err().code();
    for end in 0..bytes.len() {
        assert_eq!(refused(&bytes[..end]), "metald/bundle-malformed", "{end} bytes");
    }
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x01;
        // The addresses are not signed: whoever answers there must show who it is.
        if let Err(mistake) = Fleet::read(&bytes, root().public()) {
            assert!(mistake.code().starts_with("metald/bundle-"), "{at}: {mistake}");
        }
    }
    let mut renamed = post.bundle.clone();
    renamed.fleet = FleetName::new("evil").unwrap();
    assert_eq!(refused(&cbor::encode(&renamed)), "metald/bundle-foreign", "the keyset is for its fleet");
    let mut rootless = post.bundle.keyset.claimed().unwrap();
    rootless.authorities.clear();
    let bundle = Bundle { keyset: Signed::seal(&rootless, &root()), ..post.bundle };
    assert_eq!(refused(&cbor::encode(&bundle)), "metald/bundle-root");
}
