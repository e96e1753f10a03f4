use tls::{Closing, Code, Fault};

use super::*;

#[test]
fn only_what_is_about_our_certificate_turns_us_away() {
    let alert = |number| Ended::Failed(Refusal::Alert(number).into());
    let closed = |number| Ended::Closed { number, reason: String::new() };
    for (ended, verdict) in [
        (alert(45), Verdict::TurnedAway),
        (alert(49), Verdict::TurnedAway),
        (alert(48), Verdict::TurnedAway),
        // The handshake failed, the server stumbled, or it wants another version: no certificate mends that.
        (alert(40), Verdict::None),
        (alert(80), Verdict::None),
        (alert(70), Verdict::None),
        (closed(4401), Verdict::TurnedAway),
        (closed(4403), Verdict::TurnedAway),
        (closed(4408), Verdict::None),
        (closed(1000), Verdict::None),
        (closed(1001), Verdict::None),
        (Ended::Cut, Verdict::None),
        (Ended::Failed(Fault::Unreachable.into()), Verdict::None),
        // What we refuse in the server is no word about us.
        (Ended::Failed(Refusal::Expired.into()), Verdict::None),
        (Ended::Closing(Closing::Door(Code("admit/revoked"))), Verdict::None),
    ] {
        assert_eq!(Verdict::of(&ended), verdict, "{ended:?}");
    }
}
