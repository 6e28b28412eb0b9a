/**
 * @file test_conference_info.c  The roster's documents (RFC 4575)
 *
 * Every document is validated against the schema.
 */
#include <errno.h>
#include <string.h>
#include "tests/unit/failing.h"
#include "tests/unit/focus/roster/info_events.h"
#include "tests/unit/focus/roster/info_model.h"
#include "tests/unit/unit.h"

/** One subscriber */
struct watcher {
	struct conference_info_reader *r;
	json_t *model;
	char text[CONFERENCE_INFO_BYTES + 8192]; /**< its last document */
};

static struct conference_info *info;
static struct watcher alice, phone;

static void happen(const char *text)
{
	json_error_t error;
	json_t *event = json_loads(text, 0, &error);

	if (!event)
		fprintf(stderr, "%s in %s\n", error.text, text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	conference_info_event(info, event);
	json_decref(event);
}

static bool look(struct watcher *w, bool full)
{
	struct mbuf *mb;
	bool ok;

	CU_ASSERT_FATAL(!conference_info_print(w->r, full, &mb));
	CU_ASSERT_FATAL(mb->end < sizeof(w->text));
	memcpy(w->text, mb->buf, mb->end);
	w->text[mb->end] = '\0';
	ok = info_apply(w->model, mb);
	mem_deref(mb);

	return ok;
}

static bool says(const struct watcher *w, const char *what)
{
	bool ok = strstr(w->text, what) != NULL;

	if (!ok)
		fprintf(stderr, "no %s in %s\n", what, w->text);
	return ok;
}

static bool silent(const struct watcher *w, const char *what)
{
	return !strstr(w->text, what);
}

static void watch_as(struct watcher *w, bool activity,
		     enum conference_info_view view, unsigned self)
{
	const struct conference_info_param param = {
		.entity = "sip:demo@example.com",
		.web = "https://example.com/demo",
		.activity = activity,
		.view = view,
		.self = self,
	};

	CU_ASSERT_FATAL(!conference_info_read(&w->r, info, &param));
	w->model = json_object();
}

static void watch(struct watcher *w, bool activity)
{
	watch_as(w, activity, VIEW_MEMBERS, 0);
}

static void leave(struct watcher *w)
{
	w->r = mem_deref(w->r);
	json_decref(w->model);
}

static void begin(const char *snapshot)
{
	CU_ASSERT_FATAL(!conference_info_alloc(&info));
	CU_ASSERT(!conference_info_active(info));
	happen(snapshot);
	CU_ASSERT(conference_info_active(info));
	watch(&alice, true);
	watch(&phone, false);
	CU_ASSERT(look(&alice, true));
	CU_ASSERT(look(&phone, true));
}

/* All see what somebody sees who comes now */
static void finish(void)
{
	struct watcher *all[] = {&alice, &phone};
	size_t i;

	for (i = 0; i < 2; i++) {
		static struct watcher fresh;

		while (conference_info_news(all[i]->r))
			CU_ASSERT_FATAL(look(all[i], false));
		watch(&fresh, i == 0);
		CU_ASSERT(look(&fresh, true));
		while (conference_info_news(fresh.r))
			CU_ASSERT_FATAL(look(&fresh, false));
		CU_ASSERT(info_same(fresh.model, all[i]->model));
		leave(&fresh);
	}
	leave(&alice);
	leave(&phone);
	info = mem_deref(info);
}

static void lists_all(void)
{
	begin(SNAPSHOT(
		USER("ann", ENDPOINT(1, "ann", ",\"role\":\"moderator\""))));
	CU_ASSERT(says(&phone,
		       "<conference-info xmlns=\"urn:ietf:params:xml:ns:"
		       "conference-info\" entity=\"sip:demo@example.com\" "
		       "state=\"full\" version=\"1\">"));
	CU_ASSERT(says(&phone, "<display-text>demo</display-text>"));
	CU_ASSERT(says(&phone, "<uri>sip:demo@example.com</uri>"));
	CU_ASSERT(says(&phone, "<uri>https://example.com/demo</uri>"));
	CU_ASSERT(says(&phone, "<purpose>participation</purpose>"));
	CU_ASSERT(says(&phone, "<maximum-user-count>20</"));
	CU_ASSERT(says(&phone, "<web-page>https://example.com/demo</"));
	CU_ASSERT(says(&phone,
		       "<user-count>1</user-count><active>true</active>"
		       "<locked>false</locked>"));
	CU_ASSERT(says(&phone, "<users state=\"full\"><user entity=\"sip:ann@x"
			       "\" state=\"full\"><display-text>ann</"));
	CU_ASSERT(says(&phone, "<roles><entry>moderator</entry></roles>"));
	CU_ASSERT(says(&phone, "<endpoint entity=\"sip:ann@192.0.2.1:5060\" "
			       "state=\"full\">"));
	CU_ASSERT(says(&phone, "<status>pending</status><joining-method>"
			       "dialed-in</joining-method><joining-info><when>"
			       "2023-11-14T22:13:20Z</when></joining-info>"));
	CU_ASSERT(says(&phone,
		       "<media id=\"1\"><display-text>PCMU</"
		       "display-text><type>audio</type><label>1</label>"
		       "<status>sendrecv</status></media>"));
	CU_ASSERT(silent(&phone, "activity"));
	CU_ASSERT(says(&alice, "<activity xmlns=\"urn:x-parley:activity\" "
			       "number=\"1\" talking=\"false\""));
	finish();
}

static void tells_what_changed(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	CU_ASSERT(!conference_info_news(phone.r));
	happen(JOINED(2, "bob", ",\"referred_by\":\"<sip:ann@x>;cid=1\""));
	happen(ABOUT("connected", 2, ""));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "state=\"partial\" version=\"2\""));
	CU_ASSERT(says(&phone, "<user-count>2</user-count>"));
	CU_ASSERT(says(&phone, "<roles><entry>guest</entry></roles>"));
	CU_ASSERT(says(&phone, "<users state=\"partial\"><user entity=\"sip:"
			       "bob@x\" state=\"full\">"));
	CU_ASSERT(says(&phone, "<referred><by>sip:ann@x</by></referred>"
			       "<status>connected</status>"));
	CU_ASSERT(silent(&phone, "sip:ann@x\" state"));
	CU_ASSERT(silent(&phone, "conference-description"));

	happen(ABOUT("held", 2, ",\"held\":true"));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:bob@x\" state=\"partial\">"
			       "<endpoint entity=\"sip:bob@192.0.2.2:5060\" "
			       "state=\"full\">"));
	CU_ASSERT(says(&phone, "<status>on-hold</status>"));
	CU_ASSERT(silent(&phone, "user-count"));
	happen("{\"type\":\"locked\",\"locked\":true}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<locked>true</locked>"));
	CU_ASSERT(silent(&phone, "<users"));
	finish();
}

