//! Panics of one call's user code on whichever thread: they go on in that call, and nobody else's hangs. What nobody will
//! apply is dropped once, on the thread of its call.

use std::{
    collections::HashMap,
    panic::panic_any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread::ThreadId,
};

use left_right::{Independent, Owned, WriteHandle};

use super::*;

/// What an operation does beside pushing its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fine,
    /// Changes nothing.
    Idle,
    /// Changes nothing, and panics when it is dropped.
    IdleAndBadToDrop,
    BadToAbsorb,
    /// Panics when the second copy absorbs it.
    BadLater,
    BadToAnswer,
    BadToAnswerAndToDrop,
    BadToDrop,
}

impl Kind {
    fn is_idle(self) -> bool {
        matches!(self, Self::Idle | Self::IdleAndBadToDrop)
    }
}

/// What bad operations panic with, and with which number.
#[derive(Debug, PartialEq, Eq)]
enum Panic {
    Absorbed(u32),
    Later(u32),
    Answered(u32),
    Dropped(u32),
}

struct Operation {
    kind: Kind,
    number: u32,
    record: Arc<Record>,
}

/// What has become of operations.
#[derive(Default)]
struct Record {
    /// Those whose absorption has begun.
    absorbed: Mutex<Vec<u32>>,
    dropped: Mutex<HashMap<u32, Vec<ThreadId>>>,
}

impl Drop for Operation {
    fn drop(&mut self) {
        let mut dropped = self.record.dropped.lock().unwrap();
        let times = dropped.entry(self.number).or_default();
        times.push(thread::current().id());
        drop(dropped);
        let is_bad = matches!(
            self.kind,
            Kind::BadToDrop | Kind::BadToAnswerAndToDrop | Kind::IdleAndBadToDrop
        );
        if is_bad {
            panic_any(Panic::Dropped(self.number));
        }
    }
}

