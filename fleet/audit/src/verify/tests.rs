use alloc::{collections::BTreeSet, format, string::ToString, vec};

use crypto::key::{self, SecretKey};
use proptest::prelude::*;

use super::*;
use crate::{
    checkpoint::{
        Published,
        tests::{fleet, key as log_key, known, log_of},
    },
    export::{Entry, export},
    record::{
        record,
        tests::{by_a_person, by_the_fleet, salts, state_letter},
    },
};

/// Seven leaves: decisions with and without people, a state, one record kept back.
fn entries() -> Vec<Entry> {
    let decision =
        |n: u64| record(&if n.is_multiple_of(2) { by_a_person("reset") } else { by_the_fleet() }, salts(n));
    let mut entries: Vec<_> = (0..7).map(|n| Entry::Record(decision(n))).collect();
    entries[4] = Entry::Record(Record::of_state(&state_letter(), salts(4).leaf));
    entries[5] = Entry::Withheld(decision(5).leaf());
    entries
}

fn leaf(entry: &Entry) -> Digest {
    match entry {
        Entry::Record(record) => record.leaf(),
        Entry::Withheld(leaf) => *leaf,
    }
}

fn publish(entries: &[Entry]) -> Published {
    let leaves: Vec<_> = entries.iter().map(leaf).collect();
    log_of(&leaves).0.publish(&log_key()).unwrap()
}

fn sound() -> String {
    export(&entries(), &publish(&entries()))
}

fn check(text: &str) -> Result<Verified, Refusal> {
    verify(text, &known(), None)
}

fn refused(text: &str) -> Refusal {
    check(text).unwrap_err()
}

/// The export with other entries under the old checkpoint.
fn with(change: impl FnOnce(&mut Vec<Entry>)) -> String {
    let mut other = entries();
    change(&mut other);
    export(&other, &publish(&entries()))
}

/// The export with its lines changed: seven records, the separator, then seven leaves.
fn lines(change: impl FnOnce(&mut Vec<String>)) -> String {
    let text = sound();
    let (body, note) = text.split_once("\n\n").unwrap();
    let mut lines: Vec<_> = body.split('\n').skip(1).map(ToString::to_string).collect();
    change(&mut lines);
    format!("{HEADER}\n{}\n\n{note}", lines.join("\n"))
}

#[test]
fn a_whole_export_is_verified() {
    let verified = check(&sound()).unwrap();
    assert_eq!(verified.checkpoint.size(), 7);
    let expected: Vec<_> = entries()
        .into_iter()
        .map(|entry| if let Entry::Record(record) = entry { Some(record) } else { None })
        .collect();
    assert_eq!(verified.records, expected);
    assert_eq!(verified.records[5], None, "kept back");
}

#[test]
fn an_empty_log_is_verified() {
    assert_eq!(check(&export(&[], &publish(&[]))).unwrap().records, vec![]);
}

#[test]
fn an_erased_personal_part_breaks_nothing() {
    let erased = with(|entries| {
        let Entry::Record(record) = &mut entries[0] else { unreachable!() };
        record.erase();
    });
    assert_eq!(check(&erased).unwrap().records[0].as_ref().unwrap().personal(), Ok(None));
}

#[test]
fn another_personal_part_is_named() {
    let swapped = lines(|lines| {
        let part: Vec<_> = lines[2].rsplitn(3, ' ').map(ToString::to_string).collect();
        let own = lines[0].rsplitn(3, ' ').last().unwrap().to_string();
        lines[0] = format!("{own} {} {}", part[1], part[0]);
    });
    assert_eq!(refused(&swapped), Refusal::PersonalAltered(0));
    let invented = lines(|lines| {
        let part: Vec<_> = lines[2].rsplitn(3, ' ').map(ToString::to_string).collect();
        lines[4] = format!("{} {} {}", lines[4], part[1], part[0]);
    });
    assert_eq!(refused(&invented), Refusal::PersonalAltered(4), "a state has none");
}

#[test]
fn an_altered_record_is_named() {
    let other = with(|entries| entries[3] = Entry::Record(record(&by_a_person("x"), salts(3))));
    // Records and list were rewritten together, so only the whole is known to be wrong.
    assert_eq!(refused(&other), Refusal::OtherHistory);
    let forged = record(&by_a_person("x"), salts(3));
    let line = format!("record 3 propose {} {}", salts(3).leaf, crypto::hex::Hex(forged.bytes()));
    assert_eq!(refused(&lines(|lines| lines[3].clone_from(&line))), Refusal::Altered(3));
    for index in ["03", "+3", "4", ""] {
        let renamed =
            lines(|lines| lines[3] = lines[3].replacen("record 3 ", &format!("record {index} "), 1));
        assert_eq!(refused(&renamed), Refusal::Altered(3), "{index:?}");
    }
    assert_eq!(
        refused(&lines(|lines| lines[5] = lines[5].replace("withheld 5", "withheld 6"))),
        Refusal::Altered(5)
    );
}

