/*
 * The slot and fence protocol of left-right, for Spin.
 *
 * What loom cannot model is the heavy fence itself: membarrier makes the *other* threads fence,
 * each at a point of its own during the call. Here every thread has a FIFO store buffer, written
 * out by hand, and membarrier empties all of them, one thread at a time.
 *
 *   the protocol                           the model
 *   the words of a slot                    slot; KNOWN, ANY (acquiring), NOTHING, ACTIVE
 *   current.version, current.copies        version, behind
 *   Slot.copy                              last_copy; without REPLACE, the guess
 *   enter                                  reader: from `end` to `in_section`
 *   acquire                                reader: from the ANY in `prove` to `in_section`
 *   refresh, leave                         reader: choices at `in_section`
 *   publish                                writer: own, publish
 *   replace_stale                          writer: leave_stale, replace
 *   the heavy fence                        membarrier
 *   scan, poll                             scan, POLL; MAY_HOLD
 *
 * There are two machines.
 *
 *   default  TSO (x86): loads in program order; FIFO store buffers, whose owner reads its own
 *            stores back; a swap empties the buffer of its thread.
 *   WEAK     All that and more. The swap, too, is a store that stays in the writer's buffer while
 *            the writer goes on; so does its store to the table, and both become visible in order.
 *            A reader's load of the version may be made early: before its announcement and before
 *            the reads of the section before, as far up as just after its last load of the version
 *            or of the table, which are Acquire. What was loaded early is thrown away by a full
 *            fence of that thread, be it its own or one that membarrier makes it execute. Stores to
 *            a slot are Release, so here, too, they become visible in order, and after the reads
 *            before them. Not modelled: machines where two threads may see one store at different
 *            times (POWER).
 *
 * Some steps are one step here, and nothing is lost. A reader's full fence and the load after it:
 * what would come between may as well come before the fence, after the buffer was emptied by its
 * memory. A load and the store after it, since the store is in the buffer first. What the writer
 * stores to the version or the table waits until the swap before is visible; it would be visible
 * after it anyway. The writer's full fence stands for what SeqCst gives the swap and the loads of
 * the scan after it.
 *
 * Without REPLACE the table never changes, so a reader that acquires has its copy from the last of
 * its loads of the version, whatever those before have found: it is one load here.
 *
 * Only the reader stores to its slot, so it knows its own word without a load.
 *
 * Neither the critical sections nor the publishes are bounded. For that, the versions and the
 * numbers of ANY are abstracted, and exactly.
 *
 * A copy is the place that it has in the table, 0 or 1, and a version is the copy that it was given
 * to, for as long as that is the last version of this copy. When the writer takes the copy as its
 * own, all words that still name its version (in slots, in buffers, in what readers remember)
 * become PAST. When it leaves the copy to its readers, copy and version become DEFERRED, wherever
 * they are named, and the place is that of the fresh copy from then on. When the deferred copy is
 * freed its version becomes PAST, too, and nothing names that copy any more; the next one to be
 * deferred finds DEFERRED unused (asserted). So any two versions, and any two copies, that the
 * protocol could compare have different names.
 *
 * A version is used in three ways only. A reader compares it to `version`: its guess, or what it
 * has found. PAST and DEFERRED equal none: at that time `version` is another one, which the writer
 * has fenced after, and this one is never stored again. A reader that has loaded it early, and
 * guesses the same, may still enter: if the copy is DEFERRED as it should; if it is the writer's
 * that is an error there and then (COULD_ENTER). A reader looks up its place in the table; that is
 * remembered when the version is found. The writer asks whether a word names the last version of
 * the copy that it wants back, or, in a close, any version at all. PAST is a version, and the last
 * of no copy. What is loaded early is one bit, whether it equals the reader's word: a version that
 * is not the guess when it is loaded early is none later either, as it is newer, and the guess
 * changes only after a full fence, or to none.
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
 * is about to change or free it until the swap that publishes it is visible, and a fresh one from
 * the beginning; a reader is in a copy from the load that found it, or that proved its guess, until
 * its next announcement or leave.
 *
 * Options:
 *   READERS, DEPTH   how many readers; how many stores fit into one's buffer
 *   WEAK             the weaker machine
 *   NUMBERS=n        real numbers in ANY, from 1 to n
 *   NO_GUESS         nobody leaves a guess; else a reader may or may not, as it likes
 *   FENCES_ONLY      a system without a heavy fence: nobody leaves a guess, and for the writer the
 *                    barrier is done
 *   REPLACE          the writer may leave one stale copy at a time to its readers and go on with a
 *                    fresh one
 *   NO_CLOSE         the writer never goes
 *   LIVE             for liveness: a writer that has gone makes progress for ever, so that a cycle
 *                    without progress is one in which it waits. `check progress` sets it
 *   HINT             a reader refreshes only if there is a version and it is another than its own;
 *                    else at any time
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
#define CLOSED  (COPIES + 1) /* As the version. */
#define NONE    (COPIES + 2) /* Nothing: in a buffer that is empty; as found. */

