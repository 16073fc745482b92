//! Writing the report: whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Report, markdown};
use crate::error::Error;

/// The files that were written.
#[derive(Debug)]
pub struct Saved {
    /// For people.
    pub markdown: PathBuf,
    /// For programs.
    pub json: PathBuf,
}

/// Makes sure that a report can be saved in `directory`, or in one that is made there, and leaves nothing
/// behind: measuring takes minutes.
///
/// # Errors
///
/// [`Error::Io`] with the step that would fail.
pub fn try_out(directory: &Path) -> Result<(), Error> {
    let nearest = directory.ancestors().find(|it| it.exists());
    let step = if directory.is_dir() {
        "write into"
    } else {
        "create"
    };
    temporary(nearest.unwrap_or(Path::new(".")), "")
        .map_err(|source| failed(format!("{step} `{}`", directory.display()), source))?;
    Ok(())
}

/// Writes `report.md` and `report.json` into `directory`, which is made if need be.
///
/// Both are complete under temporary names before either gets its own, so that an interrupted run leaves
/// the reports of the run before.
///
/// # Errors
///
/// [`Error::Io`] with the step that failed.
pub fn save(report: &Report, directory: &Path) -> Result<Saved, Error> {
    fs::create_dir_all(directory)
        .map_err(|source| failed(format!("create `{}`", directory.display()), source))?;
    let json = serde_json::to_string_pretty(report).expect("a report has only plain data");
    let saved = Saved {
        markdown: directory.join("report.md"),
        json: directory.join("report.json"),
    };
    let parts = [
        (markdown::render(report), &saved.markdown),
        (json + "\n", &saved.json),
    ];
    let mut complete = Vec::new();
    for (text, path) in parts {
        let file = temporary(directory, &text)
            .map_err(|source| failed(format!("write `{}`", path.display()), source))?;
        complete.push((file, path));
    }
    for (file, path) in complete {
        file.persist(path)
            .map_err(|error| failed(format!("write `{}`", path.display()), error.error))?;
    }
    Ok(saved)
}

/// Writes one file: whole, or not at all.
///
/// # Errors
///
/// [`Error::Io`] if it cannot be written.
pub fn whole(path: &Path, text: &str) -> Result<(), Error> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let step = || format!("write `{}`", path.display());
    let file = temporary(directory, text).map_err(|source| failed(step(), source))?;
    match file.persist(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(step(), error.error)),
    }
}

/// A file beside the final one, since a rename does not cross file systems. It goes when dropped.
fn temporary(directory: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Reports are as readable as other files: temporary ones are private by default.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".report").tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

fn failed(doing: String, source: io::Error) -> Error {
    Error::Io { doing, source }
}
