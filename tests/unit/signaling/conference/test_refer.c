/**
 * @file test_refer.c  REFER, Replaces, Join and whom they have dialled
 *
 * Played over UDP as test_session.c does. The peer has two dialogs here: "x"
 * goes to the other one, which begins anew if there is none; "n" begins the
 * one that it is in anew. In a line $ is the peer's address, {S} the server's,
 * {R} and {T} name the dialog that the peer is not in as Replaces and
 * Target-Dialog do, {t} with the sides of the latter the other way round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { LINE_SIZE = 2048 };

/** A name server that nobody is: names are looked up for two seconds */
#define NOBODY "dns_server=127.0.0.1:9"

/** A dialog of the peer's */
struct side {
	char callid[64], local[640], to[640], contact[256];
};

struct scene {
	struct world w;
	struct side other;
	bool begun; /**< the other one has a Call-ID of its own */
};

/** How the world is set up */
struct set {
	bool trusted; /**< the peer is */
	const char *dial_out;
	const char *config; /**< one more line of it */
};

static void swap(char *a, char *b, size_t size)
{
	char copy[1024];

	memcpy(copy, a, size);
	memcpy(a, b, size);
	memcpy(b, copy, size);
}

/* To the other dialog; the first time as somebody whom nobody knows */
static void switch_side(struct scene *s)
{
	struct world *w = &s->w;

	if (!s->begun) {
		s->begun = true;
		(void)re_snprintf(s->other.callid, sizeof(s->other.callid),
				  "%llx", rand_u64());
		(void)re_snprintf(s->other.local, sizeof(s->other.local),
				  "<sip:carol@example.com>;tag=carol");
		(void)re_snprintf(s->other.to, sizeof(s->other.to), "<sip:%s>",
				  w->uri);
	}
	swap(w->callid, s->other.callid, sizeof(w->callid));
	swap(w->local, s->other.local, sizeof(w->local));
	swap(w->to, s->other.to, sizeof(w->to));
	swap(w->contact, s->other.contact, sizeof(w->contact));
}

static void begin_anew(struct world *w)
{
	(void)re_snprintf(w->callid, sizeof(w->callid), "%llx", rand_u64());
	(void)re_snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
}

static const char *tag_of(const char *value)
{
	const char *tag = strstr(value, "tag=");

	return tag ? tag + 4 : "none";
}

static size_t print_dialog(const struct scene *s, char kind, char *dst)
{
	const char *form = kind == 'R'   ? "%s;to-tag=%s;from-tag=%s"
			   : kind == 'T' ? "%s;local-tag=%s;remote-tag=%s"
					 : "%s;remote-tag=%s;local-tag=%s";

	return (size_t)re_snprintf(dst, 256, form, s->other.callid,
				   tag_of(s->other.to),
				   tag_of(s->other.local));
}

static void fill(const struct scene *s, char *dst, const char *line)
{
	size_t o = 0;

	for (; *line && o < LINE_SIZE - 300; line++) {
		if (*line == '$') {
			o += (size_t)re_snprintf(dst + o, 40, "%J",
						 &s->w.peer);
		}
		else if (!strncmp(line, "{S}", 3)) {
			o += (size_t)re_snprintf(dst + o, 40, "%J",
						 &s->w.server);
			line += 2;
		}
		else if (line[0] == '{' && line[1] && line[2] == '}') {
			o += print_dialog(s, line[1], dst + o);
			line += 2;
		}
		else {
			dst[o++] = *line;
		}
	}
	dst[o] = '\0';
}

static bool play(struct scene *s, const char *line)
{
	static char text[LINE_SIZE];
	const char *v[] = {text, NULL};

	if (!strcmp(line, "x")) {
		switch_side(s);
		return true;
	}
	if (!strcmp(line, "n")) {
		begin_anew(&s->w);
		return true;
	}
	fill(s, text, line);

	return world_play(&s->w, v);
}

static void set_up(struct world *w, const struct set *set)
{
	if (set->trusted) {
		(void)sa_set_str(&w->config->trusted_hosts[0].address,
				 "127.0.0.1", 0);
		w->config->trusted_hosts[0].bits = 32;
		w->config->trusted_hosts_count = 1;
	}
	if (set->dial_out) {
		w->config->dial_out = mem_deref(w->config->dial_out);
		(void)str_dup(&w->config->dial_out, set->dial_out);
	}
}

