/**
 * @file test_nack_list.c  What is asked for again
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/nack_list.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


static void asks_after_the_reordering_window(void)
{
	struct nack_list *n = NULL;
	uint16_t seqs[16];
	bool lost = false;

	CU_ASSERT_EQUAL_FATAL(nack_list_alloc(&n), 0);
	nack_list_received(n, 65534, 1000);
	nack_list_received(n, 1, 1000);

	CU_ASSERT_EQUAL(nack_list_due(n, 2000, 50, seqs, 16, &lost), 0);
	CU_ASSERT_EQUAL_FATAL(nack_list_due(n, 20000, 50, seqs, 16, &lost), 2);
	CU_ASSERT_EQUAL(seqs[0], 65535);
	CU_ASSERT_EQUAL(seqs[1], 0);
	CU_ASSERT_EQUAL(nack_list_due(n, 30000, 50, seqs, 16, &lost), 0);
	CU_ASSERT_EQUAL(nack_list_due(n, 71000, 50, seqs, 16, &lost), 2);

	CU_ASSERT_TRUE(nack_list_received(n, 65535, 72000));
	CU_ASSERT_EQUAL_FATAL(nack_list_due(n, 150000, 50, seqs, 16, &lost),
			      1);
	CU_ASSERT_EQUAL(seqs[0], 0);
	CU_ASSERT_FALSE(lost);
	mem_deref(n);
}


static void gives_up_and_says_so(void)
{
	struct nack_list *n = NULL;
	uint16_t seqs[16];
	bool lost = false;

	CU_ASSERT_EQUAL_FATAL(nack_list_alloc(&n), 0);
	nack_list_received(n, 10, 0);
	nack_list_received(n, 12, 0);
	CU_ASSERT_EQUAL(nack_list_due(n, 2000000, 50, seqs, 16, &lost), 0);
	CU_ASSERT_TRUE(lost);

	lost = false;
	nack_list_received(n, 4000, 2000000);
	CU_ASSERT_EQUAL(nack_list_due(n, 2100000, 50, seqs, 16, &lost), 0);
	CU_ASSERT_TRUE(lost);

	lost = false;
	nack_list_received(n, 4002, 2200000);
	nack_list_clear(n);
	CU_ASSERT_EQUAL(nack_list_due(n, 2300000, 50, seqs, 16, &lost), 0);
	CU_ASSERT_FALSE(lost);
	mem_deref(n);
}


/* Lower numbers must not be taken for packets long past */
static void another_stream_begins_anew(void)
{
	struct nack_list *n = NULL;
	uint16_t seqs[8];
	bool lost = false;

	CU_ASSERT_EQUAL_FATAL(nack_list_alloc(&n), 0);
	(void)nack_list_received(n, 30000, 1000);
	nack_list_clear(n);
	(void)nack_list_received(n, 20000, 2000);
	(void)nack_list_received(n, 20002, 3000);
	CU_ASSERT_EQUAL(nack_list_due(n, 20000, 30, seqs, 8, &lost), 1);
	CU_ASSERT_EQUAL(seqs[0], 20001);

	/* a sender that starts over without saying so */
	(void)nack_list_received(n, 5000, 30000);
	(void)nack_list_received(n, 5002, 31000);
	CU_ASSERT_EQUAL(nack_list_due(n, 60000, 30, seqs, 8, &lost), 1);
	CU_ASSERT_EQUAL(seqs[0], 5001);
	CU_ASSERT_FALSE(lost);
	mem_deref(n);
}


static int make_list(void *arg)
{
	struct nack_list *n = NULL;
	int err = nack_list_alloc(&n);

	(void)arg;
	CU_ASSERT_EQUAL(!err, n != NULL);
	if (!err)
		(void)nack_list_received(n, 1, 1000);
	mem_deref(n);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_list, NULL);
}

static CU_TestInfo tests[] = {
	{"another stream begins anew", another_stream_begins_anew},
	{"asks after the reordering window", asks_after_the_reordering_window},
	{"gives up and says so", gives_up_and_says_so},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(nack_list, tests)
