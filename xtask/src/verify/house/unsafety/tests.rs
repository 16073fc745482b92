use super::super::arrows::Crate;
use super::super::finding::Finding;
use super::outside_of_marked_files;

fn found(files: &[(&str, &str)]) -> Vec<String> {
    let findings = outside_of_marked_files(&Crate::planted("left-right", files));
    let text = |it: Finding| format!("{}:{}", it.file, it.line);
    findings.into_iter().map(text).collect()
}

const FORBIDS: &str = "#![forbid(unsafe_code)]\n";
const UNSAFE: &str = "fn f() { unsafe { g() } }";

#[test]
fn unsafe_code_in_a_file_that_is_not_marked_is_found() {
    let with = |lib| found(&[("lib.rs", lib), ("slot.rs", UNSAFE)]);
    assert_eq!(with("mod slot;"), ["lib.rs:1", "slot.rs:1", "slot.rs:1"]);
    assert_eq!(with("#[allow(unsafe_code)] mod slot;"), [""; 0]);
}

#[test]
fn every_kind_of_unsafe_code_is_found() {
    for code in [
        "unsafe fn f() {}",
        "unsafe impl Send for It {}",
        "fn f() { it!(unsafe { g() }) }",
        "#[cfg(test)]\nmod tests { fn f() { unsafe { g() } } }",
    ] {
        let code = FORBIDS.to_owned() + code;
        assert_eq!(found(&[("lib.rs", &code)]).len(), 1, "{code}");
    }
    let code = FORBIDS.to_owned() + "//! No unsafe code.\nfn f() -> &str { \"unsafe\" }";
    assert_eq!(found(&[("lib.rs", &code)]), [""; 0]);
}

#[test]
fn a_file_that_does_not_forbid_it_is_found() {
    let with = |grace| {
        let raw = "#[allow(unsafe_code)] mod slot; mod grace;";
        found(&[
            ("lib.rs", "mod raw;"),
            ("raw/mod.rs", raw),
            ("raw/slot.rs", UNSAFE),
            ("raw/grace.rs", grace),
            ("raw/grace/tests.rs", ""),
        ])
    };
    assert_eq!(
        with("mod tests;"),
        ["raw/grace.rs:1", "raw/grace/tests.rs:1"]
    );
    assert_eq!(with("#![forbid(unsafe_code)] mod tests;"), [""; 0]);
}

#[test]
fn one_file_of_several_may_be_marked() {
    let lib = "
        #[cfg_attr(unix, path = \"it/unix.rs\")]
        #[cfg_attr(windows, path = \"it/windows.rs\", allow(unsafe_code))]
        mod system;
    ";
    let with = |unix| {
        found(&[
            ("lib.rs", lib),
            ("it/unix.rs", unix),
            ("it/windows.rs", UNSAFE),
        ])
    };
    assert_eq!(with(FORBIDS), [""; 0]);
    assert_eq!(with(&format!("{FORBIDS}{UNSAFE}")), ["it/unix.rs:2"]);
}

#[test]
fn a_signature_may_be_unsafe_to_call() {
    let with = |taken| {
        let lib = "#[allow(unsafe_code)] mod slot; mod taken;";
        found(&[("lib.rs", lib), ("slot.rs", UNSAFE), ("taken.rs", taken)])
    };
    assert_eq!(
        with("impl Taken { pub unsafe fn into_box(self) {} }"),
        [""; 0]
    );
    assert_eq!(
        with("impl Taken {\npub unsafe fn into_box(self) {\nunsafe { g() }\n} }"),
        ["taken.rs:3"]
    );
}

#[test]
fn a_mark_without_a_cause_is_found() {
    let with = |slot| {
        found(&[
            ("lib.rs", "#[allow(unsafe_code)] mod slot;"),
            ("slot.rs", slot),
        ])
    };
    assert_eq!(with("fn f() {}"), ["slot.rs:1"]);
    assert_eq!(with(UNSAFE), [""; 0]);
}
