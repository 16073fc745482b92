//! The writers of a round in which several threads share one: they write and publish in every way, take the
//! writer for themselves, give up and go on without readers, at the same time, under every policy. What each of them
//! has published is visible to it when the call returns, whoever did the work.

use std::{
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use left_right::{
    Owned, Ownership, Poisoned, PublishError, Publishing, ReadGuard, Revocable, SharedHandle,
    WriteHandle,
};

use crate::{
    Round,
    cells::{CELLS, Cells, Change, OnPurpose, WRITERS},
    writer::go,
};

type Shared<D> = SharedHandle<Cells, Change, D>;

/// Both kinds of pairs.
trait Kind: Ownership + Send + Sync + Sized + 'static {
    /// Whether a thread may write while it holds a guard.
    const WRITES_WITH_GUARDS: bool;

    fn guard<G>(entered: Self::Entered<G>) -> G;
}

impl Kind for Revocable {
    const WRITES_WITH_GUARDS: bool = false;

    fn guard<G>(entered: Option<G>) -> G {
        entered.expect("the writer is there")
    }
}

impl Kind for Owned {
    const WRITES_WITH_GUARDS: bool = true;

    fn guard<G>(entered: G) -> G {
        entered
    }
}

/// One of the writers.
struct Member<'r, D> {
    round: &'r Round,
    shared: Shared<D>,
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
    let publishing = match rng.u32(0..4) {
        0 => Publishing::EachWrite,
        1 => Publishing::EveryN(rng.usize(1..100).try_into().expect("not zero")),
        2 => Publishing::Interval(Duration::from_micros(rng.u64(0..3_000))),
        _ => Publishing::Manual,
    };
    // Owned data is left to readers that stay.
    if round.replaces && rng.bool() {
        let reader_timeout = Duration::from_micros([0, 100, 10_000][rng.usize(0..3)]);
        let shared = writer.into_owned().into_shared(publishing, reader_timeout);
        let (version, _) = write_together(round, &shared, &mut rng, until);
        if rng.bool() {
            drop(shared.into_writer().expect("the other handles are gone"));
        }
        version
    } else {
        let shared = writer.into_shared(publishing);
        let (version, generation) = write_together(round, &shared, &mut rng, until);
        let writer = shared.into_writer().expect("the other handles are gone");
        go(writer, generation, &mut rng);
        version
    }
}

/// Returns the last version, and the generation that it has.
fn write_together<D: Kind>(
    round: &Round,
    shared: &Shared<D>,
    rng: &mut Rng,
    until: Instant,
) -> (u64, u64) {
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
    // It goes on in one thread, which may be that of the interval, and nobody else is told of it but by an error.
    let panicked = panicked.into_inner();
    let interval = matches!(shared.publishing(), Publishing::Interval(_));
    assert!(panicked == usize::from(panics) || panicked == 0 && interval);
    assert_eq!(shared.is_poisoned(), panics);
    if panics {
        assert!(shared.write(Change::Whole(0)).is_err() && shared.publish().is_err());
        D::guard(shared.enter()).check();
    } else {
        // Nothing is lost, and nothing absorbed twice, by neither copy.
        shared.publish().expect("nothing has panicked");
        let is_all = |cells: &Cells| cells.of_writer[..appended.len()] == appended;
        let guard = D::guard(shared.enter());
        assert!(is_all(&guard));
        drop(guard);
        let is_all = shared.lock(|writer| is_all(writer.unpublished()));
        assert!(is_all.expect("nothing has panicked"));
    }
    let guard = D::guard(shared.enter());
    let (version, generation) = (ReadGuard::version(&guard), guard.check());
    round.published.store(version, Ordering::Release);
    (version, generation)
}

