//! Command × role × site, from the terminal's own tree of commands and the access matrix: each command as each role,
//! at a real socket, with a key that signs in. What is not listed here is no command.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "tests")]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use access::{Action, Grant, Kind, Reach, Role, matrix::roles, session::Lasting};
use axum::{Router, body::Body};
use cli::{Desk, Form, KeyFile, Mistake, Paint, Problem, Typed};
use control::{Engine, Facade, Now};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use sim::House;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};
use tower::ServiceExt as _;
use vocab::{Mono, SiteName, Wall};

/// What a command needs of the fleet.
#[derive(Clone, Copy)]
enum Needs {
    /// Nothing: it asks no fleet, or comes in by it.
    Nothing,
    /// Whoever is signed in may do it, about themselves.
    Session,
    /// This, to something of this kind, at the harbour.
    Permit(Action, Kind),
    /// The same; whoever may do it elsewhere sees a list with nothing in it.
    List(Action, Kind),
}

use Needs::{List, Nothing, Permit, Session};

/// Every command, with words that go through where it is allowed. Those that end something stand last.
#[rustfmt::skip]
const COMMANDS: &[(&str, &str, Needs)] = &[
    ("completions",      "bash",                                     Nothing),
    ("login",            "",                                         Nothing),
    ("logout",           "",                                         Nothing),
    ("audit verify",     "",                                         Nothing),
    ("me",               "",                                         Session),
    ("doctor",           "",                                         Session),
    ("pages",            "",                                         Session),
    ("tokens list",      "",                                         Session),
    ("tokens new",       "meter --grant ROLE",                       Session),
    ("tokens revoke",    "0000000000000000",                         Session),
    ("sites",            "",                                         List(Action::View, Kind::Device)),
    ("devices",          "",                                         List(Action::View, Kind::Device)),
    ("device",           "dev-07",                                   Permit(Action::View, Kind::Device)),
    ("incidents",        "",                                         List(Action::View, Kind::Incident)),
    ("incident",         "INCIDENT",                                 Permit(Action::View, Kind::Incident)),
    ("explain",          "INCIDENT",                                 Permit(Action::View, Kind::Incident)),
    ("walk",             "dev-07",                                   Permit(Action::View, Kind::Device)),
    ("watch",            "",                                         List(Action::View, Kind::Incident)),
    ("proposals",        "",                                         List(Action::View, Kind::Proposal)),
    ("audit search",     "reset",                                    Permit(Action::View, Kind::Audit)),
    ("audit follow",     "",                                         Permit(Action::View, Kind::Audit)),
    ("audit show",       "0",                                        Permit(Action::View, Kind::Audit)),
    ("audit checkpoint", "--out FOLDER/note",                        Permit(Action::View, Kind::Audit)),
    ("audit export",     "--out FOLDER/log",                         Permit(Action::Export, Kind::Audit)),
    ("services list",    "",                                         Permit(Action::View, Kind::Service)),
    ("services revoke",  "door --reason looked --yes",               Permit(Action::Revoke, Kind::Service)),
    ("token",            "--site harbour",                           Permit(Action::Issue, Kind::Token)),
    ("arm",              "dev-07 armed",                             Permit(Action::Arm, Kind::Device)),
    ("reset",            "dev-07 --event evt_aaaaaaaaaaaaaaaaaaaaaaaaaa --reason looked --yes",
                                                                     Permit(Action::Propose, Kind::Device)),
    ("close",            "INCIDENT --outcome test --reason looked",  Permit(Action::Close, Kind::Incident)),
    ("approve",          "ORDER --yes",                              Permit(Action::Approve, Kind::Proposal)),
    ("people list",      "",                                         Permit(Action::View, Kind::Person)),
    ("people invite",    "edith --grant viewer",                     Permit(Action::Grant, Kind::Person)),
    ("people again",     "PERSON",                                   Permit(Action::Grant, Kind::Person)),
    ("people grant",     "PERSON --grant viewer --yes",              Permit(Action::Grant, Kind::Person)),
    ("people enable",    "PERSON",                                   Permit(Action::Grant, Kind::Person)),
    ("people disable",   "PERSON --yes",                             Permit(Action::Grant, Kind::Person)),
    ("suspend",          "dev-07 --reason looked",                   Permit(Action::Suspend, Kind::Device)),
    ("resume",           "dev-07 --reason looked",                   Permit(Action::Suspend, Kind::Device)),
    ("revoke",           "dev-07 --reason replaced --yes",           Permit(Action::Revoke, Kind::Device)),
];

