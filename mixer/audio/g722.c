/**
 * @file mixer/audio/g722.c  Sub-band ADPCM
 *
 * Block names in capitals are those of the Recommendation.
 */
#include <string.h>
#include "mixer/audio/g722.h"


enum {
	MEMORY = 22, /**< samples the mirror filter looks back */
	CHUNK = 320, /**< samples handled in one run, even */
};

static const int16_t log_step_low[8] = {-60, -30, 58,   172,
					334, 538, 1198, 3042};
static const uint8_t magnitude_low[16] = {0, 7, 6, 5, 4, 3, 2, 1,
					  7, 6, 5, 4, 3, 2, 1, 0};
static const int16_t inverse_log[32] = {
	2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543,
	2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091, 3158, 3228,
	3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008};
static const int16_t log_step_high[3] = {0, -214, 798};
static const uint8_t magnitude_high[4] = {2, 1, 2, 1};
static const int16_t level_2bit[4] = {-7408, -1616, 7408, 1616};
static const int16_t level_4bit[16] = {
	0,     -20456, -12896, -8968, -6288, -4240, -2584, -1200,
	20456, 12896,  8968,   6288,  4240,  2584,  1200,  0};
static const int16_t level_6bit[64] = {
	-136,   -136,   -136,   -136,   -24808, -21904, -19008, -16704,
	-14984, -13512, -12280, -11192, -10232, -9360,  -8576,  -7856,
	-7192,  -6576,  -6000,  -5456,  -4944,  -4464,  -4008,  -3576,
	-3168,  -2776,  -2400,  -2032,  -1688,  -1360,  -1040,  -728,
	24808,  21904,  19008,  16704,  14984,  13512,  12280,  11192,
	10232,  9360,   8576,   7856,   7192,   6576,   6000,   5456,
	4944,   4464,   4008,   3576,   3168,   2776,   2400,   2032,
	1688,   1360,   1040,   728,    432,    136,    -432,   -136};
static const int16_t decision_low[31] = {
	0,    35,   72,   110,  150,  190,  233,  276,  323,  370,  422,
	473,  530,  587,  650,  714,  786,  858,  940,  1023, 1121, 1219,
	1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919, 32767};
static const int16_t filter[12] = {3,    -11,  12,  32,   -210, 951,
				   3876, -805, 362, -156, 53,   -11};


static int saturate(int v)
{
	return v > 32767 ? 32767 : v < -32768 ? -32768 : v;
}


static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}


void g722_init(struct g722 *g)
{
	memset(g, 0, sizeof(*g));
	g->low.det = 32;
	g->high.det = 8;
}


/** LOGSCL/LOGSCH and SCALEL/SCALEH */
static void rescale(struct g722_band *band, int step, int limit, int shift)
{
	int whole;

	band->nb = clamp((band->nb * 127 >> 7) + step, 0, limit);
	whole = shift - (band->nb >> 11);

	band->det = inverse_log[band->nb >> 6 & 31];
	band->det = whole < 0 ? band->det << -whole : band->det >> whole;
	band->det <<= 2;
}


/** UPPOL2 and UPPOL1: the two poles */
static void update_poles(struct g722_band *band)
{
	const int sign0 = band->p[0] >> 15;
	const int same1 = sign0 == band->p[1] >> 15;
	const int same2 = sign0 == band->p[2] >> 15;
	int a2, a1, limit;

	a2 = saturate(band->a[1] * 4);
	a2 = same1 ? -a2 : a2;
	a2 = (a2 > 32767 ? 32767 : a2) >> 7;
	a2 += same2 ? 128 : -128;
	a2 = clamp(a2 + (band->a[2] * 32512 >> 15), -12288, 12288);

	a1 = (same1 ? 192 : -192) + (band->a[1] * 32640 >> 15);
	limit = saturate(15360 - a2);

	band->a[2] = a2;
	band->a[1] = clamp(a1, -limit, limit);
}


/** UPZERO: the six zeros, and the differences' delay line */
static void update_zeros(struct g722_band *band, int difference)
{
	const int step = difference ? 128 : 0;

	band->d[0] = difference;
	for (int i = 6; i > 0; i--) {
		int same = difference >> 15 == band->d[i] >> 15;
		int change = same ? step : -step;

		band->b[i] = saturate(change + (band->b[i] * 32640 >> 15));
	}
	for (int i = 6; i > 0; i--)
		band->d[i] = band->d[i - 1];
}


/** Block 4: adapt to the quantized difference and predict the next sample */
static void predict(struct g722_band *band, int difference)
{
	int zeros = 0;

	band->r[0] = saturate(band->s + difference);
	band->p[0] = saturate(band->sz + difference);
	update_poles(band);
	update_zeros(band, difference);

	band->r[2] = band->r[1];
	band->r[1] = band->r[0];
	band->p[2] = band->p[1];
	band->p[1] = band->p[0];

	/* FILTEP, FILTEZ, PREDIC */
	band->sp = saturate((band->a[1] * saturate(band->r[1] * 2) >> 15) +
			    (band->a[2] * saturate(band->r[2] * 2) >> 15));
	for (int i = 6; i > 0; i--)
		zeros += band->b[i] * saturate(band->d[i] * 2) >> 15;
	band->sz = saturate(zeros);
	band->s = saturate(band->sp + band->sz);
}


