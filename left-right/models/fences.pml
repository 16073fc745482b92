/*
 * The slot and fence protocol of left-right, for Spin.
 *
 * What loom cannot model is the heavy fence itself: membarrier makes the *other* threads fence,
 * each at a point of its own during the call. Here every thread has a FIFO store buffer, written
 * out by hand, and membarrier empties all of them, one thread at a time.
 *
 *   the code                               the model
 *   Slot::word                             slot; KNOWN, ANY, NOTHING, INSIDE
 *   enter                                  reader: from `end` to `in_session`
 *   search                                 reader: from `announce` to `in_session`
 *   refresh, leave                         reader: choices at `in_session`
 *   Published::prefer_light_fence          reader: the first choice at `in_session`
 *   Published::swap, fence::{heavy, full}  swap, membarrier, fence_writer
 *   the fence that a swap owes             owed, settle
 *   the looks at the slots                 look_dim, look_clear
 *   the wait for the stragglers            wait, POLL; POLL_DIM before the heavy fence
 *   Copies                                 writer
 *
 * There are two machines.
 *
 *   default  TSO (x86): loads in program order; FIFO store buffers, whose owner reads its own
 *            stores back; a swap or compare-exchange empties the buffer of its thread.
 *   WEAK     All that and more. The swap (Release) is itself a store that stays in the writer's
 *            buffer while the writer goes on. A compare-exchange empties nothing. A reader's load
 *            of the pointer may be made early: before its announcement and before the reads of
 *            the session before, as far up as just after its last load of the pointer, which is
 *            an Acquire. What was loaded early is thrown away by a full fence of that thread, be
 *            it its own or one that membarrier makes it execute. Stores to a slot are Release, so
 *            here, too, they become visible in order, and after the reads before them. Not
 *            modelled: machines where two threads may see one store at different times (POWER).
 *
 * Only the reader stores to its slot, so it knows its own word without a load, and nobody takes
 * its guess away: if it is outside and names a copy that the writer wants back, and the heavy fence
 * is owed, the writer calls it, unless the reader moves first.
 *
 * Neither the sessions nor the publishes are bounded. For that, the numbers of ANY are abstracted,
 * and exactly. A number is used in one way only: the writer asks whether the word is still the one
 * that it remembers. Since numbers are never used again, it is not if and only if another number
 * has reached the slot since, so each that does turns an ANY that the writer remembers into
 * ANY_PAST, which no slot ever holds. (A number that wraps around to the same value could only make
 * the writer wait longer.) All other words come again, and are compared as they are: a reader that
 * leaves and enters with the same guess has not moved, for all that the writer sees. With NUMBERS
 * the numbers are real too; then there can be only so many announcements of ANY.
 *
 * Checked is that no reader is in a copy that the writer owns. The writer owns a copy from when it
 * is about to change or free it until the swap that publishes it is visible; a reader is in a copy
 * from the load of the pointer that found it, or that proved its guess, until its next announcement
 * or leave.
 *
 * Options:
 *   READERS, DEPTH   how many readers; how many stores fit into one's buffer
 *   WEAK             the weaker machine
 *   NUMBERS=n        real numbers in ANY, from 1 to n
 *   FENCES_ONLY      a system without a heavy fence: every pointer is tagged and stays so
 *   REPLACE          the writer may abandon one stale copy at a time and go on with a third, which
 *                    is then the one that was freed before, so addresses are used again
 *   NO_CLOSE         the writer never goes
 *   LIVE             for liveness: a writer that has gone makes progress for ever, so that a cycle
 *                    without progress is one in which it waits. `check progress` sets it
 *   HINT             a reader refreshes only if there is another copy to go to, as the code does;
 *                    else at any time, which is more than the code does
 *   M_...            mutants, see README.md
 *   W_FREED_GUESS    not a mutant: fails when a guess is proved whose record was freed since, to
 *                    show that this does happen
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
#define EVERY   COPIES /* As `vacated`: every copy. */

/* The same: the pointer is all that an enter loads. */
#ifdef M_NO_LIGHT_FENCE
#define M_GUESS_AFTER_LOAD
#endif

/* What `current` may hold: a copy, with the tag "fence, then load again" or without. */
#define WORD(copy, tag) (2 * (copy) + (tag))
#define COPY(word)      ((word) / 2)
#define TAGGED(word)    ((word) < CLOSED && ((word) & 1))
#define CLOSED          (2 * COPIES)     /* Null: the data was taken away. Never tagged. */
#define NONE            (2 * COPIES + 1) /* Nothing, in a register or buffer that is empty. */
/* WORD(copy, 0), loaded early; the copy became the writer's since. */
#define RECYCLED(copy)  (2 * COPIES + 2 + (copy))