static void play_set(const struct set *set, const char *const lines[])
{
	struct scene s = {.begun = false};
	unsigned i;

	world_override = set->config;
	if (world_open(&s.w)) {
		CU_FAIL_FATAL("no world");
		return;
	}
	set_up(&s.w, set);
	for (i = 0; lines[i]; i++) {
		if (!play(&s, lines[i])) {
			fprintf(stderr, "at line %u: %s\n", i + 1, lines[i]);
			CU_FAIL("the script does not go on");
			break;
		}
	}
	CU_PASS("played");
	world_close(&s.w);
}

#define PLAY(name, how, ...)                                                  \
	static void name(void)                                                \
	{                                                                     \
		static const struct set set = how;                            \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_set(&set, lines);                                        \
	}
#define SET(...)                                                              \
	{                                                                     \
		__VA_ARGS__                                                   \
	}
#define PLAIN               SET(.trusted = false)
#define SCRIPT(name, ...)   PLAY(name, PLAIN, __VA_ARGS__)
#define CALL                "> INVITE 1 | offer", "< 200", "> ACK 1"
#define ASSERTED(who)       "^P-Asserted-Identity: <sip:" who "@example.com>"
#define REFER(cseq, target) "> REFER " cseq " | - | Refer-To: <" target ">"
#define NOTIFY(text)        "< NOTIFY | " text, "= 200"
#define ACTIVE(text)        NOTIFY("Subscription-State: active;expires= | " text)
#define FINAL(text)                                                           \
	NOTIFY("Subscription-State: terminated;reason=noresource | " text)

/* ---------------------------------------------------------------- F4, F9 */

SCRIPT(dials_whom_a_member_names, CALL, REFER("2", "sip:bob@$"), "< 202",
       "e dialing",
       ACTIVE("Event: refer | !id= | Content-Type: message/sipfrag"
	      ";version=2.0 | SIP/2.0 100 Trying"),
       "< INVITE | INVITE sip:bob@ | From: <sip:demo@ | ;isfocus |"
       " Referred-By: <sip:alice@example.com> | m=audio",
       "= 180", ACTIVE("SIP/2.0 180 Word"), "i", "= 200 | answer", "< ACK",
       FINAL("SIP/2.0 200 Word"), "# 2")

SCRIPT(tells_why_it_came_to_nothing, CALL,
       REFER("2", "sip:bob@$;method=INVITE"), "< 202", ACTIVE("100 Trying"),
       "< INVITE", "= 486", "< ACK", FINAL("SIP/2.0 486 Word"), "# 1")

SCRIPT(tells_that_there_is_no_way, CALL,
       REFER("2", "sip:bob@127.0.0.1:1;transport=ws"), "< 202",
       ACTIVE("100 Trying"), FINAL("SIP/2.0 480 "), "# 1")

SCRIPT(keeps_referred_by, CALL,
       REFER("2", "sip:bob@$") "^Referred-By: \"Al\" <sip:al@example.com>"
			       ";cid=1^Refer-Sub: false",
       "< 202", "< INVITE | Referred-By: \"Al\" <sip:al@example.com>;cid=1",
       "= 486", "< ACK")

/* S9, S12 */
#define ICID(value) "^P-Charging-Vector: icid-value=" value
PLAY(charges_who_is_called, SET(.trusted = true),
     "> INVITE 1 | offer | X: y" ASSERTED("alice") ICID("abc"), "< 200",
     "> ACK 1", REFER("2", "sip:bob@$") "^Refer-Sub: false" ICID("else"),
     "< 202 | Session-ID: ", "< INVITE | P-Charging-Vector: icid-value=abc",
     "= 486", "< ACK", "x",
     REFER("1", "sip:bob@$") "^Refer-Sub: false" ASSERTED("alice") ICID("new"),
     "< 202", "< INVITE | P-Charging-Vector: icid-value=new", "= 486", "< ACK")

SCRIPT(tells_several_apart, CALL, REFER("2", "sip:bob@$"), "< 202",
       ACTIVE("Event: refer | !id="), "< INVITE | INVITE sip:bob@", "= 486",
       "< ACK", FINAL("Event: refer | !id="), REFER("3", "sip:eve@$"), "< 202",
       ACTIVE("Event: refer;id=3 | 100 Trying"), "< INVITE | INVITE sip:eve@",
       "= 603", "< ACK", FINAL("Event: refer;id=3 | SIP/2.0 603"), "# 1")

