/**
 * @file focus/conference/announce.h  What is to be said, as the mixer is told
 */
#ifndef PARLEY_FOCUS_CONFERENCE_ANNOUNCE_H
#define PARLEY_FOCUS_CONFERENCE_ANNOUNCE_H

#include <stddef.h>
#include <stdint.h>
#include "focus/conference/bearer.h"

enum {
	/** Prompts in one request (mixer/mp/protocol.h), and their names */
	ANNOUNCE_NAMES_MAX = 16,
	ANNOUNCE_NAME_BYTES = 24,
	/** One request */
	ANNOUNCE_BYTES = 160 + ANNOUNCE_NAMES_MAX * (ANNOUNCE_NAME_BYTES + 3),
};

/**
 * leg.announce or mix.announce
 *
 * @param to   "leg" or "mix"
 * @param id   Its number
 * @param words Names of prompts of ours; what is too much is left out
 */
void announce_write(char *text, size_t size, const char *to, uint32_t id,
		    const struct bearer_words *words);

#endif
