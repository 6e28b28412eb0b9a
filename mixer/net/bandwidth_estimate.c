/**
 * @file mixer/net/bandwidth_estimate.c  How much the way to us carries (for
 * REMB)
 *
 * After draft-ietf-rmcat-gcc-02, receiver side: packets sent within a few
 * milliseconds form a group; the slope of the groups' queueing delay over the
 * last second says whether a queue builds up. A growing queue cuts the
 * estimate below what really arrived; otherwise it grows, never beyond what
 * arrives and half as much again. Senders without abs-send-time are judged by
 * loss alone.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/receive_stats.h"


enum {
	GROUPS = 40,
	GROUP_MS = 5,
	WINDOW_MS = 500, /* of the measured rate */
	WINDOW_SLOTS = 10,
	HOLD_US = 500000,  /* between two cuts */
	SLOPE_GROUPS = 20, /* before the slope counts */
	GAP_US = 2000000,
	JUMP_MS = 1000, /* no queue does that: the sender's clock is another */
};

/* a queue growing faster than this, ms a second, is congestion */
static const double overuse_ms_s = 25.0;
static const double cut = 0.85;
static const double grow_a_s = 0.08;

struct group {
	double sent_ms, delay_ms;
};

struct bandwidth_estimate {
	uint32_t min_bps, max_bps;
	double bps;
	/* group being filled */
	bool open;
	int32_t first_send; /* 24 bit 6.18 */
	uint64_t first_us, last_us;
	/* finished groups: accumulated delay against send time */
	struct group groups[GROUPS];
	size_t count, next;
	double sent_ms, delay_ms;
	/* measured rate */
	uint32_t slots[WINDOW_SLOTS];
	uint64_t slot;
	uint64_t cut_us, grown_us;
};


int bandwidth_estimate_alloc(struct bandwidth_estimate **bp, uint32_t min_bps,
			     uint32_t start_bps, uint32_t max_bps)
{
	struct bandwidth_estimate *b;

	if (!min_bps || min_bps > start_bps || start_bps > max_bps)
		return EINVAL;

	b = mem_zalloc(sizeof(*b), NULL);
	if (!b)
		return ENOMEM;

	b->min_bps = min_bps;
	b->max_bps = max_bps;
	b->bps = start_bps;
	*bp = b;

	return 0;
}


static void measure(struct bandwidth_estimate *b, size_t bytes,
		    uint64_t now_us)
{
	uint64_t slot = now_us / (1000u * WINDOW_MS / WINDOW_SLOTS);

	if (slot - b->slot > WINDOW_SLOTS)
		b->slot = slot - WINDOW_SLOTS;

	while (b->slot < slot)
		b->slots[++b->slot % WINDOW_SLOTS] = 0;

	b->slots[slot % WINDOW_SLOTS] += (uint32_t)bytes;
}


static double measured_bps(const struct bandwidth_estimate *b)
{
	double bytes = 0;

	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		bytes += b->slots[i];

	return bytes * 8 * 1000 / WINDOW_MS;
}


static void bound(struct bandwidth_estimate *b)
{
	if (b->bps < b->min_bps)
		b->bps = b->min_bps;
	if (b->bps > b->max_bps)
		b->bps = b->max_bps;
}


/* Least squares over the kept groups: ms of delay a second of sending */
static double slope(const struct bandwidth_estimate *b)
{
	double x = 0, y = 0, xx = 0, xy = 0;
	double n = (double)b->count;
	double d;

	for (size_t i = 0; i < b->count; i++) {
		const struct group *g = &b->groups[i];
		double s = (g->sent_ms - b->sent_ms) / 1000;

		x += s;
		y += g->delay_ms;
		xx += s * s;
		xy += s * g->delay_ms;
	}

	d = n * xx - x * x;

	return d > 1e-9 ? (n * xy - x * y) / d : 0;
}


static void cut_to(struct bandwidth_estimate *b, double bps, uint64_t now_us)
{
	if (now_us - b->cut_us < HOLD_US)
		return;

	if (bps < b->bps)
		b->bps = bps;

	b->cut_us = now_us;
	b->grown_us = now_us;
	bound(b);
}


static void grow(struct bandwidth_estimate *b, uint64_t now_us)
{
	double s = (double)(now_us - b->grown_us) * 1e-6;
	double most = 1.5 * measured_bps(b) + 50000;
	double bps;

	if (!b->grown_us || s > 1)
		s = 0.02;

	b->grown_us = now_us;
	bps = b->bps * (1 + grow_a_s * s) + 1000 * s;
	/* what was never tried is not believed, but not taken back either */
	if (bps <= most)
		b->bps = bps;

	bound(b);
}


static void group_done(struct bandwidth_estimate *b, double send_ms,
		       double arrival_ms, uint64_t now_us)
{
	double d;

	b->sent_ms += send_ms;
	b->delay_ms += arrival_ms - send_ms;
	b->groups[b->next] = (struct group){b->sent_ms, b->delay_ms};
	b->next = (b->next + 1) % GROUPS;
	if (b->count < GROUPS)
		b->count++;

	if (b->count < SLOPE_GROUPS) {
		grow(b, now_us);
		return;
	}

	d = slope(b);
	if (d > overuse_ms_s) {
		cut_to(b, cut * measured_bps(b), now_us);
		b->count = 0;
		b->next = 0;
	}
	else if (d > -overuse_ms_s) {
		grow(b, now_us);
	}
	/* a draining queue: wait until it is empty */
}


static void begin(struct bandwidth_estimate *b, int32_t abs_send_time,
		  uint64_t now_us)
{
	b->open = true;
	b->first_send = abs_send_time;
	b->first_us = now_us;
	b->last_us = now_us;
	b->count = 0;
	b->next = 0;
}


void bandwidth_estimate_packet(struct bandwidth_estimate *b,
			       int32_t abs_send_time, size_t bytes,
			       uint64_t now_us)
{
	double send_ms, arrival_ms;

	measure(b, bytes, now_us);
	if (abs_send_time < 0) {
		grow(b, now_us);
		return;
	}

	/* 24-bit difference, sign-extended, in 1/2^18 s */
	send_ms = ((int32_t)((uint32_t)(abs_send_time - b->first_send) << 8) >>
		   8) *
		  1000.0 / 262144;
	arrival_ms = (double)(now_us - b->first_us) / 1000;
	if (!b->open || now_us - b->last_us > GAP_US || send_ms < -JUMP_MS ||
	    send_ms > arrival_ms + JUMP_MS) {
		begin(b, abs_send_time, now_us);
		return;
	}

	b->last_us = now_us;
	if (send_ms < GROUP_MS)
		return;

	group_done(b, send_ms, arrival_ms, now_us);
	b->first_send = abs_send_time;
	b->first_us = now_us;
}


void bandwidth_estimate_loss(struct bandwidth_estimate *b, uint8_t fraction,
			     uint64_t now_us)
{
	if (fraction > 26) /* over 10 % */
		cut_to(b, b->bps * (1 - fraction / 512.0), now_us);
}


uint32_t bandwidth_estimate_bps(const struct bandwidth_estimate *b)
{
	return (uint32_t)b->bps;
}