#define ALICE_CALLS                                                           \
	"> INVITE 1 | offer | X: y" ASSERTED("alice"), "< 200", "> ACK 1"

PLAY(listens_to_known_members, SET(.trusted = true), ALICE_CALLS, "x",
     REFER("1", "sip:bob@$") ASSERTED("alice"), "< 202 | Contact: <sip:demo@",
     ACTIVE("100 Trying"), "< INVITE", "= 486", "< ACK", FINAL("486"), "# 1")

/* Alice is one who claimed to be; who proves that name is somebody else */
PLAY(not_to_the_known_for_claims, SET(.trusted = true), CALL, "x",
     REFER("1", "sip:bob@$") ASSERTED("alice"), "< 403", "- INVITE", "# 1")

PLAY(not_to_known_strangers, SET(.trusted = true), CALL, "x",
     REFER("1", "sip:bob@$") ASSERTED("carol"), "< 403", "- INVITE", "# 1")

SCRIPT(nor_to_claims, CALL, "x",
       REFER("1", "sip:bob@$") "^P-Asserted-Identity:"
			       " <sip:alice@example.com>",
       "< 403", "- INVITE", "# 1")

SCRIPT(listens_to_who_knows_a_dialog, CALL, "x",
       REFER("1", "sip:bob@$") "^Target-Dialog: {T}", "< 202",
       ACTIVE("100 Trying"), "< INVITE", "= 486", "< ACK", FINAL("486"), "# 1")

SCRIPT(whichever_side_is_called_local, CALL, "x",
       REFER("1", "sip:bob@$") "^Target-Dialog: {t}^Refer-Sub: false", "< 202",
       "< INVITE", "= 486", "< ACK", "# 1")

/* Tags are seen on the way: from elsewhere, and for a proved one, they are not
 * enough */
SCRIPT(not_to_who_saw_one, CALL, "e connected", "P", "x",
       REFER("1", "sip:bob@$") "^Target-Dialog: {T}", "< 403", "- INVITE",
       "# 1")
PLAY(not_to_who_saw_a_proved_ones, SET(.trusted = true), ALICE_CALLS, "x",
     REFER("1", "sip:bob@$") "^Target-Dialog: {T}", "< 403", "n",
     REFER("2", "sip:bob@$") "^Target-Dialog: {T}" ASSERTED("carol"), "< 403",
     "- INVITE", "# 1")

SCRIPT(not_to_who_guesses_one, CALL, "x",
       REFER("1", "sip:bob@$") "^Target-Dialog: x;local-tag=1;remote-tag=2",
       "< 403", "# 1")

PLAY(obeys_off, SET(.dial_out = "off"), CALL, REFER("2", "sip:bob@$"), "< 403",
     "- INVITE", "# 1")

PLAY(obeys_known, SET(.dial_out = "known"), CALL, REFER("2", "sip:bob@$"),
     "< 403", "- INVITE", "# 1")

PLAY(obeys_all, SET(.dial_out = "all"), "x", REFER("1", "sip:bob@$"), "< 202",
     ACTIVE("100 Trying"), "< INVITE", "= 486", "< ACK", FINAL("486"), "# 0")

SCRIPT(refuses_bad_requests, CALL, "> REFER 2", "< 400",
       "> REFER 3 | - | Refer-To: <sip:bob@$>^Refer-To: <sip:eve@$>", "< 400",
       REFER("4", "http://example.com/"), "< 416",
       REFER("5", "sip:bob@$;method=SUBSCRIBE"), "< 501",
       REFER("6", "sip:bob@$?Route=%3Csip:evil@$%3E"), "< 403",
       REFER("7", "sip:bob@$?Replaces=nonsense"), "< 400",
       REFER("8", "sip:%00@"), "< 400", "- INVITE", "# 1")

SCRIPT(calls_no_emergency, CALL, REFER("2", "tel:112"), "< 202",
       ACTIVE("100 Trying"), FINAL("SIP/2.0 403"), "- INVITE", "# 1")

SCRIPT(has_no_way_to_a_number, CALL, REFER("2", "tel:+12015550123"), "< 202",
       ACTIVE("100 Trying"), FINAL("SIP/2.0 480"), "# 1")

