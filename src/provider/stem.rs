//! Which names of a model are names of the same one.

/// Words behind a model's name that say which build of it, or on what terms, and not which model.
const BUILDS: [&str; 7] = ["latest", "preview", "exp", "beta", "free", "nitro", "gguf"];

/// A model's name in lower case, without folders before it and without dates and builds behind it:
/// `gpt-4o` of `openai/gpt-4o-2024-08-06`. Names of one stem are taken for one model.
pub fn stem(name: &str) -> String {
    let name = name.to_lowercase();
    let mut stem = name.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&name);
    while let Some(at) = stem.rfind(['-', ':', '@', '.', '_']).filter(|at| *at > 0) {
        let last = &stem[at + 1..];
        // One digit is a version of its own, as in `claude-opus-4-1` and `gpt-3.5`.
        let is_date = last.len() > 1 && last.chars().all(|c| c.is_ascii_digit());
        if !is_date && !BUILDS.contains(&last) {
            break;
        }
        stem = &stem[..at];
    }
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_a_build_or_a_folder_makes_no_other_model() {
        for (one, other, is_same) in [
            ("gpt-4o", "gpt-4o-2024-08-06", true),
            ("gpt-4o", "openai/gpt-4o", true),
            ("GPT-4o", "gpt-4o", true),
            ("gpt-4", "gpt-4-0613", true),
            ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", true),
            ("gemini-2.5-pro", "models/gemini-2.5-pro-preview-05-20", true),
            ("gemini-1.5-flash", "gemini-1.5-flash-002", true),
            ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet", true),
            ("deepseek/deepseek-r1:free", "deepseek-r1", true),
            ("command-r", "command-r-08-2024", true),
            ("llama3", "llama3:latest", true),
            ("gpt-4o", "gpt-4o-mini", false),
            ("gpt-4", "gpt-5", false),
            ("gpt-3.5-turbo", "gpt-3.7-turbo", false),
            ("claude-opus-4-1", "claude-opus-4-5", false),
            ("gemini-2.5-pro", "gemini-2.0-pro", false),
            ("qwen2.5:0.5b", "qwen2.5:7b", false),
            ("primary", "fallback", false),
        ] {
            assert_eq!(stem(one) == stem(other), is_same, "{one} {other}");
        }
    }
}