#[test]
fn a_missing_record_is_named() {
    assert_eq!(refused(&lines(|lines| drop(lines.remove(3)))), Refusal::Missing(3));
    let renumbered = lines(|lines| {
        lines.remove(3);
        for (at, line) in lines.iter_mut().enumerate().take(6).skip(3) {
            *line = line.replacen(&format!(" {} ", at + 1), &format!(" {at} "), 1);
        }
    });
    assert_eq!(refused(&renumbered), Refusal::Missing(3));
}

#[test]
fn an_inserted_record_is_named() {
    let twice = |lines: &mut Vec<String>| lines.insert(3, lines[1].replacen(" 1 ", " 3 ", 1));
    assert_eq!(refused(&lines(twice)), Refusal::Inserted(3));
    let appended = |lines: &mut Vec<String>| lines.insert(7, lines[1].replacen(" 1 ", " 7 ", 1));
    assert_eq!(refused(&lines(appended)), Refusal::Inserted(7));
    let invented = record(&by_the_fleet(), salts(99));
    let line = format!("record 2 suspend {} {}", salts(99).leaf, crypto::hex::Hex(invented.bytes()));
    assert_eq!(refused(&lines(|lines| lines.insert(2, line))), Refusal::Inserted(2));
}

#[test]
fn reordered_records_are_named() {
    assert_eq!(refused(&lines(|lines| lines.swap(2, 3))), Refusal::Moved { record: 3, stands_at: 2 });
    let renumbered = lines(|lines| {
        lines.swap(2, 3);
        lines[2] = lines[2].replacen(" 3 ", " 2 ", 1);
        lines[3] = lines[3].replacen(" 2 ", " 3 ", 1);
    });
    assert_eq!(refused(&renumbered), Refusal::Moved { record: 3, stands_at: 2 });
}

#[test]
fn a_truncated_export_is_named() {
    let cut = |lines: &mut Vec<String>| {
        lines.truncate(13);
        lines.drain(5..7);
    };
    assert_eq!(refused(&lines(cut)), Refusal::Truncated { have: 5, promised: 7 });
    assert_eq!(refused(&lines(|lines| drop(lines.drain(5..7)))), Refusal::Truncated { have: 5, promised: 7 });
    let text = sound();
    let signature = text.rfind("\n\n").unwrap();
    for end in (0..signature + 2).filter(|end| text.is_char_boundary(*end)) {
        assert_eq!(refused(&text[..end]), Refusal::WithoutCheckpoint, "{end}");
    }
    for end in (signature + 2..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert!(matches!(refused(&text[..end]), Refusal::Checkpoint(_)), "{end}");
    }
}

#[test]
fn an_altered_list_of_leaves_is_told_from_an_altered_record() {
    assert_eq!(refused(&lines(|lines| lines.swap(10, 11))), Refusal::LeafAltered(2));
    assert_eq!(refused(&lines(|lines| drop(lines.pop()))), Refusal::LeafAltered(6));
    assert_eq!(refused(&lines(|lines| lines.push("leaf 7".into()))), Refusal::LeafAltered(7));
    assert_eq!(refused(&lines(|lines| lines[7] = "leafs".into())), Refusal::Inserted(7));
    assert_eq!(refused(&lines(|lines| drop(lines.remove(7)))), Refusal::Format);
}

#[test]
fn records_and_list_damaged_in_two_places_are_refused_with_the_first() {
    let both = lines(|lines| {
        lines[2].replace_range(9..10, "x");
        lines[14].replace_range(0..1, "x");
    });
    assert_eq!(refused(&both), Refusal::Altered(2));
}

#[test]
fn a_forged_checkpoint_is_named() {
    let other =
        export(&entries(), &log_of(&[]).0.publish(&SecretKey::<key::Log>::from_seed([9; 32])).unwrap());
    assert_eq!(refused(&other), Refusal::Checkpoint(note::Refusal::NoKnownSignature));
    let grown = sound().replace("log.nord\n7\n", "log.nord\n8\n");
    assert!(matches!(refused(&grown), Refusal::Checkpoint(note::Refusal::BadSignature { .. })));
}

#[test]
fn a_checkpoint_of_another_log_is_named() {
    use crypto::note::{Note, SignatureType};
    let own = Verifier::new("log.nord", SignatureType::Note, log_key().public().as_bytes()).unwrap();
    let (log, _) = log_of(&[]);
    let text = Checkpoint::new("log.sued", 0, log.checkpoint().root()).unwrap().to_string();
    let note = Note::signed(text, &own, &log_key()).unwrap();
    let found = Refusal::OtherLog { expected: "log.nord".into(), found: "log.sued".into() };
    assert_eq!(refused(&format!("{HEADER}\n\n{note}")), found);
}

#[test]
fn a_file_of_another_format_is_refused() {
    assert_eq!(refused(&sound().replacen("v1", "v2", 1)), Refusal::Format);
    assert_eq!(refused(&sound().replacen("v1\n", "v1 ", 1)), Refusal::Format);
    for text in ["", "\n\n", "\n\n\n\n", "wrale-audit/v1\n"] {
        assert!(check(text).is_err());
    }
}

