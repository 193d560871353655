//! The page, and what tests look for in it and in the code that it describes.

use data_encoding::HEXLOWER_PERMISSIVE;

/// The whole page.
pub(crate) fn page() -> String {
    source("docs/protocol.md")
}

/// A file of the source.
pub(crate) fn source(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).expect(path)
}

/// A block of the page: what stands between its name and its end.
pub(crate) fn block(name: &str) -> String {
    let page = page();
    let (_, behind) = page.split_once(&format!("```{name}\n")).expect(name);
    behind.split_once("```").unwrap().0.to_owned()
}

/// The bytes of the example of that name: the code block that begins with its name.
pub(crate) fn example(name: &str) -> Vec<u8> {
    let block = block(&format!("hex {name}"));
    let digits: String = block.lines().flat_map(|line| line.split('#').next()).collect();
    let digits: String = digits.split_whitespace().collect();
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap()
}

/// A number as the page writes it: 1,438,720.
pub(crate) fn written(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// The second column of the row of a table that begins with these words.
pub(crate) fn row<'a>(page: &'a str, words: &str) -> &'a str {
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {words} | "))).expect(words);
    row.split(" | ").next().unwrap().trim_end_matches(" |")
}

/// A number that stands in the code as a constant which nobody else can see: `const NAME: … = 5_000;`.
pub(crate) fn constant(path: &str, name: &str) -> u64 {
    let source = source(path);
    let line = source.lines().find(|line| line.contains(&format!("const {name}: "))).expect(name);
    let number = line.split('=').nth(1).expect(line).trim().trim_end_matches(';').replace('_', "");
    number.split('*').map(|factor| factor.trim().parse::<u64>().expect(line)).product()
}
