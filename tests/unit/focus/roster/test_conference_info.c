/**
 * @file test_conference_info.c  The roster's documents (RFC 4575)
 */
#include <errno.h>
#include <string.h>
#include "tests/unit/failing.h"
#include "tests/unit/focus/roster/info_events.h"
#include "tests/unit/focus/roster/info_model.h"
#include "tests/unit/focus/roster/info_world.h"
#include "tests/unit/unit.h"

static void lists_all(void)
{
	info_begin(SNAPSHOT(
		USER("ann", ENDPOINT(1, "ann", ",\"role\":\"moderator\""))));
	CU_ASSERT(
		info_says(&info_phone,
			  "<conference-info xmlns=\"urn:ietf:params:xml:ns:"
			  "conference-info\" entity=\"sip:demo@example.com\" "
			  "state=\"full\" version=\"1\">"));
	CU_ASSERT(info_says(&info_phone, "<display-text>demo</display-text>"));
	CU_ASSERT(info_says(&info_phone, "<uri>sip:demo@example.com</uri>"));
	CU_ASSERT(
		info_says(&info_phone, "<uri>https://example.com/demo</uri>"));
	CU_ASSERT(info_says(&info_phone, "<purpose>participation</purpose>"));
	CU_ASSERT(info_says(&info_phone, "<maximum-user-count>20</"));
	CU_ASSERT(info_says(&info_phone,
			    "<web-page>https://example.com/demo</"));
	CU_ASSERT(info_says(&info_phone,
			    "<user-count>1</user-count><active>true</active>"
			    "<locked>false</locked>"));
	CU_ASSERT(info_says(&info_phone,
			    "<users state=\"full\"><user entity=\"sip:ann@x"
			    "\" state=\"full\"><display-text>ann</"));
	CU_ASSERT(info_says(&info_phone,
			    "<roles><entry>moderator</entry></roles>"));
	CU_ASSERT(info_says(&info_phone,
			    "<endpoint entity=\"sip:ann@192.0.2.1:5060\" "
			    "state=\"full\">"));
	CU_ASSERT(info_says(&info_phone,
			    "<status>pending</status><joining-method>"
			    "dialed-in</joining-method><joining-info><when>"
			    "2023-11-14T22:13:20Z</when></joining-info>"));
	CU_ASSERT(info_says(&info_phone,
			    "<media id=\"1\"><display-text>PCMU</"
			    "display-text><type>audio</type><label>1</label>"
			    "<status>sendrecv</status></media>"));
	CU_ASSERT(info_silent(&info_phone, "activity"));
	CU_ASSERT(info_says(&info_alice,
			    "<activity xmlns=\"urn:x-parley:activity\" "
			    "number=\"1\" talking=\"false\""));
	info_finish();
}

static void tells_what_changed(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	CU_ASSERT(!conference_info_news(info_phone.r));
	info_happen(
		JOINED(2, "bob", ",\"referred_by\":\"<sip:ann@x>;cid=1\""));
	info_happen(ABOUT("connected", 2, ""));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "state=\"partial\" version=\"2\""));
	CU_ASSERT(info_says(&info_phone, "<user-count>2</user-count>"));
	CU_ASSERT(
		info_says(&info_phone, "<roles><entry>guest</entry></roles>"));
	CU_ASSERT(info_says(&info_phone,
			    "<users state=\"partial\"><user entity=\"sip:"
			    "bob@x\" state=\"full\">"));
	CU_ASSERT(info_says(&info_phone,
			    "<referred><by>sip:ann@x</by></referred>"
			    "<status>connected</status>"));
	CU_ASSERT(info_silent(&info_phone, "sip:ann@x\" state"));
	CU_ASSERT(info_silent(&info_phone, "conference-description"));

	info_happen(ABOUT("held", 2, ",\"held\":true"));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:bob@x\" state=\"partial\">"
			    "<endpoint entity=\"sip:bob@192.0.2.2:5060\" "
			    "state=\"full\">"));
	CU_ASSERT(info_says(&info_phone, "<status>on-hold</status>"));
	CU_ASSERT(info_silent(&info_phone, "user-count"));
	info_happen("{\"type\":\"locked\",\"locked\":true}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "<locked>true</locked>"));
	CU_ASSERT(info_silent(&info_phone, "<users"));
	info_finish();
}

