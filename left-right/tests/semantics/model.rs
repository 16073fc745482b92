//! Any sequence of calls, compared with a model of who is active which publish.
//!
//! The property test and the fuzz target share this file. All on one thread, so the model knows
//! exactly when the writer would have to wait.

use std::{mem, time::Duration};

use left_right::{PublishError, ReadGuard, ReadHandle, SharedReadHandle, WriteHandle};

use crate::recorder::Recorder;

const READERS: usize = 3;
/// Guards of the handle that threads share.
const SHARED: usize = 4;

/// One thing that a program may do.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Append,
    Extend(u32),
    Publish,
    TryPublish,
    PublishTimeout,
    PublishOrReplace,
    View,
    TryView,
    Flush,
    Enter(usize),
    Leave(usize),
    Narrow(usize),
    Refresh(usize),
    Leak(usize),
    Renew(usize),
    EnterShared,
    LeaveShared(usize),
    RefreshShared(usize),
    LeakThroughWriter,
}

impl Step {
    /// The step that a byte stands for.
    pub(crate) fn decode(byte: u8) -> Self {
        let value = byte / 32;
        let reader = usize::from(value) % READERS;
        let guard = usize::from(value) % SHARED;
        match byte % 32 {
            0..=3 => Self::Append,
            4 => Self::Extend(value.into()),
            5..=7 => Self::Publish,
            8 | 9 => Self::TryPublish,
            10 => Self::PublishTimeout,
            11 | 12 => Self::PublishOrReplace,
            13 => Self::View,
            14 => Self::TryView,
            15 => Self::Flush,
            16..=19 => Self::Enter(reader),
            20..=22 => Self::Leave(reader),
            23 => Self::Narrow(reader),
            24 | 25 => Self::Refresh(reader),
            26 => Self::Leak(reader),
            27 => Self::Renew(reader),
            28 => Self::EnterShared,
            29 => Self::LeaveShared(guard),
            30 => Self::RefreshShared(guard),
            _ => Self::LeakThroughWriter,
        }
    }
}

/// How the writer goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Drop,
    Take,
    Freeze,
    DropOwned,
}

/// A whole life of a pair.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Whether the first publish comes from the log.
    pub(crate) logged: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

impl Program {
    /// The program that any bytes stand for: the first is its frame, each other one a step.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let (frame, steps) = bytes.split_first().unwrap_or((&0, &[]));
        Self {
            logged: frame & 1 == 0,
            steps: steps.iter().map(|byte| Step::decode(*byte)).collect(),
            end: match frame / 2 % 4 {
                0 => End::Take,
                1 => End::Drop,
                2 => End::Freeze,
                _ => End::DropOwned,
            },
        }
    }
}

