/**
 * @file mixer/leg/leg.h  The media session with one endpoint
 *
 * Transports and media sections as leg.add and leg.modify describe them.
 * Owned by its mix; media thread.
 */
#ifndef PARLEY_MIXER_LEG_LEG_H
#define PARLEY_MIXER_LEG_LEG_H

#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/media.h"
#include "mixer/leg/video_media.h"
#include "mixer/net/transport.h"

struct mix;
struct mixer;

enum {
	/** SSRCs remembered on one transport */
	LEG_SSRCS_MAX = 16,
	LEG_NAME_BYTES = VIDEO_LABEL_BYTES,
	LEG_CNAME_BYTES = 17,
};

/** One transport of a leg, and what it has learnt about its streams */
struct leg_transport {
	struct leg *leg;
	size_t index;
	struct transport *t;
	enum transport_kind kind;
	struct bandwidth_estimate *estimate; /**< NULL without video */
	struct {
		uint32_t ssrc;
		struct media *media;
	} ssrcs[LEG_SSRCS_MAX];
	size_t ssrc_count, ssrc_next;
	uint64_t since_us; /**< since when it should be heard; 0: not yet */
	uint64_t unknown;  /**< packets of no media */
};

struct leg {
	struct le he;
	struct mixer *mixer;
	struct mix *mix;
	uint64_t id;
	char name[LEG_NAME_BYTES];
	char cname[LEG_CNAME_BYTES]; /**< RFC 7022: random */
	struct leg_transport transports[MP_MEDIA_MAX];
	size_t transport_count;
	struct media *media[MP_MEDIA_MAX];
	size_t media_count;
	bool muted, deaf, video_muted;
	bool early; /**< neither heard, seen nor sent to */
	float volume_in_db, volume_out_db;
	bool connected, timed_out;
	uint64_t told_us; /**< since when `told` counts */
	unsigned told;
};

/** Make a leg of a mix; it is not in the mix yet (mix_add) */
int leg_alloc(struct leg **lp, struct mix *mix, uint64_t id, const char *name);

/**
 * Follow a whole description, at first or anew
 *
 * @param why Set to the reason on error; what had been done until then stays
 * @return 0 or errno
 */
int leg_configure(struct leg *leg, const struct leg_description *d,
		  char why[DESCRIPTION_WHY_BYTES]);

/** Follow muted, deaf and volumes after they were changed */
void leg_volumes(struct leg *leg);

/** Begin or end its early time (leg.set of mixer/mp/protocol.h) */
void leg_set_early(struct leg *leg, bool early);

/** Housekeeping, every 20..100 ms */
void leg_tick(struct leg *leg, uint64_t now_us);

/** The far end's packets are worth an event: not more than a person can
 *  cause, so that nobody floods the focus */
bool leg_may_tell(struct leg *leg, uint64_t now_us);

/** RTCP BYE on all streams */
void leg_bye(struct leg *leg);

/** Its sound; NULL when there is none */
struct audio_media *leg_audio(const struct leg *leg);

/** Its (first) video section; NULL when there is none */
struct video_media *leg_video(const struct leg *leg);

/** Its camera as others may see it, NULL: none */
struct video_source *leg_picture(const struct leg *leg);

/** It may say or show something: it has a tile */
bool leg_participates(const struct leg *leg);

#endif
