//! The audit log on paper: checked without the fleet, and a flipped byte is named.

use anyhow::{Context, Result, bail};
use audit::Refusal;
use crypto::note::Verifier;

use super::{Tour, must, ok, write};

pub(super) async fn make(tour: &mut Tour<'_>) -> Result<()> {
    let mut export = Vec::new();
    let taken = |bytes: &[u8]| {
        export.extend_from_slice(bytes);
        Ok(())
    };
    tour.ada.audit_export(taken).await?;
    let export = String::from_utf8(export).context("an export is text")?;
    write(&tour.lab.home.audit(), &export)?;
    let key: Verifier = tour.lab.log.parse().context("the fleet's verifier line")?;
    let verified = match audit::verify(&export, &key, None) {
        Ok(verified) => verified,
        Err(refusal) => bail!("the export does not hold: {refusal}"),
    };
    let records = verified.records.len();
    must(records > 50, || format!("a whole tour left {records} records"))?;
    ok(&format!("audit: {records} records verified offline, by the log's public key alone"));
    flipped(&export, &key, records / 2)
}

/// One digit of one record is another one.
fn flipped(export: &str, key: &Verifier, index: usize) -> Result<()> {
    let start = export.find(&format!("\nrecord {index} ")).context("the record is there")?;
    let end = export[start + 1..].find('\n').map(|length| start + 1 + length).context("lines end")?;
    let line = &export[start + 1..end];
    // record <index> <kind> <salt> <bytes> …
    let bytes = line.split(' ').nth(4).context("a record has bytes")?;
    let at = start + 1 + line.find(bytes).context("they are in the line")?;
    let other = if export.as_bytes().get(at) == Some(&b'0') { "1" } else { "0" };
    let forged = format!("{}{other}{}", &export[..at], &export[at + 1..]);
    match audit::verify(&forged, key, None) {
        Err(Refusal::Altered(named)) if named == index as u64 => {
            ok(&format!("one flipped digit is named: {}", Refusal::Altered(named)));
            Ok(())
        }
        other => {
            bail!("record {index} was altered, and the answer is {:?}", other.map(|one| one.records.len()))
        }
    }
}