/** The six bits of the low band go down to four before they adapt it, so
 *  that a network may steal the lower two */
static void adapt_low(struct g722_band *band, int code)
{
	int four = code >> 2;
	int difference = band->det * level_4bit[four] >> 15;

	rescale(band, log_step_low[magnitude_low[four]], 18432, 8);
	predict(band, difference);
}


static void adapt_high(struct g722_band *band, int code)
{
	int difference = band->det * level_2bit[code] >> 15;

	rescale(band, log_step_high[magnitude_high[code]], 22528, 10);
	predict(band, difference);
}


/** QUANTL: 6 bits */
static int quantize_low(const struct g722_band *band, int value)
{
	const int error = saturate(value - band->s);
	const int magnitude = error >= 0 ? error : -(error + 1);
	int i = 1;

	/* in order: a binary search mispredicts and is slower */
	while (i < 30 && magnitude >= decision_low[i] * band->det >> 12)
		i++;

	if (error >= 0)
		return 62 - i;

	return i < 3 ? 64 - i : 34 - i;
}


/** QUANTH: 2 bits */
static int quantize_high(const struct g722_band *band, int value)
{
	const int error = saturate(value - band->s);
	const int magnitude = error >= 0 ? error : -(error + 1);
	const int inner = magnitude < 564 * band->det >> 12;

	return error >= 0 ? (inner ? 3 : 2) : (inner ? 1 : 0);
}


/** Both phases of the quadrature mirror filter over 24 samples */
static void mirror_filter(const int16_t *x, int *odd, int *even)
{
	*odd = *even = 0;

	for (int i = 0; i < 12; i++) {
		*odd += x[2 * i] * filter[i];
		*even += x[2 * i + 1] * filter[11 - i];
	}
}


/** Up to CHUNK samples behind the filter's memory, in one run */
static void encode_chunk(struct g722 *g, const int16_t *pcm, size_t pairs,
			 uint8_t *payload)
{
	int16_t run[MEMORY + CHUNK];

	memcpy(run, g->history, sizeof(g->history));
	memcpy(run + MEMORY, pcm, 2 * pairs * sizeof(*pcm));

	for (size_t i = 0; i < pairs; i++) {
		int odd, even, low, high;

		mirror_filter(run + 2 * i, &odd, &even);
		low = quantize_low(&g->low, (even + odd) >> 14);
		high = quantize_high(&g->high, (even - odd) >> 14);
		adapt_low(&g->low, low);
		adapt_high(&g->high, high);

		payload[i] = (uint8_t)(high << 6 | low);
	}

	memcpy(g->history, run + 2 * pairs, sizeof(g->history));
}


void g722_encode(struct g722 *g, const int16_t *pcm, size_t samples,
		 uint8_t *payload)
{
	for (size_t at = 0; at + 1 < samples; at += CHUNK) {
		size_t n = samples - at < CHUNK ? samples - at : CHUNK;

		encode_chunk(g, pcm + at, n / 2, payload + at / 2);
	}
}


static void decode_chunk(struct g722 *g, const uint8_t *payload, size_t pairs,
			 int16_t *pcm)
{
	int16_t run[MEMORY + CHUNK];

	memcpy(run, g->history, sizeof(g->history));

	for (size_t i = 0; i < pairs; i++) {
		int low = payload[i] & 63, high = payload[i] >> 6;
		int l, h, odd, even;

		l = clamp(g->low.s + (g->low.det * level_6bit[low] >> 15),
			  -16384, 16383);
		h = clamp(g->high.s + (g->high.det * level_2bit[high] >> 15),
			  -16384, 16383);
		adapt_low(&g->low, low);
		adapt_high(&g->high, high);

		run[MEMORY + 2 * i] = (int16_t)(l + h);
		run[MEMORY + 2 * i + 1] = (int16_t)(l - h);
		mirror_filter(run + 2 * i, &odd, &even);
		pcm[2 * i] = (int16_t)saturate(even >> 11);
		pcm[2 * i + 1] = (int16_t)saturate(odd >> 11);
	}

	memcpy(g->history, run + 2 * pairs, sizeof(g->history));
}


void g722_decode(struct g722 *g, const uint8_t *payload, size_t len,
		 int16_t *pcm)
{
	for (size_t at = 0; at < len; at += CHUNK / 2) {
		size_t n = len - at < CHUNK / 2 ? len - at : CHUNK / 2;

		decode_chunk(g, payload + at, n, pcm + 2 * at);
	}
}
