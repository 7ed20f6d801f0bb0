//! What several test files share.

use std::path::PathBuf;

/// A file or folder of the material that lies beside the repository, `../shared`.
///
/// `None`, with a word about it, where that is not at hand: the test then has nothing to compare.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !shared.is_dir() {
        println!("skipped: ../shared is not here");
        return None;
    }
    Some(shared.join(path))
}
