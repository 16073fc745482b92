//! The contract between the primitive and the data structure: both copies stay equal.

#![forbid(unsafe_code)]

/// A data structure that can be kept in two copies by replaying operations of type `O`.
///
/// Every operation is applied twice: once to the copy that is about to be published
/// ([`absorb_first`](Self::absorb_first)) and, one publish later, once to the copy that readers
/// have left since ([`absorb_second`](Self::absorb_second)). The two applications must have the
/// same effect, so they may depend only on the operation and on the data: not on a random seed
/// that differs between the copies, on addresses, on time, or on what another thread does.
///
/// A copy that drifts apart gives readers wrong answers; it is never unsound by itself. It becomes
/// unsound only together with unsafe code that counts on the copies being equal, such as a
/// structure of [`Aliased`](crate::aliasing::Aliased) values.
///
/// # Panics
///
/// Each method is user code and may panic. The panic propagates to whoever called the
/// [`WriteHandle`](crate::WriteHandle), which is poisoned from then on: nothing is published any
/// more, readers keep the last published copy, and the half-changed copy is leaked rather than
/// dropped. See [`WriteHandle::is_poisoned`](crate::WriteHandle::is_poisoned).
///
/// # Examples
///
/// ```
/// use left_right::Absorb;
///
/// /// How often each port was seen.
/// #[derive(Clone, Default)]
/// struct Ports(Vec<u32>);
///
/// struct Seen(usize);
///
/// impl Absorb<Seen> for Ports {
///     fn absorb_first(&mut self, Seen(port): &mut Seen, _other: &Self) {
///         if self.0.len() <= *port {
///             self.0.resize(*port + 1, 0);
///         }
///         self.0[*port] += 1;
///     }
///
///     fn sync_with(&mut self, first: &Self) {
///         self.0.clone_from(&first.0);
///     }
/// }
///
/// let (mut writer, reader) = left_right::new::<Ports, Seen>();
/// writer.append(Seen(443)).append(Seen(443)).publish();
/// assert_eq!(reader.enter().unwrap().0[443], 2);
/// ```
pub trait Absorb<O> {
    /// Applies `operation` to the first of the two copies.
    ///
    /// `other` is the copy that readers see at the moment. The operation stays in the log for the
    /// second copy, so what it owns may be cloned or aliased here, not taken. If the pair is frozen
    /// before the operation is published, it is dropped without ever reaching the second copy, after
    /// the first was dropped by [`drop_first`](Self::drop_first).
    ///
    /// ```
    /// use left_right::Absorb;
    ///
    /// struct Names(Vec<String>);
    ///
    /// impl Absorb<String> for Names {
    ///     fn absorb_first(&mut self, name: &mut String, _: &Self) {
    ///         // The log keeps `name` for the other copy.
    ///         self.0.push(name.clone());
    ///     }
    /// #     fn sync_with(&mut self, first: &Self) { self.0.clone_from(&first.0); }
    /// }
    /// ```
    fn absorb_first(&mut self, operation: &mut O, other: &Self);

    /// Applies `operation` to the second of the two copies, with the same effect as on the first.
    ///
    /// `other` is the copy that readers see at the moment; it has absorbed the operation before.
    /// By default this calls [`absorb_first`](Self::absorb_first). Implement it to move out of the
    /// operation what the first copy had to clone.
    ///
    /// ```
    /// use left_right::Absorb;
    ///
    /// struct Names(Vec<String>);
    ///
    /// impl Absorb<String> for Names {
    /// #     fn absorb_first(&mut self, name: &mut String, _: &Self) { self.0.push(name.clone()); }
    ///     fn absorb_second(&mut self, name: String, _: &Self) {
    ///         // Nobody needs `name` after this.
    ///         self.0.push(name);
    ///     }
    /// #     fn sync_with(&mut self, first: &Self) { self.0.clone_from(&first.0); }
    /// }
    /// ```
    fn absorb_second(&mut self, mut operation: O, other: &Self) {
        self.absorb_first(&mut operation, other);
    }

