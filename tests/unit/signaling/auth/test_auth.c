/**
 * @file test_auth.c  Digest authentication of requests (S14)
 */
#include <string.h>
#include "signaling/auth/auth_throttle.h"
#include "signaling/auth/nonce.h"
#include "tests/unit/signaling/world/auth_world.h"
#include "tests/unit/unit.h"


static void challenges_with_both_algorithms(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	const char *msg, *sha, *md5;

	msg = auth_register(w, p, "", NULL, NULL);
	CU_ASSERT_TRUE(has_status(msg, 401));
	sha = strstr(msg, "WWW-Authenticate: Digest realm=\"example.com\"");
	CU_ASSERT_PTR_NOT_NULL_FATAL(sha);
	md5 = strstr(sha + 1, "WWW-Authenticate: Digest");
	CU_ASSERT_PTR_NOT_NULL_FATAL(md5);
	CU_ASSERT_PTR_NOT_NULL(strstr(md5, "algorithm=MD5, qop=\"auth\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(md5, "opaque=\""));
	CU_ASSERT_PTR_NULL(strstr(md5, "SHA-256"));
	CU_ASSERT_PTR_NULL(strstr(msg, "stale"));

	/* who gives up at what it does not know is not shown it */
	msg = auth_register(w, p,
			    "User-Agent: baresip v1.0.0 (x86_64/linux)"
			    "\r\n",
			    NULL, NULL);
	CU_ASSERT_PTR_NULL(strstr(msg, "SHA-256"));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "algorithm=MD5"));

	/* an IMS terminal's first REGISTER */
	msg = auth_register(w, p,
			    "Authorization: Digest username=\"alice\","
			    " realm=\"example.com\", uri=\"sip:"
			    "example.com\", nonce=\"\", response=\"\""
			    "\r\n",
			    NULL, NULL);
	CU_ASSERT_TRUE(has_status(msg, 401));

	mem_deref(p);
	auth_world_close(w);
}


static void takes_what_clients_compute(void)
{
	static const struct claim rows[] = {
		{.algorithm = DIGEST_SHA256},
		{.algorithm = DIGEST_MD5},
		{.algorithm = DIGEST_MD5, .user = "alice@example.com"},
		{.algorithm = DIGEST_SHA256, .user = "alice@example.com"},
		{.algorithm = DIGEST_MD5, .qop = ""},
		{.algorithm = DIGEST_MD5, .uri = "sip:example.com:5060"},
		{.algorithm = DIGEST_MD5, .uri = "sip:127.0.0.1"},
	};
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *challenge = auth_register(w, p, "", NULL, NULL);

		CU_ASSERT_TRUE(has_status(
			auth_register(w, p, "", &rows[i], challenge), 200));
	}

	mem_deref(p);
	auth_world_close(w);
}


static void says_what_is_wrong(void)
{
	static const struct {
		struct claim claim;
		unsigned status;
		bool stale;
	} rows[] = {
		{{.password = "wrong"}, 401, false},
		{{.user = "carol"}, 401, false},
		{{.user = "ali\\\"ce"}, 401, false},
		{{.realm = "elsewhere"}, 401, false},
		{{.nonce = "0000000100000000000000010123456789abcdef"
			   "0123456789abcdef"},
		 401,
		 true},
		{{.nonce = "x"}, 401, true},
		{{.nonce = "x", .password = "wrong"}, 401, true},
		{{.uri = "sip:other@example.com"}, 400, false},
		{{.uri = "sip:elsewhere.example"}, 400, false},
		{{.uri = "\\"}, 400, false},
		{{.qop = "auth-conf"}, 400, false},
	};
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	const char *msg;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *challenge = auth_register(w, p, "", NULL, NULL);

		msg = auth_register(w, p, "", &rows[i].claim, challenge);
		CU_ASSERT_TRUE(has_status(msg, rows[i].status));
		CU_ASSERT_EQUAL(strstr(msg, "stale=true") != NULL,
				rows[i].stale);
	}

	msg = auth_register(w, p,
			    "Authorization: Digest realm=\"a\", realm="
			    "\"b\"\r\n",
			    NULL, NULL);
	CU_ASSERT_TRUE(has_status(msg, 400));

	mem_deref(p);
	auth_world_close(w);
}


