//! Message × role × site, from the access matrix: what of a change somebody hears.

use access::{Grant, Kind, Reach, Role, matrix::roles};
use vocab::{DeviceId, IncidentId, PersonId, SiteName};

use super::*;

const BOX: DeviceId = DeviceId([7; 16]);
const HERE: IncidentId = IncidentId([3; 16]);
const ACROSS: IncidentId = IncidentId([4; 16]);

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

#[test]
fn everybody_hears_of_what_they_may_see_and_of_nothing_else() {
    let changed = Changed {
        now: 9,
        boxes: [(site("harbour"), [BOX].into())].into(),
        incidents: vec![(HERE, [site("harbour")].into()), (ACROSS, [site("harbour"), site("desert")].into())],
    };
    let at = |name: &str| Reach::Sites([site(name)].into());
    let places = [("fleet", Reach::Fleet), ("harbour", at("harbour")), ("desert", at("desert"))];
    for role in Role::ALL {
        for (place, reach) in places.clone() {
            let person = Person { id: PersonId([1; 16]), grants: vec![Grant { role, reach }] };
            let may = |kind| roles(Action::View, kind).contains(&role);
            let told = |allowed: bool, id: String| if allowed { vec![id] } else { vec![] };
            let boxes = told(may(Kind::Device) && place != "desert", BOX.to_string());
            let here = told(may(Kind::Incident) && place != "desert", HERE.to_string());
            let across = told(may(Kind::Incident) && place == "fleet", ACROSS.to_string());
            let incidents = [here, across].concat();
            let expected = (!boxes.is_empty() || !incidents.is_empty()).then(|| News {
                now: 9,
                all: false,
                sites: boxes.iter().map(|_| "harbour".into()).collect(),
                devices: boxes,
                incidents,
            });
            assert_eq!(seen(&person, &changed), expected, "{role:?} of {place}");
        }
    }
}

#[test]
fn a_message_names_so_many_and_no_more() {
    let person =
        Person { id: PersonId([1; 16]), grants: vec![Grant { role: Role::Viewer, reach: Reach::Fleet }] };
    let boxes = |count: u8| [(site("harbour"), (0..count).map(|at| DeviceId([at; 16])).collect())].into();
    let changed = |count| Changed { now: 1, boxes: boxes(count), incidents: vec![] };
    assert_eq!(seen(&person, &changed(64)).unwrap().devices.len(), 64);
    let many = seen(&person, &changed(65)).unwrap();
    assert_eq!(many, News { now: 1, all: true, ..News::default() });
}
