//! Looking for texts in files: what was erased or encrypted must stand in none.

use std::path::Path;

/// The texts that stand in files below a folder, in either case, each with its file.
///
/// # Panics
/// Where something below the folder cannot be read.
pub fn found(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a test's folder can be read") {
        let path = entry.expect("a test's folder can be read").path();
        let kind = std::fs::symlink_metadata(&path).expect("it is there").file_type();
        if kind.is_dir() {
            found.extend(self::found(&path, texts));
        } else if kind.is_file() {
            let content = std::fs::read(&path).expect("a test's file can be read").to_ascii_lowercase();
            let holds = |text: &&&str| {
                let text = text.to_ascii_lowercase().into_bytes();
                content.windows(text.len()).any(|part| part == text)
            };
            found.extend(texts.iter().filter(holds).map(|text| format!("{text} in {}", path.display())));
        }
    }
    found
}
