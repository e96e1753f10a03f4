//! What becomes of accounts: by whoever decides who is who, with a permit, and by each person for themselves.

use std::collections::BTreeSet;

use access::{
    Account, Action, Grant, Permit, Reach, Resource, Role,
    account::{Change, Invitation, Mistake, Password, Standing, folded, has_admin},
    throttle::Finding,
};
use audit::{Actor, Decision, Kind, Outcome, Subject};
use incident::{Attempt, News};
use store::Store;
use vocab::{Label, PersonId};

use super::{Asked, Fleet, Now, Repeated};
use crate::accounts::{PEOPLE_LIMIT, Roll};

/// How long the first administrator has.
pub const FIRST_WITHIN: std::time::Duration = std::time::Duration::from_mins(15);

/// Failed sign-ins of one kind are one entry, and one more for all others within so long.
const WINDOW: std::time::Duration = std::time::Duration::from_mins(1);

/// Whom a word invites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invites {
    /// Whoever is to decide who is who.
    First,
    /// Nobody, or nobody any more.
    Nobody,
    /// Whoever has an account of this name.
    Somebody(Label),
}

impl<S: Store> Fleet<S> {
    /// The accounts as doors may read them.
    pub fn roll(&self) -> Roll {
        self.accounts.roll()
    }

    /// What the roster calls somebody, or else their account.
    pub(crate) fn named(&self, person: PersonId) -> Option<&Label> {
        let known = self.setup().roster.people.iter().find(|known| known.id == person);
        let account = || self.accounts.all.get(&person).map(|account| &account.name);
        known.map(|known| &known.name).or_else(account)
    }

    /// A link for the first administrator: only while there is nobody who decides who is who, neither by an account
    /// nor among these people, whose keys the configuration makes administrators.
    pub fn first_link(&mut self, elsewhere: &BTreeSet<PersonId>, now: Now) -> Option<[u8; 32]> {
        if has_admin(self.accounts.all.values(), elsewhere) {
            return None;
        }
        let word = self.draw();
        self.accounts.first = Some(Invitation::new(&word, now.wall + FIRST_WITHIN));
        Some(word)
    }

    /// Makes an account for somebody new, who comes in by an invitation.
    pub fn invite(
        &mut self,
        permit: &Permit,
        name: Label,
        grants: Vec<Grant>,
        invitation: Invitation,
        now: Now,
    ) -> Result<(), Asked> {
        let person = granted(permit)?;
        let account = self.new_account(person, name, now).and_then(|account| {
            let account = Change::Grants(grants).of(&account, now.wall)?;
            Change::Invite(invitation).of(&account, now.wall)
        });
        let kept = account.and_then(|account| self.keep_account(account));
        self.decided(Kind::Grant, permit.person(), person, "invited", kept, now)
    }

    /// Changes who may what, or who may come in: all of it or nothing. Somebody whom the configuration knows by a
    /// key, and who has no account yet, gets one under this name.
    pub fn change_account(
        &mut self,
        permit: &Permit,
        name: &Label,
        changes: Vec<Change>,
        elsewhere: &BTreeSet<PersonId>,
        now: Now,
    ) -> Result<(), Asked> {
        let person = granted(permit)?;
        let decided =
            |change: &Change| matches!(change, Change::Grants(_) | Change::Invite(_) | Change::Standing(_));
        if !changes.iter().all(decided) {
            return Err(Asked::Permit);
        }
        let words: Vec<_> = changes.iter().map(Change::words).collect();
        let account = self.changed(person, name, changes, now);
        let left = account.and_then(|account| self.leaves_an_admin(account, elsewhere));
        let kept = left.and_then(|account| self.keep_account(account));
        self.decided(Kind::Grant, permit.person(), person, &words.join(", "), kept, now)
    }

