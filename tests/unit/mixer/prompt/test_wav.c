/**
 * @file test_wav.c  Files with recorded words
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/prompt/wav.h"
#include "tests/unit/unit.h"


enum { TONE_HZ = 500, AMPLITUDE = 8000 };


static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}


/** A tone of `samples` at a rate; free() it */
static uint8_t *file_of(uint32_t rate_hz, size_t samples, size_t *bytes)
{
	uint8_t *file = calloc(1, WAV_HEADER_BYTES + 2 * samples);

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	wav_header(file, samples);
	put32(file + 24, rate_hz);
	for (size_t i = 0; i < samples; i++) {
		int16_t v =
			(int16_t)lrint(AMPLITUDE * sin(2 * M_PI * TONE_HZ *
						       (double)i / rate_hz));

		file[WAV_HEADER_BYTES + 2 * i] = (uint8_t)v;
		file[WAV_HEADER_BYTES + 2 * i + 1] = (uint8_t)(v >> 8);
	}
	*bytes = WAV_HEADER_BYTES + 2 * samples;

	return file;
}


static double amplitude(const int16_t *pcm, size_t n)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		double a = 2 * M_PI * TONE_HZ * (double)i / PROMPT_RATE_HZ;

		re += pcm[i] * cos(a);
		im += pcm[i] * sin(a);
	}

	return 2 * sqrt(re * re + im * im) / (double)n;
}


static void all_rates_become_ours(void)
{
	static const uint32_t rates[] = {8000,  11025, 16000,
					 22050, 44100, 48000};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		size_t bytes, samples = 0;
		uint8_t *file = file_of(rates[i], rates[i] / 2, &bytes);
		const char *why = "";
		int16_t *pcm = NULL;
		struct wav w;

		CU_ASSERT_EQUAL_FATAL(wav_parse(&w, file, bytes, &why), 0);
		CU_ASSERT_EQUAL(w.rate_hz, rates[i]);
		CU_ASSERT_EQUAL(w.samples, rates[i] / 2);
		CU_ASSERT_EQUAL_FATAL(wav_decode(&pcm, &samples, &w), 0);
		CU_ASSERT_TRUE(samples >= PROMPT_RATE_HZ / 2);
		CU_ASSERT_TRUE(samples < PROMPT_RATE_HZ / 2 + 200);
		CU_ASSERT_DOUBLE_EQUAL(amplitude(pcm + 1600, 4800), AMPLITUDE,
				       AMPLITUDE / 20);
		mem_deref(pcm);
		free(file);
	}
}


/** Programs write what they like around it, and no size into a pipe */
static void what_else_is_in_it_is_skipped(void)
{
	static const uint8_t list[] = {'L', 'I', 'S', 'T', 3,   0,
				       0,   0,   'a', 'b', 'c', 0};
	uint8_t file[WAV_HEADER_BYTES + sizeof(list) + 8];
	const char *why = "";
	struct wav w;

	memset(file, 0, sizeof(file));
	wav_header(file, 4);
	memmove(file + 36 + sizeof(list), file + 36, 8);
	memcpy(file + 36, list, sizeof(list));
	put32(file + 36 + sizeof(list) + 4, UINT32_MAX);
	CU_ASSERT_EQUAL(wav_parse(&w, file, sizeof(file), &why), 0);
	CU_ASSERT_EQUAL(w.samples, 4);
	CU_ASSERT_PTR_EQUAL(w.data, file + sizeof(file) - 8);
}


static void what_is_no_such_file_is_refused(void)
{
	static const struct {
		size_t at;
		uint8_t byte;
		const char *why;
	} rows[] = {
		{0, 'X', "no RIFF WAVE"},
		{8, 'X', "no RIFF WAVE"},
		{12, 'X', "no format"},
		{16, 8, "a broken format"},
		{20, 7, "compressed"},
		{22, 2, "more than one channel"},
		{34, 8, "not of 16 bits"},
		{25, 0, "not at 8 to 48 kHz"},
		{26, 1, "not at 8 to 48 kHz"},
		{36, 'X', "no samples"},
		{40, 0, "empty"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[WAV_HEADER_BYTES + 8];
		const char *why = "";
		struct wav w;

		memset(file, 0, sizeof(file));
		wav_header(file, 4);
		file[rows[i].at] = rows[i].byte;
		CU_ASSERT_EQUAL(wav_parse(&w, file, sizeof(file), &why),
				EBADMSG);
		CU_ASSERT_STRING_EQUAL(why, rows[i].why);
	}
}


static void one_that_is_too_long_is_refused(void)
{
	size_t bytes;
	uint8_t *file = file_of(8000, 8000 * WAV_SECONDS_MAX + 1, &bytes);
	const char *why = "";
	struct wav w;

	CU_ASSERT_EQUAL(wav_parse(&w, file, bytes, &why), EBADMSG);
	CU_ASSERT_STRING_EQUAL(why, "over 30 s long");
	CU_ASSERT_EQUAL(wav_parse(&w, file, bytes - 2, &why), 0);
	free(file);
}


static void no_part_of_one_is_read_beyond_its_end(void)
{
	size_t bytes;
	uint8_t *whole = file_of(16000, 4, &bytes);

	for (size_t n = 0; n < bytes; n++) {
		uint8_t *file = malloc(n ? n : 1);
		const char *why = "";
		struct wav w;

		CU_ASSERT_PTR_NOT_NULL_FATAL(file);
		memcpy(file, whole, n);
		CU_ASSERT_EQUAL(wav_parse(&w, file, n, &why) == 0,
				n >= WAV_HEADER_BYTES + 2);
		free(file);
	}
	free(whole);
}


static CU_TestInfo tests[] = {
	{"all rates become ours", all_rates_become_ours},
	{"what else is in it is skipped", what_else_is_in_it_is_skipped},
	{"what is no such file is refused", what_is_no_such_file_is_refused},
	{"one that is too long is refused", one_that_is_too_long_is_refused},
	{"no part of one is read beyond its end",
	 no_part_of_one_is_read_beyond_its_end},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(wav, tests)
