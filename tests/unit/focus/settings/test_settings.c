/**
 * @file test_settings.c  How a conference is to be
 */
#include <errno.h>
#include <string.h>
#include "focus/settings/settings.h"
#include "tests/unit/unit.h"


static int set(struct conference_settings *s, const char *key,
	       const char *value, char *why)
{
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	int err = settings_set(s, key, json, why);

	CU_ASSERT_PTR_NOT_NULL(json);
	json_decref(json);

	return err;
}


static void values_come_as_json_and_as_words(void)
{
	static const struct {
		const char *key, *value, *shown;
	} rows[] = {
		{"title", "\"Board meeting\"", "\"Board meeting\""},
		{"guest_pin", "\"1234\"", "true"},
		{"guest_pin", "\"off\"", "false"},
		{"host_pin", "\"123456789012\"", "true"},
		{"host_pin", "\"\"", "false"},
		{"host_pin", "null", "false"},
		{"lobby", "true", "true"},
		{"lobby", "\"off\"", "false"},
		{"lobby", "\"yes\"", "true"},
		{"wait_for_host", "\"on\"", "true"},
		{"may_unmute", "\"moderators\"", "\"moderators\""},
		{"may_dial_out", "\"hosts\"", "\"hosts\""},
		{"may_record", "\"all\"", "\"all\""},
		{"max_participants", "20", "20"},
		{"max_participants", "\"0\"", "0"},
		{"language", "\"de\"", "\"de\""},
		{"language", "\"off\"", "\"\""},
	};
	struct conference_settings s;
	char why[SETTINGS_WHY_BYTES];

	settings_default(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *shown, *wanted;

		CU_ASSERT_EQUAL(set(&s, rows[i].key, rows[i].value, why), 0);
		shown = settings_json(&s);
		wanted = json_loads(rows[i].shown, JSON_DECODE_ANY, NULL);
		CU_ASSERT(json_equal(json_object_get(shown, rows[i].key),
				     wanted));
		json_decref(shown);
		json_decref(wanted);
	}
}


static void what_is_none_changes_nothing(void)
{
	static const struct {
		const char *key, *value, *why;
	} rows[] = {
		{"lobbby", "true", "no setting is called 'lobbby'"},
		{"lobby", "1", "lobby has to be on|off"},
		{"lobby", "\"maybe\"", "lobby has to be on|off"},
		{"lobby", "\"\"", "lobby has to be on|off"},
		{"guest_pin", "\"123\"",
		 "guest_pin has to be 4 to 12 digits, or off"},
		{"guest_pin", "\"12a4\"",
		 "guest_pin has to be 4 to 12 digits, or off"},
		{"guest_pin", "\"1234567890123\"",
		 "guest_pin has to be 4 to 12 digits, or off"},
		{"guest_pin", "1234",
		 "guest_pin has to be 4 to 12 digits, or off"},
		{"may_unmute", "\"nobody\"",
		 "may_unmute has to be all|moderators|hosts"},
		{"max_participants", "-1",
		 "max_participants has to be a number; 0: as configured"},
		{"max_participants", "\"9x\"",
		 "max_participants has to be a number; 0: as configured"},
		{"max_participants", "100001",
		 "max_participants has to be a number; 0: as configured"},
		{"language", "\"xx\"",
		 "language has to be en|de; off: as configured"},
		{"title", "7", "title has to be text"},
	};
	struct conference_settings s;
	json_t *before;

	settings_default(&s);
	before = settings_store(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[SETTINGS_WHY_BYTES] = "";
		json_t *after;

		CU_ASSERT_EQUAL(set(&s, rows[i].key, rows[i].value, why),
				EINVAL);
		CU_ASSERT_STRING_EQUAL(why, rows[i].why);
		after = settings_store(&s);
		CU_ASSERT(json_equal(before, after));
		json_decref(after);
	}
	json_decref(before);
}


