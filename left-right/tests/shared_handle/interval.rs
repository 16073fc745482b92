//! The thread that publishes at an interval.

use super::*;

#[test]
fn at_an_interval_changes_become_visible_without_a_call() {
    fn run<D: Kind>(interval: Duration) {
        let shared = D::shared(Publishing::Interval(interval));
        for number in 0..3 {
            push(&shared, number).unwrap();
            while !seen(&shared).contains(&number) {
                thread::yield_now();
            }
        }
    }
    let _deadline = common::deadline();
    for interval in [0, 1, 20].map(Duration::from_millis) {
        run::<Owned>(interval);
        run::<Revocable>(interval);
    }
}

#[test]
fn the_thread_ends_with_the_last_handle() {
    let _deadline = common::deadline();
    let numbers = Numbers::default();
    let alive = Arc::clone(&numbers._alive);
    let shared = Owned::shared_of(numbers, Publishing::Interval(Duration::from_secs(600)));
    let reader = shared.reader();
    let other = shared.clone();
    push(&shared, 1).unwrap();
    drop(shared);
    assert!(reader.enter().seen.is_empty());
    drop(other);
    // What was pending is published, and kept by the reader, by now.
    assert_eq!(reader.enter().seen, [1]);
    drop(reader);
    // A thread that was still there would hold the writer, and that a copy.
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn the_thread_ends_with_the_last_handle_even_in_the_middle_of_a_publish() {
    let _deadline = common::deadline();
    let numbers = Numbers::default();
    let alive = Arc::clone(&numbers._alive);
    let shared = Owned::shared_of(numbers, Publishing::Interval(Duration::ZERO));
    let reader = shared.reader();
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let wait = Arc::new(Mutex::new(wait));
    shared
        .lock(|writer| {
            writer.append(Operation::Wait(begin, wait));
            writer.append(Operation::Push(1));
        })
        .unwrap();
    begun.recv().unwrap();
    thread::scope(|scope| {
        let moment = Duration::from_millis(50);
        let (waits, dropping) = common::still_runs(scope, moment, move || drop(shared));
        assert!(waits, "the handle went in the middle of a publish");
        go_on.send(()).unwrap();
        dropping.join().unwrap();
    });
    assert_eq!(reader.enter().seen, [1]);
    drop(reader);
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// Two threads that publish, and each has the other structure's last handle in an operation. In the
/// end each has its own structure's writer, in the middle of a publish, when the other one's handle goes.
#[test]
fn threads_that_publish_do_not_wait_for_each_others_end() {
    let _deadline = common::deadline();
    for meet in [false, true] {
        let interval = || Owned::shared(Publishing::Interval(Duration::from_millis(5)));
        let handles = [interval(), interval()];
        let readers = handles.each_ref().map(SharedHandle::reader);
        let (begin, begun) = mpsc::channel();
        let go_on = [0, 1].map(|at: usize| {
            let (go_on, wait) = mpsc::channel();
            let wait = Operation::Wait(begin.clone(), Arc::new(Mutex::new(wait)));
            let other = Mutex::new(Some(handles[1 - at].clone()));
            let change = |writer: &mut Writer| {
                writer.extend(meet.then_some(wait));
                writer.append(Operation::Drop(other));
            };
            handles[at].lock(change).unwrap();
            go_on
        });
        if meet {
            handles.iter().for_each(|_| begun.recv().unwrap());
        }
        drop(handles);
        if meet {
            go_on.iter().for_each(|it| it.send(()).unwrap());
        }
        while readers.iter().any(left_right::ReadHandle::has_writer) {
            thread::yield_now();
        }
    }
}

/// A panic of a clone poisons nothing, so it must not end the thread that publishes.
#[test]
fn the_thread_that_publishes_outlives_a_panic_of_a_clone() {
    struct Fragile(u32, Arc<AtomicBool>);

    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert!(!self.1.swap(false, Ordering::Relaxed), "asked to");
            Self(self.0, Arc::clone(&self.1))
        }
    }

    impl Absorb<u32> for Fragile {
        fn absorb_first(&mut self, number: &mut u32, _: &Self) {
            self.0 += *number;
        }

        fn sync_with(&mut self, _: &Self) {
            unreachable!("every operation is logged");
        }
    }

    impl Independent for Fragile {}

    let _deadline = common::deadline();
    let panics = Arc::new(AtomicBool::new(false));
    let interval = Publishing::Interval(Duration::from_millis(1));
    let (writer, reader) = left_right::new_owned(Fragile(0, Arc::clone(&panics)));
    let shared = writer.into_shared(interval, Duration::ZERO);
    panics.store(true, Ordering::Relaxed);
    // In the copy that the second publish needs, which is that of the thread.
    let guard = reader.enter();
    let change = |writer: &mut WriteHandle<_, _, _>| {
        writer.append(1).publish().append(2);
    };
    thread::scope(|scope| {
        let thread = scope.spawn(|| shared.lock(change));
        thread.join().unwrap().unwrap();
    });
    while shared.enter().0 != 3 {
        thread::yield_now();
    }
    assert!(!panics.load(Ordering::Relaxed) && !shared.is_poisoned());
    drop(guard);
}

/// It cannot wait for itself then.
#[test]
fn the_last_handle_may_go_on_the_thread_that_publishes() {
    #[derive(Clone)]
    struct Sum {
        sum: u32,
        _alive: Arc<()>,
    }

    enum Operation {
        Add(u32),
        /// Says that the second copy absorbs it, waits, and drops the handle.
        Hold(
            SharedHandle<Sum, Operation>,
            mpsc::Sender<()>,
            mpsc::Receiver<()>,
        ),
    }

    impl Absorb<Operation> for Sum {
        fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
            if let Operation::Add(number) = operation {
                self.sum += *number;
            }
        }

        fn absorb_second(&mut self, operation: Operation, _: &Self) {
            match operation {
                Operation::Add(number) => self.sum += number,
                Operation::Hold(handle, begin, go_on) => {
                    begin.send(()).unwrap();
                    go_on.recv().unwrap();
                    drop(handle);
                }
            }
        }

        fn sync_with(&mut self, _: &Self) {
            unreachable!("every operation is logged");
        }
    }

    impl Independent for Sum {}

    let _deadline = common::deadline();
    let alive = Arc::new(());
    let (writer, reader) = left_right::new_owned(Sum {
        sum: 0,
        _alive: Arc::clone(&alive),
    });
    let interval = Publishing::Interval(Duration::from_millis(1));
    let shared = writer.into_shared(interval, READER_TIMEOUT);
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let held = Operation::Hold(shared.clone(), begin, wait);
    let change = |writer: &mut WriteHandle<_, _, _>| {
        writer.append(held).publish().append(Operation::Add(1));
    };
    shared.lock(change).unwrap();
    begun.recv().unwrap();
    drop(shared);
    go_on.send(()).unwrap();
    while reader.enter().sum != 1 {
        thread::yield_now();
    }
    drop(reader);
    while Arc::strong_count(&alive) != 1 {
        thread::yield_now();
    }
}
