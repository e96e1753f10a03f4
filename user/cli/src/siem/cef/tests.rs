use std::{collections::BTreeMap, fs};

use serde_json::{Map, Value};

use super::*;
use crate::{
    siem::{
        Format,
        tests::{FLEET, erased, hostile, naughty, refused, saying, state},
    },
    table::clean,
};

#[test]
fn an_entry_is_one_line_of_cef() {
    let device = crate::testing::DEVICE;
    let version = env!("CARGO_PKG_VERSION");
    let want = format!(
        "CEF:0|Wrale|Fleet|{version}|plan/no-such-latch|ask for an order|6|externalId=48214 rt=1793599200250 \
         dvchost=nord cat=propose outcome=failure suser=Ada dhost=dev-07 cs2Label=about_id cs2={device} \
         reason=the fan was changed msg=ask for an order: refused"
    );
    assert_eq!(Format::Cef.line(&refused(), FLEET), want);
    let want = format!(
        "CEF:0|Wrale|Fleet|{version}|state|tell a box what it is to obey|3|externalId=48214 rt=1793599200250 \
         dvchost=nord cat=state outcome=success suser=the fleet dhost=dev-07 cs2Label=about_id cs2={device} \
         cs3Label=state cs3=generation 7 from entry 12, armed, normal, 0 orders, 1 secrets, until any time \
         msg=tell a box what it is to obey: done"
    );
    assert_eq!(Format::Cef.line(&state(), FLEET), want);
    let erased = Format::Cef.line(&erased(), FLEET);
    assert!(erased.ends_with(" cs4Label=erased cs4=true msg=ask for an order: refused"), "{erased}");
    assert!(!erased.contains("suser=") && !erased.contains("reason="), "{erased}");
}

#[test]
fn whom_it_is_about_stands_under_a_key_for_a_box_for_a_person_or_for_neither() {
    let about = |about: &str, id: Option<&str>| {
        let entry = Entry { about: Some(about.into()), about_id: id.map(Into::into), ..refused() };
        let Cef { keys, .. } = read(&Format::Cef.line(&entry, FLEET)).unwrap();
        ["dhost", "duser", "cs1"].map(|key| keys.get(key).cloned().unwrap_or_default())
    };
    assert_eq!(about("dev-07", Some("dev_a")), ["dev-07", "", ""]);
    assert_eq!(about("Grace", None), ["", "Grace", ""]);
    assert_eq!(about("the fleet", None), ["", "", "the fleet"]);
    assert_eq!(about("inc_a", Some("inc_a")), ["", "", "inc_a"]);
}

#[test]
fn whatever_stands_in_an_entry_is_read_back_from_its_field() {
    for text in hostile().into_iter().chain(naughty()) {
        let line = Format::Cef.line(&saying(&text), FLEET);
        let Cef { head, keys } = read(&line).unwrap_or_else(|| panic!("{text:?}: {line}"));
        let clean = clean(&text);
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(head, ["0", "Wrale", "Fleet", version, &clean, &clean, "6"], "{text:?}: {line}");
        // A value may turn its line, and nothing else is lost but what is replaced.
        let turned: String =
            text.chars().zip(clean.chars()).map(|(c, clean)| turned(c).unwrap_or(clean)).collect();
        let about = if text == "the fleet" { "cs1" } else { "duser" };
        let mut want = BTreeMap::from([
            ("cat", "propose"),
            ("dvchost", "nord"),
            ("externalId", "48214"),
            ("outcome", "failure"),
            ("rt", "1793599200250"),
        ]);
        want.extend(
            ["suser", about, "reason"].into_iter().filter(|_| !text.is_empty()).map(|key| (key, &*turned)),
        );
        let message = format!("{turned}: refused");
        want.insert("msg", &message);
        let read: BTreeMap<_, _> = keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(read, want, "{text:?}: {line}");
    }
}

