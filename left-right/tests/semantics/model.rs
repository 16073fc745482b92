//! Any sequence of calls, compared with a model of who is inside which publish.

use std::{collections::BTreeSet, mem, time::Duration};

use left_right::{FencePolicy, PublishError, ReadGuard, ReadHandle, WriteHandle};
use proptest::prelude::*;

use crate::{common, recorder::Recorder};

const READERS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Append,
    Extend(u32),
    Publish,
    TryPublish,
    PublishTimeout,
    View,
    TryView,
    Flush,
    Policy(u8),
    Enter(usize),
    Leave(usize),
    Narrow(usize),
    Refresh(usize),
    Leak(usize),
    Renew(usize),
    LeakThroughWriter,
}

fn step() -> impl Strategy<Value = Step> {
    let reader = || 0..READERS;
    prop_oneof![
        6 => Just(Step::Append),
        1 => (0..4_u32).prop_map(Step::Extend),
        4 => Just(Step::Publish),
        3 => Just(Step::TryPublish),
        1 => Just(Step::PublishTimeout),
        2 => Just(Step::View),
        2 => Just(Step::TryView),
        1 => Just(Step::Flush),
        1 => (0..3_u8).prop_map(Step::Policy),
        6 => reader().prop_map(Step::Enter),
        6 => reader().prop_map(Step::Leave),
        1 => reader().prop_map(Step::Narrow),
        3 => reader().prop_map(Step::Refresh),
        1 => reader().prop_map(Step::Leak),
        2 => reader().prop_map(Step::Renew),
        1 => Just(Step::LeakThroughWriter),
    ]
}

