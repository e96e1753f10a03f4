//! A fleet to ask: what a simulated house left in the store, opened again by the fleet's own thread.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use access::{Grant, Reach, Role, session::Lasting};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use control::{Engine, Facade, Now, ledger::records};
use crypto::hex;
use serde_json::{Value, json};
use sim::House;
use tokio::sync::watch;
use tower::ServiceExt as _;
use vocab::{DeviceId, IncidentId, Millis, Nonce, reading::SensorFault};

use crate::{Cost, Hasher, Known, Policy, Setup, Transport, router};

/// The world, while its fleet runs.
pub(super) struct World {
    pub(super) house: House,
    pub(super) device: DeviceId,
    pub(super) facade: Facade,
    clock: Arc<Mutex<Now>>,
    /// How many routers were made: no two draw the same.
    served: AtomicU64,
    pub(super) hasher: Arc<Hasher>,
    pub(super) lasting: Lasting,
    browsers: [u8; 32],
    pub(super) commits: Arc<watch::Sender<u64>>,
    engine: Option<Engine>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl World {
    /// A box on duty at the harbour, called `dev-07`.
    pub(super) fn calm() -> Self {
        let mut house = House::new(7);
        house.open_fleet(vec![]);
        let number = house.join("dev-07", "harbour");
        house.commission(number);
        Self::of(house)
    }

    /// The same box after its lid was opened and shut again.
    pub(super) fn opened() -> Self {
        Self::of(Self::house_opened())
    }

    /// The same, after it refused the work order of somebody who did not answer its challenge.
    pub(super) fn opened_for_work() -> Self {
        let mut house = Self::house_opened();
        let (device, wall) = (house.boxes[0].device, house.world.wall());
        let order = house.ceremony.work_order(device, &["lid"], 2, Millis(600_000), wall);
        let presence = house.ceremony.presence(2, &order.claimed().unwrap(), Nonce([7; 32]));
        house.boxes[0].show_work(&order, &presence);
        house.run(Duration::from_secs(40));
        Self::of(house)
    }

    fn house_opened() -> House {
        let mut house = House::new(7);
        house.open_fleet(vec![]);
        let number = house.join("dev-07", "harbour");
        house.commission(number);
        house.boxes[number].open_lid();
        let severe =
            |house: &House| house.fleet().incidents().any(|one| one.severity() >= vocab::Severity::High);
        assert!(house.run_until(Duration::from_mins(5), severe), "the fleet knows");
        house.run(Duration::from_secs(20));
        house.boxes[number].close_lid();
        house.run(Duration::from_secs(40));
        house
    }

    /// The box on duty in the time of this machine, so that it was heard just now: its lid sense has this fault.
    pub(super) fn blinded(fault: SensorFault) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let beginning = vocab::Wall(i64::try_from(since.as_micros()).unwrap());
        let mut house = House::in_world(7, sim::World::beginning_at(beginning));
        house.open_fleet(vec![]);
        let number = house.join("dev-07", "harbour");
        house.commission(number);
        house.boxes[number].board.senses.fault("lid", fault);
        house.run(Duration::from_mins(2));
        Self::of(house)
    }

    /// So many boxes that have joined and never spoke.
    pub(super) fn town(boxes: usize) -> Self {
        let mut house = House::new(7);
        house.open_fleet(vec![]);
        for number in 0..boxes {
            house.join(&format!("dev-{number:04}"), ["harbour", "desert", "alps"][number % 3]);
        }
        Self::of(house)
    }

    /// A box for each of these labels; none has spoken.
    pub(super) fn labelled(labels: &[&str]) -> Self {
        let mut house = House::new(7);
        house.open_fleet(vec![]);
        for label in labels {
            house.join(label, "harbour");
        }
        Self::of(house)
    }

