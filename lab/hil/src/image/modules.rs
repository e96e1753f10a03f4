//! The kernel's modules that the guest loads, in an order in which each finds what it needs.
//!
//! Debian leaves some out that simulate hardware. They are built from Debian's own source of the same kernel.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, ensure};

use super::{path, said};

/// What is built here: an object for each source file.
const OURS: [(&str, &str); 4] = [
    ("gpio-sim", "drivers/gpio/gpio-sim.c"),
    ("ina2xx", "drivers/hwmon/ina2xx.c"),
    ("irq_sim", "kernel/irq/irq_sim.c"),
    ("test_power", "drivers/power/supply/test_power.c"),
];

/// What one of them includes.
const INCLUDED: &str = "drivers/gpio/gpiolib.h";

/// What is needed of the kernel's source.
pub(super) fn sources() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(_, file)| *file).chain([INCLUDED])
}

/// Every module of a kernel, by its name with `_`.
pub(crate) struct Modules {
    files: BTreeMap<String, PathBuf>,
}

/// A module with its bytes.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

impl Modules {
    /// All that are below these folders.
    pub(super) fn of(folders: &[&Path]) -> Result<Self> {
        let mut files = BTreeMap::new();
        for folder in folders {
            find(folder, &mut files)?;
        }
        Ok(Self { files })
    }

    /// These and all that they need, each after what it needs.
    pub(crate) fn closed(&self, names: &[&str]) -> Result<Vec<Module>> {
        let mut order = vec![];
        for name in names {
            self.take(&plain(name), &mut order)?;
        }
        Ok(order)
    }

    fn take(&self, name: &str, order: &mut Vec<Module>) -> Result<()> {
        if order.iter().any(|module| module.name == name) {
            return Ok(());
        }
        let file = self.files.get(name).with_context(|| format!("this kernel has no module {name}"))?;
        let content = fs::read(file)?;
        for needed in needs(&content) {
            self.take(&plain(&needed), order)?;
        }
        order.push(Module { name: name.to_owned(), content });
        Ok(())
    }
}

/// The kernel takes `-` and `_` in a name for the same.
fn plain(name: &str) -> String {
    name.replace('-', "_")
}

fn find(folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?.path();
        if entry.is_dir() {
            find(&entry, files)?;
        } else if let Some(name) = entry.file_name().and_then(|name| name.to_str()?.strip_suffix(".ko")) {
            files.insert(plain(name), entry.clone());
        }
    }
    Ok(())
}

/// What a module says that it needs: `depends=` among its strings, names with commas between them.
fn needs(module: &[u8]) -> Vec<String> {
    const SAYS: &[u8] = b"\0depends=";
    let Some(at) = module.windows(SAYS.len()).position(|window| window == SAYS) else { return vec![] };
    let said = module[at + SAYS.len()..].split(|byte| *byte == 0).next().unwrap_or_default();
    let said = String::from_utf8_lossy(said);
    said.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Builds what Debian does not, of this source, against these headers.
pub(super) fn build(source: &Path, headers: &Path, into: &Path) -> Result<()> {
    fs::create_dir(into)?;
    fs::copy(source.join(INCLUDED), into.join("gpiolib.h"))?;
    let mut makefile = String::new();
    for (name, file) in OURS {
        let text = fs::read_to_string(source.join(file)).with_context(|| format!("{file} cannot be read"))?;
        let text = if name == "irq_sim" { as_module(&text)? } else { text };
        fs::write(into.join(format!("{name}.c")), text)?;
        makefile += &format!("obj-m += {name}.o\n");
    }
    fs::write(into.join("Makefile"), makefile)?;
    let jobs = format!("--jobs={}", thread::available_parallelism().map_or(1, usize::from));
    said("make", &["--silent", &jobs, "-C", path(headers)?, &format!("M={}", path(into)?), "modules"])?;
    for (name, _) in OURS {
        said("strip", &["--strip-debug", path(&into.join(format!("{name}.ko")))?])?;
    }
    Ok(())
}

/// Debian has the simulator of interrupts turned off. As a module it needs a licence, and one function has another
/// name outside the kernel.
fn as_module(source: &str) -> Result<String> {
    const INSIDE: &str = "handle_simple_irq(irq_to_desc(irqnum));";
    ensure!(source.contains(INSIDE), "irq_sim.c is not as it was: `{INSIDE}` is gone");
    let source = source.replace(INSIDE, "generic_handle_irq(irqnum);");
    Ok(format!("#include <linux/module.h>\n{source}\nMODULE_LICENSE(\"GPL\");\n"))
}
