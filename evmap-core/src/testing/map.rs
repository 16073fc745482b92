//! A map under test: what both promise, whatever stands under a key.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::ops::Deref;
use std::time::Duration;

use left_right::{Poisoned, PublishError, Publishing, ReaderState, Stats};

/// What is a key or a value of both maps.
pub trait Entry: Eq + Hash + Clone + Send + Sync + 'static {}
impl<T: Eq + Hash + Clone + Send + Sync + 'static> Entry for T {}

/// What is metadata of both maps.
pub trait Metadata: PartialEq + Clone + Send + Sync + 'static {}
impl<T: PartialEq + Clone + Send + Sync + 'static> Metadata for T {}

/// What is a hasher of both maps.
pub trait Hashes: BuildHasher + Clone + Send + Sync + 'static {}
impl<T: BuildHasher + Clone + Send + Sync + 'static> Hashes for T {}

/// A map with keys, values, metadata and a hasher of these types. [`map_under_test`](crate::map_under_test)
/// makes one of a crate.
pub trait Map: Sized + 'static {
    type Key: Entry;
    type Value: Entry;
    type Meta: Metadata;
    type Hasher: Hashes;
    type Operation: Clone;
    type Snapshot: Clone + PartialEq;
    type Writer: Writer<Self>;
    type Reader: Reader<Self>;
    type Shared: Shared<Self>;
    type View<'r>: View<Self>;

    fn meta(snapshot: &Self::Snapshot) -> &Self::Meta;
    /// An empty map.
    fn with(hasher: Self::Hasher, meta: Self::Meta) -> (Self::Writer, Self::Reader);
    /// One that is shared.
    fn shared(publishing: Publishing, reader_timeout: Duration) -> Self::Shared
    where
        Self::Hasher: Default,
        Self::Meta: Default;

    /// An empty map, with a hasher and metadata like any.
    fn new() -> (Self::Writer, Self::Reader)
    where
        Self::Hasher: Default,
        Self::Meta: Default,
    {
        Self::with(Self::Hasher::default(), Self::Meta::default())
    }
}

/// What every writer has.
pub trait Writer<M: Map>: From<M::Snapshot> + Debug + Send + 'static {
    fn insert(&mut self, key: M::Key, value: M::Value) -> &mut Self;
    fn set_meta(&mut self, meta: M::Meta) -> &mut Self;
    fn apply(&mut self, operation: M::Operation) -> &mut Self;
    fn has_pending_operations(&self) -> bool;
    /// Copies of what is pending.
    fn pending(&self) -> impl ExactSizeIterator<Item = M::Operation>;
    fn unpublished(&mut self) -> &M::Snapshot;
    fn try_unpublished(&mut self) -> Option<&M::Snapshot>;
    fn unpublished_or_replace(
        &mut self,
        reader_timeout: Duration,
    ) -> Result<&M::Snapshot, PublishError>;
    fn publish(&mut self) -> &mut Self;
    fn try_publish(&mut self) -> bool;
    fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError>;
    fn publish_or_replace(&mut self, reader_timeout: Duration) -> Result<(), PublishError>;
    fn flush(&mut self) -> &mut Self;
    fn published(&self) -> M::View<'_>;
    fn reader(&self) -> M::Reader;
    fn version(&self) -> u64;
    fn is_poisoned(&self) -> bool;
    fn stats(&self) -> Stats;
    fn freeze(self) -> M::Reader;
    /// `into_shared`.
    fn share(self, publishing: Publishing, reader_timeout: Duration) -> M::Shared;
}

/// What every view has.
pub trait View<M: Map>: Deref<Target = M::Snapshot> + PartialEq<M::Snapshot> {
    fn version(&self) -> u64;
    fn is_published(&self) -> bool;
    fn is_newest(&self) -> bool;
    fn refresh(&mut self) -> bool;
}

/// What every handle has that reads.
pub trait Reads<M: Map>: Clone + Debug + Send + 'static {
    fn enter(&self) -> M::View<'_>;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_published(&self) -> bool;
    fn contains_key(&self, key: &M::Key) -> bool;
    /// A copy of the metadata.
    fn meta(&self) -> M::Meta;
    fn version(&self) -> u64;
}

