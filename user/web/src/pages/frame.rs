//! What stands around every page: where one can go, who reads, whether it is live, and what burns.

use access::{Action, Kind, Resource};
use api::{
    Incident,
    word::{IncidentState, Severity},
};
use axum::{http::StatusCode, response::Response};
use control::{
    Now,
    view::{self, IncidentView},
};
use maud::{Markup, html};
use vocab::Wall;

use super::{
    age::{self, Worded},
    assets, html as respond, mark,
    reader::Reader,
    sentence,
};
use crate::{ask::gather, query::WORDS_LIMIT, refusal::Refusal, route::Call, routes::facts, show};

/// Most open incidents that are counted one by one.
const MOST: usize = 100;

/// What the frame of a page is made of.
pub(super) struct Frame {
    pub(super) reader: Reader,
    pub(super) name: String,
    pub(super) fleet: String,
    /// The incidents that are not closed and that whoever reads may see, newest first.
    pub(super) open: Vec<(Wall, Incident)>,
    pub(super) now: Wall,
}

/// Where one is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Audit,
    Fleet,
    Incidents,
    People,
    Settings,
}

struct Door {
    place: Place,
    path: &'static str,
    word: &'static str,
    icon: &'static str,
    sees: fn(&Reader) -> bool,
}

const DOORS: [Door; 5] = [
    Door {
        place: Place::Fleet,
        path: "/",
        word: "Fleet",
        icon: "fleet",
        sees: |one| one.ever(Action::View, Kind::Device),
    },
    Door {
        place: Place::Incidents,
        path: "/incidents",
        word: "Incidents",
        icon: "incidents",
        sees: |one| one.ever(Action::View, Kind::Incident),
    },
    Door {
        place: Place::Audit,
        path: "/audit",
        word: "Audit",
        icon: "audit",
        sees: |one| one.ever(Action::View, Kind::Audit),
    },
    Door {
        place: Place::People,
        path: "/people",
        word: "People",
        icon: "people",
        sees: |one| one.ever(Action::View, Kind::Person),
    },
    Door { place: Place::Settings, path: "/settings", word: "Settings", icon: "settings", sees: |_| true },
];

impl Frame {
    pub(super) async fn of(call: &Call) -> Result<Self, Refusal> {
        let reader = Reader::of(call)?;
        let whoever = reader.clone();
        let (open, Now { wall: now, .. }) = gather(&call.desk, None, MOST, move |fleet, before, most, _| {
            let sees = |one: &IncidentView| whoever.sees(Resource::Incident(one.id, one.touched.clone()));
            Ok(view::open(fleet, before, most, sees))
        })
        .await?;
        Ok(Self {
            name: call.desk.called(reader.id()),
            fleet: facts::known(&call.desk).await?.name.clone(),
            open: open.iter().map(|one| (one.opened, show::incident(one, now))).collect(),
            now,
            reader,
        })
    }

    /// The page around this.
    pub(super) fn page(&self, place: Place, title: &str, main: Markup) -> Response {
        respond(
            StatusCode::OK,
            html! {
                (maud::DOCTYPE)
                html lang="en" {
                    (assets::head(title))
                    body data-now=(self.now) {
                        a.skip href="#main" { "Skip to what matters" }
                        (mark::shapes())
                        (self.bar(place))
                        (self.strip(place))
                        noscript {
                            p.strip-quiet { "Scripts are off: nothing here updates by itself, and no button works. Load the page again to see what is new." }
                        }
                        main id="main" { (main) }
                        (self.thumb(place))
                        (help())
                    }
                }
            },
        )
    }

    fn doors(&self) -> impl Iterator<Item = &'static Door> {
        DOORS.iter().filter(|door| (door.sees)(&self.reader))
    }

    fn bar(&self, place: Place) -> Markup {
        html! {
            header.bar {
                a.brand href="/" { (mark::named("brand")) b { "Wrale Fleet" } span { (self.fleet) } }
                nav aria-label="Pages" {
                    @for door in self.doors() {
                        a href=(door.path) aria-current=[(door.place == place).then_some("page")] {
                            (door.word)
                            @if door.place == Place::Incidents { (self.badge()) }
                        }
                    }
                }
                form.find role="search" action="/" method="get" data-find {
                    input type="search" name="q" autocomplete="off" maxlength=(WORDS_LIMIT) placeholder="Find a box, or go" aria-label="Find a box, or go somewhere";
                    kbd { "Ctrl K" }
                    div.found hidden {}
                }
                span.live id="live" role="status" { i {} span { "not live" } }
                div.me { b { (self.name) } span { (self.reader.roles()) } }
            }
        }
    }

    pub(super) fn badge(&self) -> Markup {
        let live = self.open.iter().filter(|(_, one)| one.state < IncidentState::Verified).count();
        html! {
            span id="badge" data-live="/fragments/now" {
                @if live > 0 { i.badge { (live) span.hide { " open" } } }
            }
        }
    }

    /// The worst of what is not over; on its own page an incident needs no strip.
    pub(super) fn strip(&self, place: Place) -> Markup {
        let burns = |one: &Incident| one.severity >= Severity::High && one.state < IncidentState::Verified;
        let burning: Vec<_> = self.open.iter().map(|(_, one)| one).filter(|one| burns(one)).collect();
        html! {
            div id="strip" data-live=[(place != Place::Incidents).then_some("/fragments/now")] {
                @if let ([first, more @ ..], true) = (&burning[..], place != Place::Incidents) {
                    div.strip role="alert" {
                        (mark::named("tampered"))
                        p {
                            (sentence::head_and_rest(&first.sentence))
                            " Opened " (age::of(Some(&first.opened), Some(first.age_seconds), Worded::Ago))
                            ", " (first.state.word()) "."
                            @if !more.is_empty() { " " a href="/incidents" { "And " (more.len()) " more." } }
                        }
                        a.button href={ "/incidents/" (first.id) } { "Open incident" }
                    }
                }
            }
        }
    }

    /// The same doors at the thumb of whoever holds a phone.
    fn thumb(&self, place: Place) -> Markup {
        html! {
            nav.thumb aria-label="Pages" {
                @for door in self.doors() {
                    a href=(door.path) aria-current=[(door.place == place).then_some("page")] {
                        (mark::named(door.icon)) span { (door.word) }
                    }
                }
            }
        }
    }
}

fn help() -> Markup {
    const KEYS: [(&str, &str); 8] = [
        ("Ctrl K", "find a box, or go somewhere"),
        ("/", "filter"),
        ("← → ↑ ↓", "from box to box"),
        ("Enter", "open it"),
        ("g f", "fleet"),
        ("g i", "incidents"),
        ("g a", "audit"),
        ("?", "this"),
    ];
    html! {
        dialog id="help" aria-label="Keys" {
            h2 { "Keys" }
            dl { @for (key, what) in KEYS { dt { kbd { (key) } } dd { (what) } } }
            form method="dialog" { button { "Close" } }
        }
    }
}
