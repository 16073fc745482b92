//! A structure that any number of threads read and write: one order of writes, when they become
//! visible, and that nobody is stuck. Most of it holds for both kinds of pairs.
#![cfg(not(loom))]

use std::{
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use left_right::{
    Absorb, Independent, Owned, Ownership, Poisoned, PublishError, Publishing, ReadGuard,
    Revocable, SharedHandle, SharedWriter, WriteHandle,
};

#[path = "common/child.rs"]
mod child;
mod common;

#[path = "shared_handle/answers.rs"]
mod answers;
#[cfg(feature = "async")]
#[path = "shared_handle/asynchronous.rs"]
mod asynchronous;
#[path = "shared_handle/going.rs"]
mod going;
#[path = "shared_handle/guards.rs"]
mod guards;
#[path = "shared_handle/interval.rs"]
mod interval;
#[path = "shared_handle/lock.rs"]
mod lock;
#[path = "shared_handle/poison.rs"]
mod poison;
#[cfg(feature = "tracing")]
#[path = "shared_handle/spans.rs"]
mod spans;

/// Numbers, and something that is gone once every copy is.
#[derive(Clone, Default)]
struct Numbers {
    seen: Vec<u32>,
    _alive: Arc<()>,
}

enum Operation {
    Push(u32),
    /// Panics when the first copy absorbs it.
    Panic,
    /// Panics when the second copy absorbs it.
    PanicLater,
    /// Drops this handle.
    Drop(Mutex<Option<Shared>>),
    /// Says that it is being absorbed, and waits.
    Wait(mpsc::Sender<()>, Arc<Mutex<mpsc::Receiver<()>>>),
}

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        match operation {
            Operation::Push(number) => self.seen.push(*number),
            Operation::Panic => panic!("asked to"),
            Operation::PanicLater => {}
            Operation::Drop(handle) => drop(handle.get_mut().unwrap().take()),
            Operation::Wait(begun, go_on) => {
                begun.send(()).unwrap();
                go_on.lock().unwrap().recv().unwrap();
            }
        }
    }

    fn absorb_second(&mut self, operation: Operation, _: &Self) {
        match operation {
            Operation::Push(number) => self.seen.push(number),
            Operation::PanicLater => panic!("asked to, later"),
            _ => {}
        }
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

type Writer<D = Owned> = WriteHandle<Numbers, Operation, D>;

type Shared<D = Owned> = SharedHandle<Numbers, Operation, D>;

const READER_TIMEOUT: Duration = Duration::from_secs(1);

/// So long that a test which waits for it does not end in time.
const AN_HOUR: Duration = Duration::from_secs(3_600);

/// Both kinds of pairs.
trait Kind: Ownership + fmt::Debug + Send + Sync + Sized + 'static {
    fn writer_of(numbers: Numbers) -> Writer<Self>;

    fn share(writer: Writer<Self>, publishing: Publishing) -> Shared<Self>;

    /// What is entered, in tests that do not take it away.
    fn guard<G>(entered: Self::Entered<G>) -> G;

    fn shared_of(numbers: Numbers, publishing: Publishing) -> Shared<Self> {
        Self::share(Self::writer_of(numbers), publishing)
    }

    fn shared(publishing: Publishing) -> Shared<Self> {
        Self::shared_of(Numbers::default(), publishing)
    }
}

impl Kind for Owned {
    fn writer_of(numbers: Numbers) -> Writer {
        left_right::new_owned(numbers).0
    }

    fn share(writer: Writer, publishing: Publishing) -> Shared {
        writer.into_shared(publishing, READER_TIMEOUT)
    }

    fn guard<G>(entered: G) -> G {
        entered
    }
}

impl Kind for Revocable {
    fn writer_of(numbers: Numbers) -> Writer<Self> {
        left_right::new_logged(numbers).0
    }

    fn share(writer: Writer<Self>, publishing: Publishing) -> Shared<Self> {
        writer.into_shared(publishing)
    }

    fn guard<G>(entered: Option<G>) -> G {
        entered.expect("the writer is there")
    }
}

/// With writers that wait for readers for so long.
fn patient_for(reader_timeout: Duration, publishing: Publishing) -> Shared {
    let (writer, _) = left_right::new_owned(Numbers::default());
    writer.into_shared(publishing, reader_timeout)
}

fn push<D>(shared: &Shared<D>, number: u32) -> Result<(), Poisoned> {
    shared.write(Operation::Push(number))
}

fn seen<D: Kind>(shared: &Shared<D>) -> Vec<u32> {
    D::guard(shared.enter()).seen.clone()
}

fn version<D: Kind>(shared: &Shared<D>) -> u64 {
    ReadGuard::version(&D::guard(shared.enter()))
}

