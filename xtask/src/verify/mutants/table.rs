//! The mutants, file by file. One that no longer applies fails the rung: change it together with
//! the source.

mod choice;
mod copies;
mod oplog;
mod published;
mod read;
mod record;
mod shared;
mod shared_write;
mod slot;
mod wait;
mod write;

use super::mutant::Mutant;

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
        shared::MUTANTS,
    ]
    .into_iter()
    .flatten()
}
