//! Linux: when a process registers for the barrier. Each case in a process of its own, since that happens once.
#![cfg(all(target_os = "linux", not(any(loom, miri, left_right_real_fences))))]

use std::{sync::mpsc, thread, time::Duration};

use left_right::{FenceStrategy, doctest::Count, fence_strategy};
use rustix::thread::{MembarrierCommand, membarrier, membarrier_query};

#[path = "common/child.rs"]
mod child;
mod common;

use child::{assert_success, child};

/// The kernel refuses the barrier to a process that has not registered for it.
fn is_registered() -> bool {
    membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}

/// Runs the test `name` as a child, in which `case` happens; not where the kernel has no barrier.
fn in_a_process_of_its_own(name: &str, case: impl FnOnce()) {
    if !membarrier_query().contains_command(MembarrierCommand::PrivateExpedited) {
        println!("skipped: this kernel has no barrier");
        return;
    }
    if let Some(output) = child(name) {
        assert_success(&output);
        return;
    }
    let _deadline = common::deadline();
    assert!(!is_registered(), "nothing was asked yet");
    case();
}

/// Runs `case` beside another thread.
fn beside_a_thread(case: impl FnOnce()) {
    let (end, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || ended.recv());
    case();
    drop(end);
    let _ = thread.join().unwrap();
}

/// How often a reader may read before it is registered for: "some thousand times", and then some.
const MANY: usize = 100_000;

#[test]
fn making_a_structure_beside_threads_does_not_register() {
    let name = "making_a_structure_beside_threads_does_not_register";
    in_a_process_of_its_own(name, || {
        beside_a_thread(|| {
            let (mut writer, reader) = left_right::new::<Count, u32>();
            for n in 0..10 {
                writer.append(1).publish();
                assert_eq!(reader.enter().unwrap().0, n + 1);
            }
            assert!(!is_registered());
        });
    });
}

#[test]
fn a_reader_that_reads_much_has_it_registered() {
    let name = "a_reader_that_reads_much_has_it_registered";
    in_a_process_of_its_own(name, || {
        beside_a_thread(|| {
            let (mut writer, reader) = left_right::new::<Count, u32>();
            writer.append(7).publish();
            for _ in 0..MANY {
                assert_eq!(reader.enter().unwrap().0, 7);
            }
            while !is_registered() {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(fence_strategy(), FenceStrategy::Membarrier);
            // It guesses now, and the writer asks for the barrier.
            for n in 8..20 {
                for _ in 0..3 {
                    assert_eq!(reader.enter().unwrap().0, n - 1);
                }
                writer.append(1).publish();
            }
        });
    });
}

#[test]
fn who_asks_for_the_strategy_registers() {
    in_a_process_of_its_own("who_asks_for_the_strategy_registers", || {
        beside_a_thread(|| assert_eq!(fence_strategy(), FenceStrategy::Membarrier));
        assert!(is_registered());
    });
}

/// A program of one thread, which this one is in a child if the test runs on its main thread.
#[test]
fn the_first_structure_of_a_process_with_one_thread_registers() {
    let name = "the_first_structure_of_a_process_with_one_thread_registers";
    in_a_process_of_its_own(name, || {
        // The deadline is another thread, and perhaps the test is. A fork has one.
        // SAFETY: the child makes a structure, which takes no lock but the allocator's, which is ready after a fork.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let before = is_registered();
            let pair = left_right::new::<Count, u32>();
            let after = is_registered();
            std::mem::forget(pair);
            // SAFETY: ends this process, and runs nothing that another thread of the parent might hold.
            unsafe { libc::_exit(i32::from(before || !after)) };
        }
        assert!(child > 0);
        let mut status = -1;
        // SAFETY: `status` is there for the call to write to.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0, "registered before, or not after");
    });
}
