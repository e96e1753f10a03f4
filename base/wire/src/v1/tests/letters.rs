//! Every letter, as its sender would write it.

use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use crypto::{
    approved::{Approved, NeedsConsent},
    cbor::{self, Limits},
    cose::Sign1,
    digest::Digest,
    key::{self, KeyId, PublicKey, Role, SecretKey, SeedRole},
    merkle::{self, Frontier, NodeAt, Nodes, Root},
    note::{Checkpoint, Note, SignatureType, Verifier},
    refusal::Refusal,
    seal::{SecretInfo, seal_to},
    signed::{Letter, Signed, ToSign, Verified},
};
use vocab::{
    Action, Arming, Channel, Generation, Interlock, InterlockRule, Mark, Millis, OrderId, PersonId, Posture,
    ReflexRule, SenseState, Severity, Tuning, WorkOrderId,
};
use wire::v1::{
    Beat, Boot, Bundle, Consent, DeviceState, Evidence, FleetTime, Keyset, Order, OrderKind, Presence, Proof,
    Roster, SignIn, WorkOrder, bundle,
    enrol::{self, Answer, Ask, Join, Joined, Renewal, Reproof},
    evidence::Claims,
    feed::{self, Identified, News},
    keyset::{TrustZone, Valid, ZoneAuthority},
    proof,
    roster::{Person, Right},
    state::{Lease, SealedSecret},
};

use super::cast::{
    ADA, ASKED, AT, ATTESTATION_KEY, BEN, BENS_AUTHENTICATOR, BOOT, Chip, DEVICE, DEVICE_KEY, EVENT,
    GENERATION, NEXT_DEVICE_KEY, NONCE, NOW, ada, ben, bens_passkey, digest, everybody, fleet, here, journal,
    label, later, log, opening, position, root, secret, sensor, state, unit, work_order, zone,
};

/// One signed letter, and all that an attacker or a reader needs to know about it.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) kind: &'static str,
    pub(super) role: &'static str,
    pub(super) algorithm: i64,
    pub(super) key: KeyId,
    pub(super) limits: Limits,
    /// Whether it is for the whole fleet.
    pub(super) for_all: bool,
    /// Where the key is a chip's.
    pub(super) chip: Option<Chip>,
    /// Signs as the true sender does.
    pub(super) sign: Sign,
    /// Another key of the same role.
    pub(super) stranger: Stranger,
    /// Reads as its reader does; gives the digest of the letter as it came.
    pub(super) read: Box<dyn Fn(&[u8]) -> Result<Digest, Refusal>>,
}

pub(super) type Sign = Box<dyn Fn(&[u8]) -> [u8; 64]>;

/// Somebody with a key of the right role, and not the right one.
pub(super) struct Stranger {
    pub(super) key: KeyId,
    pub(super) sign: Sign,
}

/// All of them, by name.
pub(super) fn samples() -> Vec<Sample> {
    vec![
        by_seed("beat", &beat(), journal(), believe),
        by_chip("boot", &boot(), DEVICE_KEY),
        by_chip("boot-of-a-new-device", &first_boot(), DEVICE_KEY),
        by_seed("consent", &consent(ADA, &release()), ada(), believe),
        by_chip("evidence", &evidence(), ATTESTATION_KEY),
        by_chip("evidence-while-sealed", &bare_evidence(), ATTESTATION_KEY),
        by_chip("join", &join(), DEVICE_KEY),
        by_seed("keyset", &keyset(), root(), believe),
        by_seed("presence", &presence(), ada(), believe),
        by_chip("renewal", &renewal(), DEVICE_KEY),
        by_chip("reproof", &reproof(), DEVICE_KEY),
        by_seed("roster", &roster(), root(), believe),
        by_seed("sign-in", &sign_in(), ada(), believe),
        by_seed("state", &device_state(), state(), judge),
        by_seed("state-that-is-the-first", &first_state(), state(), judge),
        by_seed("time", &time(), state(), believe),
        by_seed("work-order", &order_of_work(), work_order(), believe),
        by_seed("work-order-with-a-nonce", &asked_order_of_work(), work_order(), believe),
    ]
}

