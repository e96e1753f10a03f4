mod frames;
mod letters;
mod page;
mod records;
mod values;

// The oracle shares these with the tests of `wire`.
#[path = "../../../base/wire/src/v1/tests/diagnostic.rs"]
mod diagnostic;
#[path = "../../../base/wire/src/v1/tests/throw.rs"]
mod throw;
#[path = "../../../base/wire/src/v1/tests/vectors.rs"]
mod vectors;
