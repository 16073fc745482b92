//! The values of one key: a multiset that is small while it has few values.

mod compare;
mod iter;
pub(crate) mod multiset;

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::{mem, slice, vec};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

pub use iter::BagIter;
use multiset::{Multiset, ValueHash};

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
/// A bag that shrinks keeps its form, and its room, until [`fit`](crate::WriteHandle::fit) or
/// [`update`](crate::WriteHandle::update) gives both back.
///
/// # Order
///
/// Iteration is in no particular order, and [`get_one`](Self::get_one) may be any value, but both
/// are the same for all readers of one state, and stay as they are until the bag changes. Values
/// that are equal are the same value to a bag: a hashed one keeps the first and counts the rest.
///
/// # Example
///
/// ```
/// let writer = evmap_multi::WriteHandle::from([("a", 1), ("a", 2), ("a", 2)]);
/// let view = writer.published();
/// let bag = &view["a"];
/// assert_eq!((bag.len(), bag.count(&2)), (3, 2));
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
    /// assert_eq!([7, 8, 7].into_iter().collect::<evmap_multi::Bag<i32>>().len(), 3);
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
    /// assert!(evmap_multi::Bag::<u32>::default().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values there is room for before something is allocated; of a hashed bag, how many
    /// distinct ones. O(1). Says nothing of values without a size, which take no room.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<&str, u32>();
    /// assert_eq!(writer.insert("a", 1).unpublished()["a"].capacity(), 1);
    /// assert!(writer.reserve("a", 100).unpublished()["a"].capacity() >= 101);
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
    /// assert_eq!([7, 8, 7].into_iter().collect::<evmap_multi::Bag<i32>>().get_one(), Some(&7));
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
    /// let bag: evmap_multi::Bag<i32> = [7, 8, 7].into_iter().collect();
    /// assert_eq!(bag.iter().sum::<i32>(), 22);
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
    /// assert_eq!([7, 8, 7].into_iter().collect::<evmap_multi::Bag<i32>>().count(&7), 2);
    /// ```
    pub fn count<Q: ?Sized + Hash + Equivalent<V>>(&self, value: &Q) -> usize {
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
    /// assert!([7, 8, 7].into_iter().collect::<evmap_multi::Bag<i32>>().contains(&8));
    /// ```
    #[inline]
    pub fn contains<Q: ?Sized + Hash + Equivalent<V>>(&self, value: &Q) -> bool {
        match &self.form {
            Form::One(one) => value.equivalent(one),
            Form::Many(Many::Listed(values)) => values.iter().any(|v| value.equivalent(v)),
            Form::Many(Many::Counted(values)) => values.count(value) > 0,
        }
    }
}

impl<V: Eq, S> Bag<V, S> {
    /// The distinct values with how often each is there, in no particular order. A full pass is
    /// O(n²) in a bag of up to 32 values, else O(capacity).
    ///
    /// ```
    /// let bag: evmap_multi::Bag<i32> = [7, 8, 7].into_iter().collect();
    /// assert!(bag.counts().eq([(&7, 2), (&8, 1)]));
    /// ```
    pub fn counts(&self) -> impl Iterator<Item = (&V, usize)> + Clone {
        let (listed, counted) = match &self.form {
            Form::One(value) => (slice::from_ref(value), None),
            Form::Many(Many::Listed(values)) => (values.as_slice(), None),
            Form::Many(Many::Counted(values)) => (&[][..], Some(values.entries())),
        };
        let is_first = move |place: usize| !listed[..place].contains(&listed[place]);
        let listed = (0..listed.len())
            .filter(move |place| is_first(*place))
            .map(move |place| {
                let same = listed[place..].iter().filter(|it| **it == listed[place]);
                (&listed[place], same.count())
            });
        listed.chain(
            counted
                .into_iter()
                .flatten()
                .map(|entry| (&entry.value, entry.times)),
        )
    }
}

/// What operations do. The order of the values, and whether they are hashed, depend on nothing but
/// the bag's history, so they are the same in both copies.
impl<V: Clone + Eq + Hash, S: BuildHasher + Clone> Bag<V, S> {
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

/// An empty bag.
impl<V, S> Default for Bag<V, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: Clone + Eq + Hash, S: BuildHasher + Clone + Default> FromIterator<V> for Bag<V, S> {
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

/// Moves the values out; of duplicates in a hashed bag, clones.
///
/// ```
/// let bag: evmap_multi::Bag<i32> = [7, 8, 7].into_iter().collect();
/// assert_eq!(bag.into_iter().sum::<i32>(), 22);
/// ```
impl<V: Clone, S> IntoIterator for Bag<V, S> {
    type Item = V;
    type IntoIter = vec::IntoIter<V>;

    fn into_iter(self) -> vec::IntoIter<V> {
        let values = match self.form {
            Form::One(value) => vec![value],
            Form::Many(Many::Listed(values)) => values,
            Form::Many(Many::Counted(values)) => values.into_values(),
        };
        values.into_iter()
    }
}

/// As a set is shown, with duplicates.
impl<V: fmt::Debug, S> fmt::Debug for Bag<V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
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
