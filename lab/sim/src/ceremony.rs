//! Plays the people and the machine that never touches a network: fleet root, roster, people's keys.

use std::time::Duration;

use crypto::{
    approved::NeedsConsent,
    cbor::{self, Limits},
    key::{self, PublicKey, SecretKey},
    merkle::Frontier,
    note::{Checkpoint, Note, SignatureType, Verifier},
    passkey::Passkey,
    signed::{Audience, Signed, Verified},
};
use vocab::{DeviceId, FleetName, Label, Nonce, PersonId, Wall, WorkOrderId, ZoneName};
use wire::v1::{
    Consent, FleetTime, Keyset, Order, Presence, Roster, WorkOrder, keyset::Valid, proof::origin, roster,
    roster::Right, sign_in::SignIn,
};

use crate::{authenticator::Authenticator, dice::Dice, hand};

/// How long the keys of the laboratory hold.
const YEAR: Duration = Duration::from_hours(24 * 365);

/// The offline root and everything that it has signed.
pub struct Ceremony {
    fleet: FleetName,
    root: SecretKey<key::Root>,
    people: Vec<Someone>,
    keyset: Signed<Keyset>,
    roster: Signed<Roster>,
    seeds: Seeds,
}

/// A person with a key file and a passkey.
struct Someone {
    id: PersonId,
    seed: [u8; 32],
    key: SecretKey<key::Person>,
    authenticator: &'static Authenticator,
}

/// The seeds of the keys that the fleet itself holds.
struct Seeds {
    state: [u8; 32],
    work_order: [u8; 32],
    log: [u8; 32],
}

/// The keys that the fleet itself holds, handed over once.
pub struct FleetKeys {
    /// Signs states and time.
    pub state: SecretKey<key::State>,
    /// Signs work orders.
    pub work_order: SecretKey<key::WorkOrder>,
    /// Signs checkpoints.
    pub log: SecretKey<key::Log>,
}

impl Ceremony {
    /// A fleet with so many people, each of whom may consent to everything.
    ///
    /// # Panics
    /// If the fleet's name is none.
    pub fn new(seed: u64, fleet: &str, people: u8, now: Wall) -> Self {
        let mut dice = Dice::new(seed, "ceremony");
        let fleet = FleetName::new(fleet).expect("a fleet's name");
        let root = SecretKey::from_seed(dice.bytes());
        let seeds = Seeds { state: dice.bytes(), work_order: dice.bytes(), log: dice.bytes() };
        let people: Vec<Someone> = (0..people)
            .map(|number| {
                let seed = dice.bytes();
                let authenticator = Authenticator::of(usize::from(number));
                Someone {
                    id: PersonId([number + 1; 16]),
                    seed,
                    key: SecretKey::from_seed(seed),
                    authenticator,
                }
            })
            .collect();
        let keyset = Keyset {
            fleet: fleet.clone(),
            version: 1,
            state: vec![valid(SecretKey::<key::State>::from_seed(seeds.state).public().clone(), now)],
            work_order: vec![valid(
                SecretKey::<key::WorkOrder>::from_seed(seeds.work_order).public().clone(),
                now,
            )],
            log: vec![valid(SecretKey::<key::Log>::from_seed(seeds.log).public().clone(), now)],
            authorities: vec![],
        };
        let roster = Roster {
            fleet: fleet.clone(),
            version: 1,
            people: people.iter().enumerate().map(|(number, person)| person.entry(number)).collect(),
        };
        let (keyset, roster) = (Signed::seal(&keyset, &root), Signed::seal(&roster, &root));
        Self { fleet, root, people, keyset, roster, seeds }
    }

    /// The fleet's name.
    pub const fn fleet(&self) -> &FleetName {
        &self.fleet
    }

    /// The key that devices are given out of band.
    pub fn root(&self) -> PublicKey<key::Root> {
        self.root.public().clone()
    }

    /// The keyset as the root signed it.
    pub const fn keyset(&self) -> &Signed<Keyset> {
        &self.keyset
    }

    /// The roster as the root signed it.
    pub const fn roster(&self) -> &Signed<Roster> {
        &self.roster
    }

    /// A later roster, of which these people alone are part.
    pub fn roster_of(&self, version: u64, people: &[usize]) -> Signed<Roster> {
        let people = people.iter().map(|number| self.people[*number].entry(*number)).collect();
        Signed::seal(&Roster { fleet: self.fleet.clone(), version, people }, &self.root)
    }

    /// A later roster of everybody, and of somebody besides who consents with this passkey.
    ///
    /// # Panics
    /// Never: the root reads what it signed itself.
    pub fn roster_with(&self, version: u64, id: PersonId, name: Label, passkey: Passkey) -> Signed<Roster> {
        let more =
            roster::Person { id, name, keys: vec![], may: vec![Right::Release], passkeys: vec![passkey] };
        self.roster_changed(version, |people| people.push(more))
    }

    /// A later roster, with the people of the first one after this change.
    ///
    /// # Panics
    /// Never: the root reads what it signed itself.
    pub fn roster_changed(
        &self,
        version: u64,
        change: impl FnOnce(&mut Vec<roster::Person>),
    ) -> Signed<Roster> {
        let mut roster = self.roster.claimed().expect("the root's own letter");
        roster.version = version;
        change(&mut roster.people);
        Signed::seal(&roster, &self.root)
    }

    /// A roster of this root, as a fleet believes it.
    ///
    /// # Panics
    /// If another root signed it.
    pub fn believed(&self, roster: Signed<Roster>) -> Verified<Roster> {
        let everybody = Audience::fleet(self.fleet.clone());
        roster.verify(self.root.public(), &everybody).expect("this root signed it")
    }

