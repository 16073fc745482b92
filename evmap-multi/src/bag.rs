//! The values of one key: a multiset that is small while it has few values.

mod compare;
mod iter;
mod multiset;

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::num::NonZeroU64;
use std::slice;

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

pub use iter::BagIter;
use multiset::Multiset;

/// A bag with more values than this hashes them.
const FEW: usize = 32;

/// The values of one key, each as often as it was inserted: a multiset.
///
/// Readers get one from [`ReadHandle::get`](crate::ReadHandle::get) and from a
/// [`View`](crate::View). No method blocks.
///
/// # Sizes
///
/// | values | held | [`contains`](Self::contains), removing one |
/// |---|---|---|
/// | 0 or 1 | in the map's own table, without an allocation | one comparison |
/// | 2 to 32 | in a vector | a comparison per value |
/// | more than 32, duplicates included | hashed, each distinct value once with a count | O(1) on average, hashes the value |
///
/// A bag that shrinks keeps its form, and its room, until
/// [`fit`](crate::WriteHandle::fit) or [`update`](crate::WriteHandle::update) gives both back: one
/// that grows and shrinks by turns is not moved to and fro.
///
/// # Order
///
/// Iteration is in no particular order, and [`get_one`](Self::get_one) may be any value, but both
/// are the same for all readers of one state, and stay as they are until the bag changes.
///
/// Values that are equal are the same value to a bag. If they can be told apart, any of them may
/// stand for the others: a hashed bag keeps the first and counts the rest.
///
/// # Example
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.insert("a", 1).insert("a", 2).insert("a", 2).publish();
///
/// let bag = reader.get("a").unwrap();
/// assert_eq!(bag.len(), 3);
/// assert_eq!(bag.iter().sum::<i32>(), 5);
/// assert_eq!(bag.count(&2), 2);
/// // Bags are equal if they hold the same values equally often, in whatever order.
/// assert_eq!(*bag, [2, 1, 2]);
/// ```
#[derive(Clone)]
pub struct Bag<V, S = DefaultHashBuilder> {
    form: Form<V, S>,
}

/// Two levels, so that a single comparison tells the form that matters most from the others.
#[derive(Clone)]
enum Form<V, S> {
    One(V),
    Many(Many<V, S>),
}

/// Any number of values, also none or one.
#[derive(Clone)]
enum Many<V, S> {
    /// At most `FEW` values.
    Listed(Vec<V>),
    Counted(Box<Multiset<V, S>>),
}

impl<V, S> Bag<V, S> {
    /// What a distinct value takes in a hashed bag.
    pub(crate) const ENTRY_SIZE: usize = Multiset::<V, S>::ENTRY_SIZE;

    pub(crate) const fn new() -> Self {
        Self {
            form: Form::Many(Many::Listed(Vec::new())),
        }
    }

    #[inline]
    pub(crate) fn one(value: V) -> Self {
        Self {
            form: Form::One(value),
        }
    }

    /// How many values there are, duplicates included. O(1).
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// assert_eq!([7, 8, 7].into_iter().collect::<Bag<_>>().len(), 3);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        match &self.form {
            Form::One(_) => 1,
            Form::Many(Many::Listed(values)) => values.len(),
            Form::Many(Many::Counted(values)) => values.len(),
        }
    }

    /// Whether there are no values. O(1).
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// assert!(Bag::<u32>::default().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values there is room for before something is allocated; of a hashed bag, how many
    /// distinct ones. O(1).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<&str, u32>();
    /// writer.insert("a", 1).publish();
    /// assert_eq!(reader.get("a").unwrap().capacity(), 1);
    /// writer.reserve("a", 100).publish();
    /// assert!(reader.get("a").unwrap().capacity() >= 101);
    /// ```
    pub fn capacity(&self) -> usize {
        match &self.form {
            Form::One(_) => 1,
            Form::Many(Many::Listed(values)) => values.capacity().max(1),
            Form::Many(Many::Counted(values)) => values.capacity(),
        }
    }

    /// One of the values, whichever: the first that [`iter`](Self::iter) yields. O(1); in a large
    /// bag that was nearly emptied and not [fitted](crate::WriteHandle::fit), O(capacity).
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// assert_eq!([7, 8].into_iter().collect::<Bag<_>>().get_one(), Some(&7));
    /// assert_eq!(Bag::<u32>::default().get_one(), None);
    /// ```
    #[inline]
    pub fn get_one(&self) -> Option<&V> {
        match &self.form {
            Form::One(value) => Some(value),
            Form::Many(Many::Listed(values)) => values.first(),
            Form::Many(Many::Counted(values)) => values.first(),
        }
    }

    /// The values, each as often as it is there, in no particular order. O(n) for a full
    /// pass, in a hashed bag O(capacity).
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// let bag: Bag<u32> = [7, 8, 7].into_iter().collect();
    /// assert_eq!(bag.iter().sum::<u32>(), 22);
    /// ```
    #[inline]
    pub fn iter(&self) -> BagIter<'_, V> {
        match &self.form {
            Form::One(value) => BagIter::listed(slice::from_ref(value)),
            Form::Many(Many::Listed(values)) => BagIter::listed(values),
            Form::Many(Many::Counted(values)) => BagIter::counted(values.entries(), values.len()),
        }
    }
}

