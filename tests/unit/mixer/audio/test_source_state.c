/**
 * @file test_source_state.c  What of a stream outlives its SSRC or codec
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/source.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { PT = 96, PT_CN = 13, UNITS = 160, TICK_US = 20000 };

static struct fixture {
	struct audio_source *source;
	uint64_t now_us;
	uint16_t seq;
	uint32_t timestamp;
	int16_t pcm[AUDIO_TICK_SAMPLES];
} fx;


static void open_source(enum audio_codec_id id)
{
	struct audio_source_config config = {
		.formats = {{PT, audio_codec_plain(id)}},
		.format_count = 1,
		.cn_pt = PT_CN,
	};

	memset(&fx, 0, sizeof(fx));
	fx.now_us = 5000000;
	CU_ASSERT_FATAL(!audio_source_alloc(&fx.source, &config));
}


static void put_noise(uint8_t level, int told)
{
	CU_ASSERT(!audio_source_put(fx.source, PT_CN, fx.seq++, fx.timestamp,
				    false, &level, 1, told, fx.now_us));
}


/* Ticks with a packet of silence (0xff: zero in mu-law) or without any */
static void run(unsigned ticks, bool talks)
{
	uint8_t silence[UNITS];

	memset(silence, 0xff, sizeof(silence));
	for (unsigned i = 0; i < ticks; i++) {
		fx.now_us += TICK_US;
		fx.timestamp += UNITS;
		if (talks)
			(void)audio_source_put(fx.source, PT, fx.seq++,
					       fx.timestamp, false, silence,
					       UNITS, -1, fx.now_us);
		(void)audio_source_get(fx.source, fx.pcm, fx.now_us);
	}
}


/* How loud the one before was, and how it hissed, is not its own */
static void a_new_ssrc_is_as_loud_as_it_is(void)
{
	bool unknown = true;

	open_source(AUDIO_PCMU);
	run(50, true);
	put_noise(10, 3);
	run(10, false);
	CU_ASSERT(sound_rms(fx.pcm, AUDIO_TICK_SAMPLES) > 3000);
	put_noise(10, 3);
	audio_source_reset(fx.source);
	CU_ASSERT_EQUAL(audio_source_level(fx.source, &unknown, fx.now_us),
			127);
	CU_ASSERT(!unknown);

	fx.seq = 17000;
	fx.timestamp = 99;
	run(10, true);
	put_noise(70, -1);
	run(4, false);
	/* -70 dBov from the first sample on */
	CU_ASSERT(sound_rms(fx.pcm, AUDIO_TICK_SAMPLES) < 20);
	mem_deref(fx.source);
}


/* Comfort noise goes with 8 kHz codecs: the one before had another */
static void a_new_ssrc_may_begin_with_comfort_noise(void)
{
	static const uint8_t cn[] = {40}, opus[] = {0xfc, 0xff, 0xfe};

	open_source(AUDIO_OPUS);
	CU_ASSERT(!audio_source_put(fx.source, PT, 1, 1, false, opus,
				    sizeof(opus), -1, fx.now_us));
	CU_ASSERT_EQUAL(audio_source_put(fx.source, PT_CN, 2, 1, false, cn, 1,
					 -1, fx.now_us),
			ENOENT);
	audio_source_reset(fx.source);
	CU_ASSERT(!audio_source_put(fx.source, PT_CN, 3, 1, false, cn, 1, -1,
				    fx.now_us));
	mem_deref(fx.source);
}


/* Modes are numbered anew in each codec (RFC 4867) */
static void a_mode_request_is_of_its_codec(void)
{
	static const uint8_t speech[32] = {0x23, 0xc0};
	struct audio_source_config config = {
		.formats = {{PT, audio_codec_plain(AUDIO_AMR_WB)}},
		.format_count = 1,
		.cn_pt = -1,
	};

	open_source(AUDIO_AMR);
	CU_ASSERT(!audio_source_put(fx.source, PT, 1, 1, true, speech,
				    sizeof(speech), -1, fx.now_us));
	CU_ASSERT_EQUAL(audio_source_cmr(fx.source), 2);
	CU_ASSERT(!audio_source_configure(fx.source, &config));
	CU_ASSERT_EQUAL(audio_source_cmr(fx.source), 15);
	mem_deref(fx.source);
}


static CU_TestInfo tests[] = {
	{"a new SSRC is as loud as it is", a_new_ssrc_is_as_loud_as_it_is},
	{"a new SSRC may begin with comfort noise",
	 a_new_ssrc_may_begin_with_comfort_noise},
	{"a mode request is of its codec", a_mode_request_is_of_its_codec},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(source_state, tests)
