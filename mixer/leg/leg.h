/**
 * @file mixer/leg/leg.h  The media session with one endpoint
 *
 * Transports and media sections as leg.add and leg.modify describe them. A
 * leg knows neither the mix that it is in nor the server: what it needs of
 * them it is handed as leg_host, and what they want to know it tells through
 * leg_events and leg_mix_events. Owned by its mix; media thread.
 */
#ifndef PARLEY_MIXER_LEG_LEG_H
#define PARLEY_MIXER_LEG_LEG_H

#include "mixer/base/re.h"
#include "mixer/mp/leg_description.h"
#include "mixer/net/transport.h"
#include "mixer/video/engine.h"

struct audio_media;
struct leg;
struct media;
struct video_media;

enum {
	LEG_NAME_BYTES = VIDEO_LABEL_BYTES,
	LEG_CNAME_BYTES = 17,
};

/** What the focus wants to know of a leg. No handler may free the leg */
struct leg_events {
	/** @param state "connected", "failed", "closed", "timeout" */
	void (*state)(const struct leg *leg, const char *state,
		      const char *reason, void *arg);
	/** A key was pressed; not more than a person can press */
	void (*digit)(const struct leg *leg, char digit, unsigned duration_ms,
		      void *arg);
	/** Its camera's picture has another size; 0, 0: there is none */
	void (*camera)(const struct leg *leg, unsigned width, unsigned height,
		       void *arg);
	/** What its far end sends goes over that relay, or does not any more.
	 *  Not of a transport that was described otherwise or went with the
	 *  leg; at most four a second, then how it is */
	void (*relay)(const struct leg *leg, uint32_t relay, bool carried,
		      void *arg);
};

/** What legs stand on, the same for all; borrowed as long as one lives */
struct leg_host {
	struct net *net;
	const struct net_config *net_config;
	struct video_engine *engine;
	struct hash *legs;        /**< where a leg enters itself by id */
	uint32_t media_timeout_s; /**< 0: legs never time out */
	const struct leg_events *events;
	void *arg; /**< of the events */
};

/** What a mix does for a leg that is in it. No handler may free the leg */
struct leg_mix_events {
	/** What its tile shows is not as it was */
	void (*look_changed)(void *arg);
	/** Its media of a kind was described anew, went, or asks for another
	 *  mode or tier: give it what it can take. @return 0 or errno */
	int (*follow)(enum media_kind kind, void *arg);
	/** Its far end misses so many percent of the sound */
	void (*sound_lost)(unsigned percent, void *arg);
	/** Its far end needs a key frame */
	void (*keyframe)(bool urgent, void *arg);
	/** kbit/s of the picture that it would get at a tier */
	unsigned (*tier_kbps)(unsigned tier, void *arg);
};

/** What leg.set may change (mixer/mp/protocol.h) */
struct leg_settings {
	char name[LEG_NAME_BYTES];
	bool muted, deaf, video_muted;
	bool early;   /**< neither audible, seen nor sent to */
	bool aside;   /**< not in the conference yet, but beside it */
	bool cut_off; /**< silence of seconds is its end */
	float volume_in_db, volume_out_db;
	struct sa proven; /**< host that its signalling has; unset: none */
	bool vouched;
	bool crosses; /**< own ports that it names are another's far end */
};

/**
 * Make a leg; it is in no mix yet (mix_add)
 *
 * @return 0 or ENOMEM
 */
int leg_alloc(struct leg **lp, const struct leg_host *host, uint64_t id,
	      const struct leg_settings *settings);

/**
 * Follow a whole description, at first or anew
 *
 * @param why Set to the reason on error; what had been done until then stays
 * @return 0 or errno
 */
int leg_configure(struct leg *leg, const struct leg_description *d,
		  char why[DESCRIPTION_WHY_BYTES]);

/** It is in a mix now; NULL: in none */
void leg_set_mix(struct leg *leg, const struct leg_mix_events *events,
		 void *arg);

/** The arg of leg_set_mix, NULL: in no mix */
void *leg_mix_arg(const struct leg *leg);

/** Somebody is there to listen and watch, or nobody any more: what arrives
 *  while nobody is would only grow old in its buffer */
void leg_attend(struct leg *leg, bool attended);

/** Follow settings; the end of its early time makes it look again */
void leg_follow_settings(struct leg *leg, const struct leg_settings *settings);

/** Give its far end a key frame at once (leg.keyframe) */
void leg_want_keyframe(struct leg *leg);

/** Housekeeping, every 20..100 ms */
void leg_tick(struct leg *leg, uint64_t now_us);

/** RTCP BYE on all streams */
void leg_bye(struct leg *leg);

uint64_t leg_id(const struct leg *leg);
const char *leg_cname(const struct leg *leg);
const struct leg_settings *leg_settings(const struct leg *leg);

/** Its transports and sections, by number below their count; NULL: a transport
 *  of no relay */
size_t leg_transport_count(const struct leg *leg);
size_t leg_media_count(const struct leg *leg);
const struct transport *leg_transport(const struct leg *leg, size_t i);
const struct media *leg_media(const struct leg *leg, size_t i);

/** Its sound; NULL when there is none */
struct audio_media *leg_audio(const struct leg *leg);

/** Its (first) video section; NULL when there is none */
struct video_media *leg_video(const struct leg *leg);

/** Of each kind the first section in use is in the mix; what comes on another
 *  is counted and goes nowhere */
bool leg_mixes(const struct leg *leg, const struct media *m);

/** Its camera as others may see it, NULL: none */
struct video_source *leg_picture(const struct leg *leg);

/** Its far end has ears alone for what it is told: no page */
bool leg_is_telephone(const struct leg *leg);

/** It may say or show something: it has a tile */
bool leg_participates(const struct leg *leg);

#endif