/// Commands of the offline root and of keys ask nobody.
fn asks_nobody(command: &str) -> bool {
    ["key ", "root "].iter().any(|room| command.starts_with(room))
}

#[test]
fn every_command_of_the_terminal_is_listed_and_nothing_else_is() {
    let mut typed: Vec<_> = cli::commands().into_iter().filter(|one| !asks_nobody(one)).collect();
    let mut listed: Vec<_> = COMMANDS.iter().map(|(command, ..)| (*command).to_owned()).collect();
    typed.sort();
    listed.sort();
    assert_eq!(typed, listed);
}

#[tokio::test]
async fn every_command_lets_in_whom_the_matrix_lets_in_and_nobody_else() {
    let at = |site: &str| Reach::Sites([SiteName::new(site).unwrap()].into());
    let (mut let_in, mut kept_out) = (0, 0);
    for role in Role::ALL {
        for (place, reach) in [("fleet", Reach::Fleet), ("harbour", at("harbour")), ("desert", at("desert"))]
        {
            let mut door = Door::open(Grant { role, reach }).await;
            for (command, words, needs) in COMMANDS {
                let allowed = match *needs {
                    Nothing => continue,
                    Session => true,
                    Permit(action, kind) => roles(action, kind).contains(&role) && here(kind, place),
                    List(action, kind) => {
                        roles(action, kind).contains(&role) && (place != "desert" || here(kind, "harbour"))
                    }
                };
                let words = words.replace("ROLE", role.word());
                let did = door.types(1, command, &words).await;
                let case = format!("`{command} {words}` by {role:?} of {place}: {did:?}");
                assert_eq!(did != Did::KeptOut, allowed, "{case}");
                *if allowed { &mut let_in } else { &mut kept_out } += 1;
            }
        }
    }
    println!("{let_in} let in, {kept_out} kept out");
    assert!(let_in > 150 && kept_out > 150, "{let_in} let in, {kept_out} kept out");
}

/// Whether somebody of this place reaches what stands at the harbour.
fn here(kind: Kind, place: &str) -> bool {
    let of_a_site = !matches!(kind, Kind::Audit | Kind::Metrics | Kind::Person | Kind::Service);
    place == "fleet" || (of_a_site && place == "harbour")
}

/// What became of a command.
#[derive(Debug, PartialEq, Eq)]
enum Did {
    /// What was asked; or it was refused for what it asked, and not for who asked.
    LetIn(String),
    KeptOut,
}

