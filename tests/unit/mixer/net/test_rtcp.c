/**
 * @file test_rtcp.c  RTCP writers against the reader
 */
#include <errno.h>
#include <string.h>
#include "mixer/net/rtcp.h"
#include "tests/unit/unit.h"


struct seen {
	unsigned srs, reports, byes, plis, firs;
	uint32_t from;
	struct rtcp_sender_info info;
	struct rtcp_report report;
	uint32_t ssrc, media, remb_bps, remb_ssrc;
	uint8_t command_seq;
	uint16_t seqs[RTCP_NACK_MAX];
	size_t seq_count, remb_count;
};


static void on_sr(uint32_t ssrc, const struct rtcp_sender_info *i, void *arg)
{
	struct seen *s = arg;

	s->srs++;
	s->ssrc = ssrc;
	s->info = *i;
}


static void on_report(uint32_t from, const struct rtcp_report *r, void *arg)
{
	struct seen *s = arg;

	(void)from;
	s->reports++;
	s->report = *r;
}


static void on_bye(uint32_t ssrc, void *arg)
{
	struct seen *s = arg;

	s->byes++;
	s->ssrc = ssrc;
}


static void on_nack(uint32_t media, const uint16_t *seqs, size_t n, void *arg)
{
	struct seen *s = arg;

	s->media = media;
	s->seq_count = n;
	memcpy(s->seqs, seqs, n * sizeof(seqs[0]));
}


static void on_pli(uint32_t media, void *arg)
{
	struct seen *s = arg;

	s->plis++;
	s->media = media;
}


static void on_fir(uint32_t from, uint32_t media, uint8_t seq, void *arg)
{
	struct seen *s = arg;

	s->firs++;
	s->from = from;
	s->media = media;
	s->command_seq = seq;
}


static void on_remb(uint32_t bps, const uint32_t *ssrcs, size_t n, void *arg)
{
	struct seen *s = arg;

	s->remb_bps = bps;
	s->remb_count = n;
	s->remb_ssrc = n ? ssrcs[0] : 0;
}


static const struct rtcp_handlers handlers = {
	on_sr, on_report, on_bye, on_nack, on_pli, on_fir, on_remb,
};


static void reads_what_it_writes(void)
{
	static const uint16_t seqs[] = {65530, 65531, 3, 40};
	struct rtcp_report r = {7, 128, -5, 0x10002, 99, 0xaabbccdd, 65536};
	struct rtcp_sender_info info = {0x123456789abcdef0, 1, 2, 3};
	uint32_t ssrc = 42;
	uint8_t buf[512];
	struct rtcp_writer w = {buf, sizeof(buf), 0};
	struct seen s;

	memset(&s, 0, sizeof(s));
	CU_ASSERT_EQUAL(rtcp_write_sr(&w, 41, &info, &r, 1), 0);
	CU_ASSERT_EQUAL(rtcp_write_sdes_cname(&w, 41, "abc"), 0);
	CU_ASSERT_EQUAL(rtcp_write_nack(&w, 41, 5, seqs, 4), 0);
	CU_ASSERT_EQUAL(rtcp_write_pli(&w, 41, 5), 0);
	CU_ASSERT_EQUAL(rtcp_write_fir(&w, 41, 6, 200), 0);
	CU_ASSERT_EQUAL(rtcp_write_remb(&w, 41, 1500000, &ssrc, 1), 0);
	CU_ASSERT_EQUAL(rtcp_write_bye(&w, &ssrc, 1), 0);
	CU_ASSERT_EQUAL(w.len % 4, 0);

	CU_ASSERT_EQUAL(rtcp_walk(buf, w.len, &handlers, &s), 0);
	CU_ASSERT_EQUAL(s.srs, 1);
	CU_ASSERT_EQUAL(s.info.ntp, info.ntp);
	CU_ASSERT_EQUAL(s.report.total_lost, -5);
	CU_ASSERT_EQUAL(s.report.fraction_lost, 128);
	CU_ASSERT_EQUAL(s.report.last_sr, 0xaabbccdd);
	CU_ASSERT_EQUAL_FATAL(s.seq_count, 4);
	CU_ASSERT_EQUAL(memcmp(s.seqs, seqs, sizeof(seqs)), 0);
	CU_ASSERT_EQUAL(s.plis, 1);
	CU_ASSERT_EQUAL(s.firs, 1);
	CU_ASSERT_EQUAL(s.from, 41);
	CU_ASSERT_EQUAL(s.command_seq, 200);
	CU_ASSERT_EQUAL(s.media, 6);
	CU_ASSERT_EQUAL(s.remb_count, 1);
	CU_ASSERT_EQUAL(s.remb_ssrc, 42);
	CU_ASSERT_TRUE(s.remb_bps <= 1500000 && s.remb_bps > 1499900);
	CU_ASSERT_EQUAL(s.byes, 1);
}


static void full_buffer_stays_as_it_was(void)
{
	uint8_t buf[16];
	struct rtcp_writer w = {buf, sizeof(buf), 0};

	CU_ASSERT_EQUAL(rtcp_write_rr(&w, 1, NULL, 0), 0);
	CU_ASSERT_EQUAL(w.len, 8);
	CU_ASSERT_EQUAL(rtcp_write_pli(&w, 1, 2), ENOSPC);
	CU_ASSERT_EQUAL(w.len, 8);
}


static void reports_what_came_before_a_broken_length(void)
{
	uint8_t buf[64] = {0};
	struct rtcp_writer w = {buf, sizeof(buf), 0};
	struct seen s;

	memset(&s, 0, sizeof(s));
	rtcp_write_pli(&w, 1, 2);
	buf[w.len] = 0x80;
	buf[w.len + 1] = 201;
	buf[w.len + 3] = 9;
	CU_ASSERT_EQUAL(rtcp_walk(buf, w.len + 8, &handlers, &s), EBADMSG);
	CU_ASSERT_EQUAL(s.plis, 1);
}


static void remb_saturates(void)
{
	static const uint8_t buf[] = {0x8f, 206, 0, 4,    0,    0,   0,
				      1,    0,   0, 0,    0,    'R', 'E',
				      'M',  'B', 0, 0xff, 0xff, 0xff};
	struct seen s;

	memset(&s, 0, sizeof(s));
	CU_ASSERT_EQUAL(rtcp_walk(buf, sizeof(buf), &handlers, &s), 0);
	CU_ASSERT_EQUAL(s.remb_bps, UINT32_MAX);
}


static CU_TestInfo tests[] = {
	{"reads what it writes", reads_what_it_writes},
	{"full buffer stays as it was", full_buffer_stays_as_it_was},
	{"reports what came before a broken length",
	 reports_what_came_before_a_broken_length},
	{"REMB saturates", remb_saturates},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(rtcp, tests)
