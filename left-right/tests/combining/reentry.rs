//! User code that runs in an operation, and uses the structure that it changes: on the thread that carries it out, while
//! the thread whose call it is waits.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    thread::ThreadId,
};

use left_right::{Independent, Owned, ReadGuard, WriteHandle};

use super::*;

/// Where user code runs that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Answer,
    Absorb,
    Clone,
}

/// What user code found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    place: Place,
    thread: ThreadId,
    version: u64,
    seen: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Operation {
    Push(u32),
    /// Does this with the structure itself.
    Use(Place, fn(&Looking)),
}

struct Numbers(Vec<u32>);

type Looking = SharedHandle<Numbers, Operation, Owned, Looker, usize>;

struct Looker(WriteHandle<Numbers, Operation, Owned>);

/// The one structure of this file.
static SHARED: OnceLock<Mutex<Option<Looking>>> = OnceLock::new();

/// One test at a time.
static TURN: Mutex<()> = Mutex::new(());

static LOOKS: Mutex<Vec<Look>> = Mutex::new(Vec::new());

fn shared() -> Option<Looking> {
    let shared = SHARED.get_or_init(Mutex::default);
    shared
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Looks as any thread would: through the handle, by one guard within another.
fn look(place: Place) {
    let Some(shared) = shared() else {
        return;
    };
    let guard = shared.enter();
    let again = shared.enter();
    assert_eq!(guard.0, again.0);
    LOOKS.lock().unwrap().push(Look {
        place,
        thread: thread::current().id(),
        version: ReadGuard::version(&guard),
        seen: guard.0.clone(),
    });
}

impl Clone for Numbers {
    fn clone(&self) -> Self {
        look(Place::Clone);
        Self(self.0.clone())
    }
}

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        match operation {
            Operation::Push(number) => {
                look(Place::Absorb);
                self.0.push(*number);
            }
            Operation::Use(Place::Absorb, use_it) => use_it(&shared().unwrap()),
            Operation::Use(..) => {}
        }
    }

    fn absorb_second(&mut self, operation: Operation, _: &Self) {
        if let Operation::Push(number) = operation {
            self.0.push(number);
        }
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

/// A write returns how many numbers there were.
impl SharedWriter<Numbers, Operation, Owned, usize> for Looker {
    fn handle(&mut self) -> &mut WriteHandle<Numbers, Operation, Owned> {
        &mut self.0
    }

    fn answer(numbers: &Numbers, operation: &Operation) -> (usize, bool) {
        match operation {
            Operation::Push(_) => look(Place::Answer),
            Operation::Use(Place::Answer, use_it) => use_it(&shared().unwrap()),
            Operation::Use(..) => {}
        }
        (numbers.0.len(), true)
    }
}

/// Makes the structure anew for `test`, which nobody else's user code disturbs.
fn with_a_structure(test: impl FnOnce(&Looking)) {
    let _deadline = common::deadline();
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let put = |shared| {
        let place = SHARED.get_or_init(Mutex::default);
        *place.lock().unwrap_or_else(PoisonError::into_inner) = shared;
    };
    put(None);
    LOOKS.lock().unwrap().clear();
    let (writer, _) = left_right::new_owned(Numbers(vec![0]));
    let shared = SharedHandle::new(Looker(writer), Publishing::EachWrite, AN_HOUR);
    put(Some(shared.clone()));
    test(&shared);
    put(None);
}

fn push(shared: &Looking, number: u32) -> Call<'_, Result<usize, Poisoned>> {
    Box::new(move || shared.write(Operation::Push(number)))
}