/// Letters and messages without a signature of their own: name, bytes and limits.
pub(super) fn unsigned() -> Vec<(&'static str, Vec<u8>, Limits)> {
    let signed = |letter: &[u8]| letter.to_vec().into();
    let refused = Answer::refused("admit/token-expired", "the join token has expired; issue a new one");
    vec![
        ("answer-joined", cbor::encode(&Answer::Joined(joined())), enrol::LIMITS),
        ("answer-question", cbor::encode(&Answer::Question(NONCE)), enrol::LIMITS),
        ("answer-refused", cbor::encode(&refused), enrol::LIMITS),
        (
            "ask-join",
            cbor::encode(&Ask::Join(signed(&by_chip("", &join(), DEVICE_KEY).bytes))),
            enrol::LIMITS,
        ),
        (
            "ask-reprove",
            cbor::encode(&Ask::Reprove(signed(&by_chip("", &reproof(), DEVICE_KEY).bytes))),
            enrol::LIMITS,
        ),
        ("bundle", cbor::encode(&bundle()), bundle::LIMITS),
        ("feed-begin", cbor::encode(&News::Begin), feed::LIMITS),
        ("feed-identities", cbor::encode(&identities()), feed::LIMITS),
        ("feed-mark", cbor::encode(&News::Mark(NOW)), feed::LIMITS),
        ("joined", cbor::encode(&joined()), enrol::LIMITS),
        ("proof", cbor::encode(&proof()), proof::LIMITS),
        ("proof-of-the-first-state", cbor::encode(&first_proof()), proof::LIMITS),
    ]
}

fn identities() -> News {
    let suspended = Identified { device: DEVICE, standing: feed::Standing::Suspended, replaced: vec![] };
    let renewed = Identified {
        standing: feed::Standing::Active,
        replaced: vec![KeyId([7; 8]), KeyId([8; 8])],
        ..suspended.clone()
    };
    News::Identities(vec![suspended, renewed])
}

fn by_seed<T: Letter + 'static>(
    name: &'static str,
    letter: &T,
    key: SecretKey<T::Role>,
    judge: fn(&Verified<T>) -> Result<(), Refusal>,
) -> Sample
where
    T::Role: SeedRole,
{
    let other = SecretKey::<T::Role>::from_seed([0x66; 32]);
    let stranger = Stranger { key: other.public().id(), sign: Box::new(move |message| other.sign(message)) };
    let public = key.public().clone();
    sample(name, letter, public, Box::new(move |message| key.sign(message)), stranger, judge)
}

fn by_chip<T: Letter + 'static>(name: &'static str, letter: &T, chip: Chip) -> Sample {
    let other = Chip(0x66);
    let key = other.public::<T::Role>().id();
    let stranger = Stranger { key, sign: Box::new(move |message| other.sign(message)) };
    let sign = Box::new(move |message: &[u8]| chip.sign(message));
    Sample { chip: Some(chip), ..sample(name, letter, chip.public(), sign, stranger, believe) }
}

fn sample<T: Letter + 'static>(
    name: &'static str,
    letter: &T,
    key: PublicKey<T::Role>,
    sign: Sign,
    stranger: Stranger,
    judge: fn(&Verified<T>) -> Result<(), Refusal>,
) -> Sample {
    let unsigned = ToSign::whole(letter, key.id()).unwrap();
    let signature = sign(&unsigned.message());
    let bytes = unsigned.finish(&signature).bytes().to_vec();
    let payload = Sign1::parse(&bytes, T::LIMITS.bytes).unwrap().payload.to_vec();
    let audience = letter.audience();
    Sample {
        name,
        payload,
        bytes,
        kind: T::KIND,
        role: T::Role::NAME,
        algorithm: T::Role::ALGORITHM.cose(),
        key: key.id(),
        limits: T::LIMITS,
        for_all: audience.device.is_none(),
        chip: None,
        sign,
        stranger,
        read: Box::new(move |bytes| {
            let verified = Signed::<T>::parse(bytes.to_vec())?.verify(&key, &audience)?;
            judge(&verified)?;
            Ok(verified.digest())
        }),
    }
}

fn believe<T>(_: &Verified<T>) -> Result<(), Refusal> {
    Ok(())
}