    /// Changes by what somebody comes in; they did so themselves, and proved a moment ago who they are.
    pub fn change_own(
        &mut self,
        person: PersonId,
        name: &Label,
        change: Change,
        elsewhere: &BTreeSet<PersonId>,
        now: Now,
    ) -> Result<(), Asked> {
        if matches!(change, Change::Grants(_) | Change::Standing(_) | Change::Redeem(_)) {
            return Err(Asked::Permit);
        }
        let words = change.words();
        let changed = self.changed(person, name, vec![change], now);
        let left = changed.and_then(|account| self.leaves_an_admin(account, elsewhere));
        let kept = left.and_then(|account| self.keep_account(account));
        self.decided(Kind::Account, person, person, words, kept, now)
    }

    /// Lets somebody in who proved who they are; what they proved it with is used up by it.
    pub fn come_in(&mut self, person: PersonId, used: Vec<Change>, now: Now) -> Result<(), Asked> {
        let enabled = |account: &&Account| account.standing == Standing::Enabled;
        let account = self.accounts.all.get(&person).filter(enabled).cloned();
        let account = account.ok_or(Mistake::NoPerson(person));
        let spent = account.and_then(|account| {
            used.into_iter().try_fold(account, |account, used| used.of(&account, now.wall))
        });
        let kept = spent.and_then(|account| self.keep_account(account));
        match kept {
            Ok(()) => {
                let (actor, subject) = (Actor::Person(person), Subject::Person(person));
                self.decide(Kind::SignIn, actor, subject, vec![], Outcome::Done, now.wall);
                Ok(())
            }
            Err(mistake) => {
                self.stayed_out(mistake.code(), now);
                Err(Asked::Account(mistake))
            }
        }
    }

    /// Somebody was not let in; counted. As whom is not said: a count of their own would take a commit of its own,
    /// and by the time that it takes a stranger would learn who is known.
    pub fn stayed_out(&mut self, code: &'static str, now: Now) {
        let (actor, subject) = (Actor::Fleet, Subject::Fleet);
        let what = Repeated { kind: Kind::SignIn, actor, subject, code: code.into(), place: None };
        self.refused_repeatedly(what, 1, WINDOW, now);
    }

    /// Somebody guesses passwords: of this person, or of many. It stands in the log, and is an incident.
    pub fn guessed(&mut self, person: Option<PersonId>, found: Finding, now: Now) {
        let (subject, code) = match found {
            Finding::BruteForce(_) => (person.map_or(Subject::Fleet, Subject::Person), "control/brute-force"),
            Finding::Spray => (Subject::Fleet, "control/spraying"),
        };
        let what =
            Repeated { kind: Kind::SignIn, actor: Actor::Fleet, subject, code: code.into(), place: None };
        self.refused_repeatedly(what, 1, WINDOW, now);
        let name = || self.named(person?).cloned();
        let attempt = match found {
            Finding::BruteForce(_) => Attempt::Account(name()),
            Finding::Spray => Attempt::Accounts,
        };
        self.news(News::Attempt(&attempt), now);
    }

    /// Somebody would have given rights that are not theirs to give: an incident.
    pub(crate) fn reached(&mut self, person: PersonId, now: Now) {
        if let Some(name) = self.named(person).cloned() {
            self.news(News::Attempt(&Attempt::Rights(person, name)), now);
        }
    }

    /// Whether this word is an invitation that counts; what it invites to nobody learns.
    pub fn invites(&self, word: &[u8; 32], now: Now) -> Invites {
        let holds = |invitation: &Invitation| invitation.holds(word, now.wall);
        let invited = |one: &Account| one.invitation.as_ref().is_some_and(holds);
        match self.accounts.all.values().find(|one| invited(one)) {
            Some(account) => Invites::Somebody(account.name.clone()),
            None if self.accounts.first.as_ref().is_some_and(holds) => Invites::First,
            None => Invites::Nobody,
        }
    }

