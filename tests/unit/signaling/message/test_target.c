/**
 * @file test_target.c  Addresses that can be called
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config.h"
#include "signaling/message/target.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static struct config *load(const char *const overrides[], size_t n)
{
	struct config_error error;
	struct config *c = NULL;

	if (config_load(&c, NULL, overrides, n, &error))
		CU_FAIL_FATAL("no configuration");

	return c;
}

static bool reads_as(const struct config *c, const char *uri, int err,
		     const char *want)
{
	struct target *t = NULL;
	int got = target_read(&t, uri, c);
	bool ok = got == err && (err || !strcmp(t->uri, want));

	if (!ok)
		fprintf(stderr, "%s: %d %s\n", uri, got, got ? "" : t->uri);
	if (!got)
		mem_deref(t);

	return ok;
}

static void takes_sip_uris(void)
{
	struct config *c = load(NULL, 0);
	struct target *t;

	CU_ASSERT(
		reads_as(c, "sip:bob@example.com", 0, "sip:bob@example.com"));
	CU_ASSERT(reads_as(c, "sips:bob@[2001:db8::1]:5061", 0,
			   "sips:bob@[2001:db8::1]:5061"));
	CU_ASSERT(reads_as(c, "sip:example.com", 0, "sip:example.com"));
	CU_ASSERT(reads_as(c, "", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "bob", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "sip:", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "http://example.com", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "sip:bob@example.com?Route=x", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "sip:bob:secret@example.com", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "sip:bob@exam ple.com", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "sip:bob@ex%00ample.com", EINVAL, NULL));

	CU_ASSERT_FATAL(
		!target_read(&t, "sip:bob@example.com;transport=wss", c));
	CU_ASSERT(t->webrtc);
	CU_ASSERT(!target_is_sips(t));
	mem_deref(t);
	mem_deref(c);
}

static void rewrites_numbers(void)
{
	static const char *const domain[] = {"domain=conf.example.com"};
	static const char *const proxy[] = {
		"domain=conf.example.com",
		"outbound_proxy=sip:core.example.net;lr"};
	static const char *const account[] = {
		"outbound_proxy=sip:core.example.net;lr",
		"account=<sip:parley@example.org>;auth_pass=x"};
	struct config *c = load(NULL, 0);

	CU_ASSERT(reads_as(c, "tel:+1-201-555-0123", EHOSTUNREACH, NULL));
	mem_deref(c);

	c = load(domain, ARRAY_SIZE(domain));
	CU_ASSERT(reads_as(c, "tel:+1-201-555-0123", 0,
			   "sip:+12015550123@conf.example.com;user=phone"));
	CU_ASSERT(reads_as(c, "tel:7042;phone-context=example.com", 0,
			   "sip:7042;phone-context=example.com"
			   "@conf.example.com;user=phone"));
	CU_ASSERT(reads_as(c, "tel:7042", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "tel:", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "tel:+1x", EINVAL, NULL));
	CU_ASSERT(reads_as(c, "tel:1+2;phone-context=a", EINVAL, NULL));
	mem_deref(c);

	c = load(proxy, ARRAY_SIZE(proxy));
	CU_ASSERT(reads_as(c, "TEL:+12015550123", 0,
			   "sip:+12015550123@core.example.net;user=phone"));
	mem_deref(c);

	c = load(account, ARRAY_SIZE(account));
	CU_ASSERT(reads_as(c, "tel:+12015550123", 0,
			   "sip:+12015550123@example.org;user=phone"));
	mem_deref(c);
}

static bool emergency(const struct config *c, const char *uri)
{
	struct pl pl;

	pl_set_str(&pl, uri);

	return target_is_emergency(&pl, c);
}

static void knows_emergencies(void)
{
	static const char *const overrides[] = {"domain=example.com"};
	struct config *c = load(overrides, 1);

	CU_ASSERT(emergency(c, "urn:service:sos"));
	CU_ASSERT(emergency(c, "URN:service:sos.fire"));
	CU_ASSERT(!emergency(c, "urn:service:sosta"));
	CU_ASSERT(!emergency(c, "urn:service:counseling"));
	CU_ASSERT(emergency(c, "tel:112"));
	CU_ASSERT(emergency(c, "tel:1-1-2;phone-context=+49"));
	CU_ASSERT(emergency(c, "sip:112@example.com;user=phone"));
	CU_ASSERT(emergency(c, "sips:911@example.com"));
	CU_ASSERT(!emergency(c, "sip:1123@example.com"));
	CU_ASSERT(!emergency(c, "sip:x112@example.com"));
	CU_ASSERT(reads_as(c, "tel:112", EACCES, NULL));
	CU_ASSERT(reads_as(c, "sip:112@example.com", EACCES, NULL));
	mem_deref(c);
}

/* A redirection with these Contact lines */
static size_t read_contacts(struct list *list, const char *contacts, bool sips)
{
	struct sip_msg *msg = NULL;
	struct config *c;
	struct mbuf *mb;

	failing_pause();
	c = load(NULL, 0);
	mb = mbuf_alloc(2048);
	(void)mbuf_printf(mb,
			  "SIP/2.0 302 Moved\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
			  "From: <sip:a@example.com>;tag=1\r\n"
			  "To: <sip:b@example.com>;tag=2\r\n"
			  "Call-ID: x\r\nCSeq: 1 INVITE\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  contacts);
	mb->pos = 0;
	CU_ASSERT_FATAL(!sip_msg_decode(&msg, mb));
	failing_resume();
	targets_from_contacts(list, msg, sips, c);
	mem_deref(msg);
	mem_deref(mb);
	mem_deref(c);

	return list_count(list);
}

static const char *uri_at(const struct list *list, unsigned i)
{
	const struct le *le = list->head;

	while (le && i--)
		le = le->next;

	return le ? ((const struct target *)le->data)->uri : "";
}

static void orders_contacts(void)
{
	struct list list = LIST_INIT;

	CU_ASSERT_EQUAL(
		read_contacts(&list,
			      "Contact: <sip:c@x>;q=0.25, <sip:a@x>, "
			      "<sip:d@x>;q=nonsense\r\n"
			      "Contact: <mailto:x@x>, <sip:b@x>;q=0.7\r\n"
			      "Contact: <sip:112@x>\r\n",
			      false),
		4);
	CU_ASSERT_STRING_EQUAL(uri_at(&list, 0), "sip:a@x");
	CU_ASSERT_STRING_EQUAL(uri_at(&list, 1), "sip:b@x");
	CU_ASSERT_STRING_EQUAL(uri_at(&list, 2), "sip:c@x");
	CU_ASSERT_STRING_EQUAL(uri_at(&list, 3), "sip:d@x");
	list_flush(&list);
}

static void stays_secure(void)
{
	struct list list = LIST_INIT;

	CU_ASSERT_EQUAL(read_contacts(&list,
				      "Contact: <sip:a@x>, <sips:b@x>\r\n",
				      true),
			1);
	CU_ASSERT_STRING_EQUAL(uri_at(&list, 0), "sips:b@x");
	list_flush(&list);
}

static void bounds_contacts(void)
{
	char text[1024] = "";
	struct list list = LIST_INIT;
	unsigned i;

	for (i = 0; i < 30; i++)
		(void)strcat(text, "Contact: <sip:a@x>\r\n");
	CU_ASSERT_EQUAL(read_contacts(&list, text, false), TARGETS_MAX);
	list_flush(&list);
}

static int read_target(void *arg)
{
	struct target *t = NULL;
	int err = target_read(&t, "tel:+1-201-555-0123", arg);

	CU_ASSERT_EQUAL(!err, t != NULL);
	mem_deref(t);
	t = NULL;
	if (!err)
		err = target_alloc(&t, "sip:a@x", "<sip:p@x;lr>");
	if (t)
		CU_ASSERT(t->uri && t->path);
	mem_deref(t);

	return err;
}

/* Who cannot be kept is not called; the others are whole */
static int follow_contacts(void *arg)
{
	struct list list = LIST_INIT;
	struct le *le;

	(void)read_contacts(&list, "Contact: <sip:b@x>;q=0.5, <sips:a@x>\r\n",
			    false);
	LIST_FOREACH (&list, le)
		CU_ASSERT_PTR_NOT_NULL(((struct target *)le->data)->uri);
	list_flush(&list);
	(void)arg;

	return 0;
}

static void survives_any_failing_allocation(void)
{
	static const char *const proxy[] = {
		"outbound_proxy=sip:proxy.example.com;lr",
		"domain=example.com"};
	struct config *c = load(proxy, 2);

	failing_each(read_target, c);
	failing_each(follow_contacts, NULL);
	mem_deref(c);
}

static CU_TestInfo tests[] = {
	{"takes SIP URIs and nothing in them", takes_sip_uris},
	{"turns telephone numbers into SIP URIs", rewrites_numbers},
	{"S13 knows emergencies", knows_emergencies},
	{"S1 orders the contacts of a redirection", orders_contacts},
	{"S1 is not redirected from sips to sip", stays_secure},
	{"S1 takes so many contacts only", bounds_contacts},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(target, tests)
