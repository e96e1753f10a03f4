//! Incidents as people see them, closed ones included, and what explains them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ::incident::{
    Arrival, Attempt, Incident, Said, State,
    incident::Closing,
    timeline::{Source, Worth},
};
use crypto::cbor;
use policy::rule::IncidentKind;
use store::{Order, Store, Table};
use vocab::{Cause, Confidence, DeviceId, IncidentId, Label, PersonId, Severity, SiteName, Tuning, Wall};
use wire::v1::Body;

use super::{
    advice,
    piece::{Goes, Most, Piece, Search},
};
use crate::{
    chain,
    fault::Fault,
    fleet::{Fleet, INCIDENT},
};

/// Something older than this before the first thing of an incident is not of it.
const BEFORE: i64 = 60_000_000;

/// Most runs of one box's journal that are looked through for one answer, and of all boxes together.
const RUNS_LIMIT: usize = 64;
const ALL_RUNS_LIMIT: usize = 256;

/// Most entries of one box in one answer.
const ENTRIES_LIMIT: usize = 1_000;

/// Rows of incidents that are read at a time: as many as are wanted, and where few of them may be seen, not one by one.
const MOST_ROWS: usize = 64;
const FEWEST_ROWS: usize = 8;

/// What it costs to read an incident, counted in looks.
const READ: usize = 4;

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentView {
    /// Which.
    pub id: IncidentId,
    /// What it is about.
    pub kind: IncidentKind,
    /// How far it has come.
    pub state: State,
    /// How bad.
    pub severity: Severity,
    /// What happened, in one sentence.
    pub sentence: String,
    /// The probable cause.
    pub cause: String,
    /// How sure we are.
    pub confidence: Confidence,
    /// What a person should do first.
    pub first_action: String,
    /// Where.
    pub site: Option<SiteName>,
    /// Every site that it touches, as far as its boxes are known.
    pub touched: BTreeSet<SiteName>,
    /// The boxes, and what people call them.
    pub boxes: Vec<(DeviceId, Option<Label>)>,
    /// When the fleet opened it.
    pub opened: Wall,
    /// When the first and the last thing of it happened.
    pub span: (Wall, Wall),
    /// Who did it, if a person did who is known: they do not close it.
    pub by: Option<PersonId>,
    /// How it ended.
    pub closing: Option<Closing>,
}

/// One box's part of an explanation.
pub use ::incident::Explained;

/// All that explains an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The incident.
    pub incident: IncidentView,
    /// The chain of evidence, box by box.
    pub explained: Vec<Explained>,
    /// What each box did by itself, soonest first.
    pub acts: Vec<ActView>,
    /// What devices wrote and what the fleet did.
    pub timeline: Vec<LineView>,
    /// Whether that is all; else the journals hold more.
    pub complete: bool,
}

/// What a box did by itself about an event, as its receipts say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActView {
    /// Which box.
    pub device: DeviceId,
    /// How long after the decisive reading it was done.
    pub after: Duration,
    /// What, in words.
    pub what: String,
}

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    /// When.
    pub at: Wall,
    /// What that time is worth.
    pub worth: Worth,
    /// Which device says so, in which entry, and whether that came when it happened; none: the fleet.
    pub from: Option<(DeviceId, u64, Arrival)>,
    /// What.
    pub text: String,
}

/// One incident, closed or not.
pub fn incident<S: Store>(fleet: &Fleet<S>, id: IncidentId) -> Result<Option<IncidentView>, Fault> {
    Ok(find(fleet, id)?.map(|one| view(fleet, &one)))
}