static void spares_terminals_the_talking(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(ABOUT("connected", 1, ""));
	CU_ASSERT(look(&alice, false));
	CU_ASSERT(look(&phone, false));
	happen(ABOUT("talking", 1, ",\"talking\":true"));
	happen("{\"type\":\"speaker\",\"endpoint\":1}");
	CU_ASSERT(!conference_info_news(phone.r));
	CU_ASSERT(look(&alice, false));
	CU_ASSERT(says(&alice, "<endpoint entity=\"sip:ann@192.0.2.1:5060\" "
			       "state=\"partial\"><activity "));
	CU_ASSERT(says(&alice, "talking=\"true\""));
	CU_ASSERT(says(&alice, "speaker=\"1\" media=\"up\""));
	CU_ASSERT(silent(&alice, "<media"));

	/* a moderator's mute of all that it sends is a status of the RFC */
	happen(ABOUT("muted", 1, ",\"muted\":true"));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<status>muted-via-focus</status>"));
	CU_ASSERT(look(&alice, false));
	CU_ASSERT(says(&alice, "muted=\"true\""));
	happen(ABOUT("media", 1,
		     ",\"media\":[{\"id\":1,\"type\":\"video\","
		     "\"codec\":\"H264\",\"status\":\"sendrecv\"}]"));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<status>connected</status>"));
	CU_ASSERT(says(&phone, "<label>2</label>"));
	happen("{\"type\":\"mixer\",\"state\":\"lost\"}");
	CU_ASSERT(!conference_info_news(phone.r));
	CU_ASSERT(look(&alice, false));
	CU_ASSERT(says(&alice, "media=\"lost\""));
	finish();
}