static void spares_terminals_the_talking(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(ABOUT("connected", 1, ""));
	CU_ASSERT(info_look(&info_alice, false));
	CU_ASSERT(info_look(&info_phone, false));
	info_happen(ABOUT("talking", 1, ",\"talking\":true"));
	info_happen("{\"type\":\"speaker\",\"endpoint\":1}");
	CU_ASSERT(!conference_info_news(info_phone.r));
	CU_ASSERT(info_look(&info_alice, false));
	CU_ASSERT(info_says(&info_alice,
			    "<endpoint entity=\"sip:ann@192.0.2.1:5060\" "
			    "state=\"partial\"><activity "));
	CU_ASSERT(info_says(&info_alice, "talking=\"true\""));
	CU_ASSERT(info_says(&info_alice, "speaker=\"1\" media=\"up\""));
	CU_ASSERT(info_silent(&info_alice, "<media"));

	/* a moderator's mute of all that it sends is a status of the RFC */
	info_happen(ABOUT("muted", 1, ",\"muted\":true"));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "<status>muted-via-focus</status>"));
	CU_ASSERT(info_look(&info_alice, false));
	CU_ASSERT(info_says(&info_alice, "muted=\"true\""));
	info_happen(ABOUT("media", 1,
			  ",\"media\":[{\"id\":1,\"type\":\"video\","
			  "\"codec\":\"H264\",\"status\":\"sendrecv\"}]"));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "<status>connected</status>"));
	CU_ASSERT(info_says(&info_phone, "<label>2</label>"));
	info_happen("{\"type\":\"mixer\",\"state\":\"lost\"}");
	CU_ASSERT(!conference_info_news(info_phone.r));
	CU_ASSERT(info_look(&info_alice, false));
	CU_ASSERT(info_says(&info_alice, "media=\"lost\""));
	info_finish();
}

/* F12: to those who watch, another user; RFC 4575 has no other way */
static void tells_who_became_anonymous(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(JOINED(2, "bob", ""));
	CU_ASSERT(info_look(&info_phone, false));
	info_happen(
		"{\"type\":\"renamed\",\"endpoint\":2,\"time\":1,\"state\":"
		"{\"endpoint\":2,\"user\":\"sip:bob@x\",\"display\":"
		"\"Robert\"}}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:bob@x\" state=\"full\">"
			    "<display-text>Robert</display-text>"));
	CU_ASSERT(info_says(&info_phone,
			    "<endpoint entity=\"sip:bob@192.0.2.2:5060\" "
			    "state=\"full\"><display-text>Robert</"));
	info_happen("{\"type\":\"renamed\",\"endpoint\":2,\"time\":1,"
		    "\"state\":" ENDPOINT(2, "anonymous2",
					  ",\"anonymous\":true") "}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "<user entity=\"sip:bob@x\" "
					 "state=\"deleted\">"));
	CU_ASSERT(info_says(&info_phone, "<user entity=\"sip:anonymous2@x\" "
					 "state=\"full\">"));
	CU_ASSERT(info_says(&info_phone, "<user-count>2</user-count>"));
	info_happen(ABOUT("talking", 2, ",\"talking\":true"));
	CU_ASSERT(info_look(&info_alice, false));
	CU_ASSERT(info_says(&info_alice, "talking=\"true\""));
	CU_ASSERT(info_look(&info_alice, true));
	CU_ASSERT(info_silent(&info_alice, "bob"));
	CU_ASSERT(info_look(&info_phone, true));
	CU_ASSERT(info_silent(&info_phone, "bob"));
	info_finish();
}

