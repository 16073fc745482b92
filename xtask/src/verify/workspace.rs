//! A copy of the workspace, to be changed.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

/// Copies what cargo needs; files that did not change keep their times, so nothing is built anew.
pub(crate) fn copy_workspace(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut stale: HashMap<_, _> = fs::read_dir(to)?
        .filter_map(|entry| entry.ok().map(|entry| (entry.file_name(), entry.path())))
        .collect();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        stale.remove(&name);
        let (source, copy) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy_workspace(&source, &copy)?;
        } else if fs::read(&copy).ok() != Some(fs::read(&source)?) {
            fs::copy(&source, &copy)?;
        }
    }
    for path in stale.into_values() {
        match path.is_dir() {
            true => fs::remove_dir_all(path)?,
            false => fs::remove_file(path)?,
        }
    }
    Ok(())
}
