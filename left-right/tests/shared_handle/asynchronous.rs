//! Publishes that are futures.

use std::{
    pin::pin,
    task::{Context, Poll, Wake, Waker},
};

use super::*;

#[test]
fn a_future_publishes_what_was_changed_before_it_was_made() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let _deadline = common::deadline();
    let shared = shared(Publishing::Manual);
    push(&shared, 1).unwrap();
    drop(shared.publish_async());
    assert!(seen(&shared).is_empty());
    futures::executor::block_on(send(shared.publish_async())).unwrap();
    assert_eq!(seen(&shared), [1]);
}

#[test]
fn a_guard_that_is_held_for_ever_stops_no_task() {
    let _deadline = common::deadline();
    let moment = Duration::from_millis(5);
    let shared = writer(&Arc::default()).into_shared(Publishing::Manual, moment);
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
fn a_reader_timeout_may_be_longer_than_clocks_run() {
    let _deadline = common::deadline();
    let shared = writer(&Arc::default()).into_shared(Publishing::Manual, Duration::MAX);
    push(&shared, 1).unwrap();
    futures::executor::block_on(shared.publish_async()).unwrap();
    push(&shared, 2).unwrap();
    shared.publish().unwrap();
    assert_eq!(seen(&shared), [1, 2]);
}

#[test]
fn poison_ends_a_future() {
    let shared = shared(Publishing::EachWrite);
    let panics = || {
        shared.update(|writer| {
            writer.append(Operation::Panic);
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    let future = shared.publish_async();
    assert!(futures::executor::block_on(future).is_err());
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
    let shared = writer(&Arc::default()).into_shared(Publishing::Manual, moment);
    leak_a_guard(&shared);
    publish_half(&shared);
    let mut future = pin!(shared.publish_async());
    // Called once the future has found the guard in its way, and before it times out.
    let poison = {
        let shared = shared.clone();
        move || {
            let panics = || {
                shared.update(|writer| {
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
