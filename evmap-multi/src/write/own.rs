//! What the writer does with a look at its own copy: these methods wait for readers that are still
//! in it.
//!
//! Closures are run here, once, on the writer's own state, and what they came to is logged as plain
//! operations. The alternative, to log the closure and run it once per copy, never waits; but then
//! it has to be `Send`, `'static` and deterministic, has to be told when its second run begins, and
//! panics inside a publish instead of at the call.

use std::hash::{BuildHasher, Hash};
use std::iter;

use equivalent::Equivalent;
use evmap_core::IntoIter;

use crate::bag::Bag;
use crate::operation::{Logged, OfKey, OfValue};
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Removes the values of `key` for which `keep` says `false`. O(n); waits as
    /// [`view`](Self::view).
    ///
    /// `keep` runs once per value, as often as it is in the bag, in the order of
    /// [`Bag::iter`](crate::Bag::iter), pending operations included. It may count, look around and
    /// carry state: it runs here and now, and the log holds what it decided. That is a removal per value
    /// that goes, or, if fewer stay, a [`Clear`](crate::Operation::Clear) and an insert per value that
    /// stays. So too if a value that goes is equal to one that stays: what `keep` was shown is what
    /// stays.
    ///
    /// A large bag that loses most of its values keeps its room: [`fit`](Self::fit) gives it back.
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view). If `keep` panics nothing is logged and the handle is not poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// for n in 0..10 {
    ///     writer.insert("a".to_string(), n);
    /// }
    /// // At most three, and even.
    /// let mut room = 3;
    /// writer.retain("a", |n| {
    ///     let keep = n % 2 == 0 && room > 0;
    ///     room -= u32::from(keep);
    ///     keep
    /// });
    /// writer.publish();
    /// assert_eq!(reader.get("a").unwrap().len(), 3);
    /// ```
    #[track_caller]
    pub fn retain<Q>(&mut self, key: &Q, mut keep: impl FnMut(&V) -> bool) -> &mut Self
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hasher.hash_one(key);
        let Some((key, bag)) = self.inner.view().table().find(hash, key) else {
            return self;
        };
        let (kept, removed): (Vec<&V>, Vec<&V>) = bag.iter().partition(|value| keep(value));
        let each = |change: OfValue, values: &[&V]| -> Vec<_> {
            let values = values.iter().copied().cloned();
            values
                .map(|value| Logged::value(change, hash, key.clone(), value))
                .collect()
        };
        if removed.len() <= kept.len() && !bag.distinguishes(&removed, &kept) {
            let removals = each(OfValue::Remove, &removed);
            self.inner.extend(removals);
        } else if !removed.is_empty() {
            let (change, key) = (OfKey::Clear, key.clone());
            let inserts = each(OfValue::Insert, &kept);
            let clear = Logged::Key { change, hash, key };
            self.inner.extend(iter::once(clear).chain(inserts));
        }
        self
    }

    /// Removes `key` and returns a clone of its bag; `None`, and nothing logged, if it is not there. O(1) on
    /// average, and the clones of the key and the bag; waits as [`view`](Self::view).
    ///
    /// [`remove_entry`](Self::remove_entry) neither waits nor clones.
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// writer.extend([("a".to_string(), 1), ("a".to_string(), 2)]);
    /// writer.publish();
    /// assert_eq!(writer.remove_and_get("a").unwrap(), [1, 2]);
    /// assert!(writer.remove_and_get("a").is_none());
    /// assert!(reader.contains_key("a"));
    /// ```
    #[track_caller]
    pub fn remove_and_get<Q>(&mut self, key: &Q) -> Option<Bag<V, S>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.hasher.hash_one(key);
        let (key, bag) = self.inner.view().table().find(hash, key)?.clone();
        let change = OfKey::Remove;
        self.inner.append(Logged::Key { change, hash, key });
        Some(bag)
    }

    /// Removes all keys and bags, as [`purge`](Self::purge) does, and returns clones of them. O(capacity),
    /// and the clones; waits as [`view`](Self::view).
    ///
    /// They are gone at once, as the writer sees it, whether the iterator is used up or not.
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').publish();
    /// writer.insert(1, 'b');
    /// let drained: Vec<_> = writer.drain().collect();
    /// assert_eq!(drained.len(), 1);
    /// assert!(drained[0].0 == 1 && drained[0].1 == ['a', 'b']);
    /// assert_eq!((writer.view().len(), reader.len()), (0, 1));
    /// ```
    #[track_caller]
    pub fn drain(&mut self) -> IntoIter<K, Bag<V, S>> {
        let drained = self.inner.view().table().clone();
        self.purge();
        evmap_core::Snapshot::new(drained, ()).into_iter()
    }

    /// Removes the keys, with their bags, for which `keep` says `false`. O(capacity); waits as
    /// [`view`](Self::view).
    ///
    /// `keep` runs once per key, pending operations included, in no particular order. One
    /// [`RemoveEntry`](crate::Operation::RemoveEntry) is logged per key that goes.
    ///
    /// # Panics
    ///
    /// As [`retain`](Self::retain).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert("a", 1).insert("b", 2).remove_value("b", 2);
    /// // Keys stay when their last value goes, until they are swept out.
    /// writer.retain_entries(|_, bag| !bag.is_empty()).publish();
    /// assert!(reader.contains_key("a"));
    /// assert!(!reader.contains_key("b"));
    /// ```
    #[track_caller]
    pub fn retain_entries(&mut self, mut keep: impl FnMut(&K, &Bag<V, S>) -> bool) -> &mut Self {
        let hasher = &self.hasher;
        let removals: Vec<_> = (self.inner.view().iter())
            .filter(|(key, bag)| !keep(key, bag))
            .map(|(key, _)| Logged::Key {
                change: OfKey::Remove,
                hash: hasher.hash_one(key),
                key: key.clone(),
            })
            .collect();
        self.inner.extend(removals);
        self
    }
}
