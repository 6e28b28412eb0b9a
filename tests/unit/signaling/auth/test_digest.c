/**
 * @file test_digest.c  Digest sums and headers (STANDARDS S14)
 */
#include <errno.h>
#include <string.h>
#include "signaling/auth/digest.h"
#include "tests/unit/unit.h"


static struct pl pl(const char *s)
{
	struct pl pl;

	pl_set_str(&pl, s);

	return pl;
}


/** RFC 7616 section 3.9.1, both algorithms */
static void sums_are_those_of_the_rfc(void)
{
	static const struct {
		enum digest_algorithm algorithm;
		const char *response;
	} rows[] = {
		{DIGEST_MD5, "8ca523f5e9506fed4657c9700eebdbec"},
		{DIGEST_SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496"
				"794697cf8db5856cb6c1"},
	};
	const struct pl user = pl("Mufasa"), password = pl("Circle of Life"),
			realm = pl("http-auth@example.org");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char ha1[DIGEST_HEX_SIZE], hex[DIGEST_HEX_SIZE];
		const struct digest_input in = {
			.algorithm = rows[i].algorithm,
			.ha1 = ha1,
			.nonce = pl("7ypf/xlj9XXwfDPEoM4URrv/"
				    "xwf94BcCAzFZH4GiTo0v"),
			.method = pl("GET"),
			.uri = pl("/dir/index.html"),
			.qop = pl("auth"),
			.nc = pl("00000001"),
			.cnonce = pl("f2/wE4q74E6zIJEtWaHKaf5wv/"
				     "H5QzzpXusqGemxURZJ"),
		};

		CU_ASSERT_EQUAL(digest_ha1(ha1, rows[i].algorithm, &user,
					   &realm, &password),
				0);
		CU_ASSERT_EQUAL(digest_response(hex, &in), 0);
		CU_ASSERT_STRING_EQUAL(hex, rows[i].response);
	}
}


/** RFC 2069's form, its erratum's numbers */
static void a_challenge_without_qop_has_the_old_sum(void)
{
	const struct pl user = pl("Mufasa"), password = pl("CircleOfLife"),
			realm = pl("testrealm@host.com");
	char ha1[DIGEST_HEX_SIZE], hex[DIGEST_HEX_SIZE];
	const struct digest_input in = {
		.algorithm = DIGEST_MD5,
		.ha1 = ha1,
		.nonce = pl("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
		.method = pl("GET"),
		.uri = pl("/dir/index.html"),
	};

	CU_ASSERT_EQUAL(digest_ha1(ha1, DIGEST_MD5, &user, &realm, &password),
			0);
	CU_ASSERT_EQUAL(digest_response(hex, &in), 0);
	CU_ASSERT_STRING_EQUAL(hex, "1949323746fe6a43ef61f9606e7febea");
}


/** auth-int covers the body (RFC 7616 section 3.4.3) */
static void auth_int_sums_the_body(void)
{
	const struct pl user = pl("alice"), password = pl("secret"),
			realm = pl("parley");
	char ha1[DIGEST_HEX_SIZE], hex[DIGEST_HEX_SIZE];
	const struct digest_input in = {
		.algorithm = DIGEST_SHA256,
		.ha1 = ha1,
		.nonce = pl("n"),
		.method = pl("REGISTER"),
		.uri = pl("sip:parley"),
		.qop = pl("auth-int"),
		.nc = pl("00000001"),
		.cnonce = pl("c"),
		.body = pl("body"),
	};

	CU_ASSERT_EQUAL(
		digest_ha1(ha1, DIGEST_SHA256, &user, &realm, &password), 0);
	CU_ASSERT_EQUAL(digest_response(hex, &in), 0);
	CU_ASSERT_STRING_EQUAL(hex, "212067991b1514189addf52972f5b06e"
				    "e50a2b8f3829ac94ea45a4ee68dda31e");
}


static void algorithms_have_names(void)
{
	static const struct {
		const char *name;
		int err;
		enum digest_algorithm algorithm;
	} rows[] = {
		{"", 0, DIGEST_MD5},
		{"md5", 0, DIGEST_MD5},
		{"SHA-256", 0, DIGEST_SHA256},
		{"SHA-256-sess", ENOTSUP, DIGEST_MD5},
		{"SHA-512-256", ENOTSUP, DIGEST_MD5},
		{"AKAv1-MD5", ENOTSUP, DIGEST_MD5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum digest_algorithm algorithm = DIGEST_MD5;
		const struct pl name = pl(rows[i].name);

		CU_ASSERT_EQUAL(digest_algorithm_find(&algorithm, &name),
				rows[i].err);
		CU_ASSERT_EQUAL(algorithm, rows[i].algorithm);
	}
}


static void a_header_is_read(void)
{
	struct pl value = pl("dIGEST realm=\"a \\\"b\\\"\" , nonce=\"n,1=\","
			     " qop=\"auth-int , auth\",stale = TRUE,"
			     "algorithm=SHA-256, odd=\"\", opaque=\"\"");
	struct digest_header h;

	CU_ASSERT_EQUAL(digest_header_decode(&h, &value), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.realm, "a \\\"b\\\""), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.nonce, "n,1="), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.stale, "TRUE"), 0);
	CU_ASSERT_EQUAL(pl_strcmp(&h.algorithm, "SHA-256"), 0);
	CU_ASSERT_PTR_NOT_NULL(h.opaque.p);
	CU_ASSERT_EQUAL(h.opaque.l, 0);
	CU_ASSERT_PTR_NULL(h.response.p);
	CU_ASSERT_TRUE(digest_list_has(&h.qop, "auth"));
	CU_ASSERT_TRUE(digest_list_has(&h.qop, "auth-int"));
	CU_ASSERT_FALSE(digest_list_has(&h.qop, "int"));
}