/* F12: to those who watch, another user; RFC 4575 has no other way */
static void tells_who_became_anonymous(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(JOINED(2, "bob", ""));
	CU_ASSERT(look(&phone, false));
	happen("{\"type\":\"renamed\",\"endpoint\":2,\"time\":1,\"state\":"
	       "{\"endpoint\":2,\"user\":\"sip:bob@x\",\"display\":"
	       "\"Robert\"}}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:bob@x\" state=\"full\">"
			       "<display-text>Robert</display-text>"));
	CU_ASSERT(says(&phone, "<endpoint entity=\"sip:bob@192.0.2.2:5060\" "
			       "state=\"full\"><display-text>Robert</"));
	happen("{\"type\":\"renamed\",\"endpoint\":2,\"time\":1,"
	       "\"state\":" ENDPOINT(2, "anonymous2",
				     ",\"anonymous\":true") "}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:bob@x\" "
			       "state=\"deleted\">"));
	CU_ASSERT(says(&phone, "<user entity=\"sip:anonymous2@x\" "
			       "state=\"full\">"));
	CU_ASSERT(says(&phone, "<user-count>2</user-count>"));
	happen(ABOUT("talking", 2, ",\"talking\":true"));
	CU_ASSERT(look(&alice, false));
	CU_ASSERT(says(&alice, "talking=\"true\""));
	CU_ASSERT(look(&alice, true));
	CU_ASSERT(silent(&alice, "bob"));
	CU_ASSERT(look(&phone, true));
	CU_ASSERT(silent(&phone, "bob"));
	finish();
}

static void tells_who_left_and_how(void)
{
	static const char *const rows[][2] = {{"left", "departed"},
					      {"kicked", "booted"},
					      {"busy", "busy"},
					      {"no-answer", "failed"}};
	char text[512];
	size_t i;

	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	for (i = 0; i < 4; i++) {
		happen(JOINED(2, "bob", ""));
		CU_ASSERT(look(&phone, false));
		(void)snprintf(text, sizeof(text),
			       ABOUT("left", 2,
				     ",\"reason\":\"%s\","
				     "\"words\":\"Away & <gone>\""),
			       rows[i][0]);
		happen(text);
		CU_ASSERT(look(&phone, false));
		CU_ASSERT(says(&phone, "<user-count>1</user-count>"));
		CU_ASSERT(says(&phone, "<user entity=\"sip:bob@x\" "
				       "state=\"deleted\">"));
		CU_ASSERT(says(&phone, "<status>disconnected</status>"));
		(void)snprintf(text, sizeof(text),
			       "<disconnection-method>%s</", rows[i][1]);
		CU_ASSERT(says(&phone, text));
		CU_ASSERT(says(
			&phone,
			"<disconnection-info><when>2023-11-14T22:14:20Z"
			"</when><reason>Away &amp; &lt;gone&gt;</reason>"));
	}
	/* one of two devices */
	happen(JOINED(3, "bob", ""));
	happen(JOINED(4, "bob", ""));
	CU_ASSERT(look(&phone, false));
	happen(ABOUT("left", 3, ",\"reason\":\"left\""));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:bob@x\" state=\"partial\">"
			       "<endpoint entity=\"sip:bob@192.0.2.3:5060\" "
			       "state=\"deleted\">"));
	CU_ASSERT(silent(&phone, "user-count"));

	/* who came and went between two documents need not be told */
	happen(JOINED(5, "cas", ""));
	happen(ABOUT("left", 5, ",\"reason\":\"left\""));
	finish();
}