static void tells_who_left_and_how(void)
{
	static const char *const rows[][2] = {{"left", "departed"},
					      {"kicked", "booted"},
					      {"busy", "busy"},
					      {"no-answer", "failed"}};
	char text[512];
	size_t i;

	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	for (i = 0; i < 4; i++) {
		info_happen(JOINED(2, "bob", ""));
		CU_ASSERT(info_look(&info_phone, false));
		(void)snprintf(text, sizeof(text),
			       ABOUT("left", 2,
				     ",\"reason\":\"%s\","
				     "\"words\":\"Away & <gone>\""),
			       rows[i][0]);
		info_happen(text);
		CU_ASSERT(info_look(&info_phone, false));
		CU_ASSERT(
			info_says(&info_phone, "<user-count>1</user-count>"));
		CU_ASSERT(info_says(&info_phone, "<user entity=\"sip:bob@x\" "
						 "state=\"deleted\">"));
		CU_ASSERT(info_says(&info_phone,
				    "<status>disconnected</status>"));
		(void)snprintf(text, sizeof(text),
			       "<disconnection-method>%s</", rows[i][1]);
		CU_ASSERT(info_says(&info_phone, text));
		CU_ASSERT(info_says(
			&info_phone,
			"<disconnection-info><when>2023-11-14T22:14:20Z"
			"</when><reason>Away &amp; &lt;gone&gt;</reason>"));
	}
	/* one of two devices */
	info_happen(JOINED(3, "bob", ""));
	info_happen(JOINED(4, "bob", ""));
	CU_ASSERT(info_look(&info_phone, false));
	info_happen(ABOUT("left", 3, ",\"reason\":\"left\""));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:bob@x\" state=\"partial\">"
			    "<endpoint entity=\"sip:bob@192.0.2.3:5060\" "
			    "state=\"deleted\">"));
	CU_ASSERT(info_silent(&info_phone, "user-count"));

	/* who came and went between two documents need not be told */
	info_happen(JOINED(5, "cas", ""));
	info_happen(ABOUT("left", 5, ",\"reason\":\"left\""));
	info_finish();
}

static void comes_back_with_the_same_contact(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(ABOUT("left", 1, ",\"reason\":\"left\""));
	info_happen("{\"type\":\"joined\",\"state\":{\"endpoint\":2,\"user\":"
		    "\"sip:ann@x\",\"display\":\"Ann\",\"entity\":"
		    "\"sip:ann@192.0.2.1:5060\",\"method\":\"dialed-in\"}}");
	/* and once more, from the same telephone */
	info_happen("{\"type\":\"joined\",\"state\":{\"endpoint\":3,\"user\":"
		    "\"sip:ann@x\",\"display\":\"Ann\",\"entity\":"
		    "\"sip:ann@192.0.2.1:5060\",\"method\":\"dialed-out\"}}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:ann@x\" state=\"full\">"));
	CU_ASSERT(info_says(&info_phone, "\"sip:ann@192.0.2.1:5060\""));
	CU_ASSERT(info_says(&info_phone,
			    "\"sip:ann@192.0.2.1:5060;endpoint=3\""));
	CU_ASSERT(info_silent(&info_phone, "deleted"));

	/* somebody else calls from the address that was left */
	info_happen(ABOUT("left", 2, ",\"reason\":\"left\""));
	info_happen(ABOUT("left", 3, ",\"reason\":\"left\""));
	info_happen(
		"{\"type\":\"joined\",\"state\":{\"endpoint\":4,\"user\":"
		"\"sip:ann@x\",\"display\":\"Beth\",\"role\":\"moderator\","
		"\"entity\":\"sip:ann@192.0.2.9\",\"method\":\"dialed-in\"}}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:ann@x\" state=\"full\">"
			    "<display-text>Beth</display-text><roles>"
			    "<entry>moderator</"));
	info_finish();
}

static void escapes_what_peers_choose(void)
{
	info_begin(SNAPSHOT(""));
	info_happen("{\"type\":\"joined\",\"state\":{\"endpoint\":1,\"user\":"
		    "\"sip:a|b%zz^<&\\\">@x y\",\"display\":"
		    "\"<b>]]>&amp;\\u0007\\uffff\\u202e\",\"entity\":\"\","
		    "\"method\":\"dialed-in\"}}");
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "&lt;b&gt;]]&gt;&amp;amp;"));
	info_finish();
}

