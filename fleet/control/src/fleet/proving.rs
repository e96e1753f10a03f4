//! Evidence and identities: challenges, appraisal, settling, renewal, enrolment.

use admit::{
    appraise::{Appraisal, Attested, Facts, appraise},
    challenge::Challenge,
    enrol::{self, Joined, Registry},
    standing::{Change, Lift, State},
    token::Token,
};
use audit::{Actor, Kind, Outcome, Subject};
use crypto::{
    cbor::{self, Limits},
    key::{Attestation, Device, PublicKey},
    signed::Signed,
};
use incident::{Settlement, settle};
use link::{Conn, Purpose, station::Input};
use minicbor::bytes::ByteVec;
use store::{Store, Table};
use vocab::{DeviceId, Nonce, SiteName};
use wire::v1::{
    Evidence,
    enrol::{Join, Renewal, Reproof},
};

use super::{After, Dossier, Fleet, Now};
use crate::{chain::Chain, dossier::Session, record::Record};

/// How often a device proves itself while nothing happens.
const APPRAISE_EVERY: std::time::Duration = std::time::Duration::from_hours(1);

/// How soon it is asked again when an answer is owed.
const APPRAISE_SOON: std::time::Duration = std::time::Duration::from_secs(5);

const TOKEN: Limits = Limits { bytes: 8 * 1024, depth: 6, items: 256 };

impl<S: Store> Fleet<S> {
    /// Asks a device if it is its turn.
    pub(super) fn challenge_due(&mut self, device: DeviceId, now: Now) {
        let due = |dossier: &&Dossier| dossier.station.live().is_some() && now.mono >= dossier.appraise_at;
        let Some(dossier) = self.dossiers.get(&device).map(AsRef::as_ref).filter(due) else { return };
        let purpose = match dossier.record.identity.standing().state() {
            State::RenewalOwed => Purpose::Renewal,
            State::Active | State::Revoked | State::Suspended => Purpose::Evidence,
        };
        self.challenge(device, purpose, now);
    }

    pub(super) fn challenge(&mut self, device: DeviceId, purpose: Purpose, now: Now) {
        let nonce = Nonce(self.draw());
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        // Questions that nobody answered are worth nothing by now.
        dossier.challenges.retain(|open| now.wall.since(open.asked()) < admit::challenge::LIFE);
        // The station keeps as many, the newest; whoever asks for more gets no more.
        if dossier.challenges.len() >= link::challenge::MOST {
            dossier.challenges.remove(0);
        }
        dossier.challenges.push(Challenge::new(nonce, now.wall));
        dossier.appraise_at = now.mono + if dossier.owes_proof() { APPRAISE_SOON } else { APPRAISE_EVERY };
        self.to_station(device, Input::Challenge { nonce, purpose }, now);
    }

    /// The question to which this answer came now. It is judged in its turn.
    pub(super) fn answered(&mut self, device: DeviceId, nonce: Nonce, now: Now) -> Option<Challenge> {
        self.dossiers.get_mut(&device)?.answered(nonce, now.wall)
    }

    pub(super) fn evidence(
        &mut self,
        device: DeviceId,
        conn: Conn,
        challenge: Challenge,
        letter: Vec<u8>,
        now: Now,
    ) {
        let appraisal = Signed::<Evidence>::parse(letter)
            .map_err(admit::Refusal::Letter)
            .and_then(|letter| self.with_facts(device, |facts| appraise(letter, challenge, facts, now.wall)));
        if let Err(refusal) = &appraisal {
            self.dismiss_for(device, conn, refusal);
        }
        self.appraised(device, appraisal, now);
    }

    /// The journal went on, and is committed: evidence that waited for it is judged now.
    pub(super) fn appraise_again(&mut self, device: DeviceId, now: Now) {
        let Some(waiting) = self.dossiers.get_mut(&device).and_then(|dossier| dossier.waiting.take()) else {
            return;
        };
        let appraisal = self.with_facts(device, |facts| waiting.again(facts, now.wall));
        self.appraised(device, appraisal, now);
    }

