/**
 * @file test_session_proof.c  What shows that the far end is where it signals
 *
 * The peer is 127.0.0.1; a message that it passes on for somebody else has a
 * Via of that host below its own.
 */
#include <stdio.h>
#include <string.h>
#include "signaling/session/dialog.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

#define PEER    "127.0.0.1"
#define BELOW   "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKx"
#define INSISTS "> INVITE 1 | offer | Require: 100rel"
#define PRACK   "> PRACK 2 | - | RAck: ~ 1 INVITE"

static const struct row {
	const char *name;
	bool trusted; /**< the peer is in trusted_hosts */
	const char *lines[8];
	const char *host; /**< that is proven then; NULL: none */
	bool vouched;
} rows[] = {
	{"anybody can send an INVITE",
	 false,
	 {"> INVITE 1 | offer", "< 200"},
	 NULL,
	 false},
	{"an ACK has our tag",
	 false,
	 {"> INVITE 1 | offer", "< 200", "> ACK 1"},
	 PEER,
	 false},
	{"so has a PRACK",
	 false,
	 {INSISTS, "< 100", "< 183", PRACK},
	 PEER,
	 false},
	{"an ACK with another tag is of another call",
	 false,
	 {"> INVITE 1 | offer", "< 200", "> ACK 1 | - | To: <sip:x@x>;tag=no"},
	 NULL,
	 false},
	{"whoever knows it may write another source",
	 false,
	 {"> INVITE 1 | offer", "< 200", "P", "> ACK 1"},
	 NULL,
	 false},
	{"and proves nobody else later",
	 false,
	 {"> INVITE 1 | offer", "< 200", "> ACK 1", "P", "> UPDATE 2",
	  "< 200"},
	 PEER,
	 false},
	{"nor another below a proxy",
	 true,
	 {"> INVITE 1 | offer", "< 200", "> ACK 1 | - | " BELOW},
	 NULL,
	 false},
	{"an answer shows that our INVITE has come",
	 false,
	 {"d", "< INVITE", "= 200 | answer", "< ACK"},
	 PEER,
	 false},
	{"and a ringing",
	 false,
	 {"d", "< INVITE", "= 183 | answer"},
	 PEER,
	 false},
	{"behind who is not trusted nobody is seen",
	 false,
	 {"> INVITE 1 | offer | " BELOW, "< 200", "> ACK 1 | - | " BELOW},
	 PEER,
	 false},
	{"a trusted host's own word is the operator's",
	 true,
	 {"> INVITE 1 | offer", "< 200", "> ACK 1"},
	 PEER,
	 true},
	{"but needs an ACK, too",
	 true,
	 {"> INVITE 1 | offer", "< 200"},
	 NULL,
	 false},
	{"what it passes on is another's",
	 true,
	 {"> INVITE 1 | offer | " BELOW, "< 200", "> ACK 1 | - | " BELOW},
	 "192.0.2.7",
	 false},
	{"and whose a response is nobody knows",
	 true,
	 {"d", "< INVITE", "= 200 | answer", "< ACK"},
	 PEER,
	 false},
};

static bool open_row(struct world *w, const struct row *row)
{
	if (world_open(w))
		return false;
	if (row->trusted) {
		w->config->trusted_hosts[0].bits = 32;
		(void)sa_set_str(&w->config->trusted_hosts[0].address, PEER,
				 0);
		w->config->trusted_hosts_count = 1;
	}

	return true;
}

static void play(const struct row *row)
{
	const struct session *s;
	struct sa host, is;
	bool never = false, vouched, proven;
	struct world w;

	CU_ASSERT_FATAL(open_row(&w, row));
	CU_ASSERT(world_play(&w, row->lines));
	(void)world_wait(&w, &never, 50);
	s = world_session(&w);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	proven = dialog_proof(s->dialog, &host, &vouched);
	if (proven != (row->host != NULL) || vouched != row->vouched ||
	    (proven && (sa_set_str(&is, row->host, 0) ||
			!sa_cmp(&host, &is, SA_ADDR)))) {
		CU_FAIL("another is proven");
		(void)re_printf("\n%s: %d %j %d\n", row->name, proven, &host,
				vouched);
	}
	world_close(&w);
}

static void shows_where_the_far_end_is(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		play(&rows[i]);
}

static void shows_it_over_a_connection_too(void)
{
	static const char *const lines[] = {"T", "> INVITE 1 | offer", "< 200",
					    "> ACK 1", NULL};
	struct sa host, is;
	bool never = false, vouched;
	struct world w;

	CU_ASSERT_FATAL(!world_open_tls(&w));
	CU_ASSERT(world_play(&w, lines));
	(void)world_wait(&w, &never, 50);
	CU_ASSERT_TRUE(
		dialog_proof(world_session(&w)->dialog, &host, &vouched));
	(void)sa_set_str(&is, PEER, 0);
	CU_ASSERT_TRUE(sa_cmp(&host, &is, SA_ADDR));
	world_close(&w);
}

static CU_TestInfo tests[] = {
	{"shows where the far end is", shows_where_the_far_end_is},
	{"shows it over a connection, too", shows_it_over_a_connection_too},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(session_proof, tests)
