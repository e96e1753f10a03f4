//! Lists in pieces: between two of them the fleet's thread is free for whatever devices say.

/// Most that one question looks at, counted in devices: at most two milliseconds of the thread, of the hundred in which
/// a reading is to become an incident.
pub const LOOKS: usize = 256;

/// How large a piece may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// So many are found.
    pub found: usize,
    /// So much is looked at, found or not.
    pub looks: usize,
}

impl Most {
    /// As many as are looked at, and no more than may be.
    pub const ALL: Self = Self { found: usize::MAX, looks: LOOKS };

    /// So many, and no more than may be looked at.
    pub const fn found(found: usize) -> Self {
        Self { found, looks: LOOKS }
    }
}

/// A piece of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<T, K> {
    /// What was found.
    pub found: Vec<T>,
    /// The last that was looked at, where the list goes on after it.
    pub next: Option<K>,
}

/// Goes through a list until enough is found or looked at; at least one thing is looked at.
pub(super) struct Search<T, K> {
    most: Most,
    looks: usize,
    piece: Piece<T, K>,
}

/// Whether a search goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    On,
    NoFurther,
}

impl<T, K> Search<T, K> {
    pub(super) const fn new(most: Most) -> Self {
        Self { most, looks: 0, piece: Piece { found: vec![], next: None } }
    }

    /// Whether one more may be looked at.
    pub(super) fn goes(&self) -> Goes {
        let Most { found, looks } = self.most;
        if self.piece.found.len() < found && self.looks < looks { Goes::On } else { Goes::NoFurther }
    }

    /// How many more may be found.
    pub(super) fn wants(&self) -> usize {
        self.most.found.saturating_sub(self.piece.found.len())
    }

    /// One was looked at.
    pub(super) fn looked(&mut self, place: K, cost: usize, found: Option<T>) {
        self.looks += cost;
        self.piece.next = Some(place);
        self.piece.found.extend(found);
    }

    /// The list goes on.
    pub(super) fn broken_off(self) -> Piece<T, K> {
        self.piece
    }

    /// The list is at its end.
    pub(super) fn ended(mut self) -> Piece<T, K> {
        self.piece.next = None;
        self.piece
    }
}
