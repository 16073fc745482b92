//! One change in a source text, whatever its line breaks and indentation.

/// Replaces the one occurrence of `find`. Runs of white space and comments count as one space.
///
/// # Errors
///
/// If there is not exactly one.
pub(super) fn replace_once(source: &str, find: &str, replace: &str) -> Result<String, String> {
    let (text, origin) = normalised(source);
    let (find, _) = normalised(find.trim());
    let mut found = text.match_indices(&find);
    let (Some((at, _)), None) = (found.next(), found.next()) else {
        let count = text.matches(&find).count();
        return Err(format!("{count} times in the source, not once: {find}"));
    };
    let (start, end) = (origin[at], origin[at + find.len()]);
    Ok(format!("{}{replace}{}", &source[..start], &source[end..]))
}

/// The text with single spaces and no line comments, and where each of its bytes came from; one
/// more for its end.
fn normalised(source: &str) -> (String, Vec<usize>) {
    let (mut text, mut origin) = (String::new(), Vec::new());
    let mut in_comment = false;
    for (at, character) in source.char_indices() {
        in_comment = (in_comment || source[at..].starts_with("//")) && character != '\n';
        if !in_comment && !character.is_whitespace() {
            text.push(character);
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
        origin.resize(text.len(), at);
    }
    origin.push(source.len());
    (text, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_matter() {
        let source = "fn a() {\n    self.b\n        .c(d);\n}\n";
        let changed = replace_once(source, "self.b .c(d);", "e();");
        assert_eq!(changed.as_deref(), Ok("fn a() {\n    e();\n}\n"));
    }

    #[test]
    fn nothing_else_changes() {
        let source = "\u{2026} a  b\tc";
        let changed = replace_once(source, "b", "d");
        assert_eq!(changed.as_deref(), Ok("\u{2026} a  d\tc"));
        let changed = replace_once(source, "b c", "d");
        assert_eq!(changed.as_deref(), Ok("\u{2026} a  d"));
    }

    #[test]
    fn comments_do_not_matter() {
        let source = "a(); // b();\n// c\nd();";
        assert_eq!(
            replace_once(source, "a(); d();", "e();").as_deref(),
            Ok("e();")
        );
        assert!(replace_once(source, "b();", "e();").is_err());
    }

    #[test]
    fn it_must_occur_once() {
        assert!(replace_once("a a", "a", "b").unwrap_err().starts_with('2'));
        assert!(replace_once("a a", "c", "b").unwrap_err().starts_with('0'));
    }
}
