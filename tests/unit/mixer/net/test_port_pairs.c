/**
 * @file test_port_pairs.c  Which pairs of ports of the range are free
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/port_pairs.h"
#include "tests/unit/unit.h"

enum { MIN = 20000, MANY = 1000 };


static void a_range_has_its_whole_pairs(void)
{
	static const struct {
		uint16_t min, max;
		int err;
		size_t pairs;
	} rows[] = {
		{MIN, MIN + 1, 0, 1},          {MIN, MIN + 2, 0, 1},
		{MIN, MIN + 3, 0, 2},          {2, 65535, 0, 32767},
		{MIN + 1, MIN + 9, EINVAL, 0}, {MIN, MIN, EINVAL, 0},
		{MIN, 10, EINVAL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct port_pairs *p = NULL;

		CU_ASSERT_EQUAL(port_pairs_alloc(&p, rows[i].min, rows[i].max),
				rows[i].err);
		CU_ASSERT_EQUAL(port_pairs_free(p), rows[i].pairs);
		mem_deref(p);
	}
	CU_ASSERT_EQUAL(port_pairs_alloc(NULL, MIN, MIN + 9), EINVAL);
}


static void each_pair_is_given_out_once(void)
{
	struct port_pairs *p = NULL;
	bool taken[MANY] = {false};

	CU_ASSERT_EQUAL_FATAL(port_pairs_alloc(&p, MIN, MIN + 2 * MANY - 1),
			      0);
	for (unsigned i = 0; i < MANY; i++) {
		uint16_t port = port_pairs_take(p);

		CU_ASSERT_FATAL(port >= MIN && port < MIN + 2 * MANY);
		CU_ASSERT_EQUAL(port & 1, 0);
		CU_ASSERT_FALSE(taken[(port - MIN) / 2]);
		taken[(port - MIN) / 2] = true;
	}
	CU_ASSERT_EQUAL(port_pairs_free(p), 0);
	CU_ASSERT_EQUAL(port_pairs_take(p), 0);
	CU_ASSERT_EQUAL(port_pairs_take(NULL), 0);
	mem_deref(p);
}


/** Two of a thousand agree by chance in one place of a thousand; that they do
 *  in a tenth of them has a chance of less than 10^-100 */
static void nobody_can_tell_which_comes_next(void)
{
	struct port_pairs *a = NULL, *b = NULL;
	unsigned same = 0, ascending = 0;

	CU_ASSERT_EQUAL_FATAL(port_pairs_alloc(&a, MIN, MIN + 2 * MANY - 1),
			      0);
	CU_ASSERT_EQUAL_FATAL(port_pairs_alloc(&b, MIN, MIN + 2 * MANY - 1),
			      0);
	for (unsigned i = 0; i < MANY; i++) {
		uint16_t port = port_pairs_take(a);

		same += port == port_pairs_take(b);
		ascending += port == MIN + 2 * i;
	}
	CU_ASSERT(same < MANY / 10);
	CU_ASSERT(ascending < MANY / 10);
	mem_deref(a);
	mem_deref(b);
}


static void who_was_given_up_last_rests_longest(void)
{
	struct port_pairs *p = NULL;
	uint16_t order[8], first, second;

	CU_ASSERT_EQUAL_FATAL(port_pairs_alloc(&p, MIN, MIN + 15), 0);
	first = port_pairs_take(p);
	second = port_pairs_take(p);
	port_pairs_give(p, second);
	port_pairs_give(p, first);
	for (unsigned i = 0; i < 8; i++)
		order[i] = port_pairs_take(p);
	CU_ASSERT_EQUAL(order[6], second);
	CU_ASSERT_EQUAL(order[7], first);

	/* round and round */
	for (unsigned turn = 0; turn < 100; turn++) {
		port_pairs_give(p, order[turn % 8]);
		CU_ASSERT_EQUAL(port_pairs_free(p), 1);
		CU_ASSERT_EQUAL(port_pairs_take(p), order[turn % 8]);
	}
	mem_deref(p);
}


static void more_than_there_are_do_not_come_back(void)
{
	struct port_pairs *p = NULL;

	CU_ASSERT_EQUAL_FATAL(port_pairs_alloc(&p, MIN, MIN + 1), 0);
	port_pairs_give(p, MIN);
	port_pairs_give(NULL, MIN);
	CU_ASSERT_EQUAL(port_pairs_free(p), 1);
	CU_ASSERT_EQUAL(port_pairs_free(NULL), 0);
	mem_deref(p);
}


static CU_TestInfo tests[] = {
	{"a range has its whole pairs", a_range_has_its_whole_pairs},
	{"each pair is given out once", each_pair_is_given_out_once},
	{"nobody can tell which comes next", nobody_can_tell_which_comes_next},
	{"who was given up last rests longest",
	 who_was_given_up_last_rests_longest},
	{"more than there are do not come back",
	 more_than_there_are_do_not_come_back},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(port_pairs, tests)
