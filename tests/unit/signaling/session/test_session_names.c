/**
 * @file test_session_names.c  Host names in descriptions, with a name server
 *
 * gw.test is 127.0.0.1, slow.test is never answered, all others do not exist.
 */
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { HEADER = 12, ROW_A = 1, NO_SUCH_NAME = 3 };

struct server {
	struct udp_sock *us;
	unsigned asked;
};

/* Where the question ends; its name is written with dots. 0: none */
static size_t question(const uint8_t *p, size_t len, char name[256])
{
	size_t at = HEADER, o = 0;

	while (at < len && p[at]) {
		size_t n = p[at];

		if (n > 63 || at + n + 5 >= len || o + n + 2 > 256)
			return 0;
		if (o)
			name[o++] = '.';
		memcpy(name + o, p + at + 1, n);
		o += n;
		at += n + 1;
	}
	name[o] = '\0';
	return at + 5 <= len ? at + 5 : 0;
}

static void asked_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	static const uint8_t row[] = {0xc0, HEADER, 0, ROW_A, 0,   1, 0, 0,
				      0,    60,     0, 4,     127, 0, 0, 1};
	struct server *d = arg;
	uint8_t *p = mbuf_buf(mb);
	char name[256];
	size_t end = mbuf_get_left(mb) < HEADER
			     ? 0
			     : question(p, mbuf_get_left(mb), name);

	if (!end)
		return;
	d->asked++;
	if (!strcmp(name, "slow.test"))
		return;
	p[2] |= 0x80;
	p[3] = strcmp(name, "gw.test") ? NO_SUCH_NAME : 0;
	memset(p + 6, 0, 6);
	mb->end = mb->pos + end;
	if (!p[3] && p[end - 3] == ROW_A) {
		p[7] = 1;
		mb->pos = mb->end;
		(void)mbuf_write_mem(mb, row, sizeof(row));
		mb->pos -= end + sizeof(row);
	}
	(void)udp_send(d->us, src, mb);
}

static void play_named(bool trusted, bool asked, const char *const lines[])
{
	static char override[64];
	struct server d = {NULL, 0};
	struct world w;
	struct sa addr;

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&addr, "127.0.0.1", 0), 0);
	CU_ASSERT_EQUAL_FATAL(udp_listen(&d.us, &addr, asked_h, &d), 0);
	CU_ASSERT_EQUAL_FATAL(udp_local_get(d.us, &addr), 0);
	(void)re_snprintf(override, sizeof(override), "dns_server=%J", &addr);
	world_override = override;
	if (world_open(&w))
		CU_FAIL_FATAL("no world");
	world_override = NULL;
	if (trusted) {
		w.config->trusted_hosts[0].bits = 32;
		(void)sa_set_str(&w.config->trusted_hosts[0].address,
				 "127.0.0.1", 0);
		w.config->trusted_hosts_count = 1;
	}
	CU_ASSERT(world_play(&w, lines));
	CU_ASSERT_EQUAL(d.asked > 0, asked);
	world_close(&w);
	mem_deref(d.us);
}

#define SCRIPT(name, trusted, asked, ...)                                     \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_named(trusted, asked, lines);                            \
	}

#define SDP(connection)                                                       \
	"application/sdp:v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^t=0 0^"             \
	"m=audio 4000 RTP/AVP 0^" connection
#define ANSWER(host)                                                          \
	"application/sdp:v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^t=0 0^"             \
	"m=audio 4000 RTP/AVP 0^c=IN IP4 " host "^m=video 0 RTP/AVPF 97^"
#define NAMED         SDP("c=IN IP4 gw.test^")
#define SLOW          SDP("c=IN IP4 slow.test^")
#define CALL          "> INVITE 1 | offer", "< 200", "> ACK 1"
#define HANG_UP(cseq) "> BYE " cseq, "< 200", "# 0"
#define RELIABLE(n)   " | Require: 100rel^RSeq: " n

SCRIPT(takes_a_name, true, true, "> INVITE 1 | " NAMED, "< 100",
       "< 200 | m=audio 40000", "> ACK 1", "e connected",
       "> INVITE 2 | " NAMED, "< 200 | m=audio 40000", "> ACK 2",
       "> UPDATE 3 | " NAMED, "< 200 | m=audio 40000", HANG_UP("4"))

SCRIPT(asks_for_no_stranger, false, false, "> INVITE 1 | " NAMED,
       "< 488 | No address", "> ACK 1", "# 0")

SCRIPT(refuses_an_unknown_name, true, true,
       "> INVITE 1 | " SDP("c=IN IP4 none.test^"), "< 488 | No address",
       "> ACK 1", "# 0")

SCRIPT(waits_two_seconds, true, true, "> INVITE 1 | " SLOW, "< 100", "- 488",
       "< 488 | No address", "> ACK 1", "# 0")

SCRIPT(takes_the_other_row, true, true,
       "> INVITE 1 | " SDP("c=IN IP4 slow.test^c=IN IP4 127.0.0.1^"), "< 200",
       "> ACK 1", HANG_UP("2"))