/// What every reader has.
pub trait Reader<M: Map>: Reads<M> {
    fn has_writer(&self) -> bool;
}

/// What every map has that threads share.
pub trait Shared<M: Map>: Reads<M> + From<M::Writer> + From<M::Snapshot> + Sync {
    fn insert(&self, key: M::Key, value: M::Value);
    fn checked_insert(&self, key: M::Key, value: M::Value) -> Result<(), Poisoned>;
    fn set_meta(&self, meta: M::Meta);
    fn batch<R>(&self, change: impl FnOnce(&mut M::Writer) -> R) -> R;
    fn checked_batch<R>(&self, change: impl FnOnce(&mut M::Writer) -> R) -> Result<R, Poisoned>;
    fn publish(&self);
    fn reader(&self) -> M::Reader;
    fn readers(&self) -> Vec<ReaderState>;
    fn stats(&self) -> Stats;
    fn is_poisoned(&self) -> bool;
}

/// Makes a [`Map`] of a crate's types.
///
/// A macro, since the two crates have types of the same names and nothing else in common; so it also fails to
/// compile where one map lacks what the other has.
#[doc(hidden)]
#[macro_export]
macro_rules! map_under_test {
    ($name:ident, $map:ident) => {
        /// The map under test.
        pub(crate) struct $name<K, V, M = (), S = $map::DefaultHashBuilder>(
            std::marker::PhantomData<(K, V, M, S)>,
        );

        impl<K, V, M, S> $crate::testing::map::Map for $name<K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            type Key = K;
            type Value = V;
            type Meta = M;
            type Hasher = S;
            type Operation = $map::Operation<K, V, M>;
            type Snapshot = $map::Snapshot<K, V, M, S>;
            type Writer = $map::WriteHandle<K, V, M, S>;
            type Reader = $map::ReadHandle<K, V, M, S>;
            type Shared = $map::SharedMap<K, V, M, S>;
            type View<'r> = $map::View<'r, K, V, M, S>;

            fn meta(snapshot: &Self::Snapshot) -> &M {
                snapshot.meta()
            }

            fn with(hasher: S, meta: M) -> (Self::Writer, Self::Reader) {
                $map::Builder::new().hasher(hasher).meta(meta).build()
            }

            fn shared(publishing: $map::Publishing, reader_timeout: std::time::Duration) -> Self::Shared
            where
                S: Default,
                M: Default,
            {
                let builder = $map::Builder::new()
                    .publishing(publishing)
                    .reader_timeout(reader_timeout);
                builder
                    .hasher(S::default())
                    .meta(M::default())
                    .build_shared()
            }
        }

        impl<K, V, M, S> $crate::testing::map::Writer<$name<K, V, M, S>>
            for $map::WriteHandle<K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            fn insert(&mut self, key: K, value: V) -> &mut Self {
                self.insert(key, value)
            }
            fn set_meta(&mut self, meta: M) -> &mut Self {
                self.set_meta(meta)
            }
            fn apply(&mut self, operation: $map::Operation<K, V, M>) -> &mut Self {
                self.apply(operation)
            }
            fn has_pending_operations(&self) -> bool {
                self.has_pending_operations()
            }
            fn pending(&self) -> impl ExactSizeIterator<Item = $map::Operation<K, V, M>> {
                self.pending().map(|operation| operation.cloned())
            }
            fn unpublished(&mut self) -> &$map::Snapshot<K, V, M, S> {
                self.unpublished()
            }
            fn try_unpublished(&mut self) -> Option<&$map::Snapshot<K, V, M, S>> {
                self.try_unpublished()
            }
            fn unpublished_or_replace(
                &mut self,
                reader_timeout: std::time::Duration,
            ) -> Result<&$map::Snapshot<K, V, M, S>, $map::PublishError> {
                self.unpublished_or_replace(reader_timeout)
            }
            fn publish(&mut self) -> &mut Self {
                self.publish()
            }
            fn try_publish(&mut self) -> bool {
                self.try_publish()
            }
            fn publish_timeout(
                &mut self,
                timeout: std::time::Duration,
            ) -> Result<(), $map::PublishError> {
                self.publish_timeout(timeout)
            }
            fn publish_or_replace(
                &mut self,
                reader_timeout: std::time::Duration,
            ) -> Result<(), $map::PublishError> {
                self.publish_or_replace(reader_timeout)
            }
            fn flush(&mut self) -> &mut Self {
                self.flush()
            }
            fn published(&self) -> $map::View<'_, K, V, M, S> {
                self.published()
            }
            fn reader(&self) -> $map::ReadHandle<K, V, M, S> {
                self.reader()
            }
            fn version(&self) -> u64 {
                self.version()
            }
            fn is_poisoned(&self) -> bool {
                self.is_poisoned()
            }
            fn stats(&self) -> $map::Stats {
                self.stats()
            }
            fn freeze(self) -> $map::ReadHandle<K, V, M, S> {
                self.freeze()
            }
            fn share(
                self,
                publishing: $map::Publishing,
                reader_timeout: std::time::Duration,
            ) -> $map::SharedMap<K, V, M, S> {
                self.into_shared(publishing, reader_timeout)
            }
        }

        $crate::map_under_test!(@reads $name, $map, ReadHandle);
        $crate::map_under_test!(@reads $name, $map, SharedMap);

        impl<K, V, M, S> $crate::testing::map::View<$name<K, V, M, S>>
            for $map::View<'_, K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            fn version(&self) -> u64 {
                self.version()
            }
            fn is_published(&self) -> bool {
                self.is_published()
            }
            fn is_newest(&self) -> bool {
                self.is_newest()
            }
            fn refresh(&mut self) -> bool {
                self.refresh()
            }
        }

        impl<K, V, M, S> $crate::testing::map::Reader<$name<K, V, M, S>>
            for $map::ReadHandle<K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            fn has_writer(&self) -> bool {
                self.has_writer()
            }
        }

        impl<K, V, M, S> $crate::testing::map::Shared<$name<K, V, M, S>>
            for $map::SharedMap<K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            fn insert(&self, key: K, value: V) {
                $crate::testing::ignore(self.insert(key, value));
            }
            fn checked_insert(&self, key: K, value: V) -> Result<(), $map::Poisoned> {
                self.checked_insert(key, value).map($crate::testing::ignore)
            }
            fn set_meta(&self, meta: M) {
                self.set_meta(meta);
            }
            fn batch<R>(&self, change: impl FnOnce(&mut $map::WriteHandle<K, V, M, S>) -> R) -> R {
                self.batch(change)
            }
            fn checked_batch<R>(
                &self,
                change: impl FnOnce(&mut $map::WriteHandle<K, V, M, S>) -> R,
            ) -> Result<R, $map::Poisoned> {
                self.checked_batch(change)
            }
            fn publish(&self) {
                self.publish();
            }
            fn reader(&self) -> $map::ReadHandle<K, V, M, S> {
                self.reader()
            }
            fn readers(&self) -> Vec<$map::ReaderState> {
                self.readers()
            }
            fn stats(&self) -> $map::Stats {
                self.stats()
            }
            fn is_poisoned(&self) -> bool {
                self.is_poisoned()
            }
        }
    };
    (@reads $name:ident, $map:ident, $handle:ident) => {
        impl<K, V, M, S> $crate::testing::map::Reads<$name<K, V, M, S>>
            for $map::$handle<K, V, M, S>
        where
            K: $crate::testing::map::Entry,
            V: $crate::testing::map::Entry,
            M: $crate::testing::map::Metadata,
            S: $crate::testing::map::Hashes,
        {
            fn enter(&self) -> $map::View<'_, K, V, M, S> {
                self.enter()
            }
            fn len(&self) -> usize {
                self.len()
            }
            fn is_empty(&self) -> bool {
                self.is_empty()
            }
            fn is_published(&self) -> bool {
                self.is_published()
            }
            fn contains_key(&self, key: &K) -> bool {
                self.contains_key(key)
            }
            fn meta(&self) -> M {
                (*self.meta()).clone()
            }
            fn version(&self) -> u64 {
                self.version()
            }
        }
    };
}
