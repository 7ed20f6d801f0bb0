//! Folders are floors: a module uses only modules on strictly lower ones.

use super::paths::{Root, Used, paths};
use super::source::{Complaint, Source};

/// Which folder stands on which floor, and which rooms of the top one are apart.
pub(crate) struct House {
    pub(crate) floors: &'static [(u8, &'static [&'static str])],
    /// The folder that has rooms, the rooms, and which other rooms each may enter.
    pub(crate) hall: &'static str,
    pub(crate) rooms: &'static [(&'static str, &'static [&'static str])],
    /// Files that belong to no floor.
    pub(crate) outside: &'static [&'static str],
}

impl House {
    pub(crate) fn check(&self, source: &Source) -> Vec<Complaint> {
        if source.is_in(self.outside) || !source.path.starts_with("src/") {
            return Vec::new();
        }
        let mut parts = source.path.split('/').skip(1);
        let (own, room) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let room = room.strip_suffix(".rs").unwrap_or(room);
        let Some(own_floor) = self.floor(own) else {
            return vec![source.complain(1, format!("`src/{own}` stands on no floor"))];
        };
        let uses = paths(source).into_iter().filter(|used| used.root == Root::Here);
        uses.filter_map(|used| {
            let reason = self.objection((own, own_floor, room), &used)?;
            Some(source.complain(used.line, reason))
        })
        .collect()
    }

    fn objection(&self, (own, own_floor, room): (&str, u8, &str), used: &Used) -> Option<String> {
        let other = used.segments.first().map_or("*", String::as_str);
        if other == "*" {
            return Some("imports the whole crate, which hides what it uses".to_owned());
        }
        if other == own {
            let other_room = used.segments.get(1)?;
            let enters = |allowed: &[&str]| allowed.contains(&other_room.as_str());
            let is_apart = own == self.hall
                && other_room != room
                && self.room(other_room).is_some()
                && self.room(room).is_some_and(|allowed| !enters(allowed));
            return is_apart.then(|| format!("room `{room}` uses room `{other_room}`"));
        }
        match self.floor(other) {
            None => Some(format!("`{other}` at the root of the crate stands on no floor")),
            Some(floor) if floor < own_floor => None,
            Some(floor) => Some(format!(
                "`{own}` (floor {own_floor}) uses `{other}` (floor {floor}), which is not below it"
            )),
        }
    }

    fn floor(&self, folder: &str) -> Option<u8> {
        self.floors.iter().find(|(_, folders)| folders.contains(&folder)).map(|(floor, _)| *floor)
    }

    fn room(&self, name: &str) -> Option<&'static [&'static str]> {
        self.rooms.iter().find(|(room, _)| *room == name).map(|(_, allowed)| *allowed)
    }
}

#[test]
fn only_lower_floors_may_be_used() {
    for (path, text, n_complaints) in [
        ("src/policy/vote.rs", "use crate::vote::Rule;", 0),
        ("src/policy/vote.rs", "use crate::policy::Episode;", 0),
        ("src/policy/vote.rs", "use crate::analysis::gate;", 1),
        ("src/policy/vote.rs", "use crate::engine::collect;", 1),
        ("src/policy/vote.rs", "use super::super::{engine, cmd};", 2),
        ("src/policy/vote.rs", "fn f() { super::super::engine::go() }", 1),
        ("src/policy/vote.rs", "use crate::{data::A, scenario::B};", 1),
        ("src/policy/vote.rs", "#[cfg(test)] mod tests { use crate::engine::E; }", 1),
        ("src/policy/vote.rs", "use crate::*;", 1),
        ("src/policy/vote.rs", "use crate as all;", 1),
        ("src/policy/vote.rs", "use crate::helpers::x;", 1),
        ("src/data/item.rs", "use crate::stats::Mean;", 1),
        ("src/data/item.rs", "use crate::kernel::ItemId;", 0),
        ("src/engine/drill/mod.rs", "use crate::engine::serve::S;", 1),
        ("src/engine/drill/mod.rs", "use super::serve::S;", 1),
        ("src/engine/drill/load.rs", "use super::load::L;", 0),
        ("src/engine/drill.rs", "use super::serve::S;", 1),
        ("src/engine/recommend/search.rs", "use crate::engine::simulate::S;", 0),
        ("src/engine/recommend/search.rs", "use crate::engine::collect::S;", 1),
        ("src/engine/mod.rs", "pub use collect::Collect; use self::serve::S;", 0),
        ("src/helpers.rs", "", 1),
        ("src/helpers/mod.rs", "", 1),
        ("src/main.rs", "use quorumbench::cmd;", 0),
    ] {
        let complaints = crate::HOUSE.check(&Source::new(path, text));
        assert_eq!(complaints.len(), n_complaints, "{path}: {text}: {complaints:?}");
    }
}
