/**
 * @file test_websocket_parser.c  WebSocket frames
 */
#include <errno.h>
#include <string.h>
#include "signaling/http/websocket.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


struct heard {
	char text[256];
	bool stop;
};

struct bytes {
	const char *p;
	size_t n;
};
#define B(s)                                                                  \
	{                                                                     \
		s, sizeof(s) - 1                                              \
	}

static bool frame_handler(enum websocket_opcode opcode, const char *data,
			  size_t len, void *arg)
{
	static const char letters[] = "?TB?????CIO";
	struct heard *h = arg;
	size_t n = strlen(h->text);

	(void)re_snprintf(h->text + n, sizeof(h->text) - n, "%c(%b)",
			  letters[opcode], data, MIN(len, 20));

	return !h->stop;
}


/* Masks are zero: payloads stand in the clear. */
#define M "\0\0\0\0"

static const struct {
	const char *name;
	struct bytes in;
	const char *heard;
	uint16_t status;
} rows[] = {
	{"text", B("\x81\x85" M "hello"), "T(hello)", 0},
	{"mask is undone", B("\x81\x83\x01\x02\x03\x04``b"), "T(aba)", 0},
	{"empty text", B("\x81\x80" M), "T()", 0},
	{"binary", B("\x82\x81" M "\xff"), "B(\xff)", 0},
	{"fragments with a ping between",
	 B("\x01\x81" M "a\x00\x81" M "b\x89\x81" M "p\x80\x81" M "c"),
	 "I(p)T(abc)", 0},
	{"16-bit length",
	 B("\x81\xfe\x00\x7e" M
	   "0123456789012345678901234567890123456789012345678901234567890123"
	   "45678901234567890123456789012345678901234567890123456789012345"),
	 "T(01234567890123456789)", 0},
	{"close with code", B("\x88\x82" M "\x03\xe8"), "C(\x03\xe8)", 0},
	{"pong", B("\x8a\x80" M), "O()", 0},

	{"unmasked", B("\x81\x05hello"), "", 1002},
	{"reserved bit", B("\xc1\x80" M), "", 1002},
	{"reserved opcode", B("\x83\x80" M), "", 1002},
	{"reserved control opcode", B("\x8b\x80" M), "", 1002},
	{"continuation of nothing", B("\x80\x80" M), "", 1002},
	{"text within a message", B("\x01\x80" M "\x81\x80" M), "", 1002},
	{"fragmented ping", B("\x09\x80" M), "", 1002},
	{"long ping", B("\x89\xfe\x00\x7e" M), "", 1002},
	{"length not shortest", B("\x81\xfe\x00\x05" M "hello"), "", 1002},
	{"64-bit length not shortest", B("\x81\xff\0\0\0\0\0\0\x01\0" M), "",
	 1002},
	{"length near 2^64", B("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" M),
	 "", 1002},
	{"length of 2^62", B("\x82\xff\x40\0\0\0\0\0\0\0" M), "", 1009},
	{"70000 bytes", B("\x81\xff\0\0\0\0\0\x01\x11\x70" M), "", 1009},
	{"bad UTF-8", B("\x81\x82" M "\xc0\xaf"), "", 1007},
	{"surrogate", B("\x81\x83" M "\xed\xa0\x80"), "", 1007},
	{"truncated UTF-8", B("\x81\x82" M "\xe2\x82"), "", 1007},
	{"UTF-8 over a fragment boundary",
	 B("\x01\x81" M "\xc3\x80\x81" M "\xa9"), "T(\xc3\xa9)", 0},
	{"close of one byte", B("\x88\x81" M "\x03"), "", 1002},
	{"close code 1005", B("\x88\x82" M "\x03\xed"), "", 1002},
};


/** Whole and byte by byte: the outcome is the same */
static void parses_frames(void)
{
	size_t i, k, step;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (step = 1; step < 400; step += 399) {
			struct websocket_parser *p = NULL;
			struct heard h = {.stop = false};
			uint16_t status = 0;

			CU_ASSERT_EQUAL_FATAL(
				websocket_parser_alloc(&p, frame_handler, &h),
				0);
			for (k = 0; k < rows[i].in.n && !status; k += step)
				status = websocket_parser_feed(
					p, rows[i].in.p + k,
					MIN(step, rows[i].in.n - k));
			if (status != rows[i].status ||
			    strcmp(h.text, rows[i].heard))
				printf("\n%s: %u %s", rows[i].name, status,
				       h.text);
			CU_ASSERT_EQUAL(status, rows[i].status);
			CU_ASSERT_STRING_EQUAL(h.text, rows[i].heard);
			mem_deref(p);
		}
	}
}


static void stops_when_told(void)
{
	static const char two[] = "\x81\x81" M "a\x81\x81" M "b";
	struct websocket_parser *p = NULL;
	struct heard h = {.stop = true};

	CU_ASSERT_EQUAL_FATAL(websocket_parser_alloc(&p, frame_handler, &h),
			      0);
	CU_ASSERT_EQUAL(websocket_parser_feed(p, two, sizeof(two) - 1), 0);
	CU_ASSERT_STRING_EQUAL(h.text, "T(a)");
	mem_deref(p);
}


static void encodes_lengths(void)
{
	static const struct {
		size_t len, head;
	} lengths[] = {{0, 2}, {125, 2}, {126, 4}, {65535, 4}, {65536, 10}};
	static uint8_t data[65536];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct mbuf *mb = mbuf_alloc(16);

		CU_ASSERT_EQUAL(websocket_frame_encode(mb, WEBSOCKET_TEXT,
						       data, lengths[i].len),
				0);
		CU_ASSERT_EQUAL(mb->end, lengths[i].head + lengths[i].len);
		CU_ASSERT_EQUAL(mb->buf[0], 0x81);
		CU_ASSERT_EQUAL(mb->buf[1] & 0x80, 0);
		mem_deref(mb);
	}
}


/** Without memory it is closed with 1011; nothing half is handed up */
static int feed_fragments(void *arg)
{
	static const char bytes[] = "\x01\x81" M "a\x00\x81" M "b\x89\x81" M
				    "p\x80\x81" M "c\x81\x81" M "d";
	struct websocket_parser *p = NULL;
	struct heard h = {.stop = false};
	uint16_t status = 0;
	struct mbuf *mb = NULL;
	int err = websocket_parser_alloc(&p, frame_handler, &h);

	(void)arg;
	CU_ASSERT_EQUAL(!err, p != NULL);
	for (size_t k = 0; !err && !status && k < sizeof(bytes) - 1; k++)
		status = websocket_parser_feed(p, bytes + k, 1);
	CU_ASSERT(!status || status == WEBSOCKET_INTERNAL);
	if (!err && !status)
		CU_ASSERT_STRING_EQUAL(h.text, "I(p)T(abc)T(d)");
	CU_ASSERT_PTR_NULL(strstr(h.text, "T(a)"));
	mem_deref(p);
	if (!err && !status) {
		mb = mbuf_alloc(4);
		err = mb ? websocket_frame_encode(mb, WEBSOCKET_TEXT, bytes,
						  sizeof(bytes))
			 : ENOMEM;
	}
	mem_deref(mb);

	return status ? ENOMEM : err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(feed_fragments, NULL);
}

static CU_TestInfo tests[] = {
	{"parses frames whole and byte by byte", parses_frames},
	{"stops when the handler says so", stops_when_told},
	{"encodes lengths in their shortest form", encodes_lengths},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(websocket_parser, tests)
