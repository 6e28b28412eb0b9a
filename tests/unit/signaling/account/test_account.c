/**
 * @file test_account.c  What a registrar says, when to ask again, who calls
 * by which account (STANDARDS S10)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "signaling/account/account.h"
#include "signaling/account/account_reply.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define OURS     "sip:team@192.0.2.1:5060"
#define INSTANCE "urn:uuid:11111111-2222-4333-8444-555555555555"


static struct sip_msg *message(const char *lines)
{
	return message_of("SIP/2.0 200 OK\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: <sip:x@y>;tag=1\r\nTo: <sip:x@y>;tag=2\r\n"
			  "Call-ID: 1\r\nCSeq: 1 REGISTER\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  lines);
}


static int reply(struct account_reply *r, const char *lines)
{
	const struct account_contact contact = {OURS, INSTANCE, 600};
	struct sip_msg *msg = message(lines);
	int err = account_reply_read(r, msg, &contact);

	mem_deref(msg);

	return err;
}


static void expires_is_that_of_our_contact(void)
{
	static const struct {
		const char *lines;
		uint32_t expires_s;
	} rows[] = {
		{"Contact: <" OURS ">;expires=300\r\n", 300},
		{"Contact: <" OURS ">\r\nExpires: 200\r\n", 200},
		{"Contact: <" OURS ">\r\n", 600},
		{"Contact: <sip:a@b>;expires=7, <" OURS ">;expires=9\r\n", 9},
		{"Contact: <sip:a@b>;expires=7\r\n"
		 "Contact: <sip:c@d>;expires=8;"
		 "+sip.instance=\"<" INSTANCE ">\"\r\n",
		 8},
		/* somebody else's device at our address */
		{"Contact: <" OURS ">;+sip.instance=\"<urn:uuid:0>\"\r\n", 0},
		{"Contact: <sip:a@b>;expires=7\r\n", 0},
		{"Contact: <" OURS ">;expires=4294967295\r\n", 86400},
		{"Contact: <" OURS ">;expires=x\r\n", 0},
		{"Contact: <\r\n", 0},
		{"", 0},
	};
	struct account_reply r = {.route_count = 0};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(reply(&r, rows[i].lines), 0);
		CU_ASSERT_EQUAL(r.expires_s, rows[i].expires_s);
	}
	account_reply_reset(&r);
}


static void what_the_network_tells_is_kept(void)
{
	struct account_reply r = {.route_count = 0};

	CU_ASSERT_EQUAL(
		reply(&r, "Contact: <" OURS ">;expires=300;"
			  "pub-gruu=\"sip:f@ims.example;gr=urn:uuid:1\";"
			  "+sip.instance=\"<" INSTANCE ">\"\r\n"
			  "Service-Route: <sip:p@192.0.2.7;lr>, "
			  "<sip:orig@192.0.2.8:6060;lr>\r\n"
			  "Service-Route: <sip:192.0.2.9;lr;x=1>\r\n"
			  "P-Associated-URI: <tel:+4930123>, "
			  "<sip:first@ims.example>, <sip:f@ims.example>\r\n"
			  "Flow-Timer: 120\r\n"),
		0);
	CU_ASSERT_STRING_EQUAL(r.gruu, "sip:f@ims.example;gr=urn:uuid:1");
	CU_ASSERT_EQUAL_FATAL(r.route_count, 3);
	CU_ASSERT_STRING_EQUAL(r.routes[0], "sip:p@192.0.2.7;lr");
	CU_ASSERT_STRING_EQUAL(r.routes[1], "sip:orig@192.0.2.8:6060;lr");
	CU_ASSERT_STRING_EQUAL(r.routes[2], "sip:192.0.2.9;lr;x=1");
	CU_ASSERT_STRING_EQUAL(r.identity, "sip:first@ims.example");
	CU_ASSERT_EQUAL(r.flow_timer_s, 120);

	/* the next reply replaces all of it */
	CU_ASSERT_EQUAL(reply(&r, "Contact: <" OURS ">\r\n"), 0);
	CU_ASSERT_EQUAL(r.route_count, 0);
	CU_ASSERT_PTR_NULL(r.gruu);
	CU_ASSERT_PTR_NULL(r.identity);
	account_reply_reset(&r);
}


static void routes_that_cannot_be_followed_are_refused(void)
{
	static const char *const rows[] = {
		"Service-Route: <tel:1>\r\n",
		"Service-Route: <sip:>\r\n",
		"Service-Route: nonsense\r\n",
		"Service-Route: <sip:a:b@192.0.2.1;lr>\r\n",
		"Service-Route: <sip:192.0.2.1?Route=x>\r\n",
		"Service-Route: <sip:1>,<sip:2>,<sip:3>,<sip:4>,<sip:5>,"
		"<sip:6>,<sip:7>\r\n",
	};
	struct account_reply r = {.route_count = 0};
	char lines[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)snprintf(lines, sizeof(lines),
			       "Contact: <" OURS ">\r\n%s", rows[i]);
		CU_ASSERT_EQUAL(reply(&r, lines), EBADMSG);
		CU_ASSERT_EQUAL(r.route_count, 0);
		CU_ASSERT_EQUAL(r.expires_s, 0);
	}
}


static void it_is_refreshed_in_time(void)
{
	CU_ASSERT_EQUAL(account_refresh_ms(3600), 3000 * 1000);
	CU_ASSERT_EQUAL(account_refresh_ms(1201), 601 * 1000);
	CU_ASSERT_EQUAL(account_refresh_ms(1200), 600 * 1000);
	CU_ASSERT_EQUAL(account_refresh_ms(60), 30 * 1000);
	CU_ASSERT_EQUAL(account_refresh_ms(1), 5000);
}


