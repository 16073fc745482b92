//! Two crates of the same name and surface, the workspace's `left-right` and the registry's, behind one
//! trait: for the claims that are about the primitive and not about a map.

use std::fmt::Debug;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::error::Mismatch;

/// A pair of handles around a counter.
pub trait Primitive: Debug {
    /// The name in the tables.
    const NAME: &'static str;

    /// The writer.
    type Writer: Write + Send;
    /// A reader.
    type Reader: Read + Clone + Send + 'static;
    /// What makes readers on other threads.
    type Factory: Make<Reader = Self::Reader> + Send + 'static;

    /// A writer, a reader and a factory.
    fn new() -> (Self::Writer, Self::Reader, Self::Factory);
}

/// The writing side.
pub trait Write {
    /// Adds one to the counter, seen by readers after the next publish.
    fn add(&mut self);

    /// Makes what was added visible.
    fn publish(&mut self);

    /// Adds one to the counter and publishes it.
    #[inline]
    fn add_and_publish(&mut self) {
        self.add();
        self.publish();
    }
}

/// The reading side.
pub trait Read {
    /// Enters, reads the counter and leaves; `inside` runs between.
    fn enter<T>(&self, inside: impl FnOnce(&u64) -> T) -> T;
}

/// The factory.
pub trait Make {
    /// What it makes.
    type Reader;

    /// A new reader.
    fn make(&self) -> Self::Reader;
}

/// The operation: so many more. A type of ours, so that `Absorb` may be implemented for it, with something
/// in it, so that a log of it takes room.
#[derive(Debug)]
struct Add(u64);

macro_rules! primitive {
    ($primitive:ident, $krate:ident, $counter:ident, $name:literal) => {
        #[doc = concat!("The crate named by: ", $name, ".")]
        #[derive(Debug)]
        pub struct $primitive;

        /// The data: a counter.
        #[derive(Clone, Debug, Default)]
        pub struct $counter(u64);

        impl $krate::Absorb<Add> for $counter {
            fn absorb_first(&mut self, operation: &mut Add, _: &Self) {
                self.0 += operation.0;
            }

            fn sync_with(&mut self, first: &Self) {
                self.0 = first.0;
            }
        }

        const _: () = {
            /// The writer's handle.
            #[derive(Debug)]
            pub struct Writer($krate::WriteHandle<$counter, Add>);
            /// A reader's handle.
            #[derive(Clone, Debug)]
            pub struct Reader($krate::ReadHandle<$counter>);
            /// The factory.
            #[derive(Clone, Debug)]
            pub struct Factory($krate::ReadHandleFactory<$counter>);

            impl Primitive for $primitive {
                const NAME: &'static str = $name;

                type Writer = Writer;
                type Reader = Reader;
                type Factory = Factory;

                fn new() -> (Writer, Reader, Factory) {
                    let (mut write, read) = $krate::new::<$counter, Add>();
                    // Twice, so that the second copy is in place before anything is measured.
                    write.publish();
                    write.publish();
                    let factory = read.factory();
                    (Writer(write), Reader(read), Factory(factory))
                }
            }

            impl Write for Writer {
                #[inline]
                fn add(&mut self) {
                    self.0.append(Add(1));
                }

                #[inline]
                fn publish(&mut self) {
                    self.0.publish();
                }
            }

            impl Read for Reader {
                #[inline]
                fn enter<T>(&self, inside: impl FnOnce(&u64) -> T) -> T {
                    let guard = self.0.enter().expect("the writer lives");
                    inside(&guard.0)
                }
            }

            impl Make for Factory {
                type Reader = Reader;

                #[inline]
                fn make(&self) -> Reader {
                    Reader(self.0.handle())
                }
            }
        };
    };
}

primitive!(Ours, left_right, OurCounter, "left-right");
primitive!(
    Registry,
    left_right_registry,
    RegistryCounter,
    "left-right 0.11"
);

/// The workspace's `left-right`, read through the handle that threads share.
#[derive(Debug)]
pub struct Shared {
    write: left_right::WriteHandle<OurCounter, Add>,
    read: left_right::SharedReadHandle<OurCounter>,
}

impl Shared {
    /// The name in the tables.
    pub const NAME: &'static str = "left-right, shared handle";

    /// A counter that is at zero.
    #[must_use]
    pub fn new() -> Self {
        let (mut write, read) = left_right::new::<OurCounter, Add>();
        write.publish();
        write.publish();
        let read = read.shared();
        Self { write, read }
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Shared {
    #[inline]
    fn add(&mut self) {
        self.write.append(Add(1));
    }

    #[inline]
    fn publish(&mut self) {
        self.write.publish();
    }
}

impl Read for Shared {
    #[inline]
    fn enter<T>(&self, inside: impl FnOnce(&u64) -> T) -> T {
        let guard = self.read.enter().expect("the writer lives");
        inside(&guard.0)
    }
}

/// Enters between two looks at a clock.
pub const ROUND: usize = 4_096;

/// Enters and leaves [`ROUND`] times: the loop that is timed. A function of its own, so that the handle is
/// where the compiler can keep it in registers, as in a program's own loop.
#[inline(never)]
pub fn enter_and_leave<R: Read>(reader: &R) {
    for _ in 0..ROUND {
        // The reference must exist, or the compiler could leave out what leads to it.
        reader.enter(|counter| {
            black_box(counter);
        });
    }
}

/// Enters and leaves for so long: how often per second.
pub fn enter_for<R: Read>(reader: &R, duration: Duration) -> f64 {
    let since = Instant::now();
    let mut entered = 0;
    loop {
        enter_and_leave(reader);
        entered += ROUND;
        let elapsed = since.elapsed();
        if elapsed >= duration {
            return entered as f64 / elapsed.as_secs_f64();
        }
    }
}

/// Compares the counter.
///
/// # Errors
///
/// A [`Mismatch`] if it is another one.
pub fn check<R: Read>(reader: &R, expected: u64) -> Result<(), Mismatch> {
    match reader.enter(|counter| *counter) {
        counter if counter == expected => Ok(()),
        counter => Err(Mismatch(format!(
            "the counter reads {counter} instead of {expected}"
        ))),
    }
}