impl<D: Kind> Member<'_, D> {
    /// Writes until the round is over, and if it is to end with a panic, until that.
    fn work(&mut self, until: Instant, pace: u64, panics: bool) -> Result<(), Poisoned> {
        while Instant::now() < until && !self.round.stop.load(Ordering::Relaxed) {
            self.write()?;
            if pace > 0 {
                thread::sleep(Duration::from_micros(self.rng.u64(0..pace)));
            }
        }
        if panics && self.number == 0 {
            // What comes before the first publish is absorbed where it is written.
            self.append_together(false)?;
            self.shared.publish()?;
            self.shared.write(Change::Panic)?;
            self.shared.publish()?;
        }
        while panics && !self.round.stop.load(Ordering::Relaxed) {
            // It may be this one that absorbs the operation.
            self.write()?;
        }
        Ok(())
    }

    /// Whether what a call has written is visible when it returns.
    fn publishes_each_write(&self) -> bool {
        match self.shared.publishing() {
            Publishing::EachWrite => true,
            Publishing::EveryN(count) => count.get() == 1,
            _ => false,
        }
    }

    /// The next generation, in one operation.
    fn append(&mut self) -> Result<(), Poisoned> {
        self.appended += 1;
        self.shared.write(Change::Whole(self.number))
    }

    /// The next generation, in operations that must not be taken apart. Perhaps with a look before, and after.
    fn append_together(&mut self, look: bool) -> Result<(), Poisoned> {
        self.appended += 1;
        let number = self.number;
        self.shared.lock(|writer| {
            let before = look.then(|| writer.unpublished().check());
            writer.append(Change::Next(number));
            writer.extend((0..CELLS).map(Change::Fill));
            if let Some(before) = before {
                assert_eq!(writer.unpublished().check(), before + 1);
            }
        })
    }

    /// One call, or two.
    fn write(&mut self) -> Result<(), Poisoned> {
        let moment = Duration::from_micros(self.rng.u64(0..100));
        let mut is_visible = match self.rng.u32(0..18) {
            0 | 1 => {
                let look = self.rng.bool();
                self.append_together(look)?;
                self.publishes_each_write()
            }
            2..6 => {
                self.append()?;
                self.publishes_each_write()
            }
            6 | 7 => {
                self.append()?;
                self.shared.publish()?;
                true
            }
            8 => {
                self.shared.publish()?;
                true
            }
            9 => {
                self.append()?;
                is_published(self.shared.publish_timeout(moment))?
            }
            10 | 11 if self.round.replaces => {
                self.append()?;
                let replace = |writer: &mut WriteHandle<_, _, _>| writer.publish_or_replace(moment);
                is_published(self.shared.lock(replace)?)?
            }
            10 | 11 => is_published(self.shared.publish_timeout(Duration::ZERO))?,
            12 | 13 => self.with_the_writer()?,
            14 => self.publish_as_a_task()?,
            15 | 16 if D::WRITES_WITH_GUARDS => {
                self.write_with_a_guard()?;
                true
            }
            15 => {
                let stats = self.shared.stats()?;
                assert!(stats.pending <= stats.logged);
                self.shared.readers()?.is_empty()
            }
            _ => {
                self.shared = self.shared.clone();
                false
            }
        };
        // Whoever publishes has published it.
        is_visible |= self.publishes_each_write();
        self.look(is_visible);
        Ok(())
    }

    /// Takes the writer, and publishes in one of the ways or not; whether it did.
    fn with_the_writer(&mut self) -> Result<bool, Poisoned> {
        self.appended += 1;
        let (number, rng) = (self.number, &mut self.rng);
        let published = self.shared.lock(|writer| {
            if rng.u32(0..8) == 0 {
                writer.unpublished().check();
            }
            writer.append(Change::Next(number));
            writer.extend((0..CELLS).map(Change::Fill));
            match rng.u32(0..4) {
                0 => Ok(writer.try_publish()),
                1 => {
                    writer.publish();
                    Ok(true)
                }
                2 => is_published(writer.publish_timeout(Duration::from_micros(50))),
                _ => Ok(false),
            }
        });
        published?
    }

    /// Writes and publishes while it holds guards, which keep what they see.
    fn write_with_a_guard(&mut self) -> Result<(), Poisoned> {
        let shared = self.shared.clone();
        let guard = D::guard(shared.enter());
        let generation = guard.check();
        let nested = self.rng.bool().then(|| D::guard(shared.enter()));
        for _ in 0..self.rng.u32(1..4) {
            self.append()?;
            let newer = self.rng.bool().then(|| D::guard(shared.enter()));
            if self.rng.bool() {
                self.shared.publish()?;
            }
            assert!(newer.is_none_or(|it| it.check() >= generation));
        }
        assert!(nested.is_none_or(|it| it.check() >= generation));
        self.shared.publish()?;
        assert_eq!(guard.check(), generation);
        Ok(())
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
        let guard = D::guard(self.shared.enter());
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
