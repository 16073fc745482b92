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
/// | asks | `00110` | is inactive: its thread waits for the [lock](super::lock), with a request |
/// | waits | `10110` | the same, without a request |
/// | asks or waits, asleep | `01110`, `11110` | the same, and somebody has to wake the thread |
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
const WAITS: u64 = 0b110;
/// It sleeps.
const ASLEEP: u64 = 0b01000;
/// It has no request.
const ALONE: u64 = 0b10000;
/// All bits that are no version or number.
const KIND: u64 = 0b111;

impl Word {
    /// Inactive, without a guess.
    pub(crate) const NOTHING: Self = Self(0b100);

    /// Inactive, and its thread waits to write, with a request.
    pub(crate) const ASKS: Self = Self(WAITS);

    /// Inactive, and its thread waits to write, without a request.
    pub(crate) const WAITS: Self = Self(ALONE | WAITS);

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
    pub(crate) fn waits(self) -> bool {
        self.0 & KIND == WAITS
    }

    /// Whether the reader's thread waits to write, and has a request.
    #[inline]
    pub(crate) fn asks(self) -> bool {
        self.0 & (KIND | ALONE) == WAITS
    }

    /// Whether the reader's thread waits to write, and sleeps.
    pub(crate) fn is_asleep(self) -> bool {
        self.waits() && self.0 & ASLEEP != 0
    }

    /// Of a thread that waits: the same, asleep.
    pub(crate) fn asleep(self) -> Self {
        Self(self.0 | ASLEEP)
    }

    /// Of a thread that waits: the same, awake.
    pub(crate) fn awake(self) -> Self {
        Self(self.0 & !ASLEEP)
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
        let waiting = [Word::ASKS, Word::WAITS];
        for word in waiting.into_iter().chain(waiting.map(Word::asleep)) {
            assert!(word.waits() && word.version().is_none());
            assert!(!word.is_active() && !word.is_guess() && !word.is_acquiring());
            assert!((0..9).all(|version| !word.names(version)));
            assert_eq!(word.asks(), word.awake() == Word::ASKS);
            assert_eq!(word.is_asleep(), word != word.awake());
        }
        let others = [guess, guess.active(), nothing, acquiring, Word::CLOSED];
        assert!(
            !others
                .into_iter()
                .any(|it| it.waits() || it.asks() || it.is_asleep())
        );
        assert_eq!(Word::CLOSED.version(), None);
        assert!(![nothing, acquiring].contains(&Word::CLOSED));
    }
}
