use super::super::arrows::Crate;
use super::super::finding::Finding;
use super::{bounds, long_tests, stray_conversions};

fn lines(rule: fn(&Crate) -> Vec<Finding>, file: &str, text: &str) -> Vec<usize> {
    let findings = rule(&Crate::planted("left-right", &[(file, text)]));
    findings.into_iter().map(|it| it.line).collect()
}

#[test]
fn a_conversion_away_from_what_it_makes_is_found() {
    let text = "impl WriteHandle {\npub fn into_shared(self) {}\n}";
    assert_eq!(lines(stray_conversions, "write.rs", text), [2]);
    assert_eq!(lines(stray_conversions, "shared.rs", text), [0; 0]);
    assert_eq!(
        lines(
            stray_conversions,
            "write.rs",
            "fn f() { it.into_shared(); }"
        ),
        [0; 0]
    );
    let text = "macro_rules! it { () => { fn build_shared() {} } }";
    assert_eq!(lines(stray_conversions, "methods.rs", text), [1]);
}

#[test]
fn a_bound_on_a_type_is_found() {
    for text in [
        "struct It<T: Copy>(T);",
        "enum It<T> where T: Copy { A(T) }",
        "union It<'a, T: 'a + Copy> { a: &'a T }",
        "struct It<T: Copy>(T); impl Drop for Other {}",
    ] {
        assert_eq!(lines(bounds, "it.rs", text), [1], "{text}");
    }
    for text in [
        "struct It<'a, T: ?Sized, const N: usize>(&'a T);",
        "struct It<'a, 'b: 'a, T: 'a>(&'a T);",
        "struct It<T: Copy>(T); impl<T: Copy> Drop for It<T> {}",
        "struct It<T>(T); impl<T: Copy> It<T> {}",
        "trait It<T: Copy> {} fn it<T: Copy>() {}",
    ] {
        assert_eq!(lines(bounds, "it.rs", text), [0; 0], "{text}");
    }
}

#[test]
fn long_tests_in_the_file_that_they_test_are_found() {
    let with = |condition: &str, lines: usize| {
        format!(
            "fn f() {{}}\n#[cfg({condition})]\nmod tests {{{}}}",
            "\n".repeat(lines - 1)
        )
    };
    assert_eq!(lines(long_tests, "it.rs", &with("test", 41)), [3]);
    assert_eq!(
        lines(long_tests, "it.rs", &with("all(test, not(loom))", 41)),
        [3]
    );
    assert_eq!(lines(long_tests, "it.rs", &with("test", 40)), [0; 0]);
    assert_eq!(lines(long_tests, "it.rs", &with("unix", 41)), [0; 0]);
    assert_eq!(
        lines(long_tests, "it.rs", "#[cfg(test)]\nmod tests;"),
        [0; 0]
    );
}
