//! Words that have no place in the tree, each with what to do instead.

#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;
use crate::layers::{Scope, Word};
use crate::source::Source;

const RULE: &str = "words";
/// Files that hold the words by right: the list itself, and a text that we did not write.
const EXEMPT: [&str; 2] = ["layers.toml", "LICENSE"];

/// One breach for each refused word.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let (in_text, in_code): (Vec<_>, Vec<_>) =
        house.layers.words.iter().partition(|word| word.scope == Scope::Text);
    let code = house.sources.iter().flat_map(|source| in_code.iter().flat_map(|word| coded(source, word)));
    let files = house.files.iter().filter(|path| !EXEMPT.contains(&path.as_str()));
    let texts = files.filter_map(|path| Some((path, house.text(path)?)));
    let text = texts.flat_map(|(path, text)| written(path, &text, &in_text));
    code.chain(text).collect()
}

fn coded(source: &Source, word: &Word) -> Vec<Breach> {
    let refused = source.words(&word.said).filter(|at| word.scope == Scope::Code || source.in_tests(*at));
    refused.map(|at| breach(&source.path, source.line(at), word)).collect()
}

fn written(path: &str, text: &str, words: &[&Word]) -> Vec<Breach> {
    let lines = text.lines().enumerate();
    let found = lines.flat_map(|(at, line)| {
        words.iter().filter(move |word| line.contains(&word.said)).map(move |word| (at + 1, word))
    });
    found.map(|(line, word)| breach(path, line, word)).collect()
}

fn breach(path: &str, line: usize, word: &Word) -> Breach {
    Breach::new(RULE, (path, line), format!("`{}` has no place here", word.said), word.instead.as_str())
}
