//! `docs/spec.md` has one honest row for each capability owed, and everything that a row names exists.
//!
//! Names in backquotes are claims and are looked up; plain text says where a capability is going to live.

mod claims;
#[cfg(test)]
mod tests;

use crate::breach::Breach;
use crate::house::House;

const RULE: &str = "spec";
const PAGE: &str = "docs/spec.md";
const HEADER: [&str; 5] = ["number", "what", "state", "where", "proof"];

/// One row of the page.
struct Row<'a> {
    line: usize,
    number: &'a str,
    state: &'a str,
    place: &'a str,
    proof: &'a str,
}

/// The breaches of all rows, and of all that is missing.
pub(super) fn check(house: &House) -> Vec<Breach> {
    let Some(page) = house.text(PAGE) else {
        return vec![Breach::new(RULE, (PAGE, 1), "the page is missing", "write a row for each number")];
    };
    let (rows, mut breaches) = rows(&page);
    breaches.extend(count(&rows));
    breaches.extend(rows.iter().flat_map(|row| judge(house, row)));
    breaches
}

/// Every number that is owed: S1 to S169, U1 to U40.
pub(super) fn owed() -> impl Iterator<Item = String> {
    (1..=169).map(|number| format!("S{number}")).chain((1..=40).map(|number| format!("U{number}")))
}

fn rows(page: &str) -> (Vec<Row<'_>>, Vec<Breach>) {
    let (mut rows, mut breaches) = (Vec::new(), Vec::new());
    for (at, line) in page.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, state, place, proof] = cells[..] else {
            let wrong = format!("a row of {} cells", cells.len());
            breaches.push(Breach::new(RULE, (PAGE, at + 1), wrong, format!("give it {}", HEADER.join(", "))));
            continue;
        };
        if cells != HEADER && !number.starts_with("---") {
            rows.push(Row { line: at + 1, number, state, place, proof });
        }
    }
    (rows, breaches)
}

/// Each number owed has one row, and no other number has any.
fn count(rows: &[Row<'_>]) -> Vec<Breach> {
    let missing = owed().filter(|number| !rows.iter().any(|row| row.number == number)).map(|number| {
        Breach::new(RULE, (PAGE, 1), format!("{number} has no row"), "add it, `not yet` if it is not there")
    });
    let beyond = rows.iter().enumerate().filter_map(|(at, row)| {
        let again = rows[..at].iter().any(|other| other.number == row.number);
        let wrong = match (again, owed().any(|number| number == row.number)) {
            (true, _) => format!("{} has a row already", row.number),
            (false, false) => format!("`{}` is not owed", row.number),
            (false, true) => return None,
        };
        Some(Breach::new(RULE, (PAGE, row.line), wrong, "drop the row"))
    });
    missing.chain(beyond).collect()
}

fn judge(house: &House, row: &Row<'_>) -> Vec<Breach> {
    let place = (PAGE, row.line);
    let says = |wrong: String, remedy: &str| Breach::new(RULE, place, wrong, remedy);
    let mut breaches = Vec::new();
    let claimed = |cell: &str| claims::quoted(cell).next().is_some();
    match row.state {
        "works" | "partly" if !claimed(row.place) || !claimed(row.proof) => {
            let wrong =
                format!("{} says `{}` without naming where and by which proof", row.number, row.state);
            breaches.push(says(wrong, "name both in backquotes, or say `not yet`"));
        }
        "not yet" if claimed(row.proof) => {
            let wrong = format!("{} says `not yet` and names a proof", row.number);
            breaches.push(says(wrong, "say `partly`, or drop the proof"));
        }
        "works" | "partly" | "not yet" => {}
        other => {
            let wrong = format!("{} has the state `{other}`", row.number);
            breaches.push(says(wrong, "say works, partly or not yet"));
        }
    }
    let places = claims::quoted(row.place).filter(|claim| !claims::place_stands(house, claim));
    let proofs = claims::quoted(row.proof).filter(|claim| !claims::proof_stands(house, claim));
    breaches.extend(places.chain(proofs).map(|claim| {
        says(
            format!("{} names `{claim}`, which does not exist", row.number),
            "correct the name, or the state",
        )
    }));
    breaches
}