#define DEFERRED 2 /* With REPLACE: the copy that was left to its readers, and its version. */

#define BIT(n) (1 << (n))
#define ALL    (BIT(COPIES) - 1)

/* What a slot may hold: a version, which is the guess while the reader is inactive, or NOTHING, or
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
byte slot[READERS] = NOTHING;
#ifdef REPLACE
bool behind[2]; /* Of each place: it has DEFERRED still, and not its fresh copy. */
#define IN_TABLE(place) (behind[place] -> DEFERRED : place)
#endif

/* What has not reached memory: the readers' stores, the writer's to the table and its swap. */
chan buffer[READERS] = [DEPTH] of { byte };
#ifdef WEAK
byte buffered_version = NONE;
#ifdef REPLACE
byte buffered_copy = NONE;
#endif
#endif

/* What a reader has stored last, and whether it has loaded early a version that equals it. */
byte word[READERS] = NOTHING;
bool early[READERS];

/* The version that a reader has found while it acquires, and the copy that it has found last. */
#ifdef REPLACE
byte found[READERS] = NONE;
byte last_copy[READERS] = NOWHERE;
#define COPY(r) last_copy[r]
#else
#define COPY(r) GUESS(r)
#endif

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
#ifdef REPLACE
byte owned = BIT(DEFERRED);
#else
byte owned = 0;
#endif
byte at[READERS] = NOWHERE;

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

/* The writer's swap becomes visible, or its store to the table. */
inline version_visible(named) {
    version = named;
    owned = owned & ~BIT(named)
}
#ifdef WEAK
inline commit_version() { version_visible(buffered_version); buffered_version = NONE }
#ifdef REPLACE
inline commit_copy() { behind[buffered_copy] = false; buffered_copy = NONE }
#if defined(M_SWAP_RELAXED)
#define VERSION_IS_NEXT (buffered_version != NONE)
#define COPY_IS_NEXT    (buffered_copy != NONE)
#elif defined(M_TABLE_AFTER_SWAP)
#define VERSION_IS_NEXT (buffered_version != NONE)
#define COPY_IS_NEXT    (buffered_copy != NONE && buffered_version == NONE)
#else
#define VERSION_IS_NEXT (buffered_version != NONE && buffered_copy == NONE)
#define COPY_IS_NEXT    (buffered_copy != NONE)
#endif
#else
#define VERSION_IS_NEXT (buffered_version != NONE)
#endif
#endif

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
#ifdef REPLACE
    :: COPY_IS_NEXT -> commit_copy()
