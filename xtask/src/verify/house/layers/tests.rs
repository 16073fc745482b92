use super::super::arrows::Crate;
use super::super::finding::Finding;
use super::{floor, operations_in_raw, upwards, vacant};

fn found(files: &[(&str, &str)]) -> Vec<String> {
    let findings = upwards(&Crate::planted("left-right", files));
    let text = |it: Finding| format!("{}:{}: {}", it.file, it.line, it.text);
    findings.into_iter().map(text).collect()
}

#[test]
fn an_import_from_a_floor_above_is_found() {
    let files = [
        (
            "raw/slot.rs",
            "use crate::sync::Arc;\nuse super::copies::Copies;",
        ),
        (
            "raw/copies.rs",
            "use super::slot::Slot;\npub struct Copies;",
        ),
        ("raw/mod.rs", "mod copies;\nmod slot;"),
        ("sync.rs", "pub struct Arc;"),
        ("lib.rs", "mod raw; mod sync;"),
    ];
    let expected =
        "raw/slot.rs:2: imports `super::copies::Copies` from raw/copies.rs, a floor above";
    assert_eq!(found(&files), [expected]);
}

#[test]
fn nothing_imports_the_roof() {
    let files = [
        ("lib.rs", "mod read;\npub fn new() {}"),
        ("read.rs", "fn f() { crate::new() }"),
    ];
    assert_eq!(
        found(&files),
        ["read.rs:1: imports `crate::new` from lib.rs, a floor above"]
    );
}

#[test]
fn raw_uses_three_files_from_outside() {
    let files = [
        ("lib.rs", "mod aliasing; mod raw; mod unwind;"),
        ("aliasing.rs", "pub struct Aliased;"),
        ("unwind.rs", "pub fn catch() {}"),
        ("raw/mod.rs", "mod guard; mod tls;"),
        (
            "raw/guard.rs",
            "use crate::unwind::catch;\nuse crate::aliasing::Aliased;",
        ),
        ("raw/tls.rs", "use super::guard::*;"),
    ];
    let expected =
        "raw/guard.rs:2: imports `crate::aliasing::Aliased` from aliasing.rs, outside of raw";
    assert_eq!(found(&files), [expected]);
}

#[test]
fn a_file_without_a_floor_is_found() {
    let files = [
        ("raw/new.rs", ""),
        ("new.rs", ""),
        ("raw/fence/none.rs", ""),
        ("read/tests.rs", ""),
    ];
    let text = |file| format!("{file}:1: stands on no floor of the table");
    assert_eq!(found(&files), [text("raw/new.rs"), text("new.rs")]);
}

#[test]
fn children_stand_where_their_parent_does() {
    assert_eq!(floor("raw::fence::none"), floor("raw::fence"));
    assert_eq!(floor("read::tests"), floor("read"));
    assert_ne!(floor("raw::slot"), floor("raw"));
}

#[test]
fn a_name_without_a_file_is_found() {
    let all = super::FLOORS.concat();
    let files: Vec<(String, &str)> = all
        .iter()
        .map(|name| match *name {
            "" => ("lib.rs".to_owned(), ""),
            name => (name.replace("::", "/") + ".rs", ""),
        })
        .collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (&**file, *text)).collect();
    assert_eq!(vacant(&Crate::planted("left-right", &files)), []);
    files.remove(0);
    assert_eq!(vacant(&Crate::planted("left-right", &files)).len(), 1);
}

#[test]
fn an_operation_in_raw_is_found() {
    let knows =
        |file, text| operations_in_raw(&Crate::planted("left-right", &[(file, text)])).len();
    assert_eq!(knows("raw/mod.rs", "fn f<T: Absorb<O>, O>() {}"), 1);
    assert_eq!(
        knows("raw/slot.rs", "fn f() { it!(T: crate::absorb::Absorb) }"),
        1
    );
    assert_eq!(knows("raw/slot.rs", "/// Knows no `Absorb`.\nfn f() {}"), 0);
    assert_eq!(knows("writer.rs", "fn f<T: Absorb<O>, O>() {}"), 0);
}
