/*
 * The slot and fence protocol of left-right, for Spin.
 *
 * What loom cannot model is the heavy fence itself: membarrier makes the *other* threads fence,
 * each at a point of its own during the call. Here every thread has a FIFO store buffer, written
 * out by hand, and membarrier empties all of them, one thread at a time.
 *
 *   the protocol                           the model
 *   the words of a slot                    slot; KNOWN, ANY (acquiring), NOTHING, ACTIVE
 *   current.version, current.instance      version, instance
 *   enter                                  reader: from `end` to `in_section`
 *   acquire                                reader: from the ANY in `prove` to `in_section`
 *   refresh, leave                         reader: choices at `in_section`
 *   publish                                writer: own, publish
 *   the heavy fence                        membarrier
 *   scan, poll                             scan, POLL; MAY_HOLD
 *
 * There are two machines.
 *
 *   default  TSO (x86): loads in program order; FIFO store buffers, whose owner reads its own
 *            stores back; a swap empties the buffer of its thread.
 *   WEAK     All that and more. The swap is itself a store that stays in the writer's buffer, as
 *            the store of the version before it does, while the writer goes on. A reader's load of
 *            the version may be made early: before its announcement and before the reads of the
 *            section before, as far up as just after its last load of the version or of the
 *            instance, which are Acquire. What was loaded early is thrown away by a full fence of
 *            that thread, be it its own or one that membarrier makes it execute. Stores to a slot
 *            are Release, so here, too, they become visible in order, and after the reads before
 *            them. Not modelled: machines where two threads may see one store at different times
 *            (POWER).
 *
 * Some steps are one step here, and nothing is lost. A reader's full fence and the load after it:
 * what would come between may as well come before the fence, after the buffer was emptied by its
 * memory. A load and the store after it, since the store is in the buffer first. The store of the
 * version waits until the swap before is visible; it would be visible after it anyway.
 *
 * Only the reader stores to its slot, so it knows its own word without a load.
 *
 * Neither the critical sections nor the publishes are bounded. For that, the versions and the
 * numbers of ANY are abstracted, and exactly.
 *
 * A version is the copy that it was given to, for as long as that is the last version of this
 * copy. When the writer takes the copy as its own, all words that still name its version (in slots,
 * in buffers, in what readers remember) become PAST. A version is used in two ways only. A reader
 * compares its guess to `version`. PAST equals none: at that time `version` is another one, which
 * the writer has fenced after; this one is never stored again; and a reader that has loaded it
 * early, or might still load it, and guesses the same, is an error there and then (COULD_ENTER).
 * The writer asks whether a word names the last version of the copy that it wants back, or, in a
 * close, any version at all. PAST is a version, and the last of no copy. What is loaded early is
 * one bit, whether it equals the reader's word: a version that is not the guess when it is loaded
 * early is none later either, as it is newer, and the guess changes only after a full fence, or
 * to none.
 *
 * A number is used in one way only: the writer asks whether the word, if it is ANY, is the one that
 * it remembers. Since numbers are never used again, it is not if and only if another word has
 * reached the slot since, so each that does turns an ANY that the writer remembers into ANY_PAST,
 * which no slot ever holds. (A number that wraps around to the same value could only make the
 * writer wait longer.) For the same reason a word that is not ANY need not be remembered as it is:
 * it, too, is remembered as ANY_PAST. With NUMBERS the numbers are real; then there can be only so
 * many announcements of ANY.
 *
 * Checked is that no reader is in a copy that the writer owns. The writer owns a copy from when it
 * is about to change or free it until the swap that publishes it is visible; a reader is in a copy
 * from the load that found it, or that proved its guess, until its next announcement or leave.
 *
 * Options:
 *   READERS, DEPTH   how many readers; how many stores fit into one's buffer
 *   WEAK             the weaker machine
 *   NUMBERS=n        real numbers in ANY, from 1 to n
 *   NO_GUESS         nobody leaves a guess; else a reader may or may not, as it likes
 *   FENCES_ONLY      a system without a heavy fence: nobody leaves a guess, and for the writer the
 *                    barrier is done
 *   REPLACE          the writer may defer one stale copy at a time and go on with a third, which is
 *                    then the one that was freed before
 *   NO_CLOSE         the writer never goes
 *   ORDER            checked, too: once a reader has found a publish, no enter or refresh that
 *                    begins later finds an older one. On WEAK "later" means that the reader was
 *                    told so, and has loaded nothing before that
 *   UNTIL_VERSION    the writer owns a copy only until its version is visible
 *   LIVE             for liveness: a writer that has gone makes progress for ever, so that a cycle
 *                    without progress is one in which it waits. `check progress` sets it
 *   HINT             a reader refreshes only if the version is another than its own; else at any
 *                    time
 *   M_...            mutants, see README.md
 */

