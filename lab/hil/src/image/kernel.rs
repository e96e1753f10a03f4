//! The kernel as an ELF file: QEMU starts that by its PVH entry, in a third of the time that unpacking takes inside.
//!
//! Source: the kernel's `Documentation/arch/x86/boot.rst`, fields `setup_sects`, `payload_offset`, `payload_length`.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};

/// Unpacks the image of a Debian kernel.
pub(crate) fn unpack(image: &Path, into: &Path) -> Result<()> {
    let image = fs::read(image).with_context(|| format!("{} cannot be read", image.display()))?;
    let payload = payload(&image)?;
    let out = File::create(into).with_context(|| format!("{} cannot be written", into.display()))?;
    // What follows the stream is its length, for the kernel's own unpacker.
    let mut xz = Command::new("xz")
        .args(["--decompress", "--single-stream", "--stdout"])
        .stdin(Stdio::piped())
        .stdout(out)
        .stderr(Stdio::null())
        .spawn()
        .context("xz cannot be started (Debian: xz-utils)")?;
    let mut stdin = xz.stdin.take().context("xz has no input")?;
    // It stops reading at the end of the stream; what counts is what it wrote.
    let _ = stdin.write_all(payload);
    drop(stdin);
    xz.wait().context("xz is gone")?;
    let unpacked = fs::read(into)?;
    ensure!(unpacked.starts_with(b"\x7fELF"), "no ELF file came out of the kernel's image");
    Ok(())
}

/// The packed kernel inside a bzImage.
fn payload(image: &[u8]) -> Result<&[u8]> {
    ensure!(image.get(0x202..0x206) == Some(b"HdrS"), "this is no image of a kernel");
    let word = |at: usize| {
        let bytes = image.get(at..at + 4)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let setup = match image.get(0x1f1) {
        None => bail!("the image is shorter than its header"),
        // Zero means four, for the sake of the oldest ones.
        Some(0) => 4,
        Some(sectors) => usize::from(*sectors),
    };
    let begin = (setup + 1) * 512 + word(0x248).context("the image is shorter than its header")?;
    let length = word(0x24c).context("the image is shorter than its header")?;
    let payload = begin.checked_add(length).and_then(|end| image.get(begin..end));
    let payload = payload.context("the image is shorter than it says")?;
    ensure!(payload.starts_with(b"\xfd7zXZ\0"), "the kernel is packed otherwise than by xz");
    Ok(payload)
}
