/**
 * @file failing.h  Every allocation fails once
 *
 * A scenario is run again and again; in its first run the first allocation
 * fails, in its second one the second, and so on until a run meets no failure
 * any more. Then the same again with an allocation and all that follow it
 * failing. However it ends, it must not crash (run it under the sanitizers
 * too), must give back all that it took, and must not leave half a change;
 * the last is for the scenario itself to assert:
 *
 *     static int scenario(void *arg)
 *     {
 *             struct thing *t = NULL;
 *             int err = thing_decode(&t, arg);
 *
 *             CU_ASSERT_EQUAL(!err, t != NULL);
 *             mem_deref(t);
 *             return err;
 *     }
 *     ...
 *     failing_each(scenario, text);
 *
 * The allocations are malloc and its kin as called by this program, libre
 * (mem_alloc, mbuf, lists of headers) and jansson, on the thread that runs
 * the scenario: this program's definitions stand before libc's. Those of
 * other libraries go through untouched: some (GLib) end the process by
 * design, some (regcomp of libc) leak.
 *
 * With PARLEY_FAILING in the environment each run prints its number and
 * result.
 */
#ifndef PARLEY_TESTS_UNIT_FAILING_H
#define PARLEY_TESTS_UNIT_FAILING_H

/** @return 0, or an errno: what went wrong was told */
typedef int failing_scenario_h(void *arg);

/**
 * Run the scenario with each of its allocations failing
 *
 * What the process keeps for ever after a first use (tables, a library's
 * state) is made in a run before, whose result must be 0 too. Asserts that no
 * run leaks, and prints where what was leaked was allocated, and what had
 * failed (offsets for addr2line).
 *
 * @return Allocations in a run that met no failure
 */
unsigned failing_each(failing_scenario_h *scenario, void *arg);

/** What comes between is neither failed nor counted: the scenario's own props.
 *  May be nested; without a scenario running they do nothing. */
void failing_pause(void);
void failing_resume(void);

/** Count this thread's allocations from now on, whoever makes them */
void failing_count_begin(void);

/** @return Those since failing_count_begin(); stops counting */
unsigned failing_count_end(void);

#endif
