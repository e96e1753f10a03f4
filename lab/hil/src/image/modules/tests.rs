use std::{collections::BTreeMap, fs};

use super::{Modules, as_module, find, needs};

#[test]
fn a_module_says_what_it_needs() {
    assert_eq!(
        needs(b"\x7fELF\0license=GPL\0depends=configfs,irq_sim\0name=gpio_sim\0"),
        ["configfs", "irq_sim"]
    );
    assert_eq!(needs(b"\0depends=\0name=x\0"), Vec::<String>::new());
    assert_eq!(needs(b"nothing of the kind"), Vec::<String>::new());
}

#[test]
fn each_comes_after_what_it_needs_and_once() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    for (file, text) in
        [("deep/a-b.ko", "\0depends=c,d\0"), ("c.ko", "\0depends=d\0"), ("d.ko", "\0depends=\0")]
    {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let mut modules = Modules { files: BTreeMap::new() };
    find(folder.path(), &mut modules.files).unwrap();
    let order = modules.closed(&["c", "a_b", "d"]).unwrap();
    let order: Vec<&str> = order.iter().map(|module| module.name.as_str()).collect();
    assert_eq!(order, ["d", "c", "a_b"]);
    assert!(modules.closed(&["absent"]).is_err());
}

#[test]
fn a_source_that_changed_is_not_patched_blindly() {
    let made = as_module("x(); handle_simple_irq(irq_to_desc(irqnum)); y();").unwrap();
    assert!(made.contains("generic_handle_irq(irqnum);") && made.contains("MODULE_LICENSE"), "{made}");
    assert!(as_module("something else").is_err());
}
