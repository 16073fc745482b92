//! The writers of a round in which several threads share one: they append, publish in every way, lock,
//! give up and go on without readers, at the same time. What each of them has published is visible to it
//! when the call returns, whoever did the work.

use std::{
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use left_right::{Poisoned, PublishError, ReadGuard, SharedWriteHandle, WriteGuard, WriteHandle};

use crate::{
    Round,
    cells::{CELLS, Cells, Change, OnPurpose, WRITERS},
    writer::go,
};

type Shared = SharedWriteHandle<Cells, Change>;

/// One of the writers.
struct Member<'r> {
    round: &'r Round,
    shared: Shared,
    /// Which of them.
    number: usize,
    /// How many generations it has appended.
    appended: u64,
    rng: Rng,
}

/// Publishes until the round is over, and goes; returns the last version.
pub(crate) fn write(
    round: &Round,
    mut writer: WriteHandle<Cells, Change>,
    mut rng: Rng,
    until: Instant,
) -> u64 {
    if rng.bool() {
        writer.publish();
    }
    let shared = writer.into_shared();
    let reader = shared.reader().clone();
    let pace = [0, 0, 10, 100, 1000][rng.usize(0..5)];
    let panics = round.panics && rng.bool();
    let panicked = AtomicUsize::new(0);
    let appended: Vec<u64> = thread::scope(|scope| {
        let members: Vec<_> = (0..rng.usize(2..=WRITERS))
            .map(|number| {
                let mut member = Member {
                    round,
                    shared: shared.clone(),
                    number,
                    appended: 0,
                    rng: rng.fork(),
                };
                let panicked = &panicked;
                scope.spawn(move || {
                    let work = AssertUnwindSafe(|| member.work(until, pace, panics));
                    match catch_unwind(work) {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => assert!(panics, "poisoned by nobody"),
                        Err(payload) if payload.is::<OnPurpose>() => {
                            panicked.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(payload) => {
                            // Whoever waits for the panic that is to be would wait for ever.
                            round.stop.store(true, Ordering::Relaxed);
                            panic::resume_unwind(payload);
                        }
                    }
                    member.appended
                })
            })
            .collect();
        let join = |it: thread::ScopedJoinHandle<'_, u64>| {
            it.join().unwrap_or_else(|panic| {
                eprintln!("seed of the round: {}", round.seed);
                panic::resume_unwind(panic)
            })
        };
        members.into_iter().map(join).collect()
    });
    // It goes on in one thread, and nobody else is told of it but by an error.
    assert_eq!(panicked.into_inner(), usize::from(panics));
    assert_eq!(shared.is_poisoned(), panics);
    if panics {
        assert!(shared.append(Change::Whole(0)).is_err() && shared.publish().is_err());
        reader.enter().expect("the data stays").check();
    } else {
        // Nothing is lost, and nothing absorbed twice, by neither copy.
        shared.publish().expect("nothing has panicked");
        let is_all = |cells: &Cells| cells.of_writer[..appended.len()] == appended;
        assert!(is_all(&reader.enter().expect("the writer is there")));
        assert!(is_all(
            shared.lock().expect("nothing has panicked").unpublished()
        ));
    }
    let guard = reader.enter().expect("the data is there");
    let (version, generation) = (ReadGuard::version(&guard), guard.check());
    drop(guard);
    round.published.store(version, Ordering::Release);
    match shared.into_writer() {
        Ok(writer) => go(writer, generation, &mut rng),
        Err(_) => unreachable!("the other handles are gone"),
    }
    version
}