    fn with_facts<R>(
        &self,
        device: DeviceId,
        judge: impl FnOnce(&Facts<'_>) -> Result<R, admit::Refusal>,
    ) -> Result<R, admit::Refusal> {
        let dossier = self.dossiers.get(&device).ok_or(admit::Refusal::Unenrolled(device))?;
        let history = Chain { record: &dossier.record, store: &self.store, batch: &self.batch };
        let (identity, reference) = (&dossier.record.identity, &self.setup.reference);
        judge(&Facts { identity, reference, history: &history })
    }

    fn appraised(&mut self, device: DeviceId, appraisal: Result<Appraisal, admit::Refusal>, now: Now) {
        match appraisal {
            Ok(Appraisal::Attested(proof)) => self.attested(device, &proof, now),
            Ok(Appraisal::Waiting(waiting)) => {
                if let Some(dossier) = self.dossiers.get_mut(&device) {
                    dossier.waiting = Some(Box::new(waiting));
                }
            }
            Err(refusal) => {
                self.refused(device, Kind::Appraise, refusal.code(), now);
                self.say("appraise", device, format!("refused: {refusal}"));
                if refusal.is_of_the_moment() {
                    self.ask_again(device, now);
                }
            }
        }
    }

    /// Its answer came to nothing by no fault of its own: it does not wait for the next ordinary question.
    fn ask_again(&mut self, device: DeviceId, now: Now) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if dossier.again.take(now.mono) {
            dossier.appraise_at = dossier.appraise_at.min(now.mono + APPRAISE_SOON);
            self.schedule(device);
        }
    }

    /// A device is what it says: settles what waited for that, and lifts the suspension if nothing holds it.
    fn attested(&mut self, device: DeviceId, proof: &Attested, now: Now) {
        let about = Subject::Device(device);
        let inputs = vec![proof.position.head.0];
        self.decide(Kind::Appraise, Actor::Fleet, about, inputs, Outcome::Done, now.wall);
        let (mut lifted, mut returned) = (false, false);
        if let Some(dossier) = self.dossiers.get_mut(&device) {
            dossier.record.attested = Some(proof.attestation().clone());
            dossier.opening = plan::Opening::of(proof);
            let standing = dossier.record.identity.standing_mut();
            lifted = standing.lift(proof, now.wall) == Lift::Lifted;
            // Whoever lost its certificate gets another as after a suspension, or it would stay where it is for good.
            returned = dossier.session.as_ref().is_some_and(Session::is_quarantined)
                && standing.owe_renewal(now.wall) == Change::Doors;
            let wait = if lifted || returned { std::time::Duration::ZERO } else { APPRAISE_EVERY };
            dossier.appraise_at = now.mono + wait;
        }
        for mut incident in self.about(device) {
            let settlement = settle(&mut incident, proof, now.wall);
            if lifted {
                incident.lifted(device, now.wall);
            }
            if matches!(settlement, Settlement::Verified | Settlement::Failed(_)) || lifted {
                let subject = Subject::Incident(incident.id());
                self.decide(Kind::Settle, Actor::Fleet, subject, vec![], Outcome::Done, now.wall);
                self.keep_incident(incident);
            }
        }
        if lifted {
            self.decide(Kind::Lift, Actor::Fleet, about, vec![], Outcome::Done, now.wall);
        }
        if returned {
            self.decide(Kind::Enrol, Actor::Fleet, about, vec![], Outcome::Done, now.wall);
        }
        if lifted || returned {
            self.after.push(After::Doors(device));
        }
        self.keep(device);
        self.schedule(device);
        self.dirty.insert(device);
    }

    /// The open incidents that a device has part in.
    pub(super) fn about(&self, device: DeviceId) -> Vec<incident::Incident> {
        self.incidents.of(device).cloned().collect()
    }

    pub(super) fn renewal(
        &mut self,
        device: DeviceId,
        conn: Conn,
        challenge: Challenge,
        letter: Vec<u8>,
        now: Now,
    ) {
        let serial = self.draw_for_enrolment().serial;
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if !dossier.renewals.take(now.mono) {
            return self.too_often(device, "renewal", now);
        }
        let identity = Some(dossier.record.identity.clone());
        let renewed = Signed::<Renewal>::parse(letter)
            .map_err(admit::Refusal::Letter)
            .and_then(|letter| enrol::renewal(letter, challenge, identity, self, serial, now.wall));
        match renewed {
            Ok(enrol::Renewed { identity, profile }) => {
                let chain = self.certificate(&profile);
                if let Some(dossier) = self.dossiers.get_mut(&device) {
                    dossier.record.identity = identity;
                }
                self.decide(
                    Kind::Enrol,
                    Actor::Device(device),
                    Subject::Device(device),
                    vec![],
                    Outcome::Done,
                    now.wall,
                );
                // Told first: for the old key, the doors may lead no farther than the quarantine room from then on.
                self.after.push(After::Station(device, Input::Certificate(chain)));
                self.stood(device, admit::standing::Change::Doors);
            }
            Err(refusal) => {
                self.refused(device, Kind::Enrol, refusal.code(), now);
                self.dismiss_for(device, conn, &refusal);
                self.say("accept", device, format!("renewal refused: {refusal}"));
            }
        }
    }

