/**
 * @file mixer/audio/codec_amr_mode.h  Which mode an AMR encoder may use now
 *
 * Obeys mode-set, mode-change-period and mode-change-neighbor (RFC 4867
 * section 8). Pure, private to mixer/audio.
 */
#ifndef PARLEY_MIXER_AUDIO_CODEC_AMR_MODE_H
#define PARLEY_MIXER_AUDIO_CODEC_AMR_MODE_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/audio/codec.h"

struct amr_mode {
	uint16_t set;   /**< bit n: mode n allowed; never 0 */
	uint8_t period; /**< changes only at every such frame */
	bool neighbor;  /**< only to the next allowed mode */
	uint8_t now, wanted;
	uint32_t frames; /**< coded so far */
};

/** Initial mode: 12.2 for AMR, 12.65 for AMR-WB, or the nearest allowed
 *  that does not exceed it and max_bitrate */
void amr_mode_init(struct amr_mode *m, const struct audio_codec *codec);

/** A request came; reserved values are ignored */
void amr_mode_request(struct amr_mode *m, uint8_t cmr);

/** Mode of the next frame; counts it */
uint8_t amr_mode_next(struct amr_mode *m);

#endif
