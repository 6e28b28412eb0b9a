/**
 * @file test_encoding.c  Which content coding an Accept-Encoding asks for
 */
#include "signaling/web/encoding.h"
#include "tests/unit/unit.h"

enum {
	BOTH = 1 << ENCODING_GZIP | 1 << ENCODING_BR,
	GZIP = 1 << ENCODING_GZIP,
	NONE = 0,
};

static const struct {
	const char *accept;
	unsigned offered;
	enum encoding want;
} rows[] = {
	/* as browsers ask */
	{"gzip, deflate, br", BOTH, ENCODING_BR},
	{"gzip, deflate, br, zstd", BOTH, ENCODING_BR},
	{"gzip, deflate", BOTH, ENCODING_GZIP},
	{"gzip, deflate, br", GZIP, ENCODING_GZIP},
	{"gzip, deflate, br", NONE, ENCODING_IDENTITY},
	{NULL, BOTH, ENCODING_IDENTITY},
	{"", BOTH, ENCODING_IDENTITY},
	/* RFC 9110 section 12.5.3 */
	{"gzip;q=1.0, br;q=0.5", BOTH, ENCODING_GZIP},
	{"gzip;q=0.5, br;q=0.501", BOTH, ENCODING_BR},
	{"br;q=0, gzip", BOTH, ENCODING_GZIP},
	{"br;q=0.000, gzip;q=0", BOTH, ENCODING_IDENTITY},
	{"*", BOTH, ENCODING_BR},
	{"*;q=0", BOTH, ENCODING_IDENTITY},
	{"br;q=0, *", BOTH, ENCODING_GZIP},
	{"identity, br;q=0.5", BOTH, ENCODING_IDENTITY},
	{"identity;q=0.5, br;q=0.5", BOTH, ENCODING_BR},
	{"identity;q=0", BOTH, ENCODING_IDENTITY},
	{"identity;q=0, gzip", BOTH, ENCODING_GZIP},
	/* in any letters, with any space */
	{"BR", BOTH, ENCODING_BR},
	{" ,\t br ;\tQ=0.2 ,", BOTH, ENCODING_BR},
	{"gzip; x=1; q=0, br;q=0", BOTH, ENCODING_IDENTITY},
	/* what is like it is not it */
	{"brotli, xgzip, gzi", BOTH, ENCODING_IDENTITY},
	{"gzip;q=x", BOTH, ENCODING_IDENTITY},
	{"gzip;q=", BOTH, ENCODING_IDENTITY},
	{"gzip;q=2", BOTH, ENCODING_IDENTITY},
	{"gzip;q=1.9999999999, br;q=0.9", BOTH, ENCODING_GZIP},
	{";;;,,,;q", BOTH, ENCODING_IDENTITY},
};


static void what_is_asked_for_is_chosen(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum encoding got =
			encoding_choose(rows[i].accept, rows[i].offered);

		CU_ASSERT_EQUAL(got, rows[i].want);
		if (got != rows[i].want)
			printf("\n%s: %d\n", rows[i].accept, got);
	}
}


static void each_has_its_name(void)
{
	CU_ASSERT_PTR_NULL(encoding_name(ENCODING_IDENTITY));
	CU_ASSERT_STRING_EQUAL(encoding_name(ENCODING_GZIP), "gzip");
	CU_ASSERT_STRING_EQUAL(encoding_name(ENCODING_BR), "br");
	CU_ASSERT_PTR_NULL(encoding_name(ENCODING_COUNT));
	CU_ASSERT_PTR_NULL(encoding_ending(ENCODING_IDENTITY));
	CU_ASSERT_STRING_EQUAL(encoding_ending(ENCODING_GZIP), ".gz");
	CU_ASSERT_STRING_EQUAL(encoding_ending(ENCODING_BR), ".br");
	CU_ASSERT_PTR_NULL(encoding_ending(ENCODING_COUNT));
}


static CU_TestInfo tests[] = {
	{"what is asked for is chosen", what_is_asked_for_is_chosen},
	{"each has its name", each_has_its_name},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(encoding, tests)
