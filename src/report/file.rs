//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::report::ReportError;

/// Writes a file beside its place and renames it there, so that nobody reads half of one.
///
/// The folder is made where it is missing. After an error the old file is as it was.
pub(crate) fn replace(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let io = |source| ReportError::Write { path: path.to_owned(), source };
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(io)?;
    }
    let beside = beside(path);
    let written = File::create(&beside).map_err(io).and_then(|file| {
        let mut writer = BufWriter::new(file);
        fill(&mut writer)?;
        writer.flush().map_err(io)?;
        // A rename may reach the disk before the bytes do.
        writer.get_ref().sync_all().map_err(io)?;
        fs::rename(&beside, path).map_err(io)
    });
    if written.is_err() {
        // The error that stopped the writing is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Writes text in the same way.
pub(crate) fn replace_text(path: &Path, text: &str) -> Result<(), ReportError> {
    replace(path, |writer| {
        writer
            .write_all(text.as_bytes())
            .map_err(|source| ReportError::Write { path: path.to_owned(), source })
    })
}

/// In the same folder, because a rename can't cross file systems; with the process in its name,
/// because two runs may write to one folder.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/report.md");
        replace_text(&path, "old").unwrap();
        let failed = replace(&path, |writer| {
            writer.write_all(b"half").unwrap();
            let source = std::io::Error::other("disk full");
            Err(ReportError::Write { path: path.clone(), source })
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        replace_text(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
