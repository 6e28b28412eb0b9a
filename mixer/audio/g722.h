/**
 * @file mixer/audio/g722.h  ITU-T G.722 sub-band ADPCM at 64 kbit/s
 *
 * Own kernels: libavcodec allocates a buffer a frame. Bit-exact with the
 * Recommendation (the unit test compares with libavcodec). States
 * are zeroed, then g722_init().
 */
#ifndef PARLEY_MIXER_AUDIO_G722_H
#define PARLEY_MIXER_AUDIO_G722_H

#include <stddef.h>
#include <stdint.h>

/** One band's adaptive predictor and quantizer scale */
struct g722_band {
	int s, sp, sz;  /**< signal estimate, pole and zero parts */
	int r[3], p[3]; /**< reconstructed and partially so, newest first */
	int a[3];       /**< poles' coefficients, 1 and 2 used */
	int b[7], d[7]; /**< zeros' coefficients and differences */
	int nb, det;    /**< log and linear scale factor */
};

/** Either direction */
struct g722 {
	struct g722_band low, high;
	int16_t history[22]; /**< of the quadrature mirror filter */
};

void g722_init(struct g722 *g);

/** @param samples At 16 kHz, even; writes samples / 2 bytes */
void g722_encode(struct g722 *g, const int16_t *pcm, size_t samples,
		 uint8_t *payload);

/** Writes 2 * len samples at 16 kHz */
void g722_decode(struct g722 *g, const uint8_t *payload, size_t len,
		 int16_t *pcm);

#endif