/** A count is good once; counts may overtake each other */
static void counts_are_used_up(void)
{
	static const struct {
		uint32_t nc;
		unsigned status;
	} rows[] = {{1, 200}, {1, 401}, {3, 200}, {2, 200},
		    {3, 401}, {2, 401}, {4, 200}};
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	char challenge[2048];
	const char *msg;

	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, p, "", NULL, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct claim claim = {.nc = rows[i].nc};

		msg = auth_register(w, p, "", &claim, challenge);
		CU_ASSERT_TRUE(has_status(msg, rows[i].status));
		CU_ASSERT_EQUAL(strstr(msg, "stale=true") != NULL,
				rows[i].status == 401);
	}

	mem_deref(p);
	auth_world_close(w);
}


static void calls_are_asked_when_auth_is_on(void)
{
	struct auth_world *w = auth_world_open("example.com", "on");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	char challenge[2048];
	const char *msg;

	(void)re_snprintf(
		challenge, sizeof(challenge), "%s",
		auth_invite(w, p, "sip:alice@example.com", NULL, NULL));
	CU_ASSERT_TRUE(has_status(challenge, 407));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(challenge, "Proxy-Authenticate: Digest"));

	msg = auth_invite(w, p, "sip:alice@example.com",
			  &(struct claim){.algorithm = DIGEST_SHA256},
			  challenge);
	CU_ASSERT_TRUE(has_status(msg, 486));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "\"sip:alice@example.com\""));

	/* alice is not bob, but may be anonymous */
	msg = auth_invite(w, p, "sip:bob@example.com",
			  &(struct claim){.nc = 2}, challenge);
	CU_ASSERT_TRUE(has_status(msg, 403));
	msg = auth_invite(w, p, "sip:anonymous@anonymous.invalid",
			  &(struct claim){.nc = 3}, challenge);
	CU_ASSERT_TRUE(has_status(msg, 486));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "\"sip:alice@example.com\""));

	/* who is trusted is believed */
	w->layer->config.trusted_hosts[0].address = p->local;
	w->layer->config.trusted_hosts[0].bits = 32;
	w->layer->config.trusted_hosts_count = 1;
	msg = auth_invite(w, p, "sip:bob@example.com", NULL, NULL);
	CU_ASSERT_TRUE(has_status(msg, 486));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "\"nobody\""));

	mem_deref(p);
	auth_world_close(w);
}


static void calls_may_prove_it_when_auth_is_off(void)
{
	struct auth_world *w = auth_world_open("", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	char challenge[2048];
	const char *msg;

	msg = auth_invite(w, p, "sip:x@example.org", NULL, NULL);
	CU_ASSERT_TRUE(has_status(msg, 486));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "\"nobody\""));

	msg = auth_invite(w, p, "sip:x@example.org",
			  &(struct claim){.password = "wrong", .nonce = "x"},
			  "");
	CU_ASSERT_TRUE(has_status(msg, 407));
	(void)re_snprintf(challenge, sizeof(challenge), "%s", msg);

	msg = auth_invite(w, p, "sip:alice@127.0.0.1",
			  &(struct claim){.nc = 1}, challenge);
	CU_ASSERT_TRUE(has_status(msg, 486));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "\"sip:alice@127.0.0.1\""));

	mem_deref(p);
	auth_world_close(w);
}


static void wrong_passwords_are_slowed_down(void)
{
	static const struct claim wrong = {.password = "wrong"};
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	char challenge[2048];
	json_t *stats;
	const char *msg;
	uint64_t start;

	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, p, "", NULL, NULL));
	for (unsigned i = 0; i < w->layer->config.auth_failures; i++)
		CU_ASSERT_TRUE(has_status(
			auth_register(w, p, "", &wrong, challenge), 401));

	/* one more waits; what comes meanwhile is not looked at */
	start = tmr_jiffies();
	auth_send_register(w, p, "", &wrong, challenge);
	msg = auth_register(w, p, "", &wrong, challenge);
	CU_ASSERT_TRUE(has_status(msg, 503));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Retry-After"), "5");
	msg = peer_find(p, "SIP/2.0");
	CU_ASSERT_TRUE(has_status(msg, 401));
	CU_ASSERT_TRUE(tmr_jiffies() - start >= AUTH_DELAY_MS);

	/* the right one comes through */
	CU_ASSERT_TRUE(has_status(
		auth_register(w, p, "", &(struct claim){NULL}, challenge),
		200));

	stats = auth_stats(w->auth);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(stats, "failures")),
			11);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(stats, "slowed")),
			2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(stats, "accepted")),
			1);
	json_decref(stats);

	mem_deref(p);
	auth_world_close(w);
}