#[derive(Clone, Default)]
struct Numbers(Vec<u32>);

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        let number = operation.number;
        operation.record.absorbed.lock().unwrap().push(number);
        if operation.kind == Kind::BadToAbsorb {
            panic_any(Panic::Absorbed(number));
        }
        self.0.push(number);
    }

    fn absorb_second(&mut self, operation: Operation, _: &Self) {
        if operation.kind == Kind::BadLater {
            panic_any(Panic::Later(operation.number));
        }
        self.0.push(operation.number);
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

struct Pusher(WriteHandle<Numbers, Operation, Owned>);

/// A write returns how many numbers there were.
impl SharedWriter<Numbers, Operation, Owned, usize> for Pusher {
    fn handle(&mut self) -> &mut WriteHandle<Numbers, Operation, Owned> {
        &mut self.0
    }

    fn answer(numbers: &Numbers, operation: &Operation) -> (usize, bool) {
        if matches!(
            operation.kind,
            Kind::BadToAnswer | Kind::BadToAnswerAndToDrop
        ) {
            panic_any(Panic::Answered(operation.number));
        }
        (numbers.0.len(), !operation.kind.is_idle())
    }
}

type Pushing = SharedHandle<Numbers, Operation, Owned, Pusher, usize>;

/// A write, with a number of its own.
struct Write {
    number: u32,
    kind: Kind,
    /// Whose it was.
    thread: ThreadId,
    /// What the call returned, or what it panicked with.
    outcome: Result<Result<usize, Poisoned>, Panic>,
}

impl Write {
    fn is_ok(&self) -> bool {
        matches!(self.outcome, Ok(Ok(_)))
    }

    fn panic(&self) -> Option<&Panic> {
        self.outcome.as_ref().err()
    }
}

struct Subject {
    shared: Pushing,
    record: Arc<Record>,
    last: AtomicU32,
}

impl Subject {
    fn new() -> Self {
        let (writer, _) = left_right::new_owned(Numbers::default());
        Self {
            shared: SharedHandle::new(Pusher(writer), Publishing::EachWrite, AN_HOUR),
            record: Arc::default(),
            last: AtomicU32::new(0),
        }
    }

    fn write(&self, kind: Kind) -> Write {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let record = Arc::clone(&self.record);
        let operation = Operation {
            kind,
            number,
            record,
        };
        let call = AssertUnwindSafe(|| self.shared.write(operation));
        let outcome = catch_unwind(call).map_err(|it| *it.downcast().expect("asked to"));
        Write {
            number,
            kind,
            thread: thread::current().id(),
            outcome,
        }
    }

    /// Writes of these kinds that all ask while this thread has the writer.
    fn together<const N: usize>(&self, by: By, kinds: [Kind; N]) -> [Write; N] {
        let calls = kinds.map(|kind| -> Call<'_, _> { Box::new(move || self.write(kind)) });
        let (_, outcomes) = asked_together(&self.shared, by, calls.into());
        let writes: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        writes.try_into().ok().expect("one for each")
    }

    /// What a write returned is visible, and nothing else that changes something.
    #[track_caller]
    fn assert_visible(&self, writes: &[Write]) {
        let ok = writes.iter().filter(|it| it.is_ok() && !it.kind.is_idle());
        let mut ok: Vec<u32> = ok.map(|it| it.number).collect();
        let mut seen = self.shared.enter().0.clone();
        ok.sort_unstable();
        seen.sort_unstable();
        assert_eq!(seen, ok);
    }

    /// Takes the handle away: what nobody had begun to absorb was dropped once, by the thread whose call it was; the
    /// rest once, or never.
    #[track_caller]
    fn end(self, writes: &[Write]) {
        let Self { shared, record, .. } = self;
        {
            let (absorbed, dropped) = (&record.absorbed.lock().unwrap(), &record.dropped);
            let dropped = dropped.lock().unwrap();
            for write in writes {
                if !absorbed.contains(&write.number) {
                    assert_eq!(dropped.get(&write.number), Some(&vec![write.thread]));
                }
            }
        }
        drop(shared);
        let dropped = record.dropped.lock().unwrap();
        assert!(dropped.values().all(|it| it.len() == 1), "dropped twice");
    }
}

/// The writes before it in the same round come to nothing as well.
#[test]
fn who_has_asked_beside_an_operation_that_panics_learns_of_the_poison() {
    use Kind::{BadToAbsorb, Fine};

    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        let subject = Subject::new();
        let before = [subject.write(Fine)];
        let writes = subject.together(by, [Fine, Fine, BadToAbsorb, Fine, Fine, Fine]);
        for write in &writes {
            let panic = (write.kind == BadToAbsorb).then_some(Panic::Absorbed(write.number));
            assert_eq!(write.panic(), panic.as_ref());
            assert!(!write.is_ok());
        }
        assert!(subject.shared.is_poisoned());
        let absorbed = subject.record.absorbed.lock().unwrap().clone();
        if by == By::Holder {
            let numbers = before.iter().chain(&writes).map(|it| it.number);
            let order: Vec<_> = numbers.take(4).collect();
            assert_eq!(absorbed, order, "in the order of the slots");
        }
        let bad = writes[2].number;
        assert_eq!(absorbed.last(), Some(&bad), "nothing is applied after it");
        assert!(!subject.record.dropped.lock().unwrap().contains_key(&bad));
        subject.assert_visible(&before);
        subject.end(&writes);
    }
}

#[test]
fn a_panic_of_an_answer_is_that_of_its_call_and_hurts_nobody_else() {
    use Kind::{BadToAnswer, BadToAnswerAndToDrop, Fine};

    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        for bad in [BadToAnswer, BadToAnswerAndToDrop] {
            let subject = Subject::new();
            let writes = subject.together(by, [Fine, bad, Fine, bad, bad, Fine]);
            for write in &writes {
                let panic = (write.kind == bad).then_some(Panic::Answered(write.number));
                assert_eq!(write.panic(), panic.as_ref());
            }
            let mut answers: Vec<_> = writes
                .iter()
                .filter_map(|it| it.outcome.as_ref().ok())
                .collect();
            answers.sort_unstable_by_key(|it| it.as_ref().ok());
            assert_eq!(answers, [&Ok(0), &Ok(1), &Ok(2)]);
            assert!(!subject.shared.is_poisoned());
            subject.assert_visible(&writes);
            subject.end(&writes);
        }
    }
}

