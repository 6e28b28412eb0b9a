/**
 * @file test_stream.c  Messages cut from a byte stream
 */
#include <string.h>
#include "signaling/transport/stream.h"
#include "tests/unit/unit.h"


static const char bytes[] = "\r\n\r\n"
			    "OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nhello"
			    "\r\n"
			    "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";


/** However the bytes arrive, the pieces are the same */
static void cuts_at_any_boundary(void)
{
	static const enum stream_piece expect[] = {
		STREAM_PING, STREAM_MESSAGE, STREAM_BLANK, STREAM_MESSAGE};
	size_t step, pos, len, n, scanned, found;
	enum stream_piece piece;
	static struct sip_lines w;

	for (step = 1; step < sizeof(bytes); step++) {
		pos = scanned = found = 0;
		for (len = step; pos < sizeof(bytes) - 1; len += step) {
			len = MIN(len, sizeof(bytes) - 1);
			piece = stream_piece(&w, bytes + pos, len - pos, 65535,
					     &scanned, &n);
			while (piece != STREAM_MORE) {
				CU_ASSERT_TRUE_FATAL(found < 4);
				CU_ASSERT_EQUAL(piece, expect[found++]);
				pos += n;
				scanned = 0;
				piece = stream_piece(&w, bytes + pos,
						     len - pos, 65535,
						     &scanned, &n);
			}
			/* of how much more only the head tells */
			CU_ASSERT_TRUE(n == 0 || n == 2 || n > len - pos);
			if (len == sizeof(bytes) - 1)
				break;
		}
		CU_ASSERT_EQUAL(found, 4);
	}
}


static void gives_up_on(void)
{
	static const struct {
		const char *text;
		size_t max;
	} rows[] = {
		{"OPTIONS sip:a SIP/2.0\r\nX: y\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 99999999999\r\n\r\n", 65535},
		{"OPTIONS sip:a SIP/2.0\r\nl: 100\r\n\r\n", 100},
		{"OPTIONS sip:a SIP/2.0", 10},
	};
	static struct sip_lines w;
	size_t i, n, scanned;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		scanned = 0;
		CU_ASSERT_EQUAL(stream_piece(&w, rows[i].text,
					     strlen(rows[i].text), rows[i].max,
					     &scanned, &n),
				STREAM_BROKEN);
		CU_ASSERT_TRUE(n <= rows[i].max);
	}
}


/** The answer to a ping of ours is an empty line that nothing follows: no
 *  message that somebody takes too long over (RFC 5626 section 4.4.1) */
static void waits_for_nothing_after_a_pong(void)
{
	static const struct {
		const char *text;
		bool partial;
	} rows[] = {{"", false},      {"\r\n", false},   {"\r", true},
		    {"\r\n\r", true}, {"O", true},       {"OPTIONS ", true},
		    {"\r\nO", true},  {"SIP/2.0 ", true}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(
			stream_is_partial(rows[i].text, strlen(rows[i].text)),
			rows[i].partial);
}


static CU_TestInfo tests[] = {
	{"cuts messages at any boundary of arrival", cuts_at_any_boundary},
	{"gives up where no end can be found", gives_up_on},
	{"waits for nothing after a pong", waits_for_nothing_after_a_pong},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(stream, tests)