/// A fleet with an opened lid at the harbour, and a socket for people.
struct Door {
    _engine: Engine,
    url: String,
    folder: TempDir,
    words: Vec<(&'static str, String)>,
    _serving: tokio::task::JoinHandle<()>,
}

impl Door {
    /// Ada, who runs everything, has proposed to reset the box; Grace has this grant.
    async fn open(grant: Grant) -> Self {
        let house = opened();
        let commits = Arc::new(watch::Sender::new(0));
        let tell = commits.clone();
        let (engine, facade) = sim::served::serve(&house, move || tell.send_modify(|commits| *commits += 1));
        let all = [Role::Operator, Role::Security].map(|role| Grant { role, reach: Reach::Fleet });
        let people = [("ada", 0, all.into()), ("grace", 1, vec![grant])];
        let folder = TempDir::new().unwrap();
        for (name, number, _) in &people {
            let person = house.ceremony.person(*number);
            let key = KeyFile::new(name.parse().unwrap(), person, house.ceremony.person_seed(*number));
            let path = folder.path().join(format!("{name}.key"));
            cli::files::write_secret(&path, key.text().as_bytes()).unwrap();
        }
        let known = |(name, number, grants): &(&str, usize, Vec<Grant>)| web::Known {
            name: (*name).into(),
            id: house.ceremony.person(*number),
            grants: grants.clone(),
        };
        let router = router(facade, people.iter().map(known).collect(), commits.subscribe());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let router = router.clone();
                let answer = service_fn(move |request: hyper::Request<Incoming>| {
                    let router = router.clone();
                    async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap()) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        let event = house.fleet().record(house.boxes[0].device).unwrap().latches[0].event;
        let incident = house.fleet().incidents().next().unwrap().id();
        let words = vec![
            ("INCIDENT", incident.to_string()),
            ("PERSON", house.ceremony.person(0).to_string()),
            ("FOLDER", folder.path().display().to_string()),
        ];
        let mut door = Self { _engine: engine, url, folder, words, _serving: serving };
        let proposes = format!("dev-07 --event {event} --reason looked --yes --json");
        let Did::LetIn(shown) = door.types(0, "reset", &proposes).await else { panic!("Ada may propose") };
        let at = shown.find("ord_").unwrap_or_else(|| panic!("{shown}"));
        door.words.push(("ORDER", shown[at..at + 30].to_owned()));
        door
    }

    async fn types(&mut self, person: usize, command: &str, words: &str) -> Did {
        let words =
            self.words.iter().fold(words.to_owned(), |words, (name, value)| words.replace(name, value));
        let name = ["ada", "grace"][person];
        let before = ["--as", name, "--fleet", &self.url];
        let typed: Vec<_> =
            before.into_iter().chain(command.split(' ')).chain(words.split_whitespace()).collect();
        let (mut out, mut ask, mut secret) = (vec![], |_: &str| None, |_: &str| None);
        let mut desk = Desk {
            out: &mut out,
            ask: &mut ask,
            secret: &mut secret,
            now: wall,
            random: |bytes| {
                bytes.fill(7);
                Ok(())
            },
            keys: self.folder.path().to_owned(),
            fleet: None,
            hint: "wrale".into(),
            paint: Paint::Plain,
            form: Form::Words,
            wide: None,
        };
        // Whoever watches or follows does so for ever.
        let for_ever = ["audit follow", "watch"].contains(&command);
        let within = Duration::from_secs(if for_ever { 2 } else { 60 });
        let done = tokio::time::timeout(within, cli::typed(&typed, &mut desk)).await;
        match done {
            Err(_) => Did::LetIn("it goes on".into()),
            Ok(Ok(_)) => Did::LetIn(String::from_utf8(out).unwrap()),
            Ok(Err(Typed::Problem(Problem::Fleet(problem)))) if problem.code == "access/refused" => {
                Did::KeptOut
            }
            Ok(Err(Typed::Problem(Problem::Fleet(problem)))) => Did::LetIn(problem.to_string()),
            // It was shown the box, and that it is on duty, or what is wrong with it.
            Ok(Err(Typed::Problem(Problem::Mistake(
                mistake @ (Mistake::NotBeingInstalled { .. } | Mistake::Unsound(_)),
            )))) => Did::LetIn(mistake.to_string()),
            Ok(Err(told)) => panic!("{typed:?}: {told:?}"),
        }
    }
}

/// A box called `dev-07` at the harbour, whose lid was opened and shut again.
fn opened() -> House {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.boxes[number].open_lid();
    let severe = |house: &House| house.fleet().incidents().any(|one| one.severity() >= vocab::Severity::High);
    assert!(house.run_until(Duration::from_mins(5), severe), "the fleet knows");
    house.run(Duration::from_secs(20));
    house.boxes[number].close_lid();
    house.run(Duration::from_secs(40));
    house
}

fn wall() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Wall(i64::try_from(since.as_micros()).unwrap())
}

fn router(facade: Facade, people: Vec<web::Known>, changes: watch::Receiver<u64>) -> Router {
    let dice = Mutex::new(sim::Dice::new(11, "commands"));
    let began = std::time::Instant::now();
    web::router(web::Setup {
        facade,
        people,
        root_key: String::new(),
        software: "fleetd".into(),
        transport: web::Transport::Plain,
        origins: vec![],
        policy: web::Policy::default(),
        hasher: web::Hasher::new(web::Cost { memory: 8, passes: 1 }, [7; 32]),
        lasting: Lasting::default(),
        browsers: [11; 32].into(),
        changes,
        clock: Arc::new(move || Now {
            mono: Mono(u64::try_from(began.elapsed().as_nanos()).unwrap()),
            wall: wall(),
        }),
        draw: Arc::new(move || dice.lock().unwrap().bytes()),
        meters: Arc::new(|_| {}),
    })
}
