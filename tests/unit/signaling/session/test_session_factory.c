/**
 * @file test_session_factory.c  Factory, recipients, identity and charging
 *
 * Played over UDP as test_session.c does; here the peer may be a trusted host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/command/command.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { LINES_MAX = 32, LINE_SIZE = 2048 };

/** How the world is set up */
struct set {
	const char *uri; /**< of the INVITE: user part, or all of it */
	bool trusted;    /**< the peer is */
	const char *dial_out;
	unsigned max_recipients;
	const char *setting; /**< of conferences that are called, NULL: none */
};

/** In a line, $ is the peer's address */
static void fill(const struct world *w, char *dst, const char *line)
{
	size_t o = 0;

	for (; *line && o < LINE_SIZE - 40; line++) {
		if (*line == '$')
			o += (size_t)re_snprintf(dst + o, 40, "%J", &w->peer);
		else
			dst[o++] = *line;
	}
	dst[o] = '\0';
}

static bool play_all(struct world *w, const char *const lines[])
{
	static char text[LINES_MAX][LINE_SIZE];
	const char *v[LINES_MAX + 1] = {NULL};
	unsigned i;

	for (i = 0; lines[i] && i < LINES_MAX; i++) {
		fill(w, text[i], lines[i]);
		v[i] = text[i];
	}
	return world_play(w, v);
}

static void begin(struct world *w, const struct set *set)
{
	char why[SETTINGS_WHY_BYTES];

	if (world_open(w))
		CU_FAIL_FATAL("no world");
	if (set->setting)
		CU_ASSERT_EQUAL(settings_set_text(&w->config->ad_hoc,
						  set->setting, why),
				0);
	if (strchr(set->uri, ':'))
		(void)re_snprintf(w->uri, sizeof(w->uri), "%s", set->uri);
	else
		(void)re_snprintf(w->uri, sizeof(w->uri), "%s@%J", set->uri,
				  &w->server);
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
	w->config->max_recipients = set->max_recipients;
}

static void play_set(const struct set *set, const char *const lines[])
{
	struct world w;

	begin(&w, set);
	CU_ASSERT(play_all(&w, lines));
	world_close(&w);
}

#define SCRIPT(name, how, ...)                                                \
	static void name(void)                                                \
	{                                                                     \
		static const struct set s = how;                              \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
		play_set(&s, lines);                                          \
	}
#define SET(...)                                                              \
	{                                                                     \
		__VA_ARGS__                                                   \
	}
#define FACTORY SET(.uri = "mmtel", .max_recipients = 3)
#define TRUSTED SET(.uri = "demo", .trusted = true, .max_recipients = 3)
#define DEMO    SET(.uri = "demo", .max_recipients = 3)

#define HANG_UP(cseq) "> BYE " cseq, "< 200", "# 0"

/* F2: the Contact is the conference's; F15: and says what it is */
SCRIPT(makes_a_conference, FACTORY, "> INVITE 1 | offer",
       "< 200 | Contact: <sip:conf- | ;isfocus;audio;video;"
       "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\""
       " | m=audio 40000",
       "> ACK 1", "e created", "> OPTIONS 2",
       "< 200 | Contact: <sip:conf- | ;isfocus", HANG_UP("3"), "e ended left")

SCRIPT(offerless_factory, FACTORY, "> INVITE 1",
       "< 200 | Contact: <sip:conf- | m=audio", "> ACK 1 | answer",
       HANG_UP("2"))

/* F2: nobody makes such a name by dialling it */
SCRIPT(guesses_nothing, SET(.uri = "conf-abcdefghijklmnop"),
       "> INVITE 1 | offer", "< 404", "# 0")

#define LIST(entries)                                                         \
	"<?xml version=\"1.0\"?>"                                             \
	"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\""     \
	" xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>" entries     \
	"</list></resource-lists>"
#define LIST_PART(entries)                                                    \
	"--b^Content-Type: application/resource-lists+xml^"                   \
	"Content-Disposition: recipient-list^^" LIST(entries) "^--b--^"
#define SDP_PART                                                              \
	"--b^Content-Type: application/sdp^^"                                 \
	"v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^c=IN IP4 127.0.0.1^t=0 0^"          \
	"m=audio 4000 RTP/AVP 0^"
