//! One change of an account: what it asks for, what it ends, and why it is not made.

use alloc::vec::Vec;
use core::fmt;

use vocab::{PersonId, Wall};

use super::{Account, ApiToken, Invitation, Passkey, Password, Standing, Totp};
use crate::person::Grant;

/// What is to become of an account.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// These grants instead of those that stand.
    Grants(Vec<Grant>),
    /// A new invitation: whoever redeems it sets everything by which they come in anew.
    Invite(Invitation),
    /// Come in, or stay out.
    Standing(Standing),
    /// Another password.
    Password(Password),
    /// The invitation is redeemed with this password: other ways in of before are gone.
    Redeem(Password),
    /// Codes are asked for from now on, or no longer.
    Totp(Option<Totp>),
    /// This step's code was taken.
    Used(u64),
    /// One more passkey.
    AddPasskey(Passkey),
    /// One passkey less, by what its device calls it.
    DropPasskey(Vec<u8>),
    /// One more passkey to consent with.
    AddSigner(Passkey),
    /// One of those less.
    DropSigner(Vec<u8>),
    /// A passkey signed, and says how often it has.
    Signed(Vec<u8>, u32),
    /// One more token.
    AddToken(ApiToken),
    /// One token less, by the beginning of its digest.
    DropToken([u8; 8]),
}

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Somebody signs with what was used before.
    Again,
    /// The link or invitation is unknown, used, or over.
    Invitation,
    /// Nobody would be left who decides who is who.
    LastAdmin,
    /// Somebody else has this name.
    NameTaken,
    /// There is no such passkey or token.
    NoFactor,
    /// There is no such account.
    NoPerson(PersonId),
    /// The password is too weak to stand alone.
    Short,
    /// A token was to live longer than it may.
    TokenLife,
    /// A token was to give what its maker does not have.
    TokenWider,
    /// There are as many as there may be.
    TooMany(&'static str),
}

/// Most grants of one account.
pub const GRANTS_LIMIT: usize = 32;

/// Most passkeys of one account.
pub const PASSKEYS_LIMIT: usize = 8;

/// Most tokens of one account that count.
pub const TOKENS_LIMIT: usize = 32;

impl Change {
    /// The account as it is after this change, or why it is not made.
    pub fn of(self, account: &Account, now: Wall) -> Result<Account, Mistake> {
        let mut account = account.clone();
        let ends = self.ends(&account);
        let weakens = matches!(self, Self::Totp(None) | Self::DropPasskey(_) | Self::Password(_));
        account.tokens.retain(|token| token.until > now);
        match self {
            Self::Grants(grants) if grants.len() > GRANTS_LIMIT => return Err(Mistake::TooMany("grants")),
            Self::Grants(grants) => account.grants = grants,
            Self::Invite(invitation) => account.invitation = Some(invitation),
            Self::Standing(standing) => account.standing = standing,
            Self::Password(password) => {
                account.password = Some(password);
                // Whoever changes it because somebody else knew it ends what that somebody made, too.
                account.tokens.clear();
            }
            Self::Redeem(password) => account.redeem(password),
            Self::Totp(None) if account.totp.is_none() => return Err(Mistake::NoFactor),
            Self::Totp(totp) => account.totp = totp,
            Self::Used(step) => account.used(step)?,
            Self::AddPasskey(passkey) => add_passkey(&mut account.passkeys, passkey)?,
            Self::DropPasskey(id) => drop_passkey(&mut account.passkeys, &id)?,
            Self::AddSigner(passkey) => add_passkey(&mut account.signers, passkey)?,
            Self::DropSigner(id) => drop_passkey(&mut account.signers, &id)?,
            Self::Signed(id, count) => account.signed(&id, count)?,
            Self::AddToken(token) if token.grants.len() > GRANTS_LIMIT => {
                return Err(Mistake::TooMany("grants"));
            }
            Self::AddToken(token) if account.tokens.len() < TOKENS_LIMIT => account.tokens.push(token),
            Self::AddToken(_) => return Err(Mistake::TooMany("tokens")),
            Self::DropToken(id) => {
                let before = account.tokens.len();
                account.tokens.retain(|token| token.id() != id);
                if account.tokens.len() == before {
                    return Err(Mistake::NoFactor);
                }
            }
        }
        if weakens && !account.has_second_factor() && account.password.as_ref().is_some_and(|one| !one.alone)
        {
            return Err(Mistake::Short);
        }
        if ends {
            account.epoch += 1;
        }
        Ok(account)
    }

