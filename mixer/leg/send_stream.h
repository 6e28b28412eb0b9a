/**
 * @file mixer/leg/send_stream.h  One outgoing RTP stream of a media section
 *
 * Its own SSRC, sequence numbers (RFC 3550; starting below 2^15), timestamp
 * offset, header extensions, sender statistics and the answers to NACKs. What
 * it sends comes from renditions; which one is not its business. Little of it
 * goes to a host that was not heard (mixer/net/proof.h). Owned by its
 * media; media thread; time is an argument; sending does not allocate.
 */
#ifndef PARLEY_MIXER_LEG_SEND_STREAM_H
#define PARLEY_MIXER_LEG_SEND_STREAM_H

#include "mixer/mp/leg_description.h"
#include "mixer/net/rtcp.h"
#include "mixer/net/transport.h"
#include "mixer/video/engine.h"

struct send_stream;

/** What was sent with the SSRC of now (RFC 3550 section 6.4.1) */
struct send_stream_stats {
	uint64_t packets, bytes; /**< bytes of payloads */
	uint64_t sent_us;        /**< time of the last packet, 0: none ever */
	/** Packets not sent to a host that has proved nothing, of all SSRCs */
	uint64_t withheld;
};

/** Random identity, bound to no transport. @return 0 or ENOMEM */
int send_stream_alloc(struct send_stream **sp);

/**
 * Follow a description
 *
 * @param transport Borrowed until send_stream_detach or _close
 * @param clock_hz  RTP clock of the codec that is sent
 * @return 0 or ENOMEM (history for NACKs; it is as it was)
 */
int send_stream_configure(struct send_stream *s, struct transport *transport,
			  const struct media_description *m,
			  uint32_t clock_hz);

/** Its transport goes away; the rest waits for the next configuration */
void send_stream_detach(struct send_stream *s);

/** As detach, and what was kept for repeats is given back */
void send_stream_close(struct send_stream *s);

/** Other SSRCs and another sequence: one collided (RFC 3550 section 8.2) */
void send_stream_renew_ssrc(struct send_stream *s);

uint32_t send_stream_ssrc(const struct send_stream *s);
uint32_t send_stream_rtx_ssrc(const struct send_stream *s);

/** Whether that is its SSRC or its RTX stream's */
bool send_stream_has_ssrc(const struct send_stream *s, uint32_t ssrc);

/** Send one packet of sound. @return 0; ENOTCONN, EMSGSIZE or the transport's
 *  errno; EAGAIN: withheld, its number is the next one's */
int send_stream_send(struct send_stream *s, bool marker, uint32_t timestamp,
		     const uint8_t *payload, size_t len, uint64_t now_us);

/** Send the payloads of one picture, the marker on the last, or withhold all;
 *  a key frame's last says what its colours are, where that was negotiated */
void send_stream_send_frame(struct send_stream *s, uint32_t timestamp,
			    const struct video_frame *frame, uint64_t now_us);

/** A NACK for it came: nack_responder_answer, where the far end is proven */
void send_stream_answer_nack(struct send_stream *s, const uint16_t *seqs,
			     size_t count, uint32_t rtt_ms, uint64_t now_us);

/** Sender info for an SR: the timestamp that belongs to now (RFC 3550
 *  section 6.4.1) */
void send_stream_sender_info(const struct send_stream *s,
			     struct rtcp_sender_info *info, uint64_t ntp,
			     uint64_t now_us);

const struct send_stream_stats *send_stream_stats(const struct send_stream *s);

/** Bytes a payload may have: TRANSPORT_MTU without headers */
size_t send_stream_payload_max(void);

#endif