enum Guard<'r> {
    Whole(ReadGuard<'r, Recorder>),
    Part(ReadGuard<'r, [u32]>),
}

/// A read handle, its guards, and what the model knows of them.
#[derive(Default)]
struct Reader {
    /// With the versions that they see. Dropped before the handle that they borrow: see `Step::Renew`.
    guards: Vec<(Guard<'static>, u64)>,
    /// The versions that leaked ones see.
    leaked: Vec<u64>,
}

struct Model<'s> {
    /// What readers see at each version.
    published: Vec<Vec<u32>>,
    /// Everything that was appended.
    appended: Vec<u32>,
    readers: [Reader; READERS],
    /// Guards of a shared handle, and the versions that they see.
    shared: Vec<(ReadGuard<'s, Recorder>, u64)>,
}

impl Model<'_> {
    fn version(&self) -> u64 {
        self.published.len() as u64 - 1
    }

    fn newest(&self) -> &[u32] {
        &self.published[self.published.len() - 1]
    }

    fn publish(&mut self) {
        self.published.push(self.appended.clone());
    }

    /// How many guards the writer has to wait for: they are in the copy that was
    /// swapped out last. Older ones are in copies that were left to them.
    fn stalled(&self) -> usize {
        let versions = self.readers.iter().flat_map(|reader| {
            let guards = reader.guards.iter().map(|(_, version)| *version);
            guards.chain(reader.leaked.iter().copied())
        });
        let versions = versions.chain(self.shared.iter().map(|(_, version)| *version));
        versions
            .filter(|version| version + 1 == self.version())
            .count()
    }

    fn check_guards(&self) {
        for reader in &self.readers {
            for (guard, version) in &reader.guards {
                let (seen, data): (u64, &[u32]) = match guard {
                    Guard::Whole(guard) => (ReadGuard::version(guard), &guard.data),
                    Guard::Part(guard) => (ReadGuard::version(guard), guard),
                };
                assert_eq!(seen, *version);
                assert_eq!(data, self.published[*version as usize]);
            }
        }
        for (guard, version) in &self.shared {
            assert_eq!(ReadGuard::version(guard), *version);
            assert_eq!(guard.data, self.published[*version as usize]);
        }
    }

    /// Drops all guards, and then the handles, which end the critical sections of leaked ones.
    fn free(&mut self, handles: [*mut ReadHandle<Recorder>; READERS]) {
        self.shared.clear();
        for (reader, handle) in self.readers.iter_mut().zip(handles) {
            reader.guards.clear();
            // SAFETY: as in `Step::Renew`.
            drop(unsafe { Box::from_raw(handle) });
        }
    }
}

/// Plays a program; panics at the first difference. The handles are leaked, so that guards can be
/// kept beside them; `Renew` and the end free them again.
pub(crate) fn play(program: Program) {
    let start = Recorder::new([1000]);
    let (mut writer, reader): (WriteHandle<Recorder, u32>, _) = if program.logged {
        left_right::new_logged(start)
    } else {
        left_right::new_from_empty(start)
    };
    let mut handles: [*mut ReadHandle<Recorder>; READERS] =
        std::array::from_fn(|_| Box::into_raw(Box::new(reader.clone())));
    let shared: SharedReadHandle<Recorder> = reader.shared();
    let mut model = Model {
        published: vec![vec![1000]],
        appended: vec![1000],
        readers: Default::default(),
        shared: Vec::new(),
    };
    let mut next = 0;
    for step in program.steps {
        let blockers = model.stalled();
        let stalled = blockers > 0;
        match step {
            Step::Append => {
                writer.append(next);
                model.appended.push(next);
                next += 1;
            }
            Step::Extend(count) => {
                writer.extend(next..next + count);
                model.appended.extend(next..next + count);
                next += count;
            }
            Step::Publish => {
                if !stalled {
                    writer.publish();
                    model.publish();
                }
            }
            Step::TryPublish => {
                assert_eq!(writer.try_publish(), !stalled);
                if !stalled {
                    model.publish();
                }
            }
            Step::PublishTimeout => match writer.publish_timeout(Duration::ZERO) {
                Ok(()) => {
                    assert!(!stalled);
                    model.publish();
                }
                Err(PublishError::Stalled(report)) => {
                    // Several guards may stand for one reader.
                    assert!((1..=blockers).contains(&report.readers.len()));
                }
                Err(error) => panic!("{error}"),
            },
            Step::PublishOrReplace => {
                let before = writer.stats().deferred;
                let done = writer.publish_or_replace(Duration::ZERO);
                done.expect("there are fewer readers than copies that may be left to them");
                assert!(writer.stats().deferred <= before + usize::from(stalled));
                model.publish();
            }
            Step::View => {
                if !stalled {
                    assert_eq!(writer.unpublished().data, model.appended);
                }
            }
            Step::TryView => {
                let unpublished = writer.try_unpublished().map(|it| &it.data);
                assert_eq!(unpublished, (!stalled).then_some(&model.appended));
            }
            Step::Flush => {
                let pending = model.newest() != model.appended;
                assert_eq!(writer.has_pending_operations(), pending);
                if pending && !stalled {
                    writer.flush();
                    model.publish();
                } else if !pending {
                    writer.flush();
                }
            }
            Step::Enter(index) => {
                // SAFETY: the handle is freed by `Renew` and at the end, after its guards went.
                let handle: &'static ReadHandle<Recorder> = unsafe { &*handles[index] };
                let guard = handle.enter().expect("the writer is here");
                // The newest, whatever other guards of the handle see.
                let version = model.version();
                model.readers[index]
                    .guards
                    .push((Guard::Whole(guard), version));
            }
            Step::Leave(index) => {
                let reader = &mut model.readers[index];
                if !reader.guards.is_empty() {
                    // The oldest first, to mix the order with that of `Refresh` and `Narrow`.
                    drop(reader.guards.remove(0));
                }
            }
            Step::Narrow(index) => {
                let reader = &mut model.readers[index];
                if let Some((guard, version)) = reader.guards.pop() {
                    let guard = match guard {
                        Guard::Whole(guard) => Guard::Part(ReadGuard::map(guard, |r| &r.data[..])),
                        part => part,
                    };
                    reader.guards.push((guard, version));
                }
            }
            Step::Refresh(index) => {
                let newest = model.version();
                let reader = &mut model.readers[index];
                let alone = reader.guards.len() + reader.leaked.len() == 1;
                match reader.guards.pop() {
                    Some((Guard::Whole(guard), before)) => {
                        let guard = guard.refresh().expect("the writer is here");
                        // It stays where it is if its slot has other guards.
                        let now = ReadGuard::version(&guard);
                        assert!(now == newest || now == before && !alone);
                        reader.guards.push((Guard::Whole(guard), now));
                    }
                    Some(part) => reader.guards.push(part),
                    None => {}
                }
            }
            Step::Leak(index) => {
                let reader = &mut model.readers[index];
                if let Some((guard, version)) = reader.guards.pop() {
                    mem::forget(guard);
                    reader.leaked.push(version);
                }
            }
            Step::Renew(index) => {
                model.readers[index].guards.clear();
                // SAFETY: it came from `Box::into_raw`, and the guards that borrowed it are gone
                // or forgotten.
                drop(unsafe { Box::from_raw(handles[index]) });
                handles[index] = Box::into_raw(Box::new(reader.clone()));
                model.readers[index] = Reader::default();
            }
            Step::EnterShared => {
                if model.shared.len() < SHARED {
                    let guard = shared.enter().expect("the writer is here");
                    model.shared.push((guard, model.version()));
                }
            }
            Step::LeaveShared(index) => {
                if index < model.shared.len() {
                    drop(model.shared.remove(index));
                }
            }
            Step::RefreshShared(index) => {
                if index < model.shared.len() {
                    let (guard, before) = model.shared.remove(index);
                    let guard = guard.refresh().expect("the writer is here");
                    // It stays where it is if its slot has other guards.
                    let now = ReadGuard::version(&guard);
                    assert!(now == before || now == model.version());
                    model.shared.push((guard, now));
                }
            }
            Step::LeakThroughWriter => mem::forget(writer.enter()),
        }
        model.check_guards();
        assert_eq!(writer.version(), model.version());
        assert_eq!(reader.enter().unwrap().data, model.newest());
        assert!(writer.stats().readers >= READERS + 2);
        if program.logged || writer.version() > 0 {
            let pending = &model.appended[model.newest().len()..];
            assert!(writer.pending().eq(pending));
        }
    }
    match program.end {
        End::Freeze | End::DropOwned => {
            // A freeze waits as a publish does.
            if program.end == End::Freeze && model.stalled() == 0 {
                writer.freeze();
            } else {
                drop(writer.into_owned());
            }
            model.check_guards();
            assert_eq!(reader.enter().unwrap().data, model.newest());
            model.free(handles);
        }
        // These wait for every critical section.
        End::Take => {
            model.free(handles);
            assert_eq!(writer.take().data, model.appended);
            assert!(reader.enter().is_none());
        }
        End::Drop => {
            model.free(handles);
            drop(writer);
            assert!(reader.enter().is_none());
        }
    }
}
