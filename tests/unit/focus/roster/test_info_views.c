/**
 * @file test_info_views.c  Who is shown what of a roster
 */
#include "tests/unit/focus/roster/info_events.h"
#include "tests/unit/focus/roster/info_world.h"
#include "tests/unit/unit.h"

/* Who waits is shown to hosts and to himself, who is in to all that are */
static void who_waits_is_shown_to_hosts(void)
{
	static struct info_watcher host, guest, self;

	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_watch_as(&host, true, VIEW_HOSTS, 1);
	info_watch_as(&guest, true, VIEW_MEMBERS, 0);
	CU_ASSERT(info_look(&host, true));
	CU_ASSERT(info_look(&guest, true));

	info_happen(WAITS(2, "bob", "pin"));
	CU_ASSERT(info_look(&host, false));
	CU_ASSERT(info_says(&host, "<status>dialing-in</status>"));
	info_happen(WAITS(2, "bob", "admission"));
	info_watch_as(&self, true, VIEW_SELF, 2);
	CU_ASSERT(info_look(&self, true));
	CU_ASSERT(info_says(&self, "sip:bob@x"));
	CU_ASSERT(info_silent(&self, "sip:ann@x"));
	CU_ASSERT(info_look(&host, false));
	CU_ASSERT(info_says(&host, "<status>pending</status>"));
	CU_ASSERT(info_says(&host, "waiting=\"admission\""));
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_silent(&guest, "bob"));
	CU_ASSERT(info_look(&guest, true));
	CU_ASSERT(info_silent(&guest, "bob"));
	CU_ASSERT(info_says(&guest, "<user-count>1</user-count>"));

	/* he is let in: all see him, and he sees all */
	info_happen(JOINED(2, "bob", ",\"role\":\"host\""));
	conference_info_show(self.r, VIEW_MEMBERS, 2);
	CU_ASSERT(conference_info_news(self.r));
	CU_ASSERT(info_look(&self, false));
	CU_ASSERT(info_says(&self, "state=\"full\""));
	CU_ASSERT(info_says(&self, "sip:ann@x"));
	CU_ASSERT(info_says(&self, "<roles><entry>host</entry></roles>"));
	CU_ASSERT(info_silent(&self, "waiting="));
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_says(&guest, "<user-count>2</user-count>"));
	CU_ASSERT(info_says(&guest,
			    "<user entity=\"sip:bob@x\" state=\"full\">"));

	/* another one is turned away: a guest has never heard of him */
	info_happen(WAITS(3, "eve", "admission"));
	CU_ASSERT(info_look(&host, false));
	info_happen(ABOUT("left", 3, ",\"reason\":\"denied\""));
	CU_ASSERT(info_look(&host, false));
	CU_ASSERT(info_says(&host,
			    "<user entity=\"sip:eve@x\" state=\"deleted\">"));
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_silent(&guest, "eve"));

	/* who is made a guest sees no more of them */
	info_happen(WAITS(4, "joe", "admission"));
	conference_info_show(host.r, VIEW_MEMBERS, 1);
	CU_ASSERT(info_look(&host, false));
	CU_ASSERT(info_says(&host, "state=\"full\""));
	CU_ASSERT(info_silent(&host, "joe"));
	info_leave(&host);
	info_leave(&guest);
	info_leave(&self);
	info_finish();
}

/* ...and he does not learn how many are in and who speaks, nor when that
 * changes */
