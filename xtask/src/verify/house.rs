//! Who may import whom, and where unsafe code may stand: rules over one list of arrows.

mod arrows;
mod finding;
mod layers;
mod modules;
mod names;
mod resolve;
mod shape;
mod source;
mod unsafety;
mod ways;

use std::fs;

use super::context::{Context, LIBRARIES, Verdict};
use arrows::Crate;
use finding::Finding;

/// What must hold everywhere in these crates.
struct Rule {
    crates: &'static [&'static str],
    says: &'static str,
    instead: &'static str,
    find: fn(&Crate) -> Vec<Finding>,
}

const LEFT_RIGHT: &[&str] = &["left-right"];
const ALL: &[&str] = &[
    "left-right",
    "evmap-core",
    "evmap-multi",
    "benches",
    "xtask",
];

/// All rules but the one of the ways.
#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { crates: LEFT_RIGHT, find: layers::upwards, says: "a file imports from its own floor and from those below, and raw only `sync`, `unwind` and `diagnostics` from outside", instead: "move down what both need, or let the upper file hand it over; the table is in xtask/src/verify/house/layers.rs" },
    Rule { crates: LEFT_RIGHT, find: layers::vacant, says: "every name in the table of floors is a file", instead: "take it out of the table, in xtask/src/verify/house/layers.rs" },
    Rule { crates: LEFT_RIGHT, find: layers::operations_in_raw, says: "raw knows no operation", instead: "be generic in what is held, and let the engine call `Absorb`" },
    Rule { crates: ALL, find: names::re_exports, says: "an import names the file that defines the item", instead: "name that file; those that offer what a whole folder has are listed in xtask/src/verify/house/names.rs" },
    Rule { crates: ALL, find: names::circles, says: "no files import each other, also not in a circle", instead: "move what both need into a file of its own, or into the lower one" },
    Rule { crates: &LIBRARIES, find: shape::stray_conversions, says: "a conversion stands with what it makes", instead: "write the `impl` there" },
    Rule { crates: &LIBRARIES, find: unsafety::outside_of_marked_files, says: "unsafe code stands in the files whose `mod` says `#[allow(unsafe_code)]`, and all others forbid it", instead: "move it to the file that owns the invariant, or say `#![forbid(unsafe_code)]` at the head of the file" },
    Rule { crates: &LIBRARIES, find: shape::bounds, says: "the definition of a type has no bounds, unless its `Drop` needs them", instead: "put the bounds on the `impl`s" },
    Rule { crates: &LIBRARIES, find: shape::long_tests, says: "tests of more than 40 lines stand in a child file", instead: "`mod tests;`, and the tests in `<file>/tests.rs`" },
];

/// Reads the crates and goes through the rules.
pub(crate) fn run(context: &Context) -> Verdict {
    match report(context) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Failed(error),
    }
}

fn report(context: &Context) -> Result<Verdict, String> {
    let mut crates = Vec::new();
    for name in ALL {
        let folder = context.root.join(name).join("src");
        crates.push(Crate::new(name, source::read(&folder)?));
    }
    let (mut count, mut text) = (0, String::new());
    let mut add = |says: &str, instead: &str, lines: Vec<String>| {
        count += lines.len();
        if !lines.is_empty() {
            text += &format!("\n\n  {says}\n  instead: {instead}\n    ");
            text += &lines.join("\n    ");
        }
    };
    for rule in RULES {
        let mut lines = Vec::new();
        for it in crates.iter().filter(|it| rule.crates.contains(&it.name)) {
            let line =
                |at: Finding| format!("{}/src/{}:{}: {}", it.name, at.file, at.line, at.text);
            lines.extend((rule.find)(it).into_iter().map(line));
        }
        add(rule.says, rule.instead, lines);
    }
    let ways = fs::read_to_string(context.root.join(ways::FILE)).unwrap_or_default();
    let broken = ways::broken(&ways, ways::reader(&context.root));
    let line = |at: Finding| format!("{}:{}: {}", at.file, at.line, at.text);
    add(
        ways::SAYS,
        ways::INSTEAD,
        broken.into_iter().map(line).collect(),
    );
    let files: usize = crates.iter().map(|it| it.sources.len()).sum();
    let arrows: usize = crates.iter().map(|it| it.arrows.len()).sum();
    Ok(match count {
        0 => Verdict::Passed(format!("{files} files, {arrows} arrows")),
        _ => Verdict::Failed(format!(
            "{count} places break the rules of the house{text}\n"
        )),
    })
}
