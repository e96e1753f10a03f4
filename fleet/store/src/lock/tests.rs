use super::*;

#[test]
fn a_second_process_is_told_which_one_is_there() {
    let home = tempfile::tempdir().unwrap();
    let lock = Lock::take(home.path()).unwrap();
    let refused = Lock::take(home.path()).err().unwrap();
    let here = std::process::id();
    assert_eq!(refused, Fault::Locked { directory: home.path().to_owned(), pid: Some(here) });
    assert_eq!(refused.code(), "store/locked");
    assert!(refused.to_string().contains(&format!("process {here}")), "{refused}");
    drop(lock);
    assert!(Lock::take(home.path()).is_ok());
}

#[test]
fn what_a_dead_process_left_in_the_file_locks_nobody_out() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("lock"), "4194304 and more than a number").unwrap();
    let _lock = Lock::take(home.path()).unwrap();
    let refused = Lock::take(home.path()).err().unwrap();
    assert!(matches!(refused, Fault::Locked { pid: Some(pid), .. } if pid == std::process::id()));
}