    fn of(house: House) -> Self {
        let commits = Arc::new(watch::Sender::new(0));
        let tell = commits.clone();
        let (engine, facade) = sim::served::serve(&house, move || tell.send_modify(|commits| *commits += 1));
        let (clock, device) = (Arc::new(Mutex::new(house.now())), house.boxes[0].device);
        // Cheap, and the same for everybody: what is compared here is how often it is done.
        let hasher = Hasher::new(Cost { memory: 8, passes: 1 }, [7; 32]);
        let lasting = Lasting::default();
        Self {
            house,
            device,
            facade,
            clock,
            served: AtomicU64::new(7),
            hasher,
            lasting,
            browsers: [7; 32],
            commits,
            engine: Some(engine),
        }
    }

    /// The contract, served to people with these roles: by their number in the ceremony.
    pub(super) fn serve(&self, people: &[(usize, Vec<Grant>)]) -> Router {
        self.serve_with(people, Policy::default())
    }

    /// The same by another fleet: its browsers are none of ours.
    pub(super) fn serve_elsewhere(&mut self, people: &[(usize, Vec<Grant>)]) -> Router {
        let ours = std::mem::replace(&mut self.browsers, [8; 32]);
        let router = self.serve(people);
        self.browsers = ours;
        router
    }

    /// The same, where this is asked of passwords.
    pub(super) fn serve_with(&self, people: &[(usize, Vec<Grant>)], policy: Policy) -> Router {
        let known = |(number, grants): &(usize, Vec<Grant>)| Known {
            name: format!("person {number}"),
            id: self.house.ceremony.person(*number),
            grants: grants.clone(),
        };
        let seed = self.served.fetch_add(1, Ordering::Relaxed);
        let (clock, dice) = (self.clock.clone(), Mutex::new(sim::Dice::new(seed, "web")));
        router(Setup {
            facade: self.facade.clone(),
            people: people.iter().map(known).collect(),
            root_key: hex::encode(self.house.ceremony.root().as_bytes()),
            software: "fleetd 0.1.0".into(),
            transport: Transport::Tls,
            origins: vec![],
            policy,
            hasher: self.hasher.clone(),
            lasting: self.lasting,
            browsers: self.browsers.into(),
            changes: self.commits.subscribe(),
            clock: Arc::new(move || *clock.lock().unwrap()),
            draw: Arc::new(move || dice.lock().unwrap().bytes()),
            meters: Arc::new(|_| {}),
        })
    }

    /// Ada and Grace are operators and security; Edith has no role.
    pub(super) fn staff(&self) -> Router {
        let both = || vec![fleetwide(Role::Operator), fleetwide(Role::Security)];
        self.serve(&[(0, both()), (1, both())])
    }

    /// The moment, for sessions and challenges.
    pub(super) fn now(&self) -> Now {
        *self.clock.lock().unwrap()
    }

