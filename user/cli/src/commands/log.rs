//! The audit log: taken away with a session, checked without one.

use std::path::Path;

use api::audit::Entry;
use audit::verify::{Refusal, Verified};
use crypto::{
    hex,
    note::{Checkpoint, Note, SignatureType, Verifier, Verifiers},
};

use self::line::Lines;
use super::{Done, Session};
use crate::{
    desk::{Desk, Form},
    files::{self, Draft},
    mistake::Mistake,
    problem::Problem,
    progress::Progress,
    table::{Cell, Table, Tone, quoted},
};

pub(super) mod entry;
pub(super) mod follow;
mod line;

/// Most bytes of an export that is checked at once.
const EXPORT: usize = 1 << 30;
/// Most bytes of a file with a key or a checkpoint.
const NOTE: usize = 128 * 1024;

pub(super) async fn export(session: &Session, out: &Path, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let (mut draft, mut progress) = (Draft::new(out, 0o600)?, Progress::of("exported"));
    let taken = |bytes: &[u8]| {
        progress.more(bytes.len());
        Ok(draft.add(bytes)?)
    };
    session.client.audit_export(taken).await?;
    drop(progress);
    draft.keep()?;
    let facts = session.client.fleet().await?;
    desk.aside(&format!("{} holds the audit log of {}.", out.display(), facts.name))?;
    desk.aside("Check it without the fleet; compare the key with the one that you were given:")?;
    let verify = format!(
        "{} audit verify {} --key {}",
        desk.hint,
        quoted(&out.to_string_lossy()),
        quoted(&facts.log_verifier)
    );
    desk.aside(&format!("  {verify}"))?;
    Ok(Done::Yes)
}

pub(super) async fn search(
    session: &Session,
    words: &str,
    limit: usize,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let found = session.client.audit_entries(words, limit).await?;
    if desk.json(&found)? {
        return Ok(Done::Yes);
    }
    if let Form::Lines(_) = desk.form {
        let lines = Lines::of(session, desk);
        return found.entries.iter().try_for_each(|entry| desk.say(&lines.line(entry))).map(|()| Done::Yes);
    }
    let mut table = Table::new(&["ENTRY", "AT", "STEP", "BY", "ABOUT", "OUTCOME"]);
    for entry in &found.entries {
        table.row(row(entry));
    }
    desk.table(&table)?;
    if found.next.is_some() {
        desk.line("There are older ones: `--limit` shows more.")?;
    }
    Ok(Done::Yes)
}

/// What a list shows of an entry.
fn row(entry: &Entry) -> Vec<Cell> {
    let outcome = match &entry.reason {
        Some(reason) => outcome(entry).with(&format!(": {reason}")),
        None => outcome(entry),
    };
    let or_none = |text: &Option<String>| Cell::from(text.as_deref().unwrap_or("-"));
    vec![
        entry.index.to_string().into(),
        or_none(&entry.at),
        (&entry.kind).into(),
        or_none(&entry.by),
        or_none(&entry.about),
        outcome,
    ]
}

/// Whether it was done.
fn outcome(entry: &Entry) -> Cell {
    match &entry.refused {
        Some(code) => Cell::new(format!("refused: {code}"), Tone::Attention),
        None => Cell::new("done", Tone::Normal),
    }
}

pub(super) async fn checkpoint(session: &Session, out: &Path, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let checkpoint = session.client.audit_checkpoint().await?;
    files::write(out, checkpoint.note.as_bytes())?;
    desk.aside(&format!(
        "{} states {} records; later exports must contain them.",
        out.display(),
        checkpoint.size
    ))?;
    Ok(Done::Yes)
}

pub(super) fn verify(
    file: &Path,
    key: &str,
    remembered: Option<&Path>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let export = files::read_text(file, EXPORT)?;
    let key = verifier(key, &export)?;
    let remembered = match remembered {
        Some(path) => Some(read_checkpoint(&files::read_text(path, NOTE)?, &key)?),
        None => None,
    };
    let mut progress = Progress::of("verifying");
    progress.more(export.len());
    let verified = audit::verify::verify(&export, &key, remembered.as_ref())?;
    drop(progress);
    report(&verified, remembered.as_ref(), desk)?;
    Ok(Done::Yes)
}

fn report(verified: &Verified, remembered: Option<&Checkpoint>, desk: &mut Desk<'_>) -> Result<(), Problem> {
    let Verified { checkpoint, records } = verified;
    let withheld = records.iter().filter(|record| record.is_none()).count();
    let told = serde_json::json!({
        "log": checkpoint.origin(),
        "records": records.len(),
        "withheld": withheld,
        "remembered": remembered.map(Checkpoint::size),
    });
    if desk.json(&told)? {
        return Ok(());
    }
    desk.line(&format!(
        "Whole: {} records of {}, as the log signed them.",
        records.len(),
        checkpoint.origin()
    ))?;
    if withheld > 0 {
        desk.line(&format!(
            "{withheld} of them are withheld: that they stand there is proved, not what they say."
        ))?;
    }
    match remembered {
        Some(then) => desk.line(&format!("It continues the {} records that you remember.", then.size())),
        None => desk.line(
            "Nothing was remembered to compare with: `--remembered CHECKPOINT` shows that nothing was rewritten since.",
        ),
    }
}

/// The key, from the argument or from a file that it names.
fn verifier(key: &str, export: &str) -> Result<Verifier, Mistake> {
    let path = Path::new(key);
    let text = if path.is_file() { files::read_text(path, NOTE)? } else { key.to_owned() };
    let text = text.trim();
    if let Ok(verifier) = text.parse() {
        return Ok(verifier);
    }
    // The digits alone lack the name of the log: the export says it, and the key decides whether it may.
    let public: [u8; 32] = hex::decode_array(text).map_err(|_| Mistake::LogKey)?;
    Verifier::new(origin(export), SignatureType::Note, &public).map_err(|_| Mistake::LogKey)
}

/// The first line of the note at the end.
fn origin(export: &str) -> &str {
    let blank = |text: &str| text.rfind("\n\n");
    let note = blank(export).and_then(|end| blank(&export[..end])).map(|at| &export[at + 2..]);
    note.and_then(|note| note.lines().next()).unwrap_or("log")
}

fn read_checkpoint(note: &str, key: &Verifier) -> Result<Checkpoint, Refusal> {
    let known = Verifiers::new(vec![key.clone()]).expect("one key has no twin");
    let read = Note::parse(note).and_then(|note| note.verify(&known)).and_then(|note| note.checkpoint());
    read.map_err(Refusal::Checkpoint)
}
