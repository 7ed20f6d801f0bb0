//! Parts that policies and drivers are made of. They are told the time, and read no clock.

pub mod breaker;
pub mod budget;
pub mod cooldown;
pub mod guard;
pub mod probe;
pub mod retry;
