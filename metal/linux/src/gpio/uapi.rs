//! The four questions to a GPIO chip and its events, byte for byte as `linux/gpio.h` lays them out.
//!
//! The structures have no padding of the compiler's, so they are written and read as plain bytes.

use std::{
    fs::File,
    os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd},
};

use rustix::{
    fs::{OFlags, fcntl_setfl},
    io::Errno,
    ioctl::{Opcode, Updater, ioctl, opcode},
};

use super::{Bias, Open};

/// `struct gpiochip_info`, `gpio_v2_line_info`, `gpio_v2_line_request`, `gpio_v2_line_values`, `gpio_v2_line_event`.
const CHIP: usize = 68;
const INFO: usize = 256;
const REQUEST: usize = 592;
const VALUES: usize = 16;
pub(crate) const EVENT: usize = 48;

/// The longest name, with its zero.
const NAME: usize = 32;

const GET_CHIP: Opcode = opcode::read::<[u8; CHIP]>(0xb4, 0x01);
const GET_INFO: Opcode = opcode::read_write::<[u8; INFO]>(0xb4, 0x05);
const GET_LINE: Opcode = opcode::read_write::<[u8; REQUEST]>(0xb4, 0x07);
const GET_VALUES: Opcode = opcode::read_write::<[u8; VALUES]>(0xb4, 0x0e);

/// Where things stand in them.
const CHIP_LABEL: usize = 32;
const CHIP_LINES: usize = 64;
const INFO_CONSUMER: usize = 32;
const INFO_OFFSET: usize = 64;
const INFO_FLAGS: usize = 72;
const REQUEST_CONSUMER: usize = 256;
const REQUEST_FLAGS: usize = 288;
const REQUEST_LINES: usize = 560;
const REQUEST_BUFFER: usize = 564;
const REQUEST_FD: usize = 588;

/// `enum gpio_v2_line_flag`.
const USED: u64 = 1;
const ACTIVE_LOW: u64 = 1 << 1;
const INPUT: u64 = 1 << 2;
const OUTPUT: u64 = 1 << 3;
const EDGE_RISING: u64 = 1 << 4;
const EDGE_FALLING: u64 = 1 << 5;
const BIAS_PULL_UP: u64 = 1 << 8;
const BIAS_PULL_DOWN: u64 = 1 << 9;
const BIAS_DISABLED: u64 = 1 << 10;

/// Who has the line, as `gpioinfo` shows it.
pub(super) const CONSUMER: &str = "wrale-metald";

/// Edges that the kernel keeps for us: more than a contact makes while it bounces.
const EDGES: u32 = 256;

/// How a line stands, its polarity considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Active,
    Inactive,
}

/// What a chip says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chip {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) lines: u32,
}

/// What a line is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It drives something.
    Drives,
    /// Nobody has it.
    Free,
    /// Somebody has it, who is called so.
    Held(String),
}

/// One edge of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// `CLOCK_MONOTONIC`, in nanoseconds.
    pub(crate) at: u64,
    /// Where the edge led to; none if this kernel says something that we do not know.
    pub(crate) to: Option<Level>,
    /// Counts the edges of this request; what is missing was lost.
    pub(crate) number: u32,
}

/// `GPIO_GET_CHIPINFO_IOCTL`
pub(super) fn chip(chip: &File) -> Result<Chip, Errno> {
    let mut bytes = [0; CHIP];
    ask::<GET_CHIP, CHIP>(chip.as_fd(), &mut bytes)?;
    Ok(Chip { name: text(&bytes, 0), label: text(&bytes, CHIP_LABEL), lines: number(&bytes, CHIP_LINES) })
}

/// What the board calls a line.
pub(super) fn name(chip: &File, offset: u32) -> Result<String, Errno> {
    Ok(text(&info(chip, offset)?, 0))
}

/// What a line is used for now.
pub(super) fn used(chip: &File, offset: u32) -> Result<Use, Errno> {
    Ok(usage(&info(chip, offset)?))
}

/// The same, of a `struct gpio_v2_line_info`.
pub(super) fn usage(info: &[u8; INFO]) -> Use {
    match wide(info, INFO_FLAGS) {
        flags if flags & USED != 0 => Use::Held(text(info, INFO_CONSUMER)),
        flags if flags & OUTPUT != 0 => Use::Drives,
        _ => Use::Free,
    }
}

