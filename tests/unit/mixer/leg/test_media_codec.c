/**
 * @file test_media_codec.c  From codec descriptions to configurations
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/media_codec.h"
#include "tests/unit/unit.h"


static struct leg_codec codecs[DESCRIPTION_CODECS_MAX];


static int read_one(enum media_kind kind, const struct codec_description *c,
		    uint32_t ptime_ms, char *why)
{
	struct media_description m = {
		.kind = kind, .codec_count = 1, .ptime_ms = ptime_ms};

	m.codecs[0] = *c;

	return leg_codecs_read(codecs, &m, why);
}


static void knows_audio(void)
{
	static const struct {
		const char *name;
		enum audio_codec_id id;
		uint32_t clock_hz, rate_hz, ptime_ms, want_ptime_ms;
	} table[] = {
		{"opus", AUDIO_OPUS, 48000, 48000, 45, 40},
		{"PCMU", AUDIO_PCMU, 8000, 8000, 0, 20},
		{"PCMA", AUDIO_PCMA, 8000, 8000, 20, 20},
		{"G722", AUDIO_G722, 8000, 16000, 60, 60},
		{"AMR", AUDIO_AMR, 8000, 8000, 200, 60},
		{"AMR-WB", AUDIO_AMR_WB, 16000, 16000, 21, 20},
		{"AMR-WB", AUDIO_AMR_WB, 16000, 16000, 10, 20},
		{"opus", AUDIO_OPUS, 48000, 48000, 19, 10},
		{"PCMU", AUDIO_PCMU, 8000, 8000, 10, 10},
		{"G722", AUDIO_G722, 8000, 16000, 5, 5},
	};
	char why[DESCRIPTION_WHY_BYTES] = "";

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct codec_description d = {.fec = true, .mode_set = 0x81};

		str_ncpy(d.name, table[i].name, sizeof(d.name));
		CU_ASSERT_EQUAL(
			read_one(MEDIA_AUDIO, &d, table[i].ptime_ms, why), 0);
		CU_ASSERT_EQUAL(codecs[0].audio.id, table[i].id);
		CU_ASSERT_EQUAL(codecs[0].audio.clock_hz, table[i].clock_hz);
		CU_ASSERT_EQUAL(codecs[0].audio.rate_hz, table[i].rate_hz);
		CU_ASSERT_EQUAL(codecs[0].audio.ptime_ms,
				table[i].want_ptime_ms);
		CU_ASSERT_EQUAL(codecs[0].audio.fec,
				table[i].id == AUDIO_OPUS);
		CU_ASSERT_EQUAL(codecs[0].audio.mode_set != 0,
				table[i].id == AUDIO_AMR ||
					table[i].id == AUDIO_AMR_WB);
	}
}


static void refuses_what_it_lacks(void)
{
	static const struct {
		enum media_kind kind;
		struct codec_description d;
	} table[] = {
		{MEDIA_AUDIO, {.name = "VP8"}},
		{MEDIA_AUDIO, {.name = ""}},
		{MEDIA_VIDEO, {.name = "PCMU"}},
		{MEDIA_AUDIO, {.name = "AMR", .mode_set = 0x100}},
		{MEDIA_AUDIO, {.name = "AMR-WB", .mode_set = 0x200}},
		{MEDIA_VIDEO, {.name = "H264", .profile_level_id = "42e0"}},
		{MEDIA_VIDEO, {.name = "H264", .profile_level_id = "42e0xx"}},
		{MEDIA_VIDEO, {.name = "H264", .profile_level_id = "-2e01f"}},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char why[DESCRIPTION_WHY_BYTES] = "";

		CU_ASSERT_EQUAL(read_one(table[i].kind, &table[i].d, 20, why),
				EINVAL);
		CU_ASSERT_NOT_EQUAL(why[0], '\0');
	}
}


static void h264_has_a_profile_and_a_level(void)
{
	struct codec_description d = {.name = "H264",
				      .packetization_mode = 1,
				      .profile_level_id = "4d0c20",
				      .max_fs = 3600};
	char why[DESCRIPTION_WHY_BYTES] = "";

	CU_ASSERT_EQUAL(read_one(MEDIA_VIDEO, &d, 0, why), 0);
	CU_ASSERT_EQUAL(codecs[0].video.id, VIDEO_H264);
	CU_ASSERT_EQUAL(codecs[0].video.packetization_mode, 1);
	CU_ASSERT_EQUAL(codecs[0].video.profile_idc, 0x4d);
	CU_ASSERT_EQUAL(codecs[0].video.profile_iop, 0x0c);
	CU_ASSERT_EQUAL(codecs[0].video.level_idc, 0x20);
	CU_ASSERT_EQUAL(codecs[0].video.max_fs, 3600);

	/* what is not said is Constrained Baseline 3.1 */
	d.profile_level_id[0] = '\0';
	CU_ASSERT_EQUAL(read_one(MEDIA_VIDEO, &d, 0, why), 0);
	CU_ASSERT_EQUAL(codecs[0].video.level_idc, 0x1f);
	CU_ASSERT_EQUAL(codecs[0].video.profile_iop, 0xe0);
}


static void parameter_sets_are_those_of_use(void)
{
	static const struct {
		const char *sprop;
		size_t len;
	} rows[] = {
		{"Z0LgHw==,aM4=", 4 + 4 + 4 + 2},
		{"aM4=", 4 + 2},
		{"", 0},
		{",,,", 0},
		{"Z0LgHw==,ZYg=,aM4=", 4 + 4 + 4 + 2}, /* a slice between */
		{"Z0L", 0},
		{"%%%%%%,====", 0},
		{"Z0IAAAFliA==", 0}, /* a start code inside */
	};
	struct codec_description d = {.name = "H264"};
	char why[DESCRIPTION_WHY_BYTES] = "";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		str_ncpy(d.sprop, rows[i].sprop, sizeof(d.sprop));
		CU_ASSERT_EQUAL(read_one(MEDIA_VIDEO, &d, 0, why), 0);
		CU_ASSERT_EQUAL(codecs[0].parameter_sets.len, rows[i].len);
	}

	/* as many as there may be */
	for (size_t i = 0; i < 51; i++)
		memcpy(d.sprop + 5 * i, "aM4=,", 5);
	d.sprop[255] = '\0';
	CU_ASSERT_EQUAL(read_one(MEDIA_VIDEO, &d, 0, why), 0);
	CU_ASSERT_EQUAL(codecs[0].parameter_sets.len,
			VIDEO_PARAMETER_SETS_BYTES / 6 * 6);
}


static CU_TestInfo tests[] = {
	{"H.264 has a profile and a level", h264_has_a_profile_and_a_level},
	{"knows audio", knows_audio},
	{"parameter sets are those of use", parameter_sets_are_those_of_use},
	{"refuses what it lacks", refuses_what_it_lacks},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(media_codec, tests)
