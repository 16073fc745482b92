//! What operations do to a bag: the only place where one changes, and changes its form.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::num::NonZeroU64;

use super::multiset::Multiset;
use super::{Bag, FEW, Form, Many};

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