#[test]
fn a_reader_who_remembers_sees_a_log_that_shrank_or_was_rewritten() {
    let earlier = |n: usize| publish(&entries()[..n]).checkpoint().clone();
    for n in 0..=7 {
        assert!(verify(&sound(), &known(), Some(&earlier(n))).is_ok(), "{n}");
    }
    let short = export(&entries()[..4], &publish(&entries()[..4]));
    let shrunk = Refusal::Shrunk { remembered: 7, size: 4 };
    assert_eq!(verify(&short, &known(), Some(&earlier(7))), Err(shrunk));
    let mut rewritten = entries();
    rewritten[1] = Entry::Record(record(&by_a_person("another story"), salts(1)));
    let text = export(&rewritten, &publish(&rewritten));
    assert!(check(&text).is_ok(), "whoever holds the key can rewrite");
    assert_eq!(verify(&text, &known(), Some(&earlier(5))), Err(Refusal::Forked { remembered: 5 }));
    let elsewhere = Checkpoint::new("log.sued", 0, Root::of_nothing()).unwrap();
    assert!(matches!(verify(&sound(), &known(), Some(&elsewhere)), Err(Refusal::OtherLog { .. })));
}

#[test]
fn every_refusal_has_a_code_and_a_sentence_of_its_own() {
    let all = [
        Refusal::Altered(1),
        Refusal::Checkpoint(note::Refusal::NoKnownSignature),
        Refusal::Forked { remembered: 1 },
        Refusal::Format,
        Refusal::Inserted(1),
        Refusal::LeafAltered(1),
        Refusal::Missing(1),
        Refusal::Moved { record: 1, stands_at: 2 },
        Refusal::OtherHistory,
        Refusal::OtherLog { expected: "a".into(), found: "b".into() },
        Refusal::PersonalAltered(1),
        Refusal::Shrunk { remembered: 2, size: 1 },
        Refusal::Truncated { have: 1, promised: 2 },
        Refusal::WithoutCheckpoint,
    ];
    let codes: BTreeSet<_> = all.iter().map(Refusal::code).collect();
    let words: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), words.len()), (all.len(), all.len()));
}

/// The record in whose line this byte stands, if it stands in one.
fn record_at(text: &str, at: usize) -> Option<u64> {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    (1..=7).contains(&line).then(|| line as u64 - 1)
}

fn names(refusal: &Refusal, record: u64) -> bool {
    matches!(refusal, Refusal::Altered(at) | Refusal::PersonalAltered(at) if *at == record)
}

/// Every byte of the file, one bit of it flipped: refused, and in a record's line that record is named.
#[test]
fn one_flipped_bit_anywhere_is_named() {
    let text = sound();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 << (at % 7);
        let Ok(flipped) = String::from_utf8(bytes) else { continue };
        let refusal = check(&flipped).expect_err("one bit was flipped");
        if let Some(record) = record_at(&text, at) {
            assert!(names(&refusal, record), "byte {at} of record {record}: {refusal:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn one_changed_byte_anywhere_is_named(at in any::<prop::sample::Index>(), change in 1u8..=127) {
        let text = sound();
        let at = at.index(text.len());
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= change;
        if let Ok(changed) = String::from_utf8(bytes) {
            let refusal = check(&changed).expect_err("one byte was changed");
            if let Some(record) = record_at(&text, at) {
                // A line cut in two just where a personal part begins: the record may stand without it, and the rest
                // stands where the next one belongs.
                let cut = changed.as_bytes()[at] == b'\n' && names(&refusal, record + 1);
                prop_assert!(names(&refusal, record) || cut, "byte {at} of record {record}: {refusal:?}");
            }
        }
    }

    #[test]
    fn lines_in_any_other_arrangement_are_refused(moves in prop::collection::vec((0usize..15, 0usize..15, 0u8..3), 1..6)) {
        let before = sound();
        let after = lines(|lines| {
            for (from, to, what) in moves {
                let (from, to) = (from % lines.len(), to % lines.len());
                match what {
                    0 => lines.swap(from, to),
                    1 => lines.insert(to, lines[from].clone()),
                    _ if lines.len() > 1 => drop(lines.remove(from)),
                    _ => {}
                }
            }
        });
        prop_assert_eq!(check(&after).is_ok(), before == after);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", cut in any::<prop::sample::Index>()) {
        let sound = sound();
        let at = cut.index(sound.len());
        let at = (0..=at).rev().find(|at| sound.is_char_boundary(*at)).unwrap_or(0);
        let mixed = format!("{}{text}{}", &sound[..at], &sound[at..]);
        prop_assert_eq!(check(&mixed).is_ok(), text.is_empty());
        let _ = check(&text);
    }
}

#[test]
fn the_key_of_the_log_is_all_that_a_reader_needs() {
    let vkey: Verifier =
        crate::checkpoint::verifier(&fleet(), log_key().public()).to_string().parse().unwrap();
    assert!(verify(&sound(), &vkey, None).is_ok());
}
