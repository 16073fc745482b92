//! Who owns the data in the end, the writer or the readers: a parameter of all handles.

#![forbid(unsafe_code)]

/// The writer owns the data: it takes the data away from the readers when it goes, and a read says whether it
/// still found any. What all handles are by default, as in `left-right` 0.11.
#[derive(Clone, Copy, Debug)]
pub enum Revocable {}

/// The readers own the data with the writer: they keep the last published state when it goes, so reads cannot fail.
///
/// Made by [`new_owned`](crate::new_owned) or [`WriteHandle::into_owned`](crate::WriteHandle::into_owned). The
/// handles do not mix with revocable ones:
///
/// ```compile_fail,E0308
/// use left_right::doctest::Count;
/// let (mut revocable, _) = left_right::new::<Count, u32>();
/// let (mut owned, _) = left_right::new_owned::<Count, u32>(Count(0));
/// std::mem::swap(&mut revocable, &mut owned);
/// ```
///
/// ```compile_fail,E0599
/// use left_right::doctest::Count;
/// left_right::new_owned::<Count, u32>(Count(0)).0.take(); // Nobody takes it away.
/// ```
///
/// ```
/// use left_right::doctest::Count;
/// left_right::new::<Count, u32>().0.take();
/// let (mut one, _) = left_right::new_owned::<Count, u32>(Count(1));
/// let (mut other, _) = left_right::new_owned::<Count, u32>(Count(2));
/// std::mem::swap(&mut one, &mut other);
/// assert_eq!(one.enter().0, 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Owned {}

/// [`Revocable`] or [`Owned`].
pub trait Ownership: sealed::Sealed {
    /// What entering gives: a guard, or an `Option` of one.
    type Entered<G>;

    #[doc(hidden)]
    fn entered<G>(guard: Option<G>) -> Self::Entered<G>;
}

impl Ownership for Revocable {
    type Entered<G> = Option<G>;

    #[inline]
    fn entered<G>(guard: Option<G>) -> Option<G> {
        guard
    }
}

impl Ownership for Owned {
    type Entered<G> = G;

    #[inline]
    fn entered<G>(guard: Option<G>) -> G {
        // Such handles come from `into_owned` and `freeze` alone: their writer leaves the data, or has left it.
        guard.expect("readers that own the data keep the last published state")
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Revocable {}
    impl Sealed for super::Owned {}
}
