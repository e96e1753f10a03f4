//! RFC 8949 §8 diagnostic notation, with a line for each entry of what does not fit into one.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use minicbor::{Decoder, data::Type};

const WIDTH: usize = 110;

/// The text of one data item.
///
/// A byte string that is itself one array or map, from its first byte to its last, is written as `<<…>>`.
pub(super) fn diagnostic(bytes: &[u8]) -> String {
    let mut decoder = Decoder::new(bytes);
    let text = item(&mut decoder).text(0);
    assert_eq!(decoder.position(), bytes.len(), "one data item and nothing after it");
    text
}

enum Item {
    Plain(String),
    Nest { open: &'static str, close: &'static str, inside: Vec<(Option<String>, Item)> },
}

fn item(decoder: &mut Decoder) -> Item {
    match decoder.datatype().unwrap() {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Item::Plain(decoder.int().unwrap().to_string())
        }
        Type::Null => {
            decoder.null().unwrap();
            Item::Plain("null".into())
        }
        Type::String => Item::Plain(format!("{:?}", decoder.str().unwrap())),
        Type::Bytes => bytes(decoder.bytes().unwrap()),
        Type::Array => {
            let count = decoder.array().unwrap().unwrap();
            let inside = (0..count).map(|_| (None, item(decoder))).collect();
            Item::Nest { open: "[", close: "]", inside }
        }
        Type::Map => {
            let count = decoder.map().unwrap().unwrap();
            let inside = (0..count).map(|_| (Some(item(decoder).text(0)), item(decoder))).collect();
            Item::Nest { open: "{", close: "}", inside }
        }
        other => panic!("our letters hold no {other}"),
    }
}

fn bytes(bytes: &[u8]) -> Item {
    let container = bytes.first().is_some_and(|first| matches!(first >> 5, 4 | 5)) && bytes.len() > 1;
    let mut decoder = Decoder::new(bytes);
    if container && decoder.skip().is_ok() && decoder.position() == bytes.len() {
        let inside = [(None, item(&mut Decoder::new(bytes)))].into();
        return Item::Nest { open: "<<", close: ">>", inside };
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Item::Plain(format!("h'{hex}'"))
}

impl Item {
    fn text(&self, indent: usize) -> String {
        let line = self.line();
        let Self::Nest { open, close, inside } = self else { return line };
        if line.len() + indent <= WIDTH {
            return line;
        }
        let (deeper, shallower) = (" ".repeat(indent + 2), " ".repeat(indent));
        let entry = |(key, value): &(Option<String>, Self)| match key {
            Some(key) => format!("{deeper}{key}: {}", value.text(indent + 2)),
            None => format!("{deeper}{}", value.text(indent + 2)),
        };
        let entries: Vec<_> = inside.iter().map(entry).collect();
        format!("{open}\n{}\n{shallower}{close}", entries.join(",\n"))
    }

    fn line(&self) -> String {
        let Self::Nest { open, close, inside } = self else {
            let Self::Plain(text) = self else { return String::new() };
            return text.clone();
        };
        let entry = |(key, value): &(Option<String>, Self)| match key {
            Some(key) => format!("{key}: {}", value.line()),
            None => value.line(),
        };
        let entries: Vec<_> = inside.iter().map(entry).collect();
        format!("{open}{}{close}", entries.join(", "))
    }
}
