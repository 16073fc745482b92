//! What is left when an operation has panicked.

use super::*;

#[test]
fn a_panic_of_an_operation_poisons_writes_and_no_reads() {
    let _deadline = common::deadline();
    for publishing in [Publishing::EachWrite, Publishing::Interval(Duration::ZERO)] {
        let shared = shared(publishing);
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        let panic = || {
            shared.update(|writer| {
                writer.append(Operation::Panic);
            })
        };
        // With an interval it is the thread that panics.
        let result = catch_unwind(AssertUnwindSafe(panic));
        assert_eq!(result.is_err(), publishing == Publishing::EachWrite);
        while !shared.is_poisoned() {
            thread::yield_now();
        }
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(push(&shared, 2).is_err());
                assert!(shared.append_with(|_| (None, ())).is_err());
                assert!(shared.publish().is_err());
                // Those who look after it still learn how it is.
                assert_eq!(
                    shared.readers().unwrap().len(),
                    shared.stats().unwrap().readers
                );
            });
        });
        assert_eq!(seen(&shared), [1]);
        let reader = shared.reader();
        drop(shared);
        assert_eq!(reader.enter().seen, [1]);
    }
}

#[test]
fn poison_that_a_change_has_caught_is_an_error() {
    let shared = shared(Publishing::EachWrite);
    let change = |writer: &mut Writer<_, _>| {
        writer.append(Operation::Panic);
        let publish = AssertUnwindSafe(|| _ = writer.publish());
        assert!(catch_unwind(publish).is_err());
    };
    assert!(shared.update(change).is_err());
    assert!(shared.is_poisoned());
}

#[test]
fn poison_that_is_pending_does_not_leave_the_drop_of_the_last_handle() {
    let shared = shared(Publishing::Manual);
    push(&shared, 1).unwrap();
    shared.publish().unwrap();
    let change = |writer: &mut Writer<_, _>| _ = writer.append(Operation::Panic);
    shared.update(change).unwrap();
    let reader = shared.reader();
    drop(shared);
    assert_eq!(reader.enter().seen, [1]);
}

/// Losing the writer amid an unwinding panic must not be a second panic.
#[test]
fn a_writer_that_does_not_come_back_is_as_if_poisoned() {
    type Wrap = fn(Writer<Numbers, Operation>) -> Writer<Numbers, Operation>;
    let lose: Wrap = |_| panic!("asked to");
    let keep: Wrap = |writer| writer;
    for (wrap, unwrap, panics) in [(lose, keep, false), (keep, lose, false), (keep, lose, true)] {
        let shared = shared(Publishing::EachWrite);
        push(&shared, 1).unwrap();
        let result = catch_unwind(AssertUnwindSafe(|| {
            shared.update_with(wrap, unwrap, |_| assert!(!panics, "asked to"))
        }));
        assert!(!matches!(result, Ok(Ok(()))));
        assert!(shared.is_poisoned());
        assert!(push(&shared, 2).is_err());
        assert_eq!(seen(&shared), [1]);
        let reader = shared.reader();
        drop(shared);
        assert_eq!(reader.enter().seen, [1]);
    }
}
