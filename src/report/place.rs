//! Puts a file in its place whole or not at all: written beside it, then renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::report::ReportError;

/// Creates or replaces `dir/name` with what `fill` writes. A reader never sees half of it.
pub(super) fn place(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let path = dir.join(name);
    // Two processes that write the same folder must not share the unfinished file.
    let unfinished = dir.join(format!(".{name}.{}.part", std::process::id()));
    let io = |source: io::Error| ReportError::Io { path: path.clone(), source };
    fs::create_dir_all(dir).map_err(io)?;
    let filled = File::create(&unfinished).map_err(io).and_then(|file| {
        let mut file = BufWriter::new(file);
        fill(&mut file)?;
        // Reports can be made again, so nobody waits until the disk has them.
        file.flush().map_err(io)?;
        fs::rename(&unfinished, &path).map_err(io)
    });
    if filled.is_err() {
        // Best effort: the error that matters is the one above.
        let _ = fs::remove_file(&unfinished);
    }
    filled
}

/// Takes away `dir/name`, which an earlier run may have left and this one does not write.
pub(super) fn remove(dir: &Path, name: &str) -> Result<(), ReportError> {
    let path = dir.join(name);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ReportError::Io { path, source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep").join("a.txt");
        let deep = path.parent().unwrap();
        place(deep, "a.txt", |file| {
            file.write_all(b"old").unwrap();
            Ok(())
        })
        .unwrap();
        place(deep, "a.txt", |file| {
            file.write_all(b"half of the n").unwrap();
            Err(ReportError::Schema { path: path.clone(), found: 2 })
        })
        .unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(deep).unwrap().count(), 1);
    }
}
