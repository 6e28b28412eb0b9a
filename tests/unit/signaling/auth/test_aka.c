/**
 * @file test_aka.c  A USIM's sequence numbers and its answers (TS 33.102)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "signaling/auth/aka.h"
#include "signaling/auth/milenage.h"
#include "tests/unit/unit.h"

#define SQN(seq, ind) ((uint64_t)(seq) << AKA_IND_BITS | (ind))
#define STEP          (UINT64_C(1) << 28)

static void a_number_is_accepted_once_and_in_order(void)
{
	static const struct {
		uint64_t sqn;
		bool fresh;
		uint64_t highest; /**< after it */
	} rows[] = {
		{SQN(0, 0), true, SQN(0, 0)},
		{SQN(0, 0), false, SQN(0, 0)},
		{SQN(0, 1), true, SQN(0, 1)},
		{SQN(100, 3), true, SQN(100, 3)},
		{SQN(100, 3), false, SQN(100, 3)},
		{SQN(99, 3), false, SQN(100, 3)},
		/* an older one of another index may still come (C.2.2) */
		{SQN(50, 4), true, SQN(100, 3)},
		{SQN(50, 4), false, SQN(100, 3)},
		/* nobody wears out the numbers */
		{SQN(100 + STEP + 1, 5), false, SQN(100, 3)},
		{SQN(100 + STEP, 5), true, SQN(100 + STEP, 5)},
		{SQN(101 + STEP, 31), true, SQN(101 + STEP, 31)},
	};
	struct aka_window w;

	memset(&w, 0, sizeof(w));
	CU_ASSERT_EQUAL(aka_window_highest(&w), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool fresh = aka_window_accept(&w, rows[i].sqn);

		if (fresh != rows[i].fresh)
			fprintf(stderr, "row %zu\n", i);
		CU_ASSERT_EQUAL(fresh, rows[i].fresh);
		CU_ASSERT_EQUAL(aka_window_highest(&w), rows[i].highest);
	}
}


/** The home network has counted before we were there */
static void the_first_number_may_be_any(void)
{
	struct aka_window w;

	memset(&w, 0, sizeof(w));
	CU_ASSERT_TRUE(aka_window_accept(&w, SQN(STEP * 100, 7)));
	CU_ASSERT_FALSE(aka_window_accept(&w, SQN(STEP * 200, 7)));
}


/* --------------------------------------------------------- the challenge */

static struct aka_card card(void)
{
	struct aka_card c;

	memset(&c, 0, sizeof(c));
	memset(c.k, 0x11, sizeof(c.k));
	memset(c.opc, 0x22, sizeof(c.opc));

	return c;
}


/** What the home network sends */
static void challenge(uint8_t nonce[AKA_NONCE_BYTES], const struct aka_card *c,
		      uint64_t sqn)
{
	static const uint8_t amf[2] = {0x80, 0};
	struct milenage_vector v;
	uint8_t bytes[6];

	for (unsigned i = 0; i < 6; i++)
		bytes[i] = (uint8_t)(sqn >> 8 * (5 - i));
	memset(nonce, 0x33, 16);
	CU_ASSERT_EQUAL(milenage_f2345(&v, c->opc, c->k, nonce), 0);
	for (unsigned i = 0; i < 6; i++)
		nonce[16 + i] = bytes[i] ^ v.ak[i];
	memcpy(nonce + 22, amf, 2);
	CU_ASSERT_EQUAL(
		milenage_f1(nonce + 24, NULL, c->opc, c->k, nonce, bytes, amf),
		0);
}