/// It is dropped by its own thread, once nobody else is concerned.
#[test]
fn a_panic_in_the_drop_of_a_write_that_changes_nothing_is_that_of_its_call() {
    use Kind::{Fine, Idle, IdleAndBadToDrop};

    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        let subject = Subject::new();
        let kinds = [IdleAndBadToDrop, Fine, Idle, IdleAndBadToDrop, Fine];
        let writes = subject.together(by, kinds);
        for write in &writes {
            let is_bad = write.kind == IdleAndBadToDrop;
            let panic = is_bad.then_some(Panic::Dropped(write.number));
            assert_eq!(write.panic(), panic.as_ref());
            assert_eq!(write.is_ok(), !is_bad);
        }
        assert!(!subject.shared.is_poisoned());
        subject.assert_visible(&writes);
        subject.end(&writes);
    }
}

/// Whose call applies it to the second copy is nobody's choice; that it is one call's is.
#[test]
fn a_panic_later_is_that_of_one_call() {
    let _deadline = common::deadline();
    for bad in [Kind::BadLater, Kind::BadToDrop] {
        let subject = Subject::new();
        let mut writes = vec![subject.write(Kind::Fine), subject.write(bad)];
        assert!(writes[1].is_ok(), "it is in one copy yet");
        let number = writes[1].number;
        let later = match bad {
            Kind::BadLater => Panic::Later(number),
            _ => Panic::Dropped(number),
        };
        thread::scope(|scope| {
            let threads = [(); 6].map(|()| scope.spawn(|| subject.write(Kind::Fine)));
            writes.extend(threads.map(|it| it.join().unwrap()));
        });
        let panics: Vec<_> = writes.iter().filter_map(Write::panic).collect();
        assert_eq!(panics, [&later]);
        assert!(subject.shared.is_poisoned());
        assert_eq!(writes.iter().filter(|it| it.is_ok()).count(), 2);
        subject.assert_visible(&writes);
        subject.end(&writes);
    }
}

/// Writers at full speed, among them one that is bad at some moment.
#[test]
fn beside_a_write_that_panics_others_take_effect_or_are_refused() {
    const THREADS: u32 = 6;

    fn run(bad: Kind, is_poison: bool) {
        let subject = Subject::new();
        let writes: Vec<Write> = thread::scope(|scope| {
            let threads = (0..THREADS).map(|thread| {
                let subject = &subject;
                scope.spawn(move || {
                    let mut writes = Vec::new();
                    for turn in 0..200 {
                        let is_bad = thread == 0 && turn == 50;
                        let write = subject.write(if is_bad { bad } else { Kind::Fine });
                        let is_refused = matches!(write.outcome, Ok(Err(_)));
                        if write.is_ok() {
                            assert!(subject.shared.enter().0.contains(&write.number));
                        }
                        writes.push(write);
                        if is_refused {
                            break;
                        }
                    }
                    writes
                })
            });
            let threads: Vec<_> = threads.collect();
            threads
                .into_iter()
                .flat_map(|it| it.join().unwrap())
                .collect()
        });
        let panics: Vec<_> = writes.iter().filter(|it| it.panic().is_some()).collect();
        assert_eq!(panics.len(), 1);
        if !matches!(bad, Kind::BadLater | Kind::BadToDrop) {
            assert_eq!(panics[0].kind, bad, "somebody else's panic");
        }
        assert_eq!(subject.shared.is_poisoned(), is_poison);
        let refused = writes.iter().any(|it| matches!(it.outcome, Ok(Err(_))));
        assert_eq!(refused, is_poison);
        subject.assert_visible(&writes);
        subject.end(&writes);
    }

    let _deadline = common::deadline();
    for _ in 0..5 {
        run(Kind::BadToAbsorb, true);
        run(Kind::BadLater, true);
        run(Kind::BadToDrop, true);
        run(Kind::BadToAnswer, false);
        run(Kind::BadToAnswerAndToDrop, false);
        run(Kind::IdleAndBadToDrop, false);
    }
}

/// Two panics in one call would end the process.
#[test]
fn what_a_poisoned_structure_refuses_may_panic_when_it_is_dropped() {
    let _deadline = common::deadline();
    let subject = Subject::new();
    let kinds = [Kind::BadToAbsorb, Kind::BadToDrop, Kind::BadToDrop];
    let mut writes = Vec::from(subject.together(By::Holder, kinds));
    writes.push(subject.write(Kind::BadToDrop));
    let number = writes[0].number;
    assert_eq!(writes[0].panic(), Some(&Panic::Absorbed(number)));
    for write in &writes[1..] {
        assert_eq!(write.panic(), Some(&Panic::Dropped(write.number)));
    }
    subject.assert_visible(&[]);
    subject.end(&writes);
}
