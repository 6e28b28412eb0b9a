/**
 * @file mixer/audio/speaker.h  Who is audible, who talks, who is the speaker
 *
 * Pure decisions over levels: which sources to decode (the loudest few, with
 * hold and warm-up), which users count as talking (hysteresis), who is the
 * active speaker. Fixed memory; time is an argument; media thread.
 */
#ifndef PARLEY_MIXER_AUDIO_SPEAKER_H
#define PARLEY_MIXER_AUDIO_SPEAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** State of one source in the ranking, embedded in its owner, zeroed */
struct speaker {
	float loudness; /**< smoothed, dB above silence */
	uint64_t audible_until_us;
	uint64_t talking_since_us, silent_since_us;
	uint64_t active_until_us;
	uint64_t leading_since_us; /**< louder than the active one, 0 = not */
	bool audible;              /**< decode and mix it this tick */
	bool talking;
};

struct speaker_config {
	unsigned audible_max; /**< sources decoded at once */
	unsigned hold_ms;     /**< stays audible after falling quiet */
	unsigned talk_on_ms, talk_off_ms;
	unsigned threshold_dbov; /**< talking: numerically below */
	unsigned takeover_ms;    /**< leads so long to be the active one */
	float takeover_db;       /**< and by so much while the other talks */
	unsigned sticky_ms;      /**< a recent active speaker is favoured */
};

/** Upper bound of audible_max */
enum { SPEAKER_AUDIBLE_LIMIT = 64 };

extern const struct speaker_config speaker_config_default;

/**
 * One tick: update all
 *
 * @param speakers Their states
 * @param levels   -dBov 0..127 of each
 * @param count    Number of sources
 * @param active   Index of the active speaker so far, or -1
 * @return index of the active speaker now, or -1
 */
int speaker_rank(struct speaker *const speakers[], const uint8_t *levels,
		 size_t count, int active, const struct speaker_config *config,
		 uint64_t now_us);

#endif
