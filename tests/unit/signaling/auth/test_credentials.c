/**
 * @file test_credentials.c  Answers to challenges (STANDARDS S14, S15)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "signaling/auth/aka.h"
#include "signaling/auth/credentials.h"
#include "signaling/auth/digest.h"
#include "signaling/auth/milenage.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define K   "465b5ce8b199b49faa5f0a2ee238a6bc"
#define OP  "cdc202d5123e20f62b6d676ac72cb318"
#define OPC "cd63cb71954a9f4e48a5994e37a02baf"

#define ALICE "sip:alice@a.example"
#define AKA   "sip:bob@ims.example"

static struct config *config;
static struct credentials *all;
static char dir[64];


static void world_open(void)
{
	static const char accounts[] =
		"account <" ALICE ">;auth_user=al;auth_pass=\"open sesame\"\n"
		"account <" AKA ">;auth_user=bob@ims.example;aka_k=" K
		";aka_op=" OP "\n"
		"account <sip:nobody@a.example>\n";
	struct config_error error;
	char text[512];

	(void)snprintf(dir, sizeof(dir), "/tmp/parley-cred-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	(void)snprintf(text, sizeof(text), "data_dir %s\n%s", dir, accounts);
	CU_ASSERT_EQUAL_FATAL(config_parse(&config, "p", text, strlen(text),
					   NULL, 0, &error),
			      0);
	CU_ASSERT_EQUAL_FATAL(credentials_alloc(&all, config), 0);
}


static void world_close(void)
{
	char command[96];

	all = mem_deref(all);
	config = mem_deref(config);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	CU_ASSERT_EQUAL(system(command), 0);
}


static struct credentials_try *begin(const char *aor)
{
	struct credentials_try *t = NULL;

	CU_ASSERT_EQUAL_FATAL(credentials_begin(&t, all, aor), 0);

	return t;
}


/** A response with these header lines */
static int challenge(struct credentials_try *t, unsigned status,
		     const char *lines)
{
	struct sip_msg *msg =
		message_of("SIP/2.0 %u No\r\n"
			   "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			   "From: <sip:x@y>;tag=1\r\nTo: <sip:x@y>;tag=2\r\n"
			   "Call-ID: 1\r\nCSeq: 1 INVITE\r\n%s"
			   "Content-Length: 0\r\n\r\n",
			   status, lines);
	int err = credentials_challenge(t, msg);

	mem_deref(msg);

	return err;
}


static void print(char *dst, size_t size, struct credentials_try *t,
		  const char *method, const char *uri)
{
	const struct credentials_request request = {t, method, uri};

	CU_ASSERT(re_snprintf(dst, size, "%H", credentials_print, &request) >=
		  0);
}


/** The n-th line of what was printed, read again */
static bool line(struct digest_header *h, const char *text, const char *name,
		 unsigned n)
{
	const char *p = text;
	struct pl value;

	while (n-- && p)
		p = strstr(p, "\r\n") ? strstr(p, "\r\n") + 2 : NULL;
	if (!p || strncmp(p, name, strlen(name)) != 0 ||
	    strncmp(p + strlen(name), ": ", 2) != 0)
		return false;
	value.p = p + strlen(name) + 2;
	value.l = strcspn(value.p, "\r");

	return !digest_header_decode(h, &value);
}


static bool proves(const struct digest_header *h, const char *method,
		   const struct pl *password)
{
	struct digest_input in = {.nonce = h->nonce,
				  .uri = h->uri,
				  .qop = h->qop,
				  .nc = h->nc,
				  .cnonce = h->cnonce};
	char ha1[DIGEST_HEX_SIZE], response[DIGEST_HEX_SIZE];

	if (digest_algorithm_find(&in.algorithm, &h->algorithm))
		in.algorithm = DIGEST_MD5;
	in.ha1 = ha1;
	pl_set_str(&in.method, method);

	return !digest_ha1(ha1, in.algorithm, &h->username, &h->realm,
			   password) &&
	       !digest_response(response, &in) &&
	       !pl_strcmp(&h->response, response);
}


static bool proves_alice(const struct digest_header *h, const char *method)
{
	struct pl password;

	pl_set_str(&password, "open sesame");

	return !pl_strcmp(&h->username, "al") && proves(h, method, &password);
}


