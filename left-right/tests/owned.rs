//! Handles whose reads cannot fail, beyond the examples in the documentation.
#![cfg(not(loom))]

use std::time::Duration;

use left_right::{Absorb, Independent, ReadGuard};

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
    let (writer, reader) = left_right::new_owned::<Count, u32>(Count(3));
    assert!(format!("{writer:?}").starts_with("WriteHandle {"));
    assert!(format!("{reader:?}").starts_with("ReadHandle {"));
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert_eq!(factory.handle().enter().0, 3);
}

#[test]
fn a_reference_narrows_or_is_given_back() {
    let (_writer, reader) = left_right::new_owned::<Count, u32>(Count(3));
    let whole = || reader.enter();
    let narrow = ReadGuard::try_map(whole(), |count| Some(&count.0)).unwrap();
    assert_eq!((*narrow, *narrow.as_ref()), (3, 3));
    assert!(ReadGuard::try_map(whole(), |_| None::<&u32>).is_none());
}

#[test]
fn a_writer_that_looks_at_its_copy_leaves_the_old_one_to_its_reader() {
    let (mut writer, reader) = left_right::new_owned::<Count, u32>(Count(0));
    let guard = reader.enter();
    writer.append(1).publish().append(2);
    assert!(writer.try_unpublished().is_none());
    assert_eq!(writer.unpublished_or_replace(Duration::ZERO).unwrap().0, 3);
    assert_eq!((guard.0, writer.stats().deferred), (0, 1));
    drop(guard);
    assert_eq!(reader.enter().0, 1, "a look publishes nothing");
}
