use super::Crate;

/// The arrows of a file, as `line to` or `line to through front`.
fn arrows_of(file: &str, files: &[(&str, &str)]) -> Vec<String> {
    let planted = Crate::planted("it", files);
    let arrows = planted.arrows.iter().filter(|it| it.from == file);
    let text = |it: &super::Arrow| match &it.through {
        Some(front) => format!("{} {} through {front}", it.line, it.to),
        None => format!("{} {}", it.line, it.to),
    };
    arrows.map(text).collect()
}

#[test]
fn all_ways_to_write_a_path_are_seen() {
    let lib = "mod a; mod b { pub mod c {} } mod d; mod e; mod f; mod g; mod h;";
    let a = "
        use crate::{
            d::{self, Thing as Other}, e::*};
        mod inner {
            fn f(_: super::super::f::Thing) { crate::g::call::<u8>(); }
        }
        fn h() { assert_eq!(1, [crate::h::Thing { x: 0 }.x][0]); }
    ";
    let thing = "pub struct Thing; pub fn call() {}";
    let files = [
        ("lib.rs", lib),
        ("a.rs", a),
        ("d.rs", thing),
        ("e.rs", thing),
        ("f.rs", thing),
        ("g.rs", thing),
        ("h.rs", thing),
    ];
    let expected = ["3 d.rs", "3 e.rs", "5 f.rs", "5 g.rs", "7 h.rs"];
    assert_eq!(arrows_of("a.rs", &files), expected);
}

#[test]
fn what_is_no_import_is_no_arrow() {
    let a = "
        //! See `crate::b::Thing`.
        use std::b::Thing;
        use ::b::Thing as Other;
        use self::inner::Inner;
        mod inner { pub struct Inner; }
        pub(in crate::b) struct Here;
        #[b::attribute]
        struct There;
        macro_rules! it { () => { $crate::b::Thing } }
    ";
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "")];
    assert_eq!(arrows_of("a.rs", &files), [""; 0]);
}

#[test]
fn an_import_of_a_module_is_followed() {
    let files = [
        ("lib.rs", "mod a; mod raw;"),
        ("a.rs", "use crate::raw;\nfn f() { raw::slot::enter(); }"),
        ("raw/mod.rs", "pub mod slot;"),
        ("raw/slot.rs", "pub fn enter() {}"),
    ];
    assert_eq!(arrows_of("a.rs", &files), ["1 raw/mod.rs", "2 raw/slot.rs"]);
}

#[test]
fn an_arrow_points_at_the_file_that_defines_the_item() {
    let files = [
        (
            "lib.rs",
            "mod a; mod b; mod c;\npub use a::A;\npub use std::vec::Vec;",
        ),
        ("a.rs", "pub use self::deep::*;\nmod deep;"),
        ("a/deep.rs", "pub struct A;"),
        (
            "b.rs",
            "use crate::A;\nuse crate::a::A as B;\nuse crate::Vec;",
        ),
        (
            "c.rs",
            "use crate::a::deep::A;\nuse crate::b::MadeByAMacro;",
        ),
    ];
    let through = [
        "1 a/deep.rs through lib.rs",
        "2 a/deep.rs through a.rs",
        "3 lib.rs through lib.rs",
    ];
    assert_eq!(arrows_of("b.rs", &files), through);
    assert_eq!(arrows_of("c.rs", &files), ["1 a/deep.rs", "2 b.rs"]);
}

#[test]
fn a_parent_that_only_offers_does_not_import() {
    let offers = [
        ("lib.rs", "mod a;\npub use a::A;"),
        ("a.rs", "pub struct A;"),
    ];
    assert_eq!(arrows_of("lib.rs", &offers), [""; 0]);
    let uses = [
        ("lib.rs", "mod a;\npub use a::A;\nfn f(_: A) {}"),
        ("a.rs", "pub struct A;"),
    ];
    assert_eq!(arrows_of("lib.rs", &uses), ["2 a.rs"]);
}

#[test]
fn a_module_may_be_another_file_on_each_system() {
    let lib = "
        #[cfg_attr(unix, path = \"it/unix.rs\")]
        #[cfg_attr(windows, path = \"it/windows.rs\")]
        mod system;
        fn f() { system::fence(); }
    ";
    let files = [
        ("lib.rs", lib),
        ("it/unix.rs", "pub fn fence() {}"),
        ("it/windows.rs", "pub fn fence() {}"),
    ];
    assert_eq!(
        arrows_of("lib.rs", &files),
        ["5 it/unix.rs", "5 it/windows.rs"]
    );
}

#[test]
fn an_exported_macro_stands_in_its_file() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "#[macro_export] macro_rules! it { () => {} }"),
        ("b.rs", "crate::it!();"),
    ];
    assert_eq!(arrows_of("b.rs", &files), ["1 a.rs"]);
}