/// What a device asks of a state beyond its signature, as far as people are concerned.
fn judge(state: &Verified<DeviceState>) -> Result<(), Refusal> {
    state.keyset.clone().verify(root().public(), &everybody())?;
    let roster = state.roster.clone().verify(root().public(), &everybody())?;
    for order in &state.orders {
        Approved::verify(order.clone(), &here(), &roster, NOW)?;
    }
    Ok(())
}

pub(super) fn beat() -> Beat {
    let mark = |name, channel, state, spoke: Option<u32>, tripped| Mark {
        sensor: sensor(name),
        channel,
        state,
        spoke: spoke.map(Millis),
        tripped,
    };
    Beat {
        fleet: fleet(),
        device: DEVICE,
        boot: BOOT,
        position: position(41),
        at: AT,
        generation: GENERATION,
        posture: Posture::Sealed,
        arming: Arming::Armed,
        senses: vec![
            mark("lid", Channel::Contact, SenseState::Proved, Some(40), Some(later(-2))),
            mark("loop", Channel::Loop, SenseState::Unproved, Some(1_000), None),
            mark("psu/5v", Channel::Rail, SenseState::Faulted, Some(90_000), Some(later(-2))),
            mark("shock", Channel::Acceleration, SenseState::Silent, None, None),
        ],
        causes: vec![zone("lid")],
    }
}

pub(super) fn boot() -> Boot {
    Boot {
        fleet: fleet(),
        device: DEVICE,
        boot: BOOT,
        journal_key: journal().public().clone(),
        after: Some(position(37)),
        at: AT,
        generation: GENERATION,
        state: Some(digest("state 7")),
        opening_key: Some(opening()),
        software: label("metald 0.1.0"),
    }
}

fn first_boot() -> Boot {
    Boot { after: None, generation: Generation::NONE, state: None, opening_key: None, ..boot() }
}

pub(super) fn evidence() -> Evidence {
    Evidence {
        fleet: fleet(),
        device: DEVICE,
        nonce: NONCE,
        position: position(41),
        generation: GENERATION,
        state: Some(digest("state 7")),
        opening_key: Some(opening()),
        device_key: DEVICE_KEY.public(),
        claims: Claims::Software { version: label("metald 0.1.0") },
    }
}

fn bare_evidence() -> Evidence {
    Evidence { generation: Generation::NONE, state: None, opening_key: None, ..evidence() }
}

pub(super) fn join() -> Join {
    Join {
        token: b"a token that is used once".to_vec().into(),
        label: label("dev-07, Näheweg 4"),
        attestation_key: ATTESTATION_KEY.public(),
        device_key: DEVICE_KEY.public(),
        opening_key: opening(),
        fleet: fleet(),
        nonce: NONCE,
    }
}

pub(super) fn joined() -> Joined {
    Joined {
        fleet: fleet(),
        device: DEVICE,
        chain: vec![b"a leaf in DER".to_vec().into(), b"its issuer in DER".to_vec().into()],
        keyset: Signed::seal(&keyset(), &root()),
        roster: Signed::seal(&roster(), &root()),
        checkpoint: checkpoint(&Frontier::new()),
    }
}

pub(super) fn bundle() -> Bundle {
    Bundle {
        fleet: fleet(),
        keyset: Signed::seal(&keyset(), &root()),
        hardware: "fleet.example:8442".into(),
        enrolment: "fleet.example:8443".into(),
    }
}

pub(super) fn reproof() -> Reproof {
    Reproof { fleet: fleet(), device: DEVICE, nonce: NONCE }
}

pub(super) fn renewal() -> Renewal {
    let unsigned = ToSign::new(&reproof(), NEXT_DEVICE_KEY.public::<key::Device>().id());
    let signature = NEXT_DEVICE_KEY.sign(&unsigned.message());
    Renewal {
        fleet: fleet(),
        device: DEVICE,
        nonce: NONCE,
        device_key: NEXT_DEVICE_KEY.public(),
        possession: unsigned.finish(&signature),
    }
}

