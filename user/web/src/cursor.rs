//! Where a list goes on: a word that only the list that gave it takes back.
//!
//! What stands in it is nobody's business, so that it may change. It is no secret and opens nothing: what is found
//! after it takes the same permit as before it.

use aws_lc_rs::digest::{Context, SHA256};
use crypto::hex;
use vocab::{DeviceId, IncidentId};

use crate::{refusal::Refusal, route::Call};

/// Version (1 byte) ‖ mark of the list (8) ‖ sum over both and the place (4) ‖ the place.
const VERSION: u8 = 1;
const MARK: usize = 8;
const SUM: usize = 4;

/// Most characters of one.
pub(crate) const LONGEST: usize = api::operation::most::CURSOR;

/// Of a query, what is no part of which list it is: where it goes on, how much of it comes, what is shown beside it.
const NO_FILTERS: [&str; 4] = ["after", "before", "entry", "limit"];

/// A place in a list.
pub(crate) trait Place: Sized {
    /// As bytes.
    fn bytes(&self) -> Vec<u8>;

    /// From bytes.
    fn of(bytes: &[u8]) -> Option<Self>;
}

/// A list as somebody wants it: its address at this fleet, and its filters.
struct List([u8; MARK]);

impl Call {
    /// Where an earlier answer of this list ended; none: it begins.
    pub(crate) fn goes_on_after<P: Place>(&self, name: &'static str) -> Result<Option<P>, Refusal> {
        let Some(word) = self.query.of::<String>(name)? else { return Ok(None) };
        List::of(self).read(&word).map(Some).map_err(|what| Refusal::Cursor { what, name })
    }

    /// What is to be asked with to go on after this.
    pub(crate) fn next_after<P: Place>(&self, place: &P) -> String {
        List::of(self).word(place)
    }
}

impl List {
    fn of(call: &Call) -> Self {
        // A form sends what was left empty, and spaces around what was typed.
        let filters = call.query.all().map(|(name, value)| (name, value.trim()));
        let filters = filters.filter(|(name, value)| !NO_FILTERS.contains(name) && !value.is_empty());
        Self::named(&call.desk.root_key, call.route.path, filters)
    }

    fn named<'a>(fleet: &str, path: &str, filters: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut context = Context::new(&SHA256);
        let parts = [fleet, path].into_iter().chain(filters.flat_map(|(name, value)| [name, value]));
        context.update(b"wrale.list.v1");
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        Self(first(context))
    }

    fn word<P: Place>(&self, place: &P) -> String {
        let place = place.bytes();
        let parts: [&[u8]; 4] = [&[VERSION], &self.0, &self.sum(&place), &place];
        hex::encode(&parts.concat())
    }

    fn read<P: Place>(&self, word: &str) -> Result<P, &'static str> {
        let bytes = Some(word).filter(|word| word.len() <= LONGEST).and_then(|word| hex::decode(word).ok());
        let bytes = bytes.ok_or(MALFORMED)?;
        let (version, rest) = bytes.split_first().ok_or(MALFORMED)?;
        let (mark, rest) = rest.split_first_chunk::<MARK>().ok_or(MALFORMED)?;
        let (sum, place) = rest.split_first_chunk::<SUM>().ok_or(MALFORMED)?;
        if *version != VERSION || *sum != Self(*mark).sum(place) {
            return Err(MALFORMED);
        }
        if *mark != self.0 {
            return Err(FOREIGN);
        }
        P::of(place).ok_or(MALFORMED)
    }

    fn sum(&self, place: &[u8]) -> [u8; SUM] {
        let mut context = Context::new(&SHA256);
        for part in [b"wrale.cursor.v1", &[VERSION][..], &self.0, place] {
            context.update(part);
        }
        first(context)
    }
}

const MALFORMED: &str =
    "is no place in a list; take `next` of the answer before as it came, or leave it out to begin anew";
const FOREIGN: &str = "belongs to another list, to other filters or to another fleet; ask with the filters with which \
                       it was given, or leave it out to begin anew";

fn first<const N: usize>(context: Context) -> [u8; N] {
    let digest = context.finish();
    std::array::from_fn(|at| digest.as_ref()[at])
}

impl Place for DeviceId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl Place for IncidentId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// An entry of the audit log.
impl Place for u64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

#[cfg(test)]
mod tests;
