//! Health probes: a model is asked at intervals, whatever traffic there is, and left alone while it
//! doesn't answer.
//!
//! The rule is HAProxy's (`check inter 30s fall 3 rise 2`, configuration manual 3.0, §5.2): a count
//! of results in a row that contradict what is held, back at nothing with each that doesn't.

use crate::kernel::Micros;

/// How often a model is asked whether it is well, and what is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// From one probe to the next.
    pub every: Micros,
    /// How long one may take; no longer than from one to the next, so that one is out at a time.
    pub timeout: Micros,
    /// So many in a row that fail, and the model is down.
    pub fall: u32,
    /// So many in a row that are answered, and it is up again.
    pub rise: u32,
}

/// What a probe came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// An answer.
    Well,
    /// A failure that says something of the model.
    Ill,
}

/// What probes hold of a model. It is up until they say otherwise.
#[derive(Debug, Clone)]
pub struct Health {
    config: Config,
    is_down: bool,
    /// Results in a row that contradict that.
    in_a_row: u32,
}

impl Health {
    /// Of a model that was not asked yet.
    pub fn new(config: Config) -> Self {
        Self { config, is_down: false, in_a_row: 0 }
    }

    /// Whether the model is left alone.
    pub fn is_down(&self) -> bool {
        self.is_down
    }

    /// How the model is probed.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Takes what a probe came to; true where the model goes down or comes up by it.
    pub fn turns(&mut self, found: Found) -> bool {
        if (found == Found::Ill) == self.is_down {
            self.in_a_row = 0;
            return false;
        }
        self.in_a_row += 1;
        let needed = if self.is_down { self.config.rise } else { self.config.fall };
        let turns = self.in_a_row >= needed;
        if turns {
            (self.is_down, self.in_a_row) = (!self.is_down, 0);
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_so_many_in_a_row_to_fall_and_to_rise() {
        let after = |found: &str, fall, rise| -> String {
            let (every, timeout) = (Micros(2), Micros(1));
            let mut health = Health::new(Config { every, timeout, fall, rise });
            let one = |it| {
                health.turns(if it == '+' { Found::Well } else { Found::Ill });
                if health.is_down() { 'd' } else { 'u' }
            };
            found.chars().map(one).collect()
        };
        for (name, found, fall, rise, wanted) in [
            ("three fall and two rise", "+---+-++-", 3, 2, "uuudddduu"),
            ("one that is answered begins it anew", "--+--+---", 3, 2, "uuuuuuuud"),
            ("one is enough", "-+-+", 1, 1, "dudu"),
            ("nothing happened", "", 1, 1, ""),
        ] {
            assert_eq!(after(found, fall, rise), wanted, "{name}");
        }
    }
}
