//! Where a door stands between people and the box, a document gives them time to show that they were let in.

use std::time::Duration;

use policy::Document;
use vocab::Posture;

use crate::{
    Scene,
    circle::{LONG, latches},
    stories,
};

stories! {
    a_document_gives_whoever_comes_in_its_entry_delay_and_no_more
}

fn a_document_gives_whoever_comes_in_its_entry_delay_and_no_more(scene: &mut Scene) {
    let passage = serde_json::json!({ "exit": "10s", "entry": "60s", "through": ["lid"] });
    let written = serde_json::json!({ "version": 1, "name": "doors", "tuning": { "passage": passage } });
    let document: Document = serde_json::from_value(written).expect("a document");
    scene.house.open_fleet(vec![document]);
    let number = scene.house.join("dev-00", "harbour");
    scene.house.commission(number);
    scene.begin();
    // It is the box's own document by now, through whatever comes.
    scene.run(Duration::from_secs(30));
    scene.calm();
    scene.until("the box is well", LONG, |house| house.boxes[0].is_on() && house.is_proved(0));
    scene.run(Duration::from_secs(12));

    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(40));
    let posture = |scene: &Scene| scene.house.boxes[0].agent().guard().posture();
    assert!(posture(scene) < Posture::Sealed, "there is time yet: {:?}", posture(scene));
    assert_eq!(latches(&scene.house, 0).len(), 1, "but the fleet has heard of it");
    scene.run(Duration::from_secs(25));
    assert_eq!(posture(scene), Posture::Sealed, "nobody came with a work order");
}