static void who_waits_hears_nothing_of_others(void)
{
	static struct info_watcher self, guest;

	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(WAITS(2, "bob", "admission"));
	info_happen("{\"type\":\"speaker\",\"endpoint\":1}");
	info_watch_as(&self, true, VIEW_SELF, 2);
	info_watch_as(&guest, true, VIEW_MEMBERS, 1);
	CU_ASSERT(info_look(&self, true));
	CU_ASSERT(info_silent(&self, "<user-count"));
	CU_ASSERT(info_says(&self, "speaker=\"0\" media=\"up\""));
	CU_ASSERT(info_look(&guest, true));
	CU_ASSERT(info_says(&guest, "<user-count>1</user-count>"));
	CU_ASSERT(info_says(&guest, "speaker=\"1\""));

	info_happen("{\"type\":\"speaker\",\"endpoint\":0}");
	info_happen("{\"type\":\"spotlight\",\"spotlight\":1}");
	info_happen("{\"type\":\"layout\",\"layout\":\"speaker\"}");
	info_happen(JOINED(3, "eve", ""));
	info_happen(ABOUT("talking", 3, ",\"talking\":true"));
	CU_ASSERT(conference_info_news(guest.r));
	CU_ASSERT_FALSE(conference_info_news(self.r));

	/* what is of all is his, too */
	info_happen("{\"type\":\"locked\",\"locked\":true}");
	CU_ASSERT(conference_info_news(self.r));
	CU_ASSERT(info_look(&self, false));
	CU_ASSERT(info_says(&self, "<locked>true</locked>"));
	CU_ASSERT(info_silent(&self, "<user-count"));
	CU_ASSERT(info_silent(&self, "spotlight"));
	CU_ASSERT(info_silent(&self, "layout"));
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_says(&guest, "spotlight=\"1\" layout=\"speaker\""));
	CU_ASSERT(info_silent(&self, "eve"));
	info_happen("{\"type\":\"mixer\",\"state\":\"lost\"}");
	CU_ASSERT(info_look(&self, false));
	CU_ASSERT(info_says(&self, "media=\"lost\""));
	info_happen(WAITS(2, "bob", "host"));
	CU_ASSERT(info_look(&self, false));
	CU_ASSERT(info_says(&self, "waiting=\"host\""));
	CU_ASSERT(info_silent(&self, "conference-state"));
	info_leave(&self);
	info_leave(&guest);
	info_finish();
}

/* Many wait at a time: what others do is not even looked at for them. Nothing
 * of that would have been news */
static void who_waits_is_not_asked_for_others(void)
{
	static const struct {
		const char *text;
		unsigned about;
	} events[] = {
		{JOINED(3, "eve", ""), 3},
		{ABOUT("talking", 3, ",\"talking\":true"), 3},
		{ABOUT("connected", 3, ""), 3},
		{"{\"type\":\"speaker\",\"endpoint\":1}", 1},
		{WAITS(4, "dan", "pin"), 4},
		{WAITS(4, "dan", "admission"), 4},
		{"{\"type\":\"left\",\"endpoint\":3,\"reason\":\"left\"}", 3},
	};
	static struct info_watcher self, guest, host;

	info_begin(SNAPSHOT(USER("ann", ENDPOINT(1, "ann", ""))));
	info_happen(WAITS(2, "bob", "admission"));
	info_watch_as(&self, true, VIEW_SELF, 2);
	info_watch_as(&guest, true, VIEW_MEMBERS, 1);
	info_watch_as(&host, true, VIEW_HOSTS, 1);
	CU_ASSERT(info_look(&self, true));
	CU_ASSERT(info_look(&guest, true));
	CU_ASSERT(info_look(&host, true));
	for (size_t n = 0; n < ARRAY_SIZE(events); n++) {
		info_happen(events[n].text);
		CU_ASSERT_FALSE(
			conference_info_concerns(self.r, events[n].about));
		CU_ASSERT_FALSE(conference_info_news(self.r));
		CU_ASSERT(conference_info_concerns(guest.r, events[n].about));
		CU_ASSERT(conference_info_concerns(host.r, events[n].about));
	}
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_look(&host, false));

	/* but what is of him, or of all */
	CU_ASSERT(conference_info_concerns(self.r, 0));
	CU_ASSERT(conference_info_concerns(self.r, 2));
	info_happen(WAITS(2, "bob", "host"));
	CU_ASSERT(conference_info_news(self.r));
	CU_ASSERT(info_look(&self, false));

	/* and others when he is let in */
	info_happen(JOINED(2, "bob", ""));
	conference_info_show(self.r, VIEW_MEMBERS, 2);
	CU_ASSERT(conference_info_concerns(self.r, 1));
	CU_ASSERT(info_look(&self, false));
	CU_ASSERT(info_look(&guest, false));
	CU_ASSERT(info_look(&host, false));
	info_leave(&self);
	info_leave(&guest);
	info_leave(&host);
	info_finish();
}

static CU_TestInfo tests[] = {
	{"who waits is shown to hosts", who_waits_is_shown_to_hosts},
	{"who waits hears nothing of others",
	 who_waits_hears_nothing_of_others},
	{"who waits is not asked for others",
	 who_waits_is_not_asked_for_others},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(info_views, tests)