static void a_genuine_challenge_is_answered_once(void)
{
	struct aka_card c = card();
	uint8_t nonce[AKA_NONCE_BYTES];
	struct milenage_vector v;
	struct aka_answer answer;

	challenge(nonce, &c, SQN(5, 2));
	CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_RES);
	CU_ASSERT_EQUAL(milenage_f2345(&v, c.opc, c.k, nonce), 0);
	CU_ASSERT(!memcmp(answer.res, v.res, sizeof(answer.res)));
	CU_ASSERT_EQUAL(aka_window_highest(&c.window), SQN(5, 2));

	/* again: SQN_MS, hidden by AK*, asks for a newer one (6.3.3) */
	CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_SYNC);
	for (unsigned i = 0; i < 6; i++)
		CU_ASSERT_EQUAL(answer.auts[i] ^ v.aks[i],
				(uint8_t)(SQN(5, 2) >> 8 * (5 - i)));
	challenge(nonce, &c, SQN(6, 2));
	CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_RES);
}


static void a_forged_challenge_changes_nothing(void)
{
	struct aka_card c = card();
	uint8_t nonce[AKA_NONCE_BYTES];
	struct aka_answer answer;

	challenge(nonce, &c, SQN(5, 2));
	for (unsigned i = 0; i < AKA_NONCE_BYTES; i++) {
		nonce[i] ^= 0x04;
		CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_MAC);
		nonce[i] ^= 0x04;
	}
	CU_ASSERT_EQUAL(aka_window_highest(&c.window), 0);

	/* an AMF that the account does not have */
	c.amf_given = true;
	CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_MAC);
	c.amf[0] = 0x80;
	CU_ASSERT_EQUAL(aka_answer(&answer, &c, nonce), AKA_RES);
}


/* ------------------------------------------------------------------ file */

static void a_window_is_kept_whole_or_not_at_all(void)
{
	char folder[] = "/tmp/parley-test-aka-XXXXXX", path[64], bad[80];
	struct aka_window w, read;
	struct stat st;
	FILE *f;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/sqn", folder);
	(void)snprintf(bad, sizeof(bad), "%s/none/sqn", folder);
	memset(&w, 0, sizeof(w));
	CU_ASSERT_EQUAL(aka_window_load(&w, path), ENOENT);
	CU_ASSERT_TRUE(
		aka_window_accept(&w, SQN((UINT64_C(1) << 43) - 1, 31)));
	CU_ASSERT_TRUE(aka_window_accept(&w, SQN(7, 0)));
	CU_ASSERT_EQUAL(aka_window_save(&w, path), 0);
	CU_ASSERT_EQUAL(aka_window_load(&read, path), 0);
	CU_ASSERT(!memcmp(&w, &read, sizeof(w)));
	/* nobody else's to read */
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(aka_window_save(&w, bad), ENOENT);

	/* who may write in the folder may not have us write elsewhere */
	(void)snprintf(bad, sizeof(bad), "%s.next", path);
	CU_ASSERT_EQUAL(symlink("elsewhere", bad), 0);
	CU_ASSERT_EQUAL(aka_window_save(&w, path), 0);
	(void)snprintf(bad, sizeof(bad), "%s/elsewhere", folder);
	CU_ASSERT_EQUAL(access(bad, F_OK), -1);

	f = fopen(path, "w");
	(void)fprintf(f, "1\n2\n");
	(void)fclose(f);
	CU_ASSERT_EQUAL(aka_window_load(&read, path), EBADMSG);
	CU_ASSERT(!memcmp(&w, &read, sizeof(w)));
	f = fopen(path, "w");
	for (unsigned i = 0; i < AKA_IND_COUNT; i++)
		(void)fprintf(f, "9999999999999\n");
	(void)fprintf(f, "\n");
	(void)fclose(f);
	CU_ASSERT_EQUAL(aka_window_load(&read, path), EBADMSG);

	(void)unlink(path);
	(void)rmdir(folder);
}


static CU_TestInfo tests[] = {
	{"a number is accepted once and in order",
	 a_number_is_accepted_once_and_in_order},
	{"the first number may be any", the_first_number_may_be_any},
	{"a genuine challenge is answered once",
	 a_genuine_challenge_is_answered_once},
	{"a forged challenge changes nothing",
	 a_forged_challenge_changes_nothing},
	{"a window is kept whole or not at all",
	 a_window_is_kept_whole_or_not_at_all},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(aka, tests)
