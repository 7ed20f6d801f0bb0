//! Random scenarios in which nothing may go wrong that should not, and closed forms that the
//! simulator has to meet.

mod closed_forms;
mod probes;
mod scenarios;
mod spells;
mod swarm;