/* -------------------------------------------------------------------- F5 */

#define CAROL_JOINS "x", CALL, "x"

SCRIPT(removes_for_the_moderator, CALL, CAROL_JOINS,
       REFER("2", "sip:carol@example.com;method=BYE"), "< 202",
       "< NOTIFY | Subscription-State: terminated;reason=noresource |"
       " SIP/2.0 200 OK",
       "= 200", "< BYE | Reason: SIP;cause=603 | To: <sip:carol@", "= 200",
       "e left kicked", "# 1")

SCRIPT(removes_by_header_too, CALL, CAROL_JOINS,
       REFER("2", "sip:carol@example.com?method=BYE") "^Refer-Sub: false",
       "< 202", "< BYE", "= 200", "# 1")

SCRIPT(not_for_others, CALL, CAROL_JOINS, "x",
       REFER("2", "sip:alice@example.com;method=BYE"), "< 403", "- BYE", "# 2")

SCRIPT(nobody_to_remove, CALL, REFER("2", "sip:eve@example.com;method=BYE"),
       "< 404", "# 1")

SCRIPT(lets_people_go, CALL, CAROL_JOINS, "x",
       REFER("2", "sip:carol@example.com;method=BYE") "^Refer-Sub: false",
       "< 202", "< BYE | !Reason", "= 200", "e left left", "# 1")

SCRIPT(removes_whom_one_invited, CALL, CAROL_JOINS, "x",
       REFER("2", "sip:bob@$") "^Refer-Sub: false", "< 202", "< INVITE",
       "= 200 | answer", "< ACK",
       REFER("3", "sip:bob@$;method=BYE") "^Refer-Sub: false", "< 202",
       "< BYE | To: <sip:bob@", "= 200", "# 2")

/* What one says in Contact and Referred-By gives no power over others */
SCRIPT(not_by_a_borrowed_contact, CALL, "x",
       "> INVITE 1 | offer | Contact: <sip:bob@$>", "< 200", "> ACK 1", "x",
       REFER("2", "sip:bob@$") "^Refer-Sub: false", "< 202", "< INVITE",
       "= 200 | answer", "< ACK", "x",
       REFER("2", "sip:bob@$;method=BYE") "^Refer-Sub: false", "< 202",
       "< BYE | To: <sip:carol@", "= 200", "- BYE", "# 2")

SCRIPT(remembers_who_asked, CALL, CAROL_JOINS, "x",
       REFER("2", "sip:bob@$") "^Refer-Sub: false^"
			       "Referred-By: <sip:al@example.com>",
       "< 202", "< INVITE", "= 200 | answer", "< ACK",
       REFER("3", "sip:bob@$;method=BYE") "^Refer-Sub: false", "< 202",
       "< BYE | To: <sip:bob@", "= 200", "# 2")

/* However full it is; there is no room for others then */
PLAY(removes_from_a_full_one, SET(.config = "max_participants=1"), CALL, "x",
     REFER("1", "sip:bob@$") "^Target-Dialog: {T}", "< 486", "n",
     REFER("2", "sip:alice@example.com;method=BYE") "^Refer-Sub: false^"
						    "Target-Dialog: {T}",
     "< 202", "< BYE", "= 200", "# 0")

SCRIPT(ends_for_the_moderator, CALL, CAROL_JOINS,
       REFER("2", "sip:demo@{S};method=BYE") "^Refer-Sub: false", "< 202",
       "< BYE", "= 200", "< BYE", "= 200", "e ended ended", "# 0")

SCRIPT(ends_for_nobody_else, CALL, CAROL_JOINS, "x",
       REFER("2", "sip:demo@{S};method=BYE"), "< 403", "- BYE", "# 2")

/* -------------------------------------------------------------------- F6 */

SCRIPT(subscribes_nobody_unasked, CALL,
       REFER("2", "sip:bob@$") "^Refer-Sub: false^Supported: norefersub",
       "< 202 | Refer-Sub: false", "< INVITE", "= 180", "- NOTIFY", "i",
       "= 486", "< ACK", "- NOTIFY", "# 1")

SCRIPT(knows_nosub, CALL, REFER("2", "sip:bob@$") "^Require: nosub", "< 202",
       "< INVITE", "= 486", "< ACK", "- NOTIFY", "# 1")