#endif
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
/* Sooner or later the writer's swap and its store to the table become visible. */
active proctype writer_memory() {
end:
    do
    :: d_step { VERSION_IS_NEXT -> commit_version() }
#ifdef REPLACE
    :: d_step { COPY_IS_NEXT -> commit_copy() }
#endif
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

/* A copy that was found is of no use without a guess. */
#ifdef REPLACE
#define FORGET_COPY(r) last_copy[r] = NOWHERE
#define LOOK_UP(named) found[r] = named; place = named; FORGET_COPY(r)
#else
#define FORGET_COPY(r) skip
#endif

active [READERS] proctype reader() {
    byte r = _pid - FIRST_READER;
#ifdef NUMBERS
    byte number = 0;
#endif
#ifdef M_REFRESH_LOADS_FIRST
    byte found_first = NONE;
#endif
#ifdef REPLACE
    byte place = 0; /* Of the version found. */
#endif

end:
    /* Outside; now it announces its guess, if it has one. */
#ifdef M_NO_LIGHT_FENCE
    atomic { MAY_ANNOUNCE -> early[r] = version == GUESS(r) };
#endif
    atomic {
        MAY_ANNOUNCE ->
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
           at[r] = COPY(r);
           assert(at[r] < COPIES);
           assert(!(owned & BIT(at[r])));
           goto in_section
        :: else -> early[r] = false
        fi;
#if defined(M_CACHE_AGAIN)
        if
        :: version == CLOSED -> STORE(NOTHING); goto end
        :: else -> STORE(KNOWN(version) | ACTIVE); goto prove
        fi
#elif !defined(M_NO_ANY)
        STORE_ANY;
        FORGET_COPY(r)
#endif
    };

acquire:
    atomic {
#if !defined(M_ACQUIRE_NO_FENCE) && !defined(M_ACQUIRE_FENCES_LATE)
        fence_reader(r);
#endif
        early[r] = false;
        if
        :: version == CLOSED -> STORE(NOTHING); goto end
        :: else
        fi;
#ifdef REPLACE
        LOOK_UP(version)
    };

look:
    atomic { last_copy[r] = IN_TABLE(place) };
    atomic {
        if
#ifdef M_NO_RECHECK
        :: true ->
#else
        :: version == found[r] ->
#endif
           at[r] = last_copy[r];
           assert(!(owned & BIT(at[r])));
           STORE(KNOWN(found[r]) | ACTIVE);
           found[r] = NONE;
           place = 0
#ifndef M_NO_RECHECK
        :: version == CLOSED ->
           found[r] = NONE;
           place = 0;
           FORGET_COPY(r);
           STORE(NOTHING);
           goto end
        :: else -> LOOK_UP(version); goto look
#endif
        fi
    };
#else
        at[r] = version;
#ifdef M_ACQUIRE_FENCES_LATE
    };
    atomic {
        fence_reader(r);
#endif
        assert(!(owned & BIT(at[r])));
        STORE(KNOWN(at[r]) | ACTIVE)
    };
#endif

in_section:
    if
    :: /* refresh */
#if defined(M_REFRESH_LOADS_FIRST)
       atomic { MAY_ANNOUNCE -> found_first = version };
       atomic { STORE_ANY; at[r] = NOWHERE };
       atomic {
           early[r] = false;
           if
           :: found_first == CLOSED -> found_first = NONE; STORE(NOTHING); goto end
           :: else
           fi;
           at[r] = found_first;
           found_first = NONE;
           assert(!(owned & BIT(at[r])));
           STORE(KNOWN(at[r]) | ACTIVE);
           goto in_section
       }
#else
       atomic {
#ifdef HINT
           version != at[r] && version != CLOSED &&
#endif
           MAY_ANNOUNCE ->
#ifndef M_REFRESH_NO_ANY
           STORE_ANY;
           FORGET_COPY(r);
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
           FORGET_COPY(r);
           STORE(NOTHING);
           early[r] = false; /* It is no use any more. */
           at[r] = NOWHERE;
           goto end
       }
#endif
    fi
}

/* ---------------------------------------------------------------- the writer */

/* A reader of one of these copies that finds its guess confirmed, whatever the writer does. */
#define COULD_ENTER(r, copies) \
    (GUESS(r) >= 0 && GUESS(r) < COPIES && (BIT(COPY(r)) & (copies)) && \
     (early[r] || version == GUESS(r)))

/* The word names the version of one of these copies. */
#define IS_OF(word, copies) (BIT((word) / 2) & ((copies) << 1))

#ifdef M_VERSIONS_COME_AGAIN
#define RENAME(word, copies, new) skip
#else
#define RENAME(word, copies, new) \
    word = (IS_OF(word, copies) -> KNOWN(new) | (word & ACTIVE) : word)
#endif

/* The versions of these copies get a new name. */
inline rename(copies, new) {
    do
    :: i < READERS ->
        RENAME(slot[i], copies, new);
        RENAME(word[i], copies, new);
#ifdef M_TOLD_STILL_GUESSES
        RENAME(kept[i], copies, new);
#endif
#if defined(REPLACE) && !defined(M_VERSIONS_COME_AGAIN)
        found[i] = (BIT(found[i]) & (copies) -> new : found[i]);
#endif
        left = len(buffer[i]);
        do
        :: left > 0 -> buffer[i]?moved; RENAME(moved, copies, new); buffer[i]!moved; left--
        :: else -> break
        od;
        i++
    :: else -> break
    od;
    i = 0;
    moved = 0
}

/* From here on these copies are the writer's, to change or to free. */
inline own(copies) {
    d_step {
        owned = owned | (copies);
        do
        :: i < READERS ->
            assert(!(BIT(at[i]) & (copies)));
            assert(!COULD_ENTER(i, copies));
#ifdef REPLACE
#ifndef M_VERSIONS_COME_AGAIN /* It goes with the guess. */
            last_copy[i] =
                (found[i] == NONE && (BIT(last_copy[i]) & (copies)) -> NOWHERE : last_copy[i]);
#endif
#endif
            i++
        :: else -> break
        od;
        i = 0;
        rename(copies, PAST)
    }
}

