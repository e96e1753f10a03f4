use alloc::string::ToString;

use super::*;

#[test]
fn quantities_print_in_their_units() {
    assert_eq!(MilliCelsius(41_000).to_string(), "41 °C");
    assert_eq!(MilliCelsius(-2_050).to_string(), "-2.05 °C");
    assert_eq!(MilliVolts(4_630).to_string(), "4.63 V");
    assert_eq!(MicroG(-25_000).to_string(), "-0.025 g");
    assert_eq!(Permille(973).to_string(), "97.3 %");
    assert_eq!(Lux(0).to_string(), "0 lx");
}
