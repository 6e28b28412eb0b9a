/**
 * @file mixer/prompt/prompt.h  Words that can be said, and packs of them
 *
 * A prompt is what is said in one breath, in one language: a name and sound at
 * 16 kHz, kept in G.722, an eighth of what its samples take. A pack holds
 * those of one language; the build writes one for each (mixer/prompt/main.c),
 * which becomes part of parley-mixer. Pure.
 */
#ifndef PARLEY_MIXER_PROMPT_PROMPT_H
#define PARLEY_MIXER_PROMPT_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROMPT_NAME_BYTES = 24, /**< with the zero at its end */
	/** Prompts of one pack at most */
	PACK_PROMPTS_MAX = 256,
	/** A pack begins with the number of its prompts (32 bits, big endian,
	 *  as all in it), and for each its name, padded with zeros, where in
	 *  the pack its sound begins and how many bytes that is; at least one.
	 *  Then the sounds */
	PACK_HEADER_BYTES = 4,
	PACK_ENTRY_BYTES = PROMPT_NAME_BYTES + 8,
};

struct prompt {
	char name[PROMPT_NAME_BYTES];
	const uint8_t *g722; /**< two samples a byte, from a state of its own;
				  borrowed */
	size_t bytes;
};

/** May a prompt be called that: a..z, 0..9 and _, short enough? */
bool prompt_name_is_good(const char *name);

/**
 * Encode
 *
 * @param g722p Set, (samples + 1) / 2 bytes; free with mem_deref()
 * @return 0 or ENOMEM
 */
int prompt_encode(uint8_t **g722p, const int16_t *pcm, size_t samples);

/**
 * Read a pack
 *
 * @param prompts Gets what is in it, PACK_PROMPTS_MAX of them
 * @return 0 or EBADMSG
 */
int pack_read(struct prompt *prompts, size_t *count, const uint8_t *pack,
	      size_t bytes);

/**
 * Write a pack
 *
 * @param packp Set, for free with mem_deref()
 * @return 0, ENOMEM, EINVAL (too many)
 */
int pack_write(uint8_t **packp, size_t *bytes, const struct prompt *prompts,
	       size_t count);

#endif
