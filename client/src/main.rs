//! samsyn
fn main(){}