/* ---------------------------------------------------------------- F7, F8 */

SCRIPT(passes_replaces_on, CALL,
       REFER("2", "sip:bob@$?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2"
		  "&Require=replaces") "^Refer-Sub: false",
       "< 202", "< INVITE | Replaces: a@b;to-tag=1;from-tag=2 | !Require",
       "= 486", "< ACK")

SCRIPT(passes_join_on, CALL,
       REFER("2", "sip:bob@$?Join=a;to-tag=1;from-tag=2") "^Refer-Sub: false",
       "< 202", "< INVITE | Join: a;to-tag=1;from-tag=2", "= 486", "< ACK")

SCRIPT(takes_the_place_of_another, CALL, "x",
       "> INVITE 1 | offer | Replaces: {R}", "< 200 | replaces", "- BYE",
       "> ACK 1",
       "< BYE | Reason: SIP;cause=200;text=\"Call completed elsewhere\" |"
       " To: \"Al",
       "= 200", "e left replaced", "# 1")

#define REPLACE(cseq) "> INVITE " cseq " | offer | Replaces: {R}"

PLAY(not_of_who_is_known, SET(.trusted = true),
     "> INVITE 1 | offer | X: y" ASSERTED("alice"), "< 200", "> ACK 1", "x",
     REPLACE("1") ASSERTED("carol"), "< 403", "> ACK 1", "n",
     REPLACE("2") "^Referred-By: <sip:bob@example.com>" ASSERTED("carol"),
     "< 403", "> ACK 2", "# 1")

PLAY(but_of_oneself, SET(.trusted = true),
     "> INVITE 1 | offer | X: y" ASSERTED("alice"), "< 200", "> ACK 1", "x",
     REPLACE("1") ASSERTED("alice"), "< 200", "> ACK 1", "< BYE | To: \"Al",
     "= 200", "# 1")

/* Anybody may say so, also who has proved himself */
PLAY(not_of_who_was_referred_by_his_own_word, SET(.trusted = true),
     "> INVITE 1 | offer | X: y" ASSERTED("alice"), "< 200", "> ACK 1", "x",
     REPLACE("1") "^Referred-By: \"A\" <sip:Alice@example.com>;cid=1" ASSERTED(
	     "carol"),
     "< 403", "> ACK 1", "# 1")

PLAY(not_of_who_only_says_so, SET(.trusted = true),
     "> INVITE 1 | offer | X: y" ASSERTED("alice"), "< 200", "> ACK 1", "x",
     REPLACE("1") "^Referred-By: <sip:alice@example.com>", "< 403", "> ACK 1",
     "# 1")

/* Who knows a dialog that others could have seen is at its host, or sent */
SCRIPT(not_from_elsewhere, CALL, "e connected", "P", "x", REPLACE("1"),
       "< 403", "> ACK 1", "n",
       REPLACE("2") "^Referred-By: <sip:bob@example.com>", "< 403", "> ACK 2",
       "# 1")
SCRIPT(but_of_who_sent_one_from_elsewhere, CALL, "e connected", "P", "x",
       REPLACE("1") "^Referred-By: <sip:alice@example.com>", "< 200",
       "> ACK 1", "e left replaced",
       REFER("2", "sip:demo@{S};method=BYE") "^Refer-Sub: false", "< 403")

/* RFC 3891: the right moves with the leg */
SCRIPT(rights_move_with_the_leg, CALL, "x", REPLACE("1"), "< 200", "> ACK 1",
       "< BYE | To: \"Al", "= 200", "e left replaced",
       REFER("2", "sip:demo@{S};method=BYE") "^Refer-Sub: false", "< 202",
       "< BYE", "= 200", "e ended ended", "# 0")

/* While a host name is looked up, in vain, who is replaced goes */
#define REPLACE_LATER(header)                                                 \
	"> INVITE 1 | application/sdp:v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^"      \
	"c=IN IP4 127.0.0.1^t=0 0^m=audio 4000 RTP/AVP 0^"                    \
	"a=rtcp:4001 IN IP4 gw.example.com^ | " header
