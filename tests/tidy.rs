//! The house rules, read off the sources: floors, fences, lengths, bans, and pages that name
//! what exists.
//!
//! The rules are the tables below; how they are checked is in the folder beside this file, where
//! each has a test with made-up sources that break it.

/// The scanners.
mod tidy {
    pub(crate) mod bans;
    pub(crate) mod fences;
    pub(crate) mod floors;
    pub(crate) mod markdown;
    pub(crate) mod paths;
    pub(crate) mod shape;
    pub(crate) mod source;
    pub(crate) mod tokens;
}

use std::fs;

use tidy::bans::{Ban, Banned};
use tidy::fences::{Fence, WordFence};
use tidy::floors::House;
use tidy::markdown::{self, PageRules};
use tidy::shape::{self, Limits};
use tidy::source::{Complaint, Source, files};

const HOUSE: House = House {
    floors: &[
        (0, &["kernel"]),
        (1, &["data", "rows", "stats"]),
        (2, &["task", "provider", "vote", "fault", "store", "exchange", "report"]),
        (3, &["policy", "analysis"]),
        (4, &["scenario"]),
        (5, &["engine"]),
        (6, &["cmd"]),
    ],
    hall: "engine",
    rooms: &[
        ("collect", &[]),
        ("evaluate", &[]),
        ("simulate", &[]),
        ("drill", &[]),
        ("serve", &[]),
        ("recommend", &["evaluate", "simulate"]),
    ],
    outside: &["src/lib.rs", "src/main.rs"],
};

const FENCES: [Fence; 13] = [
    Fence {
        name: "reqwest",
        inside: &["src/provider/http.rs", "src/task/dataset/hub.rs"],
        except: None,
    },
    Fence {
        name: "tokio",
        inside: &[
            "src/engine/collect/",
            "src/engine/drill/",
            "src/engine/serve/",
            "src/cmd/",
            "src/provider/http.rs",
        ],
        except: None,
    },
    Fence { name: "hyper", inside: &["src/engine/serve/"], except: None },
    Fence { name: "http_body_util", inside: &["src/engine/serve/"], except: None },
    Fence { name: "polars", inside: &["src/report/", "src/rows/"], except: None },
    Fence { name: "rusqlite", inside: &["src/store/"], except: None },
    Fence { name: "statrs", inside: &["src/stats/"], except: None },
    Fence { name: "clap", inside: &["src/cmd/", "src/main.rs"], except: None },
    Fence { name: "anyhow", inside: &["src/cmd/", "src/main.rs"], except: None },
    Fence { name: "opentelemetry", inside: &["src/cmd/telemetry.rs"], except: None },
    Fence { name: "tracing_opentelemetry", inside: &["src/cmd/telemetry.rs"], except: None },
    Fence { name: "tracing_subscriber", inside: &["src/cmd/telemetry.rs"], except: None },
    Fence { name: "serde_saphyr", inside: &["src/scenario/"], except: Some("Spanned") },
];

const VENDOR_WORDS: WordFence = WordFence {
    words: &["openai", "anthropic", "gemini"],
    // The last is a list of data files by their names.
    inside: &["src/provider/", "src/engine/serve/", "src/exchange/", "src/scenario/incidents.rs"],
};

const LIMITS: Limits = Limits { file_lines: 400, line_columns: 100, function_lines: 70 };

/// Where Rust is written.
const RUST: [&str; 4] = ["src/", "tests/", "benches/", "examples/"];