static void ends(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(ABOUT("left", 1, ",\"reason\":\"ended\""));
	info_happen("{\"type\":\"ended\",\"reason\":\"ended\"}");
	CU_ASSERT(!conference_info_active(info_demo));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "state=\"deleted\" version=\"2\""));
	CU_ASSERT(info_says(&info_phone,
			    "<user-count>0</user-count><active>false</"));
	CU_ASSERT(info_says(&info_phone, "<disconnection-method>booted</"));
	info_finish();
}

/* A large conference goes out in parts that fit into a message */
static void parts_what_is_large(void)
{
	char text[1024];
	unsigned n, documents = 0;
	static struct info_watcher late;

	info_begin(SNAPSHOT(""));
	for (n = 1; n <= 300; n++) {
		(void)snprintf(text, sizeof(text),
			       "{\"type\":\"joined\",\"state\":{\"endpoint\":"
			       "%u,\"user\":\"sip:user%u@example.com\","
			       "\"display\":\"User %u\",\"entity\":"
			       "\"sip:user%u@192.0.2.1\",\"method\":"
			       "\"dialed-in\",\"status\":\"connected\"}}",
			       n, n, n, n);
		info_happen(text);
	}
	info_watch(&late, false);
	CU_ASSERT(info_look(&late, true));
	CU_ASSERT(info_says(&late, "<user-count>300</user-count>"));
	CU_ASSERT(info_says(&late, "<users state=\"partial\">"));
	/* what changes in between is not lost */
	info_happen(ABOUT("talking", 1, ",\"talking\":true"));
	info_happen(ABOUT("left", 2, ",\"reason\":\"left\""));
	while (conference_info_news(late.r) && ++documents < 20) {
		CU_ASSERT(info_look(&late, false));
		CU_ASSERT(strlen(late.text) < 48000);
	}
	CU_ASSERT(documents >= 2 && documents < 20);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(late.model, "users")),
			299);
	while (conference_info_news(info_phone.r))
		CU_ASSERT_FATAL(info_look(&info_phone, false));
	CU_ASSERT(info_same(late.model, info_phone.model));

	/* those who are gone are forgotten once all have heard of it */
	for (n = 3; n <= 200; n++) {
		(void)snprintf(text, sizeof(text),
			       "{\"type\":\"left\",\"endpoint\":%u,"
			       "\"reason\":\"left\"}",
			       n);
		info_happen(text);
		CU_ASSERT(info_look(&late, false));
		CU_ASSERT(info_look(&info_phone, false));
		CU_ASSERT(info_look(&info_alice, n == 3));
	}
	info_leave(&late);
	info_finish();
}

/* Who has left, who came, and who has become another meanwhile */
static void a_snapshot_tells_what_was_missed(void)
{
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", "")) "," USER(
		"bob", ENDPOINT(2, "bob",
				"")) "," USER("cat", ENDPOINT(3, "cat", ""))));
	info_happen(SNAPSHOT(
		USER("ann", ENDPOINT(1, "ann", ",\"status\":\"connected\",\"muted\":true")) "," USER(
			"nobody",
			ENDPOINT(3, "nobody", "")) "," USER("dan",
							    ENDPOINT(4, "dan",
								     ""))));
	CU_ASSERT(info_look(&info_phone, false));
	CU_ASSERT(info_says(&info_phone, "<user-count>3</"));
	CU_ASSERT(info_says(&info_phone, "muted-via-focus"));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:bob@x\" state=\"deleted\""));
	CU_ASSERT(info_says(&info_phone,
			    "<user entity=\"sip:cat@x\" state=\"deleted\""));
	CU_ASSERT(info_says(&info_phone, "<user entity=\"sip:dan@x\""));
	info_finish();
}

