mod adoption;
mod hands;
mod orders;
mod reflex;
mod thresholds;
mod vouching;
mod working;
