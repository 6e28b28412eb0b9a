/**
 * @file test_session_id.c  Session-ID of a dialog (RFC 7989)
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/session_id.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define NIL    "00000000000000000000000000000000"
#define OURS   "0123456789abcdef0123456789abcdef"
#define THEIRS "ab30317f1a784dc48ff824d0d3715d86"

static struct sip_msg *message(const char *headers)
{
	return message_of("BYE sip:d@example.com SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:d@x>\r\n"
			  "Call-ID: 1\r\nCSeq: 1 BYE\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  headers);
}


static void reads_theirs_or_nothing(void)
{
	static const struct {
		const char *headers, *remote;
	} rows[] = {
		{"Session-ID: " THEIRS ";remote=" NIL "\r\n", THEIRS},
		{"session-id:   AB30317F1A784DC48FF824D0D3715D86 ;remote=x"
		 "\r\n",
		 THEIRS},
		{"Session-ID: " THEIRS "\r\n", THEIRS},
		/* old ones of draft-kaplan are as long; nil is none */
		{"Session-ID: " NIL ";remote=" OURS "\r\n", ""},
		{"Session-ID: " THEIRS "0\r\n", ""},
		{"Session-ID: ab30317f\r\n", ""},
		{"Session-ID: zb30317f1a784dc48ff824d0d3715d86\r\n", ""},
		{"Session-ID: ;remote=" OURS "\r\n", ""},
		{"Session-ID:\r\n", ""},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session_id id = {"", ""};
		struct sip_msg *msg = message(rows[i].headers);

		session_id_read(&id, msg);
		CU_ASSERT_STRING_EQUAL(id.remote, rows[i].remote);
		mem_deref(msg);
	}
}


/** What cannot be read changes nothing (section 6) */
static void nonsense_leaves_what_is_known(void)
{
	struct session_id id = {OURS, THEIRS};
	struct sip_msg *msg = message("Session-ID: x\r\n");

	session_id_read(&id, msg);
	CU_ASSERT_STRING_EQUAL(id.remote, THEIRS);
	mem_deref(msg);
}


static void prints_both_halves(void)
{
	static const struct {
		struct session_id id;
		const char *line;
	} rows[] = {
		{{OURS, THEIRS}, "Session-ID: " OURS ";remote=" THEIRS "\r\n"},
		{{OURS, ""}, "Session-ID: " OURS ";remote=" NIL "\r\n"},
		{{"", THEIRS}, ""},
	};
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT(re_snprintf(text, sizeof(text), "%H",
				      session_id_print, &rows[i].id) >= 0);
		CU_ASSERT_STRING_EQUAL(text, rows[i].line);
	}
	CU_ASSERT_EQUAL(
		re_snprintf(text, sizeof(text), "%H", session_id_print, NULL),
		0);
}


static int print_one(void *arg)
{
	char *text = NULL;
	int err = re_sdprintf(&text, "%H", session_id_print, arg);

	CU_ASSERT_EQUAL(!err, text != NULL);
	mem_deref(text);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct session_id id = {OURS, THEIRS};

	failing_each(print_one, &id);
}


static CU_TestInfo tests[] = {
	{"reads theirs, or nothing", reads_theirs_or_nothing},
	{"nonsense leaves what is known", nonsense_leaves_what_is_known},
	{"prints both halves", prints_both_halves},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_id, tests)
