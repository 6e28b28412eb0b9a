/**
 * @file test_outbox_text.c  A text in pieces
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/base/utf8.h"
#include "signaling/session/outbox.h"
#include "tests/unit/unit.h"


static void pieces_end_where_people_expect_it(void)
{
	static const struct {
		const char *text;
		size_t room, cut;
		unsigned pieces;
	} rows[] = {
		{"Hello", 5, 5, 1},
		{"Hello", 99, 5, 1},
		{"Hello world", 10, 5, 2},
		{"Hello world", 5, 5, 2},
		{"Hello   world", 6, 5, 2},
		/* no blank that is near */
		{"a bcdefghij", 8, 8, 2},
		{"abcdefghij", 4, 4, 3},
		/* a line feed is sent as two bytes */
		{"ab\ncd", 3, 2, 2},
		{"ab\ncd", 6, 5, 1},
		/* letters with what belongs to them */
		{"a\xc3\xbc\xc3\xbc", 2, 1, 3},
		{"au\xcc\x88", 3, 1, 2},
		{"a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9", 8, 1, 3},
		/* larger than all there is room for */
		{"\xf0\x9f\x91\xa9", 1, 1, 4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t len = strlen(rows[i].text);

		CU_ASSERT_EQUAL(outbox_cut(rows[i].text, len, rows[i].room),
				rows[i].cut);
		CU_ASSERT_EQUAL(outbox_pieces(rows[i].text, len, rows[i].room),
				rows[i].pieces);
	}
	CU_ASSERT_EQUAL(outbox_pieces("", 0, 10), 0);
	CU_ASSERT_EQUAL(outbox_skip(" \n x", 4), 3);
	CU_ASSERT_EQUAL(outbox_skip("x", 1), 0);
}


static void add(char *text, char c)
{
	const size_t n = strlen(text);

	text[n] = c;
	text[n + 1] = '\0';
}


/** Whatever the text and the room: nothing but blanks is lost, no piece is too
 *  long, every one is valid */
static void nothing_is_lost(void)
{
	static const char *const letters[] = {"a",
					      " ",
					      "\n",
					      "\xc3\xa9",
					      "\xe4\xb8\xad",
					      "\xf0\x9f\x98\x80",
					      "e\xcc\x81",
					      "b"};
	uint32_t seed = 7;

	for (unsigned round = 0; round < 3000; round++) {
		char text[256] = "", glued[256] = "", whole[256] = "";
		const size_t room = 8 + round % 40;
		size_t at = 0, len;

		for (unsigned k = 0; k < 40; k++) {
			seed = seed * 1664525u + 1013904223u;
			strcat(text, letters[seed >> 29]);
		}
		len = strlen(text);
		for (size_t i = 0; i < len; i++) {
			if (text[i] != ' ' && text[i] != '\n')
				add(whole, text[i]);
		}
		while (at < len) {
			const size_t n = outbox_cut(text + at, len - at, room);
			size_t bytes = 0;
			uint32_t code;

			CU_ASSERT_FATAL(n > 0 && n <= len - at);
			for (size_t i = at; i < at + n; i++) {
				bytes += text[i] == '\n' ? 2 : 1;
				if (text[i] != ' ' && text[i] != '\n')
					add(glued, text[i]);
			}
			CU_ASSERT(bytes <= room);
			CU_ASSERT(utf8_read(&code, text + at, n) > 0);
			at += n;
			at += outbox_skip(text + at, len - at);
		}
		CU_ASSERT_STRING_EQUAL(glued, whole);
	}
}


static void lines_end_in_crlf(void)
{
	struct pl text = PL("a\n\nb");
	struct mbuf *mb = mbuf_alloc(64);

	CU_ASSERT_EQUAL(mbuf_printf(mb, "%H", outbox_text_print, &text), 0);
	CU_ASSERT_EQUAL(mb->end, 6);
	CU_ASSERT_FALSE(memcmp(mb->buf, "a\r\n\r\nb", 6));
	mem_deref(mb);
}

static CU_TestInfo tests[] = {
	{"pieces end where people expect it",
	 pieces_end_where_people_expect_it},
	{"nothing is lost", nothing_is_lost},
	{"lines end in CRLF", lines_end_in_crlf},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(outbox_text, tests)
