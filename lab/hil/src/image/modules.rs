//! The kernel's modules that the guest loads, in an order in which each finds what it needs.
//!
//! Debian leaves some out that simulate hardware. They are built from Debian's own source of the same kernel.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

use super::packages::{Packages, path, said};

/// What is built here: an object for each source file.
const OURS: [(&str, &str); 4] = [
    ("gpio-sim", "drivers/gpio/gpio-sim.c"),
    ("ina2xx", "drivers/hwmon/ina2xx.c"),
    ("irq_sim", "kernel/irq/irq_sim.c"),
    ("test_power", "drivers/power/supply/test_power.c"),
];

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
    /// Debian's and ours.
    pub(crate) fn of(packages: &Packages) -> Result<Self> {
        let mut files = BTreeMap::new();
        find(&packages.modules(), &mut files)?;
        find(&built(packages)?, &mut files)?;
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

/// Builds what Debian does not, once for each version of a kernel.
fn built(packages: &Packages) -> Result<PathBuf> {
    let folder = packages.made("modules");
    if folder.exists() {
        return Ok(folder);
    }
    let work = packages.made("modules.new");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir(&work)?;
    fs::copy(packages.source("drivers/gpio/gpiolib.h"), work.join("gpiolib.h"))?;
    let mut makefile = String::new();
    for (name, source) in OURS {
        let text = fs::read_to_string(packages.source(source))
            .with_context(|| format!("{source} cannot be read"))?;
        let text = if name == "irq_sim" { as_module(&text)? } else { text };
        fs::write(work.join(format!("{name}.c")), text)?;
        makefile += &format!("obj-m += {name}.o\n");
    }
    fs::write(work.join("Makefile"), makefile)?;
    let target = format!("M={}", path(&work)?);
    said("make", &["--silent", "-C", path(&packages.headers())?, &target, "modules"])?;
    for (name, _) in OURS {
        said("strip", &["--strip-debug", path(&work.join(format!("{name}.ko")))?])?;
    }
    fs::rename(work, &folder)?;
    Ok(folder)
}

/// Debian has the simulator of interrupts turned off. As a module it needs a licence, and one function has another
/// name outside the kernel.
fn as_module(source: &str) -> Result<String> {
    const INSIDE: &str = "handle_simple_irq(irq_to_desc(irqnum));";
    ensure!(source.contains(INSIDE), "irq_sim.c is not as it was: `{INSIDE}` is gone");
    let source = source.replace(INSIDE, "generic_handle_irq(irqnum);");
    Ok(format!("#include <linux/module.h>\n{source}\nMODULE_LICENSE(\"GPL\");\n"))
}
