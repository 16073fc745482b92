//! Writers of one's own, whose writes have answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::ThreadId,
};

use super::*;

/// What `evmap-core` has, for example.
struct Counter(WriteHandle<Count, Add, Owned>);

#[derive(Clone)]
struct Count(u32);

/// Adds this, and keeps a list of the threads on which such are dropped.
struct Add(u32, Dropped);

type Dropped = Arc<Mutex<Vec<(u32, ThreadId)>>>;

impl Drop for Add {
    fn drop(&mut self) {
        let dropped = (self.0, thread::current().id());
        self.1.lock().unwrap().push(dropped);
    }
}

impl Absorb<Add> for Count {
    fn absorb_first(&mut self, operation: &mut Add, _: &Self) {
        self.0 += operation.0;
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Count {}

/// Changes nothing.
const NOTHING: u32 = 0;

/// Has no answer.
const UNANSWERABLE: u32 = 666;

/// A write returns the count before it.
impl SharedWriter<Count, Add, Owned, u32> for Counter {
    fn handle(&mut self) -> &mut WriteHandle<Count, Add, Owned> {
        &mut self.0
    }

    fn answer(count: &Count, operation: &Add) -> (u32, bool) {
        assert_ne!(operation.0, UNANSWERABLE, "asked to");
        (count.0, operation.0 != NOTHING)
    }
}

type Counting = SharedHandle<Count, Add, Owned, Counter, u32>;

fn counting(publishing: Publishing, reader_timeout: Duration) -> (Counting, Dropped) {
    let (writer, _) = left_right::new_owned(Count(0));
    let shared = SharedHandle::new(Counter(writer), publishing, reader_timeout);
    (shared, Dropped::default())
}

#[test]
fn answers_are_right_for_the_order_in_which_the_writes_took_effect() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let (shared, dropped) = counting(publishing, READER_TIMEOUT);
        let answers: Vec<u32> = thread::scope(|scope| {
            let writers = [(); 4].map(|()| {
                scope.spawn(|| {
                    let add = |_| shared.write(Add(1, Arc::clone(&dropped))).unwrap();
                    let answers: Vec<_> = (0..250).map(add).collect();
                    assert!(answers.is_sorted());
                    answers
                })
            });
            let answers = writers.into_iter().map(|it| it.join().unwrap());
            answers.flatten().collect()
        });
        let mut sorted = answers;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1_000), "{publishing:?}");
        shared.publish().unwrap();
        assert_eq!(shared.enter().0, 1_000);
    }
}

/// Else the answer would be that of a state which is not the newest.
#[test]
fn an_answer_counts_what_no_reader_sees_yet_and_stops_for_no_guard() {
    let _deadline = common::deadline();
    let (shared, dropped) = counting(Publishing::Manual, Duration::from_millis(5));
    thread::scope(|scope| _ = scope.spawn(|| std::mem::forget(shared.enter())));
    for before in 0..5 {
        let answer = shared.write(Add(1, Arc::clone(&dropped)));
        assert_eq!(answer, Ok(before));
        if before == 2 {
            shared.publish().unwrap();
        }
    }
    assert_eq!(shared.enter().0, 3);
}

/// Runs writes of these numbers while this thread has the writer, so that it carries them out.
fn carried_out(
    shared: &Counting,
    dropped: &Dropped,
    numbers: [u32; 3],
) -> [(ThreadId, thread::Result<Result<u32, Poisoned>>); 3] {
    thread::scope(|scope| {
        let writing = shared.lock(|_| {
            numbers.map(|number| {
                let write = move || {
                    let write = || shared.write(Add(number, Arc::clone(dropped)));
                    let written = catch_unwind(AssertUnwindSafe(write));
                    (thread::current().id(), written)
                };
                // Long enough to get to the lock.
                let moment = Duration::from_millis(20);
                let (waits, writing) = common::still_runs(scope, moment, write);
                assert!(waits, "two threads have the writer");
                writing
            })
        });
        writing.unwrap().map(|it| it.join().unwrap())
    })
}

#[test]
fn a_write_that_changes_nothing_is_dropped_where_it_was_made_and_publishes_nothing() {
    let _deadline = common::deadline();
    let (shared, dropped) = counting(Publishing::EachWrite, READER_TIMEOUT);
    assert_eq!(shared.write(Add(NOTHING, Arc::clone(&dropped))), Ok(0));
    let here = (NOTHING, thread::current().id());
    assert_eq!(*dropped.lock().unwrap(), [here]);
    let mut there: Vec<_> = carried_out(&shared, &dropped, [NOTHING; 3])
        .map(|(thread, answer)| {
            assert_eq!(answer.unwrap(), Ok(0));
            (NOTHING, thread)
        })
        .into();
    let mut dropped = dropped.lock().unwrap().split_off(1);
    there.sort_by_key(|it| format!("{it:?}"));
    dropped.sort_by_key(|it| format!("{it:?}"));
    assert_eq!(dropped, there);
    assert_eq!(shared.stats().unwrap().publishes, 0);
}

#[test]
fn a_panic_of_an_answer_goes_on_in_its_call_and_poisons_nothing() {
    let _deadline = common::deadline();
    let (shared, dropped) = counting(Publishing::EachWrite, READER_TIMEOUT);
    let alone = || shared.write(Add(UNANSWERABLE, Arc::clone(&dropped)));
    assert!(catch_unwind(AssertUnwindSafe(alone)).is_err());
    let here = (UNANSWERABLE, thread::current().id());
    assert_eq!(dropped.lock().unwrap().pop(), Some(here));

    let answers = carried_out(&shared, &dropped, [1, UNANSWERABLE, 2]);
    let [(_, one), (thread, none), (_, two)] = answers;
    assert!(matches!(
        (one.unwrap(), two.unwrap()),
        (Ok(0), Ok(1)) | (Ok(2), Ok(0))
    ));
    assert!(none.is_err());
    assert_eq!(dropped.lock().unwrap().pop(), Some((UNANSWERABLE, thread)));
    assert!(!shared.is_poisoned());
    assert_eq!(shared.enter().0, 3);
    assert_eq!(shared.write(Add(1, dropped)), Ok(3));
}

#[test]
fn a_change_through_a_writer_of_ones_own_is_published() {
    let (shared, dropped) = counting(Publishing::EachWrite, READER_TIMEOUT);
    let unpublished = shared.lock(|counter| {
        counter.0.append(Add(5, dropped));
        counter.0.unpublished().0
    });
    assert_eq!((unpublished, shared.enter().0), (Ok(5), 5));
    let Counter(writer) = shared.into_writer().unwrap();
    assert_eq!(writer.enter().0, 5);
}