    /// What the fleet itself holds.
    pub fn fleet_keys(&self) -> FleetKeys {
        FleetKeys {
            state: SecretKey::from_seed(self.seeds.state),
            work_order: SecretKey::from_seed(self.seeds.work_order),
            log: SecretKey::from_seed(self.seeds.log),
        }
    }

    /// The checkpoint of an empty log.
    ///
    /// # Panics
    /// Never: the origin is one line, and the key its own.
    pub fn checkpoint(&self) -> String {
        let keys = self.fleet_keys();
        let name = origin(&self.fleet);
        let frontier = Frontier::new();
        let checkpoint = Checkpoint::new(&name, frontier.size(), frontier.root()).expect("one line");
        let verifier =
            Verifier::new(&name, SignatureType::Note, keys.log.public().as_bytes()).expect("its own key");
        Note::signed(checkpoint.to_string(), &verifier, &keys.log).expect("its own key").to_string()
    }

    /// The id of a person, counted from zero.
    pub fn person(&self, number: usize) -> PersonId {
        self.people[number].id
    }

    /// What a person's key is made from, for a terminal that signs with it.
    pub fn person_seed(&self, number: usize) -> [u8; 32] {
        self.people[number].seed
    }

    /// The public key of a person.
    pub fn person_key(&self, number: usize) -> PublicKey<key::Person> {
        self.people[number].key.public().clone()
    }

    /// The telephone of a person.
    pub fn authenticator(&self, number: usize) -> &Authenticator {
        self.people[number].authenticator
    }

    /// What a person consents to with an order for one device.
    pub fn consenting(&self, number: usize, device: DeviceId, order: &Order) -> Consent {
        let audience = Audience::device(self.fleet.clone(), device);
        Consent {
            fleet: self.fleet.clone(),
            device,
            person: self.people[number].id,
            subject: order.subject(&audience),
            expires: order.expires,
        }
    }

    /// A person's consent to an order for one device, by their key file.
    pub fn consent(&self, number: usize, device: DeviceId, order: &Order) -> Signed<Consent> {
        Signed::seal(&self.consenting(number, device, order), &self.people[number].key)
    }

    /// The same to an order as people are given it: they read it themselves and sign what they read.
    ///
    /// # Panics
    /// If it is no order.
    pub fn consent_to(&self, number: usize, device: DeviceId, order: &[u8]) -> Signed<Consent> {
        let order = cbor::decode(order, &Limits::FRAME).expect("an order to read");
        self.consent(number, device, &order)
    }

    /// The key of the log as auditors keep it.
    pub fn log_verifier(&self) -> Verifier {
        audit::checkpoint::verifier(&self.fleet, self.fleet_keys().log.public())
    }

    /// Checks an export of the log, as an auditor does.
    pub fn check_export(&self, export: &str) -> Result<audit::Verified, audit::Refusal> {
        audit::verify(export, &self.log_verifier(), None)
    }

    /// A person's answer to the fleet's challenge.
    pub fn sign_in(&self, number: usize, challenge: Nonce) -> Signed<SignIn> {
        self.sign_in_as(number, self.people[number].id, &self.fleet, challenge)
    }

    /// The same with this person's key, whoever and wherever they claim to be.
    pub fn sign_in_as(
        &self,
        number: usize,
        person: PersonId,
        fleet: &FleetName,
        challenge: Nonce,
    ) -> Signed<SignIn> {
        let letter = SignIn { fleet: fleet.clone(), person, challenge };
        Signed::seal(&letter, &self.people[number].key)
    }

    /// The time, as the fleet would sign it.
    pub fn time(&self, device: DeviceId, nonce: Nonce, wall: Wall) -> Signed<FleetTime> {
        let time = FleetTime { fleet: self.fleet.clone(), device, nonce, wall };
        Signed::seal(&time, &self.fleet_keys().state)
    }

    /// A work order for a technician, as the fleet would sign it.
    pub fn work_order(
        &self,
        device: DeviceId,
        zones: &[&str],
        holder: usize,
        window: vocab::Millis,
        now: Wall,
    ) -> Signed<WorkOrder> {
        let order = WorkOrder {
            fleet: self.fleet.clone(),
            device,
            id: WorkOrderId::v7(now, [7; 10]),
            zones: zones.iter().map(|zone| hand::zone(zone)).collect::<Vec<ZoneName>>(),
            holder: self.person_key(holder),
            window,
            from: now,
            until: now + Duration::from_hours(24),
            nonce: None,
        };
        Signed::seal(&order, &self.fleet_keys().work_order)
    }

    /// The technician's answer to a device's challenge.
    pub fn presence(&self, holder: usize, order: &WorkOrder, challenge: Nonce) -> Signed<Presence> {
        let presence =
            Presence { fleet: self.fleet.clone(), device: order.device, order: order.id, challenge };
        Signed::seal(&presence, &self.people[holder].key)
    }
}

impl Someone {
    fn entry(&self, number: usize) -> roster::Person {
        roster::Person {
            id: self.id,
            name: Label::new(NAMES[number % NAMES.len()]).expect("a label"),
            keys: vec![self.key.public().clone()],
            may: vec![Right::Release, Right::Destroy],
            passkeys: vec![self.authenticator.passkey().clone()],
        }
    }
}

const NAMES: [&str; 4] = ["Ada", "Grace", "Edith", "Joan"];

fn valid<K>(key: K, now: Wall) -> Valid<K> {
    Valid { key, from: Wall(0), until: now + YEAR }
}