#ifndef READERS
#define READERS 2
#endif
#ifndef DEPTH
#define DEPTH 2
#endif

#ifdef REPLACE
#define COPIES 3
#else
#define COPIES 2
#endif
#define NOWHERE COPIES       /* No copy. */
#define EVERY   COPIES       /* As what the writer wants back: every copy. */
#define PAST    COPIES       /* As a version: one that is the last of no copy. */
#define CLOSED  (COPIES + 1) /* As the version, or as the instance, which is null then. */
#define NONE    (COPIES + 2) /* Nothing, in a buffer that is empty. */

#define BIT(n) (1 << (n))
#define ALL    (BIT(COPIES) - 1)

/* What a slot may hold: a version, which is the guess while the reader is outside, or NOTHING, or
 * a number that says "in some copy". */
#define ACTIVE       1
#define NOTHING      0
#define KNOWN(v)     (2 * (v) + 2)
#define NAMED(word)  ((word) / 2 - 1) /* No version if the word is NOTHING or ANY. */
#define ANY(number)  (KNOWN(NONE + (number)) + ACTIVE)
#define IS_ANY(word) ((word) >= ANY(0))
#ifdef NUMBERS
#define ANY_PAST     ANY(0)
#else
#define ANY_NOW      ANY(0)
#define ANY_PAST     ANY(1) /* As remembered: a word that the slot does not hold any more. */
#endif

/* Memory. */
byte version = 0;
byte instance = 0;
byte slot[READERS] = NOTHING;

/* What has not reached memory: the readers' stores, the writer's store and swap. */
chan buffer[READERS] = [DEPTH] of { byte };
#ifdef WEAK
byte buffered_version = NONE;
byte buffered_instance = NONE;
#endif

/* What a reader has stored last, and whether it has loaded early a version that equals it. */
byte word[READERS] = NOTHING;
bool early[READERS];
#ifdef M_TOLD_STILL_GUESSES
byte kept[READERS] = NOTHING;
#define GUESS(r) NAMED(kept[r])
#else
#define GUESS(r) NAMED(word[r])
#endif

/* The writer's blockers: what it remembers of the word in each slot, 0 for none. */
byte seen[READERS];
#ifdef REPLACE
byte seen_deferred[READERS];
#endif

/* For the assertions only: the copies that are the writer's, and where the readers are. */
byte owned = 0;
byte at[READERS] = NOWHERE;

/* ---------------------------------------------------------------- the order */

#ifdef ORDER
/* Of each copy, those whose version is older; those older than what some reader has found, now and
 * when this reader began to enter. */
byte older[COPIES] = 0;
byte outdated = 0;
byte barred[READERS] = 0;
#define BEGIN(r, unless) barred[r] = (unless -> 0 : outdated)
#define FIND(r, copy) \
    assert(!(barred[r] & BIT(copy))); \
    barred[r] = 0; \
    outdated = outdated | (copy == CLOSED -> ALL : older[copy])
inline anew(copy) {
    do
    :: i < COPIES -> older[i] = (i == copy -> ALL : older[i]) & ~BIT(copy); i++
    :: else -> i = 0; break
    od;
    do
    :: i < READERS -> barred[i] = barred[i] & ~BIT(copy); i++
    :: else -> i = 0; break
    od;
    outdated = outdated & ~BIT(copy)
}
#else
#define BEGIN(r, unless) skip
#define FIND(r, copy)    skip
#define anew(copy)       skip
#endif

/* ---------------------------------------------------------------- the machine */

