/**
 * @file test_dtls.c  Handshakes between two associations in memory
 */
#include <string.h>
#include "mixer/net/dtls.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


enum { QUEUE_MAX = 32 };

/** One end, and the datagrams on their way to it */
struct end {
	struct dtls_association *dtls;
	struct end *other;
	uint8_t queue[QUEUE_MAX][2048];
	size_t lens[QUEUE_MAX];
	unsigned count, largest;
};

/** Two ends with a certificate each */
struct ends {
	struct dtls_context *contexts[2];
	struct end end[2]; /**< client, server */
};


static void send_h(const uint8_t *buf, size_t len, void *arg)
{
	struct end *from = arg;
	struct end *to = from->other;

	if (len > from->largest)
		from->largest = (unsigned)len;
	if (to->count < QUEUE_MAX && len <= sizeof(to->queue[0])) {
		memcpy(to->queue[to->count], buf, len);
		to->lens[to->count++] = len;
	}
}


static void deliver(struct end *e)
{
	static uint8_t copy[QUEUE_MAX][2048];
	size_t lens[QUEUE_MAX];
	unsigned n = e->count;

	memcpy(copy, e->queue, sizeof(copy));
	memcpy(lens, e->lens, sizeof(lens));
	e->count = 0;
	for (unsigned i = 0; i < n; i++)
		dtls_association_receive(e->dtls, copy[i], lens[i]);
}


static void ends_open(struct ends *e, const char *client, const char *server)
{
	const char *profiles[2] = {client, server};

	memset(e, 0, sizeof(*e));
	for (int i = 0; i < 2; i++) {
		e->end[i].other = &e->end[!i];
		CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&e->contexts[i]), 0);
		CU_ASSERT_EQUAL_FATAL(
			dtls_association_alloc(
				&e->end[i].dtls, e->contexts[i],
				i ? DTLS_ROLE_SERVER : DTLS_ROLE_CLIENT,
				profiles[i], send_h, &e->end[i]),
			0);
	}
}


static void shake(struct ends *e)
{
	dtls_association_start(e->end[0].dtls);
	for (int i = 0; i < 10; i++) {
		deliver(&e->end[1]);
		deliver(&e->end[0]);
	}
}


static void ends_close(struct ends *e)
{
	for (int i = 0; i < 2; i++) {
		mem_deref(e->end[i].dtls);
		mem_deref(e->contexts[i]);
	}
}


static void both_ends_agree_on_keys(void)
{
	static const struct {
		const char *client, *server;
		enum transport_suite suite;
	} cases[] = {
		{NULL, NULL, TRANSPORT_SUITE_AEAD_AES_128_GCM},
		{"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", NULL,
		 TRANSPORT_SUITE_AEAD_AES_128_GCM},
		{"SRTP_AES128_CM_SHA1_80", NULL,
		 TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80},
		{"SRTP_AEAD_AES_256_GCM", NULL,
		 TRANSPORT_SUITE_AEAD_AES_256_GCM},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t local[2][SRTP_KEYING_MAX] = {{0}};
		uint8_t remote[2][SRTP_KEYING_MAX] = {{0}};
		enum transport_suite suite;
		struct ends e;

		ends_open(&e, cases[i].client, cases[i].server);
		CU_ASSERT_EQUAL(dtls_association_keys(e.end[0].dtls, &suite,
						      local[0], remote[0]),
				EAGAIN);
		shake(&e);
		for (int k = 0; k < 2; k++) {
			CU_ASSERT_EQUAL(dtls_association_keys(e.end[k].dtls,
							      &suite, local[k],
							      remote[k]),
					0);
			CU_ASSERT_EQUAL(suite, cases[i].suite);
			CU_ASSERT_TRUE(e.end[k].largest <= DTLS_MTU);
		}
		CU_ASSERT_EQUAL(memcmp(local[0], remote[1], sizeof(local[0])),
				0);
		CU_ASSERT_EQUAL(memcmp(local[1], remote[0], sizeof(local[0])),
				0);
		CU_ASSERT_NOT_EQUAL(memcmp(local[0], local[1], 16), 0);
		ends_close(&e);
	}
}


enum { RECORD_HEADER = 13, MESSAGE_HEADER = 12 };


/** One handshake message's bytes [from, to) as a record of its own */
static size_t fragment(uint8_t *dst, const uint8_t *record, size_t from,
		       size_t to, uint8_t sequence)
{
	const size_t headers = RECORD_HEADER + MESSAGE_HEADER, n = to - from;

	memcpy(dst, record, headers);
	memcpy(dst + headers, record + headers + from, n);
	dst[10] = sequence;
	dst[11] = (uint8_t)((n + MESSAGE_HEADER) >> 8);
	dst[12] = (uint8_t)(n + MESSAGE_HEADER);
	dst[20] = (uint8_t)(from >> 8);
	dst[21] = (uint8_t)from;
	dst[23] = (uint8_t)(n >> 8);
	dst[24] = (uint8_t)n;

	return headers + n;
}


