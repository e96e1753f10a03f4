//! A vault whose key the latch destroys.

use std::{cell::RefCell, rc::Rc};

use board::{Vault, VaultFault, VaultState};
use crypto::seal::{self, OpeningKey, OpeningPublic, Sealed, SoftwareOpening};
use vocab::Reconciled;
use zeroize::Zeroizing;

use crate::dice::Dice;

/// Tier 0: the opening key stands in a file that survives reboots.
#[derive(Clone)]
pub struct SimVault(Rc<RefCell<Inside>>);

struct Inside {
    key: Option<SoftwareOpening>,
    dice: Dice,
}

impl SimVault {
    /// The vault of a new board: open, with a first key.
    pub fn new(mut dice: Dice) -> Self {
        let key = Some(SoftwareOpening::from_seed(dice.bytes()));
        Self(Rc::new(RefCell::new(Inside { key, dice })))
    }
}

impl Vault for SimVault {
    fn state(&self) -> VaultState {
        if self.0.borrow().key.is_some() { VaultState::Open } else { VaultState::Latched }
    }

    fn opening_key(&self) -> Option<OpeningPublic> {
        self.0.borrow().key.as_ref().map(|key| *key.public())
    }

    fn latch(&mut self) -> Result<(), VaultFault> {
        self.0.borrow_mut().key = None;
        Ok(())
    }

    fn rearm(&mut self) -> Result<OpeningPublic, VaultFault> {
        let mut inside = self.0.borrow_mut();
        let key = SoftwareOpening::from_seed(inside.dice.bytes());
        Ok(*inside.key.insert(key).public())
    }

    fn unseal(
        &mut self,
        _: &Reconciled,
        info: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, VaultFault> {
        let inside = self.0.borrow();
        let key = inside.key.as_ref().ok_or(VaultFault::Latched)?;
        seal::open(key, info, &[], sealed).map_err(|_| VaultFault::NotForUs)
    }
}
