//! A store that fails in both ways: the commit did not happen, or it did and nobody was told.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use store::{Batch, Fault, Memory, Order, Row, Store, Table};

/// How the next commit goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommitFault {
    /// It did not happen.
    Lost,
    /// It happened, and the answer says that it did not.
    Kept,
}

/// A store that outlives the process above it; a clone is another handle.
#[derive(Clone, Default)]
pub struct SimStore {
    rows: Rc<RefCell<Memory>>,
    next: Rc<RefCell<Option<CommitFault>>>,
    always: Rc<RefCell<Option<CommitFault>>>,
    touched: Rc<Cell<usize>>,
}

impl SimStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next commit goes wrong so.
    pub fn fail_next(&self, fault: CommitFault) {
        *self.next.borrow_mut() = Some(fault);
    }

    /// The next commit goes well, unless all fail.
    pub fn heal(&self) {
        *self.next.borrow_mut() = None;
    }

    /// Whether the commit that was to go wrong next is still to come.
    pub fn is_to_fail(&self) -> bool {
        self.next.borrow().is_some()
    }

    /// Every commit goes wrong so from now on; none ends it.
    pub fn fail_all(&self, fault: Option<CommitFault>) {
        *self.always.borrow_mut() = fault;
    }

    /// How often it was asked for rows, and how many were written.
    pub fn touched(&self) -> usize {
        self.touched.get()
    }

    fn touch(&self, rows: usize) {
        self.touched.set(self.touched.get() + rows);
    }

    /// A copy of all rows: a backup, or what a thief carries away.
    pub fn image(&self) -> Memory {
        self.rows.borrow().clone()
    }

    /// Puts an older copy back.
    pub fn restore(&self, image: Memory) {
        *self.rows.borrow_mut() = image;
    }
}

impl Store for SimStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.touch(1);
        self.rows.borrow().get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        self.touch(1);
        self.rows.borrow().scan(table, prefix, after, order, limit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        self.touch(batch.len());
        let next = self.next.borrow_mut().take();
        match self.always.borrow().or(next) {
            None => self.rows.borrow_mut().commit(batch),
            Some(CommitFault::Lost) => Err(Fault::Full),
            Some(CommitFault::Kept) => {
                self.rows.borrow_mut().commit(batch)?;
                Err(Fault::Database("the connection went away".into()))
            }
        }
    }
}
