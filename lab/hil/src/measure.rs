//! What the daemon needs inside a guest, beside the budgets of a device and beside a program that does no more than it
//! must. Judges nothing: where QEMU translates, an instruction takes many times as long as it would, and only what
//! stands side by side can be compared.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{
    guest::{Bench, Guest, Workshop},
    image::daemon,
    qemu::Accelerator,
};

/// So many devices cut their loop.
const TIMES: usize = 5;

/// For so many seconds nothing happens.
const IDLE: u32 = 40;

/// Prints the table.
pub(crate) fn print(workshop: Workshop<'_>) -> Result<()> {
    let mut bench = Bench::new(workshop)?;
    bench.prepare()?;
    let by = match workshop.accelerator {
        Accelerator::Kvm => "by its own processor",
        Accelerator::Tcg => "translated: no time here is one of a device",
    };
    println!("\nthe daemon in a guest of one processor and 512 MB, {by}");
    row(["", "daemon", "bare", "ratio", "budget"].map(str::to_owned));
    let mut spans = (vec![], vec![]);
    for time in 0..TIMES {
        let mut guest = bench.on_duty()?;
        if time == 0 {
            at_rest(&mut guest)?;
        }
        let (written, acted) = pair(&guest.machine.shell.run("stamp loop")?)?;
        spans.0.push(written);
        spans.1.push(acted);
        if time + 1 == TIMES {
            let bare = pair(&guest.machine.shell.run("stamp bare")?)?;
            let said = "2 ms beyond the sync";
            compared("edge, its window over, until written down, ms", middle(&mut spans.0), bare.0, "");
            compared("the same until the vault is shut, ms", middle(&mut spans.1), bare.1, said);
        }
    }
    size()
}

/// Memory and processor of a device to which nothing happens.
fn at_rest(guest: &mut Guest) -> Result<()> {
    let memory = guest
        .machine
        .shell
        .run("sed -n 's/^Vm\\(RSS\\|HWM\\):[^0-9]*\\([0-9]*\\) kB/\\2/p' /proc/$(pidof metald)/status")?;
    let kib: Vec<u64> = memory.lines().map_while(|line| line.parse().ok()).collect();
    let (most, now) = (kib.first().context("no VmHWM")?, kib.last().context("no VmRSS")?);
    let mib = |kib: &u64| format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024);
    row([
        "resident, MiB".into(),
        mib(now),
        String::new(),
        String::new(),
        format!("10 (at most {})", mib(most)),
    ]);
    let spent = "set -- $(cut -d')' -f2 /proc/$(pidof metald)/stat); echo $((${12} + ${13}))";
    let before: u64 = guest.machine.shell.run(spent)?.parse()?;
    let (bare, _) = pair(&guest.machine.shell.run(&format!("stamp idle {IDLE}"))?)?;
    let after: u64 = guest.machine.shell.run(spent)?.parse()?;
    // Hundredths of a second.
    let daemon = (after - before) * 10_000;
    let share = |micros: u64| micros / u64::from(IDLE) / 10;
    let said = format!(
        "0.1 % with every sense; {} and {} thousandths of a percent here",
        share(daemon),
        share(bare)
    );
    compared(&format!("processor over {IDLE} s with eleven senses, ms"), daemon, bare, &said);
    Ok(())
}

/// The file that is installed.
fn size() -> Result<()> {
    let (file, profile) = daemon()?;
    let bytes = fs::metadata(&file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    let tenths = bytes / 100_000;
    let what = format!("size of the program ({profile}), MB");
    row([
        what,
        format!("{}.{}", tenths / 10, tenths % 10),
        String::new(),
        String::new(),
        "6, as installed".into(),
    ]);
    Ok(())
}

fn pair(said: &str) -> Result<(u64, u64)> {
    let (first, second) = said.split_once(' ').with_context(|| format!("stamp said {said}"))?;
    Ok((first.parse()?, second.parse()?))
}

fn middle(all: &mut [u64]) -> u64 {
    all.sort_unstable();
    all[all.len() / 2]
}

/// Two spans in microseconds.
fn compared(what: &str, daemon: u64, bare: u64, budget: &str) {
    let millis = |micros: u64| format!("{}.{}", micros / 1000, micros % 1000 / 100);
    let tenths = daemon * 10 / bare.max(1);
    let ratio = format!("{}.{}", tenths / 10, tenths % 10);
    row([what.into(), millis(daemon), millis(bare), ratio, budget.into()]);
}

fn row([what, daemon, bare, ratio, budget]: [String; 5]) {
    println!("{what:<52} {daemon:>10} {bare:>10} {ratio:>7}   {budget}");
}