impl<V, S: BuildHasher> Bag<V, S> {
    /// How often `value` is there. O(1) on average, O(n) in a bag of up to 32 values.
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// let bag: Bag<String> = ["a", "b", "a"].map(String::from).into_iter().collect();
    /// assert_eq!(bag.count("a"), 2);
    /// assert_eq!(bag.count("x"), 0);
    /// ```
    pub fn count<Q>(&self, value: &Q) -> usize
    where
        Q: ?Sized + Hash + Equivalent<V>,
    {
        match &self.form {
            Form::One(one) => usize::from(value.equivalent(one)),
            Form::Many(Many::Listed(values)) => {
                values.iter().filter(|v| value.equivalent(v)).count()
            }
            Form::Many(Many::Counted(values)) => values.count(value),
        }
    }

    /// Whether `value` is there. O(1) on average, O(n) in a bag of up to 32 values.
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// let bag: Bag<String> = ["a", "b"].map(String::from).into_iter().collect();
    /// assert!(bag.contains("a"));
    /// assert!(!bag.contains("x"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<V>,
    {
        match &self.form {
            Form::One(one) => value.equivalent(one),
            Form::Many(Many::Listed(values)) => values.iter().any(|v| value.equivalent(v)),
            Form::Many(Many::Counted(values)) => values.count(value) > 0,
        }
    }
}

/// The hash of a value that is on its way into or out of a bag: computed when a hashed bag first
/// needs it, and then kept for the same bag in the other copy.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ValueHash(Option<NonZeroU64>);

impl ValueHash {
    #[inline]
    fn get(&mut self, compute: impl FnOnce() -> u64) -> u64 {
        match self.0 {
            Some(hash) => hash.get(),
            None => {
                let hash = compute();
                // A hash of zero is computed again.
                self.0 = NonZeroU64::new(hash);
                hash
            }
        }
    }
}

