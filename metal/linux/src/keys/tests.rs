//! A file system that loses what was not synced, and the sweep of power cuts over it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use super::*;
use crate::root::lock;

/// What a power cut does with what was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    Lost,
    Kept,
}

/// A platter that outlives every boot; a clone is another handle on it.
#[derive(Clone, Default)]
pub(crate) struct Platter(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    files: BTreeMap<u32, File>,
    names: BTreeMap<String, u32>,
    durable_names: BTreeMap<String, u32>,
    made: u32,
    done: u32,
    /// Nothing is done after so many steps.
    power: Option<u32>,
}

#[derive(Default)]
struct File {
    live: Vec<u8>,
    durable: Vec<u8>,
}

impl Platter {
    /// The power goes after so many steps from now on.
    pub(crate) fn cut_after(&self, steps: u32) {
        let mut inside = lock(&self.0);
        inside.power = Some(inside.done + steps);
    }

    /// The power is there again.
    pub(crate) fn restart(&self, cut: Cut) {
        let mut inside = lock(&self.0);
        inside.power = None;
        if matches!(cut, Cut::Lost) {
            inside.names = inside.durable_names.clone();
        }
        inside.durable_names = inside.names.clone();
        for file in inside.files.values_mut() {
            match cut {
                Cut::Lost => file.live.clone_from(&file.durable),
                Cut::Kept => file.durable.clone_from(&file.live),
            }
        }
    }

    /// A fault that is over, without a restart.
    pub(crate) fn mend(&self) {
        lock(&self.0).power = None;
    }

    /// What stands under a name now.
    pub(crate) fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let inside = lock(&self.0);
        inside.names.get(path).map(|id| inside.files[id].live.clone())
    }

    /// Whether any file, named or not, still holds these bytes.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        let inside = lock(&self.0);
        inside.files.values().any(|file| file.durable == bytes || file.live == bytes)
    }

    fn step(&self) -> io::Result<std::sync::MutexGuard<'_, Inside>> {
        let mut inside = lock(&self.0);
        if inside.power.is_some_and(|power| inside.done >= power) {
            return Err(io::Error::other("no power"));
        }
        inside.done += 1;
        Ok(inside)
    }
}

impl Steps for Platter {
    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.bytes(path))
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.step()?.names.remove(path);
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let mut inside = self.step()?;
        let file = inside.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        inside.names.insert(to.into(), file);
        Ok(())
    }

    fn scrub(&mut self, path: &str) -> io::Result<()> {
        let mut inside = self.step()?;
        let id = *inside.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        inside.files.get_mut(&id).unwrap().live.fill(0);
        Ok(())
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        let mut inside = self.step()?;
        let id = *inside.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        let file = inside.files.get_mut(&id).unwrap();
        file.durable.clone_from(&file.live);
        Ok(())
    }

    fn sync_folder(&mut self, folder: &str) -> io::Result<()> {
        assert_eq!(folder, FOLDER);
        let mut inside = self.step()?;
        inside.durable_names = inside.names.clone();
        Ok(())
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut inside = self.step()?;
        inside.made += 1;
        let fresh = inside.made;
        let id = *inside.names.entry(path.into()).or_insert(fresh);
        inside.files.entry(id).or_default().live = bytes.to_vec();
        Ok(())
    }
}

/// Does something again and again, each time with the power cut one step later, until it comes to its end.
pub(crate) fn sweep(
    prepare: impl Fn() -> Platter,
    act: impl Fn(&Platter) -> bool,
    judge: impl Fn(&Platter, bool),
) {
    for cut in [Cut::Lost, Cut::Kept] {
        let mut finished = false;
        let mut steps = 0;
        while !finished {
            assert!(steps < 64, "it never comes to its end");
            let platter = prepare();
            platter.cut_after(steps);
            finished = act(&platter);
            platter.restart(cut);
            judge(&platter, finished);
            steps += 1;
        }
        assert!(steps > 1, "there was nothing to cut");
    }
}

fn files(platter: &Platter) -> KeyFiles {
    KeyFiles::new(platter.clone())
}

fn with_old() -> Platter {
    let platter = Platter::default();
    files(&platter).replace(KeyFile::Device, b"old").unwrap();
    platter
}

#[test]
fn a_replaced_file_is_the_old_one_or_the_new_one_wherever_the_power_goes() {
    sweep(
        with_old,
        |platter| files(platter).replace(KeyFile::Device, b"new").is_ok(),
        |platter, finished| {
            let found = files(platter).read(KeyFile::Device).unwrap().unwrap();
            assert!(*found == b"new" || (!finished && *found == b"old"));
        },
    );
}

#[test]
fn a_destroyed_file_stays_destroyed_once_we_said_so() {
    sweep(
        with_old,
        |platter| files(platter).destroy(KeyFile::Device).is_ok(),
        |platter, finished| {
            let found = files(platter).read(KeyFile::Device).unwrap();
            let gone = found.is_none() && !platter.holds(b"old");
            assert!(gone || (!finished && found.is_some_and(|found| *found == b"old" || *found == [0; 3])));
        },
    );
}

#[test]
fn a_real_file_is_written_over_where_it_lies() {
    let place = tempfile::tempdir().unwrap();
    let mut folder = Arc::new(Folder::open(place.path()).unwrap());
    let path = KeyFile::Opening.path();
    KeyFiles::new(Arc::clone(&folder)).replace(KeyFile::Opening, &[7; 5_000]).unwrap();
    let (open, before) = (std::fs::File::open(place.path().join(path)).unwrap(), folder.read(path).unwrap());
    assert_eq!(before, Some(vec![7; 5_000]));
    folder.scrub(path).unwrap();
    // Whoever had it open sees the same file, and only zeros in it.
    let mut after = vec![];
    (&open).read_to_end(&mut after).unwrap();
    assert_eq!(after, [0; 5_000]);
    KeyFiles::new(Arc::clone(&folder)).destroy(KeyFile::Opening).unwrap();
    assert_eq!(folder.read(path).unwrap(), None);
}

#[test]
fn destroying_what_was_never_there_is_no_fault() {
    assert!(files(&Platter::default()).destroy(KeyFile::Next).is_ok());
}

#[test]
fn a_half_made_key_is_swept_away() {
    let platter = Platter::default();
    platter.cut_after(1);
    assert!(files(&platter).replace(KeyFile::Next, b"new").is_err());
    platter.restart(Cut::Kept);
    assert!(platter.bytes(NEW).is_some());
    files(&platter).tidy().unwrap();
    assert_eq!(platter.bytes(NEW), None);
}
