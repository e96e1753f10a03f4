//! What both formats are tried with.

use super::*;

pub(super) const FLEET: &str = "nord";

/// What somebody asked for and was refused.
pub(super) fn refused() -> Entry {
    Entry {
        index: 48_214,
        kind: "propose".into(),
        what: "ask for an order".into(),
        at: Some("2026-11-02T06:00:00.250001Z".into()),
        by: Some("Ada".into()),
        about: Some("dev-07".into()),
        about_id: Some(crate::testing::DEVICE.to_string()),
        refused: Some("plan/no-such-latch".into()),
        reason: Some("the fan was changed".into()),
        inputs: vec!["07".repeat(32)],
        erased: false,
        state: None,
    }
}

/// A state as it was signed.
pub(super) fn state() -> Entry {
    Entry {
        kind: "state".into(),
        what: "tell a box what it is to obey".into(),
        by: Some("the fleet".into()),
        refused: None,
        reason: None,
        state: Some(api::audit::SignedState {
            generation: 7,
            basis: 12,
            arming: api::word::Arming::Armed,
            posture: api::word::Posture::Normal,
            orders: vec![],
            secrets: 1,
            until: None,
        }),
        ..refused()
    }
}

/// What somebody asked for whose name is no longer known.
pub(super) fn erased() -> Entry {
    Entry { by: None, reason: None, erased: true, ..refused() }
}

/// The same text wherever a stranger's may stand.
pub(super) fn saying(text: &str) -> Entry {
    let said = || Some(text.to_owned());
    Entry {
        what: text.into(),
        by: said(),
        about: said(),
        about_id: None,
        refused: said(),
        reason: said(),
        ..refused()
    }
}

/// Every text of three such pieces or fewer, and what broke others.
pub(super) fn hostile() -> Vec<String> {
    const PIECES: [&str; 16] = [
        "\\",
        "|",
        "=",
        "\"",
        "]",
        "[",
        " ",
        "\n",
        "\r",
        "\0",
        "\x1b[2J",
        "\u{202e}",
        "\u{2028}",
        "n",
        " reason=",
        "\u{feff}ä",
    ];
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..3 {
        last = last.iter().flat_map(|text| PIECES.map(|piece| format!("{text}{piece}"))).collect();
        all.extend_from_slice(&last);
    }
    let more = [
        "\r\n<104>1 - nord wrale - permit [wrale@32473 refused=\"no\"] forged",
        "x\"] forged [wrale@32473 by=\"Grace\"",
        "x|10|act=forged\nCEF:0|Wrale|Fleet|0|a|b|10|",
        "Ada outcome=success suser=Grace",
        "C:\\new\\recycle\\",
        "\u{9b}31m\u{85}\u{61c}\u{2029}\u{2066}",
    ];
    all.extend(more.map(Into::into));
    all
}

/// Strings that broke others.
pub(super) fn naughty() -> Vec<String> {
    let Some(folder) = data::find("bad-input") else { return vec![] };
    let all: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("blns.json")).unwrap()).unwrap();
    assert!(all.len() > 500, "{} strings", all.len());
    all
}

#[test]
fn no_text_has_a_second_line_or_moves_what_is_read() {
    let turns = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    for text in hostile().into_iter().chain(naughty()) {
        let said = || Some(text.clone());
        let entry = Entry { kind: text.clone(), at: said(), about_id: said(), ..saying(&text) };
        for format in [Format::Cef, Format::Syslog] {
            for fleet in [FLEET, &text] {
                let line = format.line(&entry, fleet);
                let bad = line.chars().find(|c| c.is_control() || turns.contains(*c));
                assert_eq!(bad, None, "{text:?} as {format:?}: {line:?}");
            }
        }
    }
}
