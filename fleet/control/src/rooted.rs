//! What the offline root signed, as far as this fleet ever obeyed it: a genuine letter that is older is refused.
//!
//! An old roster lets back in whom the root put out, and an old keyset believes a key that the root gave up. The
//! letters lie on a disk, where anybody who can write may put back the ones from before; what was obeyed stands in
//! the store.

use std::{error::Error, fmt};

use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    signed::Verified,
};
use minicbor::{Decode, Encode};
use store::{Batch, Store, Table};
use wire::v1::Roster;

use crate::{fault::Fault, fleet::Setup};

/// Which letter of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Whose keys sign what.
    Keyset,
    /// Who may consent to what.
    Roster,
}

/// An operator's: the letter on the disk is not the one to obey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The root signed two of one version.
    Forked(Letter, u64),
    /// This fleet has obeyed a newer one.
    Older {
        /// Which.
        letter: Letter,
        /// The version that was obeyed.
        obeyed: u64,
        /// The version on the disk.
        offered: u64,
    },
}

/// One letter in one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Obeyed {
    #[n(0)]
    pub(crate) version: u64,
    #[n(1)]
    pub(crate) digest: Digest,
}

const LIMITS: Limits = Limits { bytes: 256, depth: 2, items: 8 };

/// A letter that is newer than what was obeyed before.
pub(crate) struct Taken {
    pub(crate) letter: Letter,
    pub(crate) obeyed: Obeyed,
}

/// Judges both letters against what was obeyed; gives those that are newer.
pub(crate) fn judge(setup: &Setup, store: &impl Store) -> Result<Vec<Taken>, Fault> {
    let offered = [
        (Letter::Keyset, of(&setup.keyset, setup.keyset.version)),
        (Letter::Roster, of(&setup.roster, setup.roster.version)),
    ];
    let mut taken = vec![];
    for (letter, offered) in offered {
        taken.extend(newer(letter, known(letter, store)?, offered).map_err(Fault::Rooted)?);
    }
    Ok(taken)
}

/// Judges a roster against the one that is obeyed; nothing where it is the same.
pub(crate) fn newer_roster(
    obeyed: &Verified<Roster>,
    offered: &Verified<Roster>,
) -> Result<Option<Taken>, Mistake> {
    newer(Letter::Roster, Some(of(obeyed, obeyed.version)), of(offered, offered.version))
}

fn newer(letter: Letter, known: Option<Obeyed>, offered: Obeyed) -> Result<Option<Taken>, Mistake> {
    if let Some(known) = known {
        newest(letter, known, offered)?;
    }
    Ok((known != Some(offered)).then_some(Taken { letter, obeyed: offered }))
}

impl Taken {
    pub(crate) fn put(&self, batch: &mut Batch) {
        batch.put(Table::Fleet, self.letter.row(), cbor::encode(&self.obeyed));
    }
}

fn of<T>(letter: &Verified<T>, version: u64) -> Obeyed {
    Obeyed { version, digest: letter.digest() }
}

fn known(letter: Letter, store: &impl Store) -> Result<Option<Obeyed>, Fault> {
    let row = store.get(Table::Fleet, letter.row())?;
    let read = |bytes: Vec<u8>| cbor::decode(&bytes, &LIMITS).map_err(|_| Fault::Record("root's letter"));
    row.map(read).transpose()
}

fn newest(letter: Letter, known: Obeyed, offered: Obeyed) -> Result<(), Mistake> {
    if offered.version < known.version {
        return Err(Mistake::Older { letter, obeyed: known.version, offered: offered.version });
    }
    let forked = offered.version == known.version && offered.digest != known.digest;
    if forked { Err(Mistake::Forked(letter, offered.version)) } else { Ok(()) }
}

impl Letter {
    const fn row(self) -> &'static [u8] {
        match self {
            Self::Keyset => b"root/keyset",
            Self::Roster => b"root/roster",
        }
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyset => "keyset",
            Self::Roster => "roster",
        })
    }
}

impl Mistake {
    /// `control/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Forked(Letter::Keyset, _) => "control/keyset-forked",
            Self::Forked(Letter::Roster, _) => "control/roster-forked",
            Self::Older { letter: Letter::Keyset, .. } => "control/keyset-older",
            Self::Older { letter: Letter::Roster, .. } => "control/roster-older",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forked(letter, version) => write!(
                f,
                "this fleet has obeyed another {letter} of version {version} than {letter}.letter holds: the root \
                 signed two; put back the first, or have the root sign a version above it, and ask who had the other \
                 signed"
            ),
            Self::Older { letter, obeyed, offered } => write!(
                f,
                "{letter}.letter is version {offered} and this fleet has obeyed version {obeyed}: somebody put an old \
                 one back; bring the one that the root signed last, or have it sign a version above {obeyed}"
            ),
        }
    }
}

impl Error for Mistake {}