static void comes_back_with_the_same_contact(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(ABOUT("left", 1, ",\"reason\":\"left\""));
	happen("{\"type\":\"joined\",\"state\":{\"endpoint\":2,\"user\":"
	       "\"sip:ann@x\",\"display\":\"Ann\",\"entity\":"
	       "\"sip:ann@192.0.2.1:5060\",\"method\":\"dialed-in\"}}");
	/* and once more, from the same telephone */
	happen("{\"type\":\"joined\",\"state\":{\"endpoint\":3,\"user\":"
	       "\"sip:ann@x\",\"display\":\"Ann\",\"entity\":"
	       "\"sip:ann@192.0.2.1:5060\",\"method\":\"dialed-out\"}}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:ann@x\" state=\"full\">"));
	CU_ASSERT(says(&phone, "\"sip:ann@192.0.2.1:5060\""));
	CU_ASSERT(says(&phone, "\"sip:ann@192.0.2.1:5060;endpoint=3\""));
	CU_ASSERT(silent(&phone, "deleted"));

	/* somebody else calls from the address that was left */
	happen(ABOUT("left", 2, ",\"reason\":\"left\""));
	happen(ABOUT("left", 3, ",\"reason\":\"left\""));
	happen("{\"type\":\"joined\",\"state\":{\"endpoint\":4,\"user\":"
	       "\"sip:ann@x\",\"display\":\"Beth\",\"role\":\"moderator\","
	       "\"entity\":\"sip:ann@192.0.2.9\",\"method\":\"dialed-in\"}}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user entity=\"sip:ann@x\" state=\"full\">"
			       "<display-text>Beth</display-text><roles>"
			       "<entry>moderator</"));
	finish();
}

static void escapes_what_peers_choose(void)
{
	begin(SNAPSHOT(""));
	happen("{\"type\":\"joined\",\"state\":{\"endpoint\":1,\"user\":"
	       "\"sip:a|b%zz^<&\\\">@x y\",\"display\":"
	       "\"<b>]]>&amp;\\u0007\\uffff\\u202e\",\"entity\":\"\","
	       "\"method\":\"dialed-in\"}}");
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "&lt;b&gt;]]&gt;&amp;amp;"));
	finish();
}

static void ends(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(ABOUT("left", 1, ",\"reason\":\"ended\""));
	happen("{\"type\":\"ended\",\"reason\":\"ended\"}");
	CU_ASSERT(!conference_info_active(info));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "state=\"deleted\" version=\"2\""));
	CU_ASSERT(says(&phone, "<user-count>0</user-count><active>false</"));
	CU_ASSERT(says(&phone, "<disconnection-method>booted</"));
	finish();
}

/* A large conference goes out in parts that fit into a message */
static void parts_what_is_large(void)
{
	char text[1024];
	unsigned n, documents = 0;
	static struct watcher late;

	begin(SNAPSHOT(""));
	for (n = 1; n <= 300; n++) {
		(void)snprintf(text, sizeof(text),
			       "{\"type\":\"joined\",\"state\":{\"endpoint\":"
			       "%u,\"user\":\"sip:user%u@example.com\","
			       "\"display\":\"User %u\",\"entity\":"
			       "\"sip:user%u@192.0.2.1\",\"method\":"
			       "\"dialed-in\",\"status\":\"connected\"}}",
			       n, n, n, n);
		happen(text);
	}
	watch(&late, false);
	CU_ASSERT(look(&late, true));
	CU_ASSERT(says(&late, "<user-count>300</user-count>"));
	CU_ASSERT(says(&late, "<users state=\"partial\">"));
	/* what changes in between is not lost */
	happen(ABOUT("talking", 1, ",\"talking\":true"));
	happen(ABOUT("left", 2, ",\"reason\":\"left\""));
	while (conference_info_news(late.r) && ++documents < 20) {
		CU_ASSERT(look(&late, false));
		CU_ASSERT(strlen(late.text) < 48000);
	}
	CU_ASSERT(documents >= 2 && documents < 20);
	CU_ASSERT_EQUAL(json_object_size(json_object_get(late.model, "users")),
			299);
	while (conference_info_news(phone.r))
		CU_ASSERT_FATAL(look(&phone, false));
	CU_ASSERT(info_same(late.model, phone.model));

	/* those who are gone are forgotten once all have heard of it */
	for (n = 3; n <= 200; n++) {
		(void)snprintf(text, sizeof(text),
			       "{\"type\":\"left\",\"endpoint\":%u,"
			       "\"reason\":\"left\"}",
			       n);
		happen(text);
		CU_ASSERT(look(&late, false));
		CU_ASSERT(look(&phone, false));
		CU_ASSERT(look(&alice, n == 3));
	}
	leave(&late);
	finish();
}

