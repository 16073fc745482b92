//! `cargo bench` without a package ends up here and not at the benches, which stand in a package of their own
//! beside the other maps: says so, whatever flags were meant for them.

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let before = arguments.len();
    arguments.retain(|argument| argument != "--bench");
    if arguments.len() == before {
        // Called by `cargo test --benches`: nothing to test, and nobody to tell.
        return;
    }
    let mut command = "cargo bench -p benches".to_owned();
    if !arguments.is_empty() {
        command = format!("{command} -- {}", arguments.join(" "));
    }
    println!(
        "Nothing is measured here: the benches stand in the package `benches` of the workspace.\n\n    \
         {command}\n"
    );
}