enum Guard<'r> {
    Whole(ReadGuard<'r, Recorder>),
    Part(ReadGuard<'r, [u32]>),
}

/// A read handle, its guards, and what the model knows of them.
#[derive(Default)]
struct Reader {
    /// Dropped before the handle that they borrow: see [`Reader::renew`].
    guards: Vec<Guard<'static>>,
    leaked: usize,
    /// The version that the session of this handle sees, if it is inside.
    session: Option<u64>,
}

struct Model {
    /// What readers see at each version.
    published: Vec<Vec<u32>>,
    /// Everything that was appended.
    appended: Vec<u32>,
    /// The readers that the next publish waits for.
    stragglers: BTreeSet<usize>,
    readers: [Reader; READERS],
}

impl Model {
    fn version(&self) -> u64 {
        self.published.len() as u64 - 1
    }

    fn publish(&mut self) {
        self.published.push(self.appended.clone());
        let inside = |index: &usize| self.readers[*index].session.is_some();
        self.stragglers = (0..READERS).filter(inside).collect();
    }

    fn left(&mut self, index: usize) {
        self.readers[index].session = None;
        self.stragglers.remove(&index);
    }

    fn check_guards(&self) {
        for reader in &self.readers {
            for guard in &reader.guards {
                let version = reader.session.expect("a reader with guards is inside");
                let (seen, data): (u64, &[u32]) = match guard {
                    Guard::Whole(guard) => (ReadGuard::version(guard), &guard.data),
                    Guard::Part(guard) => (ReadGuard::version(guard), guard),
                };
                assert_eq!(seen, version);
                assert_eq!(data, self.published[version as usize]);
            }
        }
    }
}

/// Plays the steps. The handles are leaked, so that guards can be kept beside them; `Renew` and
/// the end free them again.
fn play(steps: Vec<Step>, logged: bool) {
    let start = Recorder::new([1000]);
    let (mut writer, reader): (WriteHandle<Recorder, u32>, _) = if logged {
        left_right::new_logged(start)
    } else {
        left_right::new_from_empty(start)
    };
    let mut handles: [*mut ReadHandle<Recorder>; READERS] =
        std::array::from_fn(|_| Box::into_raw(Box::new(reader.clone())));
    let mut model = Model {
        published: vec![vec![1000]],
        appended: vec![1000],
        stragglers: BTreeSet::new(),
        readers: Default::default(),
    };
    let mut next = 0;
    for step in steps {
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
                if model.stragglers.is_empty() {
                    writer.publish();
                    model.publish();
                }
            }
            Step::TryPublish => {
                let free = model.stragglers.is_empty();
                assert_eq!(writer.try_publish(), free);
                if free {
                    model.publish();
                }
            }
            Step::PublishTimeout => match writer.publish_timeout(Duration::ZERO) {
                Ok(()) => {
                    assert!(model.stragglers.is_empty());
                    model.publish();
                }
                Err(PublishError::Stalled(stalled)) => {
                    assert_eq!(stalled.readers.len(), model.stragglers.len());
                    assert!(!stalled.readers.is_empty());
                }
                Err(error) => panic!("{error}"),
            },
            Step::View => {
                if model.stragglers.is_empty() {
                    assert_eq!(writer.view().data, model.appended);
                }
            }
            Step::TryView => {
                let view = writer.try_view().map(|view| &view.data);
                let expected = model.stragglers.is_empty().then_some(&model.appended);
                assert_eq!(view, expected);
            }
            Step::Flush => {
                let pending = model.published.last() != Some(&model.appended);
                assert_eq!(writer.has_pending_operations(), pending);
                if !pending || model.stragglers.is_empty() {
                    writer.flush();
                    if pending {
                        model.publish();
                    }
                }
            }
            Step::Policy(policy) => {
                writer.set_fence_policy(match policy {
                    0 => FencePolicy::Adaptive,
                    1 => FencePolicy::ReadMostly,
                    _ => FencePolicy::WriteMostly,
                });
            }
            Step::Enter(index) => {
                // SAFETY: the handle is freed by `Renew` and at the end, after its guards went.
                let handle: &'static ReadHandle<Recorder> = unsafe { &*handles[index] };
                let guard = handle.enter().expect("the writer is here");
                let version = model.version();
                let reader = &mut model.readers[index];
                reader.session.get_or_insert(version);
                reader.guards.push(Guard::Whole(guard));
            }
            Step::Leave(index) => {
                let reader = &mut model.readers[index];
                if !reader.guards.is_empty() {
                    // The oldest first, to mix the order with that of `Refresh` and `Narrow`.
                    drop(reader.guards.remove(0));
                    if reader.guards.is_empty() && reader.leaked == 0 {
                        model.left(index);
                    }
                }
            }
            Step::Narrow(index) => {
                let reader = &mut model.readers[index];
                if let Some(guard) = reader.guards.pop() {
                    reader.guards.push(match guard {
                        Guard::Whole(guard) => Guard::Part(ReadGuard::map(guard, |r| &r.data[..])),
                        part => part,
                    });
                }
            }
            Step::Refresh(index) => {
                let newest = model.version();
                let reader = &mut model.readers[index];
                let alone = reader.guards.len() + reader.leaked == 1;
                match reader.guards.pop() {
                    Some(Guard::Whole(guard)) => {
                        let guard = guard.refresh().expect("the writer is here");
                        reader.guards.push(Guard::Whole(guard));
                        if alone && reader.session != Some(newest) {
                            reader.session = Some(newest);
                            model.stragglers.remove(&index);
                        }
                    }
                    Some(part) => reader.guards.push(part),
                    None => {}
                }
            }
            Step::Leak(index) => {
                let reader = &mut model.readers[index];
                if let Some(guard) = reader.guards.pop() {
                    mem::forget(guard);
                    reader.leaked += 1;
                }
            }
            Step::Renew(index) => {
                model.readers[index].guards.clear();
                // SAFETY: it came from `Box::into_raw`, and the guards that borrowed it are gone
                // or forgotten.
                drop(unsafe { Box::from_raw(handles[index]) });
                handles[index] = Box::into_raw(Box::new(reader.clone()));
                model.readers[index] = Reader::default();
                model.left(index);
            }
            Step::LeakThroughWriter => mem::forget(writer.enter()),
        }
        model.check_guards();
        assert_eq!(writer.version(), model.version());
        assert_eq!(
            reader.enter().unwrap().data,
            model.published[model.version() as usize]
        );
        assert_eq!(writer.stats().readers, READERS + 2);
        if logged || writer.version() > 0 {
            let newest = &model.published[model.version() as usize];
            assert!(writer.pending().eq(&model.appended[newest.len()..]));
        }
    }
    for (index, handle) in handles.into_iter().enumerate() {
        model.readers[index].guards.clear();
        // SAFETY: as in `Renew`.
        drop(unsafe { Box::from_raw(handle) });
    }
    assert_eq!(writer.take().data, model.appended);
}

proptest! {
    #[test]
    fn any_sequence_of_calls_matches_the_model(
        steps in proptest::collection::vec(step(), 0..150),
        logged in any::<bool>(),
    ) {
        let _deadline = common::deadline();
        play(steps, logged);
    }
}
