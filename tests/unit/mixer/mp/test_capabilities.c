/**
 * @file test_capabilities.c  What a mixer's hello says that it can do
 */
#include <errno.h>
#include "mixer/mp/capabilities.h"
#include "tests/unit/unit.h"


static int read_hello(struct mixer_capabilities *c, const char *text)
{
	char why[DESCRIPTION_WHY_BYTES] = "";
	json_t *hello = json_loads(text, 0, NULL);
	int err = mixer_capabilities_read(c, hello, why);

	json_decref(hello);

	return err;
}


static void an_older_mixer_has_the_base_set(void)
{
	struct mixer_capabilities c;

	CU_ASSERT_EQUAL(read_hello(&c, "{\"version\":1}"), 0);
	CU_ASSERT_EQUAL(c.codec_count, 8);
	CU_ASSERT_TRUE(c.rtx && c.telephone_event && c.cn && c.remb);
	CU_ASSERT_FALSE(c.relay);
}


static void what_both_can_do_is_left(void)
{
	struct mixer_capabilities c, base;

	mixer_capabilities_base(&base);
	CU_ASSERT_EQUAL(
		read_hello(&c, "{\"codecs\":[{\"name\":\"opus\",\"kind\":"
			       "\"audio\",\"clock\":48000},{\"name\":\"new\","
			       "\"kind\":\"video\",\"clock\":90000}],"
			       "\"features\":{\"rtx\":true}}"),
		0);
	CU_ASSERT_TRUE(mixer_has_codec(&c, MEDIA_VIDEO, "NEW", 90000));
	mixer_capabilities_meet(&c, &base);
	CU_ASSERT_EQUAL(c.codec_count, 1);
	CU_ASSERT_TRUE(mixer_has_codec(&c, MEDIA_AUDIO, "opus", 48000));
	CU_ASSERT_FALSE(mixer_has_codec(&c, MEDIA_AUDIO, "opus", 8000));
	CU_ASSERT_TRUE(c.rtx && !c.remb);
	CU_ASSERT_EQUAL(read_hello(&c, "{\"codecs\":[{\"name\":\"x\"}]}"),
			EINVAL);
}


/* A mixer from before knows nothing of it */
static void a_relay_is_for_those_who_all_have_one(void)
{
	struct mixer_capabilities c, other;
	char why[DESCRIPTION_WHY_BYTES];
	json_t *hello = json_object();

	mixer_capabilities_base(&c);
	c.relay = true;
	CU_ASSERT_EQUAL(mixer_capabilities_write(&c, hello), 0);
	CU_ASSERT_EQUAL(mixer_capabilities_read(&other, hello, why), 0);
	CU_ASSERT_TRUE(other.relay);
	mixer_capabilities_meet(&c, &other);
	CU_ASSERT_TRUE(c.relay);
	mixer_capabilities_base(&other);
	mixer_capabilities_meet(&c, &other);
	CU_ASSERT_FALSE(c.relay);
	json_decref(hello);
}


static CU_TestInfo tests[] = {
	{"an older mixer has the base set", an_older_mixer_has_the_base_set},
	{"what both can do is left", what_both_can_do_is_left},
	{"a relay is for those who all have one",
	 a_relay_is_for_those_who_all_have_one},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(capabilities, tests)
