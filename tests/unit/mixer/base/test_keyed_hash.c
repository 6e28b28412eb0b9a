/**
 * @file test_keyed_hash.c  SipHash-2-4, and that nobody can aim at a bucket
 */
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "tests/unit/unit.h"


/** The reference's (SipHash paper, appendix A, and its vectors.h): its key and
 *  its text are 0, 1, 2 ... */
static void is_siphash(void)
{
	static const struct {
		size_t bytes;
		uint64_t hash;
	} rows[] = {
		{0, 0x726fdb47dd0e0e31},  {1, 0x74f839c593dc67fd},
		{2, 0x0d6c8009d9a94f5a},  {3, 0x85676696d7fb7e2d},
		{7, 0xab0200f58b01d137},  {8, 0x93f5f5799a932462},
		{9, 0x9e0082df0ba9e4b0},  {15, 0xa129ca6149be45e5},
		{16, 0x3f2acc7f57c29bdb}, {63, 0x958a324ceb064572},
	};
	uint8_t key[SIPHASH_KEY_BYTES], text[63];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(siphash(key, text, rows[i].bytes),
				rows[i].hash);
}


static void is_keyed(void)
{
	static const uint8_t zero[SIPHASH_KEY_BYTES];

	CU_ASSERT_NOT_EQUAL(keyed_hash("a", 1), siphash(zero, "a", 1));
	CU_ASSERT_EQUAL(keyed_hash("ab", 2), keyed_hash("abc", 2));
}


static void text_is_its_bytes(void)
{
	const struct pl pl = PL("call@192.0.2.1"), none = {NULL, 0};

	CU_ASSERT_EQUAL(keyed_hash_pl(&pl), keyed_hash_str("call@192.0.2.1"));
	CU_ASSERT_NOT_EQUAL(keyed_hash_pl(&pl),
			    keyed_hash_str("Call@192.0.2.1"));
	CU_ASSERT_EQUAL(keyed_hash_pl(&none), keyed_hash_str(""));
}


static void addresses_are_the_same_or_not(void)
{
	struct sa a, b;

	(void)sa_set_str(&a, "192.0.2.1", 5060);
	(void)sa_set_str(&b, "192.0.2.1", 5060);
	CU_ASSERT_EQUAL(keyed_hash_sa(&a), keyed_hash_sa(&b));
	sa_set_port(&b, 5061);
	CU_ASSERT_NOT_EQUAL(keyed_hash_sa(&a), keyed_hash_sa(&b));

	(void)sa_set_str(&a, "2001:db8::1", 5060);
	(void)sa_set_str(&b, "2001:db8::1", 5060);
	CU_ASSERT_EQUAL(keyed_hash_sa(&a), keyed_hash_sa(&b));
	(void)sa_set_str(&b, "2001:db8::1:0:0:1", 5060);
	CU_ASSERT_NOT_EQUAL(keyed_hash_sa(&a), keyed_hash_sa(&b));
}


static CU_TestInfo tests[] = {
	{"is SipHash-2-4", is_siphash},
	{"is keyed", is_keyed},
	{"text is its bytes", text_is_its_bytes},
	{"addresses are the same or not", addresses_are_the_same_or_not},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(keyed_hash, tests)
