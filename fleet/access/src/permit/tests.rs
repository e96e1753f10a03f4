use alloc::{collections::BTreeSet, string::ToString, vec, vec::Vec};

use proptest::prelude::*;
use vocab::{DeviceId, IncidentId, SiteName};

use super::*;
use crate::{
    person::{Grant, Reach},
    resource::Kind,
};

const NORD: &str = "nord";
const SUED: &str = "sued";

fn site(name: &str) -> SiteName {
    name.parse().unwrap()
}

fn sites(names: &[&str]) -> BTreeSet<SiteName> {
    names.iter().map(|name| site(name)).collect()
}

fn person(id: u8, grants: Vec<Grant>) -> Person {
    Person { id: PersonId([id; 16]), grants }
}

fn fleetwide(role: Role) -> Person {
    person(1, vec![Grant { role, reach: Reach::Fleet }])
}

fn at(role: Role, names: &[&str]) -> Person {
    person(1, vec![Grant { role, reach: Reach::Sites(sites(names)) }])
}

fn proposal(by: u8, consented: &[u8]) -> Resource {
    let consented = consented.iter().map(|id| PersonId([*id; 16])).collect();
    Resource::Proposal { by: PersonId([by; 16]), consented, site: site(NORD) }
}

/// One resource of each kind, at one site where it has one, and nobody's own.
fn every_kind() -> Vec<Resource> {
    let device = DeviceId([7; 16]);
    vec![
        Resource::Audit,
        Resource::Device(device, site(NORD)),
        Resource::Incident(IncidentId([3; 16]), sites(&[NORD])),
        Resource::Metrics,
        Resource::Person(PersonId([2; 16])),
        Resource::Policy,
        proposal(2, &[]),
        Resource::Secret,
        Resource::Service,
        Resource::Settings,
        Resource::Token(site(NORD)),
        Resource::Trace(device, site(NORD)),
        Resource::WorkOrder(device, site(NORD)),
    ]
}

fn belongs_to_no_site(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Audit
            | Kind::Metrics
            | Kind::Person
            | Kind::Policy
            | Kind::Secret
            | Kind::Service
            | Kind::Settings
    )
}

/// Every role and kind, three reaches.
#[test]
fn what_is_seen_of_a_site_is_what_each_thing_there_would_be_permitted() {
    for role in Role::ALL {
        for who in [fleetwide(role), at(role, &[NORD]), at(role, &[SUED])] {
            for resource in every_kind() {
                let seen = who.sees_at(resource.kind(), &site(NORD));
                let permitted = permit(&who, Action::View, resource.clone()).is_ok();
                assert_eq!(seen, permitted, "{who:?}: {resource:?}");
            }
        }
    }
}

/// Every role, action and kind, three reaches: 6 × 13 × 12 × 3.
#[test]
fn a_permit_is_given_exactly_where_the_matrix_and_the_reach_allow() {
    for role in Role::ALL {
        for action in Action::ALL {
            for resource in every_kind() {
                let able = matrix::roles(action, resource.kind()).contains(&role);
                let ask =
                    |person: &Person| permit(person, action, resource.clone()).map(|permit| permit.role());
                let without = Err(Refusal(Why::WithoutRole));
                let away = Err(Refusal(Why::OutOfReach));
                assert_eq!(
                    ask(&fleetwide(role)),
                    if able { Ok(role) } else { without },
                    "{role:?} {action:?}"
                );
                let here = if belongs_to_no_site(resource.kind()) { away } else { Ok(role) };
                assert_eq!(ask(&at(role, &[NORD])), if able { here } else { without }, "{role:?} {action:?}");
                assert_eq!(ask(&at(role, &[SUED])), if able { away } else { without }, "{role:?} {action:?}");
            }
        }
    }
}

#[test]
fn nobody_without_a_grant_may_anything() {
    for action in Action::ALL {
        for resource in every_kind() {
            assert!(permit(&person(1, vec![]), action, resource).is_err());
        }
    }
}

#[test]
fn a_permit_says_who_may_what_and_by_which_role() {
    let both = person(
        1,
        vec![
            Grant { role: Role::Security, reach: Reach::Fleet },
            Grant { role: Role::Operator, reach: Reach::Sites(sites(&[NORD])) },
        ],
    );
    let device = Resource::Device(DeviceId([7; 16]), site(NORD));
    let permit = permit(&both, Action::Arm, device.clone()).unwrap();
    assert_eq!(
        (permit.person(), permit.action(), permit.resource()),
        (PersonId([1; 16]), Action::Arm, &device)
    );
    assert_eq!(permit.role(), Role::Operator, "the lesser of the roles that suffice");
}

