//! Sockets are opened where `layers.toml` says, and nowhere else.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::layers::Socket;
use crate::source::Source;

const RULE: &str = "sockets";

/// One breach for each shipped mention of a socket by a crate that may not open it.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let pairs =
        house.layers.sockets.iter().flat_map(|socket| house.sources.iter().map(move |one| (socket, one)));
    pairs.flat_map(|(socket, source)| judge(house, socket, source)).collect()
}

fn judge(house: &House, socket: &Socket, source: &Source) -> Vec<Breach> {
    let Some(home) = source.home.as_deref() else { return Vec::new() };
    if house.layers.covers(&socket.only, home) {
        return Vec::new();
    }
    let said = socket.words.iter().flat_map(|word| source.shipped(word).map(move |at| (word, at)));
    said.map(|(word, at)| {
        let wrong = format!("`{home}` says `{word}` ({})", socket.why);
        let remedy = format!("leave the socket to {}", socket.only.join(", "));
        Breach::new(RULE, (&source.path, source.line(at)), wrong, remedy)
    })
    .collect()
}
