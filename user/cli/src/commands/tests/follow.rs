use std::sync::atomic::{AtomicU64, Ordering};

use api::audit::{Entries, Entry};

use crate::{
    Fault, Problem,
    testing::{Asked, Fleet, NOW, Reply, Terminal, good, no},
};

/// An entry, hostile to whoever reads it line by line.
fn entry(index: u64) -> Entry {
    Entry {
        index,
        kind: "permit".into(),
        what: "let somebody look, act or come in".into(),
        at: Some(NOW.to_string()),
        by: Some("Ada".into()),
        about: Some("dev-07".into()),
        about_id: None,
        refused: (index % 2 == 1).then(|| "access/refused".into()),
        reason: Some("because\n<108>1 - \"] forged".into()),
        inputs: vec![],
        erased: false,
        state: None,
    }
}

/// What becomes of an answer.
#[derive(Clone, Copy)]
enum Fate {
    Comes,
    Over,
    Torn,
}

/// A log of four entries that grows by three while somebody waits, until it is nobody's business any more. Its answers
/// hold two entries, and have these fates one after another; all others come.
struct Log {
    size: AtomicU64,
    answers: AtomicU64,
    fates: &'static [Fate],
}

impl Log {
    const BEGINS: u64 = 4;
    const ENDS: u64 = 13;

    async fn start(fates: &'static [Fate]) -> Fleet {
        let log = Self { size: AtomicU64::new(Self::BEGINS), answers: AtomicU64::new(0), fates };
        Fleet::start(move |asked| log.answer(asked)).await
    }

    fn answer(&self, asked: &Asked) -> Option<Reply> {
        let size = self.size.load(Ordering::SeqCst);
        match asked.path.split_once('?')? {
            ("/v1/audit/entries", query) => self.fated(&page(query, size)),
            ("/v1/changes", query) if query.starts_with("after=0&") => good(&api::Changes { now: size }),
            ("/v1/changes", _) if size == Self::ENDS => no(403, "access/refused", "not any more"),
            ("/v1/changes", _) => {
                self.size.store(size + 3, Ordering::SeqCst);
                good(&api::Changes { now: size + 3 })
            }
            _ => None,
        }
    }

    fn fated(&self, page: &Entries) -> Option<Reply> {
        let answer = usize::try_from(self.answers.fetch_add(1, Ordering::SeqCst)).unwrap();
        match self.fates.get(answer).unwrap_or(&Fate::Comes) {
            Fate::Comes => good(page),
            Fate::Over => no(401, "web/signed-out", "the session is over"),
            Fate::Torn => Some(Reply::Torn(serde_json::to_string(page).unwrap())),
        }
    }
}

fn page(query: &str, size: u64) -> Entries {
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after="));
    let from = match after {
        None => return Entries { entries: vec![entry(size - 1)], next: Some("00".into()), size },
        Some("start") => 0,
        Some(index) => index.parse::<u64>().unwrap() + 1,
    };
    let entries: Vec<_> = (from..size).take(2).map(entry).collect();
    let next = (entries.len() == 2).then(|| (from + 1).to_string());
    Entries { entries, next, size }
}

/// What is shown until the fleet ends it.
async fn shown(fates: &'static [Fate], typed: &[&str]) -> String {
    let fleet = Log::start(fates).await;
    let mut terminal = Terminal::new();
    let ended = terminal.at(&fleet, &[&["audit", "follow"], typed].concat()).await.unwrap_err();
    assert_eq!(ended.code(), "access/refused", "{ended}");
    terminal.read()
}

async fn indices(fates: &'static [Fate], typed: &[&str]) -> Vec<u64> {
    let shown = shown(fates, &[&["--json"], typed].concat()).await;
    shown.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap().index).collect()
}

#[tokio::test]
async fn every_entry_is_printed_once_and_in_order_from_wherever_one_begins() {
    for (typed, from) in [
        (&[][..], Log::BEGINS),
        (&["--after", "start"], 0),
        (&["--after", "0"], 1),
        (&["--after", "2"], 3),
        (&["--after", "8"], 9),
    ] {
        assert_eq!(indices(&[], typed).await, (from..Log::ENDS).collect::<Vec<_>>(), "{typed:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_and_a_session_that_ends_lose_nothing_and_repeat_nothing() {
    use Fate::{Comes, Over, Torn};
    let all: Vec<_> = (0..Log::ENDS).collect();
    for fates in [&[Comes, Torn][..], &[Comes, Comes, Over, Comes, Torn, Comes, Over]] {
        assert_eq!(indices(fates, &["--after", "start"]).await, all);
    }
}

#[tokio::test]
async fn a_line_is_an_entry_in_the_form_that_was_asked_for_and_nothing_else_is_between() {
    use Fate::{Comes, Torn};
    let words = shown(&[], &["--after", "10"]).await;
    let told = "\
Following; Ctrl-C ends it.
11  2026-11-02T06:00:00Z  permit  Ada  dev-07  refused: access/refused: because\u{fffd}<108>1 - \"] forged
12  2026-11-02T06:00:00Z  permit  Ada  dev-07  done: because\u{fffd}<108>1 - \"] forged
";
    assert_eq!(words, told);
    for (format, begins, index) in
        [("cef", "CEF:0|Wrale|Fleet|", "externalId="), ("syslog", "<1", "[wrale@32473 index=\"")]
    {
        let shown = shown(&[Comes, Torn], &["--after", "8", "--format", format]).await;
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 4, "{shown}");
        for (line, number) in lines.into_iter().zip(9..) {
            assert!(line.starts_with(begins) && line.contains(&format!("{index}{number}")), "{line}");
            assert!(line.contains(" nord ") || line.contains("dvchost=nord"), "of which fleet: {line}");
        }
    }
}

#[tokio::test]
async fn what_was_found_is_printed_for_a_siem_too_and_no_hint_stands_below() {
    let fleet = Log::start(&[]).await;
    let mut terminal = Terminal::new();
    terminal.at(&fleet, &["audit", "search", "--limit", "1", "--format", "cef"]).await.unwrap();
    let shown = terminal.read();
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(shown.starts_with("CEF:0|Wrale|Fleet|") && shown.contains("externalId=3 "), "{shown}");
}

#[tokio::test]
async fn whoever_reads_no_longer_ends_it() {
    let fleet = Log::start(&[]).await;
    let mut terminal = Terminal::new();
    terminal.reads = 2;
    let ended = terminal.at(&fleet, &["audit", "follow", "--after", "start", "--format", "cef"]).await;
    assert_eq!(ended, Err(Problem::Fault(Fault::Output(std::io::ErrorKind::BrokenPipe))));
    assert_eq!(terminal.read().lines().count(), 2);
}

#[tokio::test]
async fn a_log_with_a_hole_or_told_twice_is_refused() {
    for lie in [0, 5] {
        let fleet = Fleet::start(move |asked| match asked.path.split_once('?')?.0 {
            "/v1/audit/entries" => good(&Entries { entries: vec![entry(lie)], next: None, size: 9 }),
            _ => None,
        })
        .await;
        let refused = Terminal::new().at(&fleet, &["audit", "follow", "--after", "2"]).await.unwrap_err();
        assert_eq!(refused.code(), "cli/answer");
        assert!(
            refused.to_string().contains(&format!("entry {lie} of the log came where 3 was due")),
            "{refused}"
        );
    }
}
