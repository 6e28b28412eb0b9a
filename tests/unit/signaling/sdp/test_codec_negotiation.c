/**
 * @file test_match.c  Codec choice
 */
#include <string.h>
#include "signaling/sdp/codec_level.h"
#include "signaling/sdp/codec_negotiation.h"
#include "tests/unit/unit.h"

static const struct match_limits limits = {1280, 720, 25};


static struct match_format format(uint8_t pt, const char *name, uint32_t clock,
				  uint8_t channels, const char *fmtp)
{
	struct match_format f;

	memset(&f, 0, sizeof(f));
	f.pt = pt;
	strncpy(f.name, name, sizeof(f.name) - 1);
	f.clock_hz = clock;
	f.channels = channels;
	if (fmtp) {
		f.fmtp.p = fmtp;
		f.fmtp.l = strlen(fmtp);
	}
	return f;
}


static void wideband_goes_first_in_offers(void)
{
	const struct match_format f[] = {
		format(0, "PCMU", 8000, 1, NULL),
		format(9, "g722", 8000, 1, NULL),
		format(8, "PCMA", 8000, 1, NULL),
		format(96, "OPUS", 48000, 2, NULL),
	};
	static const uint8_t want[] = {9, 96, 0, 8};
	struct match m;

	match_choose(&m, MATCH_AUDIO, f, ARRAY_SIZE(f), NULL, &limits);
	CU_ASSERT_EQUAL_FATAL(m.count, 4);
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(m.codecs[i].pt, want[i]);
}


static void formats_with_wrong_clock_are_no_codec(void)
{
	const struct match_format f[] = {
		format(96, "opus", 48000, 1, NULL),
		format(97, "AMR-WB", 8000, 1, NULL),
		format(98, "G722", 16000, 1, NULL),
		format(99, "PCMU", 8000, 2, NULL),
		format(100, "", 0, 0, NULL),
		format(101, "telephone-event", 8000, 1, NULL),
	};
	struct match m;

	match_choose(&m, MATCH_AUDIO, f, ARRAY_SIZE(f), NULL, &limits);
	CU_ASSERT_EQUAL(m.count, 0);
	CU_ASSERT_EQUAL(m.event_count, 0);
}


static void first_spoken_amr_variant_is_taken(void)
{
	const struct match_format f[] = {
		format(96, "AMR-WB", 16000, 1, "interleaving=30"),
		format(97, "AMR-WB", 16000, 1, "octet-align=1"),
		format(98, "AMR-WB", 16000, 1, ""),
	};
	struct match m;

	match_choose(&m, MATCH_AUDIO, f, ARRAY_SIZE(f), NULL, &limits);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].pt, 97);
	CU_ASSERT_TRUE(m.codecs[0].amr.octet_align);
}


static void h264_prefers_mode_1_then_constrained(void)
{
	const struct match_format f[] = {
		format(100, "H264", 90000, 1,
		       "profile-level-id=42e01f;packetization-mode=0"),
		format(101, "H264", 90000, 1,
		       "profile-level-id=42001f;packetization-mode=1"),
		format(102, "H264", 90000, 1,
		       "profile-level-id=42e00d;packetization-mode=1"),
		format(103, "H264", 90000, 1,
		       "profile-level-id=42e01f;packetization-mode=2"),
		format(104, "rtx", 90000, 1, "apt=102"),
		format(105, "rtx", 90000, 1, "apt=100"),
	};
	struct match m;

	match_choose(&m, MATCH_VIDEO, f, ARRAY_SIZE(f), NULL, &limits);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].pt, 102);
	CU_ASSERT_EQUAL(m.codecs[0].rtx_pt, 104);
}


static void sprop_is_told_to_the_mixer(void)
{
	const struct match_format f[] = {
		format(96, "H264", 90000, 1,
		       "sprop-parameter-sets=Z0LgHw==,aM48gA=="),
		format(97, "VP8", 90000, 1, "sprop-parameter-sets=Z0LgHw=="),
	};
	json_t *media = json_object(), *codecs;
	struct match m;

	match_choose(&m, MATCH_VIDEO, f, ARRAY_SIZE(f), NULL, &limits);
	CU_ASSERT_EQUAL(match_json(&m, media), 0);
	codecs = json_object_get(media, "codecs");
	CU_ASSERT_EQUAL_FATAL(json_array_size(codecs), 2);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       json_array_get(codecs, 0), "sprop")),
			       "Z0LgHw==,aM48gA==");
	CU_ASSERT_PTR_NULL(
		json_object_get(json_array_get(codecs, 1), "sprop"));
	json_decref(media);
}


