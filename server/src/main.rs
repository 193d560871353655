//! relay
fn main(){}