/// A piece of the incidents before one, closed or not, newest first: of those that are wanted the ones that may be
/// seen.
pub fn incidents<S: Store>(
    fleet: &Fleet<S>,
    before: Option<IncidentId>,
    most: Most,
    wanted: impl Fn(&Incident) -> bool,
    seen: impl Fn(&IncidentView) -> bool,
) -> Result<Piece<IncidentView, IncidentId>, Fault> {
    let mut search = Search::new(most);
    let mut after = before.map(|id| id.as_bytes().to_vec());
    loop {
        let rows = search.wants().clamp(FEWEST_ROWS, MOST_ROWS);
        let rows = fleet.store().scan(Table::Incident, b"", after.as_deref(), Order::Descending, rows)?;
        let Some(last) = rows.last() else { return Ok(search.ended()) };
        after = Some(last.key.clone());
        for row in &rows {
            if search.goes() == Goes::NoFurther {
                return Ok(search.broken_off());
            }
            let one = read(&row.value)?;
            let found = wanted(&one).then(|| view(fleet, &one));
            search.looked(one.id(), READ + one.boxes().len(), found.filter(&seen));
        }
    }
}

/// A piece of the incidents that are not closed, before one, newest first: those that may be seen.
pub fn open<S: Store>(
    fleet: &Fleet<S>,
    before: Option<IncidentId>,
    most: Most,
    seen: impl Fn(&IncidentView) -> bool,
) -> Piece<IncidentView, IncidentId> {
    let mut search = Search::new(most);
    for one in fleet.open_incidents().before(before) {
        if search.goes() == Goes::NoFurther {
            return search.broken_off();
        }
        search.looked(one.id(), 1 + one.boxes().len(), Some(view(fleet, one)).filter(&seen));
    }
    search.ended()
}

/// One incident, explained.
pub fn explain<S: Store>(fleet: &Fleet<S>, id: IncidentId) -> Result<Option<Explanation>, Fault> {
    let Some(one) = find(fleet, id)? else { return Ok(None) };
    let (said, complete) = of_boxes(fleet, &one)?;
    let tunings: BTreeMap<DeviceId, Tuning> =
        one.boxes().iter().map(|boxed| (boxed.device, tuning(fleet, boxed.device))).collect();
    let explained =
        ::incident::explain(&one, &said, |device| tunings.get(&device).cloned().unwrap_or_default());
    let timeline: Vec<_> = ::incident::timeline(&one, &said).into_iter().map(line).collect();
    let acts = acts(&said, &timeline);
    Ok(Some(Explanation { incident: view(fleet, &one), explained, acts, timeline, complete }))
}

/// Receipts of the reflex, each with the time since the reading that decided it.
fn acts(said: &[Said], timeline: &[LineView]) -> Vec<ActView> {
    let decided = |device: DeviceId, id| {
        let theirs = said.iter().filter(|said| said.device == device);
        theirs.filter_map(|said| said.body.as_ref()).find_map(|body| match body {
            Body::Event(event) if event.id == id => Some(event.at.mono),
            _ => None,
        })
    };
    let act = |one: &Said| {
        let Some(Body::Receipt(receipt)) = &one.body else { return None };
        let Cause::Reflex(event) = receipt.cause else { return None };
        if matches!(receipt.outcome, vocab::Outcome::Intended) {
            return None;
        }
        let after = receipt.at.mono.since(decided(one.device, event)?);
        let here = |line: &&LineView| matches!(line.from, Some((device, seq, _)) if device == one.device && seq == one.position.seq);
        let what = timeline.iter().find(here)?.text.clone();
        Some(ActView { device: one.device, after, what })
    };
    let mut acts: Vec<_> = said.iter().filter_map(act).collect();
    acts.sort_by_key(|act| (act.after, act.device));
    acts
}

/// What every box wrote in the time of an incident; nothing where there is none.
pub(super) fn told<S: Store>(fleet: &Fleet<S>, id: IncidentId) -> Result<Vec<Said>, Fault> {
    let Some(one) = find(fleet, id)? else { return Ok(vec![]) };
    Ok(of_boxes(fleet, &one)?.0)
}

/// What every box wrote in the time of an incident, and whether that is all of it.
fn of_boxes<S: Store>(fleet: &Fleet<S>, one: &Incident) -> Result<(Vec<Said>, bool), Fault> {
    let (mut said, mut complete, mut left) = (vec![], true, ALL_RUNS_LIMIT);
    for boxed in one.boxes() {
        if left == 0 {
            return Ok((said, false));
        }
        let (theirs, all) = of_box(fleet, one, boxed.device, &mut left)?;
        complete &= all;
        said.extend(theirs);
    }
    Ok((said, complete))
}

