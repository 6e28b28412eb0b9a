/**
 * @file mixer/net/receive_stats.c  Loss, jitter and bandwidth of what arrives
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/receive_stats.h"
#include "mixer/net/rtp.h"


enum {
	/* RFC 3550 A.1: a larger jump is a restart of the sender */
	DROPOUT_MAX = 3000,
	/* RFC 3550 A.1: farther behind is a restart or a repeated packet */
	MISORDER_MAX = 100,
	/* nothing but such packets, so many in order for so long: a restart.
	 * Repeats on request stand among new ones */
	BEHIND_RUN = 5,
	BEHIND_US = 200000,
};


void receive_stats_init(struct receive_stats *s, uint32_t ssrc,
			uint32_t clock_hz)
{
	memset(s, 0, sizeof(*s));
	s->ssrc = ssrc;
	s->clock_hz = clock_hz;
}


static void start_at(struct receive_stats *s, uint16_t seq)
{
	s->started = true;
	/* one period up, so that reordered older numbers stay positive */
	s->highest = (s->highest & ~(int64_t)0xffff) + 0x10000 + seq;
	s->base = s->highest;
	s->received = 0;
	s->received_prior = 0;
	s->expected_prior = 0;
	s->transit_known = false;
	s->behind_run = 0;
}


void receive_stats_clock(struct receive_stats *s, uint32_t clock_hz)
{
	if (clock_hz == s->clock_hz || !clock_hz)
		return;

	s->jitter = s->jitter * clock_hz / s->clock_hz;
	s->clock_hz = clock_hz;
	s->transit_known = false;
}


/* Nothing but packets of long ago, one after the other */
static bool restarted(struct receive_stats *s, int64_t ext, uint16_t seq,
		      uint64_t now_us)
{
	if (ext >= s->highest - MISORDER_MAX) {
		s->behind_run = 0;
		return false;
	}

	if (!s->behind_run || seq != (uint16_t)(s->behind_seq + 1)) {
		s->behind_run = 0;
		s->behind_since_us = now_us;
	}
	s->behind_seq = seq;

	return ++s->behind_run >= BEHIND_RUN &&
	       now_us - s->behind_since_us >= BEHIND_US;
}


/* Interarrival jitter (RFC 3550 A.8) */
static void jitter(struct receive_stats *s, uint32_t timestamp,
		   uint64_t now_us)
{
	uint32_t arrival = (uint32_t)(now_us * s->clock_hz / 1000000);
	uint32_t transit = arrival - timestamp;

	if (s->transit_known) {
		double d = fabs(
			(double)(int32_t)(transit - (uint32_t)s->transit));

		/* a jump of over 10 s is a new time line, not jitter */
		if (d < 10.0 * s->clock_hz)
			s->jitter += (d - s->jitter) / 16;
	}

	s->transit = transit;
	s->transit_known = true;
}


int64_t receive_stats_packet(struct receive_stats *s, uint16_t seq,
			     uint32_t timestamp, size_t bytes, uint64_t now_us)
{
	int64_t ext;

	if (!s->started)
		start_at(s, seq);

	ext = rtp_seq_extend(s->highest, seq);
	if (ext > s->highest + DROPOUT_MAX || ext < s->highest - DROPOUT_MAX ||
	    restarted(s, ext, seq, now_us)) {
		start_at(s, seq);
		ext = s->highest;
	}
	else if (ext > s->highest) {
		s->highest = ext;
	}

	s->received++;
	s->bytes += bytes;
	jitter(s, timestamp, now_us);

	return ext;
}


void receive_stats_sr(struct receive_stats *s, uint64_t ntp, uint64_t now_us)
{
	s->last_sr = (uint32_t)(ntp >> 16);
	s->last_sr_us = now_us;
}


static uint64_t expected(const struct receive_stats *s)
{
	return s->started ? (uint64_t)(s->highest - s->base + 1) : 0;
}


void receive_stats_report(struct receive_stats *s, struct rtcp_report *r,
			  uint64_t now_us)
{
	uint64_t want = expected(s);
	int64_t want_now = (int64_t)(want - s->expected_prior);
	int64_t lost_now =
		want_now - (int64_t)(s->received - s->received_prior);
	int64_t lost = (int64_t)want - (int64_t)s->received;
	int64_t fraction = 0;

	if (want_now > 0 && lost_now > 0)
		fraction = lost_now * 256 / want_now;

	memset(r, 0, sizeof(*r));
	r->ssrc = s->ssrc;
	r->fraction_lost = (uint8_t)(fraction > 255 ? 255 : fraction);
	r->total_lost = (int32_t)lost;
	/* 64 k below the counter: it started one cycle up */
	r->highest_seq = (uint32_t)(s->highest - 0x10000);
	r->jitter = (uint32_t)s->jitter;
	if (s->last_sr_us) {
		r->last_sr = s->last_sr;
		r->delay =
			(uint32_t)((now_us - s->last_sr_us) * 65536 / 1000000);
	}

	s->expected_prior = want;
	s->received_prior = s->received;
}
