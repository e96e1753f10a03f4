//! Just enough of HTML to look at what maud writes: tags, attributes, and what stands between.

use api::audit::Place;
use crypto::hex;
use serde_json::Value;

/// The tags of a page, each with its attributes as they are meant.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = vec![];
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let name: String = rest.chars().take_while(|c| !c.is_whitespace() && !">/".contains(*c)).collect();
        rest = &rest[name.len()..];
        let mut attributes = vec![];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let key: String = rest.chars().take_while(|c| !c.is_whitespace() && !"=>".contains(*c)).collect();
            rest = &rest[key.len()..];
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix('=') {
                let quote = after.chars().next().filter(|c| "\"'".contains(*c));
                let (end, skip) = match quote {
                    Some(quote) => (after[1..].find(quote).map_or(after.len(), |at| at + 1), 1),
                    None => (after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len()), 0),
                };
                value = meant(&after[skip..end]);
                rest = after.get(end + skip..).unwrap_or_default();
            }
            attributes.push((key.to_ascii_lowercase(), value));
        }
        found.push((name.to_ascii_lowercase(), attributes));
    }
    found
}

/// Escapes as they are meant.
fn meant(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Whether nothing of it is inline, and nothing of it comes from elsewhere.
pub(super) fn is_plain(page: &str) -> Result<(), String> {
    for (name, attributes) in tags(page) {
        let get =
            |wanted: &str| attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
        if name == "style" || (name == "script" && get("src").is_none()) {
            return Err(format!("an inline <{name}>"));
        }
        if ["iframe", "object", "embed", "base", "meta-refresh"].contains(&name.as_str()) {
            return Err(format!("a <{name}>"));
        }
        for (key, value) in &attributes {
            if key == "style" || (key.starts_with("on") && key.len() > 2) {
                return Err(format!("an inline {key} in <{name}>"));
            }
            if ["src", "href", "action", "formaction", "data-live", "data-api", "data-then", "data-fetch"]
                .contains(&key.as_str())
            {
                let ours = value.is_empty()
                    || value.starts_with('#')
                    || (value.starts_with('/') && !value.starts_with("//"));
                if !ours {
                    return Err(format!("{key} leads to {value}"));
                }
            }
        }
    }
    Ok(())
}

/// The values of every attribute of this name.
pub(super) fn attributes(page: &str, wanted: &str) -> Vec<String> {
    let all = tags(page).into_iter().flat_map(|(_, attributes)| attributes);
    all.filter(|(key, _)| key == wanted).map(|(_, value)| value).collect()
}

/// What stands in every element of this name that holds text alone.
pub(super) fn texts(page: &str, name: &str) -> Vec<String> {
    let text = |after: &str| {
        let (attributes, after) = after.split_once('>')?;
        let is_it = attributes.is_empty() || attributes.starts_with(' ');
        is_it.then(|| after.split_once("</").map(|(text, _)| meant(text))).flatten()
    };
    page.split(&format!("<{name}")).skip(1).filter_map(text).collect()
}

/// An element's name and attributes.
pub(super) type Tag = (String, Vec<(String, String)>);

/// Every form, with the fields in it.
pub(super) fn forms(page: &str) -> Vec<(Tag, Vec<Tag>)> {
    let mut forms: Vec<(Tag, Vec<Tag>)> = vec![];
    for tag in tags(page) {
        match tag.0.as_str() {
            "form" => forms.push((tag, vec![])),
            "input" | "select" | "textarea" => forms.last_mut().expect("a field is of a form").1.push(tag),
            _ => {}
        }
    }
    forms
}

/// What an element says for this attribute.
pub(super) fn said<'a>((_, attributes): &'a Tag, wanted: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
}

/// What the script of the audit page does, done here: from the record to the root of the signed note.
pub(super) fn checks(entry: &Value, place: &Place) {
    let sha256 = |parts: &[&[u8]]| -> Vec<u8> {
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &parts.concat()).as_ref().to_vec()
    };
    let text = |name: &str| entry[name].as_str().unwrap().to_owned();
    let bytes = |text: &str| hex::decode(text).unwrap();
    let kind = text("kind");
    let length = [u8::try_from(kind.len()).unwrap()];
    let record = sha256(&[&bytes(&text("record"))]);
    let leaf = sha256(&[b"wrale.leaf.v1", &length, kind.as_bytes(), &bytes(&text("salt")), &record]);
    assert_eq!(hex::encode(&leaf), text("leaf"));
    // RFC 9162 §2.1.3.2.
    let (mut hash, mut at, mut last) = (sha256(&[&[0], &leaf]), place.entry, place.size - 1);
    for sibling in &place.path {
        let sibling = bytes(sibling);
        if at % 2 == 1 || at == last {
            hash = sha256(&[&[1], &sibling, &hash]);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            hash = sha256(&[&[1], &hash, &sibling]);
        }
        (at, last) = (at / 2, last / 2);
    }
    assert_eq!(last, 0);
    let root = place.note.lines().nth(2).unwrap();
    assert_eq!(base64(&hash), root, "the path of entry {} leads to the root", place.entry);
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word =
            group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
