//! What holds for every decoder, whatever comes.

use alloc::vec::Vec;

use crypto::{
    cbor::{self, Limits},
    signed::{Letter, Signed},
};
use proptest::{collection::vec, prelude::*, test_runner::TestCaseError};
use wire::v1::{
    Beat, Body, Boot, Bundle, Consent, DeviceState, Evidence, FleetTime, Keyset, Presence, Proof, Roster,
    SignIn, WorkOrder, bundle,
    enrol::{self, Answer, Ask, Join, Joined, Renewal, Reproof},
    feed::{self, News},
    proof,
};

use super::{
    bodies, letters,
    throw::{Dice, Throw},
};

/// Writing and reading of one kind of thing.
trait Door: Sized + Throw + PartialEq + core::fmt::Debug {
    fn write(&self) -> Vec<u8>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! doors {
    ($($name:ident: $thing:ty, $limits:expr;)+) => {
        $(
            impl Door for $thing {
                fn write(&self) -> Vec<u8> {
                    cbor::encode(self)
                }

                fn read(bytes: &[u8]) -> Option<Self> {
                    cbor::decode(bytes, &$limits).ok()
                }
            }
        )+
        $(properties! { $name: $thing })+
    };
}

macro_rules! properties {
    ($name:ident: $thing:ty) => {
        mod $name {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(48))]

                #[test]
                fn is_read_back_as_it_was_written_and_written_the_same_each_time(bytes in vec(any::<u8>(), 0..400)) {
                    super::is_read_back::<$thing>(&bytes)?;
                }

                #[test]
                fn is_not_taken_for_whole_when_its_end_is_missing(bytes in vec(any::<u8>(), 0..200)) {
                    super::no_prefix_is_whole::<$thing>(&bytes)?;
                }

                #[test]
                fn survives_strange_bytes_and_reads_nothing_that_it_would_not_write(
                    bytes in vec(any::<u8>(), 0..300), noise in vec(any::<(u16, u8, u8)>(), 1..4)
                ) {
                    super::survives::<$thing>(&bytes, &noise)?;
                }
            }
        }
    };
}

doors! {
    answer: Answer, enrol::LIMITS;
    ask: Ask, enrol::LIMITS;
    beat: Beat, Beat::LIMITS;
    boot: Boot, Boot::LIMITS;
    bundle_file: Bundle, bundle::LIMITS;
    consent: Consent, Consent::LIMITS;
    evidence: Evidence, Evidence::LIMITS;
    feed_news: News, feed::LIMITS;
    join: Join, Join::LIMITS;
    joined: Joined, enrol::LIMITS;
    keyset: Keyset, Keyset::LIMITS;
    presence: Presence, Presence::LIMITS;
    proof_letter: Proof, proof::LIMITS;
    renewal: Renewal, Renewal::LIMITS;
    reproof: Reproof, Reproof::LIMITS;
    roster: Roster, Roster::LIMITS;
    sign_in: SignIn, SignIn::LIMITS;
    state: DeviceState, DeviceState::LIMITS;
    time: FleetTime, FleetTime::LIMITS;
    work_order: WorkOrder, WorkOrder::LIMITS;
}

/// A body with its kind before it, as the header of an entry has it.
impl Door for Body {
    fn write(&self) -> Vec<u8> {
        [&[self.kind() as u8][..], &self.encode()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, bytes) = bytes.split_first()?;
        let kind = cbor::decode(&[*kind], &Limits::FRAME).ok()?;
        Self::decode(&bodies::entry(kind, bytes)).ok()
    }
}

properties! { entry_body: Body }

fn is_read_back<T: Door>(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (thrown, again): (T, T) = (Dice(bytes).throw(), Dice(bytes).throw());
    let written = thrown.write();
    prop_assert_eq!(&written, &again.write());
    prop_assert_eq!(T::read(&written), Some(thrown));
    Ok(())
}

fn no_prefix_is_whole<T: Door>(bytes: &[u8]) -> Result<(), TestCaseError> {
    let written = Dice(bytes).throw::<T>().write();
    for end in 0..written.len() {
        prop_assert!(T::read(&written[..end]).is_none(), "{end} of {} bytes", written.len());
    }
    Ok(())
}

/// Pure noise, and true letters with bytes replaced, put in and taken out.
fn survives<T: Door>(bytes: &[u8], noise: &[(u16, u8, u8)]) -> Result<(), TestCaseError> {
    reads_what_it_would_write::<T>(bytes)?;
    let mut written = Dice(bytes).throw::<T>().write();
    for &(at, how, byte) in noise {
        let at = usize::from(at) % written.len();
        match how % 3 {
            0 => written[at] = byte,
            1 => written.insert(at, byte),
            _ if written.len() > 1 => drop(written.remove(at)),
            _ => {}
        }
        reads_what_it_would_write::<T>(&written)?;
    }
    Ok(())
}

fn reads_what_it_would_write<T: Door>(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Some(read) = T::read(bytes) {
        prop_assert_eq!(T::read(&read.write()), Some(read));
    }
    Ok(())
}

#[test]
fn no_signed_letter_is_taken_for_whole_when_its_end_is_missing() {
    for sample in letters::samples() {
        for end in 0..sample.bytes.len() {
            let refused = (sample.read)(&sample.bytes[..end]).map_err(|refusal| refusal.code());
            assert_eq!(refused, Err("crypto/cbor-truncated"), "{end} bytes of {}", sample.name);
        }
    }
}

#[test]
fn no_byte_of_a_signed_letter_can_change_unnoticed() {
    for sample in letters::samples() {
        for at in 0..sample.bytes.len() {
            let mut bytes = sample.bytes.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!((sample.read)(&bytes).is_err(), "a bit of byte {at} of {}", sample.name);
        }
    }
}

proptest! {
    #[test]
    fn no_door_for_signed_letters_breaks_on_strange_bytes(
        which in any::<usize>(), noise in vec(any::<u8>(), 0..300), changes in vec(any::<(u16, u8)>(), 0..4)
    ) {
        let samples = letters::samples();
        let sample = &samples[which % samples.len()];
        prop_assert!((sample.read)(&noise).is_err());
        let mut bytes = sample.bytes.clone();
        for (at, byte) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        let untouched = bytes == sample.bytes;
        prop_assert_eq!((sample.read)(&bytes).is_ok(), untouched);
    }

    #[test]
    fn what_a_letter_claims_can_be_looked_at_before_it_is_believed(noise in vec(any::<u8>(), 0..300)) {
        let sample = &letters::samples()[0];
        let letter = Signed::<Beat>::parse(sample.sealed(&noise)).unwrap();
        prop_assert_eq!(letter.claimed().ok(), <Beat as Door>::read(&noise));
    }
}
