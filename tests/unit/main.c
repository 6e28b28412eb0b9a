/**
 * @file unit/main.c  Runs the suites that were linked in
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <CUnit/Basic.h>
#include "mixer/base/re.h"
#include "tests/unit/unit.h"


static struct unit_suite *suites;


void unit_suite_register(struct unit_suite *suite)
{
	suite->next = suites;
	suites = suite;
}


static bool wanted(const char *name, int argc, char *argv[])
{
	if (argc < 2)
		return true;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], name))
			return true;
	}

	return false;
}


/** "2/4": every fourth suite, from the second one on, so that those that
 *  wait for the clock can be run side by side */
static bool in_share(unsigned i, const char *share)
{
	unsigned k, n;

	return sscanf(share, "%u/%u", &k, &n) != 2 || (n && i % n == k % n);
}


int main(int argc, char *argv[])
{
	const bool shared = argc == 2 && strchr(argv[1], '/');
	unsigned failed, run, i = 0;

	if (libre_init() || CU_initialize_registry() != CUE_SUCCESS)
		return EXIT_FAILURE;

	for (struct unit_suite *s = suites; s; s = s->next) {
		CU_SuiteInfo info[] = {
			{s->name, NULL, NULL, NULL, NULL, s->tests},
			CU_SUITE_INFO_NULL,
		};

		if (shared ? !in_share(i++, argv[1])
			   : !wanted(s->name, argc, argv))
			continue;

		if (CU_register_suites(info) != CUE_SUCCESS) {
			fprintf(stderr, "suite %s: %s\n", s->name,
				CU_get_error_msg());
			return EXIT_FAILURE;
		}
	}

	CU_basic_set_mode(CU_BRM_VERBOSE);
	CU_basic_run_tests();
	failed = CU_get_number_of_failures();
	run = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	libre_close();

	/* A program that ran nothing has shown nothing. */
	return failed || !run ? EXIT_FAILURE : EXIT_SUCCESS;
}
