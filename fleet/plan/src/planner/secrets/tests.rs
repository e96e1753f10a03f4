use alloc::{collections::BTreeMap, vec};

use vocab::{Arming, DeviceId, Generation};

use super::*;
use crate::{
    planner::{
        plan,
        tests::{changes, only},
    },
    testing::{device, id, new_fleet, opening, secret, settled},
    value::{Change, Left},
};

#[test]
fn a_secret_that_fits_stays_as_it_was_sealed() {
    let mut facts = settled();
    device(&mut facts, 1).asked = Some(Arming::Transport);
    let planned = only(&facts);
    let before = &facts.devices[0].signed.as_ref().unwrap().state.secrets;
    assert_eq!((&planned.state.secrets, planned.seal.len()), (before, 0));
    assert_eq!(before[0].generation, Generation(1));
}

#[test]
fn a_new_opening_key_gets_its_secrets_anew() {
    let mut facts = settled();
    device(&mut facts, 1).opening = Some(opening(1, 1));
    let planned = only(&facts);
    assert_eq!(changes(&planned), [Change::Secrets]);
    assert_eq!((planned.state.secrets.len(), planned.seal[0].to), (0, *opening(1, 1).key()));
}

#[test]
fn no_secret_goes_to_a_suspended_or_unattested_device_or_is_made_up() {
    let mut facts = new_fleet();
    device(&mut facts, 1).standing = Standing::Suspended;
    device(&mut facts, 2).opening = None;
    device(&mut facts, 3).secrets.insert(secret("nonesuch"));
    device(&mut facts, 4).secrets.clear();
    let (plan, left) = plan(&facts);
    let seals: BTreeMap<DeviceId, usize> =
        plan.unwrap().devices().iter().map(|planned| (planned.state.device, planned.seal.len())).collect();
    assert_eq!([seals[&id(1)], seals[&id(2)], seals[&id(3)], seals[&id(4)], seals[&id(5)]], [0, 0, 1, 0, 1]);
    let expected = vec![
        Left { device: id(1), why: Why::SecretsSuspended },
        Left { device: id(2), why: Why::SecretsUnattested },
        Left { device: id(3), why: Why::SecretUnknown(secret("nonesuch")) },
    ];
    assert_eq!(left, expected);
}