/* What a slot may hold: a record, which is the guess while the reader is outside, or NOTHING, or,
 * INSIDE only, a number that says "in some record". NOTHING | INSIDE is such a number, too. */
#define INSIDE      1
#define NOTHING     0
#define KNOWN(copy) (2 * (copy) + 2)
#define NAMED(word) ((word) / 2 - 1) /* No copy if the word is NOTHING or ANY. */
#define ANY(number) (2 * (COPIES + (number)) + 2 + INSIDE)
#define IS_ANY(word) ((word) == (NOTHING | INSIDE) || (word) >= ANY(0))
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
byte pending = NONE;
/* What a reader has loaded early. */
byte early[READERS] = NONE;

/* The writer's stragglers: the word that it saw in each slot, 0 for none. */
byte seen[READERS];
#ifdef REPLACE
byte seen_abandoned[READERS];
#endif

/* For the assertions only: the copies that are the writer's, and where the readers are. */
bool owned[COPIES];
byte at[READERS] = NOWHERE;
#ifdef W_FREED_GUESS
/* The copy that a reader found last, and whether it was freed since. */
byte last[READERS] = NOWHERE;
bool freed[READERS];
#endif

/* ---------------------------------------------------------------- the machine */

/* A reader's stores; they block while the buffer is full. */
#define STORE(value) nfull(buffer[r]) -> word = value; buffer[r]!word
#if defined(M_ANY_WITHOUT_NUMBER)
#define STORE_ANY STORE(NOTHING | INSIDE)
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
    :: slot[r] == (ANY_NOW & ~INSIDE) -> buffer[r]?slot[r] /* The same number, if any. */
    :: else ->
       buffer[r]?slot[r];
       if
       :: slot[r] == ANY_NOW ->
#ifdef REPLACE
          seen_abandoned[r] = (seen_abandoned[r] == ANY_NOW -> ANY_PAST : seen_abandoned[r]);
#endif
          seen[r] = (seen[r] == ANY_NOW -> ANY_PAST : seen[r])
       :: else
       fi
    fi
#endif
}

/* The writer's swap, or its last store, becomes visible. */
inline commit_swap() {
    current = pending;
    pending = NONE;
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
    :: pending != NONE -> commit_swap()
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
    :: d_step { pending != NONE -> commit_swap() }
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
    /* Outside; now it announces its guess, if it has one. */
    atomic {
        MAY_ANNOUNCE ->
#ifdef M_GUESS_AFTER_LOAD
        load_current(r, found)
    };
    atomic {
#endif
        STORE(word | INSIDE)
#ifdef M_TRUST_GUESS
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
#ifndef M_GUESS_AFTER_LOAD
        load_current(r, found);
#endif
        if
        :: found == WORD(NAMED(word), 0) && found < CLOSED -> goto proved
        :: found == WORD(NAMED(word), 1) && found < CLOSED ->
#ifdef M_GUESS_NO_TAG_CHECK
           goto proved
#endif
        :: else -> goto disproved
        fi
    };
#ifndef M_GUESS_NO_FENCE
    d_step { fence_reader(r) };
#endif
    atomic {
#ifdef M_GUESS_NO_RELOAD
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
#ifdef W_FREED_GUESS
        assert(!freed[r]);
#endif
        goto in_session;
disproved:
        assert(found != RECYCLED(NAMED(word)));
#if defined(M_NO_ANY)
        goto loaded
#elif defined(M_GUESS_AGAIN)
        if
        :: found == CLOSED -> found = NONE; goto closed
        :: else
        fi
#else
        found = NONE
#endif
    };
#ifdef M_GUESS_AGAIN
    atomic { STORE(KNOWN(COPY(found)) | INSIDE); found = NONE; goto prove };
#endif

announce:
    atomic { STORE_ANY };

load:
#if !defined(M_SEARCH_NO_FENCE) && !defined(M_SEARCH_FENCES_LATE)
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
#ifdef W_FREED_GUESS
        last[r] = at[r];
        freed[r] = false
#endif
    };
#ifdef M_SEARCH_FENCES_LATE
    d_step { fence_reader(r) };
#endif
    atomic { STORE(KNOWN(at[r]) | INSIDE) };

in_session:
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
               pending == NONE -> /* The swap reads and writes in one: nothing comes between. */
           current = WORD(at[r], 0);
           early[r] = NONE; /* A later load does not return an older value than this one. */
#ifndef WEAK
           fence_reader(r)
#endif
       }
