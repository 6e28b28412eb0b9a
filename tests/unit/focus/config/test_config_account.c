/**
 * @file test_config_account.c  The value of `account`
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define K   "465b5ce8b199b49faa5f0a2ee238a6bc"
#define OPC "cd63cb71954a9f4e48a5994e37a02baf"

static struct config_account *parse(const char *text)
{
	struct config_account *a = NULL;
	char why[256] = "";

	CU_ASSERT_EQUAL(config_account_parse(&a, text, why, sizeof(why)), 0);
	if (!a)
		fprintf(stderr, "%s: %s\n", text, why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(a);

	return a;
}


static void little_is_enough(void)
{
	struct config_account *a = parse("<sip:focus@a.example>");

	CU_ASSERT_STRING_EQUAL(a->aor, "sip:focus@a.example");
	CU_ASSERT_STRING_EQUAL(a->user, "focus");
	CU_ASSERT_STRING_EQUAL(a->domain, "a.example");
	CU_ASSERT_STRING_EQUAL(a->auth_user, "focus");
	CU_ASSERT_STRING_EQUAL(a->next_hop, "sip:a.example");
	CU_ASSERT_EQUAL(a->expires_s, 600);
	CU_ASSERT_PTR_NULL(a->auth_pass);
	CU_ASSERT_PTR_NULL(a->outbound);
	CU_ASSERT_FALSE(a->aka);
	CU_ASSERT_FALSE(a->is_default);
	mem_deref(a);
}


static void all_parameters_are_read(void)
{
	struct config_account *a;

	a = parse("<sip:+491234@ims.example>;auth_user=i@ims.example;"
		  "auth_pass=\"a;b=c \";registrar=sip:192.0.2.1:5070;"
		  "outbound=\"sip:192.0.2.2;transport=tcp;lr\";"
		  "aka_k=" K ";aka_opc=" OPC ";aka_amf=8000;expires=0;"
		  "conference=demo;default=yes");
	CU_ASSERT_STRING_EQUAL(a->auth_user, "i@ims.example");
	CU_ASSERT_STRING_EQUAL(a->auth_pass, "a;b=c ");
	CU_ASSERT_STRING_EQUAL(a->next_hop, "sip:192.0.2.2;transport=tcp;lr");
	CU_ASSERT_STRING_EQUAL(a->outbound, a->next_hop);
	CU_ASSERT_STRING_EQUAL(a->conference, "demo");
	CU_ASSERT_EQUAL(a->expires_s, 0);
	CU_ASSERT_TRUE(a->aka && a->op_is_opc && a->amf_given);
	CU_ASSERT_TRUE(a->is_default);
	CU_ASSERT_EQUAL(a->k[0], 0x46);
	CU_ASSERT_EQUAL(a->op[15], 0xaf);
	CU_ASSERT_EQUAL(a->amf[0], 0x80);
	mem_deref(a);

	a = parse("<sip:a@b.example>;registrar=sip:192.0.2.1:5070;"
		  "transport=tls");
	CU_ASSERT_STRING_EQUAL(a->next_hop,
			       "sip:192.0.2.1:5070;transport=tls");
	mem_deref(a);

	a = parse("<sip:a@b.example>;transport=tcp");
	CU_ASSERT_STRING_EQUAL(a->next_hop, "sip:b.example;transport=tcp");
	mem_deref(a);
}


static void mistakes_are_told_without_secrets(void)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"sip:a@b.example", "does not begin with"},
		{"<sip:b.example>", "does not begin with"},
		{"<sips:a@b.example>", "does not begin with"},
		{"<sip:a@b.example:5070>", "does not begin with"},
		{"<sip:a:hush@b.example>", "does not begin with"},
		{"<sip:a@b.example;x=y>", "does not begin with"},
		{"<sip:a@b.example", "does not begin with"},
		{"<sip:a@b.example>hush", "is not <sip:USER@DOMAIN>;NAME"},
		{"<sip:a@b.example>;hush", "is not <sip:USER@DOMAIN>;NAME"},
		{"<sip:a@b.example>;auth_pass=\"hush", "has a quote that"},
		{"<sip:a@b.example>;auth_pass=\"hush\"x", "is not <sip:"},
		{"<sip:a@b.example>;auth_pass=", "has no value for auth_pass"},
		{"<sip:a@b.example>;auth_pass=hush;auth_pass=hush",
		 "has auth_pass twice"},
		{"<sip:a@b.example>;auth_pass=hush;auth_pass_file=/x",
		 "has both auth_pass and"},
		{"<sip:a@b.example>;auth_pass_file=/nonexistent/x",
		 "has an auth_pass_file that cannot be read"},
		{"<sip:a@b.example>;auth_pass_file=/dev/zero",
		 "has an auth_pass_file that cannot be read"},
		{"<sip:a@b.example>;registrar=b.example",
		 "has no sip: URI as registrar"},
		{"<sip:a@b.example>;outbound=\"tel:1\"",
		 "has no sip: URI as outbound"},
		{"<sip:a@b.example>;transport=ws", "has a transport that is"},
		{"<sip:a@b.example>;outbound=\"sip:c;transport=tcp\";"
		 "transport=tls",
		 "has a transport and another one"},
		{"<sip:a@b.example>;aka_k=hush", "wants 32 hex digits as "
						 "aka_k"},
		{"<sip:a@b.example>;aka_k=" K, "needs aka_k and"},
		{"<sip:a@b.example>;aka_op=" K, "needs aka_k and"},
		{"<sip:a@b.example>;aka_amf=8000", "needs aka_k and"},
		{"<sip:a@b.example>;aka_k=" K ";aka_op=" K ";aka_opc=" K,
		 "has both aka_op and aka_opc"},
		{"<sip:a@b.example>;aka_k=" K ";aka_k=" K, "has aka_k twice"},
		{"<sip:a@b.example>;expires=59", "has expires that is"},
		{"<sip:a@b.example>;expires=86401", "has expires that is"},
		{"<sip:a@b.example>;expires=1h", "has expires that is"},
		{"<sip:a@b.example>;default=maybe", "has a default that"},
		{"<sip:a@b.example>;auth_user=a\\b", "has a quote or"},
		{"<sip:a@b.example>;auth_pass=hush\x01", "has a control"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config_account *a = NULL;
		char why[256] = "";

		CU_ASSERT_EQUAL(config_account_parse(&a, rows[i].text, why,
						     sizeof(why)),
				EINVAL);
		CU_ASSERT_PTR_NULL(a);
		if (strncmp(why, rows[i].words, strlen(rows[i].words)))
			fprintf(stderr, "row %zu: %s\n", i, why);
		CU_ASSERT_FALSE(
			strncmp(why, rows[i].words, strlen(rows[i].words)));
		CU_ASSERT_PTR_NULL(strstr(why, "hush"));
	}
}


static void errors_of_the_file_tell_no_secret(void)
{
	static const char text[] =
		"account <sip:a@b.example>;auth_pass=hush;expires=1";
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL(
		config_parse(&c, "p", text, strlen(text), NULL, 0, &error),
		EINVAL);
	CU_ASSERT_FALSE(strncmp(error.text, "p:1: account: has expires", 25));
	CU_ASSERT_PTR_NULL(strstr(error.text, "hush"));
}


static void a_secret_may_stand_in_a_file(void)
{
	char path[] = "/tmp/parley-secret-XXXXXX", text[128];
	struct config_account *a;
	int fd = mkstemp(path);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, "two words\nmore\n", 15), 15);
	(void)close(fd);
	(void)snprintf(text, sizeof(text),
		       "<sip:a@b.example>;auth_pass_file=%s", path);
	a = parse(text);
	CU_ASSERT_STRING_EQUAL(a->auth_pass, "two words");
	mem_deref(a);
	(void)unlink(path);
}


static void the_contact_leads_somewhere(void)
{
	static const struct {
		const char *account, *names, *user;
	} rows[] = {
		{"<sip:a@b.example>;conference=Demo", "x.*", "Demo"},
		{"<sip:a@b.example>", "conference|mmtel", "conference"},
		{"<sip:a@b.example>", "conf[0-9]|plain-1|b", "plain-1"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config_account *a = parse(rows[i].account);
		struct config c = {.factory_names = (char *)rows[i].names};
		char user[65];

		CU_ASSERT_TRUE(
			config_account_contact(a, &c, user, sizeof(user)));
		CU_ASSERT_STRING_EQUAL(user, rows[i].user);
		mem_deref(a);
	}
}


static int parse_account(void *arg)
{
	struct config_account *a = NULL;
	char why[256] = "";
	int err = config_account_parse(&a, arg, why, sizeof(why));

	CU_ASSERT_EQUAL(!err, a != NULL);
	CU_ASSERT_PTR_NULL(strstr(why, "s3cret"));
	if (!err) {
		CU_ASSERT_STRING_EQUAL(a->auth_user, "u");
		CU_ASSERT_STRING_EQUAL(a->auth_pass, "s3cret");
		CU_ASSERT_STRING_EQUAL(a->outbound, "sip:p.example;lr");
	}
	mem_deref(a);

	return err;
}


static void a_failing_allocation_is_an_error(void)
{
	failing_each(parse_account,
		     "<sip:focus@a.example>;auth_user=u;auth_pass=s3cret;"
		     "outbound=\"sip:p.example;lr\"");
}

static CU_TestInfo tests[] = {
	{"little is enough", little_is_enough},
	{"all parameters are read", all_parameters_are_read},
	{"mistakes are told without secrets",
	 mistakes_are_told_without_secrets},
	{"errors of the file tell no secret",
	 errors_of_the_file_tell_no_secret},
	{"a secret may stand in a file", a_secret_may_stand_in_a_file},
	{"the contact leads somewhere", the_contact_leads_somewhere},
	{"a failing allocation is an error", a_failing_allocation_is_an_error},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(config_account, tests)