/* What could not be printed is told by the next document */
static int print_one(struct info_watcher *w, bool full)
{
	struct mbuf *mb = NULL;
	int err = conference_info_print(w->r, full, &mb);

	CU_ASSERT_EQUAL(!err, mb != NULL);
	failing_pause();
	if (err)
		CU_ASSERT_FATAL(!conference_info_print(w->r, full, &mb));
	CU_ASSERT(info_apply(w->model, mb));
	mem_deref(mb);
	failing_resume();

	return err;
}

static int print_documents(void *arg)
{
	int first, err;

	(void)arg;
	failing_pause();
	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(
		JOINED(2, "bob", ",\"referred_by\":\"<sip:ann@x>;cid=1\""));
	info_happen(ABOUT("connected", 2, ""));
	failing_resume();
	first = print_one(&info_alice, false);
	err = print_one(&info_phone, true);
	failing_pause();
	info_finish();
	failing_resume();

	return first ? first : err;
}

static void repeats_what_memory_was_missing_for(void)
{
	failing_each(print_documents, NULL);
}

/* Who knows that it has missed something is right after another snapshot, and
 * who does not know it is right */
static void print_what_is(struct conference_info *i,
			  struct conference_info_reader *r, int missed)
{
	json_t *event = json_loads(
		SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))), 0, NULL);
	struct mbuf *mb;

	CU_ASSERT(!missed || missed == ENOMEM);
	if (missed)
		CU_ASSERT_EQUAL(conference_info_event(i, event), 0);
	json_decref(event);
	CU_ASSERT_FATAL(!conference_info_print(r, true, &mb));
	mb->pos = mb->end;
	CU_ASSERT_FATAL(!mbuf_write_u8(mb, 0));
	CU_ASSERT_PTR_NOT_NULL(
		strstr((char *)mb->buf, "<user-count>1</user-count>"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr((char *)mb->buf, "<user entity=\"sip:ann@x\""));
	mem_deref(mb);
}

/* It may miss an event, but neither crashes nor lies about who is there */
static int miss_events(void *arg)
{
	static const char *const events[] = {
		SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))),
		JOINED(2, "bob", ",\"referred_by\":\"<sip:ann@x>;cid=1\""),
		ABOUT("connected", 2, ""),
		"{\"type\":\"left\",\"endpoint\":2,\"reason\":\"left\"}",
	};
	struct conference_info_reader *r = NULL;
	const struct conference_info_param param = {
		.entity = "sip:d@x", .web = "https://x/d", .activity = true};
	struct conference_info *i = NULL;
	int err = conference_info_alloc(&i), missed = 0;

	(void)arg;
	CU_ASSERT_EQUAL(!err, i != NULL);
	for (size_t n = 0; !err && n < 4; n++) {
		json_t *event;

		failing_pause();
		event = json_loads(events[n], 0, NULL);
		failing_resume();
		missed = conference_info_event(i, event);
		failing_pause();
		json_decref(event);
		failing_resume();
		if (!n)
			err = conference_info_read(&r, i, &param);
	}
	if (!err) {
		failing_pause();
		print_what_is(i, r, missed);
		failing_resume();
	}
	mem_deref(r);
	mem_deref(i);

	return err;
}

static void survives_any_failing_allocation(void)
{
	failing_each(miss_events, NULL);
}

static CU_TestInfo tests[] = {
	{"F11 lists all", lists_all},
	{"F10 tells what changed", tells_what_changed},
	{"F13 spares terminals the talking", spares_terminals_the_talking},
	{"F12 tells who became anonymous", tells_who_became_anonymous},
	{"F11 a snapshot tells what was missed",
	 a_snapshot_tells_what_was_missed},
	{"F11 tells who left and how", tells_who_left_and_how},
	{"F11 who comes back with the same Contact",
	 comes_back_with_the_same_contact},
	{"F11 escapes what peers choose", escapes_what_peers_choose},
	{"F14 ends", ends},
	{"F10 parts what is large", parts_what_is_large},
	{"repeats what memory was missing for",
	 repeats_what_memory_was_missing_for},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(conference_info, tests)