#[test]
fn an_incident_of_two_sites_takes_a_reach_over_both() {
    let incident = || Resource::Incident(IncidentId([3; 16]), sites(&[NORD, SUED]));
    assert!(permit(&at(Role::Viewer, &[NORD]), Action::View, incident()).is_err());
    assert!(permit(&at(Role::Viewer, &[NORD, SUED]), Action::View, incident()).is_ok());
    let nowhere = Resource::Incident(IncidentId([3; 16]), BTreeSet::new());
    assert!(permit(&at(Role::Viewer, &[NORD]), Action::View, nowhere).is_err());
}

#[test]
fn nobody_approves_what_they_proposed_or_approves_twice() {
    let why =
        |resource| permit(&fleetwide(Role::Security), Action::Approve, resource).map_err(|r| r.why()).err();
    assert_eq!(why(proposal(1, &[])), Some(Why::OwnProposal));
    assert_eq!(why(proposal(2, &[1])), Some(Why::ConsentedAlready));
    assert_eq!(why(proposal(2, &[3])), None);
}

#[test]
fn nobody_grants_themselves_a_role() {
    let why = |id: u8| {
        permit(&fleetwide(Role::Admin), Action::Grant, Resource::Person(PersonId([id; 16])))
            .map_err(|r| r.why())
    };
    assert_eq!(why(1).err(), Some(Why::SelfGrant));
    assert!(why(2).is_ok());
    let herself = permit(&fleetwide(Role::Admin), Action::View, Resource::Person(PersonId([1; 16])));
    assert!(herself.is_ok(), "looking at oneself is no grant");
}

#[test]
fn every_refusal_looks_the_same_to_whoever_is_refused() {
    let refusals = [
        permit(&fleetwide(Role::Viewer), Action::Arm, every_kind().remove(1)).unwrap_err(),
        permit(&at(Role::Operator, &[SUED]), Action::Arm, every_kind().remove(1)).unwrap_err(),
        permit(&fleetwide(Role::Security), Action::Approve, proposal(1, &[])).unwrap_err(),
        permit(&fleetwide(Role::Security), Action::Approve, proposal(2, &[1])).unwrap_err(),
        permit(&fleetwide(Role::Admin), Action::Grant, Resource::Person(PersonId([1; 16]))).unwrap_err(),
    ];
    let seen: BTreeSet<_> = refusals.iter().map(|refusal| (refusal.to_string(), refusal.code())).collect();
    assert_eq!(seen.len(), 1);
    let logged: BTreeSet<_> = refusals.iter().map(|refusal| refusal.why().word()).collect();
    assert_eq!(logged.len(), refusals.len());
}

proptest! {
    #[test]
    fn another_grant_never_takes_a_permit_away(
        had in 0usize..6, more in 0usize..6, action in 0usize..13, kind in 0usize..11, wide in any::<bool>()
    ) {
        let (action, resource) = (Action::ALL[action], every_kind().remove(kind));
        let reach = if wide { Reach::Fleet } else { Reach::Sites(sites(&[NORD])) };
        let one = Grant { role: Role::ALL[had], reach: reach.clone() };
        let other = Grant { role: Role::ALL[more], reach };
        if permit(&person(1, vec![one.clone()]), action, resource.clone()).is_ok() {
            prop_assert!(permit(&person(1, vec![one, other]), action, resource).is_ok());
        }
    }
}

/// Who shows a site as one thing asks about one box of it.
#[test]
fn whoever_may_see_one_box_of_a_site_may_see_all_of_it() {
    let (one, other) = (DeviceId([0; 16]), DeviceId([255; 16]));
    for role in Role::ALL {
        for person in [fleetwide(role), at(role, &[NORD]), at(role, &[SUED]), at(role, &[NORD, SUED])] {
            for site in [NORD, SUED].map(site) {
                let sees =
                    |device| permit(&person, Action::View, Resource::Device(device, site.clone())).is_ok();
                assert_eq!(sees(one), sees(other), "{person:?} at {site}");
            }
        }
    }
}