#define MIXED            "multipart/mixed;boundary=b:"
#define ENTRY(uri, copy) "<entry uri=\"" uri "\" cp:copyControl=\"" copy "\"/>"
#define REQUIRE          " | Require: recipient-list-invite"

/* F3: the 200 waits for nobody, the dialled wait for the ACK */
SCRIPT(dials_the_list, FACTORY,
       "> INVITE 1 | " MIXED SDP_PART
	       LIST_PART(ENTRY("sip:bob@$", "to") ENTRY("sip:bob@$", "cc")
				 ENTRY("sip:alice@example.com", "to")) REQUIRE,
       "< 200 | Contact: <sip:conf- | Supported: timer", "- INVITE", "> ACK 1",
       "< INVITE | INVITE sip:bob@ | From: | <sip:conf- |"
       " Contact: <sip:conf- | multipart/mixed | m=audio |"
       " Content-Disposition: recipient-list-history; handling=optional |"
       " <entry uri=\"sip:bob@ | sip:alice@example.com",
       "= 180", "e status", "= 486", "< ACK", "- INVITE", "e left busy", "# 1")

/* F3: alone, in an offerless INVITE */
SCRIPT(list_alone, FACTORY,
       "> INVITE 1 | application/resource-lists+xml:" LIST(ENTRY("sip:bob@$",
								 "bcc"))
	       REQUIRE "^Content-Disposition: recipient-list",
       "< 200 | m=audio", "> ACK 1 | answer",
       "< INVITE | Content-Type: application/sdp | !recipient-list-history",
       "= 603", "< ACK", "e left declined", "# 1")

/* F3: terminals that read a description only, by their different words */
#define SHOWN                                                                 \
	"> INVITE 1 | " MIXED SDP_PART LIST_PART(ENTRY("sip:bob@$", "to"))    \
		REQUIRE,                                                      \
		"< 200", "> ACK 1", "< INVITE | multipart/mixed"
#define NOT_SHOWN                                                             \
	"< ACK", "< INVITE | Content-Type: application/sdp | "                \
		 "!recipient-list-history"

SCRIPT(no_list_on_415, FACTORY, SHOWN, "= 415", NOT_SHOWN, "= 486", "< ACK",
       "e left busy", "# 1")
SCRIPT(no_list_on_500, FACTORY, SHOWN, "= 500", NOT_SHOWN, "= 500", "< ACK",
       "- INVITE", "# 1")

/* F3: to a conference, not only to its factory; anonymized on the roster */
SCRIPT(list_to_a_conference, DEMO,
       "> INVITE 1 | " MIXED SDP_PART
	       LIST_PART("<entry uri=\"sip:bob@$\" cp:copyControl=\"to\""
			 " cp:anonymize=\"true\"/>") REQUIRE,
       "< 200", "> ACK 1",
       "< INVITE | sip:anonymous@anonymous.invalid | cp:count=\"1\"", "= 486",
       "< ACK", "# 1")

/* F3: who has nothing shown yet, or waits, has nobody let in past the door */
#define LISTS_BOB                                                             \
	"> INVITE 1 | " MIXED SDP_PART LIST_PART(ENTRY("sip:bob@$", "to"))    \
		REQUIRE
SCRIPT(dials_nobody_before_a_pin,
       SET(.uri = "demo", .max_recipients = 3, .setting = "guest_pin=2468"),
       LISTS_BOB, "< 200", "> ACK 1", "e waiting", "- INVITE", "# 1")

/* ...but the first of all, who is its host */
SCRIPT(dials_for_who_makes_it,
       SET(.uri = "mmtel", .max_recipients = 3,
	   .setting = "may_dial_out=hosts"),
       LISTS_BOB, "< 200", "> ACK 1", "< INVITE | INVITE sip:bob@", "= 486",
       "< ACK", "e left busy", "# 1")

/* ...nor where who comes first is nobody's host */
SCRIPT(dials_for_no_guest,
       SET(.uri = "echo", .max_recipients = 3,
	   .setting = "may_dial_out=moderators"),
       LISTS_BOB, "< 200", "> ACK 1", "e dial_failed forbidden", "- INVITE",
       "# 1")

