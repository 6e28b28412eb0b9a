/**
 * @file mixer/mix/mix_private.h  What the files behind mix.h share
 *
 * A mix knows of each of its legs more than the leg: whether it is audible,
 * what it is sent. That is the leg's member. mix.c writes members and mix,
 * mix_audio.c and mix_waiting.c all that is called sound, mix_video.c all that
 * is called picture.
 */
#ifndef PARLEY_MIXER_MIX_MIX_PRIVATE_H
#define PARLEY_MIXER_MIX_MIX_PRIVATE_H

#include "mixer/audio/speaker.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/echo.h"
#include "mixer/mix/mix.h"
#include "mixer/voice/announcement.h"

struct member;

/** The sound of one leg as its mix sees it (mix_audio.c) */
struct member_sound {
	struct speaker speaker;
	bool was_talking;
	bool untold; /**< only decoding tells how loud it is */
	bool probed; /**< decoded this tick to learn that, inaudible */
	uint8_t level_dbov;
	int16_t pcm[AUDIO_TICK_SAMPLES]; /**< what it says this tick */
	bool contributes;                /**< pcm is on the bus */
	/** Of the common mix; takes it while the leg is on that one */
	struct audio_consumer *consumer;
	/** What it hears while it is audible itself, deaf, or listens at
	 *  another volume */
	struct audio_rendition *own;
	struct audio_limiter *limiter;
	/** Of the waiting room; takes it while it is alone */
	struct audio_consumer *waiting;
	bool on_own, on; /**< which it hears; if anything yet */
	bool on_waiting; /**< not the common mix but the waiting room */
	bool enters;     /**< the mix comes up over the next tick of its own */
	/** How loud that is for it: 1 while it is alone, after a ramp */
	float waiting_gain;
	struct announcement announcement; /**< said to it alone */
	uint64_t sent_tick;
};

/** The picture of one leg as its mix sees it (mix_video.c) */
struct member_picture {
	struct video_consumer *consumer;
};

struct member {
	struct mix *mix;
	struct leg *leg;
	struct member_sound sound;
	struct member_picture picture;
};

/** The sound of a mix (mix_audio.c); the arrays have as many entries as the
 *  mix has room for members */
struct mix_sound {
	struct member **ranked;
	struct speaker **speakers;
	uint8_t *levels;
	size_t probe_next;     /**< in ranked: whose turn it is */
	struct member *active; /**< the active speaker, NULL: nobody */
	struct audio_bus bus;
	struct audio_limiter *limiter;
	struct past_sound past;
	struct shared_audio *shared;
	struct announcement announcement; /**< said to all */
};

struct mix {
	struct le he;
	const struct mix_host *host;
	uint64_t id;
	/** Whose leg its only one is, that is aside; NULL: it is one itself */
	struct mix *conference;
	struct list asides; /**< those mixes; each ends with its leg */
	struct le aside_le;
	bool echoes;       /**< all of its legs are aside, with an echo */
	struct echo *echo; /**< of the only leg; NULL: there is none */
	struct member **members; /**< in order of joining */
	size_t member_count, capacity;
	struct video_canvas canvas;
	enum video_layout layout;
	uint64_t spotlight;         /**< leg that is shown large; 0: none */
	enum waiting_sound waiting; /**< at a telephone that is alone */
	bool look_changed; /**< tiles are to be set anew; mix_video.c */
	struct mix_sound sound;
	struct shared_video *pictures;
};

/* mix_audio.c */

int mix_audio_init(struct mix *mix);
void mix_audio_close(struct mix *mix);

/** Make room for so many members. @return 0 or ENOMEM, all is as it was */
int mix_audio_grow(struct mix *mix, size_t capacity);

int mix_audio_enter(struct member *member);
void mix_audio_exit(struct member *member);

/** Its leg's sound was described anew, went, or asks for another mode */
int mix_audio_follow(struct member *member);

/** It misses so many percent of what it is sent */
void mix_audio_loss(struct member *member, unsigned percent);

/** A leg is about to go: its last sound fades out in the next tick, and it is
 *  nobody who talks there */
void mix_audio_part(struct member *member, uint64_t now_us);

/** Before it goes to another mix: join the sound of that one as that of its
 *  own. @return 0 or errno, all is as it was */
int mix_audio_move(struct member *member, struct mix *to);

/** It is there: what it is sent goes on from what it was sent */
void mix_audio_moved(struct member *member, const struct mix *from);

/** The mix begins to tick: no past */
void mix_audio_wake(struct mix *mix);

/** The mix falls idle: nobody talks any more */
void mix_audio_quiet(struct mix *mix);

void mix_audio_tick(struct mix *mix, uint64_t tick, uint64_t now_us);

/* mix_waiting.c */

/** It hears the waiting room if it hears nothing else: it is alone */
bool mix_waits(const struct member *member);

/** Make its consumer, which has joined nothing and takes nothing.
 *  @return 0 or ENOMEM */
int mix_waiting_enter(struct member *member, audio_packet_h *packeth);

/** Join the sound of the waiting room that is right for it, where it is alone.
 *  @return 0 or errno: its encoder is its own then */
int mix_waiting_follow(struct member *member);

/** Something is being said to it, and that reaches it */
bool mix_is_told(const struct member *member);

/** The room's sound, at its full loudness or not at all, is all that it
 *  hears beside the mix */
bool mix_waiting_is_settled(const struct member *member);

/** What it heard last, for an encoder of its own */
const struct past_sound *mix_waiting_past(const struct member *member);

/** Add a tick of the room's sound, as loud as it is by now, and of what is
 *  announced, to AUDIO_TICK_SAMPLES at `sum` */
void mix_waiting_add(struct member *member, int32_t *sum);

/** The end of its tick: what is being said to it waits if it was sent none of
 *  it, and who asked for it is told when it was all */
void mix_waiting_tick(struct member *member);

/** A mix has something to say to who is alone in it, or to all */
bool mix_speaks(const struct mix *mix);

/** Say a tick of that, to AUDIO_TICK_SAMPLES at `sum`; NULL: nobody hears it
 */
void mix_speak(struct mix *mix, int32_t *sum);

/* mix_video.c */

/** What the tiles show is not as it was */
void mix_look_changed(struct mix *mix);

/** Of a canvas's renditions; sets the tiles when there is a view */
int mix_video_init(struct mix *mix);

int mix_video_enter(struct member *member);
void mix_video_exit(struct member *member);

/** Its leg's picture was described anew, went, or its tier moved */
int mix_video_follow(struct member *member);

/** It has come from another mix. @return 0 or errno: it is shown nothing */
int mix_video_move(struct member *member);

void mix_video_keyframe(struct member *member, bool urgent);
unsigned mix_video_tier_kbps(const struct member *member, unsigned tier);

/** Somebody came or went: who is alone at a telephone is shown that nobody is
 *  there, and no face of one who is gone; a page that is alone shows itself */
void mix_video_pace(struct mix *mix);

/** Tiles anew when something changed; called each tick */
void mix_video_tick(struct mix *mix);

#endif
