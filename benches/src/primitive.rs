//! Two crates of the same name and surface, the workspace's `left-right` and the registry's, behind one
//! trait: for the claims that are about the primitive and not about a map.

use std::fmt::Debug;

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
    /// Adds one to the counter and publishes it.
    fn add_and_publish(&mut self);
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

/// The operation: one more. A type of ours, so that `Absorb` may be implemented for it.
#[derive(Debug)]
struct One;

macro_rules! primitive {
    ($primitive:ident, $krate:ident, $counter:ident, $name:literal) => {
        #[doc = concat!("The crate named by: ", $name, ".")]
        #[derive(Debug)]
        pub struct $primitive;

        /// The data: a counter.
        #[derive(Clone, Debug, Default)]
        pub struct $counter(u64);

        impl $krate::Absorb<One> for $counter {
            fn absorb_first(&mut self, _: &mut One, _: &Self) {
                self.0 += 1;
            }

            fn sync_with(&mut self, first: &Self) {
                self.0 = first.0;
            }
        }

        const _: () = {
            /// The writer's handle.
            #[derive(Debug)]
            pub struct Writer($krate::WriteHandle<$counter, One>);
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
                    let (mut write, read) = $krate::new::<$counter, One>();
                    // Twice, so that the second copy is in place before anything is measured.
                    write.publish();
                    write.publish();
                    let factory = read.factory();
                    (Writer(write), Reader(read), Factory(factory))
                }
            }

            impl Write for Writer {
                #[inline]
                fn add_and_publish(&mut self) {
                    self.0.append(One);
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