static void level_without_asymmetry_is_only_lowered(void)
{
	static const struct {
		const char *fmtp;
		uint8_t send, ours;
	} rows[] = {
		{"profile-level-id=42e00c", 0x0c, 0x0c},
		{"profile-level-id=42e033", 0x1f, 0x1f},
		{"profile-level-id=42e00c;level-asymmetry-allowed=1", 0x0c,
		 0x1f},
		{"profile-level-id=42e033;level-asymmetry-allowed=1", 0x33,
		 0x1f},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct match_format f =
			format(96, "H264", 90000, 1, rows[i].fmtp);
		struct match m;

		match_choose(&m, MATCH_VIDEO, &f, 1, NULL, &limits);
		CU_ASSERT_EQUAL_FATAL(m.count, 1);
		CU_ASSERT_EQUAL(m.codecs[0].h264.level_idc, rows[i].send);
		CU_ASSERT_EQUAL(m.codecs[0].h264_our_level, rows[i].ours);
	}
}


static void pictures_fit_the_level(void)
{
	static const struct {
		const char *name, *fmtp;
		unsigned width, height, fps;
	} rows[] = {
		{"H264", "profile-level-id=42e00a", 176, 144, 15},
		{"H264", "profile-level-id=42f00b", 176, 144, 15},
		{"H264", "profile-level-id=42e00b", 352, 288, 7},
		{"H264", "profile-level-id=42e00c", 352, 288, 15},
		{"H264", "profile-level-id=42e00d", 352, 288, 25},
		{"H264", "profile-level-id=42e016", 640, 480, 16},
		{"H264", "profile-level-id=42e01e", 640, 480, 25},
		{"H264", "profile-level-id=42e01f", 1280, 720, 25},
		{"H264", "profile-level-id=42e00d;max-fs=3600;max-mbps=108000",
		 1280, 720, 25},
		{"VP8", "", 1280, 720, 25},
		{"VP8", "max-fs=1200;max-fr=15", 640, 480, 15},
		{"VP8", "max-fs=1", 176, 144, 25},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct match_format f =
			format(96, rows[i].name, 90000, 1, rows[i].fmtp);
		struct match_limits picture;
		struct match m;

		match_choose(&m, MATCH_VIDEO, &f, 1, NULL, &limits);
		CU_ASSERT_EQUAL_FATAL(m.count, 1);
		match_picture(&m.codecs[0], &limits, &picture);
		CU_ASSERT_EQUAL(picture.width, rows[i].width);
		CU_ASSERT_EQUAL(picture.height, rows[i].height);
		CU_ASSERT_EQUAL(picture.fps, rows[i].fps);
	}
}


static void answer_takes_only_what_was_offered(void)
{
	const struct match_format f[] = {
		format(96, "AMR", 8000, 1, ""),
		format(120, "opus", 48000, 2, NULL),
		format(0, "PCMU", 8000, 1, NULL),
	};
	uint64_t used[2] = {0, 0};
	struct match ours, m;

	match_ours(&ours, MATCH_AUDIO, true, &limits, used);
	match_choose(&m, MATCH_AUDIO, f, ARRAY_SIZE(f), &ours, &limits);
	CU_ASSERT_EQUAL_FATAL(m.count, 3);
	CU_ASSERT_EQUAL(m.codecs[0].id, MATCH_OPUS);
	CU_ASSERT_EQUAL(m.codecs[0].pt, 120);
	CU_ASSERT_EQUAL(m.codecs[1].id, MATCH_PCMU);
	/* It will send Opus with the number of our offer */
	CU_ASSERT_EQUAL(m.codecs[2].id, MATCH_OPUS);
	CU_ASSERT_EQUAL(m.codecs[2].pt, 111);
}


static void our_payload_types_avoid_used_ones(void)
{
	uint64_t used[2] = {0, 1ull << (102 - 64) | 1ull << (104 - 64)};
	struct match m;
	uint64_t seen[2] = {0, 0};

	match_ours(&m, MATCH_VIDEO, true, &limits, used);
	for (size_t i = 0; i < m.count; i++) {
		uint8_t pts[2] = {m.codecs[i].pt, m.codecs[i].rtx_pt};

		for (size_t k = 0; k < 2; k++) {
			CU_ASSERT_TRUE(pts[k] >= 96 && pts[k] != 102 &&
				       pts[k] != 104);
			CU_ASSERT_FALSE(seen[1] & 1ull << (pts[k] - 64));
			seen[1] |= 1ull << (pts[k] - 64);
		}
	}
	CU_ASSERT_EQUAL(m.count, 2);
}

static CU_TestInfo tests[] = {
	{"wideband goes first in offers", wideband_goes_first_in_offers},
	{"formats with a wrong clock are no codec",
	 formats_with_wrong_clock_are_no_codec},
	{"first spoken AMR variant is taken",
	 first_spoken_amr_variant_is_taken},
	{"H.264 prefers mode 1, then Constrained Baseline",
	 h264_prefers_mode_1_then_constrained},
	{"sprop is told to the mixer", sprop_is_told_to_the_mixer},
	{"level without asymmetry is only lowered",
	 level_without_asymmetry_is_only_lowered},
	{"pictures fit the level", pictures_fit_the_level},
	{"an answer takes only what was offered",
	 answer_takes_only_what_was_offered},
	{"our payload types avoid used ones",
	 our_payload_types_avoid_used_ones},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(match, tests)
