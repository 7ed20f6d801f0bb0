//! Whether what is shown is coloured.

use std::io::IsTerminal;
use std::sync::OnceLock;

use clap::ValueEnum;

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also where it is not a terminal that reads it.
    Always,
    /// Not at all.
    Never,
}

/// What the user said, once for the whole command.
static CHOSEN: OnceLock<Color> = OnceLock::new();

impl Color {
    /// Settles it for all that is shown from now on.
    pub(super) fn settle(self) {
        // Only the first call settles it, and there is one.
        let _ = CHOSEN.set(self);
        if self != Self::Auto {
            console::set_colors_enabled(self == Self::Always);
            console::set_colors_enabled_stderr(self == Self::Always);
        }
    }
}

/// Whether what goes there is coloured.
pub(super) fn is_coloured(to: &impl IsTerminal) -> bool {
    match CHOSEN.get() {
        Some(Color::Always) => true,
        Some(Color::Never) => false,
        Some(Color::Auto) | None => {
            to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
        }
    }
}