#endif
       goto in_session

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
       atomic { STORE(word & ~INSIDE) };
       atomic { at[r] = NOWHERE; goto end }
#elif defined(M_LEAVE_FORGETS)
       atomic { STORE(NOTHING); at[r] = NOWHERE; goto end }
#else
       atomic { STORE(word & ~INSIDE); at[r] = NOWHERE; goto end }
#endif
    fi;

closed:
#ifdef M_NOTHING_WHEN_CLOSED
    atomic { STORE(NOTHING); goto end }
#else
    atomic { STORE(word & ~INSIDE); goto end }
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

/* What the writer owes before it may look. */
#define NOT_OWED 0
#define FULL     1
#define HEAVY    2
#define OWED(word) (TAGGED(word) -> FULL : HEAVY)

/* Whether a reader with this word may be in the copy, after a heavy fence. */
#if defined(M_LOOK_ONLY_KNOWN)
#define CLEAR(i, copy) ((slot[i] & INSIDE) && (NAMED(slot[i]) == copy || copy == EVERY))
#elif defined(M_LOOK_ONLY_ANY)
#define CLEAR(i, copy) ((slot[i] & INSIDE) && (IS_ANY(slot[i]) || copy == EVERY))
#else
#define CLEAR(i, copy) \
    ((slot[i] & INSIDE) && (IS_ANY(slot[i]) || NAMED(slot[i]) == copy || copy == EVERY))
#endif
#define NAMES(word, copy) \
    (NAMED(word) == copy || (copy == EVERY && NAMED(word) >= 0 && NAMED(word) < COPIES))

/* The same, if there was no heavy fence: a guess outside counts too. */
#ifdef M_DIM_CLEAR
#define DIM(i, copy) CLEAR(i, copy)
#else
#define DIM(i, copy) (CLEAR(i, copy) || NAMES(slot[i], copy))
#endif

/* Takes the readers that may be in the copy, one load after another. */
inline look_clear(copy) {
    do
    :: d_step { i < READERS -> seen[i] = (CLEAR(i, copy) -> slot[i] : 0); i++ }
    :: atomic { i == READERS -> i = 0; break }
    od
}

inline look_dim(copy) {
    do
    :: d_step { i < READERS -> seen[i] = (DIM(i, copy) -> slot[i] : 0); i++ }
    :: atomic { i == READERS -> i = 0; break }
    od
}

#if defined(M_POLL_OUTSIDE_IS_GONE)
#define STAYS(r, copy) (NAMES(slot[r], copy) && (slot[r] & INSIDE))
#elif defined(M_POLL_ANY_OUTSIDE_IS_GONE)
#define STAYS(r, copy) (NAMES(slot[r], copy) && ((slot[r] & INSIDE) || !IS_ANY(seen[r])))
#else
#define STAYS(r, copy) NAMES(slot[r], copy)
#endif
#define POLL_DIM(r, copy) \
    seen[r] != 0 && slot[r] != seen[r] -> seen[r] = (STAYS(r, copy) -> slot[r] : 0)

/* A straggler that was seen with ANY has found where it is: where it must not be. */
#ifdef M_ANY_FORGOTTEN
#define FOUND_THERE(r, seen, copy) false
#else
#define FOUND_THERE(r, seen, copy) \
    (IS_ANY(seen[r]) && (slot[r] & INSIDE) && !IS_ANY(slot[r]) && \
    (NAMED(slot[r]) == copy || copy == EVERY))
#endif

/* Looks at a straggler once more. Is not executable if that changes nothing. */
#if defined(M_WAIT_FOR_OUTSIDE)
#define POLL(r, seen, copy) seen[r] != 0 && !(slot[r] & INSIDE) -> seen[r] = 0
#elif defined(M_ANY_UNTIL_OUTSIDE)
#define POLL(r, seen, copy) \
    seen[r] != 0 && slot[r] != seen[r] && !(IS_ANY(seen[r]) && (slot[r] & INSIDE)) -> seen[r] = 0
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

/* Waits until the stragglers have left, or are known to be elsewhere than in this copy. */
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
#define NOBODY_INSIDE (!(seen[0] & INSIDE))
#elif READERS == 2
#define NOBODY_INSIDE (!(seen[0] & INSIDE) && !(seen[1] & INSIDE))
#else
#define NOBODY_INSIDE (!(seen[0] & INSIDE) && !(seen[1] & INSIDE) && !(seen[2] & INSIDE))
#endif

