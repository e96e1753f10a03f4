//! What we want: response documents, and which rule of which document decides.
//!
//! Pure: the text of a document is read by a hand; here it is a value that is judged.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod document;
pub mod evaluate;
pub mod lint;
pub mod quantity;
pub mod rule;
pub mod word;

pub use document::{Ceilings, Correlation, Document, LeaseTerms, Reset, Scope};
pub use evaluate::{Because, Decided, Facts, IncidentFacts, Subject, Wanted, WantedOrder, evaluate};
pub use lint::{Known, Level, Lint, lint};
pub use rule::{Identity, IncidentKind, Rule, Then, Undo, When};
