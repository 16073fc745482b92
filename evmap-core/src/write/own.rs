//! What the writer does with a look at its own copy: these methods wait for readers that are still
//! in it.
//!
//! Closures are run here, once, on the writer's own state, and what they came to is logged as plain
//! operations. The alternative, to log the closure and run it once per copy, never waits; but then
//! it has to be `Send`, `'static` and deterministic (a closure that counts, reads a clock or
//! iterates another map silently makes the copies differ), it panics inside a publish instead of at
//! the call, its outcome is not known to the caller, and an operation that is code can neither be
//! sent to a replica nor written to a journal.

use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use crate::operation::Logged;
use crate::snapshot::Snapshot;
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    /// The map with all pending operations: reads one's own writes.
    ///
    /// Waits for readers that are still in a state from before the last publish, then applies the
    /// operations that the writer's copy lacks. O(1) if there are none. The next publish does not
    /// wait again and has that much less to do; nothing becomes visible to readers.
    ///
    /// Calling it after a publish also brings the second copy up to date at once: it drops what
    /// that publish removed or replaced, which otherwise lives until the next one, and empties the
    /// log.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop` does,
    /// which poisons it.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert("a", 1);
    /// assert_eq!(writer.view().get("a"), Some(&1));
    /// assert!(!reader.contains_key("a"));
    /// ```
    #[track_caller]
    pub fn view(&mut self) -> &Snapshot<K, V, M, S> {
        self.inner.view()
    }

    /// [`view`](Self::view), unless it would have to wait. Never blocks.
    ///
    /// A publish and then this frees at once what the publish removed, if no reader is in the way.
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// let view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(writer.try_view().is_none());
    /// drop(view);
    /// assert_eq!(writer.try_view().unwrap()[&1], 'a');
    /// ```
    #[track_caller]
    pub fn try_view(&mut self) -> Option<&Snapshot<K, V, M, S>> {
        self.inner.try_view()
    }

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

    /// Changes the value of `key` and returns what `change` returns; `None`, and nothing logged, if
    /// the key is not there. Waits as [`view`](Self::view).
    ///
    /// `change` runs once, at once, on a clone of the value as the writer sees it, pending
    /// operations included. So any number of updates before a publish add up exactly, `change` may
    /// do what it likes, and the log holds the outcome.
    ///
    /// # Cost
    ///
    /// A look-up, and two clones of the *whole* value: one to change, which is then logged, and one
    /// when the first copy absorbs it. (The second copy takes the logged one.) And one of the key.
    /// For a number that is nothing. For a `Vec` that is pushed to n times, with an update for each
    /// push, it is O(n²) time, and as many whole `Vec`s wait in the log until they are applied.
    /// Change such a value many times and insert it once:
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<&str, Vec<u32>>();
    /// writer.insert("a", vec![0]);
    ///
    /// let mut value = writer.view().get("a").cloned().unwrap_or_default();
    /// value.extend(1..1_000);
    /// writer.insert("a", value).publish();
    /// assert_eq!(reader.get("a").unwrap().len(), 1_000);
    /// ```
    ///
    /// or keep values whose clones are cheap: a persistent vector or map, or an `Arc` per part.
    ///
    /// # Panics
    ///
    /// As [`insert_and_get`](Self::insert_and_get). If `change` panics nothing is logged and the
    /// handle is not poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<String, u32>();
    /// writer.insert("hits".to_string(), 0);
    /// for _ in 0..10 {
    ///     writer.update("hits", |hits| *hits += 1);
    /// }
    /// assert_eq!(writer.update("misses", |misses| *misses += 1), None);
    /// writer.publish();
    /// assert_eq!(reader.get_cloned("hits"), Some(10));
    /// ```
    #[track_caller]
    pub fn update<Q, R>(&mut self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hasher.hash_one(key);
        let (key, mut value) = self.inner.view().table.find(hash, key)?.clone();
        let result = change(&mut value);
        self.inner.append(Logged::Insert { hash, key, value });
        Some(result)
    }

    /// Changes the value of `key`, starting from `default()` if it is not there, and returns what
    /// `change` returns. Waits as [`view`](Self::view).
    ///
    /// It clones and logs the whole value per call: see the cost of [`update`](Self::update), and
    /// what to do instead for large values.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// for word in ["to", "be", "or", "not", "to", "be"] {
    ///     writer.update_or_insert(word, || 0, |count| *count += 1);
    /// }
    /// writer.publish();
    /// assert_eq!(reader.get_cloned("to"), Some(2));
    /// assert_eq!(reader.get_cloned("or"), Some(1));
    /// ```
    #[track_caller]
    pub fn update_or_insert<R>(
        &mut self,
        key: K,
        default: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> R {
        let hash = self.hasher.hash_one(&key);
        let mut value = match self.inner.view().table.find(hash, &key) {
            Some((_, value)) => value.clone(),
            None => default(),
        };
        let result = change(&mut value);
        self.inner.append(Logged::Insert { hash, key, value });
        result
    }

    /// Removes the entries for which `keep` says `false`. O(capacity); waits as
    /// [`view`](Self::view).
    ///
    /// `keep` runs once per entry, pending ones included, in no particular order. It gets a `&V`,
    /// not the `&mut V` of `HashMap::retain`: the entry is the writer's own copy. One removal, with
    /// a clone of the key, is logged per key that goes.
    ///
    /// # Panics
    ///
    /// As [`insert_and_get`](Self::insert_and_get). If `keep` panics nothing is logged and the
    /// handle is not poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend((0..10).map(|n| (n, n * n)));
    /// writer.retain(|_, square| square % 2 == 0).publish();
    /// assert_eq!(reader.len(), 5);
    /// ```
    #[track_caller]
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) -> &mut Self {
        let hasher = &self.hasher;
        let removals: Vec<_> = self
            .inner
            .view()
            .iter()
            .filter(|(key, value)| !keep(key, value))
            .map(|(key, _)| Logged::Remove {
                hash: hasher.hash_one(key),
                key: key.clone(),
            })
            .collect();
        self.inner.extend(removals);
        self
    }
}
