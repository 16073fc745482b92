//! Handles whose reads cannot fail, beyond the examples in the documentation.
#![cfg(not(loom))]

use left_right::{
    Absorb, Independent,
    kept::{self, Ref},
};

#[derive(Clone)]
struct Count(u32);

impl Absorb<u32> for Count {
    fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
        self.0 += *operation;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

impl Independent for Count {}

#[test]
fn handles_print_what_they_are() {
    let (writer, reader) = kept::new::<Count, u32>(Count(3));
    assert!(format!("{writer:?}").starts_with("WriteHandle {"));
    assert_eq!(format!("{reader:?}"), "ReadHandle { .. }");
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert_eq!(factory.handle().enter().0, 3);
}

#[test]
fn a_reference_narrows_or_is_given_back() {
    let (_writer, reader) = kept::new::<Count, u32>(Count(3));
    let whole = || reader.map(|count| count);
    let narrow = Ref::try_map(whole(), |count| Some(&count.0)).unwrap();
    assert_eq!((*narrow, *narrow.as_ref()), (3, 3));
    assert!(Ref::try_map(whole(), |_| None::<&u32>).is_none());
}
