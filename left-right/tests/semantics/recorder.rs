//! A list of numbers that writes down every call that left-right makes on it.

use std::sync::{Arc, Mutex};

use left_right::{Absorb, Independent, ReadHandle};

/// A call on copy `.0`; copies are numbered as they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    First(u8, u32),
    Second(u8, u32),
    Sync(u8),
    DropFirst(u8),
    DropSecond(u8),
}

#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    fn push(&self, call: Call) {
        self.0.lock().unwrap().push(call);
    }

    /// The calls since the last time that this was asked.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

pub(crate) struct Recorder {
    copy: u8,
    pub(crate) data: Vec<u32>,
    pub(crate) calls: Calls,
}

impl Recorder {
    /// Copy 0. The one that a constructor clones from it, and publishes, is copy 1.
    pub(crate) fn new(data: impl Into<Vec<u32>>) -> Self {
        Self {
            copy: 0,
            data: data.into(),
            calls: Calls::default(),
        }
    }
}

impl Clone for Recorder {
    fn clone(&self) -> Self {
        Self {
            copy: self.copy.wrapping_add(1),
            data: self.data.clone(),
            calls: self.calls.clone(),
        }
    }
}

impl Absorb<u32> for Recorder {
    fn absorb_first(&mut self, operation: &mut u32, other: &Self) {
        assert_ne!(self.copy, other.copy);
        self.calls.push(Call::First(self.copy, *operation));
        self.data.push(*operation);
    }

    fn absorb_second(&mut self, operation: u32, other: &Self) {
        assert_ne!(self.copy, other.copy);
        self.calls.push(Call::Second(self.copy, operation));
        self.data.push(operation);
    }

    fn drop_first(self: Box<Self>) {
        self.calls.push(Call::DropFirst(self.copy));
    }

    fn drop_second(self: Box<Self>) {
        self.calls.push(Call::DropSecond(self.copy));
    }

    fn sync_with(&mut self, first: &Self) {
        assert_ne!(self.copy, first.copy);
        self.calls.push(Call::Sync(self.copy));
        self.data.clone_from(&first.data);
    }
}

impl Independent for Recorder {}

/// What a new guard sees.
#[track_caller]
pub(crate) fn seen(reader: &ReadHandle<Recorder>) -> Vec<u32> {
    reader.enter().expect("the data is there").data.clone()
}