static void waits_grow_to_half_an_hour(void)
{
	CU_ASSERT_EQUAL(account_backoff_ms(1, 0), 2000);
	CU_ASSERT_EQUAL(account_backoff_ms(1, 2000), 4000);
	CU_ASSERT_EQUAL(account_backoff_ms(2, 0), 4000);
	CU_ASSERT_EQUAL(account_backoff_ms(9, 0), 512 * 1000);
	CU_ASSERT_EQUAL(account_backoff_ms(10, 0), 900 * 1000);
	CU_ASSERT_EQUAL(account_backoff_ms(4000000000, 0), 900 * 1000);
	for (uint32_t i = 0; i < 100; i++) {
		uint64_t ms = account_backoff_ms(99, i * 42949672);

		CU_ASSERT(ms >= 900 * 1000 && ms <= 1800 * 1000);
	}
}


static const char *caller(const struct accounts *all, const char *text)
{
	const struct account *a;
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, text);
	CU_ASSERT_EQUAL_FATAL(uri_decode(&uri, &pl), 0);
	a = accounts_for(all, &uri);

	return a ? account_aor(a) : "";
}


/** With a folder of its own */
static struct config *config_in(char *dir, const char *text)
{
	struct config *config = NULL;
	struct config_error error;

	CU_ASSERT_EQUAL_FATAL(config_parse(&config, "p", text, strlen(text),
					   NULL, 0, &error),
			      0);
	mem_deref(config->data_dir);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	CU_ASSERT_EQUAL(str_dup(&config->data_dir, dir), 0);

	return config;
}


/** By who owns the folder, for a parleyd that is root yet */
static void a_planted_instance_leads_nowhere(void)
{
	char dir[] = "/tmp/parley-account-XXXXXX", file[64], secret[64];
	struct config *config =
		config_in(dir, "account <sip:a@one.example>;expires=0\n");
	struct accounts *all = NULL;
	struct stat st;
	struct world w;

	CU_ASSERT_EQUAL_FATAL(world_open(&w), 0);
	(void)snprintf(file, sizeof(file), "%s/instance", dir);
	(void)snprintf(secret, sizeof(secret), "%s/secret", dir);
	CU_ASSERT_EQUAL(close(open(secret, O_CREAT | O_WRONLY, 0600)), 0);

	for (int hard = 0; hard < 2; hard++) {
		CU_ASSERT_EQUAL(
			hard ? link(secret, file) : symlink(secret, file), 0);
		CU_ASSERT_EQUAL(accounts_alloc(&all, w.layer, config, NULL),
				0);
		all = mem_deref(all);
		CU_ASSERT_EQUAL(stat(secret, &st), 0);
		CU_ASSERT_EQUAL(st.st_size, 0);
		CU_ASSERT_EQUAL(unlink(file), 0);
	}

	(void)unlink(secret);
	CU_ASSERT_EQUAL(rmdir(dir), 0);
	mem_deref(config);
	world_close(&w);
}


static void calls_go_by_the_account_that_fits(void)
{
	static const char text[] =
		"account <sip:a@one.example>;expires=0\n"
		"account <sip:b@two.example>;expires=0;default=yes;"
		"outbound=\"sip:192.0.2.1;lr\"\n";
	struct accounts *all = NULL;
	char dir[] = "/tmp/parley-account-XXXXXX", file[64];
	struct config *config = config_in(dir, text);
	const struct account *a;
	const char *v[2];
	struct uri uri;
	struct pl pl;
	struct world w;

	CU_ASSERT_EQUAL_FATAL(world_open(&w), 0);
	CU_ASSERT_EQUAL_FATAL(accounts_alloc(&all, w.layer, config, NULL), 0);

	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@ONE.example"),
			       "sip:a@one.example");
	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@two.example"),
			       "sip:b@two.example");
	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@three.example"),
			       "sip:b@two.example");
	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@192.0.2.1"), "");
	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@[2001:db8::1]"), "");
	CU_ASSERT_STRING_EQUAL(caller(all, "sip:x@localhost"), "");
	CU_ASSERT_STRING_EQUAL(caller(NULL, "sip:x@one.example"), "");

	pl_set_str(&pl, "sip:x@two.example");
	CU_ASSERT_EQUAL(uri_decode(&uri, &pl), 0);
	a = accounts_for(all, &uri);
	CU_ASSERT_EQUAL_FATAL(account_routes(a, v, 2), 1);
	CU_ASSERT_STRING_EQUAL(v[0], "sip:192.0.2.1;lr");
	CU_ASSERT_STRING_EQUAL(account_next_hop(a), v[0]);
	CU_ASSERT_EQUAL(account_flow(a), 0);

	mem_deref(all);
	(void)snprintf(file, sizeof(file), "%s/instance", dir);
	CU_ASSERT_EQUAL(remove(file), 0);
	CU_ASSERT_EQUAL(rmdir(dir), 0);
	mem_deref(config);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"S10: expires is that of our Contact",
	 expires_is_that_of_our_contact},
	{"S10: what the network tells is kept",
	 what_the_network_tells_is_kept},
	{"S10: routes that cannot be followed are refused",
	 routes_that_cannot_be_followed_are_refused},
	{"it is refreshed in time", it_is_refreshed_in_time},
	{"waits grow to half an hour", waits_grow_to_half_an_hour},
	{"calls go by the account that fits",
	 calls_go_by_the_account_that_fits},
	{"a planted instance leads nowhere", a_planted_instance_leads_nowhere},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(account, tests)
