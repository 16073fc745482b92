//! Writers that go, views that stay, and a log of a million operations.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use evmap_core::testing::deadline::within_deadline;
use evmap_core::testing::panics;
use evmap_core::{PublishError, StalledReader};

#[test]
fn a_writer_dropped_mid_batch_leaves_the_last_publish() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new();
        writer.insert("a", String::from("published")).publish();
        writer.insert("a", String::from("not published"));
        writer.unpublished();
        writer.insert("b", String::from("not published"));
        let view = reader.enter();
        drop(writer);
        assert_eq!(view["a"], "published");
        drop(view);
        assert_eq!(
            reader.enter(),
            HashMap::from([("a", "published".to_string())])
        );
        let late = reader.factory().handle();
        drop(reader);
        assert_eq!(late.len(), 1);
        let on_another_thread = thread::spawn(move || late.get_cloned("a"));
        assert_eq!(
            on_another_thread.join().unwrap().as_deref(),
            Some("published")
        );
    });
}

#[test]
fn a_writer_whose_thread_panics_leaves_the_last_publish() {
    let (mut writer, reader) = evmap_core::new();
    let thread = thread::spawn(move || {
        writer.insert(1, 'a').publish();
        writer.insert(2, 'b');
        panic!("on purpose");
    });
    assert!(thread.join().is_err());
    assert_eq!(reader.enter(), HashMap::from([(1, 'a')]));
}

#[test]
fn a_writer_that_never_published_leaves_an_empty_map() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, 'a');
    drop(writer);
    assert!(reader.is_empty() && !reader.is_published());
}

#[test]
fn dropping_the_writer_waits_for_no_view() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, 'a').publish();
    let view = reader.enter();
    writer.insert(1, 'b').publish();
    within_deadline(move || drop(writer));
    assert_eq!(view[&1], 'a');
    drop(view);
    assert_eq!(reader.get_cloned(&1), Some('b'));
}

#[test]
fn a_view_kept_for_ever_delays_the_writer_and_no_reader() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new();
        writer.insert(1, 1).publish();
        std::mem::forget(reader.enter());
        writer.insert(1, 2).publish();

        let other = writer.reader();
        for n in 3..10 {
            writer.insert(1, n);
            assert!(!writer.try_publish());
            assert!(writer.try_unpublished().is_none());
            let error = writer
                .publish_timeout(Duration::from_millis(1))
                .unwrap_err();
            assert!(matches!(error, PublishError::Stalled(_)), "{error}");
            assert_eq!(other.get_cloned(&1), Some(2));
            assert_eq!(other.clone().get_cloned(&1), Some(2));
        }
        assert_eq!(writer.pending().len(), 7, "nothing is lost");
        // The leaked view ends with its handle.
        drop(reader);
        assert!(writer.try_publish());
        assert_eq!(other.get_cloned(&1), Some(9));
    });
}

#[test]
fn a_thread_that_holds_a_view_across_two_publishes_is_told_so() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new();
        let view = reader.enter();
        writer.insert(1, 1).publish();
        writer.insert(1, 2);
        let Err(PublishError::Stalled(stalled)) = writer.publish_timeout(Duration::ZERO) else {
            panic!("published under a view");
        };
        let stalled: StalledReader = stalled.readers[0].clone();
        assert!(stalled.is_this_thread && stalled.version == Some(0));
        if cfg!(debug_assertions) {
            assert!(panics(|| writer.publish().version()));
            assert!(panics(|| writer.unpublished().len()));
            assert!(!writer.is_poisoned());
        }
        drop(view);
        writer.publish();
        assert_eq!(reader.get_cloned(&1), Some(2));
    });
}

#[test]
fn a_view_kept_for_ever_costs_a_copy_where_the_writer_may_leave_it_one() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new();
        writer.insert(1, 1).publish();
        let view = reader.enter();
        for n in 2..100 {
            writer
                .insert(1, n)
                .publish_or_replace(Duration::ZERO)
                .unwrap();
            assert_eq!(writer.published()[&1], n);
        }
        assert_eq!(view[&1], 1);
        assert_eq!(writer.stats().deferred, 1);
        drop(view);
        assert_eq!(reader.get_cloned(&1), Some(99));
        writer.publish().publish();
        assert_eq!(writer.stats().deferred, 0);
    });
}

#[test]
fn one_million_removes_of_missing_keys_cost_a_log_that_is_given_back() {
    let removes = if cfg!(miri) { 1_000 } else { 1_000_000 };
    let (mut writer, reader) = evmap_core::new::<u64, u64>();
    writer.insert(0, 0);
    for key in 1..=removes {
        writer.remove(key);
    }
    assert_eq!(writer.pending().len() as u64, removes + 1);
    writer.publish();
    assert_eq!(reader.enter(), HashMap::from([(0, 0)]));
    assert!(reader.enter().capacity() < 100);
    writer.unpublished();
    let stats = writer.stats();
    assert_eq!(stats.logged, 0);
    assert!(stats.log_capacity < 10_000, "{stats:?}");

    // With a look first, there is no log at all.
    for key in 1..=removes / 10 {
        assert_eq!(writer.remove_and_get(&key), None);
    }
    assert_eq!(writer.pending().len(), 0);
}
