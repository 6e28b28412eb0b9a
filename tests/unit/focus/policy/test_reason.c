/**
 * @file test_reason.c  Why something failed or ended, once
 */
#include <errno.h>
#include <string.h>
#include "focus/policy/reason.h"
#include "tests/unit/unit.h"


static void every_reason_has_its_row(void)
{
	for (int i = 0; i < REASON_COUNT; i++) {
		const struct reason_row *row = reason_row((enum reason)i);

		CU_ASSERT(row->sip_status >= 200 && row->sip_status < 700);
		CU_ASSERT(row->token && row->phrase && row->words);
	}
	CU_ASSERT_PTR_EQUAL(reason_row((enum reason)99),
			    reason_row(REASON_INTERNAL));
}


/** What the page, headers and the log look rows up by */
static void tokens_are_plain_and_told_apart(void)
{
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *token = reason_row((enum reason)i)->token;

		CU_ASSERT(strspn(token, "abcdefghijklmnopqrstuvwxyz_-") ==
			  strlen(token));
		for (int k = 0; k < i; k++)
			CU_ASSERT_STRING_NOT_EQUAL(
				token, reason_row((enum reason)k)->token);
	}
}


/** They stand in a status line, a Reason header and a page */
static void words_need_no_escaping(void)
{
	for (int i = 0; i < REASON_COUNT; i++) {
		const struct reason_row *row = reason_row((enum reason)i);

		CU_ASSERT_PTR_NULL(strpbrk(row->phrase, "\r\n\"\\<>;,"));
		CU_ASSERT_PTR_NULL(strpbrk(row->words, "\r\n\"\\<>"));
	}
}


/** Whoever is refused for the server's sake hears that he may try again */
static void errnos_of_the_mixer_have_their_reason(void)
{
	static const struct {
		int err;
		enum reason reason;
		uint16_t status;
	} rows[] = {
		{0, REASON_NONE, 200},
		{EADDRNOTAVAIL, REASON_NO_PORTS, 503},
		{EMFILE, REASON_OVERLOAD, 503},
		{ENOMEM, REASON_OVERLOAD, 503},
		{ETIMEDOUT, REASON_NO_MIXER, 503},
		{ENOTSUP, REASON_NO_CODEC, 488},
		{EINVAL, REASON_BAD_REQUEST, 400},
		{EIO, REASON_INTERNAL, 500},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum reason reason = reason_from_errno(rows[i].err);

		CU_ASSERT_EQUAL(reason, rows[i].reason);
		CU_ASSERT_EQUAL(reason_row(reason)->sip_status,
				rows[i].status);
		CU_ASSERT_EQUAL(reason_row(reason)->http_status == 503,
				rows[i].status == 503);
	}
}


static CU_TestInfo tests[] = {
	{"every reason has its row", every_reason_has_its_row},
	{"tokens are plain and told apart", tokens_are_plain_and_told_apart},
	{"words need no escaping", words_need_no_escaping},
	{"errnos of the mixer have their reason",
	 errnos_of_the_mixer_have_their_reason},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(reason, tests)
