/**
 * @file test_conference_events.c  SUBSCRIBE to a conference, played over UDP
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/command/command.h"
#include "focus/roster/conference_info.h"
#include "signaling/event/conference_events.h"
#include "signaling/session/dialog.h"
#include "signaling/transport/rewrite.h"
#include "signaling/transport/transport_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

#define PLAY(w, ...)                                                          \
	CU_ASSERT_FATAL(                                                      \
		world_play(w, (const char *const[]){__VA_ARGS__, NULL}))
#define CALL                                                                  \
	"> INVITE 1 | offer", "< 200 | Allow-Events: conference", "> ACK 1"
#define EVENT       "Event: conference"
#define WATCH(cseq) "> SUBSCRIBE " cseq " | - | " EVENT
#define DOCUMENT                                                              \
	" | Event: conference | Content-Type: "                               \
	"application/conference-info+xml"

enum { MISSED_MS = 60 /* until the state is told anew, and a little more */ };

static void done_h(json_t *reply, void *arg)
{
	(void)arg;
	CU_ASSERT(json_is_true(json_object_get(reply, "ok")));
}

static void command(struct world *w, const char *verb)
{
	static const struct asker host = {.operates = true};
	json_t *cmd =
		json_pack("{s:s,s:s}", "verb", verb, "conference", "demo");

	focus_command(NULL, w->focus, &host, cmd, done_h, NULL);
	json_decref(cmd);
}

static void watches_in_its_dialog(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL,
	     WATCH("2") "^Expires: 600^Session-ID: "
			"00112233445566778899aabbccddeeff",
	     "< 200 | Expires: 600 | Session-ID: | "
	     ";remote=00112233445566778899aabbccddeeff",
	     "< NOTIFY | Session-ID: | "
	     ";remote=00112233445566778899aabbccddeeff | active;expires=600 | "
	     "state=\"full\" version=\"1\""
	     " | <status>connected</status> | <user-count>1</" DOCUMENT,
	     "= 200");
	command(&w, "lock");
	PLAY(&w,
	     "< NOTIFY | state=\"partial\" version=\"2\""
	     " | <locked>true</locked> | !<users",
	     "= 200", WATCH("3") "^Expires: 600", "< 200",
	     "< NOTIFY | state=\"full\" version=\"3\" | <locked>true</",
	     "= 200", "> BYE 4", "< 200",
	     "< NOTIFY | terminated;reason=noresource | state=\"deleted\""
	     " version=\"4\" | <active>false</",
	     "= 200", WATCH("5"), "< 481", "# 0");
	world_close(&w);
}

/* What changes while a NOTIFY is under way waits, merged, and is not lost */
static void merges_while_busy(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL, WATCH("2"), "< 200", "< NOTIFY | version=\"1\"");
	command(&w, "lock");
	command(&w, "unlock");
	PLAY(&w, "- NOTIFY", "- NOTIFY");
	command(&w, "lock");
	PLAY(&w, "= 200", "< NOTIFY | version=\"2\" | <locked>true</", "= 200",
	     "- NOTIFY", "> BYE 3", "< 200", "< NOTIFY | terminated");
	world_close(&w);
}

/* Retry-After in the middle: the state that was refused is told later */
static void waits_and_tells_all(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL, WATCH("2"), "< 200", "< NOTIFY | version=\"1\"",
	     "= 503 | - | Retry-After: 1");
	command(&w, "lock");
	PLAY(&w, "- NOTIFY", "< NOTIFY | version=\"1\" | state=\"full\"",
	     "= 200", "< NOTIFY | version=\"2\" | <locked>true</", "= 200");
	world_close(&w);
}

static void looks_once(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL, WATCH("2") "^Expires: 0", "< 200 | Expires: 0",
	     "< NOTIFY | terminated;reason=timeout | state=\"full\"", "= 200");
	command(&w, "lock");
	PLAY(&w, "- NOTIFY", WATCH("3"), "< 200", "< NOTIFY | version=\"1\"",
	     "= 200");
	world_close(&w);
}

static void shows_who_talks_to_who_asks(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL,
	     WATCH("2") "^Accept: text/plain, application/conference-info+xml"
			";activity=yes",
	     "< 200",
	     "< NOTIFY | <activity | number=\"1\" | talking=\"false\"",
	     "= 200", WATCH("3") "; id=5", "< 200",
	     "< NOTIFY | Event: conference;id=5 | !<activity", "= 200");
	world_close(&w);
}

