use vocab::{DeviceId, Label, SiteName, Wall};

use super::*;

fn one(number: u8, state: State) -> Glance {
    Glance {
        id: DeviceId([number; 16]),
        label: Label::new("box").unwrap(),
        site: SiteName::new("harbour").unwrap(),
        state,
        health: control::view::HealthState::Good,
        reason: String::new(),
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
    Roll { boxes, now: Now { mono, wall: Wall(0) }, commits, newest: 0, whole: mono }
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