/// What operations do. The order of the values, and whether they are hashed, depend on nothing but
/// the bag's history, so they are the same in both copies.
impl<V, S> Bag<V, S>
where
    V: Clone + Eq + Hash,
    S: BuildHasher + Clone,
{
    /// `hasher` is the one that a bag gets when it grows large.
    #[inline]
    pub(crate) fn insert(&mut self, value: Cow<'_, V>, hash: &mut ValueHash, hasher: &S) {
        match &mut self.form {
            Form::Many(Many::Listed(values)) if values.len() < FEW => {
                if values.capacity() == 0 {
                    *self = Self::one(value.into_owned());
                } else {
                    values.push(value.into_owned());
                }
            }
            Form::Many(Many::Counted(values)) => {
                let hash = hash.get(|| values.hash(&*value));
                values.insert(hash, value);
            }
            _ => self.insert_into_next_form(value, hash, hasher),
        }
    }

    #[cold]
    fn insert_into_next_form(&mut self, value: Cow<'_, V>, hash: &mut ValueHash, hasher: &S) {
        let value = Cow::Owned(value.into_owned());
        match mem::take(self).form {
            Form::One(one) => {
                let mut values = Vec::with_capacity(4);
                values.push(one);
                self.form = Form::Many(Many::Listed(values));
                self.insert(value, hash, hasher);
            }
            form => {
                self.form = Form::Many(Many::Counted(counted(form, hasher)));
                self.insert(value, hash, hasher);
            }
        }
    }

    /// Removes one of the values that are equal to `value`, if there is one.
    #[inline]
    pub(crate) fn remove(&mut self, value: &V, hash: &mut ValueHash) {
        match &mut self.form {
            Form::One(one) => {
                if one == value {
                    *self = Self::new();
                }
            }
            Form::Many(Many::Listed(values)) => {
                if let Some(place) = values.iter().position(|v| v == value) {
                    values.swap_remove(place);
                }
            }
            Form::Many(Many::Counted(values)) => {
                let hash = hash.get(|| values.hash(value));
                values.remove(hash, value);
            }
        }
    }

    /// Removes all values and keeps the room for them.
    pub(crate) fn clear(&mut self) {
        match &mut self.form {
            Form::One(_) => *self = Self::new(),
            Form::Many(Many::Listed(values)) => values.clear(),
            Form::Many(Many::Counted(values)) => values.clear(),
        }
    }

    /// Makes room for `additional` more values, or does not if there is no memory.
    pub(crate) fn reserve(&mut self, additional: usize, hasher: &S) {
        let wanted = self.len().saturating_add(additional);
        match &mut self.form {
            Form::Many(Many::Counted(values)) => values.reserve(additional),
            Form::Many(Many::Listed(values)) if wanted <= FEW => {
                // A single value needs no room.
                if wanted > 1 {
                    values.reserve(additional);
                }
            }
            Form::One(_) if additional == 0 => {}
            _ => match mem::take(self).form {
                Form::One(one) if wanted <= FEW => {
                    let mut values = Vec::with_capacity(wanted);
                    values.push(one);
                    self.form = Form::Many(Many::Listed(values));
                }
                form => {
                    let mut values = counted(form, hasher);
                    values.reserve(additional);
                    self.form = Form::Many(Many::Counted(values));
                }
            },
        }
    }

    /// Takes the smallest form for as many values as there are, with no room to spare.
    pub(crate) fn fit(&mut self) {
        let mut values = match mem::take(self).form {
            Form::Many(Many::Counted(mut values)) if values.len() > FEW => {
                values.shrink_to_fit();
                self.form = Form::Many(Many::Counted(values));
                return;
            }
            Form::Many(Many::Counted(values)) => values.into_values(),
            Form::Many(Many::Listed(values)) => values,
            one @ Form::One(_) => {
                self.form = one;
                return;
            }
        };
        self.form = match values.len() {
            1 => Form::One(values.remove(0)),
            _ => {
                values.shrink_to_fit();
                Form::Many(Many::Listed(values))
            }
        };
    }
}

fn counted<V, S>(form: Form<V, S>, hasher: &S) -> Box<Multiset<V, S>>
where
    V: Clone + Eq + Hash,
    S: BuildHasher + Clone,
{
    let values = match form {
        Form::Many(Many::Counted(values)) => return values,
        Form::Many(Many::Listed(values)) => values,
        Form::One(one) => vec![one],
    };
    let mut multiset = Multiset::new(hasher.clone());
    multiset.reserve(values.len() + 1);
    for value in values {
        multiset.insert(multiset.hash(&value), Cow::Owned(value));
    }
    Box::new(multiset)
}

/// An empty bag.
impl<V, S> Default for Bag<V, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V, S> FromIterator<V> for Bag<V, S>
where
    V: Clone + Eq + Hash,
    S: BuildHasher + Clone + Default,
{
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let (mut bag, hasher) = (Self::new(), S::default());
        for value in values {
            bag.insert(Cow::Owned(value), &mut ValueHash::default(), &hasher);
        }
        bag
    }
}

impl<'a, V, S> IntoIterator for &'a Bag<V, S> {
    type Item = &'a V;
    type IntoIter = BagIter<'a, V>;

    #[inline]
    fn into_iter(self) -> BagIter<'a, V> {
        self.iter()
    }
}

/// As a set is shown, with duplicates.
impl<V: fmt::Debug, S> fmt::Debug for Bag<V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}
