/**
 * @file test_comfort_noise.c  Comfort noise (RFC 3389)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/audio/comfort_noise.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"

enum { SETTLED = 8000, MEASURED = 16000 };

static int16_t pcm[MEASURED];

/** -dBov of what comes out once its gain is there */
static double level_of(struct comfort_noise *c)
{
	comfort_noise_run(c, pcm, SETTLED);
	comfort_noise_run(c, pcm, MEASURED);

	return -20 * log10(sound_rms(pcm, MEASURED) / 32768 + 1e-9);
}


static void is_as_loud_as_it_says(void)
{
	static const struct {
		uint8_t payload[6];
		size_t len;
		double level;
	} rows[] = {
		{{30}, 1, 30},
		{{50}, 1, 50},
		/* the top bit is no part of the level */
		{{0x80 | 50}, 1, 50},
		{{70}, 1, 70},
		/* coloured noise is as loud as white */
		{{50, 200, 60}, 3, 50},
		{{50, 127, 127, 127, 127}, 5, 50},
		{{50, 30, 180, 90, 140, 110}, 6, 50},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct comfort_noise c;
		double level;

		memset(&c, 0, sizeof(c));
		CU_ASSERT_EQUAL(
			comfort_noise_set(&c, rows[i].payload, rows[i].len),
			0);
		CU_ASSERT_TRUE(c.active);
		level = level_of(&c);
		if (fabs(level - rows[i].level) > 1.5)
			fprintf(stderr, "row %zu: %.1f\n", i, level);
		CU_ASSERT(fabs(level - rows[i].level) <= 1.5);
	}
}


/** A change of level is heard as a swell, not as a step */
static void moves_to_a_new_level(void)
{
	static const uint8_t loud = 30, soft = 60;
	struct comfort_noise c;
	double before, after;

	memset(&c, 0, sizeof(c));
	CU_ASSERT_EQUAL(comfort_noise_set(&c, &soft, 1), 0);
	(void)level_of(&c);
	CU_ASSERT_EQUAL(comfort_noise_set(&c, &loud, 1), 0);
	comfort_noise_run(&c, pcm, 40);
	before = sound_rms(pcm, 40);
	after = 32768 * pow(10, -(double)loud / 20);
	CU_ASSERT(before < after / 3);
	CU_ASSERT(fabs(level_of(&c) - loud) < 1.5);
}


/** Whatever coefficients and however long: it neither howls nor overflows */
static void any_payload_is_stable(void)
{
	uint32_t seed = 21;

	for (unsigned round = 0; round < 200; round++) {
		uint8_t payload[20];
		struct comfort_noise c;
		size_t len = 1 + round % sizeof(payload);
		double rms;

		for (size_t i = 0; i < sizeof(payload); i++)
			payload[i] =
				round < 4
					? 255 * (round & 1)
					: (uint8_t)(sound_random(&seed) >> 20);
		payload[0] = 40;
		memset(&c, 0, sizeof(c));
		CU_ASSERT_EQUAL(comfort_noise_set(&c, payload, len), 0);
		CU_ASSERT(c.order <= COMFORT_NOISE_ORDER_MAX);
		comfort_noise_run(&c, pcm, MEASURED);
		rms = sound_rms(pcm, MEASURED);
		CU_ASSERT(rms < 32768 * 0.1);
	}
}


static void an_empty_payload_changes_nothing(void)
{
	struct comfort_noise c;

	memset(&c, 0, sizeof(c));
	CU_ASSERT_EQUAL(comfort_noise_set(&c, NULL, 0), EBADMSG);
	CU_ASSERT_FALSE(c.active);
	comfort_noise_run(&c, pcm, 160);
	CU_ASSERT_EQUAL(sound_rms(pcm, 160), 0);
}


static CU_TestInfo tests[] = {
	{"is as loud as it says", is_as_loud_as_it_says},
	{"moves to a new level", moves_to_a_new_level},
	{"any payload is stable", any_payload_is_stable},
	{"an empty payload changes nothing", an_empty_payload_changes_nothing},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(comfort_noise, tests)
