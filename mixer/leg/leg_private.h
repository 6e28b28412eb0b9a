/**
 * @file mixer/leg/leg_private.h  What the files behind leg.h share
 *
 * A leg as its parts see it: leg_transport.c writes its transports (of them
 * leg_demux.c the SSRCs, leg_relay.c those that are ends of relays), leg.c all
 * else; audio_media, video_media, media and
 * feedback read them, and tell the mix and the focus through the functions
 * below.
 */
#ifndef PARLEY_MIXER_LEG_LEG_PRIVATE_H
#define PARLEY_MIXER_LEG_LEG_PRIVATE_H

#include "mixer/leg/leg.h"
#include "mixer/leg/media.h"

struct bandwidth_estimate;

enum {
	/** SSRCs remembered on one transport */
	LEG_SSRCS_MAX = 16,
};

/** One transport of a leg, and what it has learnt about its streams */
struct leg_transport {
	struct leg *leg;
	size_t index;
	struct transport *t; /**< NULL: of a relay that is none now */
	enum transport_kind kind;
	struct bandwidth_estimate *estimate; /**< NULL without video */
	struct {
		uint32_t ssrc;
		struct media *media;
	} ssrcs[LEG_SSRCS_MAX]; /**< leg_demux.c */
	size_t ssrc_count, ssrc_next;
	uint64_t since_us; /**< since when packets are due; 0: not yet */
	uint64_t unknown;  /**< packets of no media */
	/* of a relay; leg_relay.c */
	uint32_t relay;        /**< its number, 0: of none */
	bool carried;          /**< what its far end sends goes over */
	bool told_carried;     /**< and what was told of that */
	uint64_t told_next_us; /**< when it may be told again, 0: any time */
};

struct leg {
	struct le he;
	const struct leg_host *host;
	const struct leg_mix_events *mix; /**< NULL: in none */
	void *mix_arg;
	uint64_t id;
	struct leg_settings settings;
	char cname[LEG_CNAME_BYTES]; /**< RFC 7022: random */
	struct leg_transport transports[MP_MEDIA_MAX];
	size_t transport_count;
	struct media *media[MP_MEDIA_MAX];
	size_t media_count;
	bool attended;
	bool connected, timed_out; /**< leg_transport.c */
	/** Since when it sends to hosts of which none was heard; 0: it does
	 *  not (leg_transport.c) */
	uint64_t unproven_us;
	uint64_t told_us; /**< since when `told` counts */
	unsigned told;
};

/** An RTP packet of a section (leg_transport.c): media_packet, and our own
 * SSRC gives way to one of the far end that is the same */
void leg_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		uint64_t now_us);

/* leg_transport.c */

/** It is none any more, and nothing of its media holds it */
void leg_transport_drop(struct leg_transport *lt);

/** Make those of a description that are new or of another kind, and tell all
 *  their far ends. @return 0 or errno, with the reason in `why` */
int leg_configure_transports(struct leg *leg, const struct leg_description *d,
			     char why[DESCRIPTION_WHY_BYTES]);

/** Tell them what the settings say that its signalling has proven */
void leg_transports_believe(const struct leg *leg);

/** Its sections may be others now: learn anew whose packets are whose */
void leg_transport_relearn(struct leg_transport *lt);

/** Tell once when nothing arrives any more of what is due */
void leg_watch(struct leg *leg, uint64_t now_us);

/* leg_relay.c */

/** Follow its description: another number is another transport, none is none.
 *  @return 0 or errno, with the reason in `why` */
int leg_relay_follow(struct leg_transport *lt,
		     const struct transport_description *d, char *why);

/** Hold back of its relays' media what the settings say */
void leg_relays_hold(const struct leg *leg);

/** Tell of its relays what could not be told yet */
void leg_relays_tick(struct leg *leg, uint64_t now_us);

/* leg.c */

/** leg_mix_events, harmless without a mix; tier_kbps is 0 then */
void leg_look_changed(const struct leg *leg);
int leg_follow_media(const struct leg *leg, enum media_kind kind);
void leg_sound_lost(const struct leg *leg, unsigned percent);
void leg_keyframe(const struct leg *leg, bool urgent);
unsigned leg_tier_kbps(const struct leg *leg, unsigned tier);

/** leg_events; digits beyond what a person can press are left out, so that
 *  nobody floods the focus */
void leg_tell_digit(struct leg *leg, char digit, unsigned duration_ms,
		    uint64_t now_us);
void leg_tell_camera(const struct leg *leg, unsigned width, unsigned height);

#endif
