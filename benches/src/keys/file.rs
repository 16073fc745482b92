//! Keys from a file: one per line, UTF-8.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use super::{KeySet, count};
use crate::error::Error;

/// The keys of a file and what was left out of it.
#[derive(Debug)]
pub struct Loaded {
    /// The distinct keys, in the order of their first lines.
    pub keys: KeySet<String>,
    /// Lines that repeated an earlier key.
    pub duplicates: usize,
    /// Lines without a key.
    pub blank: usize,
}

impl Loaded {
    /// One line that says what was read and what was dropped.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut line = self.keys.name().to_owned();
        if self.duplicates > 0 {
            line += &format!(
                ", {} dropped",
                count(self.duplicates, "duplicate", "duplicates")
            );
        }
        if self.blank > 0 {
            line += &format!(
                ", {} skipped",
                count(self.blank, "blank line", "blank lines")
            );
        }
        line
    }
}

/// The longest line in bytes. A file without line ends, or one that does not end, is not one of keys.
const LONGEST: usize = 1 << 20;

/// Reads the keys of `path`.
///
/// Line ends may be LF or CRLF, the last one may lack; a byte order mark is skipped. Blanks within a
/// line belong to the key.
///
/// # Errors
///
/// [`Error::Usage`] with a message for the caller, if the file cannot be read, holds no key, or holds a
/// line that is not UTF-8 or longer than a mebibyte.
pub fn load(path: &Path) -> Result<Loaded, Error> {
    let unreadable = |source: std::io::Error| {
        let why = match source.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::PermissionDenied => "it may not be read (permission denied)".to_owned(),
            ErrorKind::IsADirectory => {
                "it is a directory; name a file with one key per line".to_owned()
            }
            _ => source.to_string(),
        };
        Error::Usage(format!("cannot read keys from `{}`: {why}", path.display()))
    };
    // Opening a directory succeeds on some systems, and the read that then fails says less.
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(ErrorKind::IsADirectory.into()));
    }
    parse(BufReader::new(file), path, unreadable)
}

fn parse(
    mut lines: impl BufRead,
    path: &Path,
    unreadable: impl Fn(std::io::Error) -> Error,
) -> Result<Loaded, Error> {
    let mut seen = hashbrown::HashSet::new();
    let mut keys = Vec::new();
    let (mut duplicates, mut blank) = (0, 0);
    let mut line = Vec::new();
    let mut number = 0_usize;
    loop {
        line.clear();
        let mut limited = lines.by_ref().take(LONGEST as u64 + 1);
        if limited.read_until(b'\n', &mut line).map_err(&unreadable)? == 0 {
            break;
        }
        number += 1;
        if line.len() > LONGEST {
            return Err(Error::Usage(format!(
                "cannot read keys from `{}`: line {number} is longer than {LONGEST} bytes; one key per \
                 line is needed",
                path.display()
            )));
        }
        let text = std::str::from_utf8(&line).map_err(|source| {
            Error::Usage(format!(
                "cannot read keys from `{}`: line {number} is not UTF-8 (at byte {} of the line)",
                path.display(),
                source.valid_up_to() + 1,
            ))
        })?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let text = match number {
            1 => text.strip_prefix('\u{feff}').unwrap_or(text),
            _ => text,
        };
        if text.trim().is_empty() {
            blank += 1;
        } else if seen.insert(text.to_owned()) {
            keys.push(text.to_owned());
        } else {
            duplicates += 1;
        }
    }
    if keys.is_empty() {
        let why = match number {
            0 => "it is empty",
            _ => "it holds only blank lines",
        };
        return Err(Error::Usage(format!(
            "cannot read keys from `{}`: {why}; at least one key is needed",
            path.display()
        )));
    }
    Ok(Loaded {
        keys: KeySet {
            name: format!("{} of {}", count(keys.len(), "key", "keys"), path.display()),
            keys,
        },
        duplicates,
        blank,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Loaded, Error> {
        parse(text, Path::new("words"), |source| {
            Error::Usage(source.to_string())
        })
    }

    #[test]
    fn line_ends_blank_lines_and_duplicates() {
        let loaded = read(b"\xef\xbb\xbfone\r\ntwo words\n\n  \nz\xc3\xbcrich\none\nlast").unwrap();
        assert_eq!(
            loaded.keys.keys(),
            ["one", "two words", "z\u{fc}rich", "last"]
        );
        assert_eq!((loaded.duplicates, loaded.blank), (1, 2));
        assert_eq!(
            loaded.summary(),
            "4 keys of words, 1 duplicate dropped, 2 blank lines skipped"
        );
    }

    #[test]
    fn a_line_that_is_not_utf8_is_named() {
        let error = read(b"good\nb\xffd\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read keys from `words`: line 2 is not UTF-8 (at byte 2 of the line)"
        );
        assert_eq!(error.exit_status(), 2);
    }

    #[test]
    fn no_key_is_an_error_that_says_why() {
        assert!(read(b"").unwrap_err().to_string().contains("it is empty"));
        let blank = read(b"\n\r\n \n").unwrap_err().to_string();
        assert!(blank.contains("only blank lines"), "{blank}");
    }
}
