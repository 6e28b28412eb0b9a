/**
 * @file unit.h  What a unit test file needs
 *
 * A file lists its tests and names the suite once:
 *
 *     static void answers_bundle(void) { CU_ASSERT(...); }
 *     static CU_TestInfo tests[] = {
 *             {"answers BUNDLE as offered", answers_bundle},
 *             CU_TEST_INFO_NULL,
 *     };
 *     UNIT_SUITE(offer, tests)
 *
 * The suite registers itself before main; the program runs all of them, or
 * those whose name is given on the command line.
 */
#ifndef PARLEY_TESTS_UNIT_H
#define PARLEY_TESTS_UNIT_H

#include <CUnit/CUnit.h>

/** One suite, linked into the list that tests/unit/main.c walks */
struct unit_suite {
	struct unit_suite *next;
	const char *name;
	CU_TestInfo *tests;
};

/** Puts a suite on the list; called by UNIT_SUITE's constructor only */
void unit_suite_register(struct unit_suite *suite);

#define UNIT_SUITE(suite_name, suite_tests)                                   \
	__attribute__((constructor)) static void register_##suite_name(void)  \
	{                                                                     \
		static struct unit_suite suite = {NULL, #suite_name,          \
						  suite_tests};               \
		unit_suite_register(&suite);                                  \
	}

/** How long a test waits at most for what must happen and takes `ms` on an
 * idle machine: longer the more programs want a processor now (/proc/loadavg).
 * Not for what must not happen. @return milliseconds, at least four times `ms`
 */
unsigned unit_patience_ms(unsigned ms);

/** Processor time of this thread until now, in microseconds: how busy the
 *  machine is does not matter */
double unit_cpu_us(void);

/** How many descriptors this process has, with a constant more: to be compared
 *  with what it had before */
unsigned unit_descriptors(void);

#endif
