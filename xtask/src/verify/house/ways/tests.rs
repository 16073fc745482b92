use super::broken;

const READ: &str = "
pub struct ReadHandle<T>(T);
impl<T> ReadHandle<T> { pub fn enter(&self) {} }
impl<T> Drop for ReadHandle<T> { fn drop(&mut self) {} }
trait Leave { fn leave(&self); }
fn find() {}
";

/// What is wrong with a way of a read that has this list.
fn found(list: &str) -> Vec<String> {
    let end = "\n## The way of a write\n\n- `read.rs` `find`\n\n# More\n\n- anything\n";
    let text = format!("# Contributing\n\n- anything\n\n## The way of a read\n{list}\n{end}");
    let read = |file: &str| (file == "read.rs").then(|| READ.to_owned());
    let findings = broken(&text, read).into_iter();
    findings
        .map(|it| format!("{}: {}", it.line, it.text))
        .collect()
}

#[test]
fn functions_that_exist_pass() {
    let list = "
Down, once:

1. `read.rs` `ReadHandle::enter`: looks, and
   goes on.
2. `read.rs` `find()`

### Up

10. `read.rs` `ReadHandle::drop`
    - `read.rs` `Leave::leave`";
    assert_eq!(found(list), [""; 0]);
}

#[test]
fn a_function_that_does_not_exist_is_found() {
    let said = |function: &str| format!("6: read.rs has no function `{function}`");
    for function in ["leave", "enter", "ReadHandle::find", "WriteHandle::enter"] {
        assert_eq!(
            found(&format!("1. `read.rs` `{function}`")),
            [said(function)]
        );
    }
}

#[test]
fn a_file_that_does_not_exist_is_found() {
    assert_eq!(
        found("* `write.rs` `find`"),
        ["6: there is no file write.rs"]
    );
}

#[test]
fn an_item_that_names_no_function_is_found() {
    for item in [
        "the reader enters",
        "`read.rs`: it enters",
        "`ReadHandle::enter` `read.rs`",
    ] {
        let said = found(&format!("1. {item}"));
        assert!(said[0].contains("does not start with"), "{said:?}");
    }
}

#[test]
fn a_way_without_a_list_or_a_section_is_found() {
    assert_eq!(
        found("It is short."),
        ["5: \u{201c}The way of a read\u{201d} has no list"]
    );
    let none = broken("# Contributing\n", |_| None);
    assert_eq!(none.len(), 2);
}

#[test]
fn a_file_that_is_no_rust_is_said() {
    let text = "# The way of a read\n- `a.rs` `f`\n# The way of a write\n- `b.rs` `f`";
    let read = |file: &str| {
        Some(
            if file == "a.rs" {
                "fn f( {"
            } else {
                "fn f() {}"
            }
            .to_owned(),
        )
    };
    let findings = broken(text, read);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].text.starts_with("a.rs:1: "), "{findings:?}");
}
