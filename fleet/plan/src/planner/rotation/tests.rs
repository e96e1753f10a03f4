use super::*;
use crate::{
    planner::{
        plan,
        tests::{only, planned},
    },
    testing::{adopt, device, id, open_lid, opening, secret, settled, sign},
};
#[test]
fn what_a_compromised_device_held_is_rotated_for_everybody_else_in_stages() {
    let mut facts = settled();
    open_lid(&mut facts, 3);
    let plan_of_one = planned(&facts);
    let [Rotation { secret: name, exposed, by, stages }] = plan_of_one.rotations() else { panic!() };
    assert_eq!((name, *exposed, by), (&secret("wifi"), 1, &[id(3)].into()));
    // A tenth of twenty devices: two in each stage.
    assert_eq!((stages.len(), stages[0].len(), stages[9].len()), (10, 2, 1));
    let all: BTreeSet<_> = stages.iter().flatten().copied().collect();
    assert_eq!((all.len(), all.contains(&id(3))), (19, false));
}

#[test]
fn a_rotation_goes_stage_by_stage_with_overlap_and_ends_with_the_old_value_retired() {
    let mut facts = settled();
    open_lid(&mut facts, 3);
    let plan_of_one = planned(&facts);
    let stages = plan_of_one.rotations()[0].stages.clone();
    sign(&mut facts, &plan_of_one);
    adopt(&mut facts);
    assert_eq!(plan(&facts).0, None, "the old value still holds where no stage has come");
    for stage in stages {
        facts.secrets[0].due.extend(stage.clone());
        let plan = planned(&facts);
        let sealed: BTreeSet<_> = plan.devices().iter().map(|planned| planned.state.device).collect();
        assert_eq!(sealed, stage);
        assert!(plan.devices().iter().all(|planned| planned.seal[0].version == 2));
        assert_eq!(plan.retirements(), []);
        sign(&mut facts, &plan);
        adopt(&mut facts);
    }
    let last = planned(&facts);
    assert_eq!(
        (last.devices().len(), last.retirements()),
        (0, &[Retirement { secret: secret("wifi"), version: 1 }][..])
    );
    sign(&mut facts, &last);
    assert_eq!(plan(&facts).0, None);
    // The opened device comes back, with a new opening key, and gets the newest value.
    let back = device(&mut facts, 3);
    (back.standing, back.opening) = (Standing::Sound, Some(opening(3, 1)));
    back.latches.clear();
    back.incidents.clear();
    facts.secrets[0].holders.get_mut(&id(3)).unwrap().standing = Standing::Sound;
    facts.secrets[0].due.clear();
    assert_eq!(only(&facts).seal[0].version, 2);
}

#[test]
fn an_exposure_is_not_forgotten_when_the_device_comes_back() {
    let mut facts = settled();
    facts.secrets[0].exposed.insert(id(3));
    assert_eq!(planned(&facts).rotations()[0].by, [id(3)].into());
}