const BANS: [Ban; 16] = [
    everywhere(Banned::Attribute("allow"), "say #[expect(.., reason = ..)]"),
    everywhere(Banned::AttributeWithout("expect", "reason"), "give a reason"),
    everywhere(Banned::Attribute("ignore"), "a test runs or goes"),
    everywhere(Banned::Code("todo !"), "finish it"),
    everywhere(Banned::Code("unimplemented !"), "finish it"),
    everywhere(Banned::Code("dbg !"), "take it out"),
    everywhere(Banned::Comment("TODO"), "do it, or open an issue"),
    everywhere(Banned::Comment("FIXME"), "fix it, or open an issue"),
    everywhere(Banned::Comment("XXX"), "say what is wrong"),
    outside_cmd("println !"),
    outside_cmd("eprintln !"),
    outside_cmd("print !"),
    outside_cmd("eprint !"),
    everywhere(Banned::AttributeWith("serde", "untagged"), "its errors say nothing"),
    Ban {
        what: Banned::AttributeWith("serde", "flatten"),
        holds_in: &RUST,
        except: &["src/data/summary.rs"],
        instead: "it loses the place of an error",
    },
    Ban {
        what: Banned::CodeOutsideTests(". unwrap ( )"),
        holds_in: &["src/", "examples/"],
        except: &[],
        instead: "handle it, or `expect` with the reason why it cannot happen",
    },
];

const PAGES: PageRules = PageRules {
    endings: &[".rs", ".toml", ".yaml", ".md", ".jsonl"],
    shorthands: &["src"],
    made: &["target", ".github"],
};

/// Where the pages are, and how their names end.
const PAGE_PLACES: [(&str, &str); 2] = [("docs", ".md"), ("datasets", "SOURCE.md")];
const TOP_PAGES: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

const fn everywhere(what: Banned, instead: &'static str) -> Ban {
    Ban { what, holds_in: &RUST, except: &[], instead }
}

const fn outside_cmd(pattern: &'static str) -> Ban {
    Ban {
        what: Banned::Code(pattern),
        holds_in: &["src/"],
        except: &["src/cmd/"],
        instead: "only cmd/ talks to the terminal",
    }
}

#[test]
fn modules_use_only_lower_floors() {
    accept(sources().iter().flat_map(|source| HOUSE.check(source)));
}

#[test]
fn crates_stay_inside_their_fences() {
    accept(sources().iter().flat_map(|source| FENCES.iter().flat_map(|f| f.check(source))));
}

#[test]
fn vendor_words_stay_inside_their_fence() {
    accept(sources().iter().flat_map(|source| VENDOR_WORDS.check(source)));
}

#[test]
fn files_lines_and_functions_are_short() {
    accept(sources().iter().flat_map(|source| LIMITS.check(source)));
}

#[test]
fn nothing_banned_is_written() {
    accept(sources().iter().flat_map(|source| BANS.iter().flat_map(|ban| ban.check(source))));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let sources = sources();
    let ours = sources.iter().filter(|source| source.is_in(&["src/"]));
    accept(ours.filter_map(shape::opening_sentence));
}

#[test]
fn pages_name_only_what_exists() {
    let top = TOP_PAGES.iter().filter_map(|page| {
        let text = fs::read_to_string(page).ok()?;
        Some(((*page).to_owned(), text))
    });
    let below = PAGE_PLACES.iter().flat_map(|(folder, ending)| read(folder, ending));
    let pages: Vec<_> = top.chain(below).collect();
    assert!(!pages.is_empty(), "no page was found");
    accept(pages.iter().flat_map(|(path, text)| PAGES.check(path, text, markdown::exists)));
}

fn sources() -> Vec<Source> {
    let files = RUST.iter().flat_map(|folder| read(folder.trim_end_matches('/'), ".rs"));
    let sources: Vec<_> = files.map(|(path, text)| Source::new(&path, &text)).collect();
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"), "no sources were found");
    sources
}

fn read(folder: &str, ending: &str) -> Vec<(String, String)> {
    files(folder, ending).unwrap_or_else(|error| panic!("failed to read {folder}/: {error}"))
}

/// Fails with all complaints at once.
fn accept(complaints: impl IntoIterator<Item = Complaint>) {
    let lines: Vec<_> = complaints
        .into_iter()
        .map(|Complaint { path, line, reason }| format!("{path}:{line}: {reason}"))
        .collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}
