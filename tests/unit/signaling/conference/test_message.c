/**
 * @file test_message.c  MESSAGE: what is written goes to all others (RFC 3428)
 *
 * Played over UDP as test_refer.c does, with two dialogs of the peer: "x" goes
 * to the other one, "n" begins the one that it is in anew. "w TEXT": whoever
 * operates the server writes; in a line $ is the peer's address.
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/say.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { LINE_SIZE = 2048 };

/** A dialog of the peer's */
struct side {
	char callid[64], local[640], to[640], contact[256];
};

struct scene {
	struct world w;
	struct side other;
};

static void swap(char *a, char *b, size_t size)
{
	char copy[1024];

	memcpy(copy, a, size);
	memcpy(a, b, size);
	memcpy(b, copy, size);
}

static void begin_anew(struct world *w)
{
	(void)re_snprintf(w->callid, sizeof(w->callid), "%llx", rand_u64());
	(void)re_snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
}

static void switch_side(struct scene *s)
{
	struct world *w = &s->w;

	swap(w->callid, s->other.callid, sizeof(w->callid));
	swap(w->local, s->other.local, sizeof(w->local));
	swap(w->to, s->other.to, sizeof(w->to));
	swap(w->contact, s->other.contact, sizeof(w->contact));
	if (w->callid[0])
		return;
	(void)re_snprintf(w->local, sizeof(w->local),
			  "<sip:carol@example.com>;tag=carol");
	begin_anew(w);
}

static bool operator_writes(struct world *w, const char *text)
{
	struct conference *c = focus_conference(w->focus, "demo");

	return c && conference_say(c, NULL, text, strlen(text), NULL) ==
			    REASON_NONE;
}

static bool play(struct scene *s, const char *line)
{
	char text[LINE_SIZE];
	const char *v[] = {text, NULL};
	size_t o = 0;

	if (!strcmp(line, "x")) {
		switch_side(s);
		return true;
	}
	if (!strcmp(line, "n")) {
		begin_anew(&s->w);
		return true;
	}
	if (!strncmp(line, "w ", 2))
		return operator_writes(&s->w, line + 2);

	for (; *line && o < sizeof(text) - 64; line++) {
		if (*line == '$')
			o += (size_t)re_snprintf(text + o, 40, "%J",
						 &s->w.peer);
		else
			text[o++] = *line;
	}
	text[o] = '\0';

	return world_play(&s->w, v);
}

static void play_all(bool trusted, const char *const lines[])
{
	struct scene s = {.w = {.up = false}};

	world_override = NULL;
	if (world_open(&s.w)) {
		CU_FAIL_FATAL("no world");
		return;
	}
	if (trusted) {
		(void)sa_set_str(&s.w.config->trusted_hosts[0].address,
				 "127.0.0.1", 0);
		s.w.config->trusted_hosts[0].bits = 32;
		s.w.config->trusted_hosts_count = 1;
	}
	for (unsigned i = 0; lines[i]; i++) {
		if (!play(&s, lines[i])) {
			fprintf(stderr, "at line %u: %s\n", i + 1, lines[i]);
			CU_FAIL("the script does not go on");
			break;
		}
	}
	CU_PASS("played");
	world_close(&s.w);
}

#define PLAY(name, trusted, ...)                                              \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_all(trusted, lines);                                     \
	}
#define SCRIPT(name, ...)   PLAY(name, false, __VA_ARGS__)
#define CALL                "> INVITE 1 | offer", "< 200", "> ACK 1"
#define CALLS_WITH(headers) "> INVITE 1 | offer | " headers, "< 200", "> ACK 1"
#define ASSERTED(who)       "P-Asserted-Identity: <sip:" who "@example.com>"
/* Both are in, and it is Carol's turn */
#define BOTH                CALL, "e connected", "x", CALL
#define IN                  CALL, "e connected"
#define SAYS(cseq, text)    "> MESSAGE " cseq " | text/plain:" text
/* Whatever it is, one answers and one is told */
#define TOLD(text)          "~ MESSAGE | " text, "= 200"

/* ------------------------------------------------------------------- in */

