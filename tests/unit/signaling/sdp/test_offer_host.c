/**
 * @file test_offer_host.c  Host names in c= (RFC 8866 section 5.7)
 */
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

#define LINE  "m=audio 5004 RTP/AVP 8\r\n"
#define VIDEO "m=video 5006 RTP/AVP 99\r\n"
#define TAKEN "m=audio 20000 RTP/AVP 8\r\n"
#define LONG63                                                                \
	"a23456789012345678901234567890123456789012345678901234567890123"
#define NAMED(name)  SDP_HEAD "t=0 0\r\n" LINE "c=IN IP4 " name "\r\n"
#define NAMED6(name) SDP_HEAD "t=0 0\r\n" LINE "c=IN IP6 " name "\r\n"


static void print_names(char text[1024], const struct offer *o,
			const char *sdp)
{
	struct offer_name names[3];
	size_t n = offer_host_names(o, sdp, strlen(sdp), names,
				    ARRAY_SIZE(names));

	text[0] = '\0';
	for (size_t k = 0; k < n; k++) {
		(void)strcat(text, names[k].name);
		(void)strcat(text, " ");
	}
}


static void lists_the_names(void)
{
	static const struct {
		const char *sdp, *names;
	} rows[] = {
		{SDP_PLAIN LINE, ""},
		{NAMED("gw.example.com"), "gw.example.com "},
		{NAMED("gw.example.com."), "gw.example.com "},
		{NAMED("gw-1.example.com/127"), "gw-1.example.com "},
		/* the session's for who has none of its own */
		{SDP_HEAD "c=IN IP4 a.b\r\nt=0 0\r\n" LINE, "a.b "},
		{SDP_HEAD "c=IN IP4 a.b\r\nt=0 0\r\n" LINE
			  "c=IN IP4 192.0.2.9\r\n",
		 ""},
		{SDP_HEAD "c=IN IP6 a.example\r\nt=0 0\r\n" LINE
			  "c=IN IP4 b.example\r\n" LINE "c=IN IP4 A.EXAMPLE"
			  "\r\nc=IN IP4 c.example\r\n" LINE
			  "c=IN IP4 d.example\r\n",
		 "b.example A.EXAMPLE c.example "},
		/* what is in the mix goes first */
		{SDP_HEAD "t=0 0\r\n" LINE "c=IN IP4 a.b\r\n" LINE
			  "c=IN IP4 c.d\r\n" LINE "c=IN IP4 e.f\r\n" VIDEO
			  "c=IN IP4 v.w\r\n",
		 "a.b v.w c.d "},
		/* an address will do */
		{NAMED("a.b\r\nc=IN IP4 192.0.2.8"), ""},
		{NAMED("192.0.2.8\r\nc=IN IP4 a.b"), ""},
		{NAMED("a.b\r\nc=IN IP4 239.1.2.3"), "a.b "},
		/* where RTCP goes */
		{SDP_PLAIN LINE "a=rtcp:5009 IN IP4 r.s\r\n", "r.s "},
		{SDP_PLAIN LINE "a=rtcp:5009 IN IP4 r.s\r\na=rtcp-mux\r\n",
		 ""},
		{SDP_PLAIN LINE "a=rtcp:5009 IN IP4 192.0.2.8\r\n", ""},
		{SDP_PLAIN LINE "a=rtcp:5009\r\n", ""},
		{NAMED("a.b\r\na=rtcp:9 IN IP4 r.s") VIDEO "c=IN IP4 v.w\r\n",
		 "a.b v.w r.s "},
		/* not of lines that are not offered, or never taken */
		{SDP_PLAIN LINE "m=video 0 RTP/AVP 99\r\nc=IN IP4 a.b\r\n",
		 ""},
		{SDP_PLAIN LINE
		 "m=application 5070 TCP/BFCP *\r\nc=IN IP4 a.b\r\n",
		 ""},
		{SDP_PLAIN LINE "m=image 5070 udptl t38\r\nc=IN IP4 a.b\r\n",
		 ""},
		{SDP_PLAIN LINE "m=video 5070 RTP/XY 99\r\nc=IN IP4 a.b\r\n",
		 ""},
		/* nor where ICE says it */
		{SDP_HEAD "t=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n"
			  "c=IN IP4 a.b\r\n" ICE_DTLS,
		 ""},
		/* these are none */
		{NAMED("sbc"), ""},
		{NAMED("sbc."), ""},
		{NAMED("localhost"), ""},
		{NAMED("LocalHost."), ""},
		{NAMED("a.LOCALHOST"), ""},
		{NAMED("a.localhost."), ""},
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
	struct offer *o = offer_world_make(false);
	char text[1024];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_names(text, o, rows[i].sdp);
		CU_ASSERT_STRING_EQUAL(text, rows[i].names);
		if (strcmp(text, rows[i].names) != 0)
			(void)re_fprintf(stderr, "%s\nnames: %s\n",
					 rows[i].sdp, text);
	}
	mem_deref(o);
}


