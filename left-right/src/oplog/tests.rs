//! What the log holds, and its memory.

use super::*;

#[derive(Default)]
struct Sum(Vec<u32>);

impl Absorb<u32> for Sum {
    fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
        self.0.push(*operation);
    }
    fn sync_with(&mut self, _: &Self) {}
}

#[test]
fn pending_leaves_out_what_is_published() {
    let (mut stale, mut published) = (Sum::default(), Sum::default());
    let mut log = OpLog::new();
    log.push(1);
    log.push(2);
    log.bring_up_to_date(&mut stale, &published);
    assert_eq!(log.pending().collect::<Vec<_>>(), [&1, &2]);
    std::mem::swap(&mut stale, &mut published);
    log.copies_swapped();
    log.push(3);
    assert_eq!(log.pending().collect::<Vec<_>>(), [&3]);
    log.bring_up_to_date(&mut stale, &published);
    assert_eq!(stale.0, [1, 2, 3]);
    assert_eq!(published.0, [1, 2]);
    assert_eq!(log.len(), 1);
}

#[test]
fn bringing_up_to_date_twice_absorbs_once() {
    let (mut stale, published) = (Sum::default(), Sum::default());
    let mut log = OpLog::new();
    log.push(1);
    log.bring_up_to_date(&mut stale, &published);
    log.push(2);
    log.bring_up_to_date(&mut stale, &published);
    assert_eq!(stale.0, [1, 2]);
}

#[test]
fn memory_comes_back_after_a_burst() {
    let (mut stale, mut published) = (Sum::default(), Sum::default());
    let mut log = OpLog::new();
    for operation in 0..100_000 {
        log.push(operation);
    }
    for _ in 0..2 {
        log.bring_up_to_date(&mut stale, &published);
        std::mem::swap(&mut stale, &mut published);
        log.copies_swapped();
    }
    assert_eq!(stale.0.len(), 100_000);
    assert!(log.capacity() <= SMALL, "{}", log.capacity());
}

#[test]
fn memory_comes_back_after_two_bursts_also_if_nothing_follows() {
    let (mut stale, mut published) = (Sum::default(), Sum::default());
    let mut log = OpLog::new();
    for burst in [100_000, 100_000, 0, 0] {
        log.extend(0..burst);
        log.bring_up_to_date(&mut stale, &published);
        std::mem::swap(&mut stale, &mut published);
        log.copies_swapped();
    }
    assert!(log.capacity() <= SMALL, "{}", log.capacity());
}
