use std::fs;

use serde_json::{Value, json};
use syslog_loose::{Message, SyslogFacility, SyslogSeverity, Variant, parse_message_with_year_exact};

use super::*;
use crate::{
    siem::{
        Format,
        tests::{FLEET, erased, hostile, naughty, refused, saying, state},
    },
    table::clean,
};

/// Another's reader, which takes what does not wholly follow the standard for an older one or for nothing.
fn read(line: &str) -> Result<Message<&str>, String> {
    parse_message_with_year_exact(line, |_| 2026, Variant::RFC5424)
}

/// What stands in an element.
fn held(message: &Message<&str>) -> Vec<(String, String)> {
    let [element] = &message.structured_data[..] else { panic!("{message:?}") };
    assert_eq!(element.id, ELEMENT);
    element.params().map(|(name, value)| ((*name).to_owned(), value)).collect()
}

#[test]
fn an_entry_is_one_message() {
    let device = crate::testing::DEVICE;
    let want = format!(
        "<108>1 2026-11-02T06:00:00.250001Z nord wrale - propose [wrale@32473 index=\"48214\" kind=\"propose\" \
         what=\"ask for an order\" by=\"Ada\" about=\"dev-07\" about_id=\"{device}\" \
         refused=\"plan/no-such-latch\" reason=\"the fan was changed\"] ask for an order: refused"
    );
    assert_eq!(Format::Syslog.line(&refused(), FLEET), want);
    let want = format!(
        "<109>1 2026-11-02T06:00:00.250001Z nord wrale - state [wrale@32473 index=\"48214\" kind=\"state\" \
         what=\"tell a box what it is to obey\" by=\"the fleet\" about=\"dev-07\" about_id=\"{device}\" \
         state=\"generation 7 from entry 12, armed, normal, 0 orders, 1 secrets, until any time\"] \
         tell a box what it is to obey: done"
    );
    assert_eq!(Format::Syslog.line(&state(), FLEET), want);
    let erased = Format::Syslog.line(&erased(), FLEET);
    assert!(erased.ends_with(" erased=\"true\"] ask for an order: refused"), "{erased}");
    assert!(!erased.contains(" by=") && !erased.contains(" reason="), "{erased}");
}

#[test]
fn another_reads_what_we_wrote() {
    for (entry, severity) in [(refused(), SyslogSeverity::SEV_WARNING), (state(), SyslogSeverity::SEV_NOTICE)]
    {
        let line = Format::Syslog.line(&entry, FLEET);
        let message = read(&line).unwrap();
        assert_eq!((message.facility, message.severity), (Some(SyslogFacility::LOG_AUDIT), Some(severity)));
        assert_eq!((message.hostname, message.appname), (Some(FLEET), Some("wrale")));
        assert_eq!((message.procid, message.msgid), (None, Some(entry.kind.as_str())));
        assert_eq!(message.timestamp.unwrap().timestamp_micros(), 1_793_599_200_250_001);
    }
}

#[test]
fn whatever_stands_in_an_entry_is_read_back_from_its_field() {
    for text in hostile().into_iter().chain(naughty()) {
        let line = Format::Syslog.line(&saying(&text), FLEET);
        let message = read(&line).unwrap_or_else(|why| panic!("{text:?}: {why}: {line}"));
        let clean = clean(&text);
        let said = ["what", "by", "about", "refused", "reason"].into_iter().filter(|_| !clean.is_empty());
        let mut want = vec![("index", "48214"), ("kind", "propose")];
        want.extend(said.map(|name| (name, clean.as_str())));
        let want: Vec<_> = want.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        assert_eq!(held(&message), want, "{text:?}: {line}");
        // The reader takes spaces before a message for no part of it.
        let said = message.msg.strip_prefix('\u{feff}').unwrap_or(message.msg);
        assert_eq!(
            said.trim_start_matches(' '),
            format!("{clean}: refused").trim_start_matches(' '),
            "{line}"
        );
    }
}

#[test]
fn the_head_is_words_of_ascii_whatever_came() {
    for text in hostile().into_iter().chain(naughty()) {
        let entry = Entry { kind: text.clone(), at: Some(text.clone()), ..refused() };
        let line = Format::Syslog.line(&entry, &text);
        let message = read(&line).unwrap_or_else(|why| panic!("{text:?}: {why}: {line}"));
        assert_eq!((message.timestamp, message.appname), (None, Some("wrale")), "{line}");
        assert_eq!(held(&message)[0], ("index".into(), "48214".into()), "{line}");
        let head: Vec<_> = line.splitn(7, ' ').collect();
        assert_eq!((head[1], head[4]), ("-", "-"), "{line}");
        assert!((1..=HOST).contains(&head[2].len()) && (1..=ID).contains(&head[5].len()), "{line}");
        assert!(head.iter().take(6).all(|word| word.is_ascii()), "{line}");
    }
}

#[test]
fn text_beyond_ascii_says_that_it_is_utf_8() {
    let line = |what: &str| Format::Syslog.line(&Entry { what: what.into(), ..refused() }, FLEET);
    assert!(line("öffnen").ends_with("] \u{feff}öffnen: refused"));
    assert!(line("open").ends_with("] open: refused"));
}

/// The reader is right where messages of others are known.
#[test]
fn messages_of_others_read_as_others_read_them() {
    let Some(folder) = data::find("log-formats") else { return };
    let lines = fs::read_to_string(folder.join("syslog-5424.out")).unwrap();
    let known: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("syslog-5424.json")).unwrap()).unwrap();
    let lines: Vec<_> = lines.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!((lines.len(), known.len()), (9, 9));
    let mut compared = 0;
    for (line, known) in lines.into_iter().zip(known) {
        // The others are whole in no standard.
        if known["priority"].is_null() || known["timestamp"].is_null() {
            continue;
        }
        let message = read(line).unwrap();
        let elements = message.structured_data.iter().map(|element| {
            let parameters: serde_json::Map<_, _> =
                element.params().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
            json!({ "identity": element.id, "parameters": parameters })
        });
        let elements: Vec<_> = elements.collect();
        let priority = message.facility.unwrap() as u32 * 8 + message.severity.unwrap() as u32;
        assert_eq!(json!(priority), known["priority"], "{line}");
        assert_eq!(json!(message.hostname), known["hostname"], "{line}");
        assert_eq!(json!(message.appname), known["appname"], "{line}");
        assert_eq!(json!(message.msgid), known["msg_id"], "{line}");
        assert_eq!(json!((!elements.is_empty()).then_some(elements)), known["structured_data"], "{line}");
        assert_eq!(json!(message.msg), known["message"], "{line}");
        compared += 1;
    }
    assert_eq!(compared, 4);
}
