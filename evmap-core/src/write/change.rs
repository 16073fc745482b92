//! Changes by closures.
//!
//! They are run here, once, on the writer's own state, and what they came to is logged as plain
//! operations. The alternative, to log the closure and run it once per copy, never waits; but then
//! it has to be `Send`, `'static` and deterministic (a closure that counts, reads a clock or
//! iterates another map silently makes the copies differ), it panics inside a publish instead of at
//! the call, its outcome is not known to the caller, and an operation that is code can neither be
//! sent to a replica nor written to a journal.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use crate::operation::Logged;
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    /// The value of `key` as the writer sees it, which becomes `default()` if the key is not there.
    /// O(1) on average; waits as [`view`](Self::view).
    ///
    /// `default` runs at once, and only if it is needed. Its outcome is logged, with a clone of the
    /// key, and applied to the writer's copy; readers see it after the next publish. To change the
    /// value as well take [`update_or_insert`](Self::update_or_insert).
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view), and if the key is not found after it was inserted, since it is not
    /// equal to itself or hashes differently each time. If `default` panics nothing is logged and
    /// the handle is not poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// assert_eq!(*writer.get_or_insert_with("a", || 1), 1);
    /// assert_eq!(*writer.get_or_insert_with("a", || unreachable!()), 1);
    /// assert_eq!(writer.pending().len(), 1);
    /// writer.publish();
    /// assert_eq!(reader.get_cloned("a"), Some(1));
    /// ```
    #[track_caller]
    pub fn get_or_insert_with(&mut self, key: K, default: impl FnOnce() -> V) -> &V {
        let hash = self.hasher.hash_one(&key);
        if self.inner.view().table.find(hash, &key).is_none() {
            let value = default();
            let key = key.clone();
            self.inner.append(Logged::Insert { hash, key, value });
        }
        let entry = self.inner.view().table.find(hash, &key);
        &entry.expect("a key that was just inserted is found").1
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
    /// not the `&mut V` of `HashMap::retain`; [`retain_mut`](Self::retain_mut) changes values. One
    /// removal, with a clone of the key, is logged per key that goes.
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

    /// Removes the entries for which `keep` says `false`, and lets it change those that stay.
    /// O(capacity), and two clones of each value that is changed; waits as [`view`](Self::view).
    ///
    /// `keep` runs once per entry, pending ones included, in no particular order. The value is a
    /// [`Cow`]: read it as it is, and call [`to_mut`](Cow::to_mut) to change it, which clones it
    /// first. So values that are only looked at cost nothing and are not logged; for one that is
    /// changed an insert is logged, with a clone of the key, and for one that goes a removal.
    ///
    /// With a `keep` that always says `true` it changes all values, as `values_mut` does in a
    /// `HashMap`. What [`update`](Self::update) says of large values holds here.
    ///
    /// # Panics
    ///
    /// As [`retain`](Self::retain).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend([("new", 3), ("old", 1), ("fixed", 0)]);
    /// writer.publish();
    /// // Entries with a time to live get older.
    /// writer.retain_mut(|_, ticks| {
    ///     if **ticks == 0 {
    ///         return true;
    ///     }
    ///     *ticks.to_mut() -= 1;
    ///     **ticks > 0
    /// });
    /// assert_eq!(writer.pending().len(), 2);
    /// writer.publish();
    /// assert_eq!(reader.get_cloned("new"), Some(2));
    /// assert_eq!(reader.get_cloned("old"), None);
    /// assert_eq!(reader.get_cloned("fixed"), Some(0));
    /// ```
    #[track_caller]
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&K, &mut Cow<'_, V>) -> bool) -> &mut Self {
        let mut changes = Vec::new();
        for (key, value) in self.inner.view() {
            let mut value = Cow::Borrowed(value);
            let keeps = keep(key, &mut value);
            let hash = || self.hasher.hash_one(key);
            match value {
                _ if !keeps => changes.push(Logged::Remove {
                    hash: hash(),
                    key: key.clone(),
                }),
                Cow::Owned(value) => changes.push(Logged::Insert {
                    hash: hash(),
                    key: key.clone(),
                    value,
                }),
                Cow::Borrowed(_) => {}
            }
        }
        self.inner.extend(changes);
        self
    }
}
