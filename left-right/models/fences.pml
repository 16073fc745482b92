/*
 * The slot and fence protocol of left-right, for Spin.
 *
 * What loom cannot model is the heavy fence itself: membarrier makes the *other* threads fence,
 * each at a point of its own during the call. Here every thread has a FIFO store buffer, written
 * out by hand, and membarrier empties all of them, one thread at a time.
 *
 *   the code                               the model
 *   slot::Word                             slot; KNOWN, ANY (acquiring), NOTHING, ACTIVE
 *   Slot::enter                            reader: from `end` to `in_section`
 *   Slot::acquire                          reader: from `announce` to `in_section`
 *   Slot::step (a refresh), Slot::exit     reader: choices at `in_section`
 *   Current::prefer_light_fence            reader: the first choice at `in_section`
 *   Current::swap, fence::{heavy, full}    swap, membarrier, fence_writer
 *   GracePeriod::scan                      owed, scan
 *   GracePeriod::read_slots                read_slots_pending before the heavy fence, read_slots
 *   GracePeriod::prune                     POLL_PENDING before the heavy fence, POLL
 *   GracePeriod::wait                      wait
 *   Copies                                 writer
 *
 * There are two machines.
 *
 *   default  TSO (x86): loads in program order; FIFO store buffers, whose owner reads its own
 *            stores back; a swap or compare-exchange empties the buffer of its thread.
 *   WEAK     All that and more. The swap (Release) is itself a store that stays in the writer's
 *            buffer while the writer goes on. A compare-exchange empties nothing. A reader's load
 *            of the pointer may be made early: before its announcement and before the reads of
 *            the section before, as far up as just after its last load of the pointer, which is
 *            an Acquire. What was loaded early is thrown away by a full fence of that thread, be
 *            it its own or one that membarrier makes it execute. Stores to a slot are Release, so
 *            here, too, they become visible in order, and after the reads before them. Not
 *            modelled: machines where two threads may see one store at different times (POWER).
 *
 * Only the reader stores to its slot, so it knows its own word without a load, and nobody takes its
 * cached pointer away: if it is inactive and names a copy that the writer wants back, and the heavy
 * fence is owed, the writer calls it, unless the reader moves first.
 *
 * Neither the critical sections nor the publishes are bounded. For that, the numbers of ANY are
 * abstracted, and exactly. A number is used in one way only: the writer asks whether the word is
 * still the one that it remembers. Since numbers are never used again, it is not if and only if
 * another number has reached the slot since, so each that does turns an ANY that the writer
 * remembers into ANY_PAST, which no slot ever holds. (A number that wraps around to the same value
 * could only make the writer wait longer.) All other words come again, and are compared as they are:
 * a reader that leaves and enters with the same cached pointer has not moved, for all that the
 * writer sees. With NUMBERS the numbers are real too; then there can be only so many announcements
 * of ANY.
 *
 * Checked is that no reader is in a copy that the writer owns. The writer owns a copy from when it
 * is about to change or free it until the swap that publishes it is visible; a reader is in a copy
 * from the load of the pointer that found it, or that proved its cached one, until its next
 * announcement or leave.
 *
 * Options:
 *   READERS, DEPTH   how many readers; how many stores fit into one's buffer
 *   WEAK             the weaker machine
 *   NUMBERS=n        real numbers in ANY, from 1 to n
 *   FENCES_ONLY      a system without a heavy fence: every pointer is tagged and stays so
 *   REPLACE          the writer may defer one stale copy at a time and go on with a third, which is
 *                    then the one that was freed before, so addresses are used again
 *   NO_CLOSE         the writer never goes
 *   LIVE             for liveness: a writer that has gone makes progress for ever, so that a cycle
 *                    without progress is one in which it waits. `check progress` sets it
 *   HINT             a reader refreshes only if there is another copy to go to, as the code does;
 *                    else at any time, which is more than the code does
 *   M_...            mutants, see README.md
 *   W_FREED_CACHED   not a mutant: fails when a cached pointer is proved whose instance was freed
 *                    since, to show that this does happen
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
#define NOWHERE COPIES /* No copy. */
#define EVERY   COPIES /* As what is retired: every copy. */

/* The same: the pointer is all that an enter loads. */
#ifdef M_NO_LIGHT_FENCE
#define M_CACHED_AFTER_LOAD
#endif

