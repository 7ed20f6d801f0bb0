//! `serve` as its users meet it: over bare sockets, through the vendors' clients, in scenarios.

mod support {
    pub(crate) mod command;
    pub(crate) mod formats;
    pub(crate) mod raw;
    pub(crate) mod serve;
}

mod serve {
    mod answers;
    mod exports;
    mod faults;
    mod run;
    mod scenarios;
    mod sdks;
}
