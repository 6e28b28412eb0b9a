/**
 * @file test_reason.c  Why something failed or ended, once
 */
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

static CU_TestInfo tests[] = {
	{"every reason has its row", every_reason_has_its_row},
	{"tokens are plain and told apart", tokens_are_plain_and_told_apart},
	{"words need no escaping", words_need_no_escaping},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(reason, tests)
