/**
 * @file mixer/audio/plc.h  Concealment for codecs that have none of their own
 *
 * Repeats the last pitch period, fading out over some 80 ms, and merges into
 * the next good samples (in the spirit of G.711 Appendix I). Private to
 * mixer/audio, embedded in its owner; media thread; no allocation.
 */
#ifndef PARLEY_MIXER_AUDIO_PLC_H
#define PARLEY_MIXER_AUDIO_PLC_H

#include <stddef.h>
#include <stdint.h>

enum {
	/** History kept, samples: 40 ms at 16 kHz */
	PLC_HISTORY = 640,
};

/** Zeroed by its owner; plc_init() sets the rate */
struct plc {
	uint32_t rate_hz;
	int16_t history[PLC_HISTORY]; /**< last good samples */
	int16_t cycle[PLC_HISTORY];   /**< one pitch period, joined up */
	size_t period;                /**< of cycle, samples */
	size_t offset;                /**< next one of cycle */
	size_t lost;                  /**< samples concealed in a row */
};

/** @param rate_hz 8000 or 16000 */
void plc_init(struct plc *p, uint32_t rate_hz);

/** Good samples were decoded: merges them in place after a gap */
void plc_good(struct plc *p, int16_t *pcm, size_t samples);

/** Invent the next samples */
void plc_conceal(struct plc *p, int16_t *pcm, size_t samples);

#endif