static void the_strongest_offer_is_answered(void)
{
	struct credentials_try *t;
	struct digest_header h;
	char text[1024];

	world_open();
	t = begin(ALICE);
	print(text, sizeof(text), t, "INVITE", "sip:x@y");
	CU_ASSERT_STRING_EQUAL(text, "");

	CU_ASSERT_EQUAL(
		challenge(t, 401,
			  "WWW-Authenticate: Digest realm=\"r, 1\", "
			  "nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n"
			  "WWW-Authenticate: Digest realm=\"r, 1\", "
			  "nonce=\"n2\", algorithm=SHA-256, opaque=\"o\", "
			  "qop=\"auth,auth-int\"\r\n"
			  "WWW-Authenticate: Digest realm=\"r, 1\", "
			  "nonce=\"n3\", algorithm=SHA-512-256\r\n"
			  "WWW-Authenticate: Digest realm=\"r, 1\", "
			  "nonce=\"n4\", algorithm=AKAv1-MD5\r\n"
			  "WWW-Authenticate: Basic realm=\"r, 1\"\r\n"),
		0);
	print(text, sizeof(text), t, "INVITE", "sip:x@y;z=1");
	CU_ASSERT_TRUE_FATAL(line(&h, text, "Authorization", 0));
	CU_ASSERT_EQUAL(pl_strcmp(&h.realm, "r, 1"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.nonce, "n2"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.opaque, "o"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.algorithm, "SHA-256"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.uri, "sip:x@y;z=1"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.qop, "auth"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.nc, "00000001"), 0);
	CU_ASSERT_TRUE(proves_alice(&h, "INVITE"));
	CU_ASSERT_FALSE(proves_alice(&h, "BYE"));
	CU_ASSERT_FALSE(line(&h, text, "Authorization", 1));
	mem_deref(t);
	world_close();
}


/** nc counts, another cnonce each time, also for the next request */
static void a_nonce_is_used_again_and_counted(void)
{
	struct credentials_try *t;
	struct digest_header h, again;
	char text[1024], more[1024];

	world_open();
	t = begin(ALICE);
	CU_ASSERT_EQUAL(challenge(t, 407,
				  "Proxy-Authenticate: Digest realm=\"r\", "
				  "nonce=\"n\", qop=\"auth\"\r\n"),
			0);
	print(text, sizeof(text), t, "INVITE", "sip:x@y");
	credentials_renew(t);
	print(more, sizeof(more), t, "BYE", "sip:x@y");
	CU_ASSERT_TRUE_FATAL(line(&h, text, "Proxy-Authorization", 0));
	CU_ASSERT_TRUE_FATAL(line(&again, more, "Proxy-Authorization", 0));
	CU_ASSERT_EQUAL(pl_strcmp(&again.nc, "00000002"), 0);
	CU_ASSERT_NOT_EQUAL(pl_cmp(&h.cnonce, &again.cnonce), 0);
	CU_ASSERT_PTR_NULL(again.algorithm.p);
	CU_ASSERT_TRUE(proves_alice(&again, "BYE"));
	mem_deref(t);
	world_close();
}


static void several_proxies_and_the_server_are_answered(void)
{
	struct credentials_try *t;
	struct digest_header h;
	char text[2048];

	world_open();
	t = begin(ALICE);
	CU_ASSERT_EQUAL(challenge(t, 407,
				  "Proxy-Authenticate: Digest realm=\"p1\", "
				  "nonce=\"1\"\r\n"
				  "Proxy-Authenticate: Digest realm=\"p2\", "
				  "nonce=\"2\"\r\n"),
			0);
	print(text, sizeof(text), t, "INVITE", "sip:x@y");
	CU_ASSERT_TRUE(line(&h, text, "Proxy-Authorization", 1));
	CU_ASSERT_EQUAL(challenge(t, 401,
				  "WWW-Authenticate: Digest realm=\"p1\", "
				  "nonce=\"3\"\r\n"),
			0);
	print(text, sizeof(text), t, "INVITE", "sip:x@y");
	CU_ASSERT_TRUE(line(&h, text, "Proxy-Authorization", 0));
	CU_ASSERT_EQUAL(pl_strcmp(&h.realm, "p1"), 0);
	CU_ASSERT_PTR_NULL(h.nc.p);
	CU_ASSERT_TRUE(proves_alice(&h, "INVITE"));
	CU_ASSERT_TRUE(line(&h, text, "Proxy-Authorization", 1));
	CU_ASSERT_EQUAL(pl_strcmp(&h.realm, "p2"), 0);
	CU_ASSERT_TRUE(proves_alice(&h, "INVITE"));
	CU_ASSERT_TRUE(line(&h, text, "Authorization", 2));
	CU_ASSERT_EQUAL(pl_strcmp(&h.nonce, "3"), 0);
	CU_ASSERT_TRUE(proves_alice(&h, "INVITE"));
	mem_deref(t);
	world_close();
}


