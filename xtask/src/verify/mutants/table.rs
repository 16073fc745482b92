//! The mutants, file by file. One that no longer applies fails the rung: change it together with
//! the source.

mod choice;
mod copies;
mod kept;
mod oplog;
mod published;
mod read;
mod record;
mod shared_write;
mod slot;
mod wait;
mod write;

use super::{Check, Fate, Mutant};

pub(super) fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        slot::MUTANTS,
        published::MUTANTS,
        record::MUTANTS,
        copies::MUTANTS,
        choice::MUTANTS,
        wait::MUTANTS,
        oplog::MUTANTS,
        write::MUTANTS,
        read::MUTANTS,
        shared_write::MUTANTS,
        kept::MUTANTS,
    ]
    .into_iter()
    .flatten()
}

const LOOM: Check = Check::Loom;
const UNIT: Check = Check::Unit;
const SEMANTICS: Check = Check::Test("semantics");
const PANICS: Check = Check::Test("panics");
const SHARED: Check = Check::Test("shared_read");
const ALLOCATIONS: Check = Check::Test("allocations");
const PROGRESS: Check = Check::Test("progress");
const SECCOMP: Check = Check::Test("seccomp");
/// A mistake with memory that only a sanitizer sees for sure.
const SHARED_ADDRESS: Check = Check::Address("shared_read");
const SHARED_WRITE: Check = Check::Test("shared_write");
const KEPT_SHARED: Check = Check::Test("kept_shared");
const ASYNCHRONOUS: Check = Check::Test("asynchronous");
const SURFACE: Check = Check::Test("surface");

/// A mutant that is killed, by this check if by any.
const fn mutant(
    file: &'static str,
    name: &'static str,
    find: &'static str,
    replace: &'static str,
    first: Check,
) -> Mutant {
    Mutant {
        name,
        file,
        find,
        replace,
        fate: Fate::Killed(first),
    }
}

/// A mutant that does nothing wrong, and why not.
const fn equivalent(
    file: &'static str,
    name: &'static str,
    find: &'static str,
    replace: &'static str,
    proof: &'static str,
) -> Mutant {
    Mutant {
        name,
        file,
        find,
        replace,
        fate: Fate::Equivalent(proof),
    }
}
