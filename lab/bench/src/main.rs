//! `bench [row…]`: each figure beside its budget, and beside a raw reference that was taken in the same run.
//!
//! Both ends of a latency are read outside the code under test. A row that cannot run says why, and fails.
#![expect(clippy::print_stdout, reason = "this program's output is what it says")]

mod bare;
mod chip;
mod clock;
mod device;
mod figure;
mod ground;
mod hall;
mod light;
mod line;
mod process;
mod raw;
mod rows;
mod senses;
mod stand;
mod street;
mod table;

use std::process::ExitCode;

use anyhow::{Result, bail};
use rows::{ROWS, Row};
use table::Table;

fn main() -> Result<ExitCode> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    match asked.first().map(String::as_str) {
        Some(bare::WORD) => {
            return bare::serve(asked.get(1).map_or("".as_ref(), std::path::Path::new))
                .map(|()| ExitCode::SUCCESS);
        }
        Some(rows::VERIFIER) => {
            let [pass, internal] = &asked[1..] else { bail!("the verifier wants a pass and an address") };
            return rows::verify(pass.as_ref(), internal).map(|()| ExitCode::SUCCESS);
        }
        Some(stand::WORD) => return Ok(fleetd::main(asked.into_iter().skip(1).map(Into::into))),
        _ => {}
    }
    let rows = chosen(&asked)?;
    println!("{}", ground::machine()?);
    let mut table = Table::default();
    for row in rows {
        println!("── {}: {}", row.name, row.what);
        match (row.run)() {
            Ok(lines) => table.add(row.name, lines),
            Err(error) => table.add_failed(row.name, &format!("{error:#}")),
        }
        println!("{}", table.last());
    }
    println!("{table}");
    Ok(if table.is_held() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The rows that were asked for, or all of them.
fn chosen(asked: &[String]) -> Result<Vec<&'static Row>> {
    if let Some(unknown) = asked.iter().find(|word| !ROWS.iter().any(|row| row.name == **word)) {
        let known: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        bail!("there is no row `{unknown}`; there are: {}", known.join(", "));
    }
    Ok(ROWS.iter().filter(|row| asked.is_empty() || asked.iter().any(|word| *word == row.name)).collect())
}
