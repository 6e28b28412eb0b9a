/**
 * @file test_fmtp.c  Format parameters
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/fmtp.h"
#include "tests/unit/unit.h"


static struct pl text(const char *s)
{
	struct pl pl = {s, strlen(s)};

	return pl;
}


static void parameters_are_found_by_whole_name(void)
{
	static const struct {
		const char *fmtp, *name, *value; /* NULL: not there */
	} rows[] = {
		{"a=1;b=2", "b", "2"}, {"a=1; B = 2 ", "b", "2"},
		{"ab=1", "b", NULL},   {"b", "b", ""},
		{";;;b=3;", "b", "3"}, {"", "b", NULL},
		{"b=1=2", "b", "1=2"}, {"0-15", "0-15", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl fmtp = text(rows[i].fmtp), val;
		bool found = fmtp_param(&fmtp, rows[i].name, &val);

		CU_ASSERT_EQUAL(found, rows[i].value != NULL);
		if (found && rows[i].value)
			CU_ASSERT_TRUE(val.l == strlen(rows[i].value) &&
				       !memcmp(val.p, rows[i].value, val.l));
	}
}


static void numbers_are_bounded(void)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t value;
	} rows[] = {
		{"0", true, 0},           {"255", true, 255},
		{"256", false, 0},        {"", false, 0},
		{"-1", false, 0},         {"1x", false, 0},
		{"4294967297", false, 0}, {"99999999999999999999", false, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl pl = text(rows[i].text);
		uint32_t n = 0;

		CU_ASSERT_EQUAL(fmtp_number(&pl, 255, &n), rows[i].good);
		CU_ASSERT_EQUAL(n, rows[i].value);
	}
}


