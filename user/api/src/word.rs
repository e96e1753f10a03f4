//! The words that answers choose from, in the order of the world.
//!
//! Each list ends with `unknown`, which is also how a reader takes a word that is newer than itself.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $text)] $word,)+
            /// Nobody has said, or it is a word that this reader does not know.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$word,)+ Self::Unknown];

            /// Every word that can be asked for.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The word.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Unknown => "unknown",
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(
    /// The one verdict on a device.
    HealthState {
        /// Everything that it should prove is proved, and not long ago.
        Good = "good",
        /// It works, and something wants a person.
        Attention = "attention",
        /// Something happened.
        Alarm = "alarm",
    }
);
words!(
    /// How far a device has drawn itself in.
    Posture {
        /// Works.
        Normal = "normal",
        /// Works, reports more and tolerates less.
        Guarded = "guarded",
        /// Its network leads to the fleet alone.
        Isolated = "isolated",
        /// Isolated, and it holds no usable secret.
        Sealed = "sealed",
        /// Its data is destroyed.
        Wiped = "wiped",
    }
);
words!(
    /// What a device expects of the people around it.
    Arming {
        /// On a shelf.
        Storage = "storage",
        /// On the road.
        Transport = "transport",
        /// Being installed: everything is recorded, nothing latches.
        Commissioning = "commissioning",
        /// On duty.
        Armed = "armed",
        /// Opened lawfully.
        Service = "service",
        /// Out of the fleet for good.
        Retired = "retired",
    }
);
words!(
    /// Where a device's identity stands at every door.
    Standing {
        /// Every door of its zone is open.
        Active = "active",
        /// No longer suspended; it owes a new key.
        RenewalOwed = "renewal-owed",
        /// The quarantine room alone.
        Suspended = "suspended",
        /// Nothing, for good.
        Revoked = "revoked",
    }
);
words!(
    /// Whether a device is connected, and how far that leads.
    Connection {
        /// Its session stands.
        Live = "live",
        /// Its session stands in the quarantine room.
        Quarantine = "quarantine",
        /// It is not connected.
        Away = "away",
    }
);
words!(
    /// What a sensor's word is worth.
    SenseState {
        /// It speaks, and has proved that it can trip.
        Proved = "proved",
        /// It speaks, and nobody has seen it trip.
        Unproved = "unproved",
        /// It says that it cannot look.
        Faulted = "faulted",
        /// It says nothing.
        Silent = "silent",
    }
);
words!(
    /// How bad.
    Severity {
        /// Worth a line in the history.
        Info = "info",
        /// Worth a look one day.
        Low = "low",
        /// Worth a look today.
        Medium = "medium",
        /// Latches, suspends, and needs two people to undo.
        High = "high",
        /// As high, and somebody is woken.
        Critical = "critical",
    }
);
words!(
    /// Where the cause of a latch stands, as far as the device has said.
    Cause {
        /// It is gone.
        Gone = "gone",
        /// It is still there.
        Present = "present",
    }
);
words!(
    /// What an incident is about.
    IncidentKind {
        /// Somebody reaches for rights that were not given to them.
        Escalation = "escalation",
        /// Two histories of one device.
        Fork = "fork",
        /// A letter that only an impostor could have sent.
        Forgery = "forgery",
        /// Somebody guesses passwords of people.
        Guessing = "guessing",
        /// A device came back with an older state than it had adopted.
        Rollback = "rollback",
        /// A device says nothing.
        Silence = "silence",
        /// A whole site says nothing.
        SiteSilence = "site-silence",
        /// A disk lost what it had said to keep.
        TailLost = "tail-lost",
        /// Tampering that devices reported.
        Tamper = "tamper",
    }
);
words!(
    /// How far an incident has come.
    IncidentState {
        /// Something happened.
        Open = "open",
        /// It can do no more harm.
        Contained = "contained",
        /// The way back has begun.
        Recovering = "recovering",
        /// Every box has proved itself since.
        Verified = "verified",
        /// People have said what it was.
        Closed = "closed",
    }
);
words!(
    /// What an incident turned out to be.
    Outcome {
        /// Somebody was allowed to.
        Authorised = "authorised",
        /// Nothing happened.
        False = "false",
        /// A drill.
        Test = "test",
        /// It was an attack.
        True = "true",
    }
);
words!(
    /// Why an identity is revoked.
    Revocation {
        /// Somebody else may hold its keys.
        KeyCompromised = "key-compromised",
        /// Another device took its place.
        Replaced = "replaced",
        /// It left the fleet.
        Retired = "retired",
    }
);
words!(
    /// What an order asks for.
    OrderKind {
        /// Release the latch that one event set.
        ReleaseLatch = "release-latch",
        /// Do one act.
        Run = "run",
        /// Say that a person has seen an event.
        Acknowledge = "acknowledge",
    }
);
words!(
    /// How far a proposal has come.
    ProposalState {
        /// It waits for people.
        Open = "open",
        /// Enough people have consented; the device has not reported yet.
        Approved = "approved",
        /// The device has reported what became of it.
        Done = "done",
        /// Its time is over.
        Expired = "expired",
        /// Nobody's signature completes it any more; `missing` says why.
        Void = "void",
    }
);
words!(
    /// What the time of a line is worth.
    Worth {
        /// It was then or later.
        AtOrAfter = "at-or-after",
        /// Counted on from a fleet time of an earlier boot.
        Carried = "carried",
        /// The fleet's own.
        Fleet = "fleet",
    }
);
words!(
    /// Whether an entry came when it happened.
    Arrival {
        /// Within a minute.
        Live = "live",
        /// Afterwards, when the box could be reached again.
        Late = "late",
    }
);