/* Who has left, who came, and who has become another meanwhile */
static void a_snapshot_tells_what_was_missed(void)
{
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", "")) "," USER(
		"bob", ENDPOINT(2, "bob",
				"")) "," USER("cat", ENDPOINT(3, "cat", ""))));
	happen(SNAPSHOT(
		USER("ann", ENDPOINT(1, "ann", ",\"status\":\"connected\",\"muted\":true")) "," USER(
			"nobody",
			ENDPOINT(3, "nobody", "")) "," USER("dan",
							    ENDPOINT(4, "dan",
								     ""))));
	CU_ASSERT(look(&phone, false));
	CU_ASSERT(says(&phone, "<user-count>3</"));
	CU_ASSERT(says(&phone, "muted-via-focus"));
	CU_ASSERT(
		says(&phone, "<user entity=\"sip:bob@x\" state=\"deleted\""));
	CU_ASSERT(
		says(&phone, "<user entity=\"sip:cat@x\" state=\"deleted\""));
	CU_ASSERT(says(&phone, "<user entity=\"sip:dan@x\""));
	finish();
}

/* What could not be printed is told by the next document */
static int print_one(struct watcher *w, bool full)
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
	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(JOINED(2, "bob", ",\"referred_by\":\"<sip:ann@x>;cid=1\""));
	happen(ABOUT("connected", 2, ""));
	failing_resume();
	first = print_one(&alice, false);
	err = print_one(&phone, true);
	failing_pause();
	finish();
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

#define WAITS(n, who, what)                                                   \
	"{\"type\":\"waiting\",\"endpoint\":" #n                              \
	",\"state\":" ENDPOINT(n, who, ",\"waiting\":\"" what "\"") "}"

/* Who waits is shown to hosts and to himself, who is in to all that are */
static void who_waits_is_shown_to_hosts(void)
{
	static struct watcher host, guest, self;

	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	watch_as(&host, true, VIEW_HOSTS, 1);
	watch_as(&guest, true, VIEW_MEMBERS, 0);
	CU_ASSERT(look(&host, true));
	CU_ASSERT(look(&guest, true));

	happen(WAITS(2, "bob", "pin"));
	CU_ASSERT(look(&host, false));
	CU_ASSERT(says(&host, "<status>dialing-in</status>"));
	happen(WAITS(2, "bob", "admission"));
	watch_as(&self, true, VIEW_SELF, 2);
	CU_ASSERT(look(&self, true));
	CU_ASSERT(says(&self, "sip:bob@x"));
	CU_ASSERT(silent(&self, "sip:ann@x"));
	CU_ASSERT(look(&host, false));
	CU_ASSERT(says(&host, "<status>pending</status>"));
	CU_ASSERT(says(&host, "waiting=\"admission\""));
	CU_ASSERT(look(&guest, false));
	CU_ASSERT(silent(&guest, "bob"));
	CU_ASSERT(look(&guest, true));
	CU_ASSERT(silent(&guest, "bob"));
	CU_ASSERT(says(&guest, "<user-count>1</user-count>"));

	/* he is let in: all see him, and he sees all */
	happen(JOINED(2, "bob", ",\"role\":\"host\""));
	conference_info_show(self.r, VIEW_MEMBERS, 2);
	CU_ASSERT(conference_info_news(self.r));
	CU_ASSERT(look(&self, false));
	CU_ASSERT(says(&self, "state=\"full\""));
	CU_ASSERT(says(&self, "sip:ann@x"));
	CU_ASSERT(says(&self, "<roles><entry>host</entry></roles>"));
	CU_ASSERT(silent(&self, "waiting="));
	CU_ASSERT(look(&guest, false));
	CU_ASSERT(says(&guest, "<user-count>2</user-count>"));
	CU_ASSERT(says(&guest, "<user entity=\"sip:bob@x\" state=\"full\">"));

	/* another one is turned away: a guest has never heard of him */
	happen(WAITS(3, "eve", "admission"));
	CU_ASSERT(look(&host, false));
	happen(ABOUT("left", 3, ",\"reason\":\"denied\""));
	CU_ASSERT(look(&host, false));
	CU_ASSERT(
		says(&host, "<user entity=\"sip:eve@x\" state=\"deleted\">"));
	CU_ASSERT(look(&guest, false));
	CU_ASSERT(silent(&guest, "eve"));

	/* who is made a guest sees no more of them */
	happen(WAITS(4, "joe", "admission"));
	conference_info_show(host.r, VIEW_MEMBERS, 1);
	CU_ASSERT(look(&host, false));
	CU_ASSERT(says(&host, "state=\"full\""));
	CU_ASSERT(silent(&host, "joe"));
	leave(&host);
	leave(&guest);
	leave(&self);
	finish();
}