static void auth_throttle_wear_off(void)
{
	struct auth_throttle *a = NULL;
	char key[AUTH_THROTTLE_KEY_SIZE], other[AUTH_THROTTLE_KEY_SIZE];
	struct sa sa;
	struct pl pl = PL("[127.0.0.1]");

	CU_ASSERT_EQUAL_FATAL(auth_throttle_alloc(&a, 3), 0);
	CU_ASSERT_FALSE(auth_throttle_failed(a, "k", 1000));
	CU_ASSERT_FALSE(auth_throttle_failed(a, "k", 1000));
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "k", 1000));
	CU_ASSERT_TRUE(auth_throttle_failed(a, "k", 1000));
	CU_ASSERT_TRUE(auth_throttle_too_many(a, "k", 1000));
	CU_ASSERT_FALSE(auth_throttle_failed(a, "k", 1000));
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "j", 1000));
	/* a third of a minute is one failure */
	CU_ASSERT_TRUE(auth_throttle_too_many(a, "k", 20999));
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "k", 21001));
	CU_ASSERT_TRUE(auth_throttle_failed(a, "k", 21001));

	/* a user is never an address; an IPv6 host has a /64 */
	(void)sa_set_str(&sa, "127.0.0.1", 1);
	auth_throttle_address_key(key, &sa);
	auth_throttle_user_key(other, &pl);
	CU_ASSERT_STRING_NOT_EQUAL(key, other);
	pl_set_str(&pl, "alice@example.com");
	auth_throttle_user_key(key, &pl);
	CU_ASSERT_STRING_EQUAL(key, "alice");
	(void)sa_set_str(&sa, "2001:db8::1", 1);
	auth_throttle_address_key(key, &sa);
	(void)sa_set_str(&sa, "2001:db8::2:0:0:1", 2);
	auth_throttle_address_key(other, &sa);
	CU_ASSERT_STRING_EQUAL(key, other);

	for (int i = 0; i < AUTH_THROTTLE_KEYS_MAX + 100; i++) {
		(void)re_snprintf(key, sizeof(key), "%d", i);
		(void)auth_throttle_failed(a, key, 30000);
	}
	CU_ASSERT_EQUAL(auth_throttle_keys(a), AUTH_THROTTLE_KEYS_MAX);

	auth_throttle_passed(a, "[127.0.0.1]", "first");
	CU_ASSERT_TRUE(auth_throttle_knows(a, "[127.0.0.1]", "first"));
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[127.0.0.2]", "first"));
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[127.0.0.1]", "second"));
	for (int i = 0; i < AUTH_THROTTLE_KNOWN_MAX; i++) {
		(void)re_snprintf(key, sizeof(key), "%d", i);
		auth_throttle_passed(a, "[127.0.0.1]", key);
		auth_throttle_passed(a, "[127.0.0.1]", "0");
	}
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[127.0.0.1]", "first"));
	CU_ASSERT_TRUE(auth_throttle_knows(a, "[127.0.0.1]", "0"));
	mem_deref(a);
}


static void nonces_are_bounded(void)
{
	struct nonces *n = NULL;
	char first[NONCE_SIZE], text[NONCE_SIZE];
	struct pl pl;

	CU_ASSERT_EQUAL_FATAL(nonces_alloc(&n), 0);
	nonces_make(n, first, "me", 5000);
	pl_set_str(&pl, first);
	CU_ASSERT_EQUAL(pl.l, NONCE_SIZE - 1);
	CU_ASSERT_FALSE(nonces_use(n, &pl, 0));
	CU_ASSERT_TRUE(nonces_given(n, &pl, "me", 5000 + NONCE_LIFE_MS));
	CU_ASSERT_FALSE(nonces_given(n, &pl, "me", 5001 + NONCE_LIFE_MS));
	CU_ASSERT_FALSE(nonces_given(n, &pl, "you", 5000));
	CU_ASSERT_EQUAL(nonces_kept(n), 0);
	CU_ASSERT_TRUE(nonces_use(n, &pl, 100));
	CU_ASSERT_TRUE(nonces_use(n, &pl, 37));
	CU_ASSERT_FALSE(nonces_use(n, &pl, 36));
	CU_ASSERT_FALSE(nonces_use(n, &pl, 37));
	CU_ASSERT_TRUE(nonces_use(n, &pl, UINT32_MAX));
	CU_ASSERT_FALSE(nonces_use(n, &pl, UINT32_MAX));

	/* one bit makes it another's */
	memcpy(text, first, sizeof(text));
	text[30] = text[30] == '0' ? '1' : '0';
	pl_set_str(&pl, text);
	CU_ASSERT_FALSE(nonces_given(n, &pl, "me", 5000));

	/* what was forgotten is not good again */
	for (int i = 0; i < NONCES_MAX; i++) {
		nonces_make(n, text, "me", 5000);
		pl_set_str(&pl, text);
		CU_ASSERT_TRUE(nonces_use(n, &pl, 1));
	}
	CU_ASSERT_EQUAL(nonces_kept(n), NONCES_MAX);
	pl_set_str(&pl, first);
	CU_ASSERT_FALSE(nonces_use(n, &pl, 7));
	mem_deref(n);
}


