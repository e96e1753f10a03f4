use super::*;

const LONG: Duration = Duration::from_mins(1);

#[test]
fn what_comes_back_in_time_is_believed() {
    assert_eq!(Patience::default().spend(LONG, || Outcome::Unverified), Outcome::Unverified);
}

#[test]
fn what_hangs_is_timed_out_and_so_many_may_hang_at_once() {
    let mut patience = Patience::default();
    let (gates, waiting): (Vec<_>, Vec<_>) = (0..HANGING).map(|_| mpsc::channel::<()>()).unzip();
    for gate in waiting {
        let hang = move || {
            let _ = gate.recv();
            Outcome::Done
        };
        assert_eq!(patience.spend(Duration::ZERO, hang), Outcome::TimedOut);
    }
    let begun = Arc::new(AtomicUsize::new(0));
    let mut count = |limit| {
        let begun = Arc::clone(&begun);
        patience.spend(limit, move || {
            begun.fetch_add(1, Ordering::AcqRel);
            Outcome::Done
        })
    };
    assert_eq!(count(LONG), Outcome::TimedOut);
    assert_eq!(begun.load(Ordering::Acquire), 0);
    // Once they come back, there is room again.
    drop(gates);
    while count(LONG) != Outcome::Done {
        thread::yield_now();
    }
    assert_eq!(begun.load(Ordering::Acquire), 1);
}

#[test]
fn what_breaks_down_failed_and_hangs_no_longer() {
    let mut patience = Patience::default();
    let broken = || panic!("as the test wants it");
    assert_eq!(patience.spend(LONG, broken), Outcome::Failed);
    assert_eq!(patience.hanging.load(Ordering::Acquire), 0);
}
