//! A thread that has nothing to do with the map, and takes time all the same.

use std::hint::black_box;

use super::race::Lane;
use crate::value::mix;

/// Steps between two looks at the stop flag.
const ROUND: usize = 1_024;

/// Computes until it is told to stop: so many steps per second.
#[must_use]
pub fn compute(lane: Lane<'_>) -> f64 {
    let (mut number, mut steps) = (0, 0);
    let running = lane.start();
    loop {
        for _ in 0..ROUND {
            number = mix(number);
        }
        black_box(number);
        steps += ROUND;
        if running.stopped() {
            return running.rate(steps);
        }
    }
}
