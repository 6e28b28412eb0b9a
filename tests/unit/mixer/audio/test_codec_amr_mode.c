/**
 * @file test_codec_amr_mode.c  Which mode an AMR encoder may use now
 */
#include "mixer/audio/codec_amr_mode.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"


static struct audio_codec amr(bool wide)
{
	struct audio_codec codec = {.id = wide ? AUDIO_AMR_WB : AUDIO_AMR,
				    .clock_hz = wide ? 16000 : 8000,
				    .rate_hz = wide ? 16000 : 8000,
				    .ptime_ms = 20};

	return codec;
}


static void mode_set_period_and_neighbor_bind(void)
{
	struct audio_codec codec = amr(true);
	struct amr_mode m;

	codec.mode_set = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 8;
	codec.mode_change_period = 2;
	codec.mode_change_neighbor = true;
	amr_mode_init(&m, &codec);
	CU_ASSERT(amr_mode_next(&m) == 2);

	amr_mode_request(&m, 0);
	CU_ASSERT(amr_mode_next(&m) == 2);
	CU_ASSERT(amr_mode_next(&m) == 1);
	CU_ASSERT(amr_mode_next(&m) == 1);
	CU_ASSERT(amr_mode_next(&m) == 0);

	/* 5 is not in the set: no more than that, so 2 */
	amr_mode_request(&m, 5);
	for (int i = 0; i < 10; i++)
		(void)amr_mode_next(&m);
	CU_ASSERT(m.now == 2);
	amr_mode_request(&m, 12);
	CU_ASSERT(m.wanted == 2);
	amr_mode_request(&m, 8);
	for (int i = 0; i < 10; i++)
		(void)amr_mode_next(&m);
	CU_ASSERT(m.now == 8);

	codec.mode_set = 0;
	codec.max_bitrate = 9000;
	amr_mode_init(&m, &codec);
	CU_ASSERT(m.now == 1);
}


static void the_first_mode_is_allowed_and_not_too_fast(void)
{
	static const struct {
		bool wide;
		uint16_t set;
		uint32_t max_bitrate;
		uint8_t mode;
	} rows[] = {
		{false, 0, 0, 7},
		{true, 0, 0, 2},
		{false, 1 << 2 | 1 << 4, 0, 4},
		/* faster ones only: then the slowest of them */
		{true, 1 << 5 | 1 << 8, 0, 5},
		/* bits of modes that it does not have */
		{false, 1 << 8 | 1 << 15, 0, 7},
		{false, 0, 12200, 7},
		{false, 0, 12199, 6},
		{false, 0, 100, 0},
		{true, 0, 8850, 1},
		{true, 0, 6600, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct audio_codec codec = amr(rows[i].wide);
		struct amr_mode m;

		codec.mode_set = rows[i].set;
		codec.max_bitrate = rows[i].max_bitrate;
		amr_mode_init(&m, &codec);
		CU_ASSERT_EQUAL(amr_mode_next(&m), rows[i].mode);
	}
}


/** Whatever is asked for: only modes of the set, at their time, one step */
static void no_request_breaks_the_rules(void)
{
	uint32_t seed = 5;

	for (unsigned round = 0; round < 200; round++) {
		struct audio_codec codec = amr(round & 1);
		struct amr_mode m;
		uint8_t last;

		codec.mode_set = (uint16_t)(round * 2654435761u >> 7);
		codec.mode_change_period = 1 + round / 2 % 2;
		codec.mode_change_neighbor = round / 4 % 2;
		amr_mode_init(&m, &codec);
		last = amr_mode_next(&m);
		for (unsigned frame = 1; frame < 100; frame++) {
			uint8_t now;

			seed = seed * 1664525u + 1013904223u;
			amr_mode_request(&m, seed >> 28);
			now = amr_mode_next(&m);
			CU_ASSERT(m.set >> now & 1);
			if (frame % codec.mode_change_period)
				CU_ASSERT_EQUAL(now, last);
			if (codec.mode_change_neighbor)
				for (int k = now < last ? now + 1 : last + 1;
				     k < (now < last ? last : now); k++)
					CU_ASSERT_FALSE(m.set >> k & 1);
			last = now;
		}
	}
}

static CU_TestInfo tests[] = {
	{"mode-set, period and neighbor bind",
	 mode_set_period_and_neighbor_bind},
	{"the first mode is allowed and not too fast",
	 the_first_mode_is_allowed_and_not_too_fast},
	{"no request breaks the rules", no_request_breaks_the_rules},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_amr_mode, tests)
