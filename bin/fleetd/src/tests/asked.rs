use std::{fs, time::Duration};

use crypto::{cbor, signed::Letter as _};
use vocab::Wall;
use wire::v1::Keyset;

use crate::{
    Keys,
    asked::Asked,
    init, moment,
    ring::Ring,
    testing::{Daemon, Home, fleet},
};

/// So long the last key of one role of the request that is kept has to live.
fn grow_old(home: &Home, role: &str, left: Duration) {
    let ring = Ring::new(&home.folder, fleet(), crate::kek::read(&home.kek).unwrap());
    let mut asked = Asked::last(&ring).unwrap().unwrap();
    let Keyset { state, work_order, log, .. } = &mut asked.keyset;
    let until = match role {
        "state" => state.last_mut().map(|key| &mut key.until),
        "work-order" => work_order.last_mut().map(|key| &mut key.until),
        _ => log.last_mut().map(|key| &mut key.until),
    };
    *until.unwrap() = moment::wall() + left;
    asked.keep(&ring).unwrap();
}

fn requested(home: &Home) -> Keyset {
    cbor::decode(&fs::read(home.folder.join("keyset.request")).unwrap(), &Keyset::LIMITS).unwrap()
}

/// The soonest end of the newest keys.
fn ends(keyset: &Keyset) -> Wall {
    let Keyset { state, work_order, log, .. } = keyset;
    let ends = [state.last().unwrap().until, work_order.last().unwrap().until, log.last().unwrap().until];
    ends.into_iter().min().unwrap()
}

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_request_whose_keys_run_out_is_not_asked_again() {
    for role in ["state", "work-order", "log"] {
        for left in [Duration::ZERO, DAY] {
            let home = Home::empty();
            init(&home.config(""), Keys::First).unwrap();
            grow_old(&home, role, left);
            init(&home.config(""), Keys::First).unwrap();
            let keyset = requested(&home);
            assert_eq!(keyset.version, 2, "{role}: the root may have signed the first");
            assert!(ends(&keyset) > moment::wall() + 29 * DAY, "{role}");
            home.signed();
            Daemon::start(home.config("")).await.unwrap().stop().await;

            init(&home.config(""), Keys::Next).unwrap();
            grow_old(&home, role, left);
            init(&home.config(""), Keys::Next).unwrap();
            let keyset = requested(&home);
            assert_eq!(keyset.version, 4, "{role}");
            assert!(ends(&keyset) > moment::wall() + 29 * DAY, "{role}");
            home.signed();
            Daemon::start(home.config("")).await.unwrap().stop().await;
        }
    }
}

#[test]
fn a_request_whose_keys_last_long_enough_is_asked_again_as_it_is() {
    let home = Home::empty();
    init(&home.config(""), Keys::First).unwrap();
    grow_old(&home, "log", 8 * DAY);
    init(&home.config(""), Keys::First).unwrap();
    let keyset = requested(&home);
    assert_eq!(keyset.version, 1);
    assert!(ends(&keyset) < moment::wall() + 9 * DAY);
}
