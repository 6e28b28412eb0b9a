/**
 * @file test_milenage.c  Milenage and the terminal's side of AKA (STANDARDS
 * S15)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "signaling/auth/aka.h"
#include "signaling/auth/milenage.h"
#include "tests/unit/unit.h"


/** Test sets 1, 3 and 4 of TS 35.208 */
static const struct {
	const char *k, *rand, *sqn, *amf, *op, *opc, *mac_a, *mac_s, *res, *ck,
		*ik, *ak, *aks;
} sets[] = {
	{"465b5ce8b199b49faa5f0a2ee238a6bc",
	 "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9",
	 "cdc202d5123e20f62b6d676ac72cb318",
	 "cd63cb71954a9f4e48a5994e37a02baf", "4a9ffac354dfafb3",
	 "01cfaf9ec4e871e9", "a54211d5e3ba50bf",
	 "b40ba9a3c58b2a05bbf0d987b21bf8cb",
	 "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b"},
	{"fec86ba6eb707ed08905757b1bb44b8f",
	 "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c",
	 "dbc59adcb6f9a0ef735477b7fadf8374",
	 "1006020f0a478bf6b699f15c062e42b3", "9cabc3e99baf7281",
	 "95814ba2b3044324", "8011c48c0c214ed2",
	 "5dbdbb2954e8f3cde665b046179a5098",
	 "59a92d3b476a0443487055cf88b2307b", "33484dc2136b", "deacdd848cc6"},
	{"9e5944aea94b81165c82fbf9f32db751",
	 "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "9e09",
	 "223014c5806694c007ca1eeef57f004f",
	 "a64a507ae1a2a98bb88eb4210135dc87", "74a58220cba84c49",
	 "ac2cc74a96871837", "f365cd683cd92e96",
	 "e203edb3971574f5a94b0d61b816345d",
	 "0c4524adeac041c4dd830d20854fc46b", "f0b9c08ad02e", "6085a86c6f63"},
};


static const uint8_t *hex(uint8_t *dst, size_t len, const char *text)
{
	CU_ASSERT_EQUAL_FATAL(str_hex(dst, len, text), 0);

	return dst;
}


static bool is(const uint8_t *bytes, size_t len, const char *text)
{
	uint8_t expected[16];

	return !memcmp(bytes, hex(expected, len, text), len);
}


static void functions_give_the_test_sets(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		uint8_t k[16], op[16], opc[16], rand[16], sqn[6], amf[2];
		uint8_t mac_a[8], mac_s[8];
		struct milenage_vector v;

		hex(k, 16, sets[i].k);
		hex(op, 16, sets[i].op);
		hex(rand, 16, sets[i].rand);
		hex(sqn, 6, sets[i].sqn);
		hex(amf, 2, sets[i].amf);

		CU_ASSERT_EQUAL(milenage_opc(opc, k, op), 0);
		CU_ASSERT_TRUE(is(opc, 16, sets[i].opc));
		CU_ASSERT_EQUAL(
			milenage_f1(mac_a, mac_s, opc, k, rand, sqn, amf), 0);
		CU_ASSERT_TRUE(is(mac_a, 8, sets[i].mac_a));
		CU_ASSERT_TRUE(is(mac_s, 8, sets[i].mac_s));
		CU_ASSERT_EQUAL(milenage_f2345(&v, opc, k, rand), 0);
		CU_ASSERT_TRUE(is(v.res, 8, sets[i].res));
		CU_ASSERT_TRUE(is(v.ck, 16, sets[i].ck));
		CU_ASSERT_TRUE(is(v.ik, 16, sets[i].ik));
		CU_ASSERT_TRUE(is(v.ak, 6, sets[i].ak));
		CU_ASSERT_TRUE(is(v.aks, 6, sets[i].aks));
	}
}


/* ------------------------------------------------------------------- AKA */

static void card_of_set(struct aka_card *card, size_t i)
{
	memset(card, 0, sizeof(*card));
	hex(card->k, 16, sets[i].k);
	hex(card->opc, 16, sets[i].opc);
}


/** What the home network sends: RAND, SQN xor AK, AMF, MAC */
static void challenge(uint8_t nonce[AKA_NONCE_BYTES],
		      const struct aka_card *card, size_t i, uint64_t sqn)
{
	struct milenage_vector v;
	uint8_t number[6];

	for (size_t n = 0; n < 6; n++)
		number[n] = (uint8_t)(sqn >> (40 - 8 * n));
	hex(nonce, 16, sets[i].rand);
	hex(nonce + 22, 2, sets[i].amf);
	CU_ASSERT_EQUAL(milenage_f2345(&v, card->opc, card->k, nonce), 0);
	CU_ASSERT_EQUAL(milenage_f1(nonce + 24, NULL, card->opc, card->k,
				    nonce, number, nonce + 22),
			0);
	for (size_t n = 0; n < 6; n++)
		nonce[16 + n] = number[n] ^ v.ak[n];
}


static void a_genuine_challenge_gets_res(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		uint8_t nonce[AKA_NONCE_BYTES], sqn[6], ak[6];
		struct aka_answer answer;
		struct aka_card card;

		/* put together from the set's own numbers */
		card_of_set(&card, i);
		hex(nonce, 16, sets[i].rand);
		hex(sqn, 6, sets[i].sqn);
		hex(ak, 6, sets[i].ak);
		for (size_t n = 0; n < 6; n++)
			nonce[16 + n] = sqn[n] ^ ak[n];
		hex(nonce + 22, 2, sets[i].amf);
		hex(nonce + 24, 8, sets[i].mac_a);

		CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_RES);
		CU_ASSERT_TRUE(is(answer.res, 8, sets[i].res));

		/* played again it is old: the answer asks to go on from it */
		CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_SYNC);
	}
}