/// `GPIO_V2_GET_LINEINFO_IOCTL`
fn info(chip: &File, offset: u32) -> Result<[u8; INFO], Errno> {
    let mut bytes = [0; INFO];
    put(&mut bytes, INFO_OFFSET, &offset.to_ne_bytes());
    ask::<GET_INFO, INFO>(chip.as_fd(), &mut bytes)?;
    Ok(bytes)
}

/// `GPIO_V2_GET_LINE_IOCTL`: one line, both of its edges, read without waiting.
pub(super) fn request(chip: &File, offset: u32, open: Open, bias: Bias) -> Result<OwnedFd, Errno> {
    let mut bytes = wish(offset, open, bias);
    ask::<GET_LINE, REQUEST>(chip.as_fd(), &mut bytes)?;
    // The number's bits are those of an `i32`.
    let descriptor = number(&bytes, REQUEST_FD).cast_signed();
    if descriptor < 0 {
        return Err(Errno::BADF);
    }
    // SAFETY: the kernel has just made this descriptor for us and told it to nobody else.
    // JUSTIFICATION: it comes as a number in a structure, and nothing else makes an owner of it.
    #[allow(unsafe_code)]
    let line = unsafe { OwnedFd::from_raw_fd(descriptor) };
    fcntl_setfl(&line, OFlags::NONBLOCK)?;
    Ok(line)
}

/// `GPIO_V2_LINE_GET_VALUES_IOCTL`
pub(super) fn level(line: BorrowedFd<'_>) -> Result<Level, Errno> {
    let mut bytes = [0; VALUES];
    // The mask: the first and only line of this request.
    put(&mut bytes, 8, &1u64.to_ne_bytes());
    ask::<GET_VALUES, VALUES>(line, &mut bytes)?;
    Ok(if wide(&bytes, 0) & 1 == 0 { Level::Inactive } else { Level::Active })
}

/// What is asked for.
pub(super) fn wish(offset: u32, open: Open, bias: Bias) -> [u8; REQUEST] {
    let polarity = match open {
        Open::High => 0,
        Open::Low => ACTIVE_LOW,
    };
    let bias = match bias {
        Bias::AsIs => 0,
        Bias::Disabled => BIAS_DISABLED,
        Bias::PullDown => BIAS_PULL_DOWN,
        Bias::PullUp => BIAS_PULL_UP,
    };
    let flags = INPUT | EDGE_RISING | EDGE_FALLING | polarity | bias;
    let mut bytes = [0; REQUEST];
    put(&mut bytes, 0, &offset.to_ne_bytes());
    put(&mut bytes, REQUEST_CONSUMER, CONSUMER.as_bytes());
    put(&mut bytes, REQUEST_FLAGS, &flags.to_ne_bytes());
    put(&mut bytes, REQUEST_LINES, &1u32.to_ne_bytes());
    put(&mut bytes, REQUEST_BUFFER, &EDGES.to_ne_bytes());
    bytes
}

/// `struct gpio_v2_line_event`; rising and falling are said of the active level.
pub(crate) fn edge(bytes: &[u8; EVENT]) -> Edge {
    let to = match number(bytes, 8) {
        1 => Some(Level::Active),
        2 => Some(Level::Inactive),
        _ => None,
    };
    Edge { at: wide(bytes, 0), to, number: number(bytes, 16) }
}

fn ask<const CODE: Opcode, const SIZE: usize>(
    descriptor: BorrowedFd<'_>,
    bytes: &mut [u8; SIZE],
) -> Result<(), Errno> {
    // SAFETY: each code is that of a structure of `SIZE` bytes without pointers, which the kernel reads and fills.
    // JUSTIFICATION: a GPIO chip is asked by ioctl alone.
    #[allow(unsafe_code)]
    unsafe {
        ioctl(descriptor, Updater::<CODE, _>::new(bytes))
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(std::array::from_fn(|step| bytes[at + step]))
}

fn wide(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(std::array::from_fn(|step| bytes[at + step]))
}

/// A name: what stands before its zero.
fn text(bytes: &[u8], at: usize) -> String {
    let name = &bytes[at..at + NAME];
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(NAME);
    String::from_utf8_lossy(&name[..end]).into_owned()
}