/// What one box wrote in the time of an incident, in the order of its journal, and whether that is all of it.
fn of_box<S: Store>(
    fleet: &Fleet<S>,
    one: &Incident,
    device: DeviceId,
    left: &mut usize,
) -> Result<(Vec<Said>, bool), Fault> {
    let (first, last) = (one.span().0.0.saturating_sub(BEFORE), end(one));
    let (mut runs, mut kept, mut key) = (vec![], 0, None);
    for _ in 0..RUNS_LIMIT.min(*left) {
        *left -= 1;
        let Some((at, said)) = chain::said(device, key.as_deref(), fleet.store(), 1)?.pop() else {
            return Ok((in_order(runs), true));
        };
        key = Some(at);
        let before = said.last().is_some_and(|said| said.at.wall.0 < first);
        let of_it: Vec<Said> =
            said.into_iter().filter(|said| said.at.wall.0 >= first && said.at.wall <= last).collect();
        kept += of_it.len();
        runs.push(of_it);
        if before {
            return Ok((in_order(runs), true));
        }
        if kept >= ENTRIES_LIMIT {
            break;
        }
    }
    Ok((in_order(runs), false))
}

fn in_order(mut runs: Vec<Vec<Said>>) -> Vec<Said> {
    runs.reverse();
    runs.into_iter().flatten().collect()
}

/// What comes after everything was settled is not of the incident.
fn end(one: &Incident) -> Wall {
    let settled = one.state() >= State::Verified;
    let last = one.history().last().map(|step| step.at).filter(|_| settled);
    let closed = one.closing().map(|closing| closing.at);
    closed.or(last).unwrap_or(Wall(i64::MAX))
}

/// The tuning that a device obeys; the ordinary one where no state of ours tells.
pub(super) fn tuning<S: Store>(fleet: &Fleet<S>, device: DeviceId) -> Tuning {
    let adopted = fleet.record(device).and_then(|record| record.adopted.last());
    let letter = adopted.and_then(|adopted| fleet.letter(device, adopted.generation));
    letter.map(|letter| letter.state.tuning).unwrap_or_default()
}

fn find<S: Store>(fleet: &Fleet<S>, id: IncidentId) -> Result<Option<Incident>, Fault> {
    let row = fleet.store().get(Table::Incident, id.as_bytes())?;
    row.map(|row| read(&row)).transpose()
}

fn read(row: &[u8]) -> Result<Incident, Fault> {
    cbor::decode(row, &INCIDENT).map_err(|_| Fault::Record("incident"))
}

fn view<S: Store>(fleet: &Fleet<S>, one: &Incident) -> IncidentView {
    IncidentView {
        id: one.id(),
        kind: one.kind(),
        state: one.state(),
        severity: one.severity(),
        sentence: one.sentence(),
        cause: one.cause(),
        confidence: one.confidence(),
        first_action: advice::first_action(fleet, one),
        site: one.site().cloned(),
        touched: touched(fleet, one),
        boxes: one.boxes().iter().map(|boxed| (boxed.device, boxed.label.clone())).collect(),
        opened: one.opened(),
        span: one.span(),
        by: one.attempt().and_then(Attempt::by),
        closing: one.closing().cloned(),
    }
}

/// Every site that it touches.
pub(super) fn touched<S: Store>(fleet: &Fleet<S>, one: &Incident) -> BTreeSet<SiteName> {
    let mut sites = BTreeSet::new();
    for record in one.boxes().iter().filter_map(|boxed| fleet.record(boxed.device)) {
        if !sites.contains(&record.site) {
            sites.insert(record.site.clone());
        }
    }
    sites
}

fn line(line: ::incident::timeline::Line) -> LineView {
    let from = match line.from {
        Source::Device { device, seq, arrival } => Some((device, seq, arrival)),
        Source::Fleet => None,
    };
    LineView { at: line.at, worth: line.worth, from, text: line.text }
}
