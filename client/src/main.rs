//! samsyn
fn main() {}
