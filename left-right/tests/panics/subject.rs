//! Two structures, each call of which may panic: one owns its values, in the other both copies
//! share them.

use std::mem::ManuallyDrop;

use left_right::{
    Absorb, Independent,
    aliasing::{Aliased, DropBehavior},
};

use crate::{
    common::tracked::{Ledger, Tracked},
    fuse::Fuse,
};

/// A value whose clone and drop are calls of user code.
pub(crate) struct Bomb {
    value: Tracked,
    ledger: Ledger,
    fuse: Fuse,
}

impl Bomb {
    pub(crate) fn new(payload: u64, ledger: &Ledger, fuse: &Fuse) -> Self {
        Self {
            value: ledger.value(payload),
            ledger: ledger.clone(),
            fuse: fuse.clone(),
        }
    }

    pub(crate) fn payload(&self) -> u64 {
        self.value.payload()
    }
}

impl Clone for Bomb {
    fn clone(&self) -> Self {
        self.fuse.burn("clone of a value");
        Self::new(self.payload(), &self.ledger, &self.fuse)
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.fuse.burn("drop of a value");
    }
}

/// A stack of bombs.
pub(crate) trait Subject: Absorb<Self::Operation> + Clone + Send + Sync + 'static {
    type Operation: Send;
    fn empty(fuse: &Fuse) -> Self;
    fn push(value: Bomb) -> Self::Operation;
    fn pop() -> Self::Operation;
    fn payloads(&self) -> Vec<u64>;
}

/// Each copy has values of its own.
pub(crate) struct Owning {
    values: Vec<Bomb>,
    fuse: Fuse,
}

pub(crate) enum OwningOperation {
    Push(Bomb),
    Pop,
}

impl Clone for Owning {
    fn clone(&self) -> Self {
        self.fuse.burn("clone");
        Self {
            values: self.values.clone(),
            fuse: self.fuse.clone(),
        }
    }
}

impl Independent for Owning {}

impl Absorb<OwningOperation> for Owning {
    fn absorb_first(&mut self, operation: &mut OwningOperation, _other: &Self) {
        self.fuse.burn("absorb_first, before");
        match operation {
            OwningOperation::Push(value) => self.values.push(value.clone()),
            OwningOperation::Pop => drop(self.values.pop()),
        }
        self.fuse.burn("absorb_first, after");
    }

    fn absorb_second(&mut self, operation: OwningOperation, _other: &Self) {
        self.fuse.burn("absorb_second, before");
        match operation {
            OwningOperation::Push(value) => self.values.push(value),
            OwningOperation::Pop => drop(self.values.pop()),
        }
        self.fuse.burn("absorb_second, after");
    }

    fn drop_first(self: Box<Self>) {
        self.fuse.burn("drop_first");
    }

    fn drop_second(self: Box<Self>) {
        self.fuse.burn("drop_second");
    }

    fn sync_with(&mut self, first: &Self) {
        self.fuse.burn("sync_with, before");
        self.values.clone_from(&first.values);
        self.fuse.burn("sync_with, after");
    }
}

impl Subject for Owning {
    type Operation = OwningOperation;

    fn empty(fuse: &Fuse) -> Self {
        Self {
            values: Vec::new(),
            fuse: fuse.clone(),
        }
    }

    fn push(value: Bomb) -> OwningOperation {
        OwningOperation::Push(value)
    }

    fn pop() -> OwningOperation {
        OwningOperation::Pop
    }

    fn payloads(&self) -> Vec<u64> {
        self.values.iter().map(Bomb::payload).collect()
    }
}

pub(crate) struct NoDrop;

impl DropBehavior for NoDrop {
    const DO_DROP: bool = false;
}

pub(crate) struct DoDrop;

impl DropBehavior for DoDrop {
    const DO_DROP: bool = true;
}

/// Both copies have the same values; the second application of an operation drops what it removes.
#[repr(C)]
pub(crate) struct Sharing<D: DropBehavior = NoDrop> {
    values: Vec<Aliased<Bomb, D>>,
    fuse: Fuse,
}

/// An operation owns its value until the second copy takes it over.
pub(crate) enum SharingOperation {
    Push(Aliased<Bomb, DoDrop>),
    Pop,
}

impl Sharing {
    fn dropping(&mut self) -> &mut Sharing<DoDrop> {
        // SAFETY: `repr(C)`, and the layout of a vector does not depend on the marker, for which
        // nobody else can implement a trait. Callers drop only what the other copy lost before.
        unsafe { &mut *(&raw mut *self).cast() }
    }
}

impl Clone for Sharing {
    fn clone(&self) -> Self {
        self.fuse.burn("clone");
        assert!(self.values.is_empty(), "only an empty one is cloned");
        Self::empty(&self.fuse)
    }
}

impl Absorb<SharingOperation> for Sharing {
    fn absorb_first(&mut self, operation: &mut SharingOperation, _other: &Self) {
        self.fuse.burn("absorb_first, before");
        match operation {
            SharingOperation::Push(value) => {
                // SAFETY: this alias never drops. What it stands for goes with the second
                // application of the operation that removes it, after this copy has lost it.
                let alias = unsafe { value.alias() };
                // SAFETY: to a behaviour that does not drop. If the call panics, it leaks.
                self.values.push(unsafe { alias.change_drop() });
            }
            SharingOperation::Pop => drop(self.values.pop()),
        }
        self.fuse.burn("absorb_first, after");
    }

    fn absorb_second(&mut self, operation: SharingOperation, _other: &Self) {
        match operation {
            SharingOperation::Push(value) => {
                // Before anything can panic: the other copy has the value, too.
                // SAFETY: to a behaviour that does not drop.
                let value: Aliased<Bomb, NoDrop> = unsafe { value.change_drop() };
                self.fuse.burn("absorb_second, before");
                self.values.push(value);
            }
            SharingOperation::Pop => {
                self.fuse.burn("absorb_second, before");
                drop(self.dropping().values.pop());
            }
        }
        self.fuse.burn("absorb_second, after");
    }

    fn drop_first(self: Box<Self>) {
        self.fuse.burn("drop_first");
    }

    fn drop_second(self: Box<Self>) {
        let this = ManuallyDrop::new(self);
        this.fuse.burn("drop_second");
        let this: *mut Self = Box::into_raw(ManuallyDrop::into_inner(this));
        // SAFETY: as in `dropping`; the first copy is gone, so these aliases are the last.
        let this: Box<Sharing<DoDrop>> = unsafe { Box::from_raw(this.cast()) };
        drop(this);
    }

    fn sync_with(&mut self, first: &Self) {
        self.fuse.burn("sync_with, before");
        assert!(self.values.is_empty());
        for value in &first.values {
            // SAFETY: as in `absorb_first`.
            self.values.push(unsafe { value.alias() });
        }
        self.fuse.burn("sync_with, after");
    }
}

impl Subject for Sharing {
    type Operation = SharingOperation;

    fn empty(fuse: &Fuse) -> Self {
        Self {
            values: Vec::new(),
            fuse: fuse.clone(),
        }
    }

    fn push(value: Bomb) -> SharingOperation {
        SharingOperation::Push(Aliased::from(value))
    }

    fn pop() -> SharingOperation {
        SharingOperation::Pop
    }

    fn payloads(&self) -> Vec<u64> {
        self.values.iter().map(|value| value.payload()).collect()
    }
}
