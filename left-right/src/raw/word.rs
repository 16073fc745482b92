//! What a slot says about its reader, in one word.

#![forbid(unsafe_code)]

/// One of these:
///
/// | word | bits | the reader |
/// |---|---|---|
/// | nothing | `100` | is inactive, and has to acquire to get in |
/// | a version, inactive | version, `000` | is inactive, and *guesses* that this version is current when it enters next |
/// | a version, active | version, `001` | is in the copy of this version |
/// | acquiring | number, `011` | may be in any copy; another number each time |
/// | asks | `0110` | is inactive: its thread waits for the [lock](super::lock), perhaps with a request |
/// | asks, asleep | `1110` | the same, and somebody has to wake the thread |
///
/// A version never comes again, so neither does a word of one.
///
/// The reader's thread is the only one that writes it, until it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(super) u64);

/// The bits below a version or a number.
const BITS: u32 = 3;
/// The reader is active.
const ACTIVE: u64 = 0b001;
/// The reader is active, in a copy that is to be found yet.
const ACQUIRING: u64 = 0b011;
/// What a word that names a version has none of.
const UNNAMED: u64 = 0b110;
/// The reader's thread waits to write.
const ASKS: u64 = 0b110;
/// All bits that are no version or number.
const KIND: u64 = 0b111;

impl Word {
    /// Inactive, without a guess.
    pub(crate) const NOTHING: Self = Self(0b100);

    /// Inactive, and its thread waits to write.
    pub(crate) const ASKS: Self = Self(ASKS);

    /// The same, and it sleeps.
    pub(crate) const ASLEEP: Self = Self(1 << BITS | ASKS);

    /// Stands where the current version stands, once there is none. No slot says so.
    pub(crate) const CLOSED: Self = Self(0b010);

    /// Inactive, with this version as the guess.
    #[inline]
    pub(crate) fn inactive(version: u64) -> Self {
        Self(version << BITS)
    }

    /// Active, in a copy that is to be found yet.
    pub(crate) fn acquiring(number: u64) -> Self {
        Self(number << BITS | ACQUIRING)
    }

    /// The same, active.
    #[inline]
    pub(crate) fn active(self) -> Self {
        Self(self.0 | ACTIVE)
    }

    /// Whether the reader is active.
    #[inline]
    pub(crate) fn is_active(self) -> bool {
        self.0 & ACTIVE != 0
    }

    /// Whether the reader is inactive and guesses.
    #[inline]
    pub(crate) fn is_guess(self) -> bool {
        self.0 & (ACTIVE | UNNAMED) == 0
    }

    /// Whether the reader may be in any copy.
    #[inline]
    pub(crate) fn is_acquiring(self) -> bool {
        self.0 & ACQUIRING == ACQUIRING
    }

    /// Whether the reader's thread waits to write.
    #[inline]
    pub(crate) fn asks(self) -> bool {
        self.0 & KIND == ASKS
    }

    /// Whether the word names this version: as a guess, or as where the reader is.
    #[inline]
    pub(crate) fn names(self, version: u64) -> bool {
        self.0 & !ACTIVE == version << BITS
    }

    /// The version that the word names, if it names one.
    #[inline]
    pub(crate) fn version(self) -> Option<u64> {
        (self.0 & UNNAMED == 0).then_some(self.0 >> BITS)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_word_says_one_thing() {
        let guess = Word::inactive(7);
        let (nothing, acquiring) = (Word::NOTHING, Word::acquiring(7));
        assert_eq!([guess, guess.active()].map(Word::version), [Some(7); 2]);
        assert_eq!([nothing, acquiring].map(Word::version), [None; 2]);
        assert!(guess.names(7) && guess.active().names(7) && !guess.names(6));
        assert!((0..9).all(|version| !nothing.names(version) && !acquiring.names(version)));
        assert!(guess.active().is_active() && acquiring.is_active());
        assert!(!guess.is_active() && !nothing.is_active());
        assert!(guess.is_guess());
        assert!(
            ![guess.active(), nothing, acquiring]
                .into_iter()
                .any(Word::is_guess)
        );
        assert!(acquiring.is_acquiring());
        let others = [guess, guess.active(), nothing];
        assert!(!others.into_iter().any(Word::is_acquiring));
        for asks in [Word::ASKS, Word::ASLEEP] {
            assert!(asks.asks() && asks.version().is_none());
            assert!(!asks.is_active() && !asks.is_guess() && !asks.is_acquiring());
            assert!((0..9).all(|version| !asks.names(version)));
        }
        let others = [guess, guess.active(), nothing, acquiring, Word::CLOSED];
        assert!(!others.into_iter().any(Word::asks));
        assert_eq!(Word::CLOSED.version(), None);
        assert!(![nothing, acquiring].contains(&Word::CLOSED));
    }
}