/** A register with a fresh challenge and its answer */
static const char *try_password(struct auth_world *w, struct peer *p,
				const char *password)
{
	const char *challenge = auth_register(w, p, "", NULL, NULL);

	return auth_register(w, p, "", &(struct claim){.password = password},
			     challenge);
}


static bool is_slowed(const struct auth_world *w)
{
	json_t *stats = auth_stats(w->auth);
	bool slowed = json_integer_value(json_object_get(stats, "slowed")) > 0;

	json_decref(stats);

	return slowed;
}


/** Others cannot lock a user out where it is at home */
static void others_do_not_lock_out(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *alice = open_peer(w->layer, FLOW_UDP);
	struct peer *eve = open_peer(w->layer, FLOW_UDP);
	char challenge[2048];
	const char *msg;

	peer_move(eve, "127.0.0.2");
	CU_ASSERT_TRUE(has_status(try_password(w, alice, "secret"), 200));
	for (unsigned i = 0; i < w->layer->config.auth_failures; i++)
		CU_ASSERT_TRUE(has_status(try_password(w, eve, "no"), 401));
	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, eve, "", NULL, NULL));
	auth_send_register(w, eve, "", &(struct claim){.password = "no"},
			   challenge);
	world_settle(w->layer);
	CU_ASSERT_TRUE(is_slowed(w));
	CU_ASSERT_TRUE(has_status(try_password(w, alice, "secret"), 200));
	/* but she cannot be tried from a third address meanwhile */
	peer_move(alice, "127.0.0.3");
	CU_ASSERT_TRUE(has_status(try_password(w, alice, "secret"), 503));

	/* a nonce is good where it went: who cannot read the answers to what
	   it sends has no tries in another's name */
	msg = auth_register(w, alice, "", &(struct claim){.password = "no"},
			    challenge);
	CU_ASSERT_TRUE(has_status(msg, 503));
	CU_ASSERT_TRUE(has_status(peer_find(eve, "SIP/2.0"), 401));
	msg = auth_register(w, alice, "", &(struct claim){.password = "no"},
			    challenge);
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "stale=true"));

	mem_deref(alice);
	mem_deref(eve);
	auth_world_close(w);
}


/** A trusted host stands for many, of whom one may be wrong: a proxy's users,
 *  or browsers behind its web server */
static void proxies_are_not_locked_out(void)
{
	static const struct {
		enum flow_transport transport;
		bool trusted; /**< named so; a web server on our own host needs
				   no such word */
	} rows[] = {{FLOW_UDP, true}, {FLOW_WS, true}, {FLOW_WS, false}};
	static const struct claim bob = {.user = "bob", .password = "no"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct auth_world *w = auth_world_open("example.com", "off");
		struct peer *p = open_peer(w->layer, rows[i].transport);
		const char *challenge;

		w->layer->config.trusted_hosts[0].address = p->local;
		w->layer->config.trusted_hosts[0].bits = 32;
		w->layer->config.trusted_hosts_count = rows[i].trusted;
		for (unsigned n = 0; n <= w->layer->config.auth_failures;
		     n++) {
			challenge = auth_register(w, p, "", NULL, NULL);
			CU_ASSERT_TRUE(has_status(
				auth_register(w, p, "", &bob, challenge),
				401));
		}
		CU_ASSERT_TRUE(is_slowed(w));
		CU_ASSERT_TRUE(has_status(try_password(w, p, "secret"), 200));

		mem_deref(p);
		auth_world_close(w);
	}
}


/** So many wrong ones of bob, and one more of him that waits */
static void be_wrong(struct auth_world *w, struct peer *p, unsigned times)
{
	static const struct claim bob = {.user = "bob", .password = "no"};
	char challenge[2048];

	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, p, "", NULL, NULL));
	for (unsigned i = 0; i < times; i++)
		CU_ASSERT_TRUE(has_status(
			auth_register(w, p, "", &bob, challenge), 401));
	auth_send_register(w, p, "", &bob, challenge);
	world_settle(w->layer);
	CU_ASSERT_TRUE(is_slowed(w));
}


