/**
 * @file test_dialog_id.c  Dialogs that headers name (RFC 3891, 3911, 4538)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/message/dialog_id.h"
#include "tests/unit/unit.h"


static void reads_replaces_and_target_dialog(void)
{
	static const struct {
		bool target;
		const char *value;
		int err;
		const char *callid, *local, *remote;
		bool early;
	} rows[] = {
		{false, "a@b;to-tag=1;from-tag=2", 0, "a@b", "1", "2", false},
		{false, " a@b ; From-Tag = 2 ; TO-TAG=1 ", 0, "a@b", "1", "2",
		 false},
		{false, "a;to-tag=1;from-tag=2;early-only", 0, "a", "1", "2",
		 true},
		{false, "a;x=y;to-tag=1;;from-tag=2", 0, "a", "1", "2", false},
		{true, "a@b;local-tag=1;remote-tag=2", 0, "a@b", "1", "2",
		 false},
		/* each header has names of its own */
		{true, "a@b;to-tag=1;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a@b;local-tag=1;remote-tag=2", EBADMSG, "", "", "",
		 false},
		{true, "a;local-tag=1;remote-tag=2;early-only", 0, "a", "1",
		 "2", false},
		{false, "a;to-tag=1", EBADMSG, "", "", "", false},
		{false, "a;from-tag=1", EBADMSG, "", "", "", false},
		{false, "a;to-tag=;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a;to-tag;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a;to-tag=1;to-tag=1;from-tag=2", EBADMSG, "", "", "",
		 false},
		{false, "a;to-tag=1;from-tag=2;early-only;early-only", EBADMSG,
		 "", "", "", false},
		{false, ";to-tag=1;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a b;to-tag=1;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a;to-tag=1,b;from-tag=2", EBADMSG, "", "", "", false},
		{false, "a;to-tag=\x01;from-tag=2", EBADMSG, "", "", "",
		 false},
		{false, "", EBADMSG, "", "", "", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct dialog_id id;
		struct pl value;
		int err;

		pl_set_str(&value, rows[i].value);
		err = dialog_id_decode(&id, &value, rows[i].target);
		if (err != rows[i].err)
			fprintf(stderr, "%s: %d\n", rows[i].value, err);
		CU_ASSERT_EQUAL(err, rows[i].err);
		if (err)
			continue;
		CU_ASSERT(!pl_strcmp(&id.callid, rows[i].callid));
		CU_ASSERT(!pl_strcmp(&id.local_tag, rows[i].local));
		CU_ASSERT(!pl_strcmp(&id.remote_tag, rows[i].remote));
		CU_ASSERT_EQUAL(id.early_only, rows[i].early);
	}
}


static void is_bounded(void)
{
	static char text[DIALOG_ID_MAX + 64];
	static const char tags[] = ";to-tag=1;from-tag=2";
	const size_t longest = DIALOG_ID_MAX - (sizeof(tags) - 1);
	struct dialog_id id;
	struct pl value;

	memset(text, 'x', longest);
	strcpy(text + longest, tags);
	pl_set_str(&value, text);
	CU_ASSERT_EQUAL(dialog_id_decode(&id, &value, false), 0);
	CU_ASSERT_EQUAL(id.callid.l, longest);

	memset(text, 'x', longest + 1);
	strcpy(text + longest + 1, tags);
	pl_set_str(&value, text);
	CU_ASSERT_EQUAL(dialog_id_decode(&id, &value, false), EBADMSG);
	CU_ASSERT_EQUAL(dialog_id_decode(NULL, &value, false), EINVAL);
	CU_ASSERT_EQUAL(dialog_id_decode(&id, NULL, false), EINVAL);
}


/** To of the request that is looked up is our tag (RFC 3891 section 3) */
static void becomes_a_request_of_that_dialog(void)
{
	struct dialog_id id;
	struct sip_msg msg;
	struct pl value;

	pl_set_str(&value, "a@b;to-tag=1;from-tag=2");
	CU_ASSERT_EQUAL_FATAL(dialog_id_decode(&id, &value, false), 0);
	dialog_id_request(&msg, &id);
	CU_ASSERT_TRUE(msg.req);
	CU_ASSERT(!pl_strcmp(&msg.callid, "a@b"));
	CU_ASSERT(!pl_strcmp(&msg.to.tag, "1"));
	CU_ASSERT(!pl_strcmp(&msg.from.tag, "2"));
}


static CU_TestInfo tests[] = {
	{"reads Replaces and Target-Dialog", reads_replaces_and_target_dialog},
	{"is bounded", is_bounded},
	{"becomes a request of that dialog", becomes_a_request_of_that_dialog},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(dialog_id, tests)
