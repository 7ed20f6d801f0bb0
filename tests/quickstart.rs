//! The committed example report is what the README's first command writes.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_quickstart_makes_its_committed_report_again_however_many_threads_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for n_threads in ["1", "2", "16"] {
        let folder = tempfile::tempdir().unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_quorumbench"))
            .current_dir(root)
            .args(["run", "scenarios/quickstart.yaml", "--offline", "--quiet", "-o"])
            .arg(folder.path())
            .env("RAYON_NUM_THREADS", n_threads)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let committed = root.join("reports/quickstart");
        let mut names: Vec<_> =
            fs::read_dir(&committed).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert!(names.len() >= 14, "{names:?}");
        for name in names.iter().filter(|name| *name != "run.json") {
            let [old, new] =
                [committed.as_path(), folder.path()].map(|dir| fs::read(dir.join(name)).unwrap());
            assert!(old == new, "{name:?} differs; see CONTRIBUTING.md on how to write it again");
        }
    }
}
