//! `Hash` and `Eq` that lie: wrong answers, and no more.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use evmap_core::{Builder, ReadHandle};

thread_local!(static NEXT: Cell<u64> = const { Cell::new(0x9e37_79b9_7f4a_7c15) });

fn random() -> u64 {
    let mut x = NEXT.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    NEXT.set(x);
    x
}

/// Hashes and compares as it likes, and owns memory, so that a wrong drop would show.
#[derive(Clone, Debug)]
struct Liar<const HASH: bool, const EQ: bool>(Box<u64>);

impl<const HASH: bool, const EQ: bool> Hash for Liar<HASH, EQ> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(if HASH { random() % 8 } else { *self.0 });
    }
}

impl<const HASH: bool, const EQ: bool> PartialEq for Liar<HASH, EQ> {
    fn eq(&self, other: &Self) -> bool {
        if EQ {
            random() % 2 == 0
        } else {
            self.0 == other.0
        }
    }
}

impl<const HASH: bool, const EQ: bool> Eq for Liar<HASH, EQ> {}

fn churn<const HASH: bool, const EQ: bool>() {
    let (mut writer, reader) = evmap_core::new::<Liar<HASH, EQ>, Box<u64>>();
    for round in 0..if cfg!(miri) { 30 } else { 2_000 } {
        let key = Liar(Box::new(random() % 32));
        match random() % 8 {
            0 => {
                writer.remove(&key);
            }
            1 => {
                writer.remove_and_get(&key);
            }
            2 => {
                writer.update(&key, |value| **value += 1);
            }
            3 => {
                writer.insert_and_get(key, Box::new(round));
            }
            4 if round % 64 == 0 => {
                writer.retain(|_, _| random() % 2 == 0);
            }
            5 if round % 32 == 0 => {
                writer.shrink_to_fit();
            }
            _ => {
                writer.insert(key, Box::new(round));
            }
        }
        if round % 5 == 0 {
            writer.publish();
            let view = reader.enter();
            assert_eq!(view.iter().count(), view.len());
            let _ = view.get(&Liar(Box::new(random() % 32)));
        }
    }
}

#[test]
fn a_hash_that_lies_gives_wrong_answers_and_no_more() {
    churn::<true, false>();
}

#[test]
fn an_eq_that_lies_gives_wrong_answers_and_no_more() {
    churn::<false, true>();
}

#[test]
fn both_may_lie() {
    churn::<true, true>();
}

#[test]
fn a_hasher_whose_clone_hashes_differently_gives_wrong_answers_and_no_more() {
    #[derive(Debug)]
    struct Seeded(u64);
    impl Clone for Seeded {
        fn clone(&self) -> Self {
            Self(self.0 + 1)
        }
    }
    impl std::hash::BuildHasher for Seeded {
        type Hasher = std::hash::DefaultHasher;
        fn build_hasher(&self) -> Self::Hasher {
            let mut hasher = Self::Hasher::new();
            hasher.write_u64(self.0);
            hasher
        }
    }
    let (mut writer, reader) = evmap_core::with_hasher::<u32, String, _>(Seeded(0));
    for round in 0..50 {
        writer.extend((0..20).map(|n| (n, n.to_string())));
        writer.publish();
        let view = reader.enter();
        assert_eq!(view.iter().count(), view.len());
        let _ = view.get(&round);
    }
}

#[test]
fn of_keys_that_are_equal_but_differ_the_first_stays() {
    #[derive(Clone, Debug)]
    struct Named(u32, &'static str);
    impl PartialEq for Named {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Named {}
    impl Hash for Named {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    let name = |reader: &ReadHandle<Named, char>| {
        let view = reader.enter();
        let (key, value) = view.get_key_value(&Named(1, "")).unwrap();
        (key.1, *value)
    };

    let (mut writer, reader) = evmap_core::new();
    writer.insert(Named(1, "first"), 'a').publish();
    writer.insert(Named(1, "second"), 'b').publish();
    assert_eq!(name(&reader), ("first", 'b'));
    writer.update(&Named(1, "third"), |value| *value = 'c');
    writer.update_or_insert(Named(1, "fourth"), || ' ', |value| *value = 'd');
    writer.publish();
    assert_eq!(name(&reader), ("first", 'd'));
    // In both copies.
    writer.publish();
    assert_eq!(name(&reader), ("first", 'd'));
    // Once it has gone, the next one is the first.
    writer
        .remove(&Named(1, "any"))
        .insert(Named(1, "fifth"), 'e')
        .publish();
    assert_eq!(name(&reader), ("fifth", 'e'));
    let (_, built) = Builder::new().build_from([(Named(1, "x"), 'x'), (Named(1, "y"), 'y')]);
    assert_eq!(name(&built), ("x", 'y'));
}
