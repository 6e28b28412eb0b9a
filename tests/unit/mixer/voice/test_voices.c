/**
 * @file test_voices.c  What the mixer can say
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mixer/audio/g722.h"
#include "mixer/base/re.h"
#include "mixer/prompt/loudness.h"
#include "mixer/prompt/wav.h"
#include "mixer/voice/voices.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"


static char folder[] = "/tmp/parley-voices-XXXXXX";


static double level(const struct prompt *p)
{
	int16_t *pcm = calloc(2 * p->bytes, sizeof(*pcm));
	struct g722 g;
	double dbov;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pcm);
	memset(&g, 0, sizeof(g));
	g722_init(&g);
	g722_decode(&g, p->g722, p->bytes, pcm);
	dbov = prompt_level(pcm, 2 * p->bytes);
	free(pcm);

	return dbov;
}


/** Names that a language has words for, and how loud these are on the average.
 *  All are in both languages */
static unsigned loudness_of(const struct voices *v, const char *path,
			    int language, double *loud)
{
	char line[512], name[PROMPT_NAME_BYTES];
	FILE *f = fopen(path, "r");
	unsigned n = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	*loud = 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%23[a-z0-9_] ", name) != 1)
			continue;
		for (int i = 0; i < VOICE_LANGUAGES; i++) {
			const struct prompt *p =
				voices_find(v, (enum voice_language)i, name);
			double dbov;

			CU_ASSERT_PTR_NOT_NULL_FATAL(p);
			dbov = level(p);
			CU_ASSERT_TRUE(dbov > PROMPT_LEVEL_DBOV - 3);
			CU_ASSERT_TRUE(dbov < PROMPT_LEVEL_DBOV + 1);
			*loud += i == language ? dbov : 0;
		}
		n++;
	}
	fclose(f);
	*loud /= n;

	return n;
}


static void both_languages_say_the_same_equally_loud(void)
{
	struct voices *v;
	unsigned english, german;
	double loud[VOICE_LANGUAGES];

	CU_ASSERT_EQUAL_FATAL(voices_alloc(&v, NULL), 0);
	english = loudness_of(v, "conf/announcements/en.txt", VOICE_ENGLISH,
			      &loud[VOICE_ENGLISH]);
	german = loudness_of(v, "conf/announcements/de.txt", VOICE_GERMAN,
			     &loud[VOICE_GERMAN]);
	CU_ASSERT_TRUE(english > 60);
	CU_ASSERT_EQUAL(english, german);
	CU_ASSERT_DOUBLE_EQUAL(loud[VOICE_ENGLISH], loud[VOICE_GERMAN], 0.5);
	for (int i = 0; i < VOICE_LANGUAGES; i++) {
		CU_ASSERT_PTR_NOT_NULL(
			voices_find(v, (enum voice_language)i, "joined"));
		CU_ASSERT_PTR_NOT_NULL(
			voices_find(v, (enum voice_language)i, "left"));
		CU_ASSERT_PTR_NULL(
			voices_find(v, (enum voice_language)i, "nothing"));
	}
	CU_ASSERT_EQUAL(voice_language_by_code("de"), VOICE_GERMAN);
	CU_ASSERT_EQUAL(voice_language_by_code("fr"), VOICE_LANGUAGES);
	mem_deref(v);
}


static void write_wav(const char *name, const void *bytes, size_t n,
		      bool header)
{
	uint8_t head[WAV_HEADER_BYTES];
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	wav_header(head, n / 2);
	if (header)
		CU_ASSERT_EQUAL(fwrite(head, 1, sizeof(head), f),
				sizeof(head));
	CU_ASSERT_EQUAL(fwrite(bytes, 1, n, f), n);
	fclose(f);
}


static void make_folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
}


static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	CU_ASSERT_EQUAL(system(command), 0);
}


static void recordings_of_an_operator_are_said_instead(void)
{
	static int16_t pcm[3200];
	const struct prompt *was, *is;
	struct voices *v, *built_in;
	struct said said;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	make_folder("en");
	make_folder("en/muted.wav");
	for (size_t i = 0; i < 3200; i++)
		pcm[i] = (int16_t)lrint(9000 * sin((double)i / 10));
	write_wav("en/first.wav", pcm, sizeof(pcm), true);
	write_wav("en/alone.wav", pcm, sizeof(pcm), false);
	write_wav("en/nothing.wav", pcm, sizeof(pcm), true);

	CU_ASSERT_EQUAL_FATAL(voices_alloc(&built_in, NULL), 0);
	said_begin(&said);
	CU_ASSERT_EQUAL_FATAL(voices_alloc(&v, folder), 0);
	said_end(&said);
	is = voices_find(v, VOICE_ENGLISH, "first");
	CU_ASSERT_EQUAL(is->bytes, 1600);
	/* others stay, and which is no good is told */
	for (int i = 0; i < 2; i++) {
		is = voices_find(v, VOICE_ENGLISH, i ? "alone" : "muted");
		was = voices_find(built_in, VOICE_ENGLISH, is->name);
		CU_ASSERT_PTR_EQUAL(is->g722, was->g722);
	}
	CU_ASSERT_PTR_NULL(voices_find(v, VOICE_ENGLISH, "nothing"));
	is = voices_find(v, VOICE_GERMAN, "first");
	was = voices_find(built_in, VOICE_GERMAN, "first");
	CU_ASSERT_PTR_EQUAL(is->g722, was->g722);
	CU_ASSERT_EQUAL(said_count(&said, "en/alone.wav"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "en/muted.wav"), 1);
	mem_deref(v);
	mem_deref(built_in);
	remove_folder();
}


static CU_TestInfo tests[] = {
	{"both languages say the same equally loud",
	 both_languages_say_the_same_equally_loud},
	{"recordings of an operator are said instead",
	 recordings_of_an_operator_are_said_instead},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(voices, tests)
