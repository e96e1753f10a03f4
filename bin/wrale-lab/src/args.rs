//! What may be typed.

use std::ffi::OsString;

use crate::{attack::Attack, control::Request, page::Page};

pub(crate) const USAGE: &str = "\
A whole fleet on a laptop: two sites, twelve boxes, real sockets. No root, no network.

Usage: wrale-lab                            starts it, tells what happens, and what to try next
       wrale-lab --tls FOLDER               the same with pages over TLS: the folder has server.crt, for
                                            localhost and spiffe://service.lab/pages, server.key and root.crt
       wrale-lab attack ATTACK BOX          what a stranger does: open-lid, carry-away, brown-out, glitch,
                                            swap-nic, clone, replay
       wrale-lab attack cut-link BOX|SITE   nobody reaches it any more
       wrale-lab mend ATTACK BOX|SITE       closes the lid, plugs the cable in again
       wrale-lab status                     every box, why it is green, and how old the proof of that is
       wrale-lab --check                    makes the tour by itself, and fails on a failed step

Its folder is $XDG_STATE_HOME/wrale-lab, else ~/.local/state/wrale-lab.
";

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Args(pub(crate) Command);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// To be asked of the lab that runs.
    Ask(Request),
    Check,
    Help,
    Start(Page),
}

impl Args {
    /// Reads the arguments, without the program's name.
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let words = args
            .into_iter()
            .map(|word| word.into_string().map_err(|word| format!("{} is not understood", word.display())));
        let words: Vec<String> = words.collect::<Result<_, _>>()?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let attack = |word: &str| word.parse::<Attack>();
        let command = match words.as_slice() {
            [] | ["up"] => Command::Start(Page::Plain),
            ["--tls", folder] => Command::Start(Page::Tls(absolute(folder)?)),
            ["--tls"] => return Err("where is the certificate? Name a folder".into()),
            ["--check"] => Command::Check,
            ["--help" | "-h" | "help"] => Command::Help,
            ["status"] => Command::Ask(Request::Status),
            ["attack", word, target] => {
                Command::Ask(Request::Attack { attack: attack(word)?, target: (*target).into() })
            }
            ["mend", word, target] => {
                Command::Ask(Request::Mend { attack: attack(word)?, target: (*target).into() })
            }
            ["attack" | "mend", word] => {
                let attack = attack(word)?;
                return Err(format!("{attack} whom? Name a box, like dev-07"));
            }
            ["attack" | "mend"] => return Err(format!("with what? There is {}", Attack::all())),
            other => return Err(format!("`{}` is not understood", other.join(" "))),
        };
        Ok(Self(command))
    }
}

/// The fleet's own process may stand elsewhere, and so may whoever pastes a hint.
fn absolute(folder: &str) -> Result<std::path::PathBuf, String> {
    std::path::absolute(folder).map_err(|why| format!("{folder} is no folder: {why}"))
}

#[cfg(test)]
mod tests;
