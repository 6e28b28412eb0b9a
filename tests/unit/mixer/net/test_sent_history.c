/**
 * @file test_sent_history.c  What is sent again
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/rtp.h"
#include "mixer/net/sent_history.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


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


static int make_history(void *arg)
{
	static const uint8_t packet[200] = {0x80};
	struct sent_history *h = NULL;
	int err = sent_history_alloc(&h, 64);
	size_t len = 0;

	(void)arg;
	CU_ASSERT_EQUAL(!err, h != NULL);
	if (!err) {
		sent_history_put(h, 7, packet, sizeof(packet), 1000);
		CU_ASSERT_PTR_NOT_NULL(
			sent_history_get(h, 7, &len, 100000, 10));
	}
	mem_deref(h);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_history, NULL);
}

static CU_TestInfo tests[] = {
	{"history repeats, not too often", history_repeats_not_too_often},
	{"RTX round trip", rtx_round_trip},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(sent_history, tests)