/* What `current` may hold: a copy, with the tag "fence, then load again" or without. */
#define WORD(copy, tag) (2 * (copy) + (tag))
#define COPY(word)      ((word) / 2)
#define TAGGED(word)    ((word) < CLOSED && ((word) & 1))
#define CLOSED          (2 * COPIES)     /* Null: the data was taken away. Never tagged. */
#define NONE            (2 * COPIES + 1) /* Nothing, in a register or buffer that is empty. */
/* WORD(copy, 0), loaded early; the copy became the writer's since. */
#define RECYCLED(copy)  (2 * COPIES + 2 + (copy))

/* What a slot may hold: an instance, which is the cached pointer while the reader is inactive, or
 * NOTHING, or, ACTIVE only, a number that says "in some instance". NOTHING | ACTIVE is one, too. */
#define ACTIVE      1
#define NOTHING     0
#define KNOWN(copy) (2 * (copy) + 2)
#define NAMED(word) ((word) / 2 - 1) /* No copy if the word is NOTHING or ANY. */
#define ANY(number) (2 * (COPIES + (number)) + 2 + ACTIVE)
#define IS_ANY(word) ((word) == (NOTHING | ACTIVE) || (word) >= ANY(0))
#ifndef NUMBERS
#define ANY_NOW  ANY(0)
#define ANY_PAST ANY(1) /* As remembered: a number that the slot does not hold any more. */
#endif

/* Memory. */
#ifdef FENCES_ONLY
byte current = WORD(0, 1);
#else
byte current = WORD(0, 0);
#endif
byte slot[READERS] = NOTHING;

/* What has not reached memory: the readers' stores, the writer's swap. */
chan buffer[READERS] = [DEPTH] of { byte };
byte buffered = NONE;
/* What a reader has loaded early. */
byte early[READERS] = NONE;

/* The writer's blockers: the word that it saw in each slot, 0 for none. */
byte seen[READERS];
#ifdef REPLACE
byte seen_deferred[READERS];
#endif

/* For the assertions only: the copies that are the writer's, and where the readers are. */
bool owned[COPIES];
byte at[READERS] = NOWHERE;
#ifdef W_FREED_CACHED
/* The copy that a reader found last, and whether it was freed since. */
byte last[READERS] = NOWHERE;
bool freed[READERS];
#endif

/* ---------------------------------------------------------------- the machine */

/* A reader's stores; they block while the buffer is full. */
#define STORE(value) nfull(buffer[r]) -> word = value; buffer[r]!word
#if defined(M_ANY_WITHOUT_NUMBER)
#define STORE_ANY STORE(NOTHING | ACTIVE)
#elif defined(NUMBERS)
#define STORE_ANY nfull(buffer[r]) -> number++; word = ANY(number); buffer[r]!word
#else
#define STORE_ANY STORE(ANY_NOW)
#endif

/* The oldest store in a reader's buffer becomes visible. */
inline commit_store(r) {
#ifdef NUMBERS
    buffer[r]?slot[r]
#else
    if
    :: slot[r] == (ANY_NOW & ~ACTIVE) -> buffer[r]?slot[r] /* The same number, if any. */
    :: else ->
       buffer[r]?slot[r];
       if
       :: slot[r] == ANY_NOW ->
#ifdef REPLACE
          seen_deferred[r] = (seen_deferred[r] == ANY_NOW -> ANY_PAST : seen_deferred[r]);
#endif
          seen[r] = (seen[r] == ANY_NOW -> ANY_PAST : seen[r])
       :: else
       fi
    fi
#endif
}

/* The writer's swap, or its last store, becomes visible. */
inline commit_swap() {
    current = buffered;
    buffered = NONE;
    if
    :: current != CLOSED -> owned[COPY(current)] = false
    :: else
    fi
}

/* A full fence of a reader: what it stored is visible, what it loads is loaded from now on. */
inline fence_reader(r) {
    do
    :: len(buffer[r]) > 0 -> commit_store(r)
    :: else -> break
    od;
    early[r] = NONE
}

/* A full fence of the writer. */
inline fence_writer() {
    if
    :: buffered != NONE -> commit_swap()
    :: else
    fi
}

/* A reader's load of the pointer. */
inline load_current(r, word) {
    if
    :: early[r] != NONE -> word = early[r]; early[r] = NONE
    :: else -> word = current
    fi
}

