//! People at the box: work orders, and what is normal while a device is commissioned.

use alloc::vec::Vec;

use crypto::{digest::Digest, signed::Signed};
use detect::Condition;
use vocab::{Arming, Mono, WorkOrderId};
use wire::v1::{
    Body, Presence, WorkOrder,
    body::{Change, Closing, Work},
};

use super::Guard;
use crate::{
    adopt, boot,
    effect::{Effect, Kept},
    refusal::{self, Refusal},
    work,
};

impl Guard {
    /// Shows the technician what to sign; the same until it is used.
    pub(super) fn show_challenge(&mut self) {
        let nonce = match self.challenge {
            Some(nonce) => nonce,
            None => *self.challenge.insert(self.draw.nonce()),
        };
        self.out.push(Effect::ShowChallenge(nonce));
    }

    /// A technician presents a work order.
    pub(super) fn present_work(&mut self, now: Mono, order: Vec<u8>, presence: Vec<u8>) {
        let digest = Digest::of(&order);
        let mut signed_for_us = None;
        match self.judge_work(now, order, presence, &mut signed_for_us) {
            Ok(opened) => self.open_work(now, opened),
            Err(refusal) => {
                let code = refusal.code();
                self.refuse(refusal);
                // Whoever can sign a work order for us is worth a line; whoever can only shout is not.
                if let Some(order) = signed_for_us.filter(|_| self.is_new_refusal(digest, code)) {
                    self.say(now, Body::Work(Work::Refused(order, code.into())));
                }
            }
        }
    }

    fn judge_work(
        &self,
        now: Mono,
        order: Vec<u8>,
        presence: Vec<u8>,
        signed_for_us: &mut Option<WorkOrderId>,
    ) -> Result<Work, Refusal> {
        let (at, audience) = (self.time(now), &self.pins.audience);
        let letter = Signed::<WorkOrder>::parse(order)?;
        let keyset = self.keyset();
        let order =
            letter.clone().verify(adopt::usable(&keyset.work_order, letter.key_id(), at)?, audience)?;
        *signed_for_us = Some(order.id);
        let presence = Signed::<Presence>::parse(presence)?.verify(&order.holder, audience)?;
        Ok(work::open(&order, &presence, self.challenge, &self.record.memory, at)?)
    }

    fn open_work(&mut self, now: Mono, opened: Work) {
        self.challenge = None;
        self.say(now, Body::Work(opened));
        self.say_arming(now);
        // Whoever came through the door with a work order within the entry delay has set off nothing.
        let lawful = |zone| work::mutes(&self.record.memory, zone);
        let entered: Vec<_> = self
            .latches()
            .iter()
            .filter(|latch| {
                lawful(&latch.zone) && self.entering.iter().any(|(event, _)| *event == latch.event)
            })
            .map(|latch| latch.event)
            .collect();
        for event in entered {
            self.release(now, event, None);
        }
    }

    /// The technician is done. Nothing may stand open.
    pub(super) fn finish_work(&mut self, now: Mono) {
        let Some(work) = self.record.memory.open_work() else {
            return self.refuse(refusal::work::Refusal::None.into());
        };
        match work.zones.iter().find(|zone| self.bank.condition(zone) == Condition::Present) {
            Some(zone) => self.refuse(refusal::work::Refusal::StillOpen(zone.clone()).into()),
            None => self.close_work(now, Closing::InOrder),
        }
    }

    /// The window is over.
    pub(super) fn work_is_over(&mut self, now: Mono) {
        let memory = &self.record.memory;
        let Some(work) = memory.open_work() else { return };
        if !work::left(work, self.time(now), memory.powered(now)).is_zero() {
            return;
        }
        let open = work.zones.iter().any(|zone| self.bank.condition(zone) == Condition::Present);
        self.close_work(now, if open { Closing::LeftOpen } else { Closing::Expired });
    }

    /// What still stands open from here on was opened by nobody lawful.
    fn close_work(&mut self, now: Mono, closing: Closing) {
        let Some((order, zones)) =
            self.record.memory.open_work().map(|work| (work.order, work.zones.clone()))
        else {
            return;
        };
        self.say(now, Body::Work(Work::Closed(order, closing)));
        self.say_arming(now);
        self.notice_present(now, Some(&zones));
    }

    /// What the senses say now is normal.
    pub(super) fn learn(&mut self, now: Mono) {
        if self.arming() != Arming::Commissioning {
            return self.refuse(Refusal::NotCommissioning);
        }
        let bytes = boot::encode_baseline(&self.bank.learn());
        let digest = Digest::of(&bytes);
        self.out.push(Effect::Keep { what: Kept::Baseline, bytes });
        let glimpse = self.glimpse.encode(self.record.last());
        self.out.push(Effect::Keep { what: Kept::Glimpse, bytes: glimpse });
        self.say(now, Body::Change(Change::Learnt(digest)));
        for sensor in self.bank.unlearned() {
            self.out.push(Effect::Refuse(Refusal::NothingToLearn(sensor.clone())));
        }
    }
}