#ifdef REPLACE
/* The stale copy is deferred, and a fresh one, which is the writer's, has its place. */
inline leave_stale() {
    d_step {
        assert(!behind[0] && !behind[1]);
        do
        :: i < READERS ->
            assert(at[i] != DEFERRED && last_copy[i] != DEFERRED);
#ifndef M_VERSIONS_COME_AGAIN
            assert(NAMED(word[i]) != DEFERRED && NAMED(slot[i]) != DEFERRED);
#endif
            at[i] = (at[i] == stale -> DEFERRED : at[i]);
            last_copy[i] = (last_copy[i] == stale -> DEFERRED : last_copy[i]);
            i++
        :: else -> break
        od;
        i = 0;
        rename(BIT(stale), DEFERRED);
        behind[stale] = true;
        owned = (owned | BIT(stale)) & ~BIT(DEFERRED)
    }
}
#endif

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

/* The swap, and the store to the table. They may wait in the buffer, but no longer than until the
 * writer's next fence. */
#ifdef WEAK
#define SWAP_IS_VISIBLE (buffered_version == NONE)
inline swap_version(named)     { buffered_version = named }
inline store_copy(replacement) { buffered_copy = replacement }
#else
#define SWAP_IS_VISIBLE true
inline swap_version(named)     { version_visible(named) }
inline store_copy(replacement) { behind[replacement] = false }
#endif

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
#if defined(M_DEFERRED_TAKEN_FOR_STALE)
#define LEFT stale
#elif defined(M_VERSIONS_COME_AGAIN)
#define LEFT left_at
#else
#define LEFT DEFERRED
#endif
#ifdef M_DEFERRED_WHILE_PENDING
#define LEFT_BARRIER true
#else
#define LEFT_BARRIER barrier
#endif

#if defined(M_OWN_FENCE_FOR_MEMBARRIER)
#define HEAVY_FENCE atomic { fence_writer() }
#elif defined(M_NO_MEMBARRIER)
#define HEAVY_FENCE skip
#else
#define HEAVY_FENCE membarrier()
#endif

#define STAYING 0
#define CLOSING 1
#define LEAVING 2

active proctype writer() {
    byte published = 0;
    byte stale = 1;
    byte going = STAYING;
    byte wanted = 0;
    bool unscanned = false; /* Since the last swap. */
    bool barrier = false;   /* The heavy fence was made since the scan, or is not needed. */
#ifdef REPLACE
    bool deferred = false;
    bool left_barrier = false; /* The same, for the readers of the deferred copy. */
#ifdef M_VERSIONS_COME_AGAIN
    byte left_at = 0; /* The place that it had. */
#endif
#ifdef M_TABLE_AFTER_SWAP
    bool unplaced = false;
#endif
#endif
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
       HEAVY_FENCE;
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
       atomic { SWAP_IS_VISIBLE -> swap_version(stale) };
#if defined(REPLACE) && defined(M_TABLE_AFTER_SWAP)
       atomic {
           if
           :: unplaced -> store_copy(stale); unplaced = false
           :: else
           fi
       };
#endif
       atomic {
           unscanned = true;
           published = stale;
           stale = 1 - stale;
           wanted = 0
       };
progress:
       skip

#ifdef REPLACE
    :: /* replace_stale */
       atomic {
           going == STAYING && !unscanned && !NOBODY(seen) && !deferred && SWAP_IS_VISIBLE ->
           leave_stale();
           deferred = true;
           left_barrier = LEFT_BARRIER;
           barrier = false;
#ifdef M_VERSIONS_COME_AGAIN
           left_at = stale;
#endif
           do
           :: i < READERS ->
#ifndef M_DEFERRED_FREED_AT_ONCE
              seen_deferred[i] = seen[i];
#endif
              seen[i] = 0;
              i++
           :: else -> i = 0; break
           od;
#ifdef M_TABLE_AFTER_SWAP
           unplaced = true
#else
           store_copy(stale)
#endif
       }

       /* free_deferred */
    :: atomic { deferred && POLL(0, seen_deferred, LEFT, left_barrier) }
#if READERS > 1
    :: atomic { deferred && POLL(1, seen_deferred, LEFT, left_barrier) }
#endif
#if READERS > 2
    :: atomic { deferred && POLL(2, seen_deferred, LEFT, left_barrier) }
#endif
    :: deferred && !left_barrier && !NOBODY(seen_deferred) ->
       HEAVY_FENCE;
       left_barrier = true
    :: atomic {
           deferred && NOBODY(seen_deferred) ->
           own(BIT(DEFERRED));
           deferred = false;
           left_barrier = false
       }
#endif

#ifndef NO_CLOSE
    :: /* close: without waiting for the blockers of the swap before. */
       atomic { going == STAYING -> going = CLOSING };
       atomic { SWAP_IS_VISIBLE -> swap_version(CLOSED); unscanned = true };
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
