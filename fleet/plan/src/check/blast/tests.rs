use alloc::vec;

use super::*;
use crate::{
    check::tests::{refusals, refused, tuned},
    testing::{open_lid, settled, site},
};

fn radius(site: Option<SiteName>, changed: usize, allowed: usize, devices: usize) -> Refusal {
    Refusal::BlastRadius { site, changed, allowed, devices }
}

#[test]
fn a_document_changes_no_more_devices_than_the_ceilings_allow() {
    // A quarter of ten at a site, a tenth of twenty in the fleet.
    for (devices, expected) in [
        (1, vec![]),
        (2, vec![]),
        (3, vec![radius(Some(site("nord")), 3, 2, 10), radius(None, 3, 2, 20)]),
        (
            20,
            vec![
                radius(Some(site("nord")), 10, 2, 10),
                radius(Some(site("sued")), 10, 2, 10),
                radius(None, 20, 2, 20),
            ],
        ),
    ] {
        let (plan, facts) = tuned(devices);
        assert_eq!(refusals(plan, &facts), expected, "{devices}");
    }
}

#[test]
fn the_ceilings_are_those_of_the_documents() {
    let (plan, mut facts) = tuned(20);
    facts.documents[0].ceilings = Some(Ceilings { site: Permille(990), fleet: Permille(990) });
    let site_ceiling = |site_name: &str| radius(Some(site(site_name)), 10, 9, 10);
    assert_eq!(
        refusals(plan, &facts),
        vec![site_ceiling("nord"), site_ceiling("sued"), radius(None, 20, 19, 20)]
    );
}

#[test]
fn what_is_not_proved_well_yet_counts_with_what_is_added() {
    let (plan, mut facts) = tuned(1);
    facts.census.sites.get_mut(&site("sued")).unwrap().unsettled = 1;
    assert_eq!(refusals(plan.clone(), &facts), vec![]);
    facts.census.sites.get_mut(&site("sued")).unwrap().unsettled = 2;
    assert_eq!(refusals(plan, &facts), vec![radius(None, 3, 2, 20)]);
}

#[test]
fn where_too_many_are_latched_nothing_more_happens_by_itself() {
    let (plan, mut facts) = tuned(1);
    facts.census.sites.get_mut(&site("nord")).unwrap().latched = 3;
    let latched = |site| Refusal::Latched { site, latched: 3, allowed: 2 };
    assert_eq!(refusals(plan, &facts), vec![latched(Some(site("nord"))), latched(None)]);
    // Harmless twin: what latched itself is still contained, however many they are.
    let mut many = settled();
    for n in 1..=9 {
        open_lid(&mut many, n);
    }
    assert_eq!(refused(&many), vec![]);
}
