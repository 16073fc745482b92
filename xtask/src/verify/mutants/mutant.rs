//! A mutant, and the checks that it may fail.

/// One change to the source.
#[derive(Debug)]
pub(super) struct Mutant {
    /// What is wrong with it.
    pub(super) name: &'static str,
    /// In `left-right/src`.
    pub(super) file: &'static str,
    /// Occurs exactly once in the file, whatever the white space.
    pub(super) find: &'static str,
    pub(super) replace: &'static str,
    pub(super) fate: Fate,
}

impl Mutant {
    /// Whether it is one of those that a check of the protocol finds, and finds soon.
    pub(super) fn is_of_the_protocol(&self) -> bool {
        matches!(
            self.fate,
            Fate::Killed(Check::Loom | Check::Unit | Check::Model(_))
        )
    }
}

#[derive(Debug)]
pub(super) enum Fate {
    /// Some check fails; this one is asked first.
    Killed(Check),
    /// No check can fail, and why.
    Equivalent(&'static str),
}

/// A check that a mutant can fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Check {
    Loom,
    /// The tests in the files of the source.
    Unit,
    /// A file in `left-right/tests`.
    Test(&'static str),
    /// As `Test`, with AddressSanitizer.
    Address(&'static str),
    /// A mutant of the Promela model, by its options. It stands for a mutant of the source that no
    /// program can be made to notice reliably.
    Model(&'static [&'static str]),
}

impl Check {
    pub(super) fn name(self) -> String {
        match self {
            Self::Loom => "loom".into(),
            Self::Unit => "unit".into(),
            Self::Test(file) => file.into(),
            Self::Address(file) => format!("asan {file}"),
            Self::Model(options) => format!("spin {}", options.join(" ")),
        }
    }
}

pub(super) const LOOM: Check = Check::Loom;
pub(super) const UNIT: Check = Check::Unit;
pub(super) const SEMANTICS: Check = Check::Test("semantics");
pub(super) const PANICS: Check = Check::Test("panics");
pub(super) const SHARED: Check = Check::Test("shared_read");
pub(super) const ALLOCATIONS: Check = Check::Test("allocations");
pub(super) const PROGRESS: Check = Check::Test("progress");
pub(super) const REGISTRATION: Check = Check::Test("registration");
pub(super) const SECCOMP: Check = Check::Test("seccomp");
/// A mistake with memory that only a sanitizer sees for sure.
pub(super) const SHARED_ADDRESS: Check = Check::Address("shared_read");
pub(super) const COMBINING: Check = Check::Test("combining");
pub(super) const SHARED_HANDLE: Check = Check::Test("shared_handle");
pub(super) const ASYNCHRONOUS: Check = Check::Test("asynchronous");
pub(super) const SURFACE: Check = Check::Test("surface");

/// A mutant that is killed, by this check if by any.
pub(super) const fn mutant(
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
pub(super) const fn equivalent(
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
