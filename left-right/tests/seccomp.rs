//! Linux sandboxes that refuse `membarrier`: everything works, with fences on both sides.
//!
//! A filter cannot be taken off again, so each case runs in a process of its own: this same
//! program, told by an environment variable to be the child.
#![cfg(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64"
    ),
    not(any(loom, miri))
))]

use std::{collections::BTreeMap, env, os::unix::process::ExitStatusExt, process::Output, thread};

use left_right::{Absorb, FenceStrategy, ReadGuard, fence_strategy};
#[cfg(not(left_right_real_fences))]
use rustix::thread::{MembarrierCommand, membarrier_query};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

#[path = "common/child.rs"]
mod child;
mod common;

use child::child;

/// `MEMBARRIER_CMD_PRIVATE_EXPEDITED`: the barrier itself, as against its registration.
const BARRIER: u64 = 1 << 3;

/// Refuses `membarrier`, or only the given command of it, to this thread and its children.
///
/// `false` if the system does not let a process filter itself.
fn refuse_membarrier(error: i32, command: Option<u64>) -> bool {
    let rules = command.map(|command| {
        let condition =
            SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, command).unwrap();
        SeccompRule::new(vec![condition]).unwrap()
    });
    let filter = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_membarrier, rules.into_iter().collect())]),
        SeccompAction::Allow,
        SeccompAction::Errno(error as u32),
        env::consts::ARCH.try_into().unwrap(),
    )
    .unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&program).is_ok()
}

const SKIPPED: &str = "skipped: this system does not let a process filter its system calls";

#[track_caller]
fn assert_success(output: &Output) {
    let text = child::assert_success(output);
    if text.contains(SKIPPED) {
        println!("{SKIPPED}");
    }
}

/// Pairs of numbers that are equal in every state that readers may see.
#[derive(Clone, Default)]
struct Twins(u64, u64);

impl Absorb<u64> for Twins {
    fn absorb_first(&mut self, operation: &mut u64, _: &Self) {
        self.0 += *operation;
        thread::yield_now();
        self.1 += *operation;
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

const PUBLISHES: u64 = 100;

fn read_and_write() {
    let (mut writer, reader) = left_right::new::<Twins, u64>();
    thread::scope(|scope| {
        for _ in 0..2 {
            let reader = reader.clone();
            scope.spawn(move || {
                let mut last = 0;
                while last < PUBLISHES {
                    let guard = reader.enter().unwrap();
                    assert_eq!(guard.0, guard.1);
                    assert_eq!(guard.0, ReadGuard::version(&guard));
                    assert!(guard.0 >= last);
                    last = guard.0;
                    drop(guard);
                    // Rather here than under the guard, where the writer would wait for it.
                    thread::yield_now();
                }
            });
        }
        for _ in 0..PUBLISHES {
            writer.append(1).publish();
        }
    });
    assert_eq!(writer.take().0, PUBLISHES);
}

#[test]
#[cfg(not(left_right_real_fences))]
fn the_barrier_is_used_where_the_kernel_has_it() {
    let known = membarrier_query();
    if known.contains_command(MembarrierCommand::PrivateExpedited) {
        assert_eq!(fence_strategy(), FenceStrategy::Membarrier);
    }
}

fn works_without(error: i32, command: Option<u64>) {
    let _deadline = common::deadline();
    if !refuse_membarrier(error, command) {
        println!("{SKIPPED}");
        return;
    }
    assert_eq!(fence_strategy(), FenceStrategy::Fences);
    assert!(fence_strategy().to_string().contains("both sides"));
    read_and_write();
    assert_eq!(fence_strategy(), FenceStrategy::Fences);
}

#[test]
fn membarrier_is_refused() {
    match child("membarrier_is_refused") {
        Some(output) => assert_success(&output),
        None => works_without(libc::EPERM, None),
    }
}

#[test]
fn membarrier_is_unknown() {
    match child("membarrier_is_unknown") {
        Some(output) => assert_success(&output),
        None => works_without(libc::ENOSYS, None),
    }
}

/// Some sandboxes let a process register and then refuse the barrier.
#[test]
fn the_barrier_is_refused_after_its_registration() {
    match child("the_barrier_is_refused_after_its_registration") {
        Some(output) => assert_success(&output),
        None => works_without(libc::EPERM, Some(BARRIER)),
    }
}

/// Readers rely on the barrier by then, so there is no way on: the process ends and says why.
#[test]
fn a_barrier_that_is_taken_away_ends_the_process() {
    if fence_strategy() != FenceStrategy::Membarrier {
        println!(
            "skipped: the strategy is {:?} to begin with",
            fence_strategy()
        );
        return;
    }
    let Some(output) = child("a_barrier_that_is_taken_away_ends_the_process") else {
        let _deadline = common::deadline();
        let (mut writer, reader) = left_right::new::<Twins, u64>();
        if !refuse_membarrier(libc::EPERM, None) {
            println!("{SKIPPED}");
            return;
        }
        // It guesses that it will find what it has found.
        drop(reader.enter());
        writer.append(1).publish();
        // The reader does not move on by itself, so now the writer needs the barrier.
        writer.append(1).publish();
        println!("went on without a barrier");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    if text.contains(SKIPPED) {
        println!("{SKIPPED}");
        return;
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.signal(),
        Some(libc::SIGABRT),
        "{text}{errors}"
    );
    assert!(errors.contains("membarrier"), "{errors}");
    assert!(errors.contains("Aborting"), "{errors}");
}
