//! Tests of random steps, and a hasher for which keys collide.

use std::hash::Hasher;

/// Four hash values for everything.
#[derive(Clone, Debug, Default)]
pub struct Weak(u64);

impl Hasher for Weak {
    fn finish(&self) -> u64 {
        self.0 % 4
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }
}

/// Tests of that many sequences of steps each. A step is what the function makes of two bytes and a number;
/// a test may have more arguments, as `proptest` takes them.
///
/// A macro, so that `proptest` is a dependency of the tests and not of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! random_tests {
    ($cases:literal, $decode:expr; $(
        fn $name:ident($steps:ident $(, $more:ident in $strategy:expr)*) $body:block
    )+) => {
        proptest::proptest! {
            #![proptest_config(proptest::test_runner::Config {
                cases: if cfg!(miri) { 4 } else { $cases },
                // A step that hangs is one deadline per attempt to shrink.
                max_shrink_time: 60_000,
                failure_persistence: None,
                ..proptest::test_runner::Config::default()
            })]
            $(
                #[test]
                fn $name(
                    $steps in proptest::collection::vec(
                        proptest::strategy::Strategy::prop_map(
                            proptest::arbitrary::any::<(u8, u8, u16)>(),
                            |(kind, key, value)| $decode(kind, key, value),
                        ),
                        0..150,
                    )
                    $(, $more in $strategy)*
                ) $body
            )+
        }
    };
}

/// The tests of a model against a plain map: `run` drives both with steps, for any hasher.
#[doc(hidden)]
#[macro_export]
macro_rules! differential_tests {
    ($cases:literal, $decode:expr, $run:path) => {
        $crate::random_tests! { $cases, $decode;
            fn agrees_with_a_plain_map(steps) {
                $crate::testing::deadline::within_deadline(|| {
                    $run(steps, $crate::DefaultHashBuilder::default());
                });
            }

            fn agrees_with_a_plain_map_when_keys_collide(steps) {
                $crate::testing::deadline::within_deadline(|| {
                    type Weak = std::hash::BuildHasherDefault<$crate::testing::chance::Weak>;
                    $run(steps, Weak::default());
                });
            }

            fn agrees_with_a_plain_map_with_the_hasher_of_std(steps) {
                $crate::testing::deadline::within_deadline(|| {
                    $run(steps, std::collections::hash_map::RandomState::new());
                });
            }
        }
    };
}
