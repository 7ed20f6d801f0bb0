//! A store that may only be read: its file, its folder or its disk can't be written.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::PATIENCE;
use super::schema::{self, Found};

/// Opens a file without the wish to write.
///
/// In write-ahead mode a reader, too, makes files beside the store. Where it can't, and there is no
/// log beside it that would have to be read as well, the file alone is all that there is, and
/// nobody is changing it: whoever writes has a log.
///
/// `None` where the file can't be read, not without its log, or not before it is brought up to a
/// later version.
pub(super) fn open(path: &Path) -> Option<Connection> {
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked_at = |connection: Connection| {
        connection.busy_timeout(PATIENCE).ok()?;
        let found = schema::find(&connection).ok()?;
        let is_earlier = matches!(found, Found::Version(version) if version < schema::READABLE);
        (!is_earlier).then_some(connection)
    };
    let beside_its_log = || Connection::open_with_flags(path, read_only).ok().and_then(looked_at);
    let alone = || {
        let uri = uri(path).filter(|_| has_no_log(path))?;
        let flags = read_only | OpenFlags::SQLITE_OPEN_URI;
        looked_at(Connection::open_with_flags(uri, flags).ok()?)
    };
    beside_its_log().or_else(alone)
}

/// Whether all that was written is in the file itself.
fn has_no_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    match std::fs::metadata(PathBuf::from(log)) {
        Ok(found) => found.len() == 0,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// The file as it is, which SQLite then takes for one that never changes; `None` for a name that is
/// no Unicode.
fn uri(path: &Path) -> Option<String> {
    let name = path.to_str()?;
    let name = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{name}?immutable=1"))
}