/* A reader's stores; they block while the buffer is full. */
#define STORE(value) nfull(buffer[r]) -> word[r] = value; buffer[r]!word[r]
#ifdef NUMBERS
#define STORE_ANY nfull(buffer[r]) -> number++; word[r] = ANY(number); buffer[r]!word[r]
#else
#define STORE_ANY STORE(ANY_NOW)
#endif

/* The oldest store in a reader's buffer becomes visible. */
inline commit_store(r) {
#if !defined(NUMBERS) && !defined(M_ANY_WITHOUT_NUMBER)
#ifdef REPLACE
    seen_deferred[r] = (seen_deferred[r] == ANY_NOW -> ANY_PAST : seen_deferred[r]);
#endif
    seen[r] = (seen[r] == ANY_NOW -> ANY_PAST : seen[r]);
#endif
    buffer[r]?slot[r]
}

/* The writer's store or its swap becomes visible. */
#ifdef M_INSTANCE_FIRST
#define VERSION_IS_NEXT  (buffered_version != NONE && buffered_instance == NONE)
#define INSTANCE_IS_NEXT (buffered_instance != NONE)
#else
#define VERSION_IS_NEXT  (buffered_version != NONE)
#define INSTANCE_IS_NEXT (buffered_instance != NONE && buffered_version == NONE)
#endif
inline commit_version() { version_visible(buffered_version); buffered_version = NONE }
inline commit_instance() { instance_visible(buffered_instance); buffered_instance = NONE }
inline version_visible(copy) {
    version = copy;
#ifdef UNTIL_VERSION
    owned = owned & ~BIT(copy)
#endif
}
inline instance_visible(copy) {
    instance = copy;
    owned = owned & ~BIT(copy)
}

/* A full fence of a reader: what it stored is visible, what it loads is loaded from now on. */
inline fence_reader(r) {
    do
    :: len(buffer[r]) > 0 -> commit_store(r)
    :: else -> break
    od;
#ifndef M_NO_LIGHT_FENCE /* What the compiler moved has been loaded. */
    early[r] = false
#endif
}

/* A full fence of the writer. */
inline fence_writer() {
#ifdef WEAK
    do
    :: VERSION_IS_NEXT -> commit_version()
    :: INSTANCE_IS_NEXT -> commit_instance()
    :: else -> break
    od
#else
    skip
#endif
}

/* Sooner or later a reader's stores become visible. Perhaps its next load is made early. */
active [READERS] proctype reader_memory() {
    byte r = _pid;
end:
    do
    :: d_step { len(buffer[r]) > 0 -> commit_store(r) }
#ifdef WEAK
    :: d_step { !early[r] && version == GUESS(r) -> early[r] = true }
#endif
    od
}

#ifdef WEAK
/* Sooner or later the writer's store and swap become visible. */
active proctype writer_memory() {
end:
    do
    :: d_step { VERSION_IS_NEXT -> commit_version() }
    :: d_step { INSTANCE_IS_NEXT -> commit_instance() }
    od
}
#define FIRST_READER (READERS + 1)
#else
#define FIRST_READER READERS
#endif

/* ---------------------------------------------------------------- the reader */

/* There is a number left for an announcement that may need one. */
#ifdef NUMBERS
#define MAY_ANNOUNCE (len(buffer[r]) < DEPTH && number < NUMBERS)
#else
#define MAY_ANNOUNCE (len(buffer[r]) < DEPTH)
#endif

#if defined(NO_GUESS) || (defined(FENCES_ONLY) && !defined(M_FIRST_READER_GUESSES_UNREGISTERED))
#define MAY_GUESS false
#else
#define MAY_GUESS true
#endif

/* The load of the version finds the guess. */
#ifdef M_NO_LIGHT_FENCE
#define PROVED(r) early[r]
#else
#define PROVED(r) (early[r] || version == GUESS(r))
#endif