static void what_cannot_help_ends_it(void)
{
	static const char *const rows[] = {
		"",
		"WWW-Authenticate: Basic realm=\"r\"\r\n",
		"WWW-Authenticate: Digest realm=\"r\"\r\n",
		"WWW-Authenticate: Digest nonce=\"r\"\r\n",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
		"qop=\"auth-int\"\r\n",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
		"algorithm=MD5-sess\r\n",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\" x\r\n",
		/* the other side's header */
		"Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
	};
	struct credentials_try *t = NULL;

	world_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		t = begin(ALICE);
		CU_ASSERT_EQUAL(challenge(t, 401, rows[i]), EACCES);
		mem_deref(t);
	}
	t = NULL;
	CU_ASSERT_EQUAL(credentials_begin(&t, all, "sip:eve@a.example"),
			ENOENT);
	CU_ASSERT_EQUAL(credentials_begin(&t, all, "sip:nobody@a.example"),
			ENOENT);
	CU_ASSERT_EQUAL(credentials_begin(&t, NULL, ALICE), ENOENT);
	CU_ASSERT_PTR_NULL(t);
	CU_ASSERT_EQUAL(challenge(NULL, 401, ""), EACCES);
	world_close();
}


#define NONCE(n, more)                                                        \
	"WWW-Authenticate: Digest realm=\"r\", nonce=\"" n "\"" more "\r\n"

static void a_refused_secret_is_not_tried_again(void)
{
	struct credentials_try *t;
	char text[1024];

	world_open();
	t = begin(ALICE);
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("1", "")), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("2", ", stale=TRUE")), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "nonce=\"2\""));
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("2", ", stale=true")), EACCES);
	mem_deref(t);

	t = begin(ALICE);
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("1", "")), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("2", "")), EACCES);
	mem_deref(t);

	/* an answer from an earlier request may be too old without a word */
	t = begin(ALICE);
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("1", "")), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	credentials_renew(t);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("2", "")), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:a.example");
	CU_ASSERT_EQUAL(challenge(t, 401, NONCE("3", "")), EACCES);
	mem_deref(t);
	world_close();
}


static void endless_challenges_end(void)
{
	struct credentials_try *t;
	unsigned n = 0;
	char text[1024], lines[256];

	world_open();
	t = begin(ALICE);
	do {
		(void)snprintf(lines, sizeof(lines),
			       "WWW-Authenticate: Digest realm=\"r\", "
			       "nonce=\"%u\", stale=true\r\n",
			       ++n);
		print(text, sizeof(text), t, "INVITE", "sip:x@y");
	} while (n < 100 && !challenge(t, 401, lines));
	CU_ASSERT_EQUAL(n, CREDENTIALS_ROUNDS_MAX + 1);
	mem_deref(t);
	world_close();
}


/* ------------------------------------------------------------------- AKA */

static void aka_line(char *dst, size_t size, uint64_t sqn, uint8_t spoil)
{
	uint8_t k[16], opc[16], nonce[AKA_NONCE_BYTES + 4] = {1, 2, 3};
	uint8_t number[6];
	struct milenage_vector v;
	char b64[64];
	size_t len = sizeof(b64);

	CU_ASSERT_EQUAL(str_hex(k, 16, K) | str_hex(opc, 16, OPC), 0);
	for (size_t i = 0; i < 6; i++)
		number[i] = (uint8_t)(sqn >> (40 - 8 * i));
	CU_ASSERT_EQUAL(milenage_f2345(&v, opc, k, nonce), 0);
	CU_ASSERT_EQUAL(milenage_f1(nonce + 24, NULL, opc, k, nonce, number,
				    nonce + 22),
			0);
	for (size_t i = 0; i < 6; i++)
		nonce[16 + i] = number[i] ^ v.ak[i];
	nonce[24] ^= spoil;
	CU_ASSERT_EQUAL(base64_encode(nonce, sizeof(nonce), b64, &len), 0);
	(void)snprintf(dst, size,
		       "WWW-Authenticate: Digest realm=\"ims.example\", "
		       "nonce=\"%.*s\", algorithm=AKAv1-MD5, "
		       "qop=\"auth\"\r\n",
		       (int)len, b64);
}