    /// Asks for the cache lines that `operation` will write, with [`prefetch_write`](crate::prefetch_write). By default
    /// nothing.
    ///
    /// Called for several operations, before the first of them is applied, when threads write through a
    /// [`SharedHandle`](crate::SharedHandle) at the same time: the lines are then on their way all at once, while the
    /// writer waits for readers. `self` is a copy that readers may be in. It should find its way without user code that
    /// is slow; a panic goes on in a call of some writer, and nothing has changed then.
    ///
    /// ```
    /// use left_right::{Absorb, prefetch_write};
    ///
    /// struct Ports(Vec<u32>);
    ///
    /// impl Absorb<usize> for Ports {
    /// #     fn absorb_first(&mut self, port: &mut usize, _: &Self) { self.0[*port] += 1; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0.clone_from(&first.0); }
    ///     fn prefetch(&self, port: &usize) {
    ///         if let Some(count) = self.0.get(*port) {
    ///             prefetch_write(count);
    ///         }
    ///     }
    /// }
    /// ```
    #[inline]
    fn prefetch(&self, operation: &O) {
        let _ = operation;
    }

    /// Drops the first of the two copies, while the second still exists. By default a plain drop.
    ///
    /// A structure whose copies share values leaves the shared ones alone here.
    ///
    /// ```
    /// use left_right::Absorb;
    ///
    /// struct Names(Vec<String>);
    ///
    /// impl Absorb<String> for Names {
    /// #     fn absorb_first(&mut self, name: &mut String, _: &Self) { self.0.push(name.clone()); }
    /// #     fn sync_with(&mut self, first: &Self) { self.0.clone_from(&first.0); }
    ///     fn drop_first(self: Box<Self>) {
    ///         println!("the first of two copies goes, with {} names", self.0.len());
    ///     }
    /// }
    /// ```
    #[allow(clippy::boxed_local)] // The signature of left-right 0.11.
    fn drop_first(self: Box<Self>) {}

    /// Drops the last copy. By default a plain drop.
    ///
    /// After a panic the other copy is leaked, and this is called without a `drop_first` before.
    ///
    /// ```
    /// use left_right::Absorb;
    ///
    /// struct Names(Vec<String>);
    ///
    /// impl Absorb<String> for Names {
    /// #     fn absorb_first(&mut self, name: &mut String, _: &Self) { self.0.push(name.clone()); }
    /// #     fn sync_with(&mut self, first: &Self) { self.0.clone_from(&first.0); }
    ///     fn drop_second(self: Box<Self>) {
    ///         println!("the last copy goes, with {} names", self.0.len());
    ///     }
    /// }
    /// ```
    #[allow(clippy::boxed_local)] // The signature of left-right 0.11.
    fn drop_second(self: Box<Self>) {}

    /// Makes `self` equal to `first`.
    ///
    /// Operations appended before the first publish are applied straight to one copy, without a
    /// log; this call then brings the other copy up to date in one go. It is made at most once,
    /// by whatever needs that copy first after the first publish: the next publish or
    /// [`unpublished`](crate::WriteHandle::unpublished), or the writer as it goes. It is never made for a pair made
    /// by [`new_logged`](crate::new_logged).
    ///
    /// ```
    /// use left_right::Absorb;
    ///
    /// struct Names(Vec<String>);
    ///
    /// impl Absorb<String> for Names {
    /// #     fn absorb_first(&mut self, name: &mut String, _: &Self) { self.0.push(name.clone()); }
    ///     fn sync_with(&mut self, first: &Self) {
    ///         // `clone_from` uses the memory that is there.
    ///         self.0.clone_from(&first.0);
    ///     }
    /// }
    /// ```
    fn sync_with(&mut self, first: &Self);
}

/// A structure whose clone shares nothing whose drop is split between the two copies.
///
/// The default [`Absorb::drop_first`] and [`Absorb::drop_second`] are right for such a structure:
/// each copy owns what it holds, so a copy can be dropped at any time, in any order, whether it is
/// up to date or not. Maps and vectors of owned values are such structures, also when the values
/// are `Arc`s. A structure of [`Aliased`](crate::aliasing::Aliased) values is not.
///
/// Implementing the trait lets a writer go without waiting for anybody
/// ([`WriteHandle::into_owned`](crate::WriteHandle::into_owned)). It is safe to implement:
/// where a wrong implementation could lead to a double drop, the obligation to rule that out is
/// part of the contract of the unsafe [`Aliased::alias`](crate::aliasing::Aliased::alias).
///
/// ```
/// #[derive(Clone, Default)]
/// struct Routes(Vec<(u32, String)>);
///
/// impl left_right::Independent for Routes {}
/// ```
pub trait Independent: Clone {}