impl Member<'_> {
    /// Writes until the round is over, and if it is to end with a panic, until that.
    fn work(&mut self, until: Instant, pace: u64, panics: bool) -> Result<(), Poisoned> {
        while Instant::now() < until && !self.round.stop.load(Ordering::Relaxed) {
            self.write()?;
            if pace > 0 {
                thread::sleep(Duration::from_micros(self.rng.u64(0..pace)));
            }
        }
        if panics && self.number == 0 {
            // What comes before the first publish is absorbed where it is appended.
            self.append()?;
            self.shared.publish()?;
            self.shared.append(Change::Panic)?;
            self.shared.publish()?;
        }
        while panics && !self.round.stop.load(Ordering::Relaxed) {
            // It may be this one that absorbs the operation.
            self.write()?;
        }
        Ok(())
    }

    /// The operations of the next generation, which must not be taken apart.
    fn next(&mut self) -> impl Iterator<Item = Change> + use<> {
        self.appended += 1;
        [Change::Next(self.number)]
            .into_iter()
            .chain((0..CELLS).map(Change::Fill))
    }

    fn append(&mut self) -> Result<(), Poisoned> {
        let operations = self.next();
        self.shared.append_all(operations)
    }

    /// One call, or two.
    fn write(&mut self) -> Result<(), Poisoned> {
        let moment = Duration::from_micros(self.rng.u64(0..100));
        let is_visible = match self.rng.u32(0..14) {
            0 | 1 => {
                self.append()?;
                false
            }
            2 | 3 => {
                self.appended += 1;
                self.shared.apply(Change::Whole(self.number))?;
                true
            }
            4 | 5 => {
                self.append()?;
                self.shared.publish()?;
                true
            }
            6 => {
                self.shared.publish()?;
                true
            }
            7 => {
                self.append()?;
                is_published(self.shared.publish_timeout(moment))?
            }
            8 | 9 if self.round.replaces => {
                self.append()?;
                is_published(self.shared.publish_or_replace(moment))?
            }
            8 | 9 => is_published(self.shared.publish_timeout(Duration::ZERO))?,
            10 => self.with_the_writer()?,
            11 => {
                let operations = self.next();
                self.shared.update(|writer| {
                    let generation = writer.unpublished().check();
                    writer.extend(operations);
                    assert_eq!(writer.unpublished().check(), generation + 1);
                })?;
                true
            }
            12 => self.publish_as_a_task()?,
            _ => {
                self.shared = self.shared.clone();
                false
            }
        };
        self.look(is_visible);
        Ok(())
    }

    /// Locks the writer, appends or not, and publishes in one of the ways or not; whether it did.
    fn with_the_writer(&mut self) -> Result<bool, Poisoned> {
        let operations = self.next();
        let mut writer: WriteGuard<'_, Cells, Change> = self.shared.lock()?;
        if self.rng.u32(0..8) == 0 {
            writer.unpublished().check();
        }
        writer.extend(operations);
        Ok(match self.rng.u32(0..4) {
            0 => writer.try_publish(),
            1 => {
                writer.publish();
                true
            }
            2 => is_published(writer.publish_timeout(Duration::from_micros(50)))?,
            _ => false,
        })
    }

    /// Polls a publish a few times, and drops it then; whether it was done.
    #[cfg(feature = "async")]
    fn publish_as_a_task(&mut self) -> Result<bool, Poisoned> {
        use futures::FutureExt;

        self.append()?;
        let mut publish = self.shared.publish_async();
        for _ in 0..self.rng.u32(0..4) {
            if let Some(result) = (&mut publish).now_or_never() {
                return result.map(|()| true);
            }
        }
        Ok(false)
    }

    #[cfg(not(feature = "async"))]
    fn publish_as_a_task(&mut self) -> Result<bool, Poisoned> {
        Ok(false)
    }

    /// Looks at what is published, with what it has written itself in it, if that should be visible.
    fn look(&self, is_visible: bool) {
        let (round, seed) = (self.round, self.round.seed);
        let newest = round.published.load(Ordering::Acquire);
        let guard = self.shared.reader().enter().expect("the writer is there");
        let version = ReadGuard::version(&guard);
        guard.check();
        assert!(
            version >= newest,
            "seed {seed}: version {version}, though {newest} was published before"
        );
        let seen = guard.of_writer[self.number];
        assert!(
            seen == self.appended || seen < self.appended && !is_visible,
            "seed {seed}: {seen} of {} are visible",
            self.appended
        );
        round.published.fetch_max(version, Ordering::AcqRel);
    }
}

/// Whether it was published, if it is not poisoned.
fn is_published(result: Result<(), PublishError>) -> Result<bool, Poisoned> {
    match result {
        Ok(()) => Ok(true),
        Err(PublishError::Stalled(_)) => Ok(false),
        Err(PublishError::Poisoned(error)) => Err(error),
        Err(error) => panic!("{error}"),
    }
}