/// Not what is being made of it.
#[test]
fn user_code_sees_what_is_published() {
    for by in [By::Holder, By::Waiter] {
        with_a_structure(|shared| {
            let calls = (1..5).map(|number| push(shared, number)).collect();
            let (_, outcomes) = asked_together(shared, by, calls);
            let mut answers: Vec<_> = outcomes
                .into_iter()
                .map(|it| it.unwrap().unwrap())
                .collect();
            answers.sort_unstable();
            assert_eq!(answers, [1, 2, 3, 4]);
            let looks = LOOKS.lock().unwrap().clone();
            assert_eq!(looks.len(), 8);
            let thread = looks[0].thread;
            assert_eq!(thread == thread::current().id(), by == By::Holder);
            for look in looks {
                let place = look.place;
                let published = Look {
                    place,
                    thread,
                    version: 0,
                    seen: vec![0],
                };
                assert_eq!(look, published);
            }
            let mut seen = shared.enter().0.clone();
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3, 4]);
            assert_eq!(ReadGuard::version(&shared.enter()), 1);
        });
    }
}

/// That of a copy which is left to a guard in hand: the thread with the guard clones, for all who ask.
#[test]
fn a_clone_sees_what_is_published() {
    with_a_structure(|shared| {
        shared.write(Operation::Push(1)).unwrap();
        let guard = shared.enter();
        // The guard's copy is needed for the write after this one.
        thread::scope(|scope| {
            let write = || shared.write(Operation::Push(2)).unwrap();
            scope.spawn(write).join().unwrap();
        });
        LOOKS.lock().unwrap().clear();
        shared.write(Operation::Push(3)).unwrap();
        let looks = LOOKS.lock().unwrap().clone();
        let clone = looks.iter().find(|it| it.place == Place::Clone).unwrap();
        assert_eq!((clone.version, &*clone.seen), (2, &[0, 1, 2][..]));
        assert_eq!(clone.thread, thread::current().id());
        assert_eq!(guard.0, [0, 1]);
        assert_eq!(shared.enter().0, [0, 1, 2, 3]);
    });
}

const CALLS: [fn(&Looking); 5] = [
    |shared| _ = shared.write(Operation::Push(9)),
    |shared| _ = shared.lock(|_| ()),
    |shared| _ = shared.publish(),
    |shared| _ = shared.publish_timeout(Duration::ZERO),
    |shared| _ = shared.stats(),
];

/// It would wait for the thread that it runs on.
#[test]
fn an_operation_that_wants_the_writer_panics_in_its_own_call() {
    for by in [By::Holder, By::Waiter] {
        for call in CALLS {
            with_a_structure(|shared| {
                let greedy = Operation::Use(Place::Absorb, call);
                let greedy: Call<'_, _> = Box::new(move || shared.write(greedy));
                let calls = vec![push(shared, 1), greedy, push(shared, 2)];
                let (_, outcomes) = asked_together(shared, by, calls);
                let panic = outcomes[1].as_ref().unwrap_err();
                assert!(said(&**panic).contains("has the shared writer already"));
                for other in [0, 2] {
                    let outcome = outcomes[other].as_ref().unwrap();
                    assert!(outcome.is_err());
                }
                assert!(shared.is_poisoned());
                assert_eq!(shared.enter().0, [0]);
            });
        }
    }
}

/// Nothing was being changed yet.
#[test]
fn an_answer_that_wants_the_writer_panics_in_its_own_call_and_poisons_nothing() {
    for by in [By::Holder, By::Waiter] {
        for call in CALLS {
            with_a_structure(|shared| {
                let greedy = Operation::Use(Place::Answer, call);
                let greedy: Call<'_, _> = Box::new(move || shared.write(greedy));
                let calls = vec![push(shared, 1), greedy, push(shared, 2)];
                let (_, outcomes) = asked_together(shared, by, calls);
                let panic = outcomes[1].as_ref().unwrap_err();
                assert!(said(&**panic).contains("has the shared writer already"));
                for other in [0, 2] {
                    assert!(outcomes[other].as_ref().unwrap().is_ok());
                }
                assert!(!shared.is_poisoned());
                assert_eq!(shared.enter().0.len(), 3);
            });
        }
    }
}