SCRIPT(all_others_are_told, BOTH, SAYS("2", "Hello"), "~ 200 | !Contact:",
       TOLD("From: <sip:demo@ | !Contact: | "
	    "Content-Type: text/plain;charset=UTF-8 | carol: Hello"),
       "- MESSAGE", "x", SAYS("2", "Hi"), "~ 200", TOLD("Al\"ice: Hi"),
       "e chat", "- MESSAGE")

SCRIPT(it_may_come_outside_of_the_dialog, BOTH, "n", SAYS("1", "Hello"),
       "~ 200", TOLD("carol: Hello"), "- MESSAGE")

SCRIPT(strangers_are_not_read, IN, "x", SAYS("1", "Hello"), "< 403",
       "- MESSAGE")

/* The same address from elsewhere is nobody */
SCRIPT(nor_is_who_claims_an_address, BOTH, "e connected", "P", "n",
       SAYS("1", "Hello"), "< 403", "- MESSAGE")

SCRIPT(nobody_is_told_where_there_is_no_conference, SAYS("1", "Hello"),
       "< 404")

SCRIPT(dialogs_that_are_not_there_are_not_read, IN, "x", "n",
       "> MESSAGE 1 | text/plain:x | To: <sip:demo@$>;tag=none", "< 4")

PLAY(who_is_asserted_is_who_takes_part, true, CALLS_WITH(ASSERTED("alice")),
     "e connected", "x", CALLS_WITH(ASSERTED("carol")), "n",
     SAYS("1", "Hello") " | " ASSERTED("carol"), "~ 200", TOLD("Hello"), "n",
     SAYS("2", "Hello") " | " ASSERTED("eve"), "< 403",
     /* a mere claim to be one of these */
     "n", SAYS("3", "Hello"), "< 403", "- MESSAGE")

SCRIPT(other_types_are_refused, BOTH, "> MESSAGE 2 | text/html:<b>x</b>",
       "< 415 | Accept: text/plain, message/cpim", "> MESSAGE 3", "< 400",
       SAYS("4", " ^"), "< 400", "- MESSAGE")

SCRIPT(what_is_for_nobody_to_read_is_taken, BOTH,
       "> MESSAGE 2 | application/im-iscomposing+xml:<x/>",
       "< 200 | !Parley-Chat", "> MESSAGE 3 | message/imdn+xml:<x/>", "< 200",
       "- MESSAGE")

/* Whoever it says that it is from */
SCRIPT(what_is_wrapped_is_read, BOTH,
       "> MESSAGE 2 | message/cpim:From: Eve <sip:e@x>^^"
       "Content-Type: text/plain^^Hello",
       "~ 200", TOLD("carol: Hello | !Eve"), "- MESSAGE")

SCRIPT(too_many_are_refused, BOTH, SAYS("2", "1"), "~ 200", TOLD("1"),
       SAYS("3", "2"), "~ 200", TOLD("2"), SAYS("4", "3"), "~ 200", TOLD("3"),
       SAYS("5", "4"), "~ 200", TOLD("4"), SAYS("6", "5"), "~ 200", TOLD("5"),
       SAYS("7", "6"), "~ 480 | Retry-After: 1 | (too-fast)", "- MESSAGE")

/* Before its ACK it is not in */
SCRIPT(who_is_not_in_yet_is_not_read, IN, "x", "> INVITE 1 | offer", "< 200",
       SAYS("2", "Hello"), "~ 403", "- MESSAGE")

/* ------------------------------------------------------------------ out */

SCRIPT(one_goes_at_a_time, IN, "w one", "w two", "w three",
       "< MESSAGE | Moderator: one", "- MESSAGE", "= 200",
       "< MESSAGE | Moderator: two", "- MESSAGE", "= 200",
       "< MESSAGE | Moderator: three", "= 200", "- MESSAGE")

SCRIPT(who_refuses_is_left_alone, IN, "w one", "< MESSAGE | one", "= 405",
       "w two", "- MESSAGE")

SCRIPT(who_says_that_he_takes_none_gets_none,
       CALLS_WITH("Allow: INVITE, ACK, BYE, CANCEL"), "e connected", "w one",
       "- MESSAGE")

