//! What several tests of this crate need: namespaces of their own, a process of their own, a tree to look at.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
};

use rustix::{
    mount::{MountFlags, MountPropagationFlags, mount, mount_change},
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink::SocketAddrNetlink, recv,
        sendto, socket_with,
    },
    thread::{UnshareFlags, unshare_unsafe},
};

use crate::Wake;

/// Says past the capture of the test harness that something did not run.
pub(crate) fn not_run(what: &str, why: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "not run: {what} ({why})");
}

/// Puts this test's thread, and what it starts, into namespaces of its own; false after saying `not run` where the
/// machine does not let us.
pub(crate) fn apart(what: &str, spaces: UnshareFlags) -> bool {
    // SAFETY: the descriptor table stays shared, so no descriptor that another thread uses vanishes.
    // JUSTIFICATION: a mount or a network link that others see would be no test but an accident; only the kernel
    // can part a thread from them.
    #[allow(unsafe_code)]
    let parted = unsafe { unshare_unsafe(spaces | UnshareFlags::NEWNS) };
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    match parted.and_then(|()| mount_change("/", private)) {
        Ok(()) => true,
        Err(errno) => {
            not_run(what, errno);
            false
        }
    }
}

/// Mounts a file system that vanishes with this test's namespace.
pub(crate) fn mounted(kind: &str, at: &Path, options: &std::ffi::CStr) {
    mount(kind, at, kind, MountFlags::empty(), Some(options)).unwrap();
}

/// Starts this test binary again, to do one test's other half in a process of its own.
pub(crate) fn other_half(test: &str, variable: &str, value: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(variable, value)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A wake and the place where it is heard.
pub(crate) fn bell() -> (Wake, mpsc::Receiver<()>) {
    let (ring, heard) = mpsc::channel();
    // Nobody listens any more once a test is over.
    (Arc::new(move || _ = ring.send(())), heard)
}

/// An empty folder, in memory where there is room for it: sysfs is no disk either.
pub(crate) fn empty() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A tree of files: path and content.
pub(crate) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = empty();
    for (path, content) in files {
        put(root.path(), path, content);
    }
    root
}

/// One file of a tree.
pub(crate) fn put(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A symbolic link of a tree.
pub(crate) fn link(root: &Path, from: &str, to: &str) {
    let from = root.join(from);
    fs::create_dir_all(from.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(to, from).unwrap();
}

/// A network link of this thread's namespace; removed when dropped.
pub(crate) struct Bridge(&'static str);

impl Bridge {
    pub(crate) fn make(name: &'static str) -> Self {
        // RTM_NEWLINK; NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE and NLM_F_EXCL.
        Self::ask(16, 0x605, name);
        Self(name)
    }

    /// One question to rtnetlink: make a bridge of this name, or remove it (`rtnetlink(7)`).
    fn ask(kind: u16, flags: u16, name: &str) {
        let attribute = |kind: u16, value: &[u8]| {
            let length = u16::try_from(4 + value.len()).unwrap();
            let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        let name = attribute(3, format!("{name}\0").as_bytes());
        let body = [vec![0; 16], name, attribute(18, &attribute(1, b"bridge"))].concat();
        let length = u32::try_from(16 + body.len()).unwrap();
        let header = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 8]].concat();
        let sort = (AddressFamily::NETLINK, SocketType::DGRAM);
        let socket = socket_with(sort.0, sort.1, SocketFlags::CLOEXEC, None).unwrap();
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(&socket, &[header, body].concat(), SendFlags::empty(), &kernel).unwrap();
        let mut answer = [0; 1024];
        recv(&socket, &mut answer[..], RecvFlags::empty()).unwrap();
        let errno = i32::from_ne_bytes(answer[16..20].try_into().unwrap());
        assert_eq!(errno, 0, "the kernel did not do this to a bridge");
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // RTM_DELLINK; NLM_F_REQUEST and NLM_F_ACK.
        Self::ask(17, 0x5, self.0);
    }
}