/* ...and he does not learn how many are in and who speaks, nor when that
 * changes */
static void who_waits_hears_nothing_of_others(void)
{
	static struct watcher self, guest;

	begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	happen(WAITS(2, "bob", "admission"));
	happen("{\"type\":\"speaker\",\"endpoint\":1}");
	watch_as(&self, true, VIEW_SELF, 2);
	watch_as(&guest, true, VIEW_MEMBERS, 1);
	CU_ASSERT(look(&self, true));
	CU_ASSERT(silent(&self, "<user-count"));
	CU_ASSERT(says(&self, "speaker=\"0\" media=\"up\""));
	CU_ASSERT(look(&guest, true));
	CU_ASSERT(says(&guest, "<user-count>1</user-count>"));
	CU_ASSERT(says(&guest, "speaker=\"1\""));

	happen("{\"type\":\"speaker\",\"endpoint\":0}");
	happen("{\"type\":\"spotlight\",\"spotlight\":1}");
	happen("{\"type\":\"layout\",\"layout\":\"speaker\"}");
	happen(JOINED(3, "eve", ""));
	happen(ABOUT("talking", 3, ",\"talking\":true"));
	CU_ASSERT(conference_info_news(guest.r));
	CU_ASSERT_FALSE(conference_info_news(self.r));

	/* what is of all is his, too */
	happen("{\"type\":\"locked\",\"locked\":true}");
	CU_ASSERT(conference_info_news(self.r));
	CU_ASSERT(look(&self, false));
	CU_ASSERT(says(&self, "<locked>true</locked>"));
	CU_ASSERT(silent(&self, "<user-count"));
	CU_ASSERT(silent(&self, "spotlight"));
	CU_ASSERT(silent(&self, "layout"));
	CU_ASSERT(look(&guest, false));
	CU_ASSERT(says(&guest, "spotlight=\"1\" layout=\"speaker\""));
	CU_ASSERT(silent(&self, "eve"));
	happen("{\"type\":\"mixer\",\"state\":\"lost\"}");
	CU_ASSERT(look(&self, false));
	CU_ASSERT(says(&self, "media=\"lost\""));
	happen(WAITS(2, "bob", "host"));
	CU_ASSERT(look(&self, false));
	CU_ASSERT(says(&self, "waiting=\"host\""));
	CU_ASSERT(silent(&self, "conference-state"));
	leave(&self);
	leave(&guest);
	finish();
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
	{"who waits is shown to hosts", who_waits_is_shown_to_hosts},
	{"who waits hears nothing of others",
	 who_waits_hears_nothing_of_others},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(conference_info, tests)