active [READERS] proctype reader() {
    byte r = _pid - FIRST_READER;
#ifdef NUMBERS
    byte number = 0;
#endif
#ifdef M_REFRESH_LOADS_FIRST
    byte found = NONE;
#endif

end:
    /* Outside; now it announces its guess, if it has one. */
#ifdef M_NO_LIGHT_FENCE
    atomic { MAY_ANNOUNCE -> early[r] = version == GUESS(r) };
#endif
    atomic {
        MAY_ANNOUNCE ->
        BEGIN(r, early[r]);
        STORE(word[r] | ACTIVE)
    };

prove:
    /* Between the announcement and this load stands the light fence, a compiler fence. */
    atomic {
        if
#ifdef M_TRUST_CACHED
        :: GUESS(r) >= 0 && GUESS(r) < COPIES ->
#else
        :: PROVED(r) ->
#endif
           early[r] = false;
           at[r] = GUESS(r);
           assert(at[r] < COPIES);
           assert(!(owned & BIT(at[r])));
           FIND(r, at[r]);
           goto in_section
        :: else -> early[r] = false
        fi;
#if defined(M_CACHE_AGAIN)
        if
        :: instance == CLOSED -> STORE(NOTHING); goto end
        :: else -> STORE(KNOWN(instance) | ACTIVE); goto prove
        fi
#elif !defined(M_NO_ANY)
        STORE_ANY
#endif
    };

acquire:
    atomic {
#if !defined(M_ACQUIRE_NO_FENCE) && !defined(M_ACQUIRE_FENCES_LATE)
        fence_reader(r);
#endif
        early[r] = false;
        FIND(r, instance);
        if
        :: instance == CLOSED -> STORE(NOTHING); goto end
        :: else
        fi;
        at[r] = instance;
#ifdef M_ACQUIRE_FENCES_LATE
    };
    atomic {
        fence_reader(r);
#endif
        assert(!(owned & BIT(at[r])));
        STORE(KNOWN(at[r]) | ACTIVE)
    };

in_section:
    if
    :: /* refresh */
#if defined(M_REFRESH_LOADS_FIRST)
       atomic { MAY_ANNOUNCE -> found = instance };
       atomic { STORE_ANY; at[r] = NOWHERE };
       atomic {
           early[r] = false;
           if
           :: found == CLOSED -> found = NONE; STORE(NOTHING); goto end
           :: else
           fi;
           at[r] = found;
           found = NONE;
           assert(!(owned & BIT(at[r])));
           STORE(KNOWN(at[r]) | ACTIVE);
           goto in_section
       }
#else
       atomic {
#ifdef HINT
           version != at[r] &&
#endif
           MAY_ANNOUNCE ->
           BEGIN(r, false);
#ifndef M_REFRESH_NO_ANY
           STORE_ANY;
#endif
#ifdef M_REFRESH_BEFORE_READS
       };
       atomic {
#endif
           at[r] = NOWHERE;
           goto acquire
       }
#endif

    :: /* leave */
#ifdef M_LEAVE_BEFORE_READS
       atomic { STORE(word[r] & ~ACTIVE) };
       atomic { at[r] = NOWHERE; goto end }
#else
       atomic { MAY_GUESS -> STORE(word[r] & ~ACTIVE); at[r] = NOWHERE; goto end }
    :: atomic {
#ifdef M_TOLD_STILL_GUESSES
           kept[r] = KNOWN(at[r]);
#endif
           STORE(NOTHING);
           early[r] = false; /* It is no use any more. */
           at[r] = NOWHERE;
           goto end
       }
#endif
    fi
}

/* ---------------------------------------------------------------- the writer */

/* The word names the version of one of these copies. */
#define IS_OF(word, copies) (BIT((word) / 2) & ((copies) << 1))

/* A reader of one of these copies that finds its guess confirmed, whatever the writer does. */
#define COULD_ENTER(r, copies) \
    (IS_OF(KNOWN(GUESS(r)), copies) && (early[r] || version == GUESS(r)))

#ifdef M_VERSIONS_COME_AGAIN
#define RENAME(word, copies) skip
#else
#define RENAME(word, copies) word = (IS_OF(word, copies) -> KNOWN(PAST) | (word & ACTIVE) : word)
#endif

/* From here on these copies are the writer's, to change or to free. */
inline own(copies) {
    d_step {
        owned = owned | (copies);
        do
        :: i < READERS ->
            assert(!(BIT(at[i]) & (copies)));
            assert(!COULD_ENTER(i, copies));
            RENAME(slot[i], copies);
            RENAME(word[i], copies);
#ifdef M_TOLD_STILL_GUESSES
            RENAME(kept[i], copies);
#endif
            left = len(buffer[i]);
            do
            :: left > 0 -> buffer[i]?moved; RENAME(moved, copies); buffer[i]!moved; left--
            :: else -> break
            od;
            i++
        :: else -> break
        od;
        i = 0;
        moved = 0
    }
}

