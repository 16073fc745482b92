//! Which entries a random eviction takes.

use hashbrown::{HashSet, HashTable};

/// `n` different full buckets of the table, or all if there are fewer, each choice equally likely.
pub(crate) fn sample<T>(
    table: &HashTable<T>,
    mut below: impl FnMut(usize) -> usize,
    n: usize,
) -> Vec<usize> {
    let mut below = |bound: usize| {
        let number = below(bound);
        assert!(number < bound, "{number} is not below {bound}");
        number
    };
    let n = n.min(table.len());
    let buckets = table.num_buckets();
    let mut chosen = Vec::with_capacity(n);
    // Throwing darts hits a full bucket soon if many are full and few were hit before. The number
    // of darts is limited for generators that always aim at the same spot.
    if n <= table.len() / 4 && table.len() >= buckets / 16 {
        let mut hit = HashSet::with_capacity(n);
        for _ in 0..64 * n {
            if chosen.len() == n {
                return chosen;
            }
            let bucket = below(buckets);
            if table.get_bucket(bucket).is_some() && hit.insert(bucket) {
                chosen.push(bucket);
            }
        }
        chosen.clear();
    }
    // The first steps of a shuffle.
    let mut all: Vec<usize> = table.iter_buckets().collect();
    for place in 0..n {
        let other = place + below(all.len() - place);
        all.swap(place, other);
    }
    all.truncate(n);
    all
}
