use rustix::process::getpriority_process;

use super::*;

#[test]
fn whoever_answers_people_stands_behind_whoever_hears_devices() {
    let (devices, people) = (devices().unwrap(), people().unwrap());
    let place = |runtime: &Runtime| runtime.block_on(runtime.spawn(async { getpriority_process(None) }));
    let ours = getpriority_process(None).unwrap();
    // Nobody stands behind 19.
    let behind = (ours + BACK).min(19);
    assert_eq!(place(&devices).unwrap().unwrap(), ours);
    assert_eq!(place(&people).unwrap().unwrap(), behind);
    // Passwords are hashed in threads that those make.
    let aside = async { tokio::task::spawn_blocking(|| getpriority_process(None)).await.unwrap() };
    assert_eq!(people.block_on(people.spawn(aside)).unwrap().unwrap(), behind);
}
