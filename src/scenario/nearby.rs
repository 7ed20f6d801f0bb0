//! What lies where a file was looked for in vain.

use std::path::Path;

use super::suggest;

/// More names than this help nobody.
const MOST_NAMES: usize = 12;

/// What somebody who named a file that is not there may have meant.
pub(super) fn help(path: &Path) -> String {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = folder.read_dir() else {
        return format!("there is no folder {} either", folder.display());
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    // What starts with a dot is no data.
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort_unstable();
    let wanted = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if names.is_empty() {
        return format!("there is nothing in {}", folder.display());
    }
    let near = suggest::nearest(&wanted, &names.iter().map(String::as_str).collect::<Vec<_>>())
        .map(|near| format!("did you mean `{near}`? "));
    let n_more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    format!(
        "{}in {} there are: {}{more}",
        near.unwrap_or_default(),
        folder.display(),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_told_and_what_is_near_first() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let told = |name: &str| help(&folder.join(name)).replace(&*folder.to_string_lossy(), "F");
        assert_eq!(told("items.jsonl"), "there is nothing in F");
        for name in ["items.jsonl", "answers.csv", ".hidden"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let all = "in F there are: answers.csv, items.jsonl";
        assert_eq!(told("itmes.jsonl"), format!("did you mean `items.jsonl`? {all}"));
        assert_eq!(told("zzz"), all);
        assert_eq!(told("deep/items.jsonl"), "there is no folder F/deep either");
        for id in 0..20 {
            std::fs::write(folder.join(format!("part-{id:02}")), "").unwrap();
        }
        assert!(told("zzz").ends_with("part-08, part-09 and 10 more"), "{}", told("zzz"));
    }
}
