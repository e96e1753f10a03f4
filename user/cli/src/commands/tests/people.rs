use api::word;
use crypto::{approved::NeedsConsent, cbor, hex};
use wire::v1::{Order, OrderKind};

use crate::{
    Mistake, Problem, Refusal,
    commands::Done,
    testing::{
        Asked, DEVICE, Fleet, ORDER, OTHER_DEVICE, OTHER_EVENT, Reply, Terminal, ada, audience, device, good,
        key_of, proposal, release,
    },
};

/// A fleet that proposes this when it is asked to reset dev-07.
fn proposes(said: api::Proposal) -> impl Fn(&Asked) -> Option<Reply> + Send + Sync {
    let reset = api::path::filled(api::path::RESET, &DEVICE.to_string());
    move |asked| match asked.path.as_str() {
        path if path == reset || path == format!("/v1/proposals/{ORDER}") => good(&said),
        path if path.ends_with("/consents") => Some(Reply::Good(String::new())),
        "/v1/devices/dev-07" => good(&device()),
        "/v1/proposals" => good(&api::Proposals { proposals: vec![said.clone()], as_of: String::new() }),
        _ => None,
    }
}

const RESET: [&str; 4] = ["reset", "dev-07", "--reason", "the fan was changed"];

#[tokio::test]
async fn a_reset_shows_the_order_and_signs_what_was_computed_here() {
    let fleet = Fleet::start(proposes(proposal(&release()))).await;
    let mut terminal = Terminal::answering(&["y"]);
    assert_eq!(terminal.at(&fleet, &RESET).await, Ok(Done::Yes));
    assert_eq!(terminal.questions, ["Sign this? [y/N] "]);

    let subject = release().subject(&audience());
    let shown = terminal.shown(&fleet);
    let expected = format!(
        "\
The order, as read from its own bytes:
  what           release the latch that this event set (severity high)
  device         {DEVICE}
  event          {event}
  as seen up to  entry 12 of boot_nf2hgidonfxhi2bamjxw65bofy
  not after      2026-11-02T07:00:00Z
  people needed  2
  fleet          nord
  order          {ORDER}
  you sign       {digest}
The fleet says about it:
  box          dev-07 at site-b
  proposed by  Ada at 2026-11-02T06:00:00Z
  reason       the fan was changed
  consented    nobody yet
Signed and handed in: 0 of 2 people consent.
Another person says: `wrale --as SOMEBODY approve {ORDER}`
",
        event = device().latches[0].event,
        digest = hex::encode(&subject.0),
    );
    assert_eq!(shown, expected);
    let [consent] = fleet.consents().try_into().unwrap();
    let consent = consent.verify(&key_of(&ada()), &audience()).unwrap();
    assert_eq!((consent.subject, consent.person), (subject, ada().person));
    let asked = fleet.asked();
    let reset = asked.iter().find(|asked| asked.path.ends_with("/reset")).unwrap();
    assert_eq!(reset.body, r#"{"reason":"the fan was changed"}"#);
    assert!(asked.last().unwrap().is("POST", "/v1/sign-out"), "the session ends with the command");
}

#[tokio::test]
async fn whoever_says_no_signs_nothing() {
    for answer in ["n", "", "yes please"] {
        let fleet = Fleet::start(proposes(proposal(&release()))).await;
        let mut terminal = Terminal::answering(&[answer]);
        assert_eq!(terminal.at(&fleet, &RESET).await, Ok(Done::Declined));
        assert!(terminal.shown(&fleet).contains("Nothing was signed."));
        assert!(fleet.consents().is_empty());
    }
}

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_signed() {
    let fleet = Fleet::start(proposes(proposal(&release()))).await;
    assert_eq!(Terminal::new().at(&fleet, &RESET).await, Err(Mistake::Unanswered.into()));
    assert!(fleet.consents().is_empty());

    let json = [&["--json"], &RESET[..]].concat();
    assert_eq!(Terminal::answering(&["y"]).at(&fleet, &json).await, Err(Mistake::Unanswered.into()));
    let resets = fleet.asked().into_iter().filter(|asked| asked.path.ends_with("/reset")).count();
    assert_eq!(resets, 1, "a machine that cannot answer proposes nothing either");

    let json = [&json[..], &["--yes"]].concat();
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &json).await, Ok(Done::Yes));
    assert_eq!(serde_json::from_str::<api::Proposal>(&terminal.read()).unwrap(), proposal(&release()));
    assert_eq!(fleet.consents().len(), 1);
}

