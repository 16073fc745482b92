//! Reading one's own writes, and the pointers to the copies.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, PublishError};

use crate::{
    common,
    recorder::{
        Call::{First, Second, Sync},
        Recorder, seen,
    },
};

#[test]
fn unpublished_has_everything_that_was_appended() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    assert!(writer.unpublished().data.is_empty());
    let mut expected = Vec::new();
    for round in 0..12 {
        writer.append(round);
        expected.push(round);
        assert_eq!(writer.unpublished().data, expected);
        assert_eq!(seen(&reader), expected[..round as usize / 3 * 3]);
        assert_eq!(writer.try_unpublished().unwrap().data, expected);
        if round % 3 == 2 {
            writer.publish();
            assert_eq!(seen(&reader), expected);
            assert_eq!(writer.unpublished().data, expected);
        }
    }
}

#[test]
fn unpublished_and_the_publish_after_it_absorb_once() {
    let _deadline = common::deadline();
    let recorder = Recorder::new([]);
    let calls = recorder.calls.clone();
    let (mut writer, reader) = left_right::new_from_empty(recorder);
    writer.append(1).publish();
    writer.append(2);
    calls.take();
    let _ = writer.unpublished();
    assert_eq!(calls.take(), [Sync(1), First(1, 2)]);
    let _ = writer.unpublished();
    assert_eq!(calls.take(), []);
    writer.append(3);
    let _ = writer.unpublished();
    assert_eq!(calls.take(), [First(1, 3)]);
    writer.append(4).publish();
    assert_eq!(calls.take(), [First(1, 4)]);
    let _ = writer.unpublished();
    assert_eq!(calls.take(), [Second(0, 2), Second(0, 3), Second(0, 4)]);
    writer.publish();
    assert_eq!(calls.take(), []);
    assert_eq!(seen(&reader), [1, 2, 3, 4]);
}

#[test]
fn try_unpublished_does_not_wait() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1);
    // Nobody has ever been in the stale copy before the first publish.
    assert_eq!(writer.try_unpublished().unwrap().data, [1]);
    writer.publish();
    writer.append(2);
    let calls = guard.calls.clone();
    calls.take();
    assert!(writer.try_unpublished().is_none());
    assert_eq!(calls.take(), []);
    assert!(guard.data.is_empty());
    drop(guard);
    assert_eq!(writer.try_unpublished().unwrap().data, [1, 2]);
    assert_eq!(seen(&reader), [1]);
}

#[test]
fn unpublished_waits_for_the_readers_of_the_stale_copy() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    writer.append(2);
    thread::scope(|scope| {
        let moment = Duration::from_millis(40);
        let (waits, reading) =
            common::still_runs(scope, moment, || writer.unpublished().data.clone());
        assert!(waits, "it did not wait for the guard");
        assert!(guard.data.is_empty());
        drop(guard);
        assert_eq!(reading.join().unwrap(), [1, 2]);
    });
}

/// Two threads may read what is unpublished at once: it is a plain reference.
#[test]
fn what_is_unpublished_can_be_shared() {
    let (mut writer, _reader) = left_right::new_from_empty(Recorder::new([]));
    writer.append(1).publish();
    let unpublished = writer.append(2).unpublished();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(unpublished.data, [1, 2]));
        assert_eq!(unpublished.data, [1, 2]);
    });
}

#[test]
fn the_raw_pointers_change_roles_at_a_publish() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    for round in 0..5 {
        let write = writer.raw_write_handle();
        let read = reader.raw_handle().unwrap();
        assert_ne!(write, read);
        assert!(std::ptr::eq(&*reader.enter().unwrap(), read.as_ptr()));
        assert!(std::ptr::eq(writer.unpublished(), write.as_ptr()));
        writer.append(round).publish();
        assert_eq!(reader.raw_handle(), Some(write));
        assert_eq!(writer.raw_write_handle(), read);
    }
    // SAFETY: the writer is here and does not publish meanwhile.
    let published = unsafe { reader.raw_handle().unwrap().as_ref() };
    assert_eq!(published.data, [0, 1, 2, 3, 4]);
}

/// As 0.11 allows: change the stale copy by its pointer before anything was published.
#[test]
fn the_stale_copy_can_be_loaded_through_its_pointer() {
    let (mut writer, reader) = left_right::new_from_empty::<_, u32>(Recorder::new([]));
    let mut pointer = writer.raw_write_handle();
    // SAFETY: nothing was published, so no reader has ever been in this copy.
    let write = unsafe { pointer.as_mut() };
    write.data.push(1);
    writer.publish();
    assert_eq!(seen(&reader), [1]);
    writer.append(2).publish();
    assert_eq!(seen(&reader), [1, 2]);
}