/** Only families that media can go by are of use */
static void wants_the_families_of_media(void)
{
	static const struct {
		const char *sdp;
		bool no_ip4, no_ip6;
		int first, other;
	} rows[] = {
		{NAMED("a.b"), false, false, AF_INET, AF_INET6},
		{NAMED("a.b"), false, true, AF_INET, AF_UNSPEC},
		{NAMED("a.b"), true, false, AF_INET6, AF_UNSPEC},
		{NAMED6("a.b"), false, false, AF_INET6, AF_INET},
		{NAMED6("a.b"), false, true, AF_INET, AF_UNSPEC},
		{NAMED6("a.b"), true, false, AF_INET6, AF_UNSPEC},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer_config config = {.no_ip4 = rows[i].no_ip4,
					      .no_ip6 = rows[i].no_ip6};
		struct offer_name name;
		struct offer *o = NULL;

		CU_ASSERT_EQUAL_FATAL(offer_alloc(&o, &config), 0);
		CU_ASSERT_EQUAL_FATAL(offer_host_names(o, rows[i].sdp,
						       strlen(rows[i].sdp),
						       &name, 1),
				      1);
		CU_ASSERT_EQUAL(name.first, rows[i].first);
		CU_ASSERT_EQUAL(name.other, rows[i].other);
		mem_deref(o);
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


static const struct {
	const char *connection;
	const char *addresses[2]; /**< of gw.example */
	bool no_ip6;
	const char *taken; /**< NULL: no-address */
	const char *own;   /**< our address, NULL: 198.51.100.1 */
	bool no_ip4;
} addresses[] = {
	{.connection = "IN IP4 gw.example",
	 .addresses = {"192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP4 GW.Example.",
	 .addresses = {"192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	/* the family that it asks for, else what there is */
	{.connection = "IN IP6 gw.example",
	 .addresses = {"192.0.2.7", "2001:db8::7"},
	 .taken = "[2001:db8::7]:5004"},
	{.connection = "IN IP4 gw.example",
	 .addresses = {"2001:db8::7", "192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"2001:db8::7", "192.0.2.7"},
	 .no_ip6 = true,
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"2001:db8::7"},
	 .no_ip6 = true},
	{.connection = "IN IP4 gw.example", .addresses = {"239.1.2.3"}},
	{.connection = "IN IP4 gw.example", .addresses = {"255.255.255.255"}},
	{.connection = "IN IP6 gw.example", .addresses = {"ff02::1"}},
	{.connection = "IN IP4 gw.example", .addresses = {"127.255.255.255"}},
	{.connection = "IN IP4 gw.example", .addresses = {"0.0.0.1"}},
	{.connection = "IN IP4 127.255.255.255", .own = "127.0.0.1"},
	{.connection = "IN IP6 ::ffff:127.255.255.255", .own = "127.0.0.1"},
	{.connection = "IN IP4 127.255.255.254",
	 .own = "127.0.0.1",
	 .taken = "127.255.255.254:5004"},
	{.connection = "IN IP4 0.0.0.1"},
	{.connection = "IN IP4 0.255.255.255"},
	{.connection = "IN IP4 255.255.255.255"},
	{.connection = "IN IP4 224.0.0.1"},
	{.connection = "IN IP4 240.0.0.1"},
	{.connection = "IN IP4 gw.example", .addresses = {"0.0.0.0"}},
	{.connection = "IN IP6 gw.example", .addresses = {"::"}},
	{.connection = "IN IP4 gw.example",
	 .addresses = {"0.0.0.0", "192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP4 other.example", .addresses = {"192.0.2.7"}},
	/* another row will do */
	{.connection = "IN IP4 other.example\r\nc=IN IP4 192.0.2.8",
	 .addresses = {"192.0.2.7"},
	 .taken = "192.0.2.8:5004"},
	/* media to ::ffff:a.b.c.d go by IPv4 */
	{.connection = "IN IP6 gw.example", .addresses = {"::ffff:239.1.2.3"}},
	{.connection = "IN IP6 gw.example", .addresses = {"::ffff:0.0.0.0"}},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"::ffff:192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"::ffff:192.0.2.7"},
	 .no_ip6 = true,
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"::ffff:192.0.2.7"},
	 .no_ip4 = true},
	{.connection = "IN IP6 ::ffff:239.1.2.3"},
	{.connection = "IN IP6 ::ffff:255.255.255.255"},
	{.connection = "IN IP6 ::ffff:192.0.2.7", .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 ::ffff:192.0.2.7",
	 .no_ip6 = true,
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP6 ::ffff:192.0.2.7", .no_ip4 = true},
	{.connection = "IN IP6 ::ffff:0.0.0.0", .taken = "!ffff"},
	{.connection = "IN IP4 192.0.2.7\r\na=rtcp:9 IN IP6 ::ffff:239.1.2.3",
	 .taken = "!ffff"},
	/* nobody is to find what listens here only */
	{.connection = "IN IP4 gw.example", .addresses = {"127.0.0.1"}},
	{.connection = "IN IP4 gw.example", .addresses = {"127.1.2.3"}},
	{.connection = "IN IP6 gw.example", .addresses = {"::1"}},
	{.connection = "IN IP6 gw.example", .addresses = {"::ffff:127.0.0.1"}},
	{.connection = "IN IP4 gw.example",
	 .addresses = {"127.0.0.1", "192.0.2.7"},
	 .taken = "192.0.2.7:5004"},
	{.connection = "IN IP4 gw.example",
	 .addresses = {"127.0.0.1"},
	 .own = "127.0.0.1",
	 .taken = "127.0.0.1:5004"},
	{.connection = "IN IP6 gw.example",
	 .addresses = {"::1"},
	 .own = "127.0.0.1",
	 .taken = "[::1]:5004"},
	/* RTCP by itself */
	{.connection = "IN IP4 192.0.2.9\r\na=rtcp:5009 IN IP4 gw.example",
	 .addresses = {"192.0.2.7"},
	 .taken = "192.0.2.7:5009"},
};


/** Judged as if it stood there itself */
static void takes_an_address_of_the_name(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct offer_config config = {.no_ip4 = addresses[i].no_ip4,
					      .no_ip6 = addresses[i].no_ip6};
		struct offer_host hosts[2];
		struct offer *o = NULL;
		char sdp[512], *leg = NULL, *answer = NULL;
		enum reason reason;
		size_t n = 0;

		for (; n < 2 && addresses[i].addresses[n]; n++)
			hosts[n] = host_of("gw.example",
					   addresses[i].addresses[n]);
		sa_set_str(&config.address,
			   addresses[i].own ? addresses[i].own
					    : "198.51.100.1",
			   0);
		CU_ASSERT_EQUAL_FATAL(offer_alloc(&o, &config), 0);
		CU_ASSERT_EQUAL_FATAL(offer_set_hosts(o, hosts, n), 0);
		(void)re_snprintf(sdp, sizeof(sdp),
				  SDP_HEAD "t=0 0\r\n" LINE "c=%s\r\n",
				  addresses[i].connection);
		reason = offer_world_exchange(o, sdp, &leg, &answer);
		CU_ASSERT_EQUAL(reason, addresses[i].taken
						? REASON_NONE
						: REASON_NO_ADDRESS);
		if (reason == REASON_NONE && addresses[i].taken) {
			CU_ASSERT_TRUE(offer_world_check(sdp, answer, TAKEN));
			CU_ASSERT_TRUE(offer_world_check(sdp, leg,
							 addresses[i].taken));
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
	offer_clear_hosts(o);
	CU_ASSERT_EQUAL(
		offer_world_exchange(o, NAMED("gw.example"), &leg, &answer),
		REASON_NO_ADDRESS);
	mem_deref(o);
}


/** A session refresh does not move media to another address of the name */
static void stays_with_the_address(void)
{
	static const struct {
		const char *found[3];
		const char *taken;
	} steps[] = {
		{{"192.0.2.1", "192.0.2.2"}, "192.0.2.1:5004"},
		{{"192.0.2.2", "192.0.2.1"}, "192.0.2.1:5004"},
		{{"192.0.2.3", "192.0.2.2", "192.0.2.1"}, "192.0.2.1:5004"},
		/* the name server is silent, wholly or of one family */
		{{NULL}, "192.0.2.1:5004"},
		{{"2001:db8::7"}, "192.0.2.1:5004"},
		/* it has moved */
		{{"192.0.2.4", "192.0.2.2"}, "192.0.2.2:5004"},
		{{"192.0.2.1", "192.0.2.2"}, "192.0.2.2:5004"},
		{{"192.0.2.5"}, "192.0.2.5:5004"},
	};
	struct offer *o = offer_world_make(false);

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct offer_host hosts[3];
		char sdp[512], *leg = NULL, *answer = NULL;
		size_t n = 0;

		for (; n < 3 && steps[i].found[n]; n++)
			hosts[n] = host_of("gw.example", steps[i].found[n]);
		CU_ASSERT_EQUAL(offer_set_hosts(o, hosts, n), 0);
		(void)re_snprintf(sdp, sizeof(sdp),
				  "v=0\r\no=- 1 %zu IN IP4 192.0.2.9\r\ns=-"
				  "\r\nt=0 0\r\n" LINE
				  "c=IN IP4 gw.example\r\n",
				  i + 1);
		CU_ASSERT_EQUAL_FATAL(
			offer_world_exchange(o, sdp, &leg, &answer),
			REASON_NONE);
		CU_ASSERT_TRUE(offer_world_check(sdp, leg, steps[i].taken));
		free(leg);
		free(answer);
	}
	mem_deref(o);
}


static void asks_again_only_for_news(void)
{
	static const struct {
		const char *sdp, *names;
	} rows[] = {
		{NAMED("gw.example"), ""},
		{NAMED("GW.EXAMPLE."), ""},
		/* an o= that is no news, but the name is */
		{NAMED("other.example"), "other.example "},
		{"v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n" LINE
		 "c=IN IP4 gw.example\r\n",
		 "gw.example "},
	};
	const struct offer_host host = host_of("gw.example", "192.0.2.7");
	struct offer *o = offer_world_make(false);
	char *leg = NULL, *answer = NULL, text[1024];

	CU_ASSERT_EQUAL(offer_set_hosts(o, &host, 1), 0);
	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, NAMED("gw.example"), &leg, &answer),
		REASON_NONE);
	free(leg);
	free(answer);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_names(text, o, rows[i].sdp);
		CU_ASSERT_STRING_EQUAL(text, rows[i].names);
	}
	CU_ASSERT_EQUAL(offer_set_hosts(o, NULL, 0), 0);
	CU_ASSERT_EQUAL_FATAL(
		offer_world_exchange(o, NAMED("gw.example"), &leg, &answer),
		REASON_NONE);
	CU_ASSERT_TRUE(offer_world_check("again", leg, "192.0.2.7:5004"));
	free(leg);
	free(answer);
	mem_deref(o);
}


static CU_TestInfo tests[] = {
	{"lists the names", lists_the_names},
	{"wants the families of media", wants_the_families_of_media},
	{"stays with the address", stays_with_the_address},
	{"asks again only for news", asks_again_only_for_news},
	{"takes an address of the name", takes_an_address_of_the_name},
	{"names stand for nothing by themselves",
	 names_stand_for_nothing_by_themselves},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_host, tests)
