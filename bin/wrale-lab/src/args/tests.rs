//! What is typed, and what is meant.

use super::{Args, Command};
use crate::{attack::Attack, control::Request, page::Page};

fn read(line: &str) -> Result<Command, String> {
    Args::read(line.split_whitespace().map(Into::into)).map(|args| args.0)
}

#[test]
fn each_command_is_understood() {
    let lid = Attack::OpenLid;
    let attack = Request::Attack { attack: lid, target: "dev-07".into() };
    let mend = Request::Mend { attack: Attack::CutLink, target: "station".into() };
    let table = [
        ("", Command::Start(Page::Plain)),
        ("--tls /etc/lab", Command::Start(Page::Tls("/etc/lab".into()))),
        ("--check", Command::Check),
        ("--help", Command::Help),
        ("status", Command::Ask(Request::Status)),
        ("attack open-lid dev-07", Command::Ask(attack)),
        ("mend cut-link station", Command::Ask(mend)),
    ];
    for (line, wanted) in table {
        assert_eq!(read(line), Ok(wanted), "{line}");
    }
}

#[test]
fn what_is_not_understood_is_answered_with_what_there_is() {
    let unknown = read("attack open-door dev-07").unwrap_err();
    assert_eq!(
        unknown,
        "there is no attack `open-door`; there is brown-out, carry-away, clone, cut-link, glitch, open-lid, replay, swap-nic"
    );
    assert_eq!(read("attack open-lid").unwrap_err(), "open-lid whom? Name a box, like dev-07");
    assert!(read("--tls").unwrap_err().contains("Name a folder"));
    assert!(read("attack").unwrap_err().contains("swap-nic"));
    assert_eq!(read("atack open-lid dev-07").unwrap_err(), "`atack open-lid dev-07` is not understood");
}
