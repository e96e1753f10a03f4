use vocab::{Label, Wall};

use super::*;

fn one(number: u8, state: State) -> Glance {
    Glance {
        id: DeviceId([number; 16]),
        label: Label::new("box").unwrap(),
        site: SiteName::new("harbour").unwrap(),
        state,
        health: control::view::HealthState::Good,
        reason: "".into(),
        tier: None,
        posture: None,
        proved: None,
        heard: Some(Wall(1)),
        latched: None,
        senses: (0, 0),
        blind: 0,
    }
}

fn roll(boxes: Vec<Glance>, at: u64, commits: u64) -> Roll {
    let mono = Mono(at * 1_000_000);
    Roll { sites: Site::all(boxes), now: Now { mono, wall: Wall(0) }, commits, newest: 0, whole: mono }
}

fn changed(before: Vec<Glance>, after: Vec<Glance>) -> Vec<u8> {
    let (before, after) = (roll(before, 0, 0), roll(after, 0, 0));
    after.changed(&before).map(|one| one.id.0[0]).collect()
}

#[test]
fn what_is_new_or_looks_otherwise_has_changed() {
    use State::{Silent, Trusted};
    let all = |states: &[(u8, State)]| {
        states.iter().map(|(number, state)| one(*number, *state)).collect::<Vec<_>>()
    };
    assert!(changed(all(&[(1, Trusted), (2, Trusted)]), all(&[(1, Trusted), (2, Trusted)])).is_empty());
    assert_eq!(
        changed(all(&[(1, Trusted), (3, Trusted)]), all(&[(1, Trusted), (2, Trusted), (3, Silent)])),
        [2, 3]
    );
    assert_eq!(changed(vec![], all(&[(1, Trusted)])), [1]);
    assert!(changed(all(&[(1, Trusted)]), vec![]).is_empty());
}

fn at(site: &str, number: u8) -> Glance {
    Glance { site: SiteName::new(site).unwrap(), ..one(number, State::Trusted) }
}

fn standing(sites: &[Arc<Site>]) -> Vec<(&str, Vec<u8>)> {
    sites
        .iter()
        .map(|site| (site.name.as_str(), site.boxes.iter().map(|one| one.id.0[0]).collect()))
        .collect()
}

#[test]
fn only_the_sites_of_what_was_looked_at_are_made_anew() {
    let before = roll(vec![at("alps", 1), at("alps", 2), at("desert", 3), at("harbour", 4)], 0, 0);
    let silent = Glance { state: State::Silent, ..at("desert", 3) };
    let sites = before.with(&[DeviceId([3; 16])].into(), vec![silent]);
    assert_eq!(standing(&sites), [("alps", vec![1, 2]), ("desert", vec![3]), ("harbour", vec![4])]);
    let shared: Vec<bool> =
        before.sites.iter().zip(&sites).map(|(before, after)| Arc::ptr_eq(before, after)).collect();
    assert_eq!(shared, [true, false, true]);
    assert_eq!((sites[1].many(State::Silent), sites[1].many(State::Trusted)), (1, 0));
    let after = Roll { sites, ..roll(vec![], 0, 0) };
    assert_eq!(after.changed(&before).map(|one| one.id.0[0]).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_box_that_came_went_or_moved_stands_in_one_place() {
    let before = roll(vec![at("alps", 1), at("alps", 2), at("desert", 3)], 0, 0);
    let looked = [1, 3, 4].map(|number| DeviceId([number; 16])).into();
    // The first went to a site of its own, the third is gone, the fourth is new.
    let sites = before.with(&looked, vec![at("coast", 1), at("alps", 4)]);
    assert_eq!(standing(&sites), [("alps", vec![2, 4]), ("coast", vec![1])]);
    let after = Roll { sites, ..roll(vec![], 0, 0) };
    assert_eq!(after.changed(&before).map(|one| one.id.0[0]).collect::<Vec<_>>(), [4, 1]);
}

#[test]
fn whoever_looks_is_asked_about_once_for_each_site_and_sees_those_alone() {
    let roll = roll(vec![at("alps", 1), at("alps", 2), at("desert", 3), at("harbour", 4)], 0, 0);
    let asked = std::cell::Cell::new(0);
    let seen = roll.seen_by(|site| {
        asked.set(asked.get() + 1);
        site.as_str() != "desert"
    });
    assert_eq!(standing(&seen), [("alps", vec![1, 2]), ("harbour", vec![4])]);
    assert_eq!(asked.get(), 3);
}

#[test]
fn that_a_box_was_heard_again_is_no_news_unless_it_is_silent() {
    for (state, news) in [(State::Trusted, 0), (State::Silent, 1)] {
        let (before, mut after) = (one(1, state), one(1, state));
        after.heard = Some(Wall(2));
        assert_eq!(changed(vec![before], vec![after]).len(), news);
    }
}

#[test]
fn a_reading_serves_for_a_moment_and_a_little_longer_where_nothing_was_committed() {
    let roll = roll(vec![], 0, 5);
    let serves = |commits, millis: u64| roll.serves(commits, Mono(millis * 1_000_000), SHARED_FOR);
    assert!(serves(5, 900) && !serves(5, 1_000), "silence is told by the clock alone");
    assert!(serves(6, 100) && !serves(6, 200));
}