fn every(count: usize) -> Publishing {
    Publishing::EveryN(NonZeroUsize::new(count).unwrap())
}

/// One of each.
fn policies() -> [Publishing; 4] {
    [
        Publishing::EachWrite,
        every(3),
        Publishing::Interval(Duration::from_millis(1)),
        Publishing::Manual,
    ]
}

#[test]
fn what_a_call_has_published_is_visible_to_it_and_keeps_its_order() {
    const WRITES: u32 = 250;
    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        thread::scope(|scope| {
            for thread in 0..4 {
                let shared = shared.clone();
                scope.spawn(move || {
                    let first = 1_000 * thread;
                    for number in first..first + WRITES {
                        push(&shared, number).unwrap();
                        if publishing != Publishing::EachWrite {
                            shared.publish().unwrap();
                        }
                        let guard = D::guard(shared.enter());
                        let all = guard.seen.iter().copied();
                        let mine = all.filter(|it| it / 1_000 == thread);
                        assert!(mine.eq(first..=number), "{publishing:?}");
                    }
                });
            }
        });
        assert_eq!(seen(&shared).len() as u32, 4 * WRITES);
    }
    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

/// Whoever waits for them meanwhile.
#[test]
fn writes_that_do_not_publish_wait_for_no_reader() {
    let _deadline = common::deadline();
    let hours = Publishing::Interval(Duration::from_secs(36_000));
    for publishing in [Publishing::Manual, hours] {
        let shared = Revocable::shared(publishing);
        let reader = shared.reader();
        let guard = reader.enter().unwrap();
        push(&shared, 0).unwrap();
        shared.publish().unwrap();
        push(&shared, 1).unwrap();
        thread::scope(|scope| {
            let moment = Duration::from_millis(20);
            let (waits, publishing) =
                common::still_runs(scope, moment, || shared.publish().unwrap());
            assert!(waits, "the copy was changed under the guard");
            push(&shared, 2).unwrap();
            push(&shared, 3).unwrap();
            assert!(!publishing.is_finished());
            assert!(guard.seen.is_empty());
            drop(guard);
            publishing.join().unwrap();
        });
        shared.publish().unwrap();
        assert_eq!(seen(&shared), [0, 1, 2, 3]);
    }
}

#[test]
fn what_comes_to_nothing_publishes_nothing() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        push(&shared, 1).unwrap();
        shared.lock(|_| ()).unwrap();
        shared.publish().unwrap();
        shared.publish_timeout(Duration::ZERO).unwrap();
        assert_eq!(version(&shared), 1);
    }
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn with_every_third_change_all_three_become_visible() {
    fn run<D: Kind>() {
        let shared = D::shared(every(3));
        for number in 0..7 {
            assert_eq!(seen(&shared).len() as u32, number / 3 * 3);
            push(&shared, number).unwrap();
        }
        shared.publish().unwrap();
        assert_eq!(seen(&shared).len(), 7);
    }
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn by_hand_nothing_becomes_visible_before_the_call() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Manual);
        push(&shared, 1).unwrap();
        push(&shared, 2).unwrap();
        assert!(seen(&shared).is_empty());
        shared.publish().unwrap();
        assert_eq!(seen(&shared), [1, 2]);
        push(&shared, 3).unwrap();
        shared.publish_timeout(READER_TIMEOUT).unwrap();
        assert_eq!(seen(&shared), [1, 2, 3]);
    }
    run::<Owned>();
    run::<Revocable>();
}

/// Through a pair whose copies are not equal yet: what was loaded is not in the log.
#[test]
fn what_was_pending_before_it_was_shared_is_published() {
    #[derive(Clone, Default)]
    struct Sum(u32);

    impl Absorb<u32> for Sum {
        fn absorb_first(&mut self, number: &mut u32, _: &Self) {
            self.0 += *number;
        }
        fn sync_with(&mut self, first: &Self) {
            self.0 = first.0;
        }
    }

    for logged in [false, true] {
        let pair = || match logged {
            true => left_right::new_logged(Sum(0)),
            false => left_right::new(),
        };
        let (mut writer, reader) = pair();
        let sum = || reader.enter().unwrap().0;
        writer.append(1);
        let shared = writer.into_shared(Publishing::Manual);
        assert_eq!(sum(), 0);
        shared.publish().unwrap();
        assert_eq!(sum(), 1);
        shared.write(2).unwrap();
        shared.publish().unwrap();
        assert_eq!(sum(), 3);

        // With the first write, too.
        let (mut writer, reader) = pair();
        writer.append(1);
        let shared = writer.into_shared(Publishing::EachWrite);
        for number in [2, 3] {
            shared.write(number).unwrap();
        }
        assert_eq!(reader.enter().unwrap().0, 6);
    }
}