static void aka_is_answered_with_res(void)
{
	static const uint8_t rand[16] = {1, 2, 3};
	uint8_t k[16], opc[16];
	struct milenage_vector v;
	struct credentials_try *t;
	struct digest_header h;
	struct pl password;
	char lines[512], text[1024];

	world_open();
	t = begin(AKA);
	print(text, sizeof(text), t, "REGISTER", "sip:ims.example");
	CU_ASSERT_STRING_EQUAL(
		text, "Authorization: Digest username=\"bob@ims.example\", "
		      "realm=\"ims.example\", nonce=\"\", "
		      "uri=\"sip:ims.example\", response=\"\"\r\n");
	print(text, sizeof(text), t, "INVITE", "sip:x@y");
	CU_ASSERT_STRING_EQUAL(text, "");

	aka_line(lines, sizeof(lines), 9000, 0);
	CU_ASSERT_EQUAL(challenge(t, 401, lines), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:ims.example");
	CU_ASSERT_TRUE_FATAL(line(&h, text, "Authorization", 0));
	CU_ASSERT_EQUAL(pl_strcmp(&h.algorithm, "AKAv1-MD5"), 0);
	CU_ASSERT_PTR_NULL(h.auts.p);

	CU_ASSERT_EQUAL(str_hex(k, 16, K) | str_hex(opc, 16, OPC), 0);
	CU_ASSERT_EQUAL(milenage_f2345(&v, opc, k, rand), 0);
	password.p = (const char *)v.res;
	password.l = sizeof(v.res);
	CU_ASSERT_TRUE(proves(&h, "REGISTER", &password));
	mem_deref(t);
	world_close();
}


static void aka_with_an_old_number_resynchronises(void)
{
	struct credentials_try *t;
	struct digest_header h;
	char lines[512], text[1024];

	world_open();
	t = begin(AKA);
	aka_line(lines, sizeof(lines), 9000, 0);
	CU_ASSERT_EQUAL(challenge(t, 401, lines), 0);
	mem_deref(t);

	/* played again, also after a restart */
	all = mem_deref(all);
	CU_ASSERT_EQUAL_FATAL(credentials_alloc(&all, config), 0);
	t = begin(AKA);
	CU_ASSERT_EQUAL(challenge(t, 401, lines), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:ims.example");
	CU_ASSERT_TRUE_FATAL(line(&h, text, "Authorization", 0));
	CU_ASSERT_EQUAL(h.auts.l, 20);
	CU_ASSERT_TRUE(proves(&h, "REGISTER", &pl_null));

	/* the home network goes on from what AUTS said */
	aka_line(lines, sizeof(lines), 9100, 0);
	CU_ASSERT_EQUAL(challenge(t, 401, lines), 0);
	print(text, sizeof(text), t, "REGISTER", "sip:ims.example");
	CU_ASSERT_TRUE_FATAL(line(&h, text, "Authorization", 0));
	CU_ASSERT_PTR_NULL(h.auts.p);
	mem_deref(t);
	world_close();
}


static void a_forged_aka_challenge_is_given_up(void)
{
	static const char *const rows[] = {
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"AAAA\", "
		"algorithm=AKAv1-MD5\r\n",
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"!\", "
		"algorithm=AKAv1-MD5\r\n",
		/* an account without a password */
		"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
	};
	struct credentials_try *t;
	char lines[512];

	world_open();
	t = begin(AKA);
	aka_line(lines, sizeof(lines), 9000, 1);
	CU_ASSERT_EQUAL(challenge(t, 401, lines), EACCES);
	mem_deref(t);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		t = begin(AKA);
		CU_ASSERT_EQUAL(challenge(t, 401, rows[i]), EACCES);
		mem_deref(t);
	}
	world_close();
}


static int answer_once(void *arg)
{
	struct credentials *c = NULL;
	struct credentials_try *t = NULL;
	struct credentials_request request = {NULL, "REGISTER", "sip:x"};
	char *text = NULL;
	int err = credentials_alloc(&c, config);

	CU_ASSERT_EQUAL(!err, c != NULL);
	if (!err)
		err = credentials_begin(&t, c, ALICE);
	CU_ASSERT_EQUAL(!err, t != NULL);
	if (!err)
		err = credentials_challenge(t, arg);
	request.t = t;
	if (!err)
		err = re_sdprintf(&text, "%H", credentials_print, &request);
	if (!err)
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "response=\""));
	credentials_renew(t);
	mem_deref(text);
	mem_deref(t);
	mem_deref(c);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct sip_msg *msg;

	world_open();
	msg = message_of("SIP/2.0 401 No\r\n"
			 "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			 "From: <sip:x@y>;tag=1\r\nTo: <sip:x@y>;tag=2\r\n"
			 "Call-ID: 1\r\nCSeq: 1 REGISTER\r\n"
			 "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", "
			 "qop=\"auth\", algorithm=SHA-256, opaque=\"o\"\r\n"
			 "Content-Length: 0\r\n\r\n");
	failing_each(answer_once, msg);
	mem_deref(msg);
	world_close();
}

static CU_TestInfo tests[] = {
	{"S14: the strongest offer is answered",
	 the_strongest_offer_is_answered},
	{"S14: a nonce is used again and counted",
	 a_nonce_is_used_again_and_counted},
	{"S14: several proxies and the server are answered",
	 several_proxies_and_the_server_are_answered},
	{"S14: what cannot help ends it", what_cannot_help_ends_it},
	{"S14: a refused secret is not tried again",
	 a_refused_secret_is_not_tried_again},
	{"S14: endless challenges end", endless_challenges_end},
	{"S15: AKA is answered with RES", aka_is_answered_with_res},
	{"S15: AKA with an old number resynchronises",
	 aka_with_an_old_number_resynchronises},
	{"S15: a forged AKA challenge is given up",
	 a_forged_aka_challenge_is_given_up},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(credentials, tests)