/* Sooner or later a reader's stores become visible. Perhaps its next load is made early. */
active [READERS] proctype reader_memory() {
    byte r = _pid;
end:
    do
    :: d_step { len(buffer[r]) > 0 -> commit_store(r) }
#ifdef WEAK
    :: d_step { early[r] == NONE && current != CLOSED -> early[r] = current }
#endif
    od
}

/* Sooner or later the writer's swap becomes visible. */
active proctype writer_memory() {
end:
    do
    :: d_step { buffered != NONE -> commit_swap() }
    od
}

/* ---------------------------------------------------------------- the reader */

/* There is a number left for an announcement that may need one. */
#ifdef NUMBERS
#define MAY_ANNOUNCE (len(buffer[r]) < DEPTH && number < NUMBERS)
#else
#define MAY_ANNOUNCE (len(buffer[r]) < DEPTH)
#endif

active [READERS] proctype reader() {
    byte r = _pid - READERS - 1;
    byte word = NOTHING; /* What it stored last. */
    byte found = NONE;   /* A register. */
#ifdef NUMBERS
    byte number = 0;
#endif

end:
    /* Inactive; now it announces its cached pointer, if it has one. */
    atomic {
        MAY_ANNOUNCE ->
#ifdef M_CACHED_AFTER_LOAD
        load_current(r, found)
    };
    atomic {
#endif
        STORE(word | ACTIVE)
#ifdef M_TRUST_CACHED
        ;
        if
        :: NAMED(word) >= 0 && NAMED(word) < COPIES -> goto proved
        :: else
        fi
#endif
    };

prove:
    /* Between the announcement and this load stands the light fence, a compiler fence. */
    atomic {
#ifndef M_CACHED_AFTER_LOAD
        load_current(r, found);
#endif
        if
        :: found == WORD(NAMED(word), 0) && found < CLOSED -> goto proved
        :: found == WORD(NAMED(word), 1) && found < CLOSED ->
#ifdef M_CACHED_NO_TAG_CHECK
           goto proved
#endif
        :: else -> goto disproved
        fi
    };
#ifndef M_CACHED_NO_FENCE
    d_step { fence_reader(r) };
#endif
    atomic {
#ifdef M_CACHED_NO_RELOAD
        skip;
#else
        load_current(r, found);
#endif
        if
        :: COPY(found) == NAMED(word) && found < CLOSED -> goto proved
        :: else -> goto disproved
        fi;
proved:
        at[r] = NAMED(word);
        found = NONE;
        assert(!owned[at[r]]);
#ifdef W_FREED_CACHED
        assert(!freed[r]);
#endif
        goto in_section;
disproved:
        assert(found != RECYCLED(NAMED(word)));
#if defined(M_NO_ANY)
        goto loaded
#elif defined(M_CACHE_AGAIN)
        if
        :: found == CLOSED -> found = NONE; goto closed
        :: else
        fi
#else
        found = NONE
#endif
    };
#ifdef M_CACHE_AGAIN
    atomic { STORE(KNOWN(COPY(found)) | ACTIVE); found = NONE; goto prove };
#endif

announce:
    atomic { STORE_ANY };

load:
#if !defined(M_ACQUIRE_NO_FENCE) && !defined(M_ACQUIRE_FENCES_LATE)
    atomic { fence_reader(r) };
#endif
    atomic {
        load_current(r, found);
loaded:
        if
        :: found == CLOSED -> found = NONE; goto closed
        :: else
        fi;
        assert(found < CLOSED);
        at[r] = COPY(found);
        found = NONE;
        assert(!owned[at[r]]);
#ifdef W_FREED_CACHED
        last[r] = at[r];
        freed[r] = false
#endif
    };
#ifdef M_ACQUIRE_FENCES_LATE
    d_step { fence_reader(r) };
#endif
    atomic { STORE(KNOWN(at[r]) | ACTIVE) };

in_section:
    if
    :: /* prefer_light_fence */
#ifdef M_UNTAG_WITHOUT_CAS
       current == WORD(at[r], 1) -> current = WORD(at[r], 0)
#else
       atomic {
           current == WORD(at[r], 1) &&
#if defined(FENCES_ONLY) && !defined(M_UNTAG_FENCES_ONLY)
               false && /* The second tag bit, ALWAYS, makes the comparison fail. */
#endif
               buffered == NONE -> /* The swap reads and writes in one: nothing comes between. */
           current = WORD(at[r], 0);
           early[r] = NONE; /* A later load does not return an older value than this one. */
#ifndef WEAK
           fence_reader(r)
#endif
       }
#endif
       goto in_section

    :: /* refresh. The code first looks whether there is anything new; here it may step in any
        * case, unless HINT. */
       atomic {
#ifdef HINT
           current != CLOSED && COPY(current) != at[r] &&
#endif
           MAY_ANNOUNCE ->
#if defined(M_REFRESH_LOADS_FIRST)
           load_current(r, found)
       };
       atomic { STORE_ANY; at[r] = NOWHERE; goto loaded }
#elif defined(M_REFRESH_NO_ANY)
           at[r] = NOWHERE; goto load
       }