static void end_all_h(struct session *s, void *plan)
{
	(void)plan;
	CU_ASSERT_EQUAL(focus_end(s->all->base.focus, "demo"), REASON_NONE);
}

/* What he asked for may end his own call, as soon as that is up */
static void ends_by_what_it_asked_for(void)
{
	static const struct set set = DEMO;
	static const char *const lines[] = {
		LISTS_BOB, "< 200",         "> ACK 1", "< BYE",
		"= 200",   "e ended ended", "# 0",     NULL};
	struct session_acts acts;
	struct world w;

	begin(&w, &set);
	acts = *w.sessions->acts;
	acts.confirmedh = end_all_h;
	w.sessions->acts = &acts;
	CU_ASSERT(play_all(&w, lines));
	world_close(&w);
}

/* F3: nobody is dialled for who does not come in */
SCRIPT(fails_for_all, FACTORY,
       "> INVITE 1 | " MIXED "--b^Content-Type: application/sdp^^"
       "v=0^o=p 1 1 IN IP4 127.0.0.1^s=-^c=IN IP4 127.0.0.1^t=0 0^"
       "m=audio 4000 RTP/AVP 3^" LIST_PART(ENTRY("sip:bob@$", "to")) REQUIRE,
       "< 488", "> ACK 1", "- INVITE", "# 0")

SCRIPT(too_many, FACTORY,
       "> INVITE 1 | application/resource-lists+xml:" LIST(
	       ENTRY("sip:1@$", "to") ENTRY("sip:2@$", "to")
		       ENTRY("sip:3@$", "to") ENTRY("sip:4@$", "to")),
       "< 413 | Warning: 399", "# 0")

SCRIPT(bad_list, FACTORY,
       "> INVITE 1 | application/resource-lists+xml:<!DOCTYPE r>" LIST(
	       ENTRY("sip:1@$", "to")),
       "< 400 | Warning: 399", "# 0")

SCRIPT(bad_encoding, FACTORY,
       "> INVITE 1 | application/resource-lists+xml:x |"
       " Content-Transfer-Encoding: quoted-printable",
       "< 415 | Accept: application/sdp | application/resource-lists+xml",
       "# 0")

/* RFC 5621: a part that must be handled, and one that need not be */
SCRIPT(foreign_part, FACTORY,
       "> INVITE 1 | " MIXED SDP_PART "--b^Content-Type: application/x^"
       "Content-Disposition: session;handling=required^^x^--b--^",
       "< 415 | Accept:", "# 0")
SCRIPT(optional_part, FACTORY,
       "> INVITE 1 | " MIXED SDP_PART "--b^Content-Type: application/x^"
       "Content-Disposition: session;handling=optional^^x^--b--^",
       "< 200", "> ACK 1", HANG_UP("2"))

SCRIPT(no_lists_here, SET(.uri = "mmtel", .max_recipients = 0),
       "> INVITE 1 | application/resource-lists+xml:" LIST(ENTRY("sip:1@$",
								 "to")),
       "< 403", "# 0")

SCRIPT(not_for_the_unknown,
       SET(.uri = "mmtel", .max_recipients = 3, .dial_out = "known"),
       "> INVITE 1 | application/resource-lists+xml:" LIST(ENTRY("sip:1@$",
								 "to")),
       "< 403", "# 0")

SCRIPT(but_for_the_known,
       SET(.uri = "mmtel", .max_recipients = 3, .dial_out = "known",
	   .trusted = true),
       "> INVITE 1 | application/resource-lists+xml:" LIST(
	       ENTRY("sip:bob@$", "to")) " | P-Asserted-Identity: "
					 "<sip:alice@example.com>",
       "< 200", "> ACK 1 | answer", "< INVITE", "= 486", "< ACK", "# 1")

SCRIPT(unknown_extension, FACTORY,
       "> INVITE 1 | offer | Require: recipient-list-message",
       "< 420 | Unsupported: recipient-list-message", "# 0")

/* S13 */
SCRIPT(emergency_service, SET(.uri = "urn:service:sos.police"),
       "> INVITE 1 | offer",
       "< 380 Alternative Service |"
       " Content-Type: application/3gpp-ims+xml | <type>emergency</type> |"
       " <reason> | <action>emergency-registration</action>",
       "# 0")
