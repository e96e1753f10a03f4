use super::*;

#[test]
fn a_histogram_counts_up_to_each_bound() {
    let took = Histogram::default();
    for millis in [1, 3, 3, 90_000] {
        took.observe(Duration::from_millis(millis));
    }
    let mut page = Page::default();
    page.histogram("wrale_alarm_seconds", "How long.", &took);
    let text = page.text();
    for line in [
        "# TYPE wrale_alarm_seconds histogram",
        "wrale_alarm_seconds_bucket{le=\"0.0005\"} 0",
        "wrale_alarm_seconds_bucket{le=\"0.001\"} 1",
        "wrale_alarm_seconds_bucket{le=\"0.005\"} 3",
        "wrale_alarm_seconds_bucket{le=\"10\"} 3",
        "wrale_alarm_seconds_bucket{le=\"+Inf\"} 4",
        "wrale_alarm_seconds_sum 90.007",
        "wrale_alarm_seconds_count 4",
    ] {
        assert!(text.lines().any(|said| said == line), "{line}: {text}");
    }
}

#[test]
fn shares_of_nothing_are_no_numbers() {
    let mut page = Page::default();
    page.summary("wrale_silence_seconds", "How long ago.", vec![]);
    page.summary("wrale_silence_seconds", "How long ago.", (1..=100).collect());
    let text = page.text();
    assert!(text.contains("{quantile=\"0.5\"} NaN\n") && text.contains("{quantile=\"0.9\"} 90\n"), "{text}");
    assert!(text.contains("{quantile=\"1\"} 100\n") && text.contains("_sum 5050\n"), "{text}");
}