SCRIPT(cancelled, true, true, "> INVITE 1 | " SLOW, "< 100", "> CANCEL 1",
       "< 200", "< 487", "> ACK 1", "# 0")

SCRIPT(change_cancelled, true, true, CALL, "> INVITE 2 | " SLOW, "< 100",
       "> OPTIONS 3", "< 200 | OPTIONS", "> UPDATE 4 | offer", "< 500",
       "> CANCEL 2", "< 200", "< 487", "> ACK 2", "> INVITE 5 | " NAMED,
       "< 200", "> ACK 5", HANG_UP("6"))

SCRIPT(change_refused, true, true, CALL, "> INVITE 2 | " SLOW, "< 100",
       "> INVITE 3 | offer", "< 500", "> ACK 3", "< 488 | No address", "# 1",
       "> INVITE 4 | offer", "< 200", "> ACK 4", HANG_UP("5"))

SCRIPT(hung_up, true, true, CALL, "> INVITE 2 | " SLOW, "< 100", "> BYE 3",
       "< 200 | BYE", "< 487", "> ACK 2", "# 0")

SCRIPT(own_offer_waits, true, true, CALL, "e connected", "> INVITE 2 | " SLOW,
       "< 100", "r", "- INVITE", "< 488", "> ACK 2", "< INVITE",
       "= 200 | answer", "< ACK", HANG_UP("3"))

SCRIPT(answer_in_ack, true, true, "> INVITE 1", "< 200 | m=audio",
       "> ACK 1 | " ANSWER("gw.test"), "@ leg.modify", "e connected",
       HANG_UP("2"))

SCRIPT(answer_of_the_called, true, true, "d", "< INVITE",
       "= 200 | " ANSWER("gw.test"), "< ACK", "@ leg.modify", "e connected",
       HANG_UP("1"))

SCRIPT(answer_that_waits, true, true, "d", "< INVITE",
       "= 200 | " ANSWER("slow.test"), "< ACK", "> INVITE 1 | offer", "< 491",
       "> ACK 1", "< BYE", "= 200", "# 0")

SCRIPT(answer_in_183, true, true, "d", "< INVITE",
       "= 183 | " ANSWER("gw.test") RELIABLE("7"), "< PRACK", "= 200",
       "@ leg.modify", "i", "= 200", "< ACK", "e connected", HANG_UP("1"))

SCRIPT(answer_in_prack, true, true, "> INVITE 1 | - | Require: 100rel",
       "< 100", "< 183 | m=audio 40000",
       "> PRACK 2 | " ANSWER("gw.test") " | RAck: ~ 1 INVITE",
       "< 200 | CSeq: 2 PRACK", "@ leg.modify", "< 200 | CSeq: 1 INVITE",
       "> ACK 1", "e connected", HANG_UP("3"))

/* The 183's name is still looked up when another fork answers for good */
SCRIPT(other_fork_is_sooner, true, true, "d", "< INVITE", "t one",
       "= 183 | " ANSWER("slow.test") RELIABLE("5"), "< PRACK | tag=one",
       "= 200", "i", "t two", "= 200 | answer", "< ACK | tag=two",
       "@ leg.modify", "e connected", "s", "< BYE | tag=two", "= 200", "# 0")

/* It rings on after an early answer whose name nobody knows: refused */
SCRIPT(refused_while_it_waits, true, true, "d", "< INVITE",
       "= 183 | " ANSWER("slow.test") RELIABLE("5"), "< PRACK", "= 200", "i",
       "= 422 | - | Min-SE: 4000", "< ACK", "< INVITE | Session-Expires: 4000",
       "= 200 | answer", "< ACK", "@ leg.modify", "e connected", HANG_UP("1"))

SCRIPT(shut_down_while_it_waits, true, true, CALL, "> INVITE 2 | " SLOW,
       "< 100", "s", "< 487", "< BYE", "= 200", "# 0")

static CU_TestInfo tests[] = {
	{"takes a name of a trusted host", takes_a_name},
	{"asks for no stranger", asks_for_no_stranger},
	{"refuses a name that nobody knows", refuses_an_unknown_name},
	{"waits two seconds", waits_two_seconds},
	{"takes the row that will do", takes_the_other_row},
	{"takes CANCEL meanwhile", cancelled},
	{"takes CANCEL of a change meanwhile", change_cancelled},
	{"goes on as before when a change cannot be", change_refused},
	{"takes BYE meanwhile", hung_up},
	{"offers nothing meanwhile", own_offer_waits},
	{"takes a name in an ACK", answer_in_ack},
	{"takes a name of whom it calls", answer_of_the_called},
	{"ends a call whose name nobody knows", answer_that_waits},
	{"takes a name in a 183", answer_in_183},
	{"takes a name in a PRACK", answer_in_prack},
	{"takes the fork that is sooner", other_fork_is_sooner},
	{"calls again while an early answer waits", refused_while_it_waits},
	{"shuts down meanwhile", shut_down_while_it_waits},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_names, tests)
