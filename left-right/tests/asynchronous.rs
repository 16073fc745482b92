//! Publishes as futures: on any executor, and dropped at any moment.
#![cfg(all(not(loom), feature = "async"))]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Barrier,
    thread,
    time::Duration,
};

use futures::{FutureExt, executor::block_on};
use left_right::{
    Absorb, Poisoned, Publishing, ReadHandleFactory, Revocable, SharedHandle, WriteHandle,
};

mod common;

#[derive(Clone, Default)]
struct Count(u64);

impl Absorb<u64> for Count {
    fn absorb_first(&mut self, operation: &mut u64, _: &Self) {
        assert_ne!(*operation, u64::MAX, "asked to");
        self.0 += *operation;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

fn pair() -> (WriteHandle<Count, u64>, ReadHandleFactory<Count>) {
    let (writer, reader) = left_right::new_logged::<_, u64>(Count(0));
    (writer, reader.factory())
}

/// Runs `f` while another thread holds a guard, which it drops after a while.
fn beside_a_guard<R>(readers: &ReadHandleFactory<Count>, f: impl FnOnce() -> R) -> R {
    let is_held = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let reader = readers.handle();
            let guard = reader.enter().unwrap();
            is_held.wait();
            thread::sleep(Duration::from_millis(20));
            drop(guard);
        });
        is_held.wait();
        f()
    })
}

#[test]
fn it_waits_for_readers_on_a_bare_executor() {
    let _deadline = common::deadline();
    let (mut writer, readers) = pair();
    beside_a_guard(&readers, || {
        writer.append(1).publish();
        writer.append(2);
        block_on(writer.publish_async()).unwrap();
    });
    assert_eq!(readers.handle().enter().unwrap().0, 3);
    let shared = writer.into_shared(Publishing::Manual);
    beside_a_guard(&readers, || {
        shared.write(3).unwrap();
        shared.publish().unwrap();
        shared.write(4).unwrap();
        block_on(shared.publish_async()).unwrap();
    });
    assert_eq!(readers.handle().enter().unwrap().0, 10);
}

#[test]
fn a_future_that_is_dropped_loses_nothing() {
    let _deadline = common::deadline();
    let (mut writer, readers) = pair();
    let reader = readers.handle();
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    writer.append(2);
    // Polled once and dropped, and dropped without a poll.
    assert!(writer.publish_async().now_or_never().is_none());
    drop(writer.publish_async());
    assert!(writer.pending().eq(&[2]));
    let shared = writer.into_shared(Publishing::Manual);
    shared.write(4).unwrap();
    for _ in 0..20 {
        assert!(shared.publish_async().now_or_never().is_none());
    }
    drop(guard);
    assert_eq!(reader.enter().unwrap().0, 1);
    block_on(shared.publish_async()).unwrap();
    assert_eq!(reader.enter().unwrap().0, 7);
}

#[test]
fn a_future_made_earlier_is_done_when_others_have_published() {
    let (writer, _) = pair();
    let shared = writer.into_shared(Publishing::Manual);
    shared.write(1).unwrap();
    let future = shared.publish_async();
    shared.publish().unwrap();
    assert_eq!(future.now_or_never(), Some(Ok(())));
}

#[test]
fn tokio_runs_it_beside_readers_and_other_writers() {
    fn on(runtime: &tokio::runtime::Runtime) {
        const TASKS: u64 = 8;
        const WRITES: u64 = 50;
        let (writer, readers) = pair();
        let shared: SharedHandle<Count, u64, Revocable> = writer.into_shared(Publishing::Manual);
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let shared = shared.clone();
                runtime.spawn(async move {
                    for write in 1..=WRITES {
                        shared.write(1)?;
                        if write % 3 == 0 {
                            // A guard across an await of the same thread's task would make the
                            // future not `Send`; between two awaits it may come and go.
                            drop(shared.enter());
                        }
                        let publish = shared.publish_async();
                        if write % 7 == 0 {
                            drop(tokio::time::timeout(Duration::ZERO, publish).await);
                        } else {
                            publish.await?;
                            assert!(shared.enter().unwrap().0 >= write);
                        }
                    }
                    Ok::<(), Poisoned>(())
                })
            })
            .collect();
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            shared.publish_async().await.unwrap();
        });
        assert_eq!(readers.handle().enter().unwrap().0, TASKS * WRITES);
    }

    let _deadline = common::deadline();
    let mut single = tokio::runtime::Builder::new_current_thread();
    on(&single.enable_time().build().unwrap());
    let mut several = tokio::runtime::Builder::new_multi_thread();
    on(&several.worker_threads(2).enable_time().build().unwrap());
}

#[test]
fn a_stalled_publish_lets_other_tasks_of_its_thread_run() {
    let _deadline = common::deadline();
    let (mut writer, readers) = pair();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().build().unwrap();
    // Both on one thread: were the writer to block, the guard would never be dropped.
    runtime.block_on(async {
        let reader = readers.handle();
        let guard = reader.enter().unwrap();
        writer.append(1).publish();
        writer.append(2);
        let reads = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            drop(guard);
        };
        let (published, ()) = futures::future::join(writer.publish_async(), reads).await;
        published.unwrap();
        assert_eq!(reader.enter().unwrap().0, 3);
    });
}

#[test]
fn poison_is_an_error() {
    let (mut writer, _) = pair();
    writer.append(u64::MAX);
    let publish = AssertUnwindSafe(|| block_on(writer.publish_async()));
    assert!(catch_unwind(publish).is_err());
    assert!(block_on(writer.publish_async()).is_err());
    let shared = writer.into_shared(Publishing::Manual);
    assert!(shared.write(1).is_err());
    assert!(block_on(shared.publish_async()).is_err());
}

#[test]
fn the_futures_can_be_sent() {
    fn is_send<T: Send>(_: T) {}
    let (mut writer, _) = pair();
    is_send(writer.publish_async());
    is_send(writer.into_shared(Publishing::Manual).publish_async());
}

#[test]
fn a_future_that_is_polled_again_and_again_waits_for_its_time() {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Waker},
    };

    fn poll(future: impl Future) {
        let mut future = pin!(future);
        for _ in 0..100 {
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
    }

    let (mut writer, reader) = left_right::new::<Count, u64>();
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    writer.append(1);
    assert_eq!(format!("{:?}", writer.publish_async()), "Publish { .. }");
    poll(writer.publish_async());
    let shared = writer.into_shared(Publishing::Manual);
    assert_eq!(
        format!("{:?}", shared.publish_async()),
        "SharedPublish { .. }"
    );
    poll(shared.publish_async());
    drop(guard);
}
