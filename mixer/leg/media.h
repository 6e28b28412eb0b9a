/**
 * @file mixer/leg/media.h  One media section of a leg: source side and sink
 * side
 *
 * What audio and video have in common: the description, the outgoing stream,
 * reception statistics, RTCP. The rest is in audio_media and video_media.
 * Owned by its leg; media thread.
 */
#ifndef PARLEY_MIXER_LEG_MEDIA_H
#define PARLEY_MIXER_LEG_MEDIA_H

#include "mixer/leg/leg_codec.h"
#include "mixer/leg/sink.h"
#include "mixer/net/receive_stats.h"
#include "mixer/net/rtp.h"

struct leg;
struct leg_transport;
struct audio_media;
struct video_media;

struct media {
	struct leg *leg;
	struct leg_transport *lt; /**< NULL while off */
	size_t index;
	struct media_description d;
	struct leg_codec codecs[DESCRIPTION_CODECS_MAX]; /**< of d.codecs */
	struct sink sink;
	struct receive_stats rx; /**< of the SSRC that is listened to */
	bool rx_known;
	uint32_t old_ssrc; /**< ignored until old_until_us */
	uint64_t old_until_us;
	uint64_t heard_us; /**< last packet of rx */
	uint32_t new_ssrc; /**< on probation (RFC 3550 A.1) */
	uint16_t new_seq;
	uint64_t rtcp_next_us;
	uint32_t rtt_ms;
	uint8_t remote_loss; /**< of 256, as the far end reports */
	struct audio_media *audio;
	struct video_media *video;
};

int media_alloc(struct media **mp, struct leg *leg, size_t index,
		enum media_kind kind);

/** Follow a description; d->off drops source and sink */
int media_configure(struct media *m, struct leg_transport *lt,
		    const struct media_description *d);

/** Its transport goes away: nothing is received or sent until the next
 *  media_configure */
void media_detach(struct media *m);

/** Can be received and sent now */
bool media_receives(const struct media *m);
bool media_sends(const struct media *m);

/**
 * An RTP packet of this media
 *
 * @param rtx It came on the RTX stream and has been unwrapped
 */
void media_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		  uint64_t now_us);

/** True if one of codecs, events, rtx or comfort noise has this type */
bool media_has_pt(const struct media *m, uint8_t pt);

/** Original type of an RTX payload type, -1 if it is none */
int media_rtx_apt(const struct media *m, uint8_t pt);

/** Housekeeping, every 20..100 ms: reports, DTMF time-outs, tiers */
void media_tick(struct media *m, uint64_t now_us);

#endif
