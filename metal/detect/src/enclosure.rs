//! Somebody gets into the case: by the lid, through the tamper loop, or unseen but for the light and the flag.

pub(crate) mod circuit;
pub(crate) mod contact;
pub(crate) mod intrusion;
pub(crate) mod light;
pub(crate) mod wire;

#[cfg(test)]
pub(crate) mod tests;
