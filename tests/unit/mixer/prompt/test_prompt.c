/**
 * @file test_prompt.c  Prompts, packs of them, and how loud they are
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/prompt/loudness.h"
#include "mixer/prompt/prompt.h"
#include "mixer/prompt/tone.h"
#include "mixer/prompt/wav.h"
#include "tests/unit/unit.h"


static void names_are_short_and_plain(void)
{
	CU_ASSERT_TRUE(prompt_name_is_good("there_are"));
	CU_ASSERT_TRUE(prompt_name_is_good("20"));
	CU_ASSERT_TRUE(prompt_name_is_good("abcdefghijklmnopqrstuvw"));
	CU_ASSERT_FALSE(prompt_name_is_good("abcdefghijklmnopqrstuvwx"));
	CU_ASSERT_FALSE(prompt_name_is_good(""));
	CU_ASSERT_FALSE(prompt_name_is_good("../first"));
	CU_ASSERT_FALSE(prompt_name_is_good("First"));
}


static void what_is_packed_can_be_read(void)
{
	static const uint8_t sound[] = {1, 2, 3};
	const struct prompt in[] = {{"first", sound, 3}, {"2", sound + 1, 1}};
	struct prompt out[PACK_PROMPTS_MAX];
	size_t bytes = 0, count = 0;
	uint8_t *pack = NULL;

	CU_ASSERT_EQUAL_FATAL(pack_write(&pack, &bytes, in, 2), 0);
	CU_ASSERT_EQUAL_FATAL(pack_read(out, &count, pack, bytes), 0);
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_STRING_EQUAL(out[0].name, "first");
	CU_ASSERT_EQUAL(out[0].bytes, 3);
	CU_ASSERT_EQUAL(memcmp(out[0].g722, sound, 3), 0);
	CU_ASSERT_EQUAL(out[1].g722[0], 2);
	for (size_t n = 0; n < bytes; n++) {
		uint8_t *part = malloc(n ? n : 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(part);
		memcpy(part, pack, n);
		CU_ASSERT_EQUAL(pack_read(out, &count, part, n), EBADMSG);
		free(part);
	}
	mem_deref(pack);
}


/** A tone between silences */
static void record(int16_t *pcm, size_t samples, double amplitude)
{
	memset(pcm, 0, samples * sizeof(*pcm));
	for (size_t i = samples / 4; i < samples / 4 * 3; i++)
		pcm[i] = (int16_t)lrint(
			amplitude *
			sin(2 * M_PI * 300 * (double)i / PROMPT_RATE_HZ));
}


static void all_become_equally_loud_and_lose_their_silence(void)
{
	static const double amplitudes[] = {200, 3000, 30000};

	for (size_t i = 0; i < 3; i++) {
		static int16_t pcm[PROMPT_RATE_HZ];
		size_t samples = PROMPT_RATE_HZ;
		const int16_t *p;

		record(pcm, samples, amplitudes[i]);
		p = prompt_polish(pcm, &samples);
		CU_ASSERT_DOUBLE_EQUAL(prompt_level(p, samples),
				       PROMPT_LEVEL_DBOV, 0.3);
		/* half a second and 20 ms on each side */
		CU_ASSERT_TRUE(samples >= PROMPT_RATE_HZ / 2);
		CU_ASSERT_TRUE(samples <= PROMPT_RATE_HZ * 56 / 100);
		CU_ASSERT_EQUAL(p[0], 0);
		CU_ASSERT_EQUAL(p[samples - 1], 0);
	}
}


static void silence_and_clicks_stay_what_they_are(void)
{
	static int16_t pcm[PROMPT_RATE_HZ];
	size_t samples = PROMPT_RATE_HZ;
	int16_t *p, most = 0;

	memset(pcm, 0, sizeof(pcm));
	p = prompt_polish(pcm, &samples);
	for (size_t i = 0; i < samples; i++)
		CU_ASSERT_EQUAL_FATAL(p[i], 0);

	/* quiet, with a peak: it must not clip */
	samples = PROMPT_RATE_HZ;
	record(pcm, samples, 1000);
	pcm[8000] = 15000;
	p = prompt_polish(pcm, &samples);
	for (size_t i = 0; i < samples; i++)
		most = p[i] > most ? p[i] : most;
	CU_ASSERT_TRUE(most > 28000 && most <= 29001);
}


static void tones_come_and_go_softly(void)
{
	for (size_t t = 0; t < TONES; t++) {
		static int16_t pcm[TONE_SAMPLES];
		int most = 0, step = 0;

		tone_make(pcm, t);
		CU_ASSERT_TRUE(prompt_name_is_good(tone_names[t]));
		for (size_t i = 1; i < TONE_SAMPLES; i++) {
			int d = abs(pcm[i] - pcm[i - 1]);

			most = abs(pcm[i]) > most ? abs(pcm[i]) : most;
			step = d > step ? d : step;
		}
		CU_ASSERT_TRUE(most > 1500 && most < 4000);
		CU_ASSERT_TRUE(step < 1400);
		CU_ASSERT_EQUAL(pcm[0], 0);
		CU_ASSERT_TRUE(abs(pcm[TONE_SAMPLES - 1]) < 10);
	}
}


static CU_TestInfo tests[] = {
	{"names are short and plain", names_are_short_and_plain},
	{"what is packed can be read", what_is_packed_can_be_read},
	{"all become equally loud and lose their silence",
	 all_become_equally_loud_and_lose_their_silence},
	{"silence and clicks stay what they are",
	 silence_and_clicks_stay_what_they_are},
	{"tones come and go softly", tones_come_and_go_softly},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(prompt, tests)