SCRIPT(emergency_number, SET(.uri = "112"), "> INVITE 1 | offer",
       "< 380 | <type>emergency</type>", "# 0")
SCRIPT(emergency_telephone, SET(.uri = "tel:1-1-2"), "> INVITE 1 | offer",
       "< 380 | <type>emergency</type>", "# 0")
SCRIPT(emergency_on_the_list, FACTORY,
       "> INVITE 1 | application/resource-lists+xml:" LIST(
	       ENTRY("sip:bob@$", "to") ENTRY("tel:112", "to")),
       "< 403", "> ACK 1", "- INVITE", "# 0")
SCRIPT(no_emergency, SET(.uri = "tel:+12015550123"), "> INVITE 1 | offer",
       "< 404", "# 0")
SCRIPT(another_urn, SET(.uri = "urn:service:counseling"), "> INVITE 1 | offer",
       "< 416", "# 0")
SCRIPT(another_method, SET(.uri = "urn:service:sos"), "> OPTIONS 1", "< 416",
       "# 0")

/* S8: what just anybody says is not believed, and nothing is told to him */
#define IMS                                                                   \
	"P-Asserted-Identity: \"Boss\" <sip:boss@example.com>^"               \
	"P-Charging-Vector: icid-value=abc;orig-ioi=home.example^"            \
	"P-Charging-Function-Addresses: ccf=192.0.2.8^"                       \
	"P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel^"          \
	"P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel^"         \
	"Accept-Contact: *;+g.3gpp.icsi-ref=\"x\";require^"                   \
	"Reject-Contact: *;actor=\"msg-taker\""

SCRIPT(tells_strangers_nothing, DEMO, "> INVITE 1 | offer | " IMS,
       "< 200 | !P-Asserted | !P-Charging", "> ACK 1", "e joined",
       HANG_UP("2"))

/* S9: icid and ioi through the dialog, in both directions; S11 */
SCRIPT(tells_the_trusted, TRUSTED, "> INVITE 1 | offer | " IMS,
       "< 200 | P-Asserted-Identity: <sip:demo@ |"
       " P-Charging-Vector: icid-value=abc;orig-ioi=home.example |"
       " P-Charging-Function-Addresses: ccf=192.0.2.8 |"
       " !P-Asserted-Service",
       "> ACK 1", "r",
       "< INVITE | P-Charging-Vector: icid-value=abc;orig-ioi=home.example |"
       " P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel |"
       " P-Asserted-Identity: <sip:demo@",
       "= 200 | answer", "< ACK | !P-Charging", "s",
       "< BYE | P-Charging-Vector: icid-value=abc", "= 200", "# 0")

SCRIPT(makes_an_icid, TRUSTED, "> INVITE 1 | offer",
       "< 200 | P-Charging-Vector: icid-value= | ;icid-generated-at=127.0.0.1",
       "> ACK 1", HANG_UP("2"))

/* S9: what a call causes is charged with it */
SCRIPT(charges_the_dialled,
       SET(.uri = "mmtel", .trusted = true, .max_recipients = 3),
       "> INVITE 1 | application/resource-lists+xml:" LIST(
	       ENTRY("sip:bob@$", "to")) " | " IMS,
       "< 200", "> ACK 1 | answer",
       "< INVITE | P-Charging-Vector: icid-value=abc |"
       " P-Asserted-Identity: <sip:conf-",
       "= 486", "< ACK", "# 1")

/* S12 */
#define THEIRS "00112233445566778899aabbccddeeff"
SCRIPT(keeps_session_id, DEMO,
       "> INVITE 1 | offer | Session-ID: " THEIRS
       ";remote=00000000000000000000000000000000",
       "< 200 | Session-ID: | ;remote=" THEIRS, "> ACK 1", "r",
       "< INVITE | ;remote=" THEIRS, "= 200 | answer",
       "< ACK | ;remote=" THEIRS, "> BYE 3", "< 200 | ;remote=" THEIRS, "# 0")

SCRIPT(session_id_of_old, DEMO, "> INVITE 1 | offer | Session-ID: " THEIRS,
       "< 200 | ;remote=" THEIRS, "> ACK 1", "s",
       "< BYE | Session-ID: | ;remote=" THEIRS " | Reason: SIP;cause=503",
       "= 200", "# 0")