#elif defined(M_REFRESH_BEFORE_READS)
           STORE_ANY
       };
       atomic { at[r] = NOWHERE; goto load }
#else
           STORE_ANY; at[r] = NOWHERE; goto load
       }
#endif

    :: /* leave */
#if defined(M_LEAVE_BEFORE_READS)
       atomic { STORE(word & ~ACTIVE) };
       atomic { at[r] = NOWHERE; goto end }
#elif defined(M_LEAVE_FORGETS)
       atomic { STORE(NOTHING); at[r] = NOWHERE; goto end }
#else
       atomic { STORE(word & ~ACTIVE); at[r] = NOWHERE; goto end }
#endif
    fi;

closed:
#ifdef M_NOTHING_WHEN_CLOSED
    atomic { STORE(NOTHING); goto end }
#else
    atomic { STORE(word & ~ACTIVE); goto end }
#endif
}

/* ---------------------------------------------------------------- the writer */

/* From here on the copy is the writer's, to change or to free. */
inline own(copy) {
    owned[copy] = true;
    i = 0;
    do
    :: i < READERS ->
        assert(at[i] != copy);
        if
        :: early[i] == WORD(copy, 0) -> early[i] = RECYCLED(copy)
        :: else
        fi;
        i++
    :: else -> i = 0; break
    od
}

#define BIT(r) (1 << (r))
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

/* What the writer owes before it may believe a slot. */
#define NOT_OWED 0
#define FULL     1
#define HEAVY    2
#define OWED(word) (TAGGED(word) -> FULL : HEAVY)

/* Whether a reader with this word may be in the copy: the heavy fence is made, or not needed. */
#if defined(M_SCAN_ONLY_KNOWN)
#define MAY_HOLD(i, copy) ((slot[i] & ACTIVE) && (NAMED(slot[i]) == copy || copy == EVERY))
#elif defined(M_SCAN_ONLY_ANY)
#define MAY_HOLD(i, copy) ((slot[i] & ACTIVE) && (IS_ANY(slot[i]) || copy == EVERY))
#else
#define MAY_HOLD(i, copy) \
    ((slot[i] & ACTIVE) && (IS_ANY(slot[i]) || NAMED(slot[i]) == copy || copy == EVERY))
#endif
#define NAMES(word, copy) \
    (NAMED(word) == copy || (copy == EVERY && NAMED(word) >= 0 && NAMED(word) < COPIES))

/* The same before that fence: a cached pointer counts, too. */
#ifdef M_PENDING_IS_DONE
#define MAY_HOLD_PENDING(i, copy) MAY_HOLD(i, copy)
#else
#define MAY_HOLD_PENDING(i, copy) (MAY_HOLD(i, copy) || NAMES(slot[i], copy))
#endif

/* Takes the readers that may be in the copy, one load after another. */
inline read_slots(copy) {
    do
    :: d_step { i < READERS -> seen[i] = (MAY_HOLD(i, copy) -> slot[i] : 0); i++ }
    :: atomic { i == READERS -> i = 0; break }
    od
}

inline read_slots_pending(copy) {
    do
    :: d_step { i < READERS -> seen[i] = (MAY_HOLD_PENDING(i, copy) -> slot[i] : 0); i++ }
    :: atomic { i == READERS -> i = 0; break }
    od
}

#if defined(M_POLL_INACTIVE_IS_GONE)
#define STAYS(r, copy) (NAMES(slot[r], copy) && (slot[r] & ACTIVE))
#elif defined(M_POLL_ANY_INACTIVE_IS_GONE)
#define STAYS(r, copy) (NAMES(slot[r], copy) && ((slot[r] & ACTIVE) || !IS_ANY(seen[r])))
#else
#define STAYS(r, copy) NAMES(slot[r], copy)
#endif
#define POLL_PENDING(r, copy) \
    seen[r] != 0 && slot[r] != seen[r] -> seen[r] = (STAYS(r, copy) -> slot[r] : 0)