    /// A path of the table with something in it that is there.
    pub(super) fn filled(&self, template: &str) -> String {
        let there = [
            ("{device}", self.device.to_string()),
            ("{entry}", "0".into()),
            (
                "{incident}",
                self.house
                    .fleet()
                    .incidents()
                    .next()
                    .map_or_else(|| "inc_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(), |one| one.id().to_string()),
            ),
            ("{order}", "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa".into()),
            ("{passkey}", "00".into()),
            ("{person}", self.house.ceremony.person(0).to_string()),
            ("{service}", "door".into()),
            ("{session}", "00".repeat(8)),
            ("{token}", "00".repeat(8)),
        ];
        let filled = there.iter().fold(template.to_owned(), |path, (name, value)| path.replace(name, value));
        assert!(!filled.contains('{'), "{filled}: say here what stands for it");
        filled
    }

    /// How many routers were made.
    pub(super) fn counted(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Time passes for sessions and challenges.
    pub(super) fn pass(&self, span: Duration) {
        let mut clock = self.clock.lock().unwrap();
        *clock = Now { mono: clock.mono + span, wall: clock.wall + span };
    }

    /// A challenge for a person.
    pub(super) async fn challenge(&self, router: &Router, number: usize) -> Nonce {
        let person = self.house.ceremony.person(number).to_string();
        let answer = post(router, api::path::CHALLENGE, None, &json!({ "person": person })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        Nonce(hex::decode_array(answer.field("challenge")).unwrap())
    }

    /// A token of a session of this person.
    pub(super) async fn sign_in(&self, router: &Router, number: usize) -> String {
        let nonce = self.challenge(router, number).await;
        let letter = hex::encode(self.house.ceremony.sign_in(number, nonce).bytes());
        let answer = post(router, api::path::SIGN_IN, None, &json!({ "letter": letter })).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.field("token").to_owned()
    }

    /// How each decision of this kind ended, as the audit log has it, oldest first.
    pub(super) async fn log(&self, kind: &'static str) -> Vec<String> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let read = |fleet: &mut control::House, _: Now| records(fleet.store(), 0, usize::MAX).unwrap();
        self.facade.ask(read, |all| drop(tell.send(all.unwrap())));
        let all = told.await.unwrap().into_iter().map(|(_, record)| record);
        let all = all.filter(|record| record.kind() == kind);
        all.map(|record| format!("{:?}", record.body().unwrap().unwrap().outcome)).collect()
    }

    /// What people read of this kind, one sentence for each incident; each opens.
    pub(super) async fn told(&self, kind: &str) -> Vec<String> {
        let router = self.serve(&[(0, vec![fleetwide(Role::Viewer)])]);
        let token = self.sign_in(&router, 0).await;
        let all: api::Incidents = get(&router, api::path::INCIDENTS, Some(&token)).await.read();
        let mut told = vec![];
        for one in all.incidents.into_iter().filter(|one| one.kind.word() == kind) {
            let path = api::path::filled(api::path::INCIDENT, &one.id);
            assert_eq!(get(&router, &path, Some(&token)).await.status, StatusCode::OK);
            told.push(one.sentence);
        }
        told
    }

    /// The incident with the opened lid.
    pub(super) fn incident(&self) -> IncidentId {
        self.house.fleet().incidents().next().expect("one is open").id()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop();
        }
    }
}

pub(super) fn fleetwide(role: Role) -> Grant {
    Grant { role, reach: Reach::Fleet }
}

pub(super) fn at(role: Role, site: &str) -> Grant {
    Grant { role, reach: Reach::Sites([vocab::SiteName::new(site).unwrap()].into()) }
}

pub(super) async fn get(router: &Router, path: &str, token: Option<&str>) -> Answer {
    ask(router, request("GET", path, token).body(Body::empty()).unwrap()).await
}

pub(super) async fn post(router: &Router, path: &str, token: Option<&str>, body: &Value) -> Answer {
    let request = request("POST", path, token).header(header::CONTENT_TYPE, "application/json");
    ask(router, request.body(Body::from(body.to_string())).unwrap()).await
}

pub(super) fn request(method: &str, path: &str, token: Option<&str>) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    match token {
        Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    }
}

pub(super) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, 16 << 20).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let answer = Answer { status: parts.status, headers: parts.headers, text };
    super::contract::conforms(&method, &path, &answer);
    answer
}

impl Answer {
    /// The answer as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The answer as one of the contract's types.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn field(&self, name: &str) -> &str {
        let at = self.text.find(&format!("\"{name}\":\"")).expect("the field is there") + name.len() + 4;
        self.text[at..].split('"').next().unwrap_or_default()
    }

    /// The code of a problem, which has the form of one and carries every header that answers carry.
    pub(super) fn problem(&self) -> String {
        assert_eq!(self.headers[header::CONTENT_TYPE], api::problem::MEDIA_TYPE, "{}", self.text);
        let problem: api::Problem = self.read();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.kind, format!("{}#{}", api::problem::PAGE, problem.code));
        assert!(!problem.title.is_empty() && problem.detail.len() > 10, "{problem:?}");
        self.guarded();
        problem.code
    }

    /// What every answer says to browsers.
    pub(super) fn guarded(&self) {
        assert_eq!(self.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(self.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            self.headers[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'; frame-ancestors 'none'"
        );
    }
}