#ifdef M_MEMBARRIER_MISSES_ONE
#define EVERYBODY (BIT(READERS) - 2)
#else
#define EVERYBODY (BIT(READERS) - 1)
#endif
#define TO_FENCE(r) ((EVERYBODY & ~fenced) & BIT(r))

/* When it is over every thread has fenced, each at a point of its own. */
inline membarrier() {
#ifdef FENCES_ONLY
    assert(false); /* There is none. */
#endif
#ifndef M_MEMBARRIER_NOT_CALLER
    atomic { fence_writer() };
#endif
    do
    :: d_step { TO_FENCE(0) -> fence_reader(0); fenced = fenced | BIT(0) }
#if READERS > 1
    :: d_step { TO_FENCE(1) -> fence_reader(1); fenced = fenced | BIT(1) }
#endif
#if READERS > 2
    :: d_step { TO_FENCE(2) -> fence_reader(2); fenced = fenced | BIT(2) }
#endif
    :: atomic { fenced == EVERYBODY -> fenced = 0; break }
    od
}

/* Whether a reader with this word may be in the copy, the heavy fence made or pending. */
#if defined(M_SCAN_ONLY_KNOWN)
#define MAY_BE_ANY(word) false
#else
#define MAY_BE_ANY(word) IS_ANY(word)
#endif
#define NAMES(word, copy) \
    (NAMED(word) == copy || (copy == EVERY && NAMED(word) >= 0 && !IS_ANY(word)))
#if defined(M_SCAN_ONLY_ANY)
#define MAY_HOLD(word, copy, done) (MAY_BE_ANY(word) || (NAMES(word, copy) && !(done)))
#else
#define MAY_HOLD(word, copy, done) \
    (MAY_BE_ANY(word) || (NAMES(word, copy) && ((word & ACTIVE) || !(done))))
#endif

/* What the writer remembers of a blocker's word; in some mutants the word itself. */
#if defined(M_CHANGED_IS_RESOLVED) || defined(M_ANY_FORGOTTEN) || defined(M_NO_SECOND_PASS) || \
    defined(M_INACTIVE_WITHOUT_FENCE) || defined(M_ANY_UNTIL_INACTIVE)
#define REMEMBERED(word) word
#else
#define REMEMBERED(word) (IS_ANY(word) -> word : ANY_PAST)
#endif

/* Whether the reader of a blocker's slot is not in the copy, or not any more. */
#define RESOLVED_BY_RULE(r, seen, copy, done) \
    ((IS_ANY(slot[r]) && slot[r] != seen[r]) || !MAY_HOLD(slot[r], copy, done))
#if defined(M_CHANGED_IS_RESOLVED)
#define RESOLVED(r, seen, copy, done) \
    (RESOLVED_BY_RULE(r, seen, copy, done) || (!(done) && slot[r] != seen[r]))
#elif defined(M_ANY_FORGOTTEN)
#define RESOLVED(r, seen, copy, done) \
    (RESOLVED_BY_RULE(r, seen, copy, done) || ((done) && IS_ANY(seen[r]) && slot[r] != seen[r]))
#elif defined(M_ANY_IS_RESOLVED)
#define RESOLVED(r, seen, copy, done) (IS_ANY(slot[r]) || !MAY_HOLD(slot[r], copy, done))
#elif defined(M_POLL_INACTIVE_IS_GONE)
#define RESOLVED(r, seen, copy, done) RESOLVED_BY_RULE(r, seen, copy, true)
#elif defined(M_WAIT_FOR_INACTIVE)
#define RESOLVED(r, seen, copy, done) (!(slot[r] & ACTIVE) && !MAY_HOLD(slot[r], copy, done))
#elif defined(M_ANY_UNTIL_INACTIVE)
#define RESOLVED(r, seen, copy, done) \
    (RESOLVED_BY_RULE(r, seen, copy, done) && !(IS_ANY(seen[r]) && (slot[r] & ACTIVE)))
