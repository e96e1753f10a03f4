//! Tables and facts for people: columns as wide as what they hold, and colour only beside a word that says the same.
//!
//! Grey is normal. Whatever a fleet says is shown without the characters that could move a cursor or turn a line.

use core::fmt::Write;

/// Whether colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// On a terminal.
    Colour,
    /// Everywhere else, and where `NO_COLOR` is set.
    Plain,
}

/// What a word is worth a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Normal,
    /// Not known, or not proved.
    Grey,
    Attention,
    Alarm,
}

impl Tone {
    /// SGR (ECMA-48 §8.3.117).
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Grey => Some("2"),
            Self::Attention => Some("33"),
            Self::Alarm => Some("1;31"),
        }
    }
}

/// A word with its tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        Self { text: clean(text.as_ref()), tone }
    }

    /// The same word with something after it.
    pub(crate) fn with(mut self, after: &str) -> Self {
        self.text.push_str(&clean(after));
        self
    }

    /// The text alone.
    pub(crate) fn shown(self) -> String {
        self.text
    }

    pub(crate) fn painted(&self, paint: Paint) -> String {
        match (paint, self.tone.code()) {
            (Paint::Colour, Some(code)) if !self.text.is_empty() => {
                format!("\x1b[{code}m{}\x1b[0m", self.text)
            }
            _ => self.text.clone(),
        }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }

    /// The same in lines that fit, turned between words; at least one.
    fn turned(&self, room: Option<usize>) -> Vec<Self> {
        let Some(room) = room else { return vec![self.clone()] };
        let mut lines = vec![String::new()];
        for word in self.text.split(' ') {
            let line = lines.last_mut().expect("there is one from the beginning");
            if line.is_empty() {
                line.push_str(word);
            } else if line.chars().count() + 1 + word.chars().count() <= room {
                line.push(' ');
                line.push_str(word);
            } else {
                lines.push(word.to_owned());
            }
        }
        lines.into_iter().map(|text| Self { text, tone: self.tone }).collect()
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Normal)
    }
}

/// Between two columns.
const GAP: usize = 2;
/// The least width that is worth turning lines for.
const ROOM: usize = 24;

/// Rows under one head.
pub(crate) struct Table {
    head: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|word| Cell::new(word, Tone::Grey)).collect(), rows: vec![] }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// As text; no wider than `wide` where that can be done, by turning the lines of the last column.
    pub(crate) fn text(&self, paint: Paint, wide: Option<usize>) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.head]).filter_map(|row| row.get(column));
            cells.map(Cell::width).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.head.len()).map(width).collect();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + GAP).sum();
        let room = wide.and_then(|wide| wide.checked_sub(before)).filter(|room| *room >= ROOM);
        let mut text = String::new();
        for row in [&self.head].into_iter().chain(&self.rows) {
            let mut line = String::new();
            let Some((last, row)) = row.split_last() else { continue };
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&cell.painted(paint));
                line.extend(core::iter::repeat_n(' ', width + GAP - cell.width()));
            }
            for part in last.turned(room) {
                line.push_str(&part.painted(paint));
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(before);
            }
        }
        text
    }
}

/// Facts, a line each, their names before them.
pub(crate) fn facts(facts: &[(&str, Cell)], paint: Paint) -> String {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in facts {
        let pad = width - name.chars().count();
        let name = Cell::new(name, Tone::Grey).painted(paint);
        let _ = writeln!(text, "  {name}{:pad$}  {}", "", value.painted(paint));
    }
    text
}

/// Text of a stranger: no control characters, and none that turn a line or the direction of writing.
pub(crate) fn clean(text: &str) -> String {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// How a command names a box: by its label where a shell takes that for one plain word, else by its id.
pub(crate) fn called(label: &str, id: &impl std::fmt::Display) -> String {
    if is_plain(label) { label.to_owned() } else { id.to_string() }
}

/// Whether a shell takes this for one word and does nothing with it.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/+=@,".contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

/// One word for a shell (POSIX XCU §2.2.2): people copy what is suggested to them.
pub(crate) fn quoted(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// How long ago, in one unit.
pub(crate) fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The same; `never` where it never was.
pub(crate) fn age_of(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "never".into(), age)
}

#[cfg(test)]
mod tests;
