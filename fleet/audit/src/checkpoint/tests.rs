use alloc::collections::BTreeMap;

use super::*;

/// Nodes in memory.
#[derive(Clone, Default)]
pub(crate) struct Map(pub(crate) BTreeMap<NodeAt, Digest>);

impl Nodes for Map {
    fn node(&self, at: NodeAt) -> Option<Digest> {
        self.0.get(&at).copied()
    }
}

pub(crate) fn fleet() -> FleetName {
    "nord".parse().unwrap()
}

pub(crate) fn key() -> SecretKey<key::Log> {
    SecretKey::from_seed([3; 32])
}

pub(crate) fn known() -> Verifier {
    verifier(&fleet(), key().public())
}

/// A log of these leaves, and its nodes.
pub(crate) fn log_of(leaves: &[Digest]) -> (Log, Map) {
    let mut nodes = Map::default();
    let mut log = Log::resume(fleet(), 0, &nodes).unwrap();
    for leaf in leaves {
        nodes.0.extend(log.append(leaf).nodes);
    }
    (log, nodes)
}

fn leaves(n: u64) -> Vec<Digest> {
    (0..n).map(|i| Digest::of(&i.to_be_bytes())).collect()
}

#[test]
fn leaves_count_from_zero_and_cost_two_nodes_each() {
    let mut log = Log::resume(fleet(), 0, &Map::default()).unwrap();
    let made: Vec<_> = leaves(1024).iter().map(|leaf| log.append(leaf)).collect();
    assert!(made.iter().zip(0..).all(|(made, at)| made.index == at));
    assert_eq!(made.iter().map(|made| made.nodes.len()).sum::<usize>(), 2 * 1024 - 1);
    assert!(made.iter().all(|made| made.nodes.len() <= 11));
}

#[test]
fn a_log_goes_on_where_it_stood() {
    let all = leaves(77);
    let (mut whole, nodes) = log_of(&all[..40]);
    let mut resumed = Log::resume(fleet(), 40, &nodes).unwrap();
    assert_eq!(resumed, whole);
    for leaf in &all[40..] {
        assert_eq!(resumed.append(leaf), whole.append(leaf));
    }
    assert_eq!(resumed.checkpoint(), whole.checkpoint());
}

#[test]
fn a_log_whose_nodes_were_lost_does_not_go_on() {
    assert!(Log::resume(fleet(), 40, &Map::default()).is_err());
}

#[test]
fn an_append_that_was_not_committed_leaves_the_log_as_it_was() {
    let (log, _) = log_of(&leaves(5));
    let mut tried = log.clone();
    tried.append(&Digest::of(b"lost"));
    assert_eq!((log.size(), tried.size()), (5, 6));
}

#[test]
fn a_checkpoint_is_believed_by_the_key_of_its_own_fleet_alone() {
    let (log, _) = log_of(&leaves(5));
    let published = log.publish(&key()).unwrap();
    assert_eq!(Published::open(published.note(), &known()).as_ref(), Ok(&published));
    assert_eq!((published.checkpoint().origin(), published.checkpoint().size()), ("log.nord", 5));
    let stranger = verifier(&fleet(), SecretKey::<key::Log>::from_seed([4; 32]).public());
    assert_eq!(Published::open(published.note(), &stranger), Err(note::Refusal::NoKnownSignature));
    let sued = verifier(&"sued".parse().unwrap(), key().public());
    assert_eq!(Published::open(published.note(), &sued), Err(note::Refusal::NoKnownSignature));
    let forged = published.note().replace("\n5\n", "\n6\n");
    assert!(matches!(Published::open(&forged, &known()), Err(note::Refusal::BadSignature { .. })));
}

#[test]
fn auditors_keep_the_key_as_one_line() {
    let text = known().to_string();
    assert!(text.starts_with("log.nord+"));
    assert_eq!(text.parse(), Ok(known()));
}
