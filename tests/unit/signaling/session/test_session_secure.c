/**
 * @file test_session_secure.c  What began over TLS goes on there
 *
 * A call is made over TLS. Who knows its tags and asks for something in the
 * clear is told 403, changes nothing, and the call goes on over TLS.
 */
#include <stdio.h>
#include <string.h>
#include "signaling/session/dialog.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

static void open_call(struct world *w)
{
	static const char *const lines[] = {"T", "> INVITE 1 | offer", "< 200",
					    "> ACK 1", NULL};

	CU_ASSERT_FATAL(!world_open_tls(w));
	CU_ASSERT(world_play(w, lines));
}

/** It is still there, and its next CSeq too */
static void end_call(struct world *w)
{
	static const char *const lines[] = {"T",       "> UPDATE 2", "< 200",
					    "> BYE 3", "< 200",      NULL};

	CU_ASSERT(world_play(w, lines));
}

/** Every request of the dialog follows the one rule */
static void refuses_every_request_in_the_clear(void)
{
	static const char *const requests[] = {
		"> BYE 70",
		"> INVITE 70 | hold",
		"> UPDATE 70",
		"> UPDATE 70 | hold",
		"> PRACK 70 | - | RAck: 1 1 INVITE",
		"> INFO 70 | application/dtmf-relay:Signal=1",
		"> OPTIONS 70",
		"> REFER 70 | - | Refer-To: <sip:bob@127.0.0.1:9>",
		"> REFER 70 | - | Refer-To: <sip:bob@127.0.0.1:9;method=BYE>",
		"> SUBSCRIBE 70 | - | Event: conference^Expires: 60",
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		const char *const lines[] = {"U", requests[i], "< 403 | TLS",
					     NULL};
		struct world w;

		open_call(&w);
		CU_ASSERT(world_play(&w, lines));
		if (!strncmp(requests[i], "> INVITE", 8)) {
			static const char *const ack[] = {"> ACK 70", NULL};

			CU_ASSERT(world_play(&w, ack));
		}
		end_call(&w);
		world_close(&w);
	}
}

static void takes_no_ack_in_the_clear(void)
{
	static const char *const invite[] = {
		"T", "> INVITE 1 | offer", "< 200", "U", "> ACK 1", NULL};
	static const char *const ack[] = {"T", "> ACK 1", "> UPDATE 2",
					  "< 200", NULL};
	struct world w;
	bool never = false;

	CU_ASSERT_FATAL(!world_open_tls(&w));
	CU_ASSERT(world_play(&w, invite));
	(void)world_wait(&w, &never, 100);
	CU_ASSERT_EQUAL(dialog_state(world_session(&w)->dialog),
			DIALOG_ANSWERED);
	CU_ASSERT(world_play(&w, ack));
	CU_ASSERT_EQUAL(dialog_state(world_session(&w)->dialog),
			DIALOG_CONFIRMED);
	world_close(&w);
}

static void takes_no_cancel_in_the_clear(void)
{
	static const char *const lines[] = {
		"m 0",       "T",       "> INVITE 1 | offer",
		"@ leg.add", "U",       "> CANCEL 1",
		"< 481",     "m 2",     "T",
		"< 200",     "> ACK 1", NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open_tls(&w));
	CU_ASSERT(world_play(&w, lines));
	end_call(&w);
	world_close(&w);
}

/** A subscription is a dialog, too (RFC 6665) */
static void keeps_subscriptions(void)
{
	static const char *const lines[] = {
		"T",
		"> SUBSCRIBE 2 | - | Event: conference^Expires: 600",
		"< 200",
		"< NOTIFY",
		"= 200",
		"U",
		"> SUBSCRIBE 70 | - | Event: conference^Expires: 0",
		"< 403",
		"T",
		"> SUBSCRIBE 3 | - | Event: conference^Expires: 0",
		"< 200",
		NULL};
	struct world w;

	open_call(&w);
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}

/** Another dialog in the clear that names the one over TLS */
static void is_not_named_in_the_clear(void)
{
	static const char *const forms[] = {
		"> INVITE 1 | offer | Replaces: %s;to-tag=%s;from-tag=%s",
		"> INVITE 1 | offer | Join: %s;to-tag=%s;from-tag=%s",
		"> REFER 1 | - | Target-Dialog: %s;local-tag=%s;remote-tag=%s"
		"^Refer-To: <sip:bob@127.0.0.1:9>",
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char line[512];
		const char *const lines[] = {"U", line, "< 403", NULL};
		struct world w;
		const char *tag;

		open_call(&w);
		tag = strstr(w.to, "tag=");
		CU_ASSERT_PTR_NOT_NULL_FATAL(tag);
		(void)re_snprintf(line, sizeof(line), forms[i], w.callid,
				  tag + 4, "peer");
		(void)snprintf(w.callid, sizeof(w.callid), "other");
		(void)re_snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
		(void)re_snprintf(w.local, sizeof(w.local),
				  "<sip:alice@example.com>;tag=other");
		CU_ASSERT(world_play(&w, lines));
		CU_ASSERT_EQUAL(sessions_count(w.sessions), 1);
		world_close(&w);
	}
}

/** What began in the clear may move to TLS, and back */
static void lets_others_move(void)
{
	static const char *const lines[] = {"> INVITE 1 | offer",
					    "< 200",
					    "> ACK 1",
					    "T",
					    "> UPDATE 2",
					    "< 200",
					    "U",
					    "> BYE 3",
					    "< 200",
					    "# 0",
					    NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open_tls(&w));
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}

static CU_TestInfo tests[] = {
	{"refuses every request in the clear",
	 refuses_every_request_in_the_clear},
	{"takes no ACK in the clear", takes_no_ack_in_the_clear},
	{"takes no CANCEL in the clear", takes_no_cancel_in_the_clear},
	{"keeps subscriptions", keeps_subscriptions},
	{"is not named in the clear", is_not_named_in_the_clear},
	{"lets others move", lets_others_move},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_secure, tests)
