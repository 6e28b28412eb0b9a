/**
 * @file mixer/leg/sink.h  One outgoing RTP stream of a leg
 *
 * Its own SSRC, sequence numbers (RFC 3550; starting below 2^15), timestamp
 * offset, header extensions and history for repeats (RFC 4585, 4588). What it
 * sends comes from renditions; which one is not its business. Embedded in its
 * media; media thread; sending does not allocate.
 */
#ifndef PARLEY_MIXER_LEG_SINK_H
#define PARLEY_MIXER_LEG_SINK_H

#include "mixer/mp/leg_description.h"
#include "mixer/net/transport.h"
#include "mixer/video/engine.h"
#include "mixer/net/nack.h"
#include "mixer/net/rtcp.h"

struct sink {
	struct transport *transport; /**< borrowed */
	uint32_t ssrc, rtx_ssrc;
	uint16_t seq, rtx_seq; /**< next to send */
	uint32_t offset;       /**< added to timestamps */
	uint8_t pt;
	int rtx_pt; /**< -1: repeats go out as they were */
	uint8_t mid_id, abs_send_time_id;
	char mid[DESCRIPTION_MID_BYTES];
	struct sent_history *history; /**< NULL: no repeats */
	uint64_t packets, bytes, repeats;
	uint64_t repeat_us;   /**< since when repeats are being counted */
	unsigned repeat_left; /**< may still be sent until a window's end */
	uint32_t timestamp;   /**< of the last packet, without offset */
	uint64_t sent_us;     /**< time of it, 0 before any */
	uint32_t clock_hz;
};

/** Random identity; the rest is zero */
void sink_init(struct sink *s);

/**
 * Follow a description
 *
 * @param clock_hz RTP clock of the codec that is sent
 * @return 0 or ENOMEM (history)
 */
int sink_configure(struct sink *s, struct transport *transport,
		   const struct media_description *m, uint32_t clock_hz);

/** Other SSRCs and another sequence: one collided (RFC 3550 section 8.2) */
void sink_renew_ssrc(struct sink *s);

void sink_close(struct sink *s);

/** Send one packet. @return 0 or errno of the transport */
int sink_send(struct sink *s, bool marker, uint32_t timestamp,
	      const uint8_t *payload, size_t len, uint64_t now_us);

/** Send the payloads of one picture, the marker on the last */
void sink_send_frame(struct sink *s, uint32_t timestamp,
		     const struct video_frame *frame, uint64_t now_us);

/** Repeat what was asked for: RTX when negotiated, else the packet itself */
void sink_repeat(struct sink *s, const uint16_t *seqs, size_t count,
		 uint32_t rtt_ms, uint64_t now_us);

/** Sender info for an SR: the timestamp that belongs to now (RFC 3550
 *  section 6.4.1) */
void sink_sender_info(const struct sink *s, struct rtcp_sender_info *info,
		      uint64_t ntp, uint64_t now_us);

/** Bytes a payload may have: TRANSPORT_MTU without headers */
size_t sink_payload_max(void);

#endif