/** As Chromium sends it, in either order */
static void client_hello_may_come_in_fragments(void)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		const size_t headers = RECORD_HEADER + MESSAGE_HEADER;
		uint8_t part[2][2048];
		size_t len[2], body;
		struct ends e;

		ends_open(&e, NULL, NULL);
		dtls_association_start(e.end[0].dtls);
		CU_ASSERT_EQUAL_FATAL(e.end[1].count, 1);
		body = e.end[1].lens[0] - headers;
		len[0] = fragment(part[0], e.end[1].queue[0], 0, body / 2, 0);
		/* a number that the client will not come to use itself */
		len[1] = fragment(part[1], e.end[1].queue[0], body / 2, body,
				  40);
		e.end[1].count = 0;
		dtls_association_receive(e.end[1].dtls, part[swapped],
					 len[swapped]);
		CU_ASSERT_EQUAL(e.end[0].count, 0);
		dtls_association_receive(e.end[1].dtls, part[!swapped],
					 len[!swapped]);
		CU_ASSERT_TRUE(e.end[0].count > 0);
		for (int i = 0; i < 10; i++) {
			deliver(&e.end[0]);
			deliver(&e.end[1]);
		}
		CU_ASSERT_EQUAL(dtls_association_state(e.end[1].dtls),
				DTLS_ESTABLISHED);
		ends_close(&e);
	}
}


static void no_common_profile_gives_no_keys(void)
{
	uint8_t local[SRTP_KEYING_MAX], remote[SRTP_KEYING_MAX];
	enum transport_suite suite;
	struct ends e;

	ends_open(&e, "SRTP_AES128_CM_SHA1_32", NULL);
	shake(&e);
	CU_ASSERT_NOT_EQUAL(
		dtls_association_keys(e.end[1].dtls, &suite, local, remote),
		0);
	ends_close(&e);
}


static void strongest_usable_fingerprint_decides(void)
{
	struct transport_fingerprint right, wrong, sha1 = {"sha-1", ""};
	struct transport_fingerprint strong = {"sha-512", "AB:CD"}, upper;
	struct ends e;

	ends_open(&e, NULL, NULL);
	right = *dtls_context_fingerprint(e.contexts[1]);
	wrong = *dtls_context_fingerprint(e.contexts[0]);
	upper = right;
	strcpy(upper.hash, "SHA-256");
	for (char *c = upper.value; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);

	{
		const struct {
			struct transport_fingerprint list[2];
			size_t count;
			int err;
		} cases[] = {
			{{right}, 1, 0},
			{{upper}, 1, 0},
			{{wrong}, 1, EACCES},
			{{wrong, right}, 2, 0},
			{{sha1, right}, 2, 0},
			{{sha1}, 1, EACCES},
			{{strong, right}, 2, EACCES},
			{{right}, 0, EACCES},
		};

		CU_ASSERT_EQUAL(
			dtls_association_verify(e.end[0].dtls, &right, 1),
			EAGAIN);
		shake(&e);
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
			CU_ASSERT_EQUAL(dtls_association_verify(
						e.end[0].dtls, cases[i].list,
						cases[i].count),
					cases[i].err);
	}
	ends_close(&e);
}


static void rubbish_neither_breaks_nor_goes_on_for_ever(void)
{
	uint8_t rubbish[64] = {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, 51};
	struct ends e;

	ends_open(&e, NULL, NULL);
	for (int i = 0; i < 20; i++)
		dtls_association_receive(e.end[1].dtls, rubbish,
					 (size_t)(1 + 3 * i));
	CU_ASSERT_NOT_EQUAL(dtls_association_state(e.end[1].dtls),
			    DTLS_ESTABLISHED);
	memset(rubbish, 23, sizeof(rubbish));
	for (int i = 0; i < DTLS_HANDSHAKE_MAX; i++)
		dtls_association_receive(e.end[1].dtls, rubbish,
					 sizeof(rubbish));
	CU_ASSERT_EQUAL(dtls_association_state(e.end[1].dtls), DTLS_FAILED);
	ends_close(&e);
}


static void close_notify_reaches_the_other_end(void)
{
	struct ends e;

	ends_open(&e, NULL, NULL);
	shake(&e);
	dtls_association_close(e.end[0].dtls);
	deliver(&e.end[1]);
	CU_ASSERT_EQUAL(dtls_association_state(e.end[1].dtls), DTLS_CLOSED);
	ends_close(&e);
}


static void nowhere_h(const uint8_t *buf, size_t len, void *arg)
{
	(void)buf;
	(void)len;
	(void)arg;
}


static int make_ends(void *arg)
{
	struct dtls_association *a = NULL;
	struct dtls_context *c = NULL;
	int err = dtls_context_alloc(&c);

	(void)arg;
	CU_ASSERT_EQUAL(!err, c != NULL);
	if (!err)
		err = dtls_association_alloc(&a, c, DTLS_ROLE_CLIENT, NULL,
					     nowhere_h, NULL);
	CU_ASSERT_EQUAL(!err, a != NULL);
	if (!err)
		dtls_association_start(a);
	mem_deref(a);
	mem_deref(c);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_ends, NULL);
}

static CU_TestInfo tests[] = {
	{"both ends agree on keys", both_ends_agree_on_keys},
	{"ClientHello may come in fragments",
	 client_hello_may_come_in_fragments},
	{"no common profile gives no keys", no_common_profile_gives_no_keys},
	{"strongest usable fingerprint decides",
	 strongest_usable_fingerprint_decides},
	{"rubbish neither breaks nor goes on for ever",
	 rubbish_neither_breaks_nor_goes_on_for_ever},
	{"close_notify reaches the other end",
	 close_notify_reaches_the_other_end},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(dtls, tests)