/* Who is in has his beside what his host may have, and no more */
static void who_is_in_has_its_own(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	w.config->subscriptions_per_source = 1;
	PLAY(&w, CALL, WATCH("2"), "< 200", "< NOTIFY | version=\"1\"",
	     "= 200", WATCH("3") ";id=2", "< 200", "< NOTIFY | version=\"1\"",
	     "= 200", WATCH("4") ";id=3", "< 200", "< NOTIFY | version=\"1\"",
	     "= 200", WATCH("5") ";id=4", "< 503 | Retry-After: ");
	world_close(&w);
}

static void refuses(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL, "> SUBSCRIBE 2", "< 489 | Allow-Events: conference",
	     "> SUBSCRIBE 3 | - | Event: presence", "< 489",
	     "> SUBSCRIBE 4 | - | Event: ;;", "< 489",
	     WATCH("5") "^Accept: text/plain",
	     "< 406 | Accept: application/conference-info+xml",
	     WATCH("6") "^Expires: 1", "< 423 | Min-Expires: 60");
	w.config->max_subscriptions = 0;
	PLAY(&w, WATCH("7"), "< 503 | Retry-After", "> BYE 8", "< 200", "# 0");
	world_close(&w);

	/* nobody is there */
	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, WATCH("1"), "< 404");
	world_close(&w);
}

static void answer_h(json_t *reply, void *arg)
{
	bool *ok = arg;

	*ok = json_is_true(json_object_get(reply, "ok"));
}


/** @return 0, ENOMEM: it was not done */
static int lock_without_memory(void *arg)
{
	static const struct asker host = {.operates = true};
	const bool never = false;
	bool ok = false;
	struct world w;
	json_t *cmd;

	(void)arg;
	failing_pause();
	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL, WATCH("2"), "< 200", "< NOTIFY", "= 200");
	cmd = json_pack("{s:s,s:s}", "verb", "lock", "conference", "demo");
	failing_resume();
	focus_command(NULL, w.focus, &host, cmd, answer_h, &ok);
	failing_pause();
	json_decref(cmd);
	if (ok) {
		(void)world_wait(&w, &never, MISSED_MS);
		PLAY(&w, WATCH("3"), "< 200", "< NOTIFY | <locked>true</",
		     "= 200");
	}
	world_close(&w);
	failing_resume();

	return ok ? 0 : ENOMEM;
}


static void what_was_missed_is_told_later(void)
{
	failing_each(lock_without_memory, NULL);
}

/** A proxy that is trusted and says of nobody who it is vouches for nobody */
static void shows_strangers_nothing(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL);
	(void)strcpy(w.callid, "her-second-dialog");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	PLAY(&w, WATCH("9") "^Expires: 0", "< 200", "< NOTIFY" DOCUMENT,
	     "= 200");
	(void)strcpy(w.callid, "another");
	(void)strcpy(w.local, "<sip:eve@example.com>;tag=eve");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	PLAY(&w, WATCH("1"), "< 403");

	/* by a proxy, anybody could have claimed to be the one who is in */
	(void)strcpy(w.local, "<sip:alice@example.com>;tag=eve");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	PLAY(&w,
	     WATCH("5") "^Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKproxied",
	     "< 403");
	(void)strcpy(w.local, "<sip:eve@example.com>;tag=eve");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	(void)sa_set_str(&w.config->trusted_hosts[0].address, "127.0.0.1", 0);
	w.config->trusted_hosts[0].bits = 32;
	w.config->trusted_hosts_count = 1;
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	PLAY(&w, WATCH("2"), "< 403");
	(void)snprintf(w.to, sizeof(w.to), "<sip:%s>", w.uri);
	PLAY(&w,
	     WATCH("3") "^P-Asserted-Identity: <sip:eve@example.com>"
			"^Expires: 0",
	     "< 200", "< NOTIFY" DOCUMENT, "= 200");
	world_close(&w);
}

/** Another dialog of the same peer, which is believed who it says it is */
static void dial_anew(struct world *w)
{
	(void)snprintf(w->callid, sizeof(w->callid), "%llx",
		       (unsigned long long)rand_u64());
	(void)snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
}

static void trust_the_peer(struct world *w)
{
	(void)sa_set_str(&w->config->trusted_hosts[0].address, "127.0.0.1", 0);
	w->config->trusted_hosts[0].bits = 32;
	w->config->trusted_hosts_count = 1;
}

