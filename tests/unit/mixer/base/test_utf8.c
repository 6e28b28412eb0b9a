/**
 * @file test_utf8.c  Names from peers, made harmless
 */
#include <stdio.h>
#include <stdlib.h>
#include "mixer/base/re.h"
#include "mixer/base/utf8.h"
#include "tests/unit/unit.h"


static void text_of_peers_is_made_harmless(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"Zo\xc3\xab \xe2\x9c\x93 \xf0\x9f\x98\x80",
		 "Zo\xc3\xab \xe2\x9c\x93 \xf0\x9f\x98\x80"},
		{"a\x1b[31mb", "a [31mb"},
		{"a\r\nb\x7f", "a  b "},
		{"\xc2\x9b"
		 "31m",
		 " 31m"},                     /* C1 CSI */
		{"\xe2\x80\xaetxt", " txt"},  /* RTL override */
		{"\xc0\xaf", "??"},           /* overlong */
		{"\xed\xa0\x80", "???"},      /* surrogate */
		{"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
		{"\xe2\x82", "??"},           /* cut off */
	};
	char out[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_STRING_EQUAL(
			utf8_clean(out, sizeof(out), rows[i].in), rows[i].out);

	/* cut between characters, not within */
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 5, "abc\xc3\xab"), "abc");
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 6, "abc\xc3\xab"),
			       "abc\xc3\xab");
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 1, "abc"), "");

	/* e with an accent of its own, a woman with a computer, a dark hand */
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 5, "abce\xcc\x81"), "abc");
	CU_ASSERT_STRING_EQUAL(
		utf8_clean(out, 12,
			   "a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"),
		"a");
	CU_ASSERT_STRING_EQUAL(
		utf8_clean(out, 9, "a\xf0\x9f\x91\x8b\xf0\x9f\x8f\xbf"), "a");
	/* nothing but marks is cut somewhere */
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 6, "a\xcc\x81\xcc\x81\xcc\x81"),
			       "a\xcc\x81\xcc\x81");
	CU_ASSERT_STRING_EQUAL(utf8_clean(out, 5, NULL), "");
}


/** Every code point, as RFC 3629 section 4 encodes it, and nothing else */
static void reads_each_code_point_in_its_one_form(void)
{
	for (uint32_t code = 0; code < 0x110000; code++) {
		char s[4];
		uint32_t got = 0;
		size_t n = code < 0x80      ? 1
			   : code < 0x800   ? 2
			   : code < 0x10000 ? 3
					    : 4;
		bool surrogate = code >= 0xd800 && code < 0xe000;

		s[0] = (char)(n == 1   ? code
			      : n == 2 ? 0xc0 | code >> 6
			      : n == 3 ? 0xe0 | code >> 12
				       : 0xf0 | code >> 18);
		for (size_t i = 1; i < n; i++)
			s[i] = (char)(0x80 | (code >> 6 * (n - 1 - i) & 0x3f));
		if (utf8_read(&got, s, n) != (surrogate ? 0 : n) ||
		    (!surrogate && got != code) ||
		    (n > 1 && utf8_read(&got, s, n - 1)))
			CU_FAIL("a code point");
	}
}


/** Whatever goes in: valid, harmless, terminated, in its place */
static void nothing_harmful_comes_out(void)
{
	uint32_t seed = 99;

	for (unsigned round = 0; round < 20000; round++) {
		char in[24], out[24];
		const char *p = out;
		size_t size, n;

		for (size_t i = 0; i < sizeof(in) - 1; i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = (char)(seed >> 24);
			if (seed >> 16 & 1)
				in[i] = (char)(0x80 | (in[i] & 0x3f));
		}
		in[sizeof(in) - 1] = '\0';
		size = 1 + (seed >> 8) % sizeof(out);
		memset(out, 'x', sizeof(out));
		(void)utf8_clean(out, size, in);
		CU_ASSERT(strlen(out) < size);
		while (*p) {
			uint32_t code = 0;

			n = utf8_read(&code, p, strlen(p));
			if (!n || !utf8_harmless(code)) {
				CU_FAIL("harmful");
				break;
			}
			p += n;
		}
	}
}


static void knows_what_is_harmful(void)
{
	static const struct {
		uint32_t code;
		bool harmless;
	} rows[] = {
		{0x1f, false},    {0x20, true},      {0x7e, true},
		{0x7f, false},    {0x9f, false},     {0xa0, true},
		{0x061c, false},  {0x200d, true},    {0x200e, false},
		{0x2027, true},   {0x2028, false},   {0x202e, false},
		{0x202f, true},   {0x2066, false},   {0x2069, false},
		{0xfeff, false},  {0xfffb, false},   {0xfffd, true},
		{0xfffe, false},  {0xffff, false},   {0x1fffe, false},
		{0x1f600, true},  {0xe0001, false},  {0xe0080, true},
		{0x10fffd, true}, {0x10ffff, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(utf8_harmless(rows[i].code), rows[i].harmless);
}

static CU_TestInfo tests[] = {
	{"text of peers is made harmless", text_of_peers_is_made_harmless},
	{"reads each code point in its one form",
	 reads_each_code_point_in_its_one_form},
	{"nothing harmful comes out", nothing_harmful_comes_out},
	{"knows what is harmful", knows_what_is_harmful},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(utf8, tests)
