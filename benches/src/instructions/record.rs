//! The file of the last figures, and what they belong to.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::report::save;

/// The file that is committed.
pub const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");

/// Figures and what they belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What they belong to.
    #[serde(flatten)]
    pub circumstances: Circumstances,
    /// Instructions per operation.
    pub operations: BTreeMap<String, f64>,
}

/// What changes figures without a change of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// What `rustc --version` says.
    pub compiler: String,
    /// The version of `hashbrown` that `evmap-core` is built with.
    pub hashbrown: String,
    /// The processor and the system that the program is built for.
    pub target: String,
    /// The fences that `left-right` uses here.
    pub fences: String,
}

impl Circumstances {
    /// Those of this program.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if cargo does not say which versions there are.
    pub fn look() -> Result<Self, Error> {
        Ok(Self {
            compiler: env!("BENCH_RUSTC_VERSION").to_owned(),
            hashbrown: version_of_hashbrown()?,
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            fences: left_right::fence_strategy().to_string(),
        })
    }

    fn parts(&self) -> [(&'static str, &str); 4] {
        [
            ("", &self.compiler),
            ("hashbrown ", &self.hashbrown),
            ("", &self.target),
            ("", &self.fences),
        ]
    }

    /// All of it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        self.parts()
            .map(|(name, it)| format!("{name}{it}"))
            .join(", ")
    }

    /// What others differ in, or nothing.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Option<String> {
        let pairs = self.parts().into_iter().zip(other.parts());
        let differences: Vec<String> = pairs
            .filter(|(ours, theirs)| ours != theirs)
            .map(|((name, ours), (_, theirs))| format!("{name}{theirs}, and not to {name}{ours}"))
            .collect();
        (!differences.is_empty()).then(|| differences.join("; "))
    }
}

impl Record {
    /// Without figures yet.
    #[must_use]
    pub fn new(circumstances: Circumstances) -> Self {
        Self {
            circumstances,
            operations: BTreeMap::new(),
        }
    }

    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if it cannot be read, or is something else.
    pub fn load(file: &Path) -> Result<Option<Self>, Error> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::Usage(format!("`{}`: {error}", file.display())));
            }
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            Error::Usage(format!(
                "`{}` is no file of instruction counts: {error}",
                file.display()
            ))
        })
    }

    /// Writes a file: whole, or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if it cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), Error> {
        let json = serde_json::to_string_pretty(self).expect("a record has only plain data");
        save::whole(file, &(json + "\n"))
    }
}

/// Asks cargo, since a workspace may have several: `dashmap` has another one.
fn version_of_hashbrown() -> Result<String, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--package", "evmap-core", "--depth", "1"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .map_err(|error| Error::Failed(format!("cannot run cargo: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match version("hashbrown", &text) {
        Some(version) if output.status.success() => Ok(version.to_owned()),
        _ => Err(Error::Failed(format!(
            "cargo tree does not say which hashbrown evmap-core has: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
    }
}

/// The version of a package in what `cargo tree` prints.
fn version<'a>(package: &str, tree: &'a str) -> Option<&'a str> {
    tree.lines().find_map(|line| {
        let version = line.strip_prefix(package)?.strip_prefix(" v")?;
        version.split_whitespace().next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instructions::operation::ALL;

    fn circumstances(compiler: &str, hashbrown: &str) -> Circumstances {
        Circumstances {
            compiler: compiler.to_owned(),
            hashbrown: hashbrown.to_owned(),
            target: "x".to_owned(),
            fences: "none".to_owned(),
        }
    }

    #[test]
    fn what_differs_is_said() {
        let here = circumstances("rustc 2", "0.2");
        assert_eq!(here.differences(&here), None);
        assert_eq!(
            here.differences(&circumstances("rustc 1", "0.2"))
                .as_deref(),
            Some("rustc 1, and not to rustc 2")
        );
        assert_eq!(
            here.differences(&circumstances("rustc 1", "0.1"))
                .as_deref(),
            Some("rustc 1, and not to rustc 2; hashbrown 0.1, and not to hashbrown 0.2")
        );
    }

    #[test]
    fn a_record_comes_back_as_it_was_saved() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("record.json");
        assert_eq!(Record::load(&file).unwrap(), None);
        let mut record = Record::new(circumstances("rustc 1", "0.1"));
        record.operations.insert("get".to_owned(), 12.5);
        record.save(&file).unwrap();
        assert_eq!(Record::load(&file).unwrap(), Some(record));
        fs::write(&file, "{}").unwrap();
        let error = Record::load(&file).unwrap_err();
        assert_eq!(error.exit_status(), 2);
        assert!(
            error
                .to_string()
                .contains("is no file of instruction counts")
        );
        let error = Record::load(directory.path()).unwrap_err();
        assert!(error.to_string().contains("directory"), "{error}");
    }

    #[test]
    fn the_version_is_read_from_the_tree() {
        let tree = "evmap-core v0.1.0 (/x)\nhashbrown-like v0.1.0\nhashbrown v0.17.2 (*)\n";
        assert_eq!(version("hashbrown", tree), Some("0.17.2"));
        assert_eq!(version("hash", tree), None);
    }

    #[test]
    fn the_committed_file_has_the_operations_that_there_are() {
        let record = Record::load(COMMITTED.as_ref())
            .unwrap()
            .expect("it is committed");
        let mut names: Vec<&str> = ALL.iter().map(|it| it.name).collect();
        names.sort_unstable();
        let recorded: Vec<&String> = record.operations.keys().collect();
        assert_eq!(recorded, names, "cargo xtask instructions --save");
    }
}