#[test]
fn raw_handles_point_to_the_data_whatever_its_alignment() {
    #[derive(Clone, Default)]
    #[repr(align(128))]
    struct Wide(u8);
    #[derive(Clone, Default)]
    struct Nothing;
    impl left_right::Absorb<u8> for Wide {
        fn absorb_first(&mut self, operation: &mut u8, _: &Self) {
            self.0 = *operation;
        }
        fn sync_with(&mut self, first: &Self) {
            self.0 = first.0;
        }
    }
    impl left_right::Absorb<u8> for Nothing {
        fn absorb_first(&mut self, _: &mut u8, _: &Self) {}
        fn sync_with(&mut self, _: &Self) {}
    }
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new::<Wide, u8>();
    for round in 1..4 {
        writer.append(round).publish();
        let guard = reader.enter().unwrap();
        assert_eq!(guard.0, round);
        assert_eq!((&raw const *guard).addr() % 128, 0);
        assert!(std::ptr::eq(reader.raw_handle().unwrap().as_ptr(), &*guard));
    }
    let taken = writer.take();
    assert_eq!(((&raw const *taken).addr() % 128, taken.0), (0, 3));
    let (mut writer, reader) = left_right::new::<Nothing, u8>();
    writer.append(1).publish();
    writer.append(1).publish();
    let guard = reader.enter().unwrap();
    assert!(std::ptr::eq(reader.raw_handle().unwrap().as_ptr(), &*guard));
    drop(guard);
    drop(writer.take());
}

#[test]
fn unpublished_or_replace_waits_for_so_long_and_then_leaves_the_copy_to_its_reader() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_logged(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    writer.append(2);
    assert!(writer.try_unpublished().is_none());
    let unpublished = writer
        .unpublished_or_replace(Duration::from_millis(1))
        .unwrap();
    assert_eq!(unpublished.data, [1, 2]);
    assert!(guard.data.is_empty());
    drop(guard);
    assert_eq!(
        writer.unpublished_or_replace(Duration::MAX).unwrap().data,
        [1, 2]
    );
    writer.publish();
    assert_eq!(seen(&reader), [1, 2]);
}

#[test]
fn unpublished_or_replace_is_stopped_by_no_reader_however_many_there_are() {
    let (mut writer, reader) = left_right::new_logged(Recorder::new([]));
    let handles: Vec<_> = (0..100).map(|_| reader.clone()).collect();
    let mut guards = Vec::new();
    for handle in &handles {
        guards.push(handle.enter().unwrap());
        let _ = writer.append(1).try_publish();
        writer.unpublished_or_replace(Duration::ZERO).unwrap();
    }
    assert!(writer.stats().deferred > 8);
    drop(guards);
    writer.publish();
    writer.publish();
    assert_eq!(writer.stats().deferred, 0);
}

#[test]
fn unpublished_or_replace_that_may_wait_for_ever_leaves_no_copy_to_a_reader() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_logged(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    writer.append(2);
    thread::scope(|scope| {
        let moment = Duration::from_millis(40);
        let read = || {
            writer
                .unpublished_or_replace(Duration::MAX)
                .unwrap()
                .data
                .clone()
        };
        let (waits, reading) = common::still_runs(scope, moment, read);
        assert!(waits, "it did not wait for the guard");
        drop(guard);
        assert_eq!(reading.join().unwrap(), [1, 2]);
    });
    assert_eq!(writer.stats().deferred, 0);
}

#[test]
fn poison_is_an_error_of_unpublished_or_replace() {
    #[derive(Clone)]
    struct Fragile;
    impl Absorb<()> for Fragile {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {
            panic!("asked to");
        }
        fn sync_with(&mut self, _: &Self) {}
    }
    impl Independent for Fragile {}

    let (mut writer, _reader) = left_right::new_logged::<_, ()>(Fragile);
    assert!(writer.unpublished_or_replace(Duration::ZERO).is_ok());
    writer.append(());
    let read = AssertUnwindSafe(|| writer.unpublished_or_replace(Duration::ZERO).is_ok());
    assert!(catch_unwind(read).is_err());
    let error = writer.unpublished_or_replace(Duration::ZERO).err();
    assert!(
        matches!(error, Some(PublishError::Poisoned(_))),
        "{error:?}"
    );
}
