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


/* Not far enough to be told from repeats by the number alone */
static void a_sender_that_starts_a_little_behind_is_followed(void)
{
	struct receive_stats s;
	struct rtcp_report r;
	int64_t highest = 0, ext = 0;
	uint64_t now = 1000000;

	receive_stats_init(&s, 9, 90000);
	for (unsigned i = 0; i < 2000; i++, now += 10000)
		highest =
			receive_stats_packet(&s, (uint16_t)i, i * 900, 1, now);
	for (unsigned i = 0; i < 30; i++, now += 10000)
		ext = receive_stats_packet(&s, (uint16_t)(700 + i), i * 900, 1,
					   now);
	CU_ASSERT_TRUE(ext > highest);
	CU_ASSERT_EQUAL((uint16_t)ext, 729);
	receive_stats_report(&s, &r, now);
	CU_ASSERT_TRUE(r.total_lost <= 0);
}


static void repeats_among_new_packets_are_no_restart(void)
{
	struct receive_stats s;
	uint64_t now = 1000000;

	receive_stats_init(&s, 9, 90000);
	for (unsigned i = 0; i < 1000; i++, now += 10000) {
		int64_t ext =
			receive_stats_packet(&s, (uint16_t)i, i * 900, 1, now);

		for (unsigned k = 0; i > 400 && k < 8; k++)
			CU_ASSERT_TRUE(receive_stats_packet(
					       &s, (uint16_t)(i - 300 + k), 1,
					       1, now) < ext);
	}
	CU_ASSERT_EQUAL((uint16_t)s.highest, 999);
}


/* The first packet may be a telephone-event, whose clock is another */
static void jitter_is_told_in_the_clock_of_the_packets(void)
{
	struct receive_stats s;
	struct rtcp_report r;
	uint64_t now = 1000000;

	receive_stats_init(&s, 9, 8000);
	receive_stats_packet(&s, 0, 0, 1, now);
	receive_stats_clock(&s, 48000);
	for (unsigned i = 1; i < 100; i++, now += 20000)
		receive_stats_packet(&s, (uint16_t)i, i * 960, 1, now);
	receive_stats_report(&s, &r, now);
	CU_ASSERT_EQUAL(r.jitter, 0);
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
	{"a sender that starts a little behind is followed",
	 a_sender_that_starts_a_little_behind_is_followed},
	{"repeats among new packets are no restart",
	 repeats_among_new_packets_are_no_restart},
	{"jitter is told in the clock of the packets",
	 jitter_is_told_in_the_clock_of_the_packets},
	{"jitter follows the formula", jitter_follows_the_formula},
	{"reports the delay since SR", reports_the_delay_since_sr},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(receive_stats, tests)