#define IS(who) "^P-Asserted-Identity: <sip:" who "@example.com>"
#define CALL_AS(who)                                                          \
	"> INVITE 1 | offer | X-Any: 1" IS(who), "< 200", "> ACK 1"
#define WATCH_AS(who) WATCH("1") IS(who)
#define LOOK_AS(who)  WATCH_AS(who) "^Expires: 0"

static void set(struct world *w, const char *settings)
{
	char why[SETTINGS_WHY_BYTES];

	CU_ASSERT_EQUAL(settings_set_text(&w->config->ad_hoc, settings, why),
			0);
}

/** Who is proved is shown what he may see by his call, wherever he asks */
static void shows_the_known_what_they_are(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	trust_the_peer(&w);
	set(&w, "lobby=on");
	PLAY(&w, CALL_AS("alice"));
	dial_anew(&w);
	PLAY(&w, CALL_AS("bob"));
	/* a host sees who waits */
	dial_anew(&w);
	PLAY(&w, LOOK_AS("alice"), "< 200",
	     "< NOTIFY | <user entity=\"sip:alice | <user entity=\"sip:bob",
	     "= 200");
	/* who waits sees himself alone */
	dial_anew(&w);
	PLAY(&w, LOOK_AS("bob"), "< 200",
	     "< NOTIFY | bob@example.com | !<user entity=\"sip:alice | "
	     "!<user-count",
	     "= 200");
	/* and who does not even wait sees nothing */
	dial_anew(&w);
	PLAY(&w, LOOK_AS("carol"), "< 403");
	world_close(&w);
}

static void change(struct world *w, const char *settings)
{
	static const struct asker host = {.operates = true};
	json_t *cmd =
		json_pack("{s:s,s:s,s:o}", "verb", "settings", "conference",
			  "demo", "settings", json_loads(settings, 0, NULL));

	focus_command(NULL, w->focus, &host, cmd, done_h, NULL);
	json_decref(cmd);
}

/** Where anybody could come in who is known may watch without, until there is
 *  a door */
static void a_door_keeps_out_who_watches(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	trust_the_peer(&w);
	PLAY(&w, CALL_AS("alice"));
	dial_anew(&w);
	PLAY(&w, WATCH_AS("carol"), "< 200",
	     "< NOTIFY | <user entity=\"sip:alice", "= 200");
	change(&w, "{\"title\":\"All\"}");
	PLAY(&w, "< NOTIFY | active;expires", "= 200");
	change(&w, "{\"guest_pin\":\"4711\"}");
	PLAY(&w, "< NOTIFY | terminated;reason=rejected", "= 200");
	world_close(&w);
}

/** A host who hangs up is one of those who watch, and sees no more of who
 *  waits */
static void who_hangs_up_sees_less(void)
{
	struct world w;
	char callid[64], to[640];

	CU_ASSERT_FATAL(!world_open(&w));
	trust_the_peer(&w);
	PLAY(&w, CALL_AS("alice"));
	(void)str_ncpy(callid, w.callid, sizeof(callid));
	(void)str_ncpy(to, w.to, sizeof(to));
	dial_anew(&w);
	PLAY(&w, CALL_AS("bob"));
	change(&w, "{\"lobby\":true}");
	dial_anew(&w);
	PLAY(&w, CALL_AS("carol"));
	dial_anew(&w);
	PLAY(&w, WATCH_AS("alice"), "< 200",
	     "< NOTIFY | <user entity=\"sip:carol", "= 200");
	/* and nothing where there is a door */
	(void)str_ncpy(w.callid, callid, sizeof(w.callid));
	(void)str_ncpy(w.to, to, sizeof(w.to));
	PLAY(&w, "> BYE 2", "~ 200", "~ NOTIFY | terminated;reason=rejected");
	world_close(&w);
}

/* A SUBSCRIBE of its call, as the layer would have it */
static struct sip_msg *asked(const struct world *w, unsigned cseq)
{
	struct sip_msg *msg;
	struct sa flow;

	rewrite_layer_addr(
		&flow, dialog_flow(session_dialog(world_session((void *)w))));
	msg = message_of("SUBSCRIBE sip:%s SIP/2.0\r\n"
			 "Via: SIP/2.0/UDP %J;branch=z9hG4bK-layer\r\n"
			 "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK7;rport"
			 "\r\n"
			 "From: %s\r\nTo: %s\r\nCall-ID: %s\r\n"
			 "CSeq: %u SUBSCRIBE\r\nEvent: conference;id=9\r\n"
			 "Contact: <sip:alice@127.0.0.1:%u>\r\n"
			 "Content-Length: 0\r\n\r\n",
			 w->uri, &flow, sa_port(&w->peer), w->local, w->to,
			 w->callid, cseq, sa_port(&w->peer));
	msg->tp = SIP_TRANSP_UDP;
	msg->src = flow;

