//! `stories [--quick]` tells all of them, `stories --only WORD [SEEDS]` those that have it in their name; `stories
//! --replay FILE` tells one again and shows how it went.
#![expect(clippy::print_stdout, reason = "this program's output is what it says")]

use std::{collections::BTreeMap, fs, process::ExitCode, time::Instant};

use anyhow::{Context, Result, bail};
use stories::{Case, Counts, Fault, Scene, Story, Suite, all};

fn main() -> Result<ExitCode> {
    // A story that does not hold is told once, by this program, and not by the panic as well.
    std::panic::set_hook(Box::new(|_| ()));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(tell(&all(), Suite::FULL)?),
        ["--quick"] => Ok(tell(&all(), Suite::QUICK)?),
        ["--only", word] => Ok(tell(&named(word), Suite::FULL)?),
        ["--only", word, seeds] => {
            let drawn = seeds.parse().with_context(|| format!("`{seeds}` is no number of seeds"))?;
            Ok(tell(&named(word), Suite { drawn, alone: drawn / 10 })?)
        }
        ["--replay", file] => replay(file),
        _ => bail!("usage: stories [--quick | --only WORD [SEEDS] | --replay FILE]"),
    }
}

fn named(word: &str) -> Vec<Story> {
    all().into_iter().filter(|story| story.name.contains(word)).collect()
}

fn tell(stories: &[Story], suite: Suite) -> Result<ExitCode> {
    let (mut passed, mut failed) = (0_u64, 0_u64);
    let (mut fired, mut monotonous) = (BTreeMap::new(), vec![]);
    for story in stories {
        let began = Instant::now();
        let counts = Counts::of(story, &suite.cases(story));
        let seconds = began.elapsed().as_secs_f32();
        let (told, traces) = (counts.told, counts.traces.len());
        println!("{:<64} told {told:>4}, {traces:>4} traces, {seconds:>5.1} s", story.name.replace('_', " "));
        if (traces as u64) < told / DISTINCT {
            monotonous.push(story.name);
        }
        for (fault, times) in &counts.fired {
            *fired.entry(*fault).or_insert(0) += times;
        }
        failed += counts.failed.len() as u64;
        passed += told - counts.failed.len() as u64;
        for (case, said) in counts.failed.iter().take(3) {
            println!("    did not hold: {said}\n    {}", keep(case)?);
        }
    }
    for (fault, times) in &fired {
        println!("fired {fault:?} {times} times");
    }
    for name in &monotonous {
        println!("too few traces: {name}; seeds that all go the same way prove as much as one");
    }
    let silent: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| !fired.contains_key(fault)).collect();
    for fault in &silent {
        println!("never fired: {fault:?}; a fault that never fires proves nothing");
    }
    println!("{passed} passed, {failed} failed");
    let good = failed == 0 && silent.is_empty() && monotonous.is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Of so many tellings of one story at least one goes its own way.
const DISTINCT: u64 = 5;

fn keep(case: &Case) -> Result<String> {
    let file = format!("target/stories/{}-{}.json", case.story, case.seed);
    fs::create_dir_all("target/stories")?;
    fs::write(&file, serde_json::to_string_pretty(case)?)?;
    Ok(format!("cargo run -q -p wrale-stories -- --replay {file}"))
}

fn replay(file: &str) -> Result<ExitCode> {
    let text = fs::read_to_string(file).with_context(|| format!("`{file}` cannot be read"))?;
    let case: Case = serde_json::from_str(&text).with_context(|| format!("`{file}` is no replay file"))?;
    let Some(Story { tell, .. }) = all().into_iter().find(|story| story.name == case.story) else {
        bail!("there is no story `{}`", case.story);
    };
    let mut scene = Scene::new(case.seed, &case.faults);
    scene.speak = true;
    drop(std::panic::take_hook());
    tell(&mut scene);
    println!("it holds; trace {}", scene.trace());
    Ok(ExitCode::SUCCESS)
}
