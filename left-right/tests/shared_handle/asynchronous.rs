//! Publishes that are futures.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Wake, Waker},
};

use super::{
    guards::{after_a_long_change, beside_a_change, leak_a_guard, publish_half},
    *,
};

#[test]
fn a_future_publishes_what_was_written_before_it_was_made() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Manual);
        push(&shared, 1).unwrap();
        drop(shared.publish_async());
        assert!(seen(&shared).is_empty());
        futures::executor::block_on(send(shared.publish_async())).unwrap();
        assert_eq!(seen(&shared), [1]);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn a_guard_that_is_held_for_ever_stops_no_task() {
    let _deadline = common::deadline();
    let shared = patient_for(Duration::from_millis(5), Publishing::Manual);
    leak_a_guard(&shared);
    publish_half(&shared);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let published = runtime.build().unwrap().block_on(shared.publish_async());
    assert_eq!(published, Ok(()));
    assert_eq!(seen(&shared), [1, 2]);
}

#[test]
fn a_future_is_not_done_because_another_thread_has_the_writer() {
    beside_a_change(|shared| {
        futures::executor::block_on(shared.publish_async()).unwrap();
    });
}

#[test]
fn a_reader_is_in_the_way_of_a_future_from_when_it_is_found() {
    after_a_long_change(Publishing::Manual, |shared| {
        futures::executor::block_on(shared.publish_async()).unwrap();
    });
}

#[test]
fn a_future_that_is_polled_within_a_change_panics() {
    use futures::FutureExt;

    let _deadline = common::deadline();
    let shared = Owned::shared(Publishing::Manual);
    let poll = || shared.lock(|_| shared.publish_async().now_or_never());
    let panic = catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(
        message.contains("has the shared writer already"),
        "{message}"
    );
    assert!(!shared.is_poisoned());
}

#[test]
fn a_reader_timeout_may_be_longer_than_clocks_run() {
    let _deadline = common::deadline();
    let shared = patient_for(Duration::MAX, Publishing::Manual);
    push(&shared, 1).unwrap();
    futures::executor::block_on(shared.publish_async()).unwrap();
    push(&shared, 2).unwrap();
    shared.publish().unwrap();
    push(&shared, 3).unwrap();
    shared.publish_timeout(Duration::MAX).unwrap();
    assert_eq!(seen(&shared), [1, 2, 3]);
}

/// Whoever is woken works at once, where others put a task into a queue.
struct Woken<F>(F);

impl<F: Fn() + Send + Sync> Wake for Woken<F> {
    fn wake(self: Arc<Self>) {
        self.0();
    }
}

#[test]
fn poison_ends_a_future_when_its_reader_timeout_ends() {
    let _deadline = common::deadline();
    let moment = Duration::from_millis(1);
    let shared = patient_for(moment, Publishing::Manual);
    leak_a_guard(&shared);
    publish_half(&shared);
    let mut future = pin!(shared.publish_async());
    // Called once the future has found the guard in its way, and before it times out.
    let poison = {
        let shared = shared.clone();
        move || {
            let panics = || {
                shared.lock(|writer| {
                    writer.append(Operation::Panic).publish();
                })
            };
            let _ = catch_unwind(AssertUnwindSafe(panics));
            thread::sleep(50 * moment);
        }
    };
    let waker = Waker::from(Arc::new(Woken(poison)));
    let mut context = Context::from_waker(&waker);
    let published = loop {
        if let Poll::Ready(published) = future.as_mut().poll(&mut context) {
            break published;
        }
    };
    assert!(published.is_err());
    assert_eq!(seen(&shared), [1]);
}
