//! A memory module as SMBIOS describes it.
//!
//! Source: DSP0134 (SMBIOS 3.7) §7.18, type 17: length at 1, size at 0x0C, and the numbers of the strings for
//! manufacturer (0x17), serial (0x18) and part (0x1A). The strings follow, each ended by a zero.

use crate::said::said;

/// Manufacturer, part and serial; none for an empty socket, or for what is no such structure.
pub(super) fn module(raw: &[u8]) -> Option<String> {
    let length = usize::from(*raw.get(1)?);
    let (formatted, strings) = raw.split_at_checked(length)?;
    let size = u16::from_le_bytes(*formatted.get(0x0c..)?.first_chunk()?);
    if formatted.first() != Some(&17) || size == 0 {
        return None;
    }
    let strings: Vec<&[u8]> = strings.split(|&byte| byte == 0).take(usize::from(u8::MAX)).collect();
    let string = |offset: usize| {
        let number = formatted.get(offset).map_or(0, |&number| usize::from(number));
        // Numbers begin at one; zero says that there is no string.
        let bytes = number.checked_sub(1).and_then(|index| strings.get(index)).copied().unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    Some(said(&[&string(0x17), &string(0x1a), &string(0x18)]))
}

#[cfg(test)]
pub(crate) mod tests;