/** One that is wrong among several leaves all as they are */
static void several_are_set_or_none(void)
{
	struct conference_settings s;
	char why[SETTINGS_WHY_BYTES];
	json_t *values = json_pack("{s:b,s:s}", "lobby", 1, "guest_pin", "x");

	settings_default(&s);
	CU_ASSERT_EQUAL(settings_set_all(&s, values, why), EINVAL);
	CU_ASSERT_FALSE(s.lobby);
	(void)json_object_set_new(values, "guest_pin", json_string("4711"));
	CU_ASSERT_EQUAL(settings_set_all(&s, values, why), 0);
	CU_ASSERT_TRUE(s.lobby);
	CU_ASSERT_TRUE(pin_is(&s.guest_pin, "4711"));
	CU_ASSERT_EQUAL(settings_set_all(&s, NULL, why), EINVAL);
	json_decref(values);
}


static void hosts_and_guests_have_two_pins(void)
{
	struct conference_settings s;
	char why[SETTINGS_WHY_BYTES];

	settings_default(&s);
	CU_ASSERT_EQUAL(settings_set_text(&s, "guest_pin=4711", why), 0);
	CU_ASSERT_EQUAL(settings_set_text(&s, "host_pin=4711", why), EINVAL);
	CU_ASSERT_STRING_EQUAL(why, "guest_pin and host_pin have to be two");
	CU_ASSERT_EQUAL(settings_set_text(&s, "host_pin=4712", why), 0);
	CU_ASSERT_EQUAL(settings_set_text(&s, "guest_pin=4712", why), EINVAL);
	CU_ASSERT_TRUE(pin_is(&s.guest_pin, "4711"));
	CU_ASSERT_EQUAL(settings_set_text(&s, "=1", why), EINVAL);
	CU_ASSERT_EQUAL(settings_set_text(&s, "lobby", why), EINVAL);
}


/** What goes to the store comes back, and tells no digit */
static void the_store_knows_no_digits(void)
{
	struct conference_settings s, back;
	char why[SETTINGS_WHY_BYTES], *text;
	json_t *stored;

	settings_default(&s);
	CU_ASSERT_EQUAL(settings_set_text(&s, "guest_pin=90210", why), 0);
	CU_ASSERT_EQUAL(settings_set_text(&s, "title=Board", why), 0);
	CU_ASSERT_EQUAL(settings_set_text(&s, "may_unmute=hosts", why), 0);
	stored = settings_store(&s);
	text = json_dumps(stored, 0);
	CU_ASSERT_PTR_NULL(strstr(text, "90210"));
	settings_load(&back, stored);
	CU_ASSERT_TRUE(pin_is(&back.guest_pin, "90210"));
	CU_ASSERT_FALSE(pin_is(&back.guest_pin, "90211"));
	CU_ASSERT_FALSE(back.host_pin.given);
	CU_ASSERT_STRING_EQUAL(back.title, "Board");
	CU_ASSERT_EQUAL(back.may_unmute, ROLE_HOST);

	/* what somebody has put there is no reason to fall over */
	(void)json_object_set_new(stored, "guest_pin", json_string("00zz"));
	(void)json_object_set_new(stored, "lobby", json_integer(3));
	(void)json_object_del(stored, "title");
	settings_load(&back, stored);
	CU_ASSERT_FALSE(back.guest_pin.given);
	CU_ASSERT_FALSE(back.lobby);
	CU_ASSERT_STRING_EQUAL(back.title, "");
	json_decref(stored);
	free(text);
}


static CU_TestInfo tests[] = {
	{"values come as JSON and as words", values_come_as_json_and_as_words},
	{"what is none changes nothing", what_is_none_changes_nothing},
	{"several are set or none", several_are_set_or_none},
	{"hosts and guests have two PINs", hosts_and_guests_have_two_pins},
	{"the store knows no digits", the_store_knows_no_digits},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(settings, tests)