static void a_forged_challenge_is_refused(void)
{
	uint8_t nonce[AKA_NONCE_BYTES];
	struct aka_answer answer;
	struct aka_card card;

	card_of_set(&card, 0);
	for (size_t i = 0; i < AKA_NONCE_BYTES; i++) {
		challenge(nonce, &card, 0, 4000);
		nonce[i] ^= 1;
		CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_MAC);
	}
	CU_ASSERT_EQUAL(aka_window_highest(&card.window), 0);

	challenge(nonce, &card, 0, 4000);
	card.amf_given = true;
	CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_MAC);
	hex(card.amf, 2, sets[0].amf);
	CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_RES);
}


/** The home network reads SQN_MS out of AUTS as TS 33.102 6.3.5 says */
static void an_old_number_is_answered_with_auts(void)
{
	static const uint8_t no_amf[2];
	const uint64_t seen = 70000 << AKA_IND_BITS | 3;
	uint8_t nonce[AKA_NONCE_BYTES], sqn[6], mac_s[8];
	struct milenage_vector v;
	struct aka_answer answer;
	struct aka_card card;
	uint64_t told = 0;

	card_of_set(&card, 1);
	challenge(nonce, &card, 1, seen);
	CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_RES);
	challenge(nonce, &card, 1, seen - (1 << AKA_IND_BITS));
	CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_SYNC);

	CU_ASSERT_EQUAL(milenage_f2345(&v, card.opc, card.k, nonce), 0);
	for (size_t i = 0; i < 6; i++) {
		sqn[i] = answer.auts[i] ^ v.aks[i];
		told = told << 8 | sqn[i];
	}
	CU_ASSERT_EQUAL(told, seen);
	CU_ASSERT_EQUAL(
		milenage_f1(NULL, mac_s, card.opc, card.k, nonce, sqn, no_amf),
		0);
	CU_ASSERT_EQUAL(memcmp(mac_s, answer.auts + 6, 8), 0);

	challenge(nonce, &card, 1, seen + (1 << AKA_IND_BITS));
	CU_ASSERT_EQUAL(aka_answer(&answer, &card, nonce), AKA_RES);
}


static void the_window_takes_each_number_once(void)
{
	struct aka_window w = {{0}};
	const uint64_t one = 1 << AKA_IND_BITS;

	CU_ASSERT_TRUE(aka_window_accept(&w, 100 * one + 1));
	CU_ASSERT_FALSE(aka_window_accept(&w, 100 * one + 1));
	CU_ASSERT_FALSE(aka_window_accept(&w, 99 * one + 1));
	/* out of order, of another IND (annex C.1.2) */
	CU_ASSERT_TRUE(aka_window_accept(&w, 99 * one + 2));
	CU_ASSERT_FALSE(aka_window_accept(&w, 99 * one + 2));
	CU_ASSERT_EQUAL(aka_window_highest(&w), 100 * one + 1);
	/* too far ahead */
	CU_ASSERT_FALSE(
		aka_window_accept(&w, (101 + (UINT64_C(1) << 28)) * one + 1));
	CU_ASSERT_TRUE(
		aka_window_accept(&w, (100 + (UINT64_C(1) << 28)) * one + 1));
}


/** Each number once, from 1, with a new IND each time (annex C.3.3) */
static void a_network_may_count_by_one(void)
{
	struct aka_window w = {{0}};

	for (uint64_t sqn = 1; sqn < 200; sqn++) {
		CU_ASSERT_TRUE(aka_window_accept(&w, sqn));
		CU_ASSERT_FALSE(aka_window_accept(&w, sqn));
		CU_ASSERT_EQUAL(aka_window_highest(&w), sqn);
	}
}


static void the_window_outlives_a_restart(void)
{
	struct aka_window w = {{0}}, again;
	char dir[] = "/tmp/parley-aka-XXXXXX", path[64];
	FILE *f;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/window", dir);
	CU_ASSERT_EQUAL(aka_window_load(&again, path), ENOENT);

	CU_ASSERT_TRUE(aka_window_accept(&w, 0xffffffffffff));
	CU_ASSERT_TRUE(aka_window_accept(&w, 0xffffffff0000));
	CU_ASSERT_EQUAL(aka_window_save(&w, path), 0);
	CU_ASSERT_EQUAL(aka_window_load(&again, path), 0);
	CU_ASSERT_EQUAL(memcmp(&w, &again, sizeof(w)), 0);

	f = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("1\n2\nno number\n", f);
	fclose(f);
	CU_ASSERT_EQUAL(aka_window_load(&again, path), EBADMSG);
	CU_ASSERT_EQUAL(memcmp(&w, &again, sizeof(w)), 0);

	(void)unlink(path);
	(void)rmdir(dir);
	CU_ASSERT_EQUAL(aka_window_save(&w, path), ENOENT);
}


static CU_TestInfo tests[] = {
	{"S15: functions give the test sets", functions_give_the_test_sets},
	{"S15: a genuine challenge gets RES", a_genuine_challenge_gets_res},
	{"S15: a forged challenge is refused", a_forged_challenge_is_refused},
	{"S15: an old number is answered with AUTS",
	 an_old_number_is_answered_with_auts},
	{"S15: the window takes each number once",
	 the_window_takes_each_number_once},
	{"S15: a network may count by one", a_network_may_count_by_one},
	{"S15: the window outlives a restart", the_window_outlives_a_restart},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(milenage, tests)