#define TRUSTED_LATER SET(.trusted = true, .config = NOBODY)
PLAY(takes_no_place_that_is_gone, TRUSTED_LATER, ALICE_CALLS, "e connected",
     "x", REPLACE_LATER("Replaces: {R}") ASSERTED("alice"), "x", "> BYE 2",
     "< 200", "x", "< 481", "> ACK 1", "# 0")
PLAY(takes_no_place_that_goes, TRUSTED_LATER, ALICE_CALLS, "e connected", "x",
     REPLACE_LATER("Replaces: {R}") ASSERTED("alice"), "- 200", "h", "< BYE",
     "< 603", "> ACK 1")
PLAY(takes_a_place_later, TRUSTED_LATER, ALICE_CALLS, "e connected", "x",
     REPLACE_LATER("Replaces: {R}") ASSERTED("alice"), "< 200", "> ACK 1",
     "< BYE | To: \"Al", "= 200", "e left replaced", "# 1")
PLAY(picks_nothing_up_that_was_answered, TRUSTED_LATER, "d", "< INVITE",
     "= 180", "e status", "x", REPLACE_LATER("Replaces: {R};early-only"), "x",
     "i", "= 200 | answer", "< ACK", "e connected", "x", "< 486", "> ACK 1",
     "# 1")

/* A host that is trusted calls for many: by itself it is nobody's sign */
PLAY(not_by_the_proxy_of_all, SET(.trusted = true), CALL, "x", REPLACE("1"),
     "< 403", "> ACK 1", "# 1")

SCRIPT(one_at_a_time, CALL, "x", REPLACE("1"), "< 200", "n", REPLACE("2"),
       "< 491", "> ACK 2", "# 2")

/* Within a dialog it means nothing */
SCRIPT(replaces_only_at_first, CALL, "x", "> INVITE 1 | offer", "< 200",
       "> ACK 1", "> INVITE 2 | offer | Replaces: {R}", "< 200", "> ACK 2",
       "- BYE", "# 2")

SCRIPT(knows_the_dialogs_it_has, CALL, "x",
       "> INVITE 1 | offer | Replaces: x;to-tag=1;from-tag=2", "< 481",
       "> ACK 1", "n", "> INVITE 2 | offer | Replaces: {R};early-only",
       "< 486", "> ACK 2", "n", "> INVITE 3 | offer | Replaces: {R}^Join: {R}",
       "< 400", "> ACK 3", "n",
       "> INVITE 4 | offer | Join: x;to-tag=1;from-tag=2", "< 481", "> ACK 4",
       "n", "> INVITE 5 | offer | Replaces: x", "< 400", "> ACK 5", "# 1")

/* Of early dialogs only such as we began (RFC 3891 section 3) */
SCRIPT(picks_up_what_rings, "d", "< INVITE", "= 180", "e status", "x",
       "> INVITE 1 | offer | Replaces: {R};early-only", "< 200", "> ACK 1",
       "< CANCEL | Reason: SIP;cause=200;text=\"Call completed elsewhere\"",
       "= 200", "i", "= 487", "< ACK", "# 1")

SCRIPT(joins_beside_another, CALL, "x", "> INVITE 1 | offer | Join: {R}",
       "< 200 | Contact: <sip:demo@", "> ACK 1", "- BYE", "# 2")

/* ------------------------------------------------------------------- F16 */

SCRIPT(calls_no_conference_of_its_own, CALL, REFER("2", "sip:demo@{S}"),
       "< 202", ACTIVE("100 Trying"), FINAL("SIP/2.0 482"), "# 1")

SCRIPT(takes_no_call_of_its_own, CALL, REFER("2", "sip:bob@$"), "< 202",
       ACTIVE("100"), "< INVITE", "= 302 | - | Contact: <sip:demo@{S}>",
       "< ACK", FINAL("302"), "# 1")

/* -------------------------------------------------------------------- S12 */

SCRIPT(says_why_it_cancels, CALL, REFER("2", "sip:bob@$") "^Refer-Sub: false",
       "< 202", "< INVITE", "= 180", "e status",
       REFER("3", "sip:bob@$;method=BYE") "^Refer-Sub: false", "< 202",
       "< CANCEL | Reason: SIP;cause=603;text=\"Removed by a moderator.\"",
       "= 200", "i", "= 487", "< ACK", "# 1")

/* ----------------------------------------------------------- S1: dialling */