/** Of many behind one NAT some are always wrong: who is right is in at once,
 *  be he known there or not; who is wrong is told later */
static void colleagues_do_not_lock_out(void)
{
	for (unsigned known = 0; known < 2; known++) {
		struct auth_world *w = auth_world_open("example.com", "off");
		struct peer *alice = open_peer(w->layer, FLOW_UDP);
		struct peer *bob = open_peer(w->layer, FLOW_UDP);
		const uint64_t start = tmr_jiffies();

		if (known)
			CU_ASSERT_TRUE(has_status(
				try_password(w, alice, "secret"), 200));
		be_wrong(w, bob, w->layer->config.auth_failures);
		CU_ASSERT_TRUE(
			has_status(try_password(w, alice, "secret"), 200));
		/* now he is known: his own mistake is his alone */
		CU_ASSERT_TRUE(has_status(try_password(w, alice, "no"), 401));
		CU_ASSERT_TRUE(tmr_jiffies() - start < AUTH_DELAY_MS);
		CU_ASSERT_TRUE(has_status(peer_find(bob, "SIP/2.0"), 401));

		mem_deref(bob);
		mem_deref(alice);
		auth_world_close(w);
	}
}


/** Who tries one user after the other is told nothing by what is not refused
 *  at once, beyond AUTH_CROWD_TIMES what one address may; nor who tries one
 *  user where that one is at home */
static void guessers_are_slowed(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	const unsigned failures = w->layer->config.auth_failures;
	struct peer *p = open_peer(w->layer, FLOW_UDP), *q = NULL;
	char name[32], challenge[2048];
	unsigned i;

	be_wrong(w, p, failures);
	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, p, "", NULL, NULL));
	for (i = failures; i < AUTH_CROWD_TIMES * failures; i++) {
		const struct claim claim = {.user = name, .password = "no"};

		/* a peer keeps so many messages only */
		if (i % failures == 0) {
			mem_deref(q);
			q = open_peer(w->layer, FLOW_UDP);
		}
		(void)re_snprintf(name, sizeof(name), "user%u", i);
		CU_ASSERT_TRUE(has_status(
			auth_register(w, q, "", &claim, challenge), 503));
	}
	CU_ASSERT_TRUE(has_status(try_password(w, q, "secret"), 503));
	CU_ASSERT_TRUE(has_status(peer_find(p, "SIP/2.0"), 401));
	mem_deref(p);
	mem_deref(q);

	/* nobody waits: the right one comes through, and is at home */
	p = open_peer(w->layer, FLOW_UDP);
	CU_ASSERT_TRUE(has_status(try_password(w, p, "secret"), 200));
	(void)re_snprintf(challenge, sizeof(challenge), "%s",
			  auth_register(w, p, "", NULL, NULL));
	for (i = 0; i < failures; i++)
		CU_ASSERT_TRUE(has_status(
			auth_register(w, p, "",
				      &(struct claim){.password = "no"},
				      challenge),
			401));
	auth_send_register(w, p, "", &(struct claim){.password = "no"},
			   challenge);
	world_settle(w->layer);
	CU_ASSERT_TRUE(has_status(try_password(w, p, "secret"), 503));

	mem_deref(p);
	auth_world_close(w);
}


static CU_TestInfo tests[] = {
	{"S14 challenges with SHA-256 and MD5",
	 challenges_with_both_algorithms},
	{"S14 takes what clients compute", takes_what_clients_compute},
	{"S14 says what is wrong, stale or not", says_what_is_wrong},
	{"S14 counts are used up", counts_are_used_up},
	{"S14 calls are asked when auth is on",
	 calls_are_asked_when_auth_is_on},
	{"S14 calls may prove it when auth is off",
	 calls_may_prove_it_when_auth_is_off},
	{"wrong passwords are slowed down", wrong_passwords_are_slowed_down},
	{"others do not lock a user out", others_do_not_lock_out},
	{"nor colleagues behind one NAT", colleagues_do_not_lock_out},
	{"guessers are slowed by user and by address", guessers_are_slowed},
	{"nor those behind a proxy each other", proxies_are_not_locked_out},
	{"attempts wear off and are bounded", auth_throttle_wear_off},
	{"S14 nonces are bounded and not good again", nonces_are_bounded},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(auth, tests)
