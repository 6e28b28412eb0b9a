/**
 * @file test_receive_stats.c  Loss, jitter, bandwidth estimate
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/receive_stats.h"
#include "tests/unit/unit.h"


static void counts_loss_over_the_wrap(void)
{
	struct receive_stats s;
	struct rtcp_report r;

	receive_stats_init(&s, 9, 8000);
	for (unsigned i = 0; i < 100; i++) {
		if (i % 4 == 3)
			continue;
		receive_stats_packet(&s, (uint16_t)(65500 + i), i * 160, 172,
				     1000000 + i * 20000ull);
	}

	receive_stats_report(&s, &r, 4000000);
	CU_ASSERT_EQUAL(r.ssrc, 9);
	CU_ASSERT_EQUAL(r.highest_seq, 65500 + 98);
	CU_ASSERT_EQUAL(r.total_lost, 24);
	CU_ASSERT_EQUAL(r.fraction_lost, 24 * 256 / 99);
	CU_ASSERT_EQUAL(r.jitter, 0);
	CU_ASSERT_EQUAL(r.last_sr, 0);

	receive_stats_report(&s, &r, 4000000);
	CU_ASSERT_EQUAL(r.fraction_lost, 0);
}


static void reordered_packets_are_not_lost(void)
{
	static const uint16_t seqs[] = {5, 3, 4, 6, 2};
	struct receive_stats s;
	struct rtcp_report r;

	receive_stats_init(&s, 9, 8000);
	for (size_t i = 0; i < 5; i++)
		receive_stats_packet(&s, seqs[i], seqs[i] * 160u, 1, 1);

	receive_stats_report(&s, &r, 2);
	CU_ASSERT_TRUE(r.total_lost <= 0);
	CU_ASSERT_EQUAL(r.highest_seq, 6);
}


static void sender_restart_starts_anew(void)
{
	struct receive_stats s;
	struct rtcp_report r;
	int64_t a, b;

	receive_stats_init(&s, 9, 8000);
	a = receive_stats_packet(&s, 100, 0, 1, 1);
	b = receive_stats_packet(&s, 30000, 0, 1, 1);
	CU_ASSERT_TRUE(b > a);
	receive_stats_report(&s, &r, 2);
	CU_ASSERT_EQUAL(r.total_lost, 0);
}


static void jitter_follows_the_formula(void)
{
	struct receive_stats s;
	struct rtcp_report r;

	receive_stats_init(&s, 9, 8000);
	receive_stats_packet(&s, 0, 0, 1, 1000000);
	/* 10 ms late: 80 units, a sixteenth of it */
	receive_stats_packet(&s, 1, 160, 1, 1030000);
	receive_stats_report(&s, &r, 1030000);
	CU_ASSERT_EQUAL(r.jitter, 5);
}


static void reports_the_delay_since_sr(void)
{
	struct receive_stats s;
	struct rtcp_report r;

	receive_stats_init(&s, 9, 8000);
	receive_stats_packet(&s, 0, 0, 1, 1000000);
	receive_stats_sr(&s, 0x1122334455667788, 2000000);
	receive_stats_report(&s, &r, 2500000);
	CU_ASSERT_EQUAL(r.last_sr, 0x33445566);
	CU_ASSERT_EQUAL(r.delay, 32768);
}


static CU_TestInfo tests[] = {
	{"counts loss over the wrap", counts_loss_over_the_wrap},
	{"reordered packets are not lost", reordered_packets_are_not_lost},
	{"sender restart starts anew", sender_restart_starts_anew},
	{"jitter follows the formula", jitter_follows_the_formula},
	{"reports the delay since SR", reports_the_delay_since_sr},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(receive_stats, tests)