SCRIPT(tries_all_contacts, "d", "< INVITE | INVITE sip:bob@",
       "= 302 | - | Contact: <sip:low@$>;q=0.2^Contact: <sip:none@$>;q=0^"
       "Contact: <sip:high@$>;q=0.9^Contact: <sip:demo@{S}>",
       "< ACK", "< INVITE | INVITE sip:high@ | To: <sip:bob@", "= 480",
       "< ACK", "< INVITE | INVITE sip:low@", "= 603", "< ACK",
       "e left declined", "# 0")

SCRIPT(stops_when_busy, "d", "< INVITE",
       "= 302 | - | Contact: <sip:a@$>^Contact: <sip:b@$>", "< ACK",
       "< INVITE | INVITE sip:a@", "= 486", "< ACK", "- INVITE", "e left busy",
       "# 0")

SCRIPT(does_without_extensions, "d", "< INVITE | Session-Expires",
       "= 420 | - | Unsupported: timer", "< ACK",
       "< INVITE | !Session-Expires", "= 420", "< ACK", "# 0")

SCRIPT(goes_round_no_circle, "d", "< INVITE", "= 302 | - | Contact: <sip:b@$>",
       "< ACK", "< INVITE", "= 302 | - | Contact: <sip:c@$>", "< ACK",
       "< INVITE", "= 302 | - | Contact: <sip:b@$>", "< ACK", "< INVITE",
       "= 302 | - | Contact: <sip:c@$>", "< ACK", "< INVITE",
       "= 302 | - | Contact: <sip:b@$>", "< ACK", "< INVITE",
       "= 302 | - | Contact: <sip:c@$>", "< ACK", "- INVITE", "# 0")

static void calls_so_many_at_a_time_only(void)
{
	static const char *const ask[] = {CALL,
					  REFER("2", "sip:bob@192.0.2.1"),
					  "< 202",
					  ACTIVE("100 Trying"),
					  FINAL("SIP/2.0 503"),
					  "> BYE 3",
					  "< 200",
					  "# 0",
					  NULL};
	static const char *const answered[] = {
		"d", "< INVITE", "= 200 | answer", "< ACK", "# 1", NULL};
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	w.sessions->calling = SESSIONS_CALLING_MAX;
	CU_ASSERT(world_play(&w, ask));
	w.sessions->calling = 0;
	CU_ASSERT(world_play(&w, answered));
	CU_ASSERT_EQUAL(w.sessions->calling, 0);
	world_close(&w);
}

/* A server that closes connections without a word: at once, or when it has
 * heard something */
struct mute {
	struct tcp_sock *ts;
	struct tcp_conn *conn;
	struct tmr tmr;
	bool listens;
};

static void mute_close_h(void *arg)
{
	struct mute *mute = arg;

	mute->conn = mem_deref(mute->conn);
}

static void mute_recv_h(struct mbuf *mb, void *arg)
{
	struct mute *mute = arg;
	(void)mb;

	tmr_start(&mute->tmr, 0, mute_close_h, mute);
}

static void mute_conn_h(const struct sa *peer, void *arg)
{
	struct mute *mute = arg;
	(void)peer;

	mem_deref(mute->conn);
	(void)tcp_accept(&mute->conn, mute->ts, NULL, mute_recv_h, NULL, mute);
	if (!mute->listens)
		mute->conn = mem_deref(mute->conn);
}

static void play_mute(bool listens)
{
	struct mute mute = {.listens = listens};
	char line[80];
	const char *const lines[] = {line, "e left unavailable", "# 0", NULL};
	struct world w;
	struct sa sa;

	CU_ASSERT_FATAL(!world_open(&w));
	tmr_init(&mute.tmr);
	(void)sa_set_str(&sa, "127.0.0.1", 0);
	CU_ASSERT_FATAL(!tcp_listen(&mute.ts, &sa, mute_conn_h, &mute));
	(void)tcp_local_get(mute.ts, &sa);
	(void)re_snprintf(line, sizeof(line), "d sip:x@%J;transport=tcp", &sa);
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
	tmr_cancel(&mute.tmr);
	mem_deref(mute.conn);
	mem_deref(mute.ts);
}

static void gives_up_who_hangs_up(void)
{
	play_mute(false);
	play_mute(true);
}

