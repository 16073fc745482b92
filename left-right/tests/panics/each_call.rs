//! One session, played again for each call of user code that can panic in it.

use std::time::Duration;

use left_right::{PublishError, ReadGuard, ReadHandle, WriteHandle};

use crate::{
    common::{self, tracked::Ledger},
    fuse::{At, Fuse, Outcome},
    subject::{Bomb, Owning, Sharing, Subject},
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Push,
    Pop,
    Publish,
    TryPublish,
    PublishTimeout,
    Flush,
    Unpublished,
    TryUnpublished,
}

/// How a writer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Drop,
    Take,
    Freeze,
    /// Only for structures that are `Independent`.
    DropOwned,
}

use Step::*;

/// Sessions of every age, ending with operations in every state: loaded, published once, in one
/// copy only, applied to the stale copy by `unpublished`, pending.
const SESSIONS: &[&[Step]] = &[
    &[],
    &[Push, Push, Pop],
    &[Push, Unpublished, Push, Publish],
    &[Push, Push, Publish, Push],
    &[Push, Push, Publish, Push, Unpublished, Push],
    &[Push, Push, Publish, Push, Pop, Pop, Push, Publish],
    &[Push, Push, Publish, Push, Pop, Publish, Pop, Push],
    &[Push, Publish, Push, Pop, Publish, Pop, Push, TryUnpublished],
    &[
        Push,
        Push,
        Publish,
        Pop,
        Push,
        TryPublish,
        Push,
        Unpublished,
        Pop,
        Push,
        PublishTimeout,
        Pop,
        Pop,
        Flush,
        Push,
        Push,
        TryUnpublished,
        Pop,
        Publish,
        Publish,
        Push,
        Publish,
        Pop,
    ],
];

struct Case<S: Subject> {
    at: At,
    logged: bool,
    steps: &'static [Step],
    end: End,
    go: fn(WriteHandle<S, S::Operation>),
}

impl<S: Subject> Case<S> {
    /// Returns how often each value was dropped, and how many calls of user code there were.
    fn run(&self) -> (Ledger, usize) {
        let ledger = Ledger::default();
        let fuse = Fuse::new(self.at);
        let made = Outcome::of(|| {
            let empty = S::empty(&fuse);
            if self.logged {
                left_right::new_logged(empty)
            } else {
                left_right::new_from_empty(empty)
            }
        });
        let (writer, reader) = match made {
            Outcome::Returned(pair) => pair,
            Outcome::Burnt(_) => return (ledger, fuse.calls()),
            Outcome::Refused(message) => panic!("{message}"),
        };
        let mut session = Session {
            ledger: ledger.clone(),
            fuse: fuse.clone(),
            writer: Some(writer),
            reader,
            pending: Vec::new(),
            published: Vec::new(),
            version: 0,
            next: 0,
        };
        let burnt = self.steps.iter().any(|&step| session.step(step));
        assert_eq!(session.writer.as_ref().unwrap().is_poisoned(), burnt);
        session.end(self.end, self.go);
        let Session { reader, .. } = session;
        match Outcome::of(|| drop(reader)) {
            Outcome::Returned(()) => {}
            outcome => panic!("dropping the last reader: {outcome:?}"),
        }
        (ledger, fuse.calls())
    }
}

struct Session<S: Subject> {
    ledger: Ledger,
    fuse: Fuse,
    writer: Option<WriteHandle<S, S::Operation>>,
    reader: ReadHandle<S>,
    /// The model: what was appended, and what readers see.
    pending: Vec<u64>,
    published: Vec<u64>,
    version: u64,
    next: u64,
}

impl<S: Subject> Session<S> {
    /// Returns whether the fuse burnt.
    fn step(&mut self, step: Step) -> bool {
        let writer = self.writer.as_mut().unwrap();
        let mut model = self.pending.clone();
        let mut publishes = false;
        let outcome = match step {
            Push => {
                let payload = self.next;
                self.next += 1;
                model.push(payload);
                let value = Bomb::new(payload, &self.ledger, &self.fuse);
                Outcome::of(|| _ = writer.append(S::push(value)))
            }
            Pop => {
                model.pop();
                Outcome::of(|| _ = writer.append(S::pop()))
            }
            Publish => {
                publishes = true;
                Outcome::of(|| _ = writer.publish())
            }
            TryPublish => {
                publishes = true;
                Outcome::of(|| assert!(writer.try_publish()))
            }
            PublishTimeout => {
                publishes = true;
                Outcome::of(|| writer.publish_timeout(Duration::from_secs(50)).unwrap())
            }
            Flush => {
                publishes = writer.has_pending_operations();
                Outcome::of(|| writer.flush())
            }
            Unpublished => Outcome::of(|| assert_eq!(writer.unpublished().payloads(), model)),
            TryUnpublished => Outcome::of(|| {
                let unpublished = writer.try_unpublished().expect("no reader is in the way");
                assert_eq!(unpublished.payloads(), model);
            }),
        };
        match outcome {
            Outcome::Returned(()) => {
                self.pending = model;
                if publishes {
                    self.published.clone_from(&self.pending);
                    self.version += 1;
                }
                self.check_readers();
                false
            }
            Outcome::Burnt(call) => {
                assert!(
                    self.writer.as_ref().unwrap().is_poisoned(),
                    "{call} panicked in {step:?}, and the writer does not say so"
                );
                self.check_readers();
                self.check_refusals();
                true
            }
            Outcome::Refused(message) => panic!("{step:?}: {message}"),
        }
    }

