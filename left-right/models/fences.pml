/*
 * The fence protocol of left-right, for Spin.
 *
 * What loom cannot model is the heavy fence itself: membarrier makes the *other* threads fence,
 * each at a point of its own during the call. Here every thread has a FIFO store buffer, written
 * out by hand, and membarrier empties all of them, one thread at a time.
 *
 *   the code                               the model
 *   Slot::announce, end_session, step      reader: STORE_SESSION, STORE_RECORD
 *   Published::load_announced              reader: from `load` to `found`
 *   Published::prefer_light_fence          reader: the first choice at `in_session`
 *   Published::swap, fence::{heavy, full}  swap_and_fence, membarrier, fence_writer
 *   Registry::look                         look
 *   GracePeriod::wait                      wait
 *   Straggler::has_left, is_elsewhere      HAS_LEFT, ELSEWHERE
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
 * Neither the sessions nor the publishes are bounded. For that, session numbers are abstracted,
 * and exactly. Writer and reader use a number in two ways only. The writer asks whether it differs
 * from the one that it looked at: since numbers only grow, it does if and only if one has reached
 * the slot since, so each that does clears what the writer remembers. And they use its two lowest
 * bits: so only these are kept. (A number that wraps around to the same value could only make the
 * writer wait longer.) With NUMBERS the numbers are real and the writer compares them; then there
 * can be only so many sessions.
 *
 * Checked is that no reader is in a copy that the writer owns. The writer owns a copy from when it
 * is about to change or free it until the swap that publishes it is visible; a reader is in a copy
 * from its load of the pointer until its next announcement or leave.
 *
 * Options:
 *   READERS, DEPTH   how many readers; how many stores fit into one's buffer
 *   WEAK             the weaker machine
 *   NUMBERS=n        real session numbers, up to n; a session takes two
 *   FENCES_ONLY      a system without a heavy fence: every pointer is tagged and stays so
 *   NO_RECORD        readers do not tell which record they found, and are always waited for
 *   REPLACE          the writer may abandon one stale copy at a time and go on with a third, which
 *                    is then the one that was freed before, so addresses are used again
 *   NO_CLOSE         the writer never goes; for liveness: `progress` marks every publish
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
#define NOWHERE COPIES /* No copy. */

/* What `current` may hold: a copy, with the tag "fence, then load again" or without. */
#define WORD(copy, tag) (2 * (copy) + (tag))
#define COPY(word)      ((word) / 2)
#define TAGGED(word)    ((word) < CLOSED && ((word) & 1))
#define CLOSED          (2 * COPIES)     /* Null: the data was taken away. Never tagged. */
#define NONE            (2 * COPIES + 1) /* Nothing, in a register or buffer that is empty. */
#define RECYCLED        (2 * COPIES + 2) /* Loaded early; the copy became the writer's since. */

/* What `record` may hold: NONE, or the copy that a session found and the session's parity. */
#define PARITY(session)      (((session) >> 1) & 1)
#define FOUND(copy, session) (2 * (copy) + PARITY(session))

/* Memory. */
#ifdef FENCES_ONLY
byte current = WORD(0, 1);
#else
byte current = WORD(0, 0);
#endif
byte slot[READERS];
byte record[READERS] = NONE;

/* What has not reached memory: the readers' stores, the writer's swap. */
chan buffer[READERS] = [DEPTH] of { bit, byte };
byte pending = NONE;
/* What a reader has loaded early. */
byte early[READERS] = NONE;

/* The writer's stragglers: the session that it saw each reader in, 0 for none. */
byte seen[READERS];
#ifdef REPLACE
byte seen_abandoned[READERS];
#endif

/* For the assertions only: the copies that are the writer's, and where the readers are. */
bool owned[COPIES];
byte at[READERS] = NOWHERE;

/* ---------------------------------------------------------------- the machine */

/* The two words of a slot. */
#define SESSION 0
#define RECORD  1

#ifdef NO_RECORD
#define LOWEST_BITS 1
#else
#define LOWEST_BITS 3
#endif

/* A reader's stores; they block while the buffer is full. */
#ifdef NUMBERS
#define STORE_SESSION(number) \
    number <= NUMBERS && nfull(buffer[r]) -> session = number; buffer[r]!SESSION,session