static CU_TestInfo tests[] = {
	{"F4 dials whom a member names, and tells it",
	 dials_whom_a_member_names},
	{"F4 tells why it came to nothing", tells_why_it_came_to_nothing},
	{"F4 tells that there is no way", tells_that_there_is_no_way},
	{"F9 keeps Referred-By", keeps_referred_by},
	{"S9 charges who is called", charges_who_is_called},
	{"F4 tells several apart", tells_several_apart},
	{"F4 listens to known members outside a dialog",
	 listens_to_known_members},
	{"F4 not to the known for a claim's sake",
	 not_to_the_known_for_claims},
	{"F4 not to strangers", not_to_known_strangers},
	{"F4 not to who saw a dialog", not_to_who_saw_one},
	{"F4 nor one of who has proved who he is",
	 not_to_who_saw_a_proved_ones},
	{"F4 nor to claims", nor_to_claims},
	{"F4 listens to who knows a dialog", listens_to_who_knows_a_dialog},
	{"F4 whichever side is called local", whichever_side_is_called_local},
	{"F4 not to who guesses one", not_to_who_guesses_one},
	{"F4 obeys dial_out off", obeys_off},
	{"F4 obeys dial_out known", obeys_known},
	{"F4 obeys dial_out all", obeys_all},
	{"F4 refuses bad requests", refuses_bad_requests},
	{"S13 refers to no emergency", calls_no_emergency},
	{"F4 has no way to a number", has_no_way_to_a_number},
	{"F5 removes for the moderator", removes_for_the_moderator},
	{"F5 removes by method header", removes_by_header_too},
	{"F5 not for others", not_for_others},
	{"F5 finds nobody to remove", nobody_to_remove},
	{"F5 lets people go", lets_people_go},
	{"F5 removes whom one invited", removes_whom_one_invited},
	{"F5 not by a borrowed Contact", not_by_a_borrowed_contact},
	{"F5 whatever Referred-By says", remembers_who_asked},
	{"F5 from a full conference, too", removes_from_a_full_one},
	{"F5 ends for the moderator", ends_for_the_moderator},
	{"F5 ends for nobody else", ends_for_nobody_else},
	{"F6 subscribes nobody who refuses", subscribes_nobody_unasked},
	{"F6 knows nosub", knows_nosub},
	{"F7 passes Replaces on", passes_replaces_on},
	{"F8 passes Join on", passes_join_on},
	{"F7 lets a call take another one's place",
	 takes_the_place_of_another},
	{"F7 but not of who has proved who it is", not_of_who_is_known},
	{"F7 unless that is oneself", but_of_oneself},
	{"F7 nor has referred one, as that one says",
	 not_of_who_was_referred_by_his_own_word},
	{"F7 one at a time", one_at_a_time},
	{"F7 takes no place that is gone meanwhile",
	 takes_no_place_that_is_gone},
	{"F7 nor one that goes", takes_no_place_that_goes},
	{"F7 takes one that is still there", takes_a_place_later},
	{"F7 picks up nothing that was answered meanwhile",
	 picks_nothing_up_that_was_answered},
	{"F7 not of who only says so", not_of_who_only_says_so},
	{"F7 not by the proxy of all", not_by_the_proxy_of_all},
	{"F7 not from elsewhere", not_from_elsewhere},
	{"F7 but of who sent one from elsewhere",
	 but_of_who_sent_one_from_elsewhere},
	{"F7 rights move with the leg", rights_move_with_the_leg},
	{"F7 replaces nothing in mid-call", replaces_only_at_first},
	{"F7 knows the dialogs that it has", knows_the_dialogs_it_has},
	{"F7 S12 lets somebody pick up what rings", picks_up_what_rings},
	{"F8 lets a call join beside another", joins_beside_another},
	{"F16 calls no conference of its own", calls_no_conference_of_its_own},
	{"F16 follows no redirection to itself", takes_no_call_of_its_own},
	{"S12 says why it cancels", says_why_it_cancels},
	{"S1 tries the contacts of a redirection", tries_all_contacts},
	{"S1 stops when somebody is busy", stops_when_busy},
	{"S1 does without extensions after 420", does_without_extensions},
	{"S1 follows so many redirections only", goes_round_no_circle},
	{"S1 gives up who hangs up on its INVITE", gives_up_who_hangs_up},
	{"S1 calls so many at a time only", calls_so_many_at_a_time_only},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(refer, tests)
