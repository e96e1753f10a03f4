mod adoption;
mod reflex;
mod vouching;
mod working;