SCRIPT(who_says_that_he_takes_them_gets_them,
       CALLS_WITH("Allow: INVITE, ACK, BYE, CANCEL, MESSAGE"), "e connected",
       "w one", "< MESSAGE | one", "= 200", "- MESSAGE")

SCRIPT(names_are_wrapped_where_that_is_taken,
       CALLS_WITH("Accept: application/sdp, message/cpim"), "e connected",
       "w one",
       "< MESSAGE | Content-Type: message/cpim | "
       "\nFrom: \"Moderator\" <sip:demo@ | \nTo: <sip:demo@ | "
       "\nDateTime: 2 | \n\r\none | !: one",
       "= 200", "- MESSAGE")

/* It takes it back */
SCRIPT(as_a_mere_text_where_it_is_not,
       CALLS_WITH("Accept: application/sdp, message/cpim"), "e connected",
       "w one", "< MESSAGE | message/cpim", "= 415",
       "< MESSAGE | text/plain | Moderator: one", "= 200", "w two",
       "< MESSAGE | text/plain | Moderator: two", "= 200")

SCRIPT(the_same_again_when_it_says_so, IN, "w one", "w two", "< MESSAGE | one",
       "= 503 | - | Retry-After: 1", "< MESSAGE | one", "= 200",
       "< MESSAGE | two", "= 200", "- MESSAGE")

SCRIPT(one_that_is_not_taken_is_skipped, IN, "w one", "w two",
       "< MESSAGE | one", "= 480", "< MESSAGE | two", "= 200", "- MESSAGE")

SCRIPT(but_not_for_ever, IN, "w 1", "w 2", "w 3", "w 4", "w 5", "w 6",
       "< MESSAGE", "= 500", "< MESSAGE", "= 500", "< MESSAGE", "= 500",
       "< MESSAGE", "= 500", "< MESSAGE", "= 500", "- MESSAGE")

SCRIPT(whom_we_called_is_told, "d", "< INVITE | Allow: INVITE, ACK, BYE, ",
       "= 200 | answer | Allow: INVITE, MESSAGE", "< ACK", "e connected",
       "w one", "< MESSAGE | Moderator: one", "= 200",
       "> MESSAGE 1 | text/plain:Hi", "< 200", "e chat", "- MESSAGE")

/* Nothing waits for its answer that nobody will hear */
SCRIPT(the_end_of_a_call_ends_it, IN, "w one", "w two", "< MESSAGE | one",
       "> BYE 2", "~ 200", "# 0", "- MESSAGE")

static CU_TestInfo tests[] = {
	{"all others are told", all_others_are_told},
	{"it may come outside of the dialog",
	 it_may_come_outside_of_the_dialog},
	{"strangers are not read", strangers_are_not_read},
	{"nor is who claims an address", nor_is_who_claims_an_address},
	{"nobody is told where there is no conference",
	 nobody_is_told_where_there_is_no_conference},
	{"dialogs that are not there are not read",
	 dialogs_that_are_not_there_are_not_read},
	{"who is asserted is who takes part",
	 who_is_asserted_is_who_takes_part},
	{"other types are refused", other_types_are_refused},
	{"what is for nobody to read is taken",
	 what_is_for_nobody_to_read_is_taken},
	{"what is wrapped is read", what_is_wrapped_is_read},
	{"too many are refused", too_many_are_refused},
	{"who is not in yet is not read", who_is_not_in_yet_is_not_read},
	{"one goes at a time", one_goes_at_a_time},
	{"who refuses is left alone", who_refuses_is_left_alone},
	{"who says that he takes none gets none",
	 who_says_that_he_takes_none_gets_none},
	{"who says that he takes them gets them",
	 who_says_that_he_takes_them_gets_them},
	{"names are wrapped where that is taken",
	 names_are_wrapped_where_that_is_taken},
	{"as a mere text where it is not", as_a_mere_text_where_it_is_not},
	{"the same again when it says so", the_same_again_when_it_says_so},
	{"one that is not taken is skipped", one_that_is_not_taken_is_skipped},
	{"but not for ever", but_not_for_ever},
	{"whom we called is told", whom_we_called_is_told},
	{"the end of a call ends it", the_end_of_a_call_ends_it},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(message, tests)
