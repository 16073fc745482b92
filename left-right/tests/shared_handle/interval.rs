//! The thread that publishes at an interval.

use super::{guards::publish_half, *};

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

/// Runs the test `name` of this file as a child, whose threads must not panic; `false` in the child itself, and where
/// there are no processes.
fn ran_without_a_panic(name: &str) -> bool {
    if cfg!(miri) {
        return false;
    }
    let Some(output) = child::child(&format!("interval::{name}")) else {
        return false;
    };
    child::assert_success(&output);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("panicked"), "{errors}");
    true
}

/// It cannot wait for itself then.
#[test]
fn the_last_handle_may_go_on_the_thread_that_publishes() {
    if ran_without_a_panic("the_last_handle_may_go_on_the_thread_that_publishes") {
        return;
    }

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

/// In the operations of a publish, before or after those that are pending with it.
#[test]
fn what_is_pending_is_published_when_the_last_handle_goes_in_an_operation() {
    if ran_without_a_panic("what_is_pending_is_published_when_the_last_handle_goes_in_an_operation")
    {
        return;
    }

    fn last(shared: Shared) -> Operation {
        Operation::Drop(Mutex::new(Some(shared)))
    }

    let _deadline = common::deadline();
    // On the structure's own thread.
    let shared = Owned::shared(Publishing::Interval(Duration::from_millis(1)));
    let reader = shared.reader();
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let held = shared.clone();
    let change = |writer: &mut Writer| {
        writer.append(Operation::Push(1));
        writer.append(Operation::Wait(begin, Arc::new(Mutex::new(wait))));
        writer.append(last(held)).append(Operation::Push(2));
    };
    shared.lock(change).unwrap();
    begun.recv().unwrap();
    drop(shared);
    go_on.send(()).unwrap();
    while reader.has_writer() {
        thread::yield_now();
    }
    assert_eq!(reader.enter().seen, [1, 2]);

    // On a thread that writes to another structure.
    let other = Owned::shared(Publishing::EachWrite);
    let shared = Owned::shared(Publishing::Manual);
    let reader = shared.reader();
    push(&shared, 1).unwrap();
    other.write(last(shared)).unwrap();
    assert!(!reader.has_writer());
    assert_eq!(reader.enter().seen, [1]);
}

/// Now and then it looks whether the handles have gone, which is no reason to leave a copy.
#[test]
fn the_thread_leaves_no_copy_to_a_reader_before_its_time() {
    let _deadline = common::deadline();
    let shared = patient_for(AN_HOUR, Publishing::Interval(Duration::from_millis(1)));
    let reader = shared.reader();
    let guard = reader.enter();
    publish_half(&shared);
    thread::sleep(Duration::from_millis(1_200));
    let deferred = || shared.stats().unwrap().deferred;
    assert_eq!(deferred(), 0);
    assert_eq!(seen(&shared), [1]);
    drop(guard);
    while seen(&shared) != [1, 2] {
        thread::yield_now();
    }
    assert_eq!(deferred(), 0);
}