    /// Redeems an invitation; nobody learns more of it before they redeem it.
    pub fn redeem(
        &mut self,
        word: &[u8; 32],
        new: Option<(PersonId, Label)>,
        password: Password,
        elsewhere: &BTreeSet<PersonId>,
        now: Now,
    ) -> Result<PersonId, Asked> {
        let holds = |invitation: &Invitation| invitation.holds(word, now.wall);
        let enabled = |one: &&Account| one.standing == Standing::Enabled;
        let mut all = self.accounts.all.values().filter(enabled);
        let invited = all.find(|one| one.invitation.as_ref().is_some_and(holds));
        let redeemed = match (invited.cloned(), new) {
            (Some(account), _) => Ok(account),
            (None, Some((person, name))) if self.accounts.first.as_ref().is_some_and(holds) => {
                self.first_admin(person, name, elsewhere, now)
            }
            _ => Err(Mistake::Invitation),
        };
        let redeemed = redeemed.and_then(|account| Change::Redeem(password).of(&account, now.wall));
        let kept = redeemed.and_then(|account| {
            let person = account.person;
            self.keep_account(account).map(|()| person)
        });
        match kept {
            Ok(person) => {
                self.accounts.first = self.accounts.first.take().filter(|first| !first.holds(word, now.wall));
                self.decided(Kind::Account, person, person, "invitation redeemed", Ok(()), now)?;
                Ok(person)
            }
            Err(mistake) => {
                self.stayed_out(mistake.code(), now);
                Err(Asked::Account(mistake))
            }
        }
    }

    /// The account of the first administrator, as long as there is none.
    fn first_admin(
        &self,
        person: PersonId,
        name: Label,
        elsewhere: &BTreeSet<PersonId>,
        now: Now,
    ) -> Result<Account, Mistake> {
        if has_admin(self.accounts.all.values(), elsewhere) {
            return Err(Mistake::Invitation);
        }
        let mut account = self.new_account(person, name, now)?;
        account.grants = vec![Grant { role: Role::Admin, reach: Reach::Fleet }];
        Ok(account)
    }

    fn new_account(&self, person: PersonId, name: Label, now: Now) -> Result<Account, Mistake> {
        let all = &self.accounts.all;
        let taken = all.values().any(|one| folded(one.name.as_str()) == folded(name.as_str()));
        if taken || all.contains_key(&person) {
            return Err(Mistake::NameTaken);
        }
        if all.len() >= PEOPLE_LIMIT {
            return Err(Mistake::TooMany("people"));
        }
        Ok(Account::new(person, name, vec![], now.wall))
    }

    fn changed(
        &self,
        person: PersonId,
        name: &Label,
        changes: Vec<Change>,
        now: Now,
    ) -> Result<Account, Mistake> {
        let known = self.accounts.all.get(&person).cloned();
        let account = known.map_or_else(|| self.new_account(person, name.clone(), now), Ok)?;
        changes.into_iter().try_fold(account, |account, change| change.of(&account, now.wall))
    }

    /// A change that would leave nobody who decides who is who, where there was somebody, is none.
    fn leaves_an_admin(&self, account: Account, elsewhere: &BTreeSet<PersonId>) -> Result<Account, Mistake> {
        let others = || self.accounts.all.values().filter(|one| one.person != account.person);
        let before = has_admin(self.accounts.all.values(), elsewhere);
        let after = has_admin(others().chain([&account]), elsewhere);
        if before && !after { Err(Mistake::LastAdmin) } else { Ok(account) }
    }

    fn keep_account(&mut self, account: Account) -> Result<(), Mistake> {
        self.accounts.keep(account, &mut self.batch).ok_or(Mistake::TooMany("grants"))
    }

    /// Writes down what somebody decided about an account, or why they could not.
    fn decided(
        &mut self,
        kind: Kind,
        by: PersonId,
        about: PersonId,
        words: &str,
        done: Result<(), Mistake>,
        now: Now,
    ) -> Result<(), Asked> {
        let outcome = match &done {
            Ok(()) => Outcome::Done,
            Err(mistake) => Outcome::Refused(mistake.code().into()),
        };
        self.decide_because(Decision {
            kind,
            at: now.wall,
            actor: Actor::Person(by),
            subject: Subject::Person(about),
            inputs: vec![],
            outcome,
            reason: Label::new(words).ok(),
        });
        done.map_err(Asked::Account)
    }
}

/// About whom a permit to decide who is who was earned.
fn granted(permit: &Permit) -> Result<PersonId, Asked> {
    match permit.resource() {
        Resource::Person(person) if permit.action() == Action::Grant => Ok(*person),
        _ => Err(Asked::Permit),
    }
}