pub(super) fn keyset() -> Keyset {
    let authority = |zone, root: &str| ZoneAuthority { zone, root: root.as_bytes().to_vec().into() };
    Keyset {
        fleet: fleet(),
        version: 3,
        state: vec![valid(state().public().clone())],
        work_order: vec![valid(work_order().public().clone())],
        log: vec![valid(log().public().clone())],
        authorities: vec![
            authority(TrustZone::Device, "the root of devices in DER"),
            authority(TrustZone::Service, "the root of services in DER"),
        ],
    }
}

fn valid<K>(key: K) -> Valid<K> {
    Valid { key, from: later(-24), until: later(24 * 30) }
}

pub(super) fn roster() -> Roster {
    let person = |id, name, key: SecretKey<key::Person>, may: &[Right]| Person {
        id,
        name: label(name),
        keys: vec![key.public().clone()],
        may: may.to_vec(),
        passkeys: vec![],
    };
    let ben = person(BEN, "Ben", ben(), &[Right::Release]);
    Roster {
        fleet: fleet(),
        version: 2,
        people: vec![
            person(ADA, "Ada", ada(), &[Right::Release, Right::Destroy]),
            Person { passkeys: vec![bens_passkey()], ..ben },
        ],
    }
}

pub(super) fn time() -> FleetTime {
    FleetTime { fleet: fleet(), device: DEVICE, nonce: NONCE, wall: NOW }
}

pub(super) fn order_of_work() -> WorkOrder {
    WorkOrder {
        fleet: fleet(),
        device: DEVICE,
        id: WorkOrderId(*b"change the fan.."),
        zones: vec![zone("lid"), zone("rear")],
        holder: ada().public().clone(),
        window: Millis(7_200_000),
        from: NOW,
        until: later(24),
        nonce: None,
    }
}

fn asked_order_of_work() -> WorkOrder {
    WorkOrder { nonce: Some(NONCE), ..order_of_work() }
}

pub(super) fn presence() -> Presence {
    Presence { fleet: fleet(), device: DEVICE, order: order_of_work().id, challenge: NONCE }
}

pub(super) fn sign_in() -> SignIn {
    SignIn { fleet: fleet(), person: ADA, challenge: NONCE }
}

/// The order that takes two people.
pub(super) fn release() -> Order {
    Order {
        id: OrderId(*b"release the lid."),
        kind: OrderKind::ReleaseLatch { event: EVENT, severity: Severity::High },
        basis: position(41),
        expires: later(24),
        consents: vec![],
    }
}

pub(super) fn consent(person: PersonId, order: &Order) -> Consent {
    Consent { fleet: fleet(), device: DEVICE, person, subject: order.subject(&here()), expires: later(12) }
}

/// Ben's consent to that order, by the passkey of his telephone.
pub(super) fn consent_by_passkey() -> Signed<Consent> {
    ASKED.consent(&consent(BEN, &release()), BENS_AUTHENTICATOR)
}

/// The same order with what these people signed.
pub(super) fn with_consents(order: Order, consents: &[(Consent, SecretKey<key::Person>)]) -> Order {
    Order { consents: consents.iter().map(|(consent, key)| Signed::seal(consent, key)).collect(), ..order }
}

pub(super) fn first_state() -> DeviceState {
    DeviceState {
        fleet: fleet(),
        device: DEVICE,
        generation: Generation(1),
        previous: None,
        issued: NOW,
        basis: position(2),
        arming: Arming::Armed,
        tuning: Tuning::default(),
        reflexes: ReflexRule::defaults(),
        interlocks: vec![],
        posture: Posture::Normal,
        orders: vec![],
        secrets: vec![],
        lease: None,
        floor: Generation::NONE,
        roster: Signed::seal(&roster(), &root()),
        keyset: Signed::seal(&keyset(), &root()),
    }
}