#else
#define STORE_SESSION(number) \
    nfull(buffer[r]) -> session = (number) & LOWEST_BITS; buffer[r]!SESSION,session
#endif
#define STORE_RECORD(found) buffer[r]!RECORD,found

/* The oldest store in a reader's buffer becomes visible. */
inline commit_store(r) {
    if
    :: buffer[r]?RECORD,record[r]
    :: buffer[r]?SESSION,slot[r];
#if !defined(NUMBERS) && !defined(M_WAIT_FOR_EVEN)
#ifdef REPLACE
       seen_abandoned[r] = 0;
#endif
       seen[r] = 0
#endif
    fi
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

active [READERS] proctype reader() {
    byte r = _pid - READERS - 1;
    byte session = 0; /* What it stored last. */
    byte word = NONE; /* A register. */

end:
    /* Outside; now it announces itself. */
#ifdef M_NO_LIGHT_FENCE
    atomic { !TAGGED(current) -> load_current(r, word) }
    atomic { STORE_SESSION(session + 1); goto found }
#else
    atomic { STORE_SESSION(session + 1) };
#endif

load:
    /* Between the announcement and this load stands the light fence, a compiler fence. */
    atomic {
        load_current(r, word);
        if
#ifndef M_NO_TAG_CHECK
        :: TAGGED(word) -> skip
#endif
        :: else -> goto found
        fi
    };
#ifdef M_RECORD_BEFORE_RELOAD
    atomic { STORE_RECORD(FOUND(COPY(word), session)) };
#endif
#ifndef M_NO_READER_FENCE
    d_step { fence_reader(r) };
#endif
    atomic {
#ifdef M_NO_RELOAD
        skip;
#else
        load_current(r, word);
#endif
found:
        if
        :: word == CLOSED -> word = NONE; goto closed
        :: else
        fi;
        assert(word != RECYCLED);
        at[r] = COPY(word);
        word = NONE;
        assert(!owned[at[r]])
    };
#ifndef NO_RECORD
    atomic { STORE_RECORD(FOUND(at[r], session)) };
#endif

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
        * case. */
#if defined(M_REFRESH_LOADS_FIRST)
       atomic { !TAGGED(current) -> load_current(r, word) }
       atomic { STORE_SESSION(session + 2); at[r] = NOWHERE; goto found }
#elif defined(M_REFRESH_SAME_SESSION)
       atomic { at[r] = NOWHERE; goto load }
#elif defined(M_REFRESH_BY_FOUR)
       atomic { STORE_SESSION(session + 4); at[r] = NOWHERE; goto load }
#else
       atomic { STORE_SESSION(session + 2); at[r] = NOWHERE; goto load }
#endif

    :: /* leave */
#ifdef M_LEAVE_BEFORE_READS
       atomic { STORE_SESSION(session + 1) };
       atomic { at[r] = NOWHERE; goto end }
#else
       atomic { STORE_SESSION(session + 1); at[r] = NOWHERE; goto end }
#endif
    fi;

closed:
    atomic { STORE_SESSION(session + 1); goto end }
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
        :: early[i] == WORD(copy, 0) -> early[i] = RECYCLED
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
    d_step { fence_writer() };
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

/* The fences of a publish, chosen by the tag of the pointer that was swapped out. */
inline fence_after_swap() {
    if
    :: TAGGED(old) ->
#ifndef M_NO_WRITER_FENCE
        d_step { fence_writer(); old = NONE }
#else
        old = NONE
#endif
    :: else ->
        old = NONE;
#if defined(M_OWN_FENCE_FOR_MEMBARRIER)
        d_step { fence_writer() }
#elif !defined(M_NO_MEMBARRIER)
        membarrier()
#endif
    fi
}

inline swap_and_fence(fresh) {
#ifdef M_FENCE_BEFORE_SWAP
    old = current;
    fence_after_swap();
#endif
#ifdef M_TAG_READ_BEFORE_SWAP
    old = current;
#endif
    atomic {
        pending == NONE; /* A second swap would find the first. */
#ifndef M_TAG_READ_BEFORE_SWAP
        old = current;
#endif
#ifdef M_TAG_OF_NEW_POINTER
        old = fresh;
#endif
        pending = fresh;
#ifndef WEAK
        commit_swap()
#endif
    };
#ifdef M_LOOK_BEFORE_FENCE
    look();
#endif
#ifdef M_FENCE_BEFORE_SWAP
    old = NONE
#else
    fence_after_swap()
#endif
}

/* Takes the readers that are inside, one load after another. */
inline look() {
    do
    :: d_step { i < READERS -> seen[i] = (slot[i] & 1 -> slot[i] : 0); i++ }
    :: atomic { i == READERS -> i = 0; break }
    od
}

/* Whether a straggler has left the session that it was seen in. */
#if defined(NUMBERS)
#define HAS_LEFT(r, session) (slot[r] != session)
#elif defined(M_WAIT_FOR_EVEN)
#define HAS_LEFT(r, session) ((slot[r] & 1) == 0)
#else
#define HAS_LEFT(r, session) false /* When it does, it is not remembered any more. */
#endif

/* Whether it is known to be in another copy than this one. */
#ifdef M_ELSEWHERE_WITHOUT_PARITY
#define SAME_PARITY(r, session) true
#else
#define SAME_PARITY(r, session) ((record[r] & 1) == PARITY(session))
#endif
#if defined(NO_RECORD)
#define ELSEWHERE(r, session, copy) false
#elif defined(M_ELSEWHERE_UNLESS_FOUND)
#define ELSEWHERE(r, session, copy) \
    (copy != NOWHERE && record[r] != FOUND(copy, session))
#else
#define ELSEWHERE(r, session, copy) \
    (copy != NOWHERE && record[r] != NONE && SAME_PARITY(r, session) && COPY(record[r]) != copy)
#endif

#define PRUNE(r, seen, copy) \
    seen[r] != 0 && (HAS_LEFT(r, seen[r]) || ELSEWHERE(r, seen[r], copy)) -> seen[r] = 0

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
    :: atomic { PRUNE(0, seen, copy) }
#if READERS > 1
    :: atomic { PRUNE(1, seen, copy) }
#endif
#if READERS > 2
    :: atomic { PRUNE(2, seen, copy) }
#endif
    :: NOBODY(seen) -> break
    od
#endif
}

active proctype writer() {
    byte published = 0;
    byte stale = 1;
#ifdef REPLACE
    byte abandoned = NOWHERE;
#endif
    byte old = NONE;
    byte fresh = NONE;
    byte fenced = 0;
    byte i = 0;

    do
    :: /* publish */
       wait(stale);
       atomic { own(stale) };
       if
#ifndef FENCES_ONLY
       :: fresh = WORD(stale, 0)
#endif
       :: fresh = WORD(stale, 1)
       fi;
#ifdef M_LOOK_BEFORE_SWAP
       look();
#endif
       swap_and_fence(fresh);
       atomic { fresh = published; published = stale; stale = fresh; fresh = NONE };
#if !defined(M_LOOK_BEFORE_SWAP) && !defined(M_LOOK_BEFORE_FENCE)
       look();
#endif
progress:
       skip

#ifdef REPLACE
    :: /* replace_stale: there are 0 + 1 + 2 copies. */
       atomic {
           abandoned == NOWHERE && !NOBODY(seen) ->
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
    :: atomic { abandoned != NOWHERE && PRUNE(0, seen_abandoned, ABANDONED) }
#if READERS > 1
    :: atomic { abandoned != NOWHERE && PRUNE(1, seen_abandoned, ABANDONED) }
#endif
#if READERS > 2
    :: atomic { abandoned != NOWHERE && PRUNE(2, seen_abandoned, ABANDONED) }
#endif
    :: atomic {
           abandoned != NOWHERE && NOBODY(seen_abandoned) ->
           own(abandoned);
           abandoned = NOWHERE
       }
#endif

#ifndef NO_CLOSE
    :: /* close: without waiting for the stragglers of the swap before. */
       swap_and_fence(CLOSED);
#ifndef M_CLOSE_WITHOUT_LOOK
       look();
#endif
#ifdef M_CLOSE_LETS_ELSEWHERE
       wait(published);
#else
       wait(NOWHERE);
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
       atomic { pending == NONE -> pending = WORD(published, 0) };
       wait(stale);
       atomic { own(stale) };
       break
#endif
    od
}
