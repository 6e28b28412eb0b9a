/**
 * @file test_offer_host.c  Host names in c= (RFC 8866 section 5.7)
 */
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define LINE  "m=audio 5004 RTP/AVP 8\r\n"
#define TAKEN "m=audio 20000 RTP/AVP 8\r\n"
#define LONG63                                                                \
	"a23456789012345678901234567890123456789012345678901234567890123"
#define NAMED(name) SDP_HEAD "t=0 0\r\n" LINE "c=IN IP4 " name "\r\n"


static void lists_the_names(void)
{
	static const struct {
		const char *sdp, *names;
	} rows[] = {
		{SDP_PLAIN LINE, ""},
		{NAMED("gw.example.com"), "gw.example.com "},
		{NAMED("gw.example.com."), "gw.example.com "},
		{NAMED("gw-1.example.com/127"), "gw-1.example.com "},
		{NAMED("sbc"), "sbc "},
		{SDP_HEAD "c=IN IP6 a.example\r\nt=0 0\r\n" LINE
			  "c=IN IP4 b.example\r\n" LINE "c=IN IP4 A.EXAMPLE"
			  "\r\nc=IN IP4 c.example\r\n" LINE
			  "c=IN IP4 d.example\r\n",
		 "a.example b.example c.example "},
		/* not of a line that is not offered */
		{SDP_PLAIN LINE "m=video 0 RTP/AVP 99\r\nc=IN IP4 a.b\r\n",
		 ""},
		/* these are none */
		{NAMED("192.0.2.999"), ""},
		{NAMED("192.0.2.9"), ""},
		{NAMED("2001:db8::9"), ""},
		{NAMED("a..b"), ""},
		{NAMED(".a"), ""},
		{NAMED("."), ""},
		{NAMED("a_b.c"), ""},
		{NAMED("a%00.c"), ""},
		{NAMED("/127"), ""},
		{NAMED(LONG63 "x.example"), ""},
		{NAMED(LONG63 "." LONG63 "." LONG63 "." LONG63 ".a"), ""},
		{SDP_HEAD "t=0 0\r\n" LINE "c=ATM NSAP a.b\r\n", ""},
		{"hello", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char names[3][OFFER_HOST_NAME_BYTES], text[1024] = "";
		size_t n = offer_host_names(rows[i].sdp, strlen(rows[i].sdp),
					    names, ARRAY_SIZE(names));

		for (size_t k = 0; k < n; k++) {
			(void)strcat(text, names[k]);
			(void)strcat(text, " ");
		}
		CU_ASSERT_STRING_EQUAL(text, rows[i].names);
	}
}


static struct offer_host host_of(const char *name, const char *address)
{
	struct offer_host h;

	memset(&h, 0, sizeof(h));
	str_ncpy(h.name, name, sizeof(h.name));
	CU_ASSERT_EQUAL_FATAL(sa_set_str(&h.address, address, 0), 0);
	return h;
}


/** Judged as if it stood there itself */
static void takes_an_address_of_the_name(void)
{
	static const struct {
		const char *connection;
		const char *addresses[2]; /**< of gw.example */
		bool no_ip6;
		const char *taken; /**< NULL: no-address */
	} rows[] = {
		{"IN IP4 gw.example", {"192.0.2.7"}, false, "192.0.2.7:5004"},
		{"IN IP4 GW.Example.", {"192.0.2.7"}, false, "192.0.2.7:5004"},
		/* the family that it asks for, else what there is */
		{"IN IP6 gw.example",
		 {"192.0.2.7", "2001:db8::7"},
		 false,
		 "[2001:db8::7]:5004"},
		{"IN IP4 gw.example",
		 {"2001:db8::7", "192.0.2.7"},
		 false,
		 "192.0.2.7:5004"},
		{"IN IP6 gw.example", {"192.0.2.7"}, false, "192.0.2.7:5004"},
		{"IN IP6 gw.example",
		 {"2001:db8::7", "192.0.2.7"},
		 true,
		 "192.0.2.7:5004"},
		{"IN IP6 gw.example", {"2001:db8::7"}, true, NULL},
		{"IN IP4 gw.example", {"239.1.2.3"}, false, NULL},
		{"IN IP4 gw.example", {"255.255.255.255"}, false, NULL},
		{"IN IP6 gw.example", {"ff02::1"}, false, NULL},
		{"IN IP4 gw.example", {"0.0.0.0"}, false, NULL},
		{"IN IP6 gw.example", {"::"}, false, NULL},
		{"IN IP4 gw.example",
		 {"0.0.0.0", "192.0.2.7"},
		 false,
		 "192.0.2.7:5004"},
		{"IN IP4 other.example", {"192.0.2.7"}, false, NULL},
		/* another row will do */
		{"IN IP4 other.example\r\nc=IN IP4 192.0.2.8",
		 {"192.0.2.7"},
		 false,
		 "192.0.2.8:5004"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer_config config = {.no_ip6 = rows[i].no_ip6};
		struct offer_host hosts[2];
		struct offer *o = NULL;
		char sdp[512], *leg = NULL, *answer = NULL;
		enum reason reason;
		size_t n = 0;

		for (; n < 2 && rows[i].addresses[n]; n++)
			hosts[n] = host_of("gw.example", rows[i].addresses[n]);
		sa_set_str(&config.address, "198.51.100.1", 0);
		CU_ASSERT_EQUAL_FATAL(offer_alloc(&o, &config), 0);
		CU_ASSERT_EQUAL_FATAL(offer_set_hosts(o, hosts, n), 0);
		(void)re_snprintf(sdp, sizeof(sdp),
				  SDP_HEAD "t=0 0\r\n" LINE "c=%s\r\n",
				  rows[i].connection);
		reason = offer_world_exchange(o, sdp, &leg, &answer);
		CU_ASSERT_EQUAL(reason, rows[i].taken ? REASON_NONE
						      : REASON_NO_ADDRESS);
		if (reason == REASON_NONE && rows[i].taken) {
			CU_ASSERT_TRUE(offer_world_check(sdp, answer, TAKEN));
			CU_ASSERT_TRUE(
				offer_world_check(sdp, leg, rows[i].taken));
		}
		free(leg);
		free(answer);
		mem_deref(o);
	}
}


static void names_stand_for_nothing_by_themselves(void)
{
	const struct offer_host host = host_of("gw.example", "192.0.2.7");
	struct offer *o = offer_world_make(false);
	char *leg, *answer;

	CU_ASSERT_EQUAL(offer_set_hosts(o, &host, OFFER_HOSTS_MAX + 1),
			EINVAL);
	CU_ASSERT_EQUAL(offer_set_hosts(o, &host, 1), 0);
	CU_ASSERT_EQUAL(offer_set_hosts(o, NULL, 0), 0);
	CU_ASSERT_EQUAL(
		offer_world_exchange(o, NAMED("gw.example"), &leg, &answer),
		REASON_NO_ADDRESS);
	mem_deref(o);
}


static CU_TestInfo tests[] = {
	{"lists the names", lists_the_names},
	{"takes an address of the name", takes_an_address_of_the_name},
	{"names stand for nothing by themselves",
	 names_stand_for_nothing_by_themselves},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_host, tests)