SCRIPT(session_id_of_refusals, DEMO,
       "> INVITE 1 | text/plain:x | Session-ID: " THEIRS,
       "< 415 | Session-ID: | ;remote=" THEIRS, "# 0")

SCRIPT(hides_who_cannot_be_dialled, DEMO,
       "> INVITE 1 | " MIXED SDP_PART
	       LIST_PART("<entry uri=\"sip:bob@127.0.0.1;transport=ws\""
			 " cp:anonymize=\"true\"/>") REQUIRE,
       "< 200", "> ACK 1", "e dial_failed no-route",
       "e uri sip:anonymous@anonymous.invalid", HANG_UP("2"))

SCRIPT(critical_privacy, DEMO, "> INVITE 1 | offer | Privacy: cloak;critical",
       "< 500 Privacy Not Available", "# 0")

struct text {
	char *dst;
	size_t size;
};

static void shown_h(json_t *reply, void *arg)
{
	const struct text *text = arg;
	char *dump = json_dumps(reply, 0);

	(void)snprintf(text->dst, text->size, "%s", dump);
	free(dump);
}

/** What the CLI and the page see after these lines */
static void show_after(const struct set *set, const char *const lines[],
		       char *dst, size_t size)
{
	static const struct asker host = {.operates = true};
	json_t *command =
		json_pack("{s:s,s:s}", "verb", "show", "conference", "demo");
	struct text text = {dst, size};
	struct world w;

	begin(&w, set);
	CU_ASSERT(world_play(&w, lines));
	focus_command(NULL, w.focus, &host, command, shown_h, &text);
	json_decref(command);
	world_close(&w);
}

/** ...of a caller with these headers */
static void show(const struct set *set, const char *headers, char *dst,
		 size_t size)
{
	char invite[512];
	const char *const lines[] = {invite, "< 200", "> ACK 1", "e connected",
				     NULL};

	(void)snprintf(invite, sizeof(invite), "> INVITE 1 | offer | %s",
		       headers);
	show_after(set, lines, dst, size);
}

/** ...of whom Parley calls and who answers with these headers */
static void show_called(const struct set *set, const char *headers, char *dst,
			size_t size)
{
	char ok[512];
	const char *const lines[] = {
		"d",     "< INVITE",  "= 180",       ok,
		"< ACK", "e renamed", "e connected", NULL};

	(void)snprintf(ok, sizeof(ok), "= 200 | answer | %s", headers);
	show_after(set, lines, dst, size);
}

/* F11, S8, F12: the address stays the one that was dialled */
static void shows_whom_it_called(void)
{
	static const struct set strangers = DEMO, trusted = TRUSTED;
	static const char boss[] =
		"Server: desk/7^"
		"P-Asserted-Identity: \"Boss\" <sip:boss@example.com>";
	char text[4096];

	show_called(&strangers, boss, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"agent\": \"desk/7\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"display\": \"bob\""));
	CU_ASSERT_PTR_NULL(strcasestr(text, "boss"));
	show_called(&trusted, boss, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"display\": \"Boss\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"user\": \"sip:bob@"));
	CU_ASSERT_PTR_NULL(strstr(text, "boss@example.com"));
}

static void hides_whom_it_called(void)
{
	static const struct set strangers = DEMO, trusted = TRUSTED;
	static const char *const rows[] = {
		"Privacy: id",
		"Privacy: user;critical",
		"Privacy: header^Server: desk/7",
		"Privacy: cloak;critical",
		"P-Asserted-Identity: \"bob\" <sip:bob@example.com>^"
		"Privacy: id",
	};
	char text[4096];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		show_called(i % 2 ? &strangers : &trusted, rows[i], text,
			    sizeof(text));
		CU_ASSERT_PTR_NOT_NULL(
			strstr(text, "sip:anonymous1@anonymous"));
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"anonymous\": true"));
		CU_ASSERT_PTR_NULL(strcasestr(text, "bob"));
		CU_ASSERT_PTR_NULL(strstr(text, "desk"));
		CU_ASSERT_PTR_NULL(strstr(text, "127.0.0.1"));
	}
}

static json_int_t stat_of(const struct world *w, const char *name)
{
	json_t *stats = sessions_stats(w->sessions);
	json_int_t n = json_integer_value(json_object_get(stats, name));

	json_decref(stats);

	return n;
}