    /// Whether everybody who came in by this account must prove anew who they are.
    fn ends(&self, account: &Account) -> bool {
        match self {
            Self::Grants(grants) => *grants != account.grants,
            Self::Standing(standing) => *standing != account.standing,
            Self::Password(_) | Self::Redeem(_) | Self::Totp(_) | Self::DropPasskey(_) => true,
            Self::Invite(_)
            | Self::Used(_)
            | Self::AddPasskey(_)
            | Self::AddSigner(_)
            | Self::DropSigner(_)
            | Self::Signed(..)
            | Self::AddToken(_)
            | Self::DropToken(_) => false,
        }
    }

    /// What the log says of it.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Grants(_) => "grants",
            Self::Invite(_) => "invitation",
            Self::Standing(Standing::Disabled) => "disabled",
            Self::Standing(Standing::Enabled) => "enabled",
            Self::Password(_) => "password",
            Self::Redeem(_) => "invitation redeemed",
            Self::Totp(Some(_)) => "codes on",
            Self::Totp(None) => "codes off",
            Self::Used(_) => "code used",
            Self::AddPasskey(_) => "passkey added",
            Self::DropPasskey(_) => "passkey removed",
            Self::AddSigner(_) => "passkey to consent with added",
            Self::DropSigner(_) => "passkey to consent with removed",
            Self::Signed(..) => "passkey used",
            Self::AddToken(_) => "token issued",
            Self::DropToken(_) => "token revoked",
        }
    }
}

impl Account {
    fn redeem(&mut self, password: Password) {
        self.password = Some(password);
        self.invitation = None;
        self.totp = None;
        self.passkeys.clear();
        self.signers.clear();
        self.tokens.clear();
    }

    /// A code counts once: its step, and every step before it, is used up.
    fn used(&mut self, step: u64) -> Result<(), Mistake> {
        let totp = self.totp.as_mut().ok_or(Mistake::NoFactor)?;
        if step <= totp.used {
            return Err(Mistake::Again);
        }
        totp.used = step;
        Ok(())
    }

    /// A key that counts says more each time; one that says less, or the same, has a twin (WebAuthn §6.1.1).
    fn signed(&mut self, id: &[u8], count: u32) -> Result<(), Mistake> {
        let passkey = self.passkeys.iter_mut().find(|one| one.id() == id).ok_or(Mistake::NoFactor)?;
        if (count > 0 || passkey.count > 0) && count <= passkey.count {
            return Err(Mistake::Again);
        }
        passkey.count = count;
        Ok(())
    }
}

fn add_passkey(all: &mut Vec<Passkey>, passkey: Passkey) -> Result<(), Mistake> {
    if all.iter().any(|one| one.id() == passkey.id()) {
        return Err(Mistake::NameTaken);
    }
    if all.len() >= PASSKEYS_LIMIT {
        return Err(Mistake::TooMany("passkeys"));
    }
    all.push(passkey);
    Ok(())
}

fn drop_passkey(all: &mut Vec<Passkey>, id: &[u8]) -> Result<(), Mistake> {
    let before = all.len();
    all.retain(|one| one.id() != id);
    if all.len() == before { Err(Mistake::NoFactor) } else { Ok(()) }
}

impl ApiToken {
    /// What it is called where it is revoked: the beginning of its digest.
    pub fn id(&self) -> [u8; 8] {
        core::array::from_fn(|at| self.digest.0[at])
    }
}

impl Mistake {
    /// `access/…`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Again => "access/again",
            Self::Invitation => "access/invitation",
            Self::LastAdmin => "access/last-admin",
            Self::NameTaken => "access/name-taken",
            Self::NoFactor => "access/no-factor",
            Self::NoPerson(_) => "access/no-person",
            Self::Short => "access/short",
            Self::TokenLife => "access/token-life",
            Self::TokenWider => "access/token-wider",
            Self::TooMany(_) => "access/too-many",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Again => f.write_str("that code or signature was used before; wait for the next one"),
            Self::Invitation => {
                f.write_str("this link is unknown, was used, or is over; ask whoever sent it for a new one")
            }
            Self::LastAdmin => {
                f.write_str("nobody would be left who decides who is who; make somebody else an admin first")
            }
            Self::NameTaken => f.write_str("there is one of this name already; take another"),
            Self::NoFactor => f.write_str("there is no such passkey, code or token; look which there are"),
            Self::NoPerson(person) => write!(f, "there is no account of {person}"),
            Self::Short => f.write_str(
                "your password is long enough only beside a second factor; set a longer one, or add another factor first",
            ),
            Self::TokenLife => f.write_str("a token cannot live as long as that; ask for less"),
            Self::TokenWider => f.write_str(
                "a token cannot give what you do not have; name roles of yours, and sites where you have them",
            ),
            Self::TooMany(what) => write!(f, "there are as many {what} as there may be; remove one first"),
        }
    }
}

impl core::error::Error for Mistake {}