    /// A letter that is not this device's own ends its session; for one that is, and says what is not believed, the
    /// journal flows on.
    fn dismiss_for(&mut self, device: DeviceId, conn: Conn, refusal: &admit::Refusal) {
        if refusal.is_of_the_letter() {
            self.dismiss(device, conn, refusal.code(), &refusal.to_string());
        }
    }

    /// Somebody with the key of this device asks for more certificates than it needs.
    fn too_often(&mut self, device: DeviceId, place: &'static str, now: Now) {
        self.refused_at(device, Some(place), Kind::Enrol, admit::Refusal::TooOften.code(), now);
    }

    /// A chain as the link carries it: a CBOR list of DER certificates, leaf first.
    fn certificate(&self, profile: &admit::pki::Profile) -> Vec<u8> {
        let chain = self.setup.authority.certify(profile);
        cbor::encode(&chain.into_iter().map(ByteVec::from).collect::<Vec<_>>())
    }

    /// A question for whoever comes to the enrolment listener.
    pub fn enrolment_nonce(&mut self, now: Now) -> Nonce {
        let nonce = Nonce(self.draw());
        let lives = |asked| asked <= now.wall && now.wall.since(asked) < admit::challenge::LIFE;
        self.enrolling.retain(|_, open| lives(open.asked()));
        // Whoever asks and leaves must not keep others out: the oldest question is given up, never the newest.
        if self.enrolling.len() >= ENROLLING_LIMIT {
            let oldest = self.enrolling.values().min_by_key(|open| open.asked()).map(Challenge::nonce);
            oldest.map(|oldest| self.enrolling.remove(&oldest));
        }
        self.enrolling.insert(nonce, Challenge::new(nonce, now.wall));
        nonce
    }

    /// A person issues a token for a device at this site; its secret is told once, here.
    pub fn issue_token(
        &mut self,
        bound: admit::token::Binding,
        site: SiteName,
        life: std::time::Duration,
        by: vocab::PersonId,
        now: Now,
    ) -> Result<[u8; 32], admit::Mistake> {
        let secret = self.draw();
        let token = Token::issue(&secret, site, life, bound, by, now.wall)?;
        self.put_token(&token);
        let actor = Actor::Person(by);
        self.decide(Kind::Enrol, actor, Subject::Fleet, vec![], Outcome::Done, now.wall);
        Ok(secret)
    }

    fn put_token(&mut self, token: &Token) {
        self.batch.put(Table::Token, cbor::encode(&token.hash()), cbor::encode(token));
    }

    /// A new device asks for an identity; the answer is worth something once [`Fleet::step`] has committed it.
    /// Where it will stand, the token says.
    pub fn join(&mut self, letter: Vec<u8>, nonce: Nonce, now: Now) -> Result<Enrolled, admit::Refusal> {
        let letter = Signed::<Join>::parse(letter).map_err(admit::Refusal::Letter)?;
        let challenge = self.enrolling.remove(&nonce).ok_or(admit::Refusal::NonceOther)?;
        let hash = enrol::token_of(&letter)?;
        // Not as the store has it: whoever asked a moment ago, and is not committed yet, has used it up.
        let stored = self.pending(Table::Token, &cbor::encode(&hash));
        let token = stored.and_then(|bytes| cbor::decode::<Token>(&bytes, &TOKEN).ok());
        let draw = self.draw_for_enrolment();
        let fleet = self.setup.fleet.clone();
        let (known, asked) = (token.is_some(), letter.digest());
        let joined = enrol::join(letter, challenge, token, self, &fleet, draw, now.wall);
        // Somebody has the token. Whoever has none can fill no log.
        if let Err(refusal) = &joined
            && known
        {
            let outcome = Outcome::Refused(refusal.code().into());
            self.decide(Kind::Enrol, Actor::Fleet, Subject::Fleet, vec![asked], outcome, now.wall);
        }
        match joined? {
            // A signature is never the same twice, so what was given the first time is kept.
            Joined::Again { device, profile } => {
                let given = self.pending(Table::Token, &given(&hash));
                let chain = given.unwrap_or_else(|| self.certificate(&profile));
                let checkpoint = self.anchor(device);
                Ok(Enrolled { device, chain, checkpoint })
            }
            Joined::New(newcomer) => {
                let record = Record::new(newcomer.identity, newcomer.token.site().clone());
                let device = record.device();
                let chain = self.certificate(&newcomer.profile);
                self.put_token(&newcomer.token);
                self.batch.put(Table::Token, given(&hash), chain.clone());
                self.dossiers.insert(device, Dossier::new(record, now.mono));
                self.keep(device);
                let about = Subject::Device(device);
                self.decide(Kind::Enrol, Actor::Device(device), about, vec![], Outcome::Done, now.wall);
                self.after.push(After::Doors(device));
                let checkpoint = self.anchor(device);
                Ok(Enrolled { device, chain, checkpoint })
            }
        }
    }