/* S16: a page that is open to all rings no thousand telephones, by lists or by
 * REFER; whom a trusted host vouches for may go on */
static void dials_in_time(void)
{
	static const struct set set = SET(.uri = "demo", .max_recipients = 12);
	static const char list[] = MIXED SDP_PART LIST_PART(
		"<entry uri=\"sip:bob@127.0.0.9:9\"/>") REQUIRE;
	char invite[LINE_SIZE], refer[128];
	const char *const refused[] = {
		invite, "< 503 | Retry-After:", "> ACK 2", NULL};
	const char *const asks[] = {refer, "< 202", NULL};
	const char *const too_many[] = {"> REFER 40 | - | Refer-To: "
					"<sip:bob@127.0.0.9:9>"
					"^Refer-Sub: false",
					"< 503 | Retry-After:", NULL};
	static const struct limit_rate slow = {1, 3600, 12};
	struct world w;
	unsigned i;

	begin(&w, &set);
	w.sessions->host_dials = mem_deref(w.sessions->host_dials);
	CU_ASSERT_FATAL(!limit_alloc(&w.sessions->host_dials, &slow));
	CU_ASSERT(world_play(&w, (const char *const[]){"> INVITE 1 | offer",
						       "< 200", "> ACK 1",
						       "e connected", NULL}));
	for (i = 0; i < 12; i++) {
		(void)snprintf(refer, sizeof(refer),
			       "> REFER %u | - | Refer-To: "
			       "<sip:b%u@127.0.0.9:9>^Refer-Sub: false",
			       i + 2, i);
		CU_ASSERT_FATAL(world_play(&w, asks));
	}
	CU_ASSERT(world_play(&w, too_many));
	CU_ASSERT_EQUAL(stat_of(&w, "dialled"), 12);
	CU_ASSERT_EQUAL(stat_of(&w, "too_many_dials"), 1);
	(void)snprintf(invite, sizeof(invite), "> INVITE 1 | %s", list);
	(void)strcpy(w.callid, "another");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	CU_ASSERT(world_play(&w, refused));
	CU_ASSERT_EQUAL(stat_of(&w, "dialled"), 12);
	CU_ASSERT_EQUAL(stat_of(&w, "too_many_dials"), 2);
	(void)sa_set_str(&w.config->trusted_hosts[0].address, "127.0.0.1", 0);
	w.config->trusted_hosts[0].bits = 32;
	w.config->trusted_hosts_count = 1;
	(void)strcpy(w.callid, "third");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	CU_ASSERT(
		world_play(&w, (const char *const[]){invite, "< 200", NULL}));
	world_close(&w);
}

/* A member asks for bob so many times. @return how often it was taken */
static unsigned ask_for_bob(struct world *w, unsigned times)
{
	const json_int_t before = stat_of(w, "dialled");

	for (unsigned i = 0; i < times; i++) {
		char refer[128];

		(void)snprintf(refer, sizeof(refer),
			       "> REFER %u | - | Refer-To: "
			       "<sip:b%u@127.0.0.9:9>^Refer-Sub: false",
			       i + 2, i);
		CU_ASSERT(world_play(
			w, (const char *const[]){
				   refer,
				   i < DIALS_PER_MINUTE ? "< 202" : "< 503",
				   NULL}));
	}

	return (unsigned)(stat_of(w, "dialled") - before);
}

/* S16: members of one address, as an office has, have each what is theirs */
static void members_dial_by_themselves(void)
{
	static const struct set set = SET(.uri = "demo", .max_recipients = 1);
	struct world w;

	begin(&w, &set);
	CU_ASSERT(world_play(&w, (const char *const[]){"> INVITE 1 | offer",
						       "< 200", "> ACK 1",
						       "e connected", NULL}));
	CU_ASSERT_EQUAL(ask_for_bob(&w, DIALS_PER_MINUTE + 2),
			DIALS_PER_MINUTE);
	CU_ASSERT_EQUAL(stat_of(&w, "too_many_dials"), 2);

	(void)strcpy(w.callid, "another");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	CU_ASSERT(world_play(&w, (const char *const[]){"> INVITE 1 | offer",
						       "< 200", "> ACK 1",
						       "e connected", NULL}));
	CU_ASSERT_EQUAL(ask_for_bob(&w, 1), 1);
	CU_ASSERT_EQUAL(stat_of(&w, "too_many_dials"), 2);
	world_close(&w);
}

