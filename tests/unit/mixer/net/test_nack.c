/**
 * @file test_nack.c  What is asked for again, what is sent again
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/nack.h"
#include "mixer/net/rtp.h"
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


static void history_repeats_not_too_often(void)
{
	struct sent_history *h = NULL;
	size_t len = 0;

	CU_ASSERT_EQUAL_FATAL(sent_history_alloc(&h, 4), 0);
	sent_history_put(h, 7, (const uint8_t *)"seven", 5, 1000);
	CU_ASSERT_PTR_NULL(sent_history_get(h, 7, &len, 2000, 10));
	CU_ASSERT_PTR_NOT_NULL(sent_history_get(h, 7, &len, 20000, 10));
	CU_ASSERT_EQUAL(len, 5);
	CU_ASSERT_PTR_NULL(sent_history_get(h, 7, &len, 21000, 10));
	CU_ASSERT_PTR_NULL(sent_history_get(h, 6, &len, 50000, 10));
	sent_history_put(h, 11, (const uint8_t *)"eleven", 6, 60000);
	CU_ASSERT_PTR_NULL(sent_history_get(h, 7, &len, 90000, 10));
	mem_deref(h);
	CU_ASSERT_NOT_EQUAL(sent_history_alloc(&h, 3), 0);
}


static void rtx_round_trip(void)
{
	static const uint8_t level[1] = {5};
	struct rtp_extension_element ext = {1, 1, level};
	uint8_t packet[64], rtx[64];
	size_t n, m;

	n = rtp_packet_encode(packet, sizeof(packet), 96, true, 777, 1234,
			      0x11111111, &ext, 1);
	memcpy(packet + n, "picture", 7);
	n += 7;

	CU_ASSERT_EQUAL(rtx_encode(rtx, n + 1, packet, n, 97, 2, 3), 0);
	m = rtx_encode(rtx, sizeof(rtx), packet, n, 97, 0x22222222, 3);
	CU_ASSERT_EQUAL_FATAL(m, n + 2);
	CU_ASSERT_EQUAL(rtx[1], 0x80 | 97);
	CU_ASSERT_EQUAL(rtx_decode(rtx, m, 96, 0x11111111), n);
	CU_ASSERT_EQUAL(memcmp(rtx, packet, n), 0);
	CU_ASSERT_EQUAL(rtx_decode(rtx, n - 7, 96, 1), 0);
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


static int make_both(void *arg)
{
	static const uint8_t packet[200] = {0x80};
	struct nack_list *n = NULL;
	struct sent_history *h = NULL;
	int err = nack_list_alloc(&n);

	(void)arg;
	CU_ASSERT_EQUAL(!err, n != NULL);
	if (!err)
		err = sent_history_alloc(&h, 64);
	CU_ASSERT_EQUAL(!err, h != NULL);
	if (!err) {
		size_t len = 0;

		(void)nack_list_received(n, 1, 1000);
		sent_history_put(h, 7, packet, sizeof(packet), 1000);
		CU_ASSERT_PTR_NOT_NULL(
			sent_history_get(h, 7, &len, 100000, 10));
	}
	mem_deref(h);
	mem_deref(n);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_both, NULL);
}

static CU_TestInfo tests[] = {
	{"another stream begins anew", another_stream_begins_anew},
	{"asks after the reordering window", asks_after_the_reordering_window},
	{"gives up and says so", gives_up_and_says_so},
	{"history repeats, not too often", history_repeats_not_too_often},
	{"RTX round trip", rtx_round_trip},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(nack, tests)