#else
#define RESOLVED(r, seen, copy, done) RESOLVED_BY_RULE(r, seen, copy, done)
#endif
#ifdef M_SEEN_STAYS
#define MOVED(r, seen) false
#elif defined(M_ANY_UNTIL_INACTIVE)
#define MOVED(r, seen) (seen[r] != slot[r] && !IS_ANY(seen[r]))
#else
#define MOVED(r, seen) (seen[r] != REMEMBERED(slot[r]))
#endif

/* Reads a blocker's slot once more. Is not executable if that changes nothing. */
#define POLL(r, seen, copy, done) \
    seen[r] != 0 && (RESOLVED(r, seen, copy, done) || MOVED(r, seen)) -> \
    seen[r] = (RESOLVED(r, seen, copy, done) -> 0 : REMEMBERED(slot[r]))

#if READERS == 1
#define ALL_ZERO(seen, mask) (!(seen[0] & (mask)))
#elif READERS == 2
#define ALL_ZERO(seen, mask) (!(seen[0] & (mask)) && !(seen[1] & (mask)))
#else
#define ALL_ZERO(seen, mask) \
    (!(seen[0] & (mask)) && !(seen[1] & (mask)) && !(seen[2] & (mask)))
#endif
#define NOBODY(seen) ALL_ZERO(seen, 255)

#if defined(FENCES_ONLY)
#define NOT_NEEDED true
#elif defined(M_OLD_BARRIER)
#define NOT_NEEDED barrier
#else
#define NOT_NEEDED false
#endif
#ifdef M_PENDING_IS_DONE
#define SCAN_BARRIER true
#else
#define SCAN_BARRIER barrier
#endif

/* Takes the readers that may be in the copy, one load after another. */
inline scan(copy) {
#if !defined(M_NO_WRITER_FENCE) && !defined(M_PASS_BEFORE_FENCE)
    atomic { fence_writer(); barrier = NOT_NEEDED };
#else
    atomic { barrier = NOT_NEEDED };
#endif
    do
    :: d_step {
           i < READERS ->
           seen[i] = (MAY_HOLD(slot[i], copy, SCAN_BARRIER) -> REMEMBERED(slot[i]) : 0);
           i++
       }
    :: atomic {
           i == READERS ->
           i = 0;
#ifdef M_PASS_BEFORE_FENCE
           fence_writer();
#endif
           unscanned = false;
           break
       }
    od
}

/* The version, then the instance. */
inline store_version(copy) {
#ifdef WEAK
    buffered_version = copy
#else
    version_visible(copy)
#endif
}
inline swap_instance(copy) {
#ifdef WEAK
    buffered_instance = copy
#else
    instance_visible(copy)
#endif
}
#ifdef WEAK
#define SWAP_IS_VISIBLE (buffered_version == NONE && buffered_instance == NONE)
#else
#define SWAP_IS_VISIBLE true
#endif
inline publish(copy) {
#ifdef M_INSTANCE_FIRST
    atomic { SWAP_IS_VISIBLE -> anew(copy); swap_instance(copy) };
    atomic { store_version(copy); unscanned = true }
#else
    atomic { SWAP_IS_VISIBLE -> anew(copy); store_version(copy) };
    atomic { swap_instance(copy); unscanned = true }
#endif
}

#ifdef M_SCAN_FOR_FRESH
#define STALE published
#else
#define STALE stale
#endif
#if defined(M_CLOSE_WITHOUT_SCAN)
#define TO_SCAN   stale
#define TO_SETTLE stale
#elif defined(M_CLOSE_WAITS_FOR_RETIRED)
#define TO_SCAN   (going == CLOSING -> published : STALE)
#define TO_SETTLE (going == CLOSING -> published : STALE)
#elif defined(M_CLOSE_LETS_ELSEWHERE)
#define TO_SCAN   (going == CLOSING -> EVERY : STALE)
#define TO_SETTLE (going == CLOSING -> published : STALE)
#else
#define TO_SCAN   (going == CLOSING -> EVERY : STALE)
#define TO_SETTLE (going == CLOSING -> EVERY : STALE)
#endif
#ifdef M_DEFERRED_TAKEN_FOR_STALE
#define DEFERRED stale
#else
#define DEFERRED deferred
#endif

