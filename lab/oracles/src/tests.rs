mod letters;
mod page;
mod probe;
mod values;

/// Any value of any word, as the properties of `wire` throw them.
#[path = "../../../base/wire/src/v1/tests/throw.rs"]
mod throw;
