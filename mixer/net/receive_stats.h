/**
 * @file mixer/net/receive_stats.h  Reception statistics of one RTP source
 *
 * RFC 3550 appendix A.1 (validity, restarts), A.3 (loss), A.8 (jitter), and
 * a receiver-side bandwidth estimate for REMB. Media thread; time is an
 * argument; fixed memory.
 */
#ifndef PARLEY_MIXER_NET_RECEIVE_STATS_H
#define PARLEY_MIXER_NET_RECEIVE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/net/rtcp.h"

/** Zeroed by the owner; embedded, not allocated */
struct receive_stats {
	bool started;
	uint32_t ssrc, clock_hz;
	int64_t base, highest; /**< extended sequence numbers */
	uint64_t received, received_prior, expected_prior, bytes;
	double jitter; /**< timestamp units */
	int64_t transit;
	bool transit_known;
	/* packets in order, far behind the highest: a restart, or repeats */
	unsigned behind_run;
	uint16_t behind_seq;
	uint64_t behind_since_us;
	uint32_t last_sr;
	uint64_t last_sr_us;
};

void receive_stats_init(struct receive_stats *s, uint32_t ssrc,
			uint32_t clock_hz);

/** Packets come in another clock from now on (RFC 7160) */
void receive_stats_clock(struct receive_stats *s, uint32_t clock_hz);

/**
 * Count a packet
 *
 * A sender that starts anew elsewhere in the sequence is followed: at once
 * where the jump is larger than any loss, else once nothing of the old
 * sequence came for a while.
 *
 * @return its extended sequence number, larger than all before a restart
 */
int64_t receive_stats_packet(struct receive_stats *s, uint16_t seq,
			     uint32_t timestamp, size_t bytes,
			     uint64_t now_us);

/** An SR of this source came */
void receive_stats_sr(struct receive_stats *s, uint64_t ntp, uint64_t now_us);

/** Fill a report block and begin the next interval */
void receive_stats_report(struct receive_stats *s, struct rtcp_report *r,
			  uint64_t now_us);

/** Receive-side bandwidth estimate of one transport (REMB) */
struct bandwidth_estimate;

int bandwidth_estimate_alloc(struct bandwidth_estimate **bp, uint32_t min_bps,
			     uint32_t start_bps, uint32_t max_bps);

/**
 * A packet arrived
 *
 * @param abs_send_time 24-bit 6.18 fixed point seconds, or negative when the
 *                      extension is absent
 */
void bandwidth_estimate_packet(struct bandwidth_estimate *b,
			       int32_t abs_send_time, size_t bytes,
			       uint64_t now_us);

/** Loss of the last interval, of 256 */
void bandwidth_estimate_loss(struct bandwidth_estimate *b, uint8_t fraction,
			     uint64_t now_us);

/** The estimate now, bits a second */
uint32_t bandwidth_estimate_bps(const struct bandwidth_estimate *b);

#endif
