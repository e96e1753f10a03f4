use super::page::{Page, vectors};
use std::path::Path;
#[test]
fn probe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../base/wire/vectors");
    for (f, n, r) in [("good/bodies","gap-damaged","entry-gap"),("good/letters","time","time"),("good/letters","beat","beat"),("good/letters","roster","roster"),("good/bodies","event","entry-event"),("good/letters","state","state")] {
        let b = vectors(&root.join(f)).into_iter().find(|(x,_)| x==n).unwrap().1;
        let t = std::time::Instant::now();
        let j = Page::Closed.judge(r, &b);
        println!("{n} {:?} {:?}", t.elapsed(), j.map_err(|e| e.chars().take(300).collect::<String>()));
    }
}