/* S8: From for strangers, the assertion for the trusted, nobody if asked so */
static void shows_who_it_is(void)
{
	static const struct set strangers = DEMO, trusted = TRUSTED;
	static const char boss[] =
		"P-Asserted-Identity: \"Boss\" <sip:boss@example.com>";
	static const char hidden[] =
		"P-Asserted-Identity: \"Boss\" <sip:boss@example.com>^"
		"Privacy: id";
	char text[4096];

	show(&strangers, boss, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "sip:alice@example.com"));
	CU_ASSERT_PTR_NULL(strstr(text, "boss"));
	show(&trusted, boss, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "sip:boss@example.com"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"Boss\""));
	CU_ASSERT_PTR_NULL(strstr(text, "alice@example.com"));
	show(&trusted, hidden, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "sip:anonymous1@anonymous"));
	CU_ASSERT_PTR_NULL(strcasestr(text, "boss"));
	CU_ASSERT_PTR_NULL(strcasestr(text, "alice"));
	CU_ASSERT_PTR_NULL(strstr(text, "127.0.0.1"));
}

static CU_TestInfo tests[] = {
	{"F2: makes a conference", makes_a_conference},
	{"F2: makes one for who has no offer", offerless_factory},
	{"F2: nobody makes such a name by dialling it", guesses_nothing},
	{"F3: dials the list after the ACK, each once", dials_the_list},
	{"F3: takes a list alone", list_alone},
	{"F3: shows no list after a 415", no_list_on_415},
	{"F3: shows no list after a 500", no_list_on_500},
	{"F3: takes a list to a conference", list_to_a_conference},
	{"F3: dials nobody for who has a PIN to give",
	 dials_nobody_before_a_pin},
	{"F3: dials for who makes it, whoever else may not",
	 dials_for_who_makes_it},
	{"F3: nor for a guest, where he may not", dials_for_no_guest},
	{"F3: may end by what it asked for", ends_by_what_it_asked_for},
	{"F3: dials nobody for who does not come in", fails_for_all},
	{"F3: refuses too many", too_many},
	{"F3: refuses a bad list", bad_list},
	{"F3: refuses an unknown encoding", bad_encoding},
	{"F3: refuses a part that must be handled", foreign_part},
	{"F3: takes a part that need not be", optional_part},
	{"F3: refuses lists when none are wanted", no_lists_here},
	{"F3: refuses the unknown when only the known may",
	 not_for_the_unknown},
	{"F3: takes the known", but_for_the_known},
	{"F3: 420 for another kind of list", unknown_extension},
	{"S13: sends urn:service:sos away", emergency_service},
	{"S13: sends an emergency number away", emergency_number},
	{"S13: sends tel:112 away", emergency_telephone},
	{"S13: dials no emergency number of a list", emergency_on_the_list},
	{"S13: knows no other number", no_emergency},
	{"S13: knows no other URN", another_urn},
	{"S13: takes no other method to it", another_method},
	{"S8: tells strangers nothing", tells_strangers_nothing},
	{"S8 S9 S11: tells the trusted what they said", tells_the_trusted},
	{"S9: makes an icid", makes_an_icid},
	{"S9: charges the dialled with who asked", charges_the_dialled},
	{"S12: keeps Session-ID", keeps_session_id},
	{"S12: takes the Session-ID of old", session_id_of_old},
	{"S12: refusals have a Session-ID too", session_id_of_refusals},
	{"F12: hides who cannot be dialled", hides_who_cannot_be_dialled},
	{"S8: refuses privacy that it cannot give", critical_privacy},
	{"S16: dials in time for whom it does not know", dials_in_time},
	{"S16: members of one address dial by themselves",
	 members_dial_by_themselves},
	{"S8: shows who it is, or that nobody is to know", shows_who_it_is},
	{"F11: shows what whom it called says of itself",
	 shows_whom_it_called},
	{"F12 S8: hides whom it called, if asked to", hides_whom_it_called},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_factory, tests)
