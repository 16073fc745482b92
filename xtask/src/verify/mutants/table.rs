//! The mutants, file by file. One that no longer applies fails the rung: change it together with
//! the source.

mod combine;
mod copies;
mod current;
mod fence;
mod grace;
mod oplog;
mod read;
mod shared;

mod slot;
mod write;

use super::mutant::Mutant;

pub(super) fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        slot::MUTANTS,
        current::MUTANTS,
        copies::MUTANTS,
        fence::MUTANTS,
        grace::MUTANTS,
        oplog::MUTANTS,
        write::MUTANTS,
        read::MUTANTS,
        combine::MUTANTS,
        shared::MUTANTS,
    ]
    .into_iter()
    .flatten()
}