/* A blocker that was seen with ANY has found where it is: where it must not be. */
#ifdef M_ANY_FORGOTTEN
#define FOUND_THERE(r, seen, copy) false
#else
#define FOUND_THERE(r, seen, copy) \
    (IS_ANY(seen[r]) && (slot[r] & ACTIVE) && !IS_ANY(slot[r]) && \
    (NAMED(slot[r]) == copy || copy == EVERY))
#endif

/* Reads a blocker's slot once more. Is not executable if that changes nothing. */
#if defined(M_WAIT_FOR_INACTIVE)
#define POLL(r, seen, copy) seen[r] != 0 && !(slot[r] & ACTIVE) -> seen[r] = 0
#elif defined(M_ANY_UNTIL_INACTIVE)
#define POLL(r, seen, copy) \
    seen[r] != 0 && slot[r] != seen[r] && !(IS_ANY(seen[r]) && (slot[r] & ACTIVE)) -> seen[r] = 0
#elif defined(M_SEEN_STAYS_ANY)
#define POLL(r, seen, copy) \
    seen[r] != 0 && slot[r] != seen[r] && !FOUND_THERE(r, seen, copy) -> seen[r] = 0
#else
#define POLL(r, seen, copy) \
    seen[r] != 0 && slot[r] != seen[r] -> \
    seen[r] = (FOUND_THERE(r, seen, copy) -> slot[r] : 0)
#endif

#if READERS == 1
#define NOBODY(seen) (seen[0] == 0)
#elif READERS == 2
#define NOBODY(seen) (seen[0] == 0 && seen[1] == 0)
#else
#define NOBODY(seen) (seen[0] == 0 && seen[1] == 0 && seen[2] == 0)
#endif

/* Waits until the blockers have left, or are known to be elsewhere than in this copy. */
inline wait(copy) {
#ifdef M_NO_WAIT
    skip
#else
    do
    :: atomic { POLL(0, seen, copy) }
#if READERS > 1
    :: atomic { POLL(1, seen, copy) }
#endif
#if READERS > 2
    :: atomic { POLL(2, seen, copy) }
#endif
    :: NOBODY(seen) -> break
    od
#endif
}

#if READERS == 1
#define NOBODY_ACTIVE (!(seen[0] & ACTIVE))
#elif READERS == 2
#define NOBODY_ACTIVE (!(seen[0] & ACTIVE) && !(seen[1] & ACTIVE))
#else
#define NOBODY_ACTIVE (!(seen[0] & ACTIVE) && !(seen[1] & ACTIVE) && !(seen[2] & ACTIVE))
#endif

/* Pays what is owed, and has the blockers that a heavy fence would show. */
inline scan(copy, may_poll) {
#if !defined(M_NO_WRITER_FENCE) && !defined(M_PASS_BEFORE_FENCE)
    atomic { fence_writer() };
#endif
    if
    :: owed == FULL -> read_slots(copy)
    :: owed == HEAVY ->
       read_slots_pending(copy);
#ifdef M_PASS_BEFORE_FENCE
       atomic { fence_writer() };
#endif
       do
       :: atomic { may_poll && POLL_PENDING(0, copy) }
#if READERS > 1
       :: atomic { may_poll && POLL_PENDING(1, copy) }
#endif
#if READERS > 2
       :: atomic { may_poll && POLL_PENDING(2, copy) }
#endif
#ifdef M_INACTIVE_WITHOUT_FENCE
       :: NOBODY_ACTIVE -> read_slots(copy); break
       :: !NOBODY_ACTIVE ->
#else
       :: NOBODY(seen) -> break
       :: !NOBODY(seen) ->
#endif
#if defined(M_OWN_FENCE_FOR_MEMBARRIER)
          atomic { fence_writer() };
#elif !defined(M_NO_MEMBARRIER)
          membarrier();
#endif
#ifndef M_NO_SECOND_PASS
          read_slots(copy);
#endif
          break
       od
    fi;
    owed = NOT_OWED
}

