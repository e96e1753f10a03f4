//! How kinds of incidents are stored: the policy names them, this room keeps them.

use minicbor::{
    Decoder, Encoder,
    decode::Error as Undecodable,
    encode::{Error as Unencodable, Write},
};
use policy::rule::IncidentKind;

/// A kind's number never changes.
const KINDS: [IncidentKind; 9] = [
    IncidentKind::Fork,
    IncidentKind::Forgery,
    IncidentKind::Rollback,
    IncidentKind::Silence,
    IncidentKind::SiteSilence,
    IncidentKind::TailLost,
    IncidentKind::Tamper,
    IncidentKind::Guessing,
    IncidentKind::Escalation,
];

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the derived code passes a reference")]
pub(crate) fn encode<C, W: Write>(
    kind: &IncidentKind,
    e: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), Unencodable<W::Error>> {
    let number = KINDS.iter().position(|known| known == kind);
    e.u64(number.map_or(u64::MAX, |number| number as u64))?.ok()
}

pub(crate) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<IncidentKind, Undecodable> {
    let known = usize::try_from(d.u64()?).ok().and_then(|number| KINDS.get(number));
    known.copied().ok_or_else(|| Undecodable::message("not a kind of incident"))
}
