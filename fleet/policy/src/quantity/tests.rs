use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

#[test]
fn a_quantity_is_a_number_and_its_unit() {
    assert_eq!(parse("30d"), Ok(Duration::from_hours(720)));
    assert_eq!(parse("1h"), Ok(Duration::from_hours(1)));
    assert_eq!(parse("1.5s"), Ok(Millis(1_500)));
    assert_eq!(parse("250ms"), Ok(Millis(250)));
    assert_eq!(parse("250 ms"), Ok(Millis(250)));
    assert_eq!(parse("4.63V"), Ok(MilliVolts(4_630)));
    assert_eq!(parse("-20C"), Ok(MilliCelsius(-20_000)));
    assert_eq!(parse("0.5g"), Ok(MicroG(500_000)));
    assert_eq!(parse("25mg"), Ok(MicroG(25_000)));
    assert_eq!(parse("2.2kohm"), Ok(Ohms(2_200)));
    assert_eq!(parse("10lx"), Ok(Lux(10)));
    assert_eq!(parse("200mA"), Ok(MilliAmps(200)));
    assert_eq!(parse("4.5°"), Ok(MilliDegrees(4_500)));
    assert_eq!(parse("12.5%"), Ok(Permille(125)));
}

#[test]
fn what_is_no_quantity_is_refused_with_what_would_be() {
    let said = |text| parse::<Millis>(text).unwrap_err().to_string();
    let noun = "a duration of at most 49 days such as `250ms`";
    let units = "write the number and one of ms, s, m, h, d";
    assert_eq!(said("250"), alloc::format!("\"250\" is not {noun}: {units}"));
    assert_eq!(said("1w"), alloc::format!("\"1w\" is not {noun}: {units}"));
    assert_eq!(said("1h30m"), alloc::format!("\"1h30m\" is not {noun}: {units}"));
    assert_eq!(said("0.5ms"), alloc::format!("\"0.5ms\" is finer than the smallest step of {noun}"));
    assert_eq!(said("50d"), alloc::format!("\"50d\" is out of range for {noun}"));
    assert_eq!(said("-1s"), alloc::format!("\"-1s\" is out of range for {noun}"));
    for text in ["", "s", ".5s", "5.s", "--5s", "1-2s", "1.2.3s", "1e3s", "+1s", "١s", "9999999999999999999s"]
    {
        assert!(parse::<Millis>(text).is_err(), "{text}");
    }
    let long = alloc::format!("{}d", "9".repeat(37));
    assert!(matches!(parse::<Millis>(&long), Err(BadQuantity::Number(_))));
    assert_eq!(parse::<Millis>("s"), Err(BadQuantity::Number("s".into())));
}

proptest! {
    #[test]
    fn no_text_at_all_makes_it_panic(text in ".{0,40}") {
        let _ = (parse::<Duration>(&text), parse::<MicroG>(&text), parse::<Permille>(&text));
    }

    #[test]
    fn whole_milliseconds_come_out_as_they_went_in(ms in any::<u32>()) {
        prop_assert_eq!(parse(&alloc::format!("{ms}ms")), Ok(Millis(ms)));
        prop_assert_eq!(parse(&alloc::format!("{}.{:03}s", ms / 1000, ms % 1000)), Ok(Millis(ms)));
    }
}
