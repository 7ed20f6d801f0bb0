//! Real outages that the program brings along: the faults of `scenarios/incidents/`.

use super::read;
use crate::fault::Process;
use crate::kernel::lists::Named;

macro_rules! incidents {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../scenarios/incidents/", $name, ".yaml")))),*]
    };
}

/// Each by the name of its file, with its text.
const INCIDENTS: &[(&str, &str)] = incidents! {
    "anthropic-2026-03-27" "anthropic-2026-04-28" "anthropic-quality-2025" "aws-2025-10-20"
    "cloudflare-2025-11-18" "gcp-2025-06-12" "openai-2024-12-11" "openai-2024-12-26"
    "openai-2025-06-10" "vertex-gemini-2026-02-27"
};

/// The names of all of them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    INCIDENTS.iter().map(|(name, _)| *name)
}

/// The faults of one; `None` where there is none of that name.
pub(super) fn faults(name: &str) -> Option<Named<Process>> {
    let (_, text) = INCIDENTS.iter().find(|(known, _)| *known == name)?;
    read::read(text).raw.map(|raw| raw.faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_an_incident_that_reads_and_has_faults_and_a_source() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/incidents");
        let file = |entry: std::io::Result<std::fs::DirEntry>| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".yaml").unwrap().to_owned()
        };
        let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(file).collect();
        files.sort();
        assert_eq!(names().collect::<Vec<_>>(), files);
        for (name, text) in INCIDENTS {
            let reading = read::read(text);
            assert!(reading.complaints.is_empty(), "{name}: {:?}", reading.complaints);
            assert!(faults(name).is_some_and(|faults| !faults.0.is_empty()), "{name}");
            assert!(text.contains("# Source: http"), "{name}");
        }
    }
}