pub(super) fn device_state() -> DeviceState {
    let generation = GENERATION.next();
    let two = [(consent(ADA, &release()), ada()), (consent(BEN, &release()), ben())];
    let seen = Order { id: OrderId(*b"it was seen by A"), kind: OrderKind::Acknowledge(EVENT), ..release() };
    let by_ada = [(consent(ADA, &seen), ada())];
    let lock =
        Order { id: OrderId(*b"let no USB in..."), kind: OrderKind::Run(Action::LockUsb), ..release() };
    let stop = OrderKind::Run(Action::StopUnit(unit("kiosk.service")));
    let stop = Order { id: OrderId(*b"stop the kiosk.."), kind: stop, ..release() };
    let withheld = |withholds, condition, instead| InterlockRule { withholds, condition, instead };
    DeviceState {
        generation,
        previous: Some(digest("state 7")),
        basis: position(41),
        tuning: Tuning {
            passage: vocab::tuning::Passage {
                exit: Millis(30_000),
                entry: Millis(20_000),
                through: vec![zone("lid")],
                chime: vec![zone("rear")],
            },
            ..Tuning::default()
        },
        interlocks: vec![
            withheld(Action::PowerOff, Interlock::Energised, Some(Action::Isolate)),
            withheld(Action::Wipe, Interlock::Occupied, None),
        ],
        posture: Posture::Guarded,
        orders: vec![with_consents(seen, &by_ada), lock, with_consents(release(), &two), stop],
        secrets: vec![SealedSecret {
            name: secret("mqtt/password"),
            key: opening().id(),
            sealed: sealed(generation),
            generation,
        }],
        lease: Some(Lease { until: later(24 * 7), powered: 604_800, afterwards: Posture::Sealed }),
        floor: GENERATION,
        ..first_state()
    }
}

fn sealed(generation: Generation) -> crypto::seal::Sealed {
    let (fleet, secret) = (fleet(), secret("mqtt/password"));
    let info = SecretInfo { fleet: &fleet, device: DEVICE, generation, secret: &secret };
    seal_to(&opening(), &info.to_key(opening().id()), &[], [12; 32], b"correct horse")
}

pub(super) fn first_proof() -> Proof {
    let letter = Signed::seal_whole(&first_state(), &state()).unwrap();
    Logged::new(0, 1, &letter).proof(first_state().generation, 0)
}

/// A proof from a log of some age, for a device that knows the log as it was.
pub(super) fn proof() -> Proof {
    let letter = Signed::seal_whole(&device_state(), &state()).unwrap();
    Logged::new(41, 60, &letter).proof(device_state().generation, 33)
}

/// A log of so many leaves, of which this letter is one.
struct Logged {
    index: u64,
    frontier: Frontier,
    nodes: BTreeMap<NodeAt, Digest>,
}

pub(super) const SALT: &str = "a salt";

impl Logged {
    fn new(index: u64, size: u64, letter: &Signed<DeviceState>) -> Self {
        let mut logged = Self { index, frontier: Frontier::new(), nodes: BTreeMap::new() };
        for at in 0..size {
            let other = digest(&at.to_string());
            let of_letter = proof::leaf(proof::STATE, &digest(SALT), &letter.digest());
            let data = if at == index { of_letter } else { other };
            logged.nodes.extend(logged.frontier.append(merkle::leaf_hash(data.as_bytes())));
        }
        logged
    }

    fn proof(&self, generation: Generation, from_size: u64) -> Proof {
        let size = self.frontier.size();
        Proof {
            generation,
            salt: digest(SALT),
            index: self.index,
            path: merkle::inclusion_proof(self.index, size, self).unwrap(),
            checkpoint: checkpoint(&self.frontier),
            from_size,
            consistency: merkle::consistency_proof(from_size, size, self).unwrap(),
        }
    }
}

impl Nodes for Logged {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.nodes.get(&at).copied()
    }
}

fn checkpoint(log_now: &Frontier) -> String {
    let (origin, key) = (proof::origin(&fleet()), log());
    let checkpoint = Checkpoint::new(&origin, log_now.size(), log_now.root()).unwrap();
    Note::signed(checkpoint.to_string(), &verifier(), &key).unwrap().to_string()
}

/// The root of the log of [`proof`] when it had so many leaves.
pub(super) fn root_at(size: u64) -> Root {
    assert!(size <= 41, "later the letter's own leaf is in it");
    let mut frontier = Frontier::new();
    for at in 0..size {
        frontier.append(merkle::leaf_hash(digest(&at.to_string()).as_bytes()));
    }
    frontier.root()
}

/// Who signs checkpoints.
pub(super) fn verifier() -> Verifier {
    let origin = proof::origin(&fleet());
    Verifier::new(&origin, SignatureType::Note, log().public().as_bytes()).unwrap()
}
