//! What only the floor that knows all others can try.

mod parity;
