/**
 * @file mixer/voice/voices.h  What the mixer can say, in which languages
 *
 * Words for people at a telephone, who have no page to read. They are spoken
 * when Parley is built (conf/announcements/) and are part of the program; an
 * operator may have others in their place (announcements_dir), which are read
 * when the mixer starts, before it gives up its files. Read-only from then on.
 * One of a mixer.
 */
#ifndef PARLEY_MIXER_VOICE_VOICES_H
#define PARLEY_MIXER_VOICE_VOICES_H

#include <stdbool.h>
#include "mixer/prompt/prompt.h"

struct voices;

enum voice_language { VOICE_ENGLISH, VOICE_GERMAN, VOICE_LANGUAGES };

/** By its code: "en", "de"; VOICE_LANGUAGES: there is none */
enum voice_language voice_language_by_code(const char *code);

/**
 * Read all there is to say
 *
 * @param folder LANGUAGE/NAME.wav in it is said instead of the built-in
 *               prompt of that name; one that is no good is warned of and left
 *               out. NULL: none
 * @return 0 or errno
 */
int voices_alloc(struct voices **vp, const char *folder);

/** The prompt of that name; NULL: there is none. Lives with the voices */
const struct prompt *voices_find(const struct voices *v,
				 enum voice_language language,
				 const char *name);

/** It is true only while somebody is the only one in a conference */
bool voice_is_of_being_alone(const struct prompt *prompt);

#endif
