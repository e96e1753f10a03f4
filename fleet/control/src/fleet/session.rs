//! Who may stand in which room: judged when they come in, at each change of their identity, and at the end of their
//! certificate.

use admit::{
    Refusal,
    door::{self, Certificate, Door, Presented},
    standing::State,
};
use audit::Kind;
use link::{Conn, frame::Room, station::Input};
use store::Store;
use vocab::{DeviceId, Wall};

use super::{Effect, Fleet, Now};
use crate::dossier::{Dossier, Session};

/// How long a session whose key was replaced goes on, to hear of the certificate for the new one.
const FAREWELL: std::time::Duration = std::time::Duration::from_mins(1);

impl<S: Store> Fleet<S> {
    /// Judges the certificate that somebody shows at the hardware listener; gives the device that it names. The
    /// listener hears every change at once, so its feed is never old.
    ///
    /// A known device that is refused stands in the log.
    pub fn enter(&mut self, presented: &Presented, now: Now) -> Result<DeviceId, Refusal> {
        let device = door::named(presented, &self.setup.fleet)?;
        let room = self.room_for(device, presented, now.wall).inspect_err(|refusal| {
            if self.dossiers.contains_key(&device) {
                self.refused(device, Kind::Enrol, refusal.code(), now);
            }
        });
        room.map(|_| device)
    }

    /// How far a certificate leads now.
    ///
    /// Whoever owes a new key must be able to ask for it, which no quarantined session may; nothing that is secret
    /// is published to them before. Otherwise a quarantine certificate opens the quarantine room and no other.
    fn room_for(&self, device: DeviceId, presented: &Presented, now: Wall) -> Result<Room, Refusal> {
        let identity = self.dossiers.get(&device).map(|dossier| &dossier.record.identity);
        let door = Door { fleet: &self.setup.fleet, place: door::Place::Hardware, heard: now };
        let owes = identity.is_some_and(|identity| identity.standing().state() == State::RenewalOwed);
        Ok(match door::enter(presented, identity, &door, now)? {
            door::Room::Open => Room::Open,
            door::Room::Quarantine if owes => Room::Open,
            door::Room::Quarantine => Room::Quarantine,
        })
    }

    pub(super) fn opened(&mut self, device: DeviceId, conn: Conn, presented: Presented, now: Now) {
        // Between the door and here the identity may have changed.
        let Ok(room) = self.room_for(device, &presented, now.wall) else {
            return self.effects.push(Effect::Close(device, conn));
        };
        self.to_station(device, Input::Connected(conn), now);
        // Whoever comes too often is turned away, and the session that stands is judged on as it was.
        let stands = |dossier: &&mut Box<Dossier>| dossier.station.conn() == Some(conn);
        let Some(dossier) = self.dossiers.get_mut(&device).filter(stands) else { return };
        let session = Session { conn, presented, room, until: None };
        if session.is_quarantined() {
            // It has an hour: whether it is what it says is asked at once.
            dossier.appraise_at = now.mono;
        }
        dossier.session = Some(session);
        self.to_station(device, Input::Room(room), now);
    }

    pub(super) fn hung_up(&mut self, device: DeviceId, conn: Conn) {
        if let Some(dossier) = self.dossiers.get_mut(&device) {
            dossier.session.take_if(|session| session.conn == conn);
        }
        self.changed.note(device);
        self.unqueue(device, conn);
    }

    /// An identity changed, and that is committed: tells every door, and judges the session that stands.
    pub(super) fn doors(&mut self, device: DeviceId, now: Now) {
        self.effects.push(Effect::Doors(device));
        let Some(dossier) = self.dossiers.get(&device) else { return };
        let identity = &dossier.record.identity;
        if identity.standing().revocation().is_some() {
            return self.to_station(device, Input::Revoke, now);
        }
        let Some(session) = &dossier.session else { return };
        let full = session.presented.certificate == Certificate::Full;
        match self.room_for(device, &session.presented, now.wall) {
            Ok(room) => self.narrow(device, room, None, now),
            Err(Refusal::KeyReplaced(_)) => {
                let active = identity.standing().state() == State::Active;
                let room = if full && active { Room::Open } else { Room::Quarantine };
                self.narrow(device, room, Some(now.wall + FAREWELL), now);
            }
            Err(refusal) => {
                let conn = session.conn;
                self.dismiss(device, conn, refusal.code(), &refusal.to_string());
            }
        }
    }

    fn narrow(&mut self, device: DeviceId, room: Room, until: Option<Wall>, now: Now) {
        if let Some(session) = self.dossiers.get_mut(&device).and_then(|dossier| dossier.session.as_mut()) {
            (session.room, session.until) = (room, until);
        }
        self.to_station(device, Input::Room(room), now);
    }

    /// In which room a device's session stands, live or not.
    pub fn room(&self, device: DeviceId) -> Option<Room> {
        self.dossiers.get(&device)?.session.as_ref().map(|session| session.room)
    }

    /// Until when the certificate counts by which a device is connected.
    pub fn certified_until(&self, device: DeviceId) -> Option<Wall> {
        self.dossiers.get(&device)?.session.as_ref().map(|session| session.presented.not_after)
    }

    /// No session outlives its certificate.
    pub(super) fn end_old_sessions(&mut self, now: Now) {
        let over = |session: &&Session| {
            session.presented.not_after <= now.wall || session.until.is_some_and(|until| until <= now.wall)
        };
        let old: Vec<(DeviceId, Conn)> = self
            .dossiers
            .iter()
            .filter_map(|(device, dossier)| Some((*device, dossier.session.as_ref().filter(over)?.conn)))
            .collect();
        for (device, conn) in old {
            let refusal = Refusal::CertificateExpired;
            self.dismiss(device, conn, refusal.code(), &refusal.to_string());
        }
    }
}
