/**
 * @file mixer/audio/resample.h  A polyphase resampler between fixed rates
 *
 * speexdsp at quality 3. Ratios of 48000 to 8000 and 16000 and back give
 * exactly the expected number of samples. Nothing allocates after alloc.
 */
#ifndef PARLEY_MIXER_AUDIO_RESAMPLE_H
#define PARLEY_MIXER_AUDIO_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct resample;

int resample_alloc(struct resample **rp, uint32_t from_hz, uint32_t to_hz);

/**
 * Convert
 *
 * @param out Room for samples * to_hz / from_hz
 * @return samples written, always samples * to_hz / from_hz
 */
size_t resample_run(struct resample *r, const int16_t *in, size_t samples,
		    int16_t *out);

/** Forget what was heard: the next sound follows on silence */
void resample_reset(struct resample *r);

#endif
