//! The values of one key: a multiset that is small while it has few values.

mod change;
mod compare;
mod iter;
mod multiset;

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::{slice, vec};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

pub(crate) use change::ValueHash;
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
    /// distinct ones. O(1). Says nothing of values without a size, which take no room.
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

impl<V: Eq, S> Bag<V, S> {
    /// The distinct values with how often each is there, in no particular order. A full pass is O(n²) in a
    /// bag of up to 32 values, else O(capacity).
    ///
    /// ```
    /// use evmap_multi::Bag;
    ///
    /// let bag: Bag<char> = "abca".chars().collect();
    /// let mut counts: Vec<_> = bag.counts().collect();
    /// counts.sort();
    /// assert_eq!(counts, [(&'a', 2), (&'b', 1), (&'c', 1)]);
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

/// Moves the values out; of duplicates in a hashed bag, clones.
///
/// ```
/// use evmap_multi::Bag;
///
/// let bag: Bag<String> = ["a", "b", "a"].map(String::from).into_iter().collect();
/// let mut values: Vec<String> = bag.into_iter().collect();
/// values.sort();
/// assert_eq!(values, ["a", "a", "b"]);
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