	return msg;
}

static bool counting_member_h(const char *conference,
			      const struct conference_watcher *who,
			      struct conference_sight *sight, void *arg)
{
	unsigned *looks = arg;

	(void)conference;
	(void)who;
	(void)sight;
	++*looks;

	return true;
}

/* As one who is known watches, by that call
 * @param self Number of his own endpoint, 0: he is not in */
static void watch_counted(struct world *w, unsigned self, unsigned *looks)
{
	const struct session *s = world_session(w);
	const struct conference_subscribe sub = {
		.conference = "demo",
		.entity = "sip:demo@example.com",
		.contact = dialog_contact(session_dialog(s)),
		.dlg = dialog_sip(session_dialog(s)),
		.who = {.aor = "sip:carol@example.com", .known = true},
		.may = true,
		.reached = true,
		.stays = true,
		.memberh = counting_member_h,
		.arg = looks,
		.sight = {VIEW_MEMBERS, self},
	};
	struct sip_msg *msg = asked(w, 2);

	CU_ASSERT_EQUAL(conference_events_begin(w->watchers, msg, &sub), 0);
	mem_deref(msg);
}

/* However often it is told of something else before */
static void await_notify(struct world *w, const char *text)
{
	do {
		PLAY(w, "~ NOTIFY", "= 200");
	} while (!strstr(w->last_request, text));
}

/** Whoever hides who he is could be any of those who watch and are not in. Who
 *  is in has not come again, and has not gone with another */
static void who_comes_anonymously_is_nobody_who_is_in(void)
{
	/* who watches is not in, is the one who was there, or who comes */
	for (unsigned self = 0; self < 3; self++) {
		unsigned looks = 0;
		struct world w;

		CU_ASSERT_FATAL(!world_open(&w));
		trust_the_peer(&w);
		PLAY(&w, CALL_AS("alice"));
		watch_counted(&w, self, &looks);
		PLAY(&w, "< 200");
		await_notify(&w, "<user-count>1</");
		dial_anew(&w);
		PLAY(&w, "> INVITE 1 | offer | Privacy: id" IS("bob"), "~ 200",
		     "> ACK 1");
		await_notify(&w, "anonymous2@");
		CU_ASSERT_EQUAL(looks, self == 0);
		looks = 0;
		PLAY(&w, "> BYE 2");
		await_notify(&w, "<user-count>1</");
		CU_ASSERT_EQUAL(looks, self == 2);
		world_close(&w);
	}
}

/* Whatever is answered, the call goes on */
static int one_watcher(void *arg)
{
	struct sip_msg *msg;
	struct world w;
	(void)arg;

	failing_pause();
	CU_ASSERT_FATAL(!world_open(&w));
	PLAY(&w, CALL);
	msg = asked(&w, 2);
	failing_resume();

	(void)layer_request_handler(msg, w.layer);

	failing_pause();
	mem_deref(msg);
	CU_ASSERT(session_endpoint(world_session(&w)) != NULL);
	world_close(&w);
	failing_resume();

	return 0;
}

static void survives_any_failing_allocation(void)
{
	CU_ASSERT(failing_each(one_watcher, NULL) > 10);
}

static CU_TestInfo tests[] = {
	{"survives any failing allocation", survives_any_failing_allocation},
	{"F10 watches in its dialog", watches_in_its_dialog},
	{"F13 merges while a NOTIFY is under way", merges_while_busy},
	{"F10 waits as it is told and loses nothing", waits_and_tells_all},
	{"F10 looks once", looks_once},
	{"F10 shows who talks to who asks", shows_who_talks_to_who_asks},
	{"F10 who is in has its own", who_is_in_has_its_own},
	{"F10 refuses", refuses},
	{"F10 what was missed is told later", what_was_missed_is_told_later},
	{"F10 shows strangers nothing", shows_strangers_nothing},
	{"F10 shows the known what they are", shows_the_known_what_they_are},
	{"F10 a door keeps out who watches", a_door_keeps_out_who_watches},
	{"F10 who hangs up sees less", who_hangs_up_sees_less},
	{"who comes anonymously is nobody who is in",
	 who_comes_anonymously_is_nobody_who_is_in},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(conference_events, tests)
