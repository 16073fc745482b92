//! What the writer reads of its own copy, and takes out of it: these methods wait for readers that
//! are still in that copy.

use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use crate::iter::IntoIter;
use crate::operation::Logged;
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    /// Sets the value of `key` and returns a clone of the one before. O(1) on average, and the
    /// clone; waits as [`view`](Self::view).
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view) while operations that were pending are applied. If `Hash` or `Eq`
    /// of the key or `Clone` of the value panics after that, nothing is logged and the handle is
    /// not poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new();
    /// assert_eq!(writer.insert_and_get(1, 'a'), None);
    /// assert_eq!(writer.insert_and_get(1, 'b'), Some('a'));
    /// ```
    #[track_caller]
    pub fn insert_and_get(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.hasher.hash_one(&key);
        let old = self
            .inner
            .view()
            .table
            .find(hash, &key)
            .map(|entry| entry.1.clone());
        self.inner.append(Logged::Insert { hash, key, value });
        old
    }

    /// Removes `key` and returns a clone of its value; `None`, and nothing logged, if it is not
    /// there. O(1) on average, and the clones of the key and the value; waits as
    /// [`view`](Self::view).
    ///
    /// # Panics
    ///
    /// As [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<String, u32>();
    /// writer.insert("a".to_string(), 1).publish();
    /// assert_eq!(writer.remove_and_get("a"), Some(1));
    /// assert_eq!(writer.remove_and_get("a"), None);
    /// assert!(reader.contains_key("a"));
    /// ```
    #[track_caller]
    pub fn remove_and_get<Q>(&mut self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hasher.hash_one(key);
        let (key, value) = self.inner.view().table.find(hash, key)?.clone();
        self.inner.append(Logged::Remove { hash, key });
        Some(value)
    }

    /// Removes `key` and returns clones of the key that the map held and of its value; `None`, and
    /// nothing logged, if it is not there. O(1) on average, and the clones; waits as
    /// [`view`](Self::view).
    ///
    /// # Panics
    ///
    /// As [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<String, u32>();
    /// writer.insert("a".to_string(), 1);
    /// assert_eq!(writer.remove_entry("a"), Some(("a".to_string(), 1)));
    /// assert_eq!(writer.remove_entry("a"), None);
    /// ```
    #[track_caller]
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hasher.hash_one(key);
        let (key, value) = self.inner.view().table.find(hash, key)?.clone();
        let logged = key.clone();
        self.inner.append(Logged::Remove { hash, key: logged });
        Some((key, value))
    }

    /// Removes all entries, as [`clear`](Self::clear) does, and returns clones of them.
    /// O(capacity), and the clones; waits as [`view`](Self::view).
    ///
    /// They are gone at once, as the writer sees it, whether the iterator is used up or not.
    ///
    /// # Panics
    ///
    /// As [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// writer.insert(2, 'b');
    /// let mut drained: Vec<_> = writer.drain().collect();
    /// drained.sort();
    /// assert_eq!(drained, [(1, 'a'), (2, 'b')]);
    /// assert_eq!((writer.view().len(), reader.len()), (0, 1));
    /// ```
    #[track_caller]
    pub fn drain(&mut self) -> IntoIter<K, V> {
        let entries = self.inner.view().table.entries().clone();
        self.clear();
        IntoIter::new(entries.into_iter())
    }
}
