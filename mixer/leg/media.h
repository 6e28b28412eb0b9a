/**
 * @file mixer/leg/media.h  One media section of a leg: its streams in and out
 *
 * What audio and video have in common: the description, the streams, reports.
 * The rest is in audio_media and video_media, which a section reaches through
 * the media_ops of its kind. A section has room for several streams each way
 * (simulcast, a second camera); the first of each is the one that is used
 * now. Owned by its leg; media thread.
 */
#ifndef PARLEY_MIXER_LEG_MEDIA_H
#define PARLEY_MIXER_LEG_MEDIA_H

#include "mixer/leg/media_codec.h"
#include "mixer/leg/recv_stream.h"
#include "mixer/leg/send_stream.h"

struct leg;
struct leg_transport;
struct media;

enum { MEDIA_STREAMS_MAX = 4 };

/** What a kind of media does with its section; members from `loss` on are
 *  NULL where the kind has no use for them */
struct media_ops {
	/** Make the part; m->recv[0] is there and has no source yet */
	int (*alloc)(void **partp, struct media *m);
	/** Follow m->d */
	int (*configure)(struct media *m);
	/** The far end's stream ended, or a hold: forget its time */
	void (*reset)(struct media *m);
	/** Another SSRC is followed from this packet on: its source was reset,
	 *  but the far end may be another in all else, too */
	void (*renewed)(struct media *m);
	/** @param seq Extended sequence number */
	void (*packet)(struct media *m, const struct rtp_packet *p,
		       int64_t seq, uint64_t now_us);
	/** Housekeeping, every 20..100 ms */
	void (*tick)(struct media *m, uint64_t now_us);
	/** The far end reports loss, of 256 */
	void (*loss)(struct media *m, uint8_t fraction, uint64_t now_us);
	/** It asks for a key frame; fir_seq -1: by PLI; else by command number
	 *  fir_seq of the SSRC `from` */
	void (*keyframe_asked)(struct media *m, uint32_t from, int fir_seq);
	/** It can take so much of this section (REMB) */
	void (*remb)(struct media *m, uint32_t bps, uint64_t now_us);
	/** Bits a second to be asked of it */
	uint32_t (*wanted_bps)(const struct media *m);
};

/** What RTCP knows of a section; feedback.c writes it */
struct media_reports {
	uint64_t next_us; /**< of ours, 0: none planned */
	uint32_t rtt_ms;
	uint8_t remote_loss; /**< of 256, as the far end reports */
};

/** media.c writes it, but for `reports` */
struct media {
	struct leg *leg;
	struct leg_transport *lt; /**< NULL while off */
	size_t index;
	struct media_description d;
	struct leg_codec codecs[DESCRIPTION_CODECS_MAX]; /**< of d.codecs */
	const struct media_ops *ops;
	void *part; /**< audio_media or video_media by d.kind; NULL while off
		     */
	struct recv_stream *recv[MEDIA_STREAMS_MAX];
	size_t recv_count; /**< 0 while off */
	struct send_stream *send[MEDIA_STREAMS_MAX];
	size_t send_count; /**< at least 1: identities outlive a pause */
	struct media_reports reports;
};

int media_alloc(struct media **mp, struct leg *leg, size_t index);

/**
 * Follow a description; d->off drops source and sender
 *
 * @param ops Of d->kind
 * @return 0 or errno (then nothing is sent until the next media_configure)
 */
int media_configure(struct media *m, struct leg_transport *lt,
		    const struct media_description *d,
		    const struct media_ops *ops);

/** Its transport goes away: nothing is received or sent until the next
 *  media_configure */
void media_detach(struct media *m);

/** Can be received and sent now */
bool media_receives(const struct media *m);
bool media_sends(const struct media *m);

/** What it is sent would get there, be it early or not */
bool media_reaches(const struct media *m);

/** The stream that is used now; the incoming one exists while it is not off */
static inline struct recv_stream *media_incoming(const struct media *m)
{
	return m->recv[0];
}

static inline struct send_stream *media_outgoing(const struct media *m)
{
	return m->send[0];
}

/** It follows an SSRC of the far end */
bool media_has_source(const struct media *m);

/** The stream that follows or has that SSRC, NULL: none */
struct recv_stream *media_recv_by_ssrc(const struct media *m, uint32_t ssrc);
struct send_stream *media_send_by_ssrc(const struct media *m, uint32_t ssrc);

/**
 * An RTP packet of this media
 *
 * @param rtx It came on the RTX stream and has been unwrapped
 * @return true if its SSRC is followed since this packet
 */
bool media_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		  uint64_t now_us);

/** The far end's stream said BYE, or what carried it ended */
void media_ended(struct media *m, struct recv_stream *s, uint64_t now_us);

/** True if one of codecs, events, rtx or comfort noise has this type */
bool media_has_pt(const struct media *m, uint8_t pt);

/** Original type of an RTX payload type, -1 if it is none */
int media_rtx_apt(const struct media *m, uint8_t pt);

/** Housekeeping, every 20..100 ms: DTMF time-outs, NACKs, tiers */
void media_tick(struct media *m, uint64_t now_us);

#endif
