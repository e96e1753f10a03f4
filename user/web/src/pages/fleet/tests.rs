use std::collections::BTreeSet;

use vocab::{DeviceId, Label, Posture, SiteName, Wall};

use super::*;

fn one(number: u32, site: &str, state: State) -> Glance {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Glance {
        id: DeviceId(id),
        label: Label::new(&format!("box-{number:05}")).unwrap(),
        site: SiteName::new(site).unwrap(),
        state,
        reason: if state == State::Tampered { "lid".into() } else { "".into() },
        tier: Some(4),
        posture: Some(Posture::Normal),
        proved: Some(Wall(1_000_000)),
        heard: Some(Wall(1_000_000)),
        latched: None,
        senses: (9, 9),
        blind: 0,
        health: control::view::HealthState::Good,
    }
}

fn fleet(boxes: u32, sites: u32) -> Vec<Glance> {
    let state = |number: u32| match number % 500 {
        7 => State::Tampered,
        19 => State::Silent,
        23 | 24 => State::Unproved,
        _ => State::Trusted,
    };
    (0..boxes).map(|number| one(number, &format!("site-{:03}", number % sites), state(number))).collect()
}

fn map(boxes: &[Glance]) -> String {
    site::all(&Site::all(boxes.to_vec()), TILES, Wall(61_000_000)).into_string()
}

/// How many boxes the fields of a page cover: `M18 9h27v9H18z` is three of them.
fn covered(page: &str) -> usize {
    let paths = page.split("<path d=\"M").skip(1).filter(|path| path.contains("url(#p-"));
    let fields = paths.flat_map(|path| path.split('"').next().unwrap().split('M'));
    let size = |field: &str| {
        let number = |after: char| -> usize {
            let digits = field.split(after).nth(1).unwrap();
            digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
        };
        (number('h') / mark::PITCH) * (number('v') / mark::PITCH)
    };
    fields.map(size).sum()
}

/// With the frame, the feed and the panel beside it, some twenty thousand bytes more.
#[test]
fn the_map_of_a_thousand_boxes_is_small_and_that_of_ten_thousand_too() {
    let (thousand, ten) = (map(&fleet(1_000, 20)).len(), map(&fleet(10_000, 214)).len());
    assert!(thousand < 90_000, "{thousand} bytes for 1,000 boxes");
    assert!(ten < 180_000, "{ten} bytes for 10,000 boxes");
}

/// The day on which the fleet's own network is gone: every box is silent, and the page must still be read by telephone.
#[test]
fn the_map_of_ten_thousand_boxes_that_stand_alike_is_small_and_leads_to_them() {
    let boxes: Vec<_> =
        (0..10_000).map(|number| one(number, &format!("site-{:03}", number % 200), State::Silent)).collect();
    let page = map(&boxes);
    assert!(page.len() < 160_000, "{} bytes", page.len());
    let tiles = page.matches("class=\"tile ").count();
    assert_eq!(covered(&page) + tiles, 10_000, "{tiles} tiles");
    assert!(page.contains("href=\"/?state=silent&amp;site=site-199&amp;view=list\""));
    assert!(page.contains("<title>50 boxes: silent</title>"));
}

#[test]
fn every_box_is_on_the_map_once_and_what_is_not_trusted_can_be_opened() {
    let boxes = fleet(1_000, 20);
    let page = map(&boxes);
    let (squares, tiles) = (covered(&page), page.matches("class=\"tile ").count());
    let marked = page.matches("<use href=\"#s-").count();
    assert_eq!(squares + tiles + marked, 1_000, "{squares} squares, {tiles} tiles, {marked} marked");
    for odd in boxes.iter().filter(|one| one.state != State::Trusted) {
        assert!(page.contains(&format!("/devices/{}", odd.id)), "{}", odd.label);
    }
}

#[test]
fn sites_where_something_happened_come_first_and_as_tiles() {
    let mut boxes: Vec<_> =
        (0..300).map(|number| one(number, &format!("site-{:03}", number % 30), State::Trusted)).collect();
    boxes[29] = one(29, "site-029", State::Tampered);
    let page = map(&boxes);
    let places: Vec<_> =
        page.match_indices("id=\"site-site-").map(|(at, _)| &page[at + 14..at + 17]).collect();
    assert_eq!((places.len(), places[0]), (30, "029"), "{places:?}");
    assert!(places[1..].is_sorted(), "{places:?}");
    assert!(page.contains("tampered: lid"));
}

#[test]
fn counts_are_told_the_worst_first_and_nothing_is_told_that_is_not() {
    let boxes = fleet(1_000, 20);
    let all = count(&Site::all(boxes));
    let states: Vec<State> = all.iter().map(|(state, _)| *state).collect();
    assert_eq!(states, [State::Tampered, State::Silent, State::Unproved, State::Trusted]);
    assert_eq!(all.iter().map(|(_, many)| many).sum::<usize>(), 1_000);
}

#[test]
fn every_state_has_a_word_a_silhouette_and_a_name_of_its_own() {
    let (words, names): (BTreeSet<_>, BTreeSet<_>) =
        State::ALL.iter().map(|state| (state.word(), state.name())).unzip();
    assert_eq!((words.len(), names.len()), (State::ALL.len(), State::ALL.len()));
    let shapes = mark::shapes().into_string();
    for state in State::ALL {
        assert!(shapes.contains(&format!("id=\"m-{}\"", state.name())), "{}", state.name());
        assert!(shapes.contains(&format!("id=\"s-{}\"", state.name())), "{}", state.name());
        assert!(shapes.contains(&format!("id=\"p-{}\"", state.name())), "{}", state.name());
        assert_eq!(state.name().parse(), Ok(state));
    }
}

#[test]
fn a_label_cannot_leave_its_place() {
    let mut bad = one(1, "harbour", State::Silent);
    bad.label = Label::new("<img src=x onerror=alert(1)>\"'&").unwrap();
    bad.reason = "</title><script>alert(1)</script>".into();
    let small = site::all(&Site::all(vec![bad.clone()]), 0, Wall(0)).into_string();
    for page in [map(&[bad]), small] {
        assert!(!page.contains("<img") && !page.contains("<script"), "{page}");
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;"), "{page}");
    }
}

#[test]
fn a_proof_line_is_as_long_as_what_is_left() {
    let fresh = one(1, "harbour", State::Trusted);
    let at = |seconds: i64| tile::tile(&fresh, Wall(1_000_000 + seconds * 1_000_000)).into_string();
    assert!(at(0).contains("rect width=\"100\""));
    assert!(at(3_600).contains("rect width=\"50\""));
    assert!(at(90_000).contains("rect width=\"0\""), "never below nothing");
}
