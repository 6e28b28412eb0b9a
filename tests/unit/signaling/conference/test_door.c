/**
 * @file test_door.c  A conference with a door, who waits there, and who would
 * have others called past it: whoever is called is in at once
 *
 * Played over UDP as test_session.c does. In a line $ is the peer's address;
 * "n" begins another dialog.
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { LINE_SIZE = 1024 };

/** How the world is set up; the peer is a trusted host */
struct set {
	const char *setting; /**< of conferences that are called */
	const char *dial_out;
	unsigned max_participants; /**< 0: as ever */
};

static void set_up(struct world *w, const struct set *set)
{
	char why[SETTINGS_WHY_BYTES];

	(void)sa_set_str(&w->config->trusted_hosts[0].address, "127.0.0.1", 0);
	w->config->trusted_hosts[0].bits = 32;
	w->config->trusted_hosts_count = 1;
	CU_ASSERT_EQUAL(
		settings_set_text(&w->config->ad_hoc, set->setting, why), 0);
	w->config->dial_out = mem_deref(w->config->dial_out);
	(void)str_dup(&w->config->dial_out, set->dial_out);
	w->config->max_recipients = 3;
	if (set->max_participants)
		w->config->max_participants = set->max_participants;
}

static bool play(struct world *w, const char *line)
{
	char text[LINE_SIZE];
	const char *v[] = {text, NULL};
	size_t o = 0;

	if (!strcmp(line, "n")) {
		(void)re_snprintf(w->callid, sizeof(w->callid), "%llx",
				  rand_u64());
		(void)re_snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
		return true;
	}
	for (; *line && o < sizeof(text) - 64; line++) {
		if (*line == '$')
			o += (size_t)re_snprintf(text + o, 40, "%J", &w->peer);
		else
			text[o++] = *line;
	}
	text[o] = '\0';

	return world_play(w, v);
}

static void play_set(const struct set *set, const char *const lines[])
{
	struct world w;

	if (world_open(&w)) {
		CU_FAIL_FATAL("no world");
		return;
	}
	set_up(&w, set);
	for (unsigned i = 0; lines[i]; i++) {
		if (!play(&w, lines[i])) {
			fprintf(stderr, "at line %u: %s\n", i + 1, lines[i]);
			CU_FAIL("the script does not go on");
			break;
		}
	}
	CU_PASS("played");
	world_close(&w);
}

#define PLAY_IN(name, most, its_setting, who, ...)                            \
	static void name(void)                                                \
	{                                                                     \
		static const struct set set = {its_setting, who, most};       \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_set(&set, lines);                                        \
	}
#define PLAY(name, ...) PLAY_IN(name, 0, __VA_ARGS__)
#define ASSERTED(who)   "^P-Asserted-Identity: <sip:" who "@example.com>"
#define CALL(who)       "> INVITE 1 | offer | X: y" ASSERTED(who), "< 200", "> ACK 1"
#define HOST_CALLS      CALL("alice"), "e connected"
#define CAROL_WAITS     "n", CALL("carol"), "e waiting"
#define REFER(cseq)                                                           \
	"> REFER " cseq " | - | Refer-To: <sip:bob@$>^Refer-Sub: false"
#define LIST                                                                  \
	"application/resource-lists+xml:<resource-lists"                      \
	" xmlns=\"urn:ietf:params:xml:ns:resource-lists\"><list>"             \
	"<entry uri=\"sip:bob@$\"/></list></resource-lists> |"                \
	" Content-Disposition: recipient-list"
#define BOB_RINGS "< INVITE | INVITE sip:bob@", "= 486", "< ACK"

PLAY(who_is_in_dials, "lobby=on", "members", HOST_CALLS, REFER("2"), "< 202",
     BOB_RINGS, "# 1")

/* ...also by his proved address, out of any dialog */
PLAY(also_out_of_his_dialog, "lobby=on", "members", HOST_CALLS, "n",
     REFER("1") ASSERTED("alice"), "< 202", BOB_RINGS, "# 1")

PLAY(who_waits_does_not, "lobby=on", "members", HOST_CALLS, CAROL_WAITS,
     REFER("2"), "< 403", "- INVITE", "# 2")

PLAY(nor_where_the_known_may, "lobby=on", "known", HOST_CALLS, CAROL_WAITS,
     REFER("2"), "< 403", "n", REFER("1") ASSERTED("carol"), "< 403",
     "- INVITE", "# 2")

PLAY(nor_where_all_may, "guest_pin=2468", "all", CALL("carol"), "e waiting",
     REFER("2"), "< 403", "- INVITE", "# 1")

PLAY(nor_from_outside, "lobby=on", "all", HOST_CALLS, "n", REFER("1"), "< 403",
     "- INVITE", "# 1")

/* Nor may one be made so that would have a door */
PLAY(nor_what_would_have_one, "lobby=on", "all", REFER("1"), "< 403",
     "- INVITE", "# 0")
PLAY(nor_what_would_be_hosts, "may_dial_out=hosts", "all", REFER("1"), "< 403",
     "- INVITE", "# 0")

/* RFC 5366 */
PLAY(nor_by_a_list, "lobby=on", "members", HOST_CALLS, "n",
     "> INVITE 1 | " LIST ASSERTED("carol"), "< 403", "> ACK 1", "- INVITE",
     "# 1")

PLAY(who_is_in_dials_by_a_list, "lobby=on", "members", HOST_CALLS, "n",
     "> INVITE 1 | " LIST ASSERTED("alice"), "< 200", "> ACK 1 | answer",
     BOB_RINGS, "# 2")

/* As many wait as may: that keeps out nobody who proves that he is in */
PLAY_IN(so_many_wait_only, 2, "lobby=on", "members", HOST_CALLS, CAROL_WAITS,
	CAROL_WAITS, "n", "> INVITE 1 | offer | X: y" ASSERTED("erin"),
	"< 486", "> ACK 1", "n", CALL("alice"), "# 4")

static CU_TestInfo tests[] = {
	{"F4 who is in has others called", who_is_in_dials},
	{"F4 also out of his dialog", also_out_of_his_dialog},
	{"F4 who waits has not", who_waits_does_not},
	{"F4 nor where the known may", nor_where_the_known_may},
	{"F4 nor where all may", nor_where_all_may},
	{"F4 nor who asks from outside", nor_from_outside},
	{"F4 nor into what would have a door", nor_what_would_have_one},
	{"F4 nor into what would be the hosts'", nor_what_would_be_hosts},
	{"F3 nor who brings a list", nor_by_a_list},
	{"F3 but of who is in, it is called", who_is_in_dials_by_a_list},
	{"so many wait only", so_many_wait_only},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(door, tests)