#[tokio::test]
async fn a_fleet_that_asks_for_another_order_than_it_shows_gets_nothing() {
    let wipe = Order { kind: OrderKind::Run(vocab::Action::Wipe), ..release() };
    let other_latch = OrderKind::ReleaseLatch { event: OTHER_EVENT, severity: vocab::Severity::High };
    let other_latch = Order { kind: other_latch, ..release() };
    let bytes = |order: &Order| hex::encode(&cbor::encode(order));
    let honest = || proposal(&release());
    let lies = [
        ("kind", api::Proposal { order_cbor: bytes(&wipe), ..honest() }),
        ("kind", api::Proposal { order_cbor: bytes(&wipe), kind: word::OrderKind::Run, ..honest() }),
        ("event", api::Proposal { order_cbor: bytes(&other_latch), ..honest() }),
        (
            "event",
            api::Proposal {
                order_cbor: bytes(&other_latch),
                event: Some(OTHER_EVENT.to_string()),
                ..honest()
            },
        ),
        (
            "device",
            api::Proposal {
                audience: api::proposal::Audience { fleet: "nord".into(), device: OTHER_DEVICE.to_string() },
                ..honest()
            },
        ),
    ];
    for (about, lie) in lies {
        let fleet = Fleet::start(proposes(lie)).await;
        let yes = [&RESET[..], &["--yes"]].concat();
        let refused = Terminal::new().at(&fleet, &yes).await.unwrap_err();
        assert!(
            matches!(refused, Problem::Refusal(Refusal::OrderOther { what, .. }) if what == about),
            "{refused:?}"
        );
        assert!(fleet.consents().is_empty(), "{about}");
    }
}

#[tokio::test]
async fn a_fleet_that_answers_with_another_box_is_not_asked_to_reset_it() {
    let fleet = Fleet::start(|asked| match asked.path.as_str() {
        "/v1/devices/dev-08" => good(&device()),
        _ => None,
    })
    .await;
    let refused =
        Terminal::new().at(&fleet, &["reset", "dev-08", "--reason", "why", "--yes"]).await.unwrap_err();
    assert_eq!(refused.code(), "cli/order-other");
    assert!(!fleet.asked().iter().any(|asked| asked.path.ends_with("/reset")));
}

#[tokio::test]
async fn a_second_person_approves_by_the_orders_id() {
    let mut said = proposal(&release());
    said.consented = vec![said.by.clone(), said.by.clone()];
    let fleet = Fleet::start(proposes(said)).await;
    let mut terminal = Terminal::answering(&["y"]);
    let order = ORDER.to_string();
    assert_eq!(terminal.at(&fleet, &["approve", &order]).await, Ok(Done::Yes));
    assert_eq!(fleet.consents().len(), 1);
    let shown = terminal.shown(&fleet);
    assert!(shown.ends_with(
        "Signed and handed in: 2 of 2 people consent.\nThe box checks the same signatures itself. See what becomes of \
         it: `wrale --as ada device dev-07`\n"
    ), "{shown}");

    let none = terminal.at(&fleet, &["approve", "dev-07"]).await.unwrap_err();
    assert_eq!(none.code(), "cli/name");
}

#[tokio::test]
async fn another_order_than_the_one_that_was_named_is_not_approved() {
    let other = Order { id: vocab::OrderId([1; 16]), ..release() };
    let fleet = Fleet::start(proposes(proposal(&other))).await;
    let refused = Terminal::new().at(&fleet, &["approve", &ORDER.to_string(), "--yes"]).await.unwrap_err();
    assert!(matches!(refused, Problem::Refusal(Refusal::OrderOther { what: "order", .. })));
    assert!(fleet.consents().is_empty());
}

#[tokio::test]
async fn what_waits_for_people_is_listed() {
    let fleet = Fleet::start(proposes(proposal(&release()))).await;
    let mut terminal = Terminal::new();
    terminal.at(&fleet, &["proposals"]).await.unwrap();
    let shown = format!(
        "\
ORDER                           BOX     STATE  PEOPLE  BY   NOT AFTER             WHAT                          MISSING
{ORDER}  dev-07  open   0 of 2  Ada  2026-11-02T07:00:00Z  release the latch of the lid  two people
"
    );
    assert_eq!(terminal.shown(&fleet), shown);
}

#[tokio::test]
async fn what_no_signature_completes_is_not_signed_and_says_how_it_is_asked_for_anew() {
    let void = || api::Proposal {
        state: word::ProposalState::Void,
        missing: "Ada has signed and is no longer one of the people whose signature counts here".into(),
        ..proposal(&release())
    };
    let fleet = Fleet::start(proposes(void())).await;
    let refused = Terminal::new().at(&fleet, &["approve", &ORDER.to_string(), "--yes"]).await.unwrap_err();
    let Problem::Mistake(mistake @ Mistake::Void { .. }) = &refused else { panic!("{refused:?}") };
    assert_eq!(mistake.code(), "cli/void");
    let told = mistake.to_string();
    assert!(
        told.contains("Ada has signed and is no longer") && told.contains("reset dev-07 --reason"),
        "{told}"
    );
    assert!(fleet.consents().is_empty());
}
