mod adoption;
mod hands;
mod orders;
mod reflex;
mod vouching;
mod working;
