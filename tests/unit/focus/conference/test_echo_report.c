/**
 * @file test_echo_report.c  How somebody is heard in an echo test
 */
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/echo_report.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static void what_is_measured_has_words(void)
{
	static const struct {
		int level, in, lost, remote, jitter;
		const char *loud, *line;
	} rows[] = {
		{127, 100, 0, 0, 0, "echo_silent", "line_good"},
		{56, 100, 0, 0, 0, "echo_silent", "line_good"},
		{55, 100, 0, 0, 0, "echo_quiet", "line_good"},
		{36, 1000, 20, 0, 0, "echo_good", "line_good"},
		{20, 1000, 21, 0, 0, "echo_good", "line_poor"},
		{6, 1000, 0, 5, 0, "echo_good", "line_good"},
		{5, 1000, 0, 6, 0, "echo_loud", "line_poor"},
		{20, 1000, 0, 0, 60, "echo_good", "line_good"},
		{20, 1000, 0, 0, 61, "echo_good", "line_poor"},
		{20, 0, 0, 0, 0, "echo_good", "line_good"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *audio =
			json_pack("{s:i,s:i,s:i,s:i,s:i}", "level_dbov",
				  rows[i].level, "packets_in", rows[i].in,
				  "packets_lost", rows[i].lost, "remote_loss",
				  rows[i].remote, "jitter_ms", rows[i].jitter);
		const char *names[ECHO_WORDS];

		echo_words(names, audio);
		CU_ASSERT_STRING_EQUAL(names[0], rows[i].loud);
		CU_ASSERT_STRING_EQUAL(names[1], rows[i].line);
		json_decref(audio);
	}
}


static const char *said(const struct focus_room *r)
{
	const json_t *msg = mixer_last(&r->mixer, "leg.announce");

	return json_string_value(
		json_array_get(json_object_get(msg, "say"), 0));
}


/** And has no host, whoever comes first */
static void an_echo_test_is_told_and_nobodys(void)
{
	struct focus_room r;
	struct party a, b;

	room_open(&r);
	CU_ASSERT_EQUAL(room_join(&r, &a, "echo", "sip:a@x", "A"), 0);
	room_turn(5);
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(mixer_last(&r.mixer, "mix.create"), "echo")));
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 1);
	CU_ASSERT_STRING_EQUAL(said(&r), "echo");
	CU_ASSERT_EQUAL(a.ep->user->role, ROLE_GUEST);

	CU_ASSERT_EQUAL(room_join(&r, &b, "ECHO", "sip:b@x", "B"), 0);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 2);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.announce"), 0);
	focus_leave(b.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.announce"), 2);
	focus_dtmf(a.ep, '*', 100);
	focus_dtmf(a.ep, '1', 100);
	room_turn(5);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(
				mixer_last(&r.mixer, "stats"), "after")),
			(json_int_t)a.ep->leg - 1);

	CU_ASSERT_EQUAL(room_join(&r, &b, "demo", "sip:b@x", "B"), 0);
	room_turn(5);
	CU_ASSERT_FALSE(json_is_true(
		json_object_get(mixer_last(&r.mixer, "mix.create"), "echo")));
	CU_ASSERT_EQUAL(b.ep->user->role, ROLE_HOST);
	room_close(&r);
}


static CU_TestInfo tests[] = {
	{"what is measured has words", what_is_measured_has_words},
	{"an echo test is told, and nobody's",
	 an_echo_test_is_told_and_nobodys},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(echo_report, tests)
