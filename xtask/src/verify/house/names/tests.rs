use super::super::arrows::Crate;
use super::super::finding::Finding;
use super::{circles, re_exports};

fn found(
    rule: fn(&Crate) -> Vec<Finding>,
    name: &'static str,
    files: &[(&str, &str)],
) -> Vec<String> {
    let findings = rule(&Crate::planted(name, files));
    let text = |it: Finding| format!("{}:{}: {}", it.file, it.line, it.text);
    findings.into_iter().map(text).collect()
}

#[test]
fn an_import_of_a_re_export_is_found() {
    let with = |import| {
        let files = [
            (
                "lib.rs",
                "mod read; mod write;\npub use read::ReadHandle;\npub use std::vec::Vec;",
            ),
            ("read.rs", "pub struct ReadHandle;"),
            ("write.rs", import),
        ];
        found(re_exports, "evmap-core", &files)
    };
    let expected = "write.rs:1: `crate::ReadHandle` goes through lib.rs: read.rs has it";
    assert_eq!(with("use crate::ReadHandle;"), [expected]);
    let expected = "write.rs:1: `crate::Vec` goes through lib.rs: another crate has it";
    assert_eq!(with("use crate::Vec;"), [expected]);
    assert_eq!(with("use crate::read::ReadHandle;"), [""; 0]);
}

#[test]
fn a_face_is_named_for_its_folder() {
    let files = [
        ("lib.rs", "mod raw; mod sync;"),
        ("raw/mod.rs", "mod fence; mod slot; use crate::sync::Arc;"),
        ("raw/fence.rs", "mod policy;\npub use policy::Policy;"),
        ("raw/fence/policy.rs", "pub struct Policy;"),
        ("raw/slot.rs", "use super::fence::Policy;\nuse super::Arc;"),
        ("sync.rs", "pub struct Arc;"),
    ];
    let expected = "raw/slot.rs:2: `super::Arc` goes through raw/mod.rs: sync.rs has it";
    assert_eq!(found(re_exports, "left-right", &files), [expected]);
    assert_eq!(found(re_exports, "evmap-core", &files).len(), 2);
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let with = |c| {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B;\npub struct A;"),
            ("b.rs", "use crate::c::C;\npub struct B;"),
            ("c.rs", c),
        ];
        found(circles, "benches", &files)
    };
    assert_eq!(
        with("use crate::a::A;\npub struct C;"),
        ["a.rs:1: \u{2192} b.rs:1 \u{2192} c.rs:1 \u{2192} a.rs"]
    );
    assert_eq!(
        with("use crate::b::B;\npub struct C;"),
        ["b.rs:1: \u{2192} c.rs:1 \u{2192} b.rs"]
    );
    assert_eq!(with("pub struct C;"), [""; 0]);
}

#[test]
fn a_child_may_import_from_a_parent_that_does_not_import_from_it() {
    let with = |parent| {
        let files = [
            ("lib.rs", "mod a;"),
            ("a.rs", parent),
            ("a/b.rs", "use super::A;\npub struct B;"),
        ];
        found(circles, "xtask", &files)
    };
    assert_eq!(with("mod b;\npub use b::B;\npub struct A;"), [""; 0]);
    assert_eq!(
        with("mod b;\nuse b::B;\npub struct A(B);"),
        ["a.rs:2: \u{2192} a/b.rs:1 \u{2192} a.rs"]
    );
}

#[test]
fn no_circle_hides_another() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;\npub struct A;"),
        ("b.rs", "use crate::{a::A, c::C};\npub struct B;"),
        ("c.rs", "use crate::b::B;\npub struct C;"),
    ];
    let expected = [
        "a.rs:1: \u{2192} b.rs:1 \u{2192} a.rs",
        "b.rs:1: \u{2192} c.rs:1 \u{2192} b.rs",
    ];
    assert_eq!(found(circles, "benches", &files), expected);
}
