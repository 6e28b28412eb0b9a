/**
 * @file test_codec_negotiation.c  Codec choice
 */
#include <string.h>
#include "signaling/sdp/codec_level.h"
#include "signaling/sdp/codec_negotiation.h"
#include "tests/unit/unit.h"

static struct codec_conditions conditions = {.limits = {1280, 720, 25}};


__attribute__((constructor)) static void use_base(void)
{
	mixer_capabilities_base(&conditions.mixer);
}


static struct offered_format format(uint8_t pt, const char *name,
				    uint32_t clock, uint8_t channels,
				    const char *fmtp)
{
	struct offered_format f;

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
	const struct offered_format f[] = {
		format(0, "PCMU", 8000, 1, NULL),
		format(9, "g722", 8000, 1, NULL),
		format(8, "PCMA", 8000, 1, NULL),
		format(96, "OPUS", 48000, 2, NULL),
	};
	static const uint8_t want[] = {9, 96, 0, 8};
	struct codec_choice m;

	codec_negotiate(&m, MEDIA_AUDIO, f, ARRAY_SIZE(f), NULL, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 4);
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(m.codecs[i].d.pt, want[i]);
}


static void formats_with_wrong_clock_are_no_codec(void)
{
	const struct offered_format f[] = {
		format(96, "opus", 16000, 2, NULL),
		format(97, "AMR-WB", 8000, 1, NULL),
		format(98, "G722", 16000, 1, NULL),
		format(99, "PCMU", 8000, 2, NULL),
		format(100, "", 0, 0, NULL),
		format(101, "telephone-event", 8000, 1, NULL),
	};
	struct codec_choice m;

	codec_negotiate(&m, MEDIA_AUDIO, f, ARRAY_SIZE(f), NULL, &conditions);
	CU_ASSERT_EQUAL(m.count, 0);
	CU_ASSERT_EQUAL(m.event_count, 0);
}


static void first_spoken_amr_variant_is_taken(void)
{
	const struct offered_format f[] = {
		format(96, "AMR-WB", 16000, 1, "interleaving=30"),
		format(97, "AMR-WB", 16000, 1, "octet-align=1"),
		format(98, "AMR-WB", 16000, 1, ""),
	};
	struct codec_choice m;

	codec_negotiate(&m, MEDIA_AUDIO, f, ARRAY_SIZE(f), NULL, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].d.pt, 97);
	CU_ASSERT_TRUE(m.codecs[0].d.octet_align);
}


static void h264_prefers_mode_1_then_constrained(void)
{
	const struct offered_format f[] = {
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
	struct codec_choice m;

	codec_negotiate(&m, MEDIA_VIDEO, f, ARRAY_SIZE(f), NULL, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].d.pt, 102);
	CU_ASSERT_EQUAL(m.codecs[0].rtx_pt, 104);
}


/** What we send is constrained baseline, which it plays, and we decode all */
static void h264_of_main_or_high_is_taken_where_there_is_no_other(void)
{
	const struct offered_format f[] = {
		format(100, "H264", 90000, 1,
		       "profile-level-id=64001f;packetization-mode=1"),
		format(101, "H264", 90000, 1,
		       "profile-level-id=42e01f;packetization-mode=0"),
	};
	struct codec_choice m;

	codec_negotiate(&m, MEDIA_VIDEO, f, 1, NULL, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].d.pt, 100);
	CU_ASSERT_STRING_EQUAL(m.codecs[0].d.profile_level_id, "64001f");
	codec_negotiate(&m, MEDIA_VIDEO, f, 2, NULL, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].d.pt, 101);
}


static void sprop_is_told_to_the_mixer(void)
{
	const struct offered_format f[] = {
		format(96, "H264", 90000, 1,
		       "sprop-parameter-sets=Z0LgHw==,aM48gA=="),
		format(97, "VP8", 90000, 1, "sprop-parameter-sets=Z0LgHw=="),
	};
	struct media_description media;
	struct codec_choice m;

	memset(&media, 0, sizeof(media));
	codec_negotiate(&m, MEDIA_VIDEO, f, ARRAY_SIZE(f), NULL, &conditions);
	codec_choice_describe(&m, &media);
	CU_ASSERT_EQUAL_FATAL(media.codec_count, 2);
	CU_ASSERT_STRING_EQUAL(media.codecs[0].sprop, "Z0LgHw==,aM48gA==");
	CU_ASSERT_STRING_EQUAL(media.codecs[1].sprop, "");
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
		struct offered_format f =
			format(96, "H264", 90000, 1, rows[i].fmtp);
		struct codec_choice m;

		codec_negotiate(&m, MEDIA_VIDEO, &f, 1, NULL, &conditions);
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
		struct offered_format f =
			format(96, rows[i].name, 90000, 1, rows[i].fmtp);
		struct picture_limits picture;
		struct codec_choice m;

		codec_negotiate(&m, MEDIA_VIDEO, &f, 1, NULL, &conditions);
		CU_ASSERT_EQUAL_FATAL(m.count, 1);
		codec_level_picture(&m.codecs[0].bounds, &conditions.limits,
				    &picture);
		CU_ASSERT_EQUAL(picture.width, rows[i].width);
		CU_ASSERT_EQUAL(picture.height, rows[i].height);
		CU_ASSERT_EQUAL(picture.fps, rows[i].fps);
	}
}