/* Pays what is owed, and has the stragglers that a heavy fence would show. */
inline settle(copy, may_poll) {
#if !defined(M_NO_WRITER_FENCE) && !defined(M_LOOK_BEFORE_FENCE)
    atomic { fence_writer() };
#endif
    if
    :: owed == FULL -> look_clear(copy)
    :: owed == HEAVY ->
       look_dim(copy);
#ifdef M_LOOK_BEFORE_FENCE
       atomic { fence_writer() };
#endif
       do
       :: atomic { may_poll && POLL_DIM(0, copy) }
#if READERS > 1
       :: atomic { may_poll && POLL_DIM(1, copy) }
#endif
#if READERS > 2
       :: atomic { may_poll && POLL_DIM(2, copy) }
#endif
#ifdef M_OUTSIDE_WITHOUT_FENCE
       :: NOBODY_INSIDE -> look_clear(copy); break
       :: !NOBODY_INSIDE ->
#else
       :: NOBODY(seen) -> break
       :: !NOBODY(seen) ->
#endif
#if defined(M_OWN_FENCE_FOR_MEMBARRIER)
          atomic { fence_writer() };
#elif !defined(M_NO_MEMBARRIER)
          membarrier();
#endif
#ifndef M_NO_SECOND_LOOK
          look_clear(copy);
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
        pending == NONE; /* A second swap would find the first. */
#if defined(M_OWED_OVERWRITTEN)
        owed = OWED(current);
#elif defined(M_TAG_OF_NEW_POINTER)
        owed = (owed == HEAVY -> HEAVY : OWED(fresh));
#elif !defined(M_TAG_READ_BEFORE_SWAP)
        owed = (owed == HEAVY -> HEAVY : OWED(current));
#endif
        pending = fresh;
#ifndef WEAK
        commit_swap()
#endif
    }
}

active proctype writer() {
    byte published = 0;
    byte stale = 1;
#ifdef REPLACE
    byte abandoned = NOWHERE;
#endif
    byte owed = NOT_OWED;
    byte fresh = NONE;
    byte fenced = 0;
    byte i = 0;

    do
    :: /* reclaim */
#ifdef M_LOOK_FOR_FRESH
       owed != NOT_OWED -> settle(published, true)
#else
       owed != NOT_OWED -> settle(stale, true)
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
           owed == NOT_OWED && abandoned == NOWHERE && !NOBODY(seen) ->
           abandoned = stale;
           stale = 3 - published - abandoned;
#ifndef M_ABANDONED_FREED_AT_ONCE
           do
           :: i < READERS -> seen_abandoned[i] = seen[i]; i++
           :: else -> i = 0; break
           od;
#endif
           do
           :: i < READERS -> seen[i] = 0; i++
           :: else -> i = 0; break
           od
       }

       /* free_abandoned */
#ifdef M_ABANDONED_TAKEN_FOR_STALE
#define ABANDONED stale
#else
#define ABANDONED abandoned
#endif
    :: atomic { abandoned != NOWHERE && POLL(0, seen_abandoned, ABANDONED) }
#if READERS > 1
    :: atomic { abandoned != NOWHERE && POLL(1, seen_abandoned, ABANDONED) }
#endif
#if READERS > 2
    :: atomic { abandoned != NOWHERE && POLL(2, seen_abandoned, ABANDONED) }
#endif
    :: atomic {
           abandoned != NOWHERE && NOBODY(seen_abandoned) ->
           own(abandoned);
#ifdef W_FREED_GUESS
           do
           :: i < READERS -> freed[i] = freed[i] || last[i] == abandoned; i++
           :: else -> i = 0; break
           od;
#endif
           abandoned = NOWHERE
       }
#endif

#ifndef NO_CLOSE
    :: /* close: without waiting for the stragglers of the swap before. */
       swap(CLOSED);
#if defined(M_CLOSE_WITHOUT_LOOK)
       wait(stale);
#elif defined(M_CLOSE_WAITS_FOR_VACATED)
       settle(published, false);
       wait(published);
#elif defined(M_CLOSE_LETS_ELSEWHERE)
       settle(EVERY, false);
       wait(published);
#else
       settle(EVERY, false);
       wait(EVERY);
#endif
       atomic {
           own(published);
           own(stale);
#ifdef REPLACE
           if
           :: abandoned != NOWHERE -> own(abandoned)
           :: else
           fi
#endif
       };
       break

    :: /* leave_to_readers, set_last: a store and no swap, and no fence follows. */
#ifndef M_LEAVE_TO_READERS_UNSETTLED
       if
       :: owed != NOT_OWED -> settle(stale, true)
       :: else
       fi;
#endif
       atomic { pending == NONE -> pending = WORD(published, 0) };
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
