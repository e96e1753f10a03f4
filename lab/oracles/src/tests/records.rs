//! What the audit log exports in hexadecimal is what the page says.

use audit::record::{Actor, Decision, Kind, Outcome, Salts, Subject, record};
use crypto::{cbor, digest::Digest};
use vocab::{DeviceId, IncidentId, Label, OrderId, PersonId, PlanId, Wall};

use super::page::Page;

#[test]
fn the_record_of_any_decision_is_what_the_page_says() {
    let id = [9; 16];
    let actors = [Actor::Device(DeviceId(id)), Actor::Fleet, Actor::Person(PersonId(id))];
    let subjects = [
        Subject::Device(DeviceId(id)),
        Subject::Fleet,
        Subject::Incident(IncidentId(id)),
        Subject::Order(OrderId(id)),
        Subject::Person(PersonId(id)),
        Subject::Plan(PlanId(id)),
    ];
    for (at, actor) in actors.into_iter().enumerate() {
        for subject in subjects {
            let refused = Outcome::Refused("access/no-permit".to_owned());
            let decision = Decision {
                kind: Kind::Permit,
                at: Wall(-1),
                actor,
                subject,
                inputs: vec![Digest([1; 32]); at],
                outcome: if at == 0 { Outcome::Done } else { refused },
                reason: (at == 2).then(|| Label::new("the guard is ill").unwrap()),
            };
            let salts = Salts { leaf: Digest([2; 32]), personal: Digest([3; 32]) };
            let record = record(&decision, salts);
            Page::Closed.judge("audit-record", record.bytes()).unwrap();
            if let Some(personal) = record.personal().unwrap() {
                Page::Closed.judge("audit-personal", &cbor::encode(&personal)).unwrap();
            }
        }
    }
}