static void answer_takes_only_what_was_offered(void)
{
	const struct offered_format f[] = {
		format(96, "AMR", 8000, 1, ""),
		format(120, "opus", 48000, 2, NULL),
		format(0, "PCMU", 8000, 1, NULL),
	};
	uint64_t used[2] = {0, 0};
	struct codec_choice ours, m;

	codec_choice_ours(&ours, MEDIA_AUDIO, true, &conditions, used);
	codec_negotiate(&m, MEDIA_AUDIO, f, ARRAY_SIZE(f), &ours, &conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 3);
	CU_ASSERT_STRING_EQUAL(m.codecs[0].d.name, "opus");
	CU_ASSERT_EQUAL(m.codecs[0].d.pt, 120);
	CU_ASSERT_STRING_EQUAL(m.codecs[1].d.name, "PCMU");
	/* It will send Opus with the number of our offer */
	CU_ASSERT_STRING_EQUAL(m.codecs[2].d.name, "opus");
	CU_ASSERT_EQUAL(m.codecs[2].d.pt, 111);
}


static void our_payload_types_avoid_used_ones(void)
{
	uint64_t used[2] = {0, 1ull << (102 - 64) | 1ull << (104 - 64)};
	struct codec_choice m;
	uint64_t seen[2] = {0, 0};

	codec_choice_ours(&m, MEDIA_VIDEO, true, &conditions, used);
	for (size_t i = 0; i < m.count; i++) {
		uint8_t pts[2] = {m.codecs[i].d.pt, m.codecs[i].rtx_pt};

		for (size_t k = 0; k < 2; k++) {
			CU_ASSERT_TRUE(pts[k] >= 96 && pts[k] != 102 &&
				       pts[k] != 104);
			CU_ASSERT_FALSE(seen[1] & 1ull << (pts[k] - 64));
			seen[1] |= 1ull << (pts[k] - 64);
		}
	}
	CU_ASSERT_EQUAL(m.count, 2);
}

/* A mixer without Opus, without repeats, without CN */
static void what_the_mixer_lacks_is_neither_taken_nor_offered(void)
{
	const struct offered_format audio[] = {
		format(96, "opus", 48000, 2, NULL),
		format(0, "PCMU", 8000, 1, NULL),
		format(13, "CN", 8000, 1, NULL),
		format(101, "telephone-event", 8000, 1, NULL),
	};
	struct offered_format video[] = {
		format(96, "VP8", 90000, 1, NULL),
		format(97, "rtx", 90000, 1, "apt=96"),
	};
	struct mixer_capabilities *mixer = &conditions.mixer;
	uint64_t used[2] = {0, 0};
	struct codec_choice m;

	memset(mixer, 0, sizeof(*mixer));
	mixer_capabilities_add(mixer, MEDIA_AUDIO, "PCMU", 8000);
	mixer_capabilities_add(mixer, MEDIA_VIDEO, "VP8", 90000);
	mixer->telephone_event = true;
	video[0].feedback = CODEC_FB_NACK | CODEC_FB_REMB;

	codec_negotiate(&m, MEDIA_AUDIO, audio, ARRAY_SIZE(audio), NULL,
			&conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_STRING_EQUAL(m.codecs[0].d.name, "PCMU");
	CU_ASSERT_EQUAL(m.event_count, 1);
	CU_ASSERT_FALSE(m.cn);

	codec_negotiate(&m, MEDIA_VIDEO, video, ARRAY_SIZE(video), NULL,
			&conditions);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].rtx_pt, 0);
	CU_ASSERT_EQUAL(m.codecs[0].feedback, CODEC_FB_NACK);

	codec_choice_ours(&m, MEDIA_AUDIO, true, &conditions, used);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_STRING_EQUAL(m.codecs[0].d.name, "PCMU");
	CU_ASSERT_EQUAL(m.event_count, 1);
	CU_ASSERT_FALSE(m.cn);
	codec_choice_ours(&m, MEDIA_VIDEO, true, &conditions, used);
	CU_ASSERT_EQUAL_FATAL(m.count, 1);
	CU_ASSERT_EQUAL(m.codecs[0].rtx_pt, 0);
	CU_ASSERT_EQUAL(m.codecs[0].feedback & CODEC_FB_REMB, 0);

	mixer->codec_count = 1;
	codec_choice_ours(&m, MEDIA_VIDEO, true, &conditions, used);
	CU_ASSERT_EQUAL(m.count, 0);
	use_base();
}

static CU_TestInfo tests[] = {
	{"wideband goes first in offers", wideband_goes_first_in_offers},
	{"formats with a wrong clock are no codec",
	 formats_with_wrong_clock_are_no_codec},
	{"first spoken AMR variant is taken",
	 first_spoken_amr_variant_is_taken},
	{"H.264 prefers mode 1, then Constrained Baseline",
	 h264_prefers_mode_1_then_constrained},
	{"H264 of Main or High is taken where there is no other",
	 h264_of_main_or_high_is_taken_where_there_is_no_other},
	{"sprop is told to the mixer", sprop_is_told_to_the_mixer},
	{"level without asymmetry is only lowered",
	 level_without_asymmetry_is_only_lowered},
	{"pictures fit the level", pictures_fit_the_level},
	{"an answer takes only what was offered",
	 answer_takes_only_what_was_offered},
	{"what the mixer lacks is neither taken nor offered",
	 what_the_mixer_lacks_is_neither_taken_nor_offered},
	{"our payload types avoid used ones",
	 our_payload_types_avoid_used_ones},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_negotiation, tests)
