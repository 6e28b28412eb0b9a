/**
 * @file mixer/voice/announcement.h  Prompts said one after the other
 *
 * To one leg, or to all who are in a mix; its owner embeds one and asks it for
 * a tick of sound when there is somebody who hears it. Media thread.
 */
#ifndef PARLEY_MIXER_VOICE_ANNOUNCEMENT_H
#define PARLEY_MIXER_VOICE_ANNOUNCEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/audio/codec.h"
#include "mixer/prompt/prompt.h"

enum {
	/** Prompts of one at most */
	ANNOUNCEMENT_PROMPTS_MAX = 16,
	/** Between two of them */
	ANNOUNCEMENT_PAUSE_MS = 60,
	/** After the last: so much of it may be on its way or in a buffer, and
	 *  a call may end when it is told that it was said */
	ANNOUNCEMENT_TAIL_MS = 400,
	/** So long nobody need hear it, and it is as good as said */
	ANNOUNCEMENT_PATIENCE_MS = 5000,
};

/** What is said, and as what: borrowed prompts, and the focus's number of it
 */
struct announcement_words {
	const struct prompt *prompts[ANNOUNCEMENT_PROMPTS_MAX];
	size_t count;
	uint32_t number;
};

/** Zeroed: nothing is said */
struct announcement {
	struct announcement_words now;
	struct announcement_words next; /**< once `now` has faded */
	size_t at, byte;                /**< prompt, and byte in it */
	unsigned pause_ticks;           /**< before it goes on */
	unsigned unheard_ticks;
	bool fades; /**< its next tick is its last */
	bool said;  /**< to its end, and nobody was told so */
	struct announcement_player *player;
};

/**
 * Say something; what is being said ends, within a tick, and not with a click
 *
 * @param words Copied; count 0: nothing any more
 * @return 0 or ENOMEM
 */
int announcement_begin(struct announcement *a,
		       const struct announcement_words *words);

/** One is under way */
static inline bool announcement_is_on(const struct announcement *a)
{
	return a->now.count > 0;
}

/** Say a tick of it, if one is under way: added to AUDIO_TICK_SAMPLES at
 *  `sum`. Allocates nothing */
void announcement_add(struct announcement *a, int32_t *sum);

/** A tick at which nobody can hear it: it waits */
void announcement_wait(struct announcement *a);

/** What it says is not true any more, if it says that somebody is alone: it
 *  ends within a tick */
void announcement_company(struct announcement *a);

/** Has it been said to its end since this was asked last?
 *  @param number Set to that of its words */
bool announcement_was_said(struct announcement *a, uint32_t *number);

/** It says nothing more, and holds nothing */
void announcement_end(struct announcement *a);

#endif