    /// The checkpoint that an enrolment is answered with. A device that has said nothing yet remembers this one, and
    /// its first proof has to start there.
    fn anchor(&mut self, device: DeviceId) -> String {
        let silent = |dossier: &&mut Box<Dossier>| dossier.record.accepted.is_none();
        if let Some(dossier) = self.dossiers.get_mut(&device).filter(silent) {
            dossier.record.anchored = self.ledger.published_size();
            dossier.record.remembered = dossier.record.anchored;
            self.keep(device);
        }
        self.ledger.checkpoint().to_owned()
    }

    /// A known device asks for a way in: one hour of the quarantine room.
    pub fn reprove(&mut self, letter: Vec<u8>, nonce: Nonce, now: Now) -> Result<Enrolled, admit::Refusal> {
        let letter = Signed::<Reproof>::parse(letter).map_err(admit::Refusal::Letter)?;
        let device = letter.claimed().map_err(admit::Refusal::Letter)?.device;
        let challenge = self.enrolling.remove(&nonce).ok_or(admit::Refusal::NonceOther)?;
        let serial = self.draw_for_enrolment().serial;
        let identity = self.dossiers.get(&device).map(|dossier| &dossier.record.identity);
        let profile = enrol::reproof(letter, challenge, identity, serial, now.wall)?;
        // Whoever has not its key uses up nothing of what the device may ask for.
        if self.dossiers.get_mut(&device).is_some_and(|dossier| !dossier.reproofs.take(now.mono)) {
            self.too_often(device, "re-proof", now);
            return Err(admit::Refusal::TooOften);
        }
        let about = Subject::Device(device);
        self.decide(Kind::Enrol, Actor::Device(device), about, vec![], Outcome::Done, now.wall);
        // It goes on from the checkpoint that it has: this one moves nothing.
        let (chain, checkpoint) = (self.certificate(&profile), self.ledger.checkpoint().to_owned());
        Ok(Enrolled { device, chain, checkpoint })
    }
}

/// Where the chain stands that was given for a token.
fn given(token: &admit::token::TokenHash) -> Vec<u8> {
    [&cbor::encode(token)[..], b"/chain"].concat()
}

/// Most strangers who may be asked at one time.
const ENROLLING_LIMIT: usize = 1024;

/// What an enrolment or a re-proof gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The device.
    pub device: DeviceId,
    /// Its certificate's chain, as the link carries it.
    pub chain: Vec<u8>,
    /// The log's checkpoint, a signed note: anchors the first state.
    pub checkpoint: String,
}

impl<S: Store> Registry for Fleet<S> {
    fn holder(&self, key: &PublicKey<Device>) -> Option<DeviceId> {
        let holds = |dossier: &&Dossier| dossier.record.identity.device_keys().any(|known| known == key);
        self.dossiers.values().map(AsRef::as_ref).find(holds).map(|dossier| dossier.record.device())
    }

    fn attester(&self, key: &PublicKey<Attestation>) -> Option<DeviceId> {
        let holds = |dossier: &&Dossier| dossier.record.identity.attestation_key() == key;
        self.dossiers.values().map(AsRef::as_ref).find(holds).map(|dossier| dossier.record.device())
    }

    fn identity(&self, device: DeviceId) -> Option<admit::Identity> {
        self.dossiers.get(&device).map(|dossier| dossier.record.identity.clone())
    }
}

impl Dossier {
    /// Whether something waits for a proof of this device, or for its new key.
    fn owes_proof(&self) -> bool {
        self.waiting.is_some() || self.record.identity.standing().state() != State::Active
    }
}