    /// Readers, old and new ones, see the last publish.
    fn check_readers(&self) {
        let others = [self.reader.clone(), self.reader.factory().handle()];
        for reader in others.iter().chain([&self.reader]) {
            let guard = reader.enter().expect("the data is there");
            assert_eq!(guard.payloads(), self.published);
            assert_eq!(ReadGuard::version(&guard), self.version);
            let guard = guard.refresh().expect("the data is there");
            assert_eq!(guard.payloads(), self.published);
        }
        self.ledger.alive();
    }

    /// What a poisoned writer does: nothing, and it says so.
    fn check_refusals(&mut self) {
        let calls = self.fuse.calls();
        let writer = self.writer.as_mut().unwrap();
        let refusals = [
            ("append", Outcome::of(|| _ = writer.append(S::pop()))),
            ("extend", Outcome::of(|| writer.extend([S::pop()]))),
            ("publish", Outcome::of(|| _ = writer.publish())),
            ("try_publish", Outcome::of(|| _ = writer.try_publish())),
            (
                "unpublished",
                Outcome::of(|| drop(writer.unpublished().payloads())),
            ),
            (
                "try_unpublished",
                Outcome::of(|| drop(writer.try_unpublished().map(Subject::payloads))),
            ),
        ];
        for (call, outcome) in refusals {
            match outcome {
                Outcome::Refused(message) => {
                    assert!(message.contains("panicked"), "{call}: {message}");
                }
                other => panic!("{call} on a poisoned writer: {other:?}"),
            }
        }
        let error = writer.publish_timeout(Duration::ZERO).unwrap_err();
        assert!(matches!(error, PublishError::Poisoned(_)), "{error:?}");
        assert!(error.to_string().contains("to start over"), "{error}");
        assert!(writer.is_poisoned());
        assert_eq!(writer.version(), self.version);
        // These have nothing to change.
        let _ = (writer.pending().len(), writer.stats());
        let _ = (writer.raw_write_handle(), writer.raw_handle());
        let _ = format!("{writer:?}");
        assert_eq!(self.fuse.calls(), calls, "user code was called");
        self.check_readers();
    }

    fn end(&mut self, end: End, go: fn(WriteHandle<S, S::Operation>)) {
        let writer = self.writer.take().unwrap();
        let poisoned = writer.is_poisoned();
        let before = self.fuse.calls();
        let outcome = match end {
            End::Take => {
                let expected = if poisoned {
                    self.published.clone()
                } else {
                    self.pending.clone()
                };
                let outcome = Outcome::of(|| writer.take());
                let outcome = match outcome {
                    Outcome::Returned(taken) => {
                        assert_eq!(taken.payloads(), expected);
                        self.ledger.alive();
                        // The user's own drop of the data, which may panic like any other.
                        Outcome::of(|| drop(taken))
                    }
                    Outcome::Burnt(call) => Outcome::Burnt(call),
                    Outcome::Refused(message) => Outcome::Refused(message),
                };
                assert!(self.reader.clone().enter().is_none() || self.fuse.calls() > before);
                outcome
            }
            End::Drop | End::DropOwned => {
                let guard = poisoned.then(|| self.reader.enter().unwrap());
                // Under a guard of the published copy: nobody waits for that, once poisoned.
                match Outcome::of(|| go(writer)) {
                    Outcome::Returned(()) => {}
                    outcome => panic!("dropping a writer: {outcome:?}"),
                }
                assert!(guard.is_none_or(|guard| guard.payloads() == self.published));
                Outcome::Returned(())
            }
            End::Freeze => Outcome::of(|| drop(writer.freeze())),
        };
        let stays = match end {
            End::Take => false,
            End::Drop => poisoned,
            End::Freeze | End::DropOwned => true,
        };
        if stays {
            self.check_readers();
        } else if let Some(guard) = self.reader.enter() {
            // Something panicked while the writer went. If there is data still, it is that of
            // a publish, whole: the last one, or that of the writer on its way out.
            assert!(self.fuse.calls() > before);
            let seen = guard.payloads();
            assert!(seen == self.published || seen == self.pending, "{seen:?}");
        }
        self.ledger.alive();
        if let Outcome::Refused(message) = outcome {
            panic!("{end:?}: {message}");
        }
    }
}

fn play<S: Subject>(ends: &[End], go: fn(WriteHandle<S, S::Operation>)) {
    let _deadline = common::deadline();
    for &steps in SESSIONS {
        for logged in [false, true] {
            for &end in ends {
                let case = |at| Case::<S> {
                    at,
                    logged,
                    steps,
                    end,
                    go,
                };
                // Without a panic nothing is left over.
                let (ledger, calls) = case(At::Never).run();
                let drops = ledger.drops();
                assert!(
                    drops.iter().all(|&count| count == 1),
                    "{end:?}, logged {logged}, {steps:?}: {drops:?}"
                );
                for call in 0..calls {
                    for at in [At::Once(call), At::FromThenOn(call)] {
                        let (ledger, reached) = case(at).run();
                        ledger.alive();
                        assert!(reached > call, "{at:?} of {calls} was not reached");
                    }
                }
            }
        }
    }
}

const ENDS: [End; 3] = [End::Drop, End::Take, End::Freeze];

#[test]
fn a_structure_that_owns_its_values() {
    play::<Owning>(&ENDS, drop);
}

#[test]
fn a_structure_that_owns_its_values_and_freezes_on_drop() {
    play::<Owning>(&[End::DropOwned], |writer| drop(writer.into_owned()));
}

#[test]
fn a_structure_whose_copies_share_their_values() {
    play::<Sharing>(&ENDS, drop);
}