fn turned(c: char) -> Option<char> {
    matches!(c, '\n' | '\r').then_some(c)
}

/// The reader is right where others' lines are known.
#[test]
fn lines_of_other_products_read_as_others_read_them() {
    let Some(folder) = data::find("log-formats") else { return };
    let lines = fs::read_to_string(folder.join("cef.out")).unwrap();
    let known = fs::read_to_string(folder.join("cef.json")).unwrap();
    let known: Vec<Map<String, Value>> = serde_json::from_str(&known).unwrap();
    let lines: Vec<_> = lines.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!((lines.len(), known.len()), (14, 14));
    for (line, mut known) in lines.into_iter().zip(known) {
        let Some(Cef { head, keys }) = read(line) else {
            assert!(known.contains_key("unparsable"), "{line}");
            continue;
        };
        for (have, field) in head.iter().zip(HEAD) {
            assert_eq!(*have, written(&known.remove(field).unwrap()), "{field} of {line}");
        }
        let own = |key: &String| !(DERIVED.contains(&key.as_str()) || key.contains("_epoch"));
        let want: BTreeMap<_, _> = known
            .iter()
            .filter(|(key, _)| own(key))
            .map(|(key, value)| (key.clone(), written(value)))
            .collect();
        assert_eq!(labelled(&keys), want, "{line}");
    }
}

/// What others call the fields of the head, and what they add that stands in no line.
const HEAD: [&str; 7] = [
    "CEFVersion",
    "deviceVendor",
    "deviceProduct",
    "deviceVersion",
    "deviceEventClassId",
    "name",
    "agentSeverity",
];
const DERIVED: [&str; 3] = ["agentSeverityNum", "agentSeverityString", "deviceEventClassIdNum"];

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), Into::into)
}

/// As others name and trim them: what has a label by its label, and in letters, digits and lines alone.
fn labelled(keys: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let label = |key: &str| keys.get(&format!("{key}Label"));
    let named = |name: &str| {
        let word = |c: char| if c.is_alphanumeric() { c } else { '_' };
        name.chars().map(word).collect::<String>().trim_matches('_').to_owned()
    };
    let all = keys.iter().filter(|(key, _)| !key.ends_with("Label"));
    all.map(|(key, value)| (named(label(key).unwrap_or(key)), value.trim().to_owned())).collect()
}

/// A line of CEF, taken apart.
struct Cef {
    head: [String; 7],
    keys: BTreeMap<String, String>,
}

/// Reads a line by the rules of the format: bars part the head, and a key stands between a space and an equals sign; each
/// of these is part of the text where a backslash stands before it.
fn read(line: &str) -> Option<Cef> {
    let mut rest = line.split_once("CEF:")?.1;
    let mut head: [String; 7] = Default::default();
    for field in &mut head {
        let end = bare(rest, '|').next()?;
        *field = plain(&rest[..end]);
        rest = &rest[end + 1..];
    }
    let signs: Vec<_> = bare(rest, '=').collect();
    let begins = |sign: usize| rest[..sign].rfind([' ', '=']).map_or(0, |before| before + 1);
    let ends = signs.iter().skip(1).map(|sign| begins(*sign)).chain([rest.len() + 1]);
    let pairs = signs.iter().zip(ends).filter_map(|(sign, next)| {
        // A sign that belongs to no key makes no value.
        Some((rest[begins(*sign)..*sign].to_owned(), plain(rest.get(sign + 1..next - 1)?)))
    });
    Some(Cef { head, keys: pairs.collect() })
}

/// Where this character stands without a backslash.
fn bare(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    text.char_indices().filter_map(move |(at, c)| {
        let found = c == wanted && !escaped;
        escaped = c == '\\' && !escaped;
        found.then_some(at)
    })
}

/// Text without its backslashes; one before a letter that means nothing is itself.
fn plain(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(next)) if next.is_ascii_punctuation() => out.push(next),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}