#[test]
fn readers_are_listed_with_what_they_do() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        push(&shared, 1).unwrap();
        let active = || {
            let mut readers = shared.readers().unwrap();
            assert_eq!(readers.len(), shared.stats().unwrap().readers);
            readers.retain(|it| it.is_active);
            readers.iter().map(|it| it.version).collect::<Vec<_>>()
        };
        let named = thread::Builder::new().name("idle".to_owned());
        let reader = shared.reader();
        let idle = named.spawn(move || reader.clone()).unwrap().join().unwrap();
        assert_eq!(active(), []);
        let guard = shared.enter();
        assert_eq!(active(), [Some(1)]);
        let readers = shared.readers().unwrap();
        let mut named = readers
            .iter()
            .filter(|it| it.thread.as_deref() == Some("idle"));
        let state = named.next().unwrap();
        assert_eq!((state.is_active, state.version), (false, None));
        drop(guard);
        assert_eq!(active(), []);
        drop(idle);
        assert_eq!(shared.readers().unwrap().len(), readers.len() - 1);
    }
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn writers_and_readers_come_and_go() {
    fn write<D: Kind>(shared: &Shared<D>, number: u32) {
        let moment = Duration::from_micros(10);
        let operation = Operation::Push(number);
        let stalls = match number % 6 {
            0 => return shared.write(operation).unwrap(),
            1 => return shared.lock(|writer| _ = writer.append(operation)).unwrap(),
            2 => {
                let change = |writer: &mut Writer<D>| _ = writer.append(operation).publish();
                return shared.lock(change).unwrap();
            }
            3 => shared
                .lock(|writer| writer.append(operation).publish_or_replace(moment))
                .unwrap(),
            4 => {
                shared.write(operation).unwrap();
                shared.publish_timeout(moment)
            }
            _ => {
                shared.write(operation).unwrap();
                shared.publish().map_err(PublishError::from)
            }
        };
        if let Err(error) = stalls {
            assert!(matches!(error, PublishError::Stalled(_)), "{error}");
        }
    }

    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut longest = 0;
                while !stop.load(Ordering::Relaxed) {
                    let length = D::guard(shared.enter()).seen.len();
                    assert!(length >= longest);
                    longest = length;
                }
            });
            let writers = [0, 1, 2, 3].map(|thread| {
                let shared = shared.clone();
                scope.spawn(move || {
                    for number in 0..300 {
                        write(&shared.clone(), 1_000 * thread + number);
                    }
                })
            });
            for writer in writers {
                writer.join().unwrap();
            }
            stop.store(true, Ordering::Relaxed);
        });
        shared.publish().unwrap();
        let all = seen(&shared);
        for first in [0, 1_000, 2_000, 3_000] {
            let mine = all.iter().copied().filter(|it| it / 1_000 * 1_000 == first);
            assert!(mine.eq(first..first + 300), "{publishing:?}");
        }
        assert_eq!(all.len(), 1_200);
    }

    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

#[test]
fn an_operation_that_writes_panics() {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::OnceLock,
    };

    static SHARED: OnceLock<SharedHandle<Recursive, (), Revocable>> = OnceLock::new();

    #[derive(Clone)]
    struct Recursive;

    impl Absorb<()> for Recursive {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {
            SHARED.get().unwrap().write(()).unwrap();
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    let _deadline = common::deadline();
    let (writer, _) = left_right::new_logged(Recursive);
    let shared = SHARED.get_or_init(|| writer.into_shared(Publishing::EachWrite));
    let panic = catch_unwind(AssertUnwindSafe(|| shared.write(()))).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(
        message.contains("has the shared writer already"),
        "{message}"
    );
    assert!(shared.is_poisoned());
}

#[test]
fn a_shared_handle_says_what_it_is() {
    fn everything<T: Clone + Send + Sync + fmt::Debug>(_: &T) {}
    let owned = Owned::shared(Publishing::Manual);
    let revocable = Revocable::shared(Publishing::default());
    everything(&owned);
    everything(&revocable);
    assert_eq!(owned.publishing(), Publishing::Manual);
    assert_eq!(owned.reader_timeout(), READER_TIMEOUT);
    assert_eq!(revocable.publishing(), Publishing::EachWrite);
    assert_eq!(revocable.reader_timeout(), Duration::MAX);
    assert!(!owned.is_poisoned());
    assert_eq!(
        format!("{owned:?}"),
        "SharedHandle { publishing: Manual, is_poisoned: false, .. }"
    );
}
