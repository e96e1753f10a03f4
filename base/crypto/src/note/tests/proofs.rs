//! Proofs that are kept as a file and checked offline.

use super::*;

/// The proof of entry 1 of three, with its salt.
fn proof() -> LogProof {
    let leaves = [b"a", b"b", b"c"].map(|data| merkle::leaf_hash(data));
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(leaf);
    }
    let checkpoint = Checkpoint::new("example.com/log", 3, frontier.root()).unwrap();
    LogProof {
        extra: Some(b"salt".into()),
        index: 1,
        path: vec![leaves[0].0, leaves[2].0],
        checkpoint: note_by_log(&format!("{checkpoint}")),
    }
}

#[test]
fn a_proof_in_a_file_shows_offline_that_the_entry_is_in_the_log() {
    let text = format!("{}", proof());
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 1\n"));
    let read = LogProof::parse(&text).unwrap();
    assert_eq!(read, proof());
    let checkpoint = read.checkpoint.verify(&known([&log().0])).unwrap().checkpoint().unwrap();
    let verify = |data| {
        let leaf = merkle::leaf_hash(data);
        merkle::verify_inclusion(leaf, read.index, checkpoint.size(), &read.path, checkpoint.root())
    };
    assert_eq!(verify(b"b"), Ok(()));
    assert_eq!(verify(b"c"), Err(merkle::Refusal::OtherRoot));
}

#[test]
fn a_proof_without_extra_and_without_path_is_whole() {
    let alone = LogProof { extra: None, index: 0, path: vec![], ..proof() };
    assert!(format!("{alone}").starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n"));
    assert_eq!(LogProof::parse(&format!("{alone}")), Ok(alone));
}

#[test]
fn a_proof_that_is_not_written_as_specified_is_refused() {
    let good = format!("{}", proof());
    let hash = base64::encode(proof().path[0].as_bytes());
    let longest = good.replace(&hash, &[&hash[..]; 63].join("\n"));
    assert_eq!(LogProof::parse(&longest).map(|proof| proof.path.len()), Ok(64));
    for (text, part) in [
        (String::new(), Part::Separator),
        (good.replace("@v1", "@v2"), Part::Header),
        (format!("\n{good}"), Part::Header),
        (good.replace("c2FsdA==", "c2FsdA="), Part::Extra),
        (good.replace("c2FsdA==", "c2FsdB=="), Part::Extra),
        (good.replace("extra", "Extra"), Part::Index),
        (good.replace("index 1\n", ""), Part::Index),
        (good.replace("index 1", "index 01"), Part::Index),
        (good.replace("index 1", "index +1"), Part::Index),
        (good.replace("index 1", "index"), Part::Index),
        (good.replace("index 1\n", "index 1\nindex 1\n"), Part::Path),
        (good.replace(&hash, "c2FsdA=="), Part::Path),
        (good.replace(&hash, &hash[..43]), Part::Path),
        (longest.replacen(&hash, &format!("{hash}\n{hash}"), 1), Part::Path),
        (good.replace("\n\n—", "\n—"), Part::Separator),
    ] {
        assert_eq!(LogProof::parse(&text), Err(Refusal::Malformed(part)), "{text}");
    }
}

#[test]
fn every_truncation_of_a_proof_is_refused() {
    let good = format!("{}", proof());
    let cuts = good.char_indices().map(|(at, _)| at);
    assert_eq!(cuts.filter(|&at| LogProof::parse(&good[..at]).is_ok()).count(), 0);
}

proptest! {
    #[test]
    fn a_proof_that_parses_is_written_back_as_it_came(text in nearly(format!("{}", proof()))) {
        if let Ok(proof) = LogProof::parse(&text) {
            prop_assert_eq!(format!("{proof}"), text);
        }
    }
}
