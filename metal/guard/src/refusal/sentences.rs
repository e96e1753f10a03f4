//! What a refusal says to people: whose fault, and what now.

use core::fmt::{self, Display};

use super::Refusal;

/// One sentence for each reason.
pub(super) fn say(refusal: &Refusal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match refusal {
        Refusal::AgainstPosture(action) => {
            write!(f, "the order {action:?} would undo what the posture demands; release the latch first")
        }
        Refusal::AlternativeUnsafe(action) => {
            write!(
                f,
                "{action:?} is declared as a safe alternative and is itself withheld or cannot be undone"
            )
        }
        Refusal::BeyondBasis(event) => {
            write!(f, "{event} happened, or happened again, after what the plan had seen; plan again")
        }
        Refusal::BranchNeedless => f.write_str("the device still has what the fleet says it lost; offer it"),
        Refusal::CausePresent(zone) => {
            write!(f, "`{zone}` is still open or its sensors cannot say that it is shut; shut it, then reset")
        }
        Refusal::ClockUnknown => f.write_str(
            "the device does not know the time yet, so it loosens nothing; answer its question first",
        ),
        Refusal::FloorAboveGeneration { floor, generation } => {
            write!(
                f,
                "state `{generation}` sets a floor of `{floor}` above itself; the fleet signed nonsense"
            )
        }
        Refusal::GenerationForked(generation) => {
            write!(
                f,
                "state `{generation}` was adopted with other content; two fleets speak under one number"
            )
        }
        Refusal::GenerationOld { adopted, offered } => {
            write!(f, "state `{offered}` is older than the adopted `{adopted}`; publish the newest")
        }
        Refusal::KeysetForked(version) => twice(f, "keyset", *version),
        Refusal::KeysetOld { known, offered } => {
            write!(f, "keyset `{offered}` is older than the known `{known}`; publish the newest")
        }
        Refusal::Letter(refusal) => refusal.fmt(f),
        Refusal::LogOrigin => f.write_str("the checkpoint is of another log than this fleet's"),
        Refusal::Note(refusal) => refusal.fmt(f),
        Refusal::NotCommissioning => {
            f.write_str("the device learns what is normal only while it is commissioned; arm it so first")
        }
        Refusal::NotDurable(seq) => write!(f, "entry {seq} is not on the disk yet; ask again when it is"),
        Refusal::NothingToLearn(sensor) => write!(
            f,
            "`{sensor}` learnt nothing: it has not been seen at rest for long enough, or cannot look; let it learn again"
        ),
        Refusal::Opener(person) => {
            write!(f, "{person} was at work where this was set off and cannot reset it; ask another")
        }
        Refusal::OrderTwice(order) => {
            write!(f, "{order} stands twice in one state; the fleet planned nonsense")
        }
        Refusal::OtherSeverity { event, ours, theirs } => {
            write!(
                f,
                "{event} was {ours:?} and the order says {theirs:?}; plan again from the device's own report"
            )
        }
        Refusal::PreviousForked(generation) => {
            write!(f, "state `{generation}` does not follow the adopted one; two fleets sign for this device")
        }
        Refusal::Proof(refusal) => refusal.fmt(f),
        Refusal::ProofMalformed(malformed) => malformed.fmt(f),
        Refusal::ProofNeedless(generation) => write!(f, "nobody waits for a proof of state `{generation}`"),
        Refusal::ProofStart { remembered, offered } => {
            write!(
                f,
                "the proof starts at size {offered} and the device remembers {remembered}; prove from there"
            )
        }
        Refusal::ReflexIrreversible(action) => {
            write!(f, "{action:?} cannot be undone, so one sensor group must not set it off; demand two")
        }
        Refusal::ReflexTooLong => f.write_str("the reflex table is longer than a device keeps; shorten it"),
        Refusal::RosterForked(version) => twice(f, "roster", *version),
        Refusal::RosterOld { known, offered } => {
            write!(f, "roster `{offered}` is older than the known `{known}`; publish the newest")
        }
        Refusal::TimeBelowFloor { floor, told } => {
            write!(f, "the fleet says it is {told}, and it was {floor} already; look at the fleet's clock")
        }
        Refusal::TimeLate => {
            f.write_str("the answer took too long to tell the time by; the device asks again")
        }
        Refusal::TimeNonce => {
            f.write_str("nobody asked this question for the time, or it was answered before")
        }
        Refusal::TooEarlyOrLate(key) => write!(f, "key {key} may not be used now; sign with a current one"),
        Refusal::UnknownKey(key) => write!(f, "no key {key} stands in the keyset; sign with one that does"),
        Refusal::WipeUnordered => f.write_str("a wipe takes an order that two people approved; propose one"),
        Refusal::Work(refusal) => refusal.fmt(f),
    }
}

fn twice(f: &mut fmt::Formatter<'_>, what: &str, version: u64) -> fmt::Result {
    write!(f, "{what} `{version}` is known with other content; the root signed twice under one version")
}