inline swap(fresh) {
#ifdef M_TAG_READ_BEFORE_SWAP
    owed = (owed == HEAVY -> HEAVY : OWED(current));
#endif
    atomic {
        buffered == NONE; /* A second swap would find the first. */
#if defined(M_OWED_OVERWRITTEN)
        owed = OWED(current);
#elif defined(M_TAG_OF_NEW_POINTER)
        owed = (owed == HEAVY -> HEAVY : OWED(fresh));
#elif !defined(M_TAG_READ_BEFORE_SWAP)
        owed = (owed == HEAVY -> HEAVY : OWED(current));
#endif
        buffered = fresh;
#ifndef WEAK
        commit_swap()
#endif
    }
}

active proctype writer() {
    byte published = 0;
    byte stale = 1;
#ifdef REPLACE
    byte deferred = NOWHERE;
#endif
    byte owed = NOT_OWED;
    byte fresh = NONE;
    byte fenced = 0;
    byte i = 0;

    do
    :: /* reclaim */
#ifdef M_SCAN_FOR_FRESH
       owed != NOT_OWED -> scan(published, true)
#else
       owed != NOT_OWED -> scan(stale, true)
#endif
    :: atomic { owed == NOT_OWED && POLL(0, seen, stale) }
#if READERS > 1
    :: atomic { owed == NOT_OWED && POLL(1, seen, stale) }
#endif
#if READERS > 2
    :: atomic { owed == NOT_OWED && POLL(2, seen, stale) }
#endif

    :: /* publish */
       atomic {
           owed == NOT_OWED &&
#ifdef M_NO_WAIT
           true ->
#else
           NOBODY(seen) ->
#endif
           own(stale)
       };
       if
#ifndef FENCES_ONLY
       :: fresh = WORD(stale, 0)
#endif
       :: fresh = WORD(stale, 1)
       fi;
       swap(fresh);
       atomic { fresh = published; published = stale; stale = fresh; fresh = NONE };
progress:
       skip

#ifdef REPLACE
    :: /* replace_stale: there are 0 + 1 + 2 copies. */
       atomic {
           owed == NOT_OWED && deferred == NOWHERE && !NOBODY(seen) ->
           deferred = stale;
           stale = 3 - published - deferred;
#ifndef M_DEFERRED_FREED_AT_ONCE
           do
           :: i < READERS -> seen_deferred[i] = seen[i]; i++
           :: else -> i = 0; break
           od;
#endif
           do
           :: i < READERS -> seen[i] = 0; i++
           :: else -> i = 0; break
           od
       }

       /* free_deferred */
#ifdef M_DEFERRED_TAKEN_FOR_STALE
#define DEFERRED stale
#else
#define DEFERRED deferred
#endif
    :: atomic { deferred != NOWHERE && POLL(0, seen_deferred, DEFERRED) }
#if READERS > 1
    :: atomic { deferred != NOWHERE && POLL(1, seen_deferred, DEFERRED) }
#endif
#if READERS > 2
    :: atomic { deferred != NOWHERE && POLL(2, seen_deferred, DEFERRED) }
#endif
    :: atomic {
           deferred != NOWHERE && NOBODY(seen_deferred) ->
           own(deferred);
#ifdef W_FREED_CACHED
           do
           :: i < READERS -> freed[i] = freed[i] || last[i] == deferred; i++
           :: else -> i = 0; break
           od;
#endif
           deferred = NOWHERE
       }
#endif

#ifndef NO_CLOSE
    :: /* close: without waiting for the blockers of the swap before. */
       swap(CLOSED);
#if defined(M_CLOSE_WITHOUT_SCAN)
       wait(stale);
#elif defined(M_CLOSE_WAITS_FOR_RETIRED)
       scan(published, false);
       wait(published);
#elif defined(M_CLOSE_LETS_ELSEWHERE)
       scan(EVERY, false);
       wait(published);
#else
       scan(EVERY, false);
       wait(EVERY);
#endif
       atomic {
           own(published);
           own(stale);
#ifdef REPLACE
           if
           :: deferred != NOWHERE -> own(deferred)
           :: else
           fi
#endif
       };
       break

    :: /* leave_to_readers, set_last: a store and no swap, and no fence follows. */
#ifndef M_LEAVE_TO_READERS_UNSCANNED
       if
       :: owed != NOT_OWED -> scan(stale, true)
       :: else
       fi;
#endif
       atomic { buffered == NONE -> buffered = WORD(published, 0) };
       wait(stale);
       atomic { own(stale) };
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