#define STAYING 0
#define CLOSING 1
#define LEAVING 2

active proctype writer() {
    byte published = 0;
    byte stale = 1;
#ifdef REPLACE
    byte deferred = NOWHERE;
#endif
    byte going = STAYING;
    byte wanted = 0;
    bool unscanned = false; /* Since the last swap. */
    bool barrier = false;   /* The heavy fence was made since the scan, or is not needed. */
    byte fenced = 0;
    byte i = 0;
    byte left = 0;
    byte moved = 0;

    do
    :: /* reclaim */
       atomic { unscanned -> wanted = TO_SCAN };
       scan(wanted);
       wanted = TO_SETTLE
    :: atomic { !unscanned && POLL(0, seen, wanted, barrier) }
#if READERS > 1
    :: atomic { !unscanned && POLL(1, seen, wanted, barrier) }
#endif
#if READERS > 2
    :: atomic { !unscanned && POLL(2, seen, wanted, barrier) }
#endif
#ifdef M_INACTIVE_WITHOUT_FENCE
    :: atomic { !unscanned && !NOBODY(seen) && ALL_ZERO(seen, ACTIVE) -> barrier = true }
#endif
    :: !unscanned && !barrier && !NOBODY(seen) ->
#if defined(M_OWN_FENCE_FOR_MEMBARRIER)
       atomic { fence_writer() };
#elif !defined(M_NO_MEMBARRIER)
       membarrier();
#endif
       atomic {
           barrier = true;
#ifdef M_NO_SECOND_PASS
           do
           :: i < READERS -> seen[i] = (MAY_HOLD(seen[i], wanted, true) -> seen[i] : 0); i++
           :: else -> i = 0; break
           od
#endif
       }

    :: /* publish */
       atomic {
           going == STAYING && !unscanned &&
#ifdef M_NO_WAIT
           true ->
#else
           NOBODY(seen) ->
#endif
           own(BIT(stale))
       };
       publish(stale);
       atomic { wanted = published; published = stale; stale = wanted; wanted = 0 };
progress:
       skip

#ifdef REPLACE
    :: /* replace_stale: there are 0 + 1 + 2 copies. */
       atomic {
           going == STAYING && !unscanned && !NOBODY(seen) && deferred == NOWHERE &&
#ifndef M_DEFERRED_WHILE_PENDING
           barrier &&
#endif
           true ->
           deferred = stale;
           stale = 3 - published - deferred;
           do
           :: i < READERS ->
#ifndef M_DEFERRED_FREED_AT_ONCE
              seen_deferred[i] = seen[i];
#endif
              seen[i] = 0;
              i++
           :: else -> i = 0; break
           od
       }

       /* free_deferred */
    :: atomic { deferred != NOWHERE && POLL(0, seen_deferred, DEFERRED, true) }
#if READERS > 1
    :: atomic { deferred != NOWHERE && POLL(1, seen_deferred, DEFERRED, true) }
#endif
#if READERS > 2
    :: atomic { deferred != NOWHERE && POLL(2, seen_deferred, DEFERRED, true) }
#endif
    :: atomic {
           deferred != NOWHERE && NOBODY(seen_deferred) ->
           own(BIT(deferred));
           deferred = NOWHERE
       }
#endif

#ifndef NO_CLOSE
    :: /* close: without waiting for the blockers of the swap before. */
       atomic { going == STAYING -> going = CLOSING };
       publish(CLOSED);
#ifdef M_CLOSE_WITHOUT_SCAN
       unscanned = false
#endif
    :: atomic { going == CLOSING && !unscanned && NOBODY(seen) -> own(ALL) };
       break

    :: /* leave_to_readers */
       atomic {
           going == STAYING ->
#ifdef M_LEAVE_TO_READERS_UNSCANNED
           unscanned = false;
#endif
           going = LEAVING
       }
    :: atomic { going == LEAVING && !unscanned && NOBODY(seen) -> own(BIT(stale)) };
       break
#endif
    od

#ifdef LIVE
    ;
progress_gone:
    do
    :: skip; skip
    od
#endif
}