static void amr_refuses_what_is_not_spoken(void)
{
	static const struct {
		const char *fmtp;
		int err;
		bool octet_align;
		uint16_t mode_set;
	} rows[] = {
		{"", 0, false, 0},
		{"octet-align=1", 0, true, 0},
		{"octet-align=0;mode-set=0,2,4,7", 0, false, 0x95},
		{"mode-set=8", EBADMSG, false, 0},
		{"mode-set=x", EBADMSG, false, 0},
		{"octet-align=1;crc=1", ENOTSUP, false, 0},
		{"octet-align=1;crc=0", 0, true, 0},
		{"robust-sorting=1", ENOTSUP, false, 0},
		{"interleaving=30", ENOTSUP, false, 0},
		{"channels=2", ENOTSUP, false, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl fmtp = text(rows[i].fmtp);
		struct codec_description amr = {.pt = 0};
		int err = fmtp_amr_decode(&amr, &fmtp, 8);

		CU_ASSERT_EQUAL(err, rows[i].err);
		if (err)
			continue;
		CU_ASSERT_EQUAL(amr.octet_align, rows[i].octet_align);
		CU_ASSERT_EQUAL(amr.mode_set, rows[i].mode_set);
	}
}


static void h264_profiles_follow_table_5(void)
{
	static const struct {
		const char *fmtp;
		int err;
		bool constrained, baseline, beyond;
	} rows[] = {
		{"profile-level-id=42e01f", 0, true, false, false},
		{"profile-level-id=42C00D", 0, true, false, false},
		{"profile-level-id=42400a", 0, true, false, false},
		{"profile-level-id=42001f", 0, false, true, false},
		{"profile-level-id=42801f", 0, false, true, false},
		{"profile-level-id=4d801f", 0, true, false, false},
		{"profile-level-id=4d001f", 0, false, false, true},
		{"profile-level-id=640c1f", 0, false, false, true},
		{"profile-level-id=64001f", 0, false, false, true},
		{"profile-level-id=64011f", 0, false, false, false},
		{"profile-level-id=6e001f", 0, false, false, false},
		{"profile-level-id=42e11f", 0, false, false, false},
		{"profile-level-id=42e0", EBADMSG, false, false, false},
		{"profile-level-id=42e01g", EBADMSG, false, false, false},
		{"", 0, false, true, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl fmtp = text(rows[i].fmtp);
		struct codec_description d = {.pt = 0};
		struct fmtp_h264 h264;
		int err = fmtp_h264_decode(&h264, &d, &fmtp);

		CU_ASSERT_EQUAL(err, rows[i].err);
		if (err)
			continue;
		CU_ASSERT_EQUAL(fmtp_h264_constrained_baseline(&h264),
				rows[i].constrained);
		CU_ASSERT_EQUAL(fmtp_h264_baseline(&h264), rows[i].baseline);
		CU_ASSERT_EQUAL(fmtp_h264_beyond_baseline(&h264),
				rows[i].beyond);
	}
}


static void sprop_keeps_what_is_base64(void)
{
	static char long_unit[300], two_long[600], exact[300];
	const struct {
		const char *value, *sprop;
	} rows[] = {
		{"Z0LgH9oFB+hA,aM48gA==", "Z0LgH9oFB+hA,aM48gA=="},
		{" Z0LgHw== , aM48gA== ", "Z0LgHw==,aM48gA=="},
		{"Z0LgHw==,", "Z0LgHw=="},
		{",,aM48gA==,,", "aM48gA=="},
		{"Z0LgHw=,aM48gA==", "aM48gA=="},
		{"Z0L\"Hw==", ""},
		{"Z0Lg\xff\xfe==", ""},
		{"====,=AAA,A===,AA=A", ""},
		{"", ""},
		{long_unit, ""},
		{two_long, exact},
	};

	memset(long_unit, 'A', 256);
	/* 252 characters, then a unit that does not fit and is left out */
	memset(exact, 'B', 252);
	(void)re_snprintf(two_long, sizeof(two_long), "%s,CCCC", exact);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char line[700];
		struct codec_description d = {.pt = 0};
		struct fmtp_h264 h264;
		struct pl fmtp;

		(void)re_snprintf(line, sizeof(line),
				  "packetization-mode=1;"
				  "Sprop-Parameter-Sets=%s;max-fs=99",
				  rows[i].value);
		fmtp = text(line);
		CU_ASSERT_EQUAL(fmtp_h264_decode(&h264, &d, &fmtp), 0);
		CU_ASSERT_STRING_EQUAL(d.sprop, rows[i].sprop);
		CU_ASSERT_EQUAL(d.max_fs, 99);
	}
}


static void imageattr_gives_the_largest_received(void)
{
	static const struct {
		const char *attr;
		bool found;
		unsigned width, height;
	} rows[] = {
		{"send [x=640,y=480] recv [x=320,y=240]", true, 320, 240},
		{"recv [x=[160:16:640],y=[120:16:480],q=0.6] send *", true,
		 640, 480},
		{"recv [x=176,y=144] [x=480,y=640,q=0.6]", true, 480, 640},
		{"recv *", false, 0, 0},
		{"send [x=640,y=480]", false, 0, 0},
		{"recv [x=9999999999,y=1]", true, 16384, 1},
		{"recv [x=1", false, 0, 0},
		{"recv [[[[[", false, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl attr = text(rows[i].attr);
		unsigned w = 0, h = 0;

		CU_ASSERT_EQUAL(fmtp_imageattr_recv(&attr, &w, &h),
				rows[i].found);
		CU_ASSERT_EQUAL(w, rows[i].width);
		CU_ASSERT_EQUAL(h, rows[i].height);
	}
}


static void opus_ranges_are_checked(void)
{
	struct pl fmtp = text("usedtx=1;useinbandfec=1;stereo=2;"
			      "maxaveragebitrate=5;maxplaybackrate=16000");
	struct codec_description opus = {.pt = 0};

	fmtp_opus_decode(&opus, &fmtp);
	CU_ASSERT_TRUE(opus.dtx && opus.fec && !opus.stereo);
	CU_ASSERT_EQUAL(opus.max_bitrate, 0);
	CU_ASSERT_EQUAL(opus.max_playback_rate, 16000);
}

static CU_TestInfo tests[] = {
	{"parameters are found by whole name",
	 parameters_are_found_by_whole_name},
	{"numbers are bounded", numbers_are_bounded},
	{"AMR refuses what is not spoken", amr_refuses_what_is_not_spoken},
	{"H.264 profiles follow table 5", h264_profiles_follow_table_5},
	{"sprop keeps what is base64", sprop_keeps_what_is_base64},
	{"imageattr gives the largest received",
	 imageattr_gives_the_largest_received},
	{"Opus ranges are checked", opus_ranges_are_checked},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(fmtp, tests)
