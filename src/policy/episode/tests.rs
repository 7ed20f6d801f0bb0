//! Episodes, event by event.
