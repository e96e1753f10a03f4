use super::*;

fn curve(points: Vec<(f64, Option<f64>)>) -> Curve {
    Curve { sensor: "accel".into(), unit: "g", words: None, points, limits: vec![] }
}

#[test]
fn a_peak_survives_down_sampling_and_a_gap_stays_a_gap() {
    let mut points: Vec<_> = (0..10_000).map(|at| (f64::from(at) / 200.0 - 25.0, Some(1.0))).collect();
    points[5_001].1 = Some(9.0);
    points[7_001].1 = None;
    let kept = gathered(&curve(points));
    assert!(kept.len() < COLUMNS * 3 + 3, "{} points", kept.len());
    assert!(kept.iter().any(|(_, value)| *value == Some(9.0)), "the peak");
    assert!(kept.iter().any(|(_, value)| value.is_none()), "the gap");
    assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0), "in order of time");
    let silent = curve(vec![(-20.0, Some(1.0)), (-19.0, Some(1.0)), (0.0, Some(2.0)), (1.0, Some(2.0))]);
    assert_eq!(way(&WIDE, &silent, &|value| value).matches('M').count(), 2, "what nobody said is not drawn");
}

#[test]
fn a_switch_is_drawn_in_steps_and_stands_as_it_stands() {
    let mut lid = curve(vec![(-20.0, Some(0.0)), (0.0, Some(1.0))]);
    lid.words = Some(["closed", "open"]);
    let way = way(&WIDE, &lid, &|value| 10.0 * value);
    assert_eq!(way.matches('M').count(), 1, "{way}");
    assert_eq!(way.matches('L').count(), 3, "across, up, and on to the end: {way}");
    assert_eq!(last(&lid), "open");
}

#[test]
fn numbers_that_never_moved_and_numbers_that_are_none_are_drawn_too() {
    let still = curve(vec![(0.0, Some(5.0)); 3]);
    let (low, high) = span(&still);
    assert!(low < 5.0 && high > 5.0);
    let nothing = curve(vec![(0.0, None)]);
    assert_eq!((span(&nothing), way(&WIDE, &nothing, &|value| value)), ((0.0, 1.0), String::new()));
    assert_eq!(last(&nothing), "could not look");
}

#[test]
fn a_limit_is_a_line_where_it_is_near_and_words_where_it_is_far() {
    let with = |limit: f64| {
        let limits = vec![Limit { value: Some(limit), rule: "10 lux for 200 ms".into() }];
        Curve { limits, ..curve(vec![(-1.0, Some(0.0)), (0.0, Some(8.0))]) }
    };
    for sheet in [WIDE, NARROW] {
        let near = panel(&sheet, &with(10.0), 0).into_string();
        assert!(near.contains("class=\"limit\"") && near.matches("10 lux for 200 ms").count() == 1, "{near}");
        let far = panel(&sheet, &with(900.0), 0).into_string();
        assert!(!far.contains("class=\"limit\"") && far.contains("10 lux for 200 ms"), "{far}");
    }
    let (low, high) = span(&with(900.0));
    assert!(low <= 0.0 && high < 20.0, "a limit far away does not press the curve flat");
}

#[test]
fn the_last_minute_ends_at_its_right_edge_and_has_no_moment_in_it() {
    let one = LiveView {
        age: std::time::Duration::ZERO,
        curves: vec![curve(vec![(-60.0, Some(1.0)), (-2.0, Some(1.0)), (0.0, Some(2.0))])],
    };
    let drawn = live(&one).into_string();
    assert!(drawn.contains("−60") && drawn.contains(&format!("L{:.1} ", WIDE.right)), "{drawn}");
    assert!(!drawn.contains("decisive") && !drawn.contains("class=\"moment\""), "{drawn}");
}