static void broken_headers_are_refused(void)
{
	static const struct {
		const char *value;
		int err;
	} rows[] = {
		{"Basic realm=\"a\"", ENOTSUP},
		{"", ENOTSUP},
		{"Digest", EBADMSG},
		{"Digest=1", EBADMSG},
		{"Digest realm", EBADMSG},
		{"Digest =\"a\"", EBADMSG},
		{"Digest realm=\"a", EBADMSG},
		{"Digest realm=\"a\\", EBADMSG},
		{"Digest realm=\"a\" nonce=\"b\"", EBADMSG},
		{"Digest realm=\"a\", realm=\"b\"", EBADMSG},
		{"Digest realm=a\"b", EBADMSG},
		{"Digest realm=\"a\001\"", EBADMSG},
		{"Digest a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,"
		 "a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,"
		 "a=1,a=1,a=1,a=1,a=1,a=1,a=1",
		 EBADMSG},
	};
	char longest[DIGEST_VALUE_MAX + 32];
	struct digest_header h;
	struct pl value;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		value = pl(rows[i].value);
		CU_ASSERT_EQUAL(digest_header_decode(&h, &value), rows[i].err);
	}

	(void)re_snprintf(longest, sizeof(longest), "Digest nonce=\"");
	memset(longest + 14, 'n', DIGEST_VALUE_MAX + 1);
	(void)str_ncpy(longest + 14 + DIGEST_VALUE_MAX + 1, "\"", 2);
	value = pl(longest);
	CU_ASSERT_EQUAL(digest_header_decode(&h, &value), EBADMSG);
}


static CU_TestInfo tests[] = {
	{"auth-int sums the body", auth_int_sums_the_body},
	{"S14: sums are those of the RFC", sums_are_those_of_the_rfc},
	{"S14: a challenge without qop has the old sum",
	 a_challenge_without_qop_has_the_old_sum},
	{"S14: algorithms have names", algorithms_have_names},
	{"S14: a header is read", a_header_is_read},
	{"S14: broken headers are refused", broken_headers_are_refused},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(digest, tests)
