/**
 * @file test_header_part.c  Parts of a body (RFC 2046, 2183)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/message/header.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"


#define MIXED "Content-Type: multipart/mixed;boundary=b\r\n"

static void parts(void)
{
	static const struct {
		const char *type, *body, *want;
		int err;
	} rows[] = {
		/* by type and by what it is for */
		{MIXED,
		 "--b\r\nContent-Type: application/x\r\n"
		 "Content-Disposition: history\r\n\r\n1\r\n"
		 "--b\r\nContent-Type: application/x\r\n"
		 "Content-ID: <a@b>\r\n"
		 "CONTENT-DISPOSITION : list ;handling=optional\r\n\r\n2\r\n"
		 "--b--",
		 "2", 0},
		{MIXED,
		 "--b\r\nContent-Type: application/x\r\n"
		 "Content-Disposition: history\r\n\r\n1\r\n--b--",
		 NULL, ENOTSUP},
		{"Content-Type: application/x\r\nContent-Disposition: "
		 "list\r\n",
		 "3", "3", 0},
		{"Content-Type: application/x\r\nContent-Disposition: x\r\n",
		 "3", NULL, ENOTSUP},
		/* a folded line; a line that looks like a boundary */
		{MIXED,
		 "--b\r\nContent-Type:\r\n application/x\r\n\r\n"
		 "4\r\n--bc\r\nx--b\r\n--b--",
		 "4\r\n--bc\r\nx--b", 0},
		/* within another one */
		{MIXED,
		 "--b\r\nContent-Type: multipart/alternative;boundary=c\r\n"
		 "\r\n--c\r\nContent-Type: text/plain\r\n\r\nno\r\n"
		 "--c\r\nContent-Type: application/x\r\n\r\n5\r\n--c--\r\n"
		 "--b--",
		 "5", 0},
		/* encodings */
		{MIXED,
		 "--b\r\nContent-Type: application/x\r\n"
		 "Content-Transfer-Encoding: BASE64\r\n\r\naGVs\r\nbG8=\r\n"
		 "--b--",
		 "hello", 0},
		{"Content-Type: application/x\r\n"
		 "Content-Transfer-Encoding: binary\r\n",
		 "=20", "=20", 0},
		{"Content-Type: application/x\r\n"
		 "Content-Transfer-Encoding: quoted-printable\r\n",
		 "=20", NULL, ENOTSUP},
		{"Content-Type: application/x\r\n"
		 "Content-Transfer-Encoding: base64\r\n",
		 "aGVsb", NULL, EBADMSG},
		{MIXED, "--b\r\nContent-Type: application/x\r\n\r\n\r\n--b--",
		 NULL, EBADMSG},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_msg *msg = message_with(rows[i].type, rows[i].body);
		struct header_part part;
		struct mbuf *mb = NULL;
		int err;

		CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
		err = header_part(&part, msg, "application/x", "list");
		if (!err)
			err = header_part_decode(&mb, &part);
		CU_ASSERT_EQUAL(err, rows[i].err);
		if (rows[i].want && mb) {
			CU_ASSERT_EQUAL(mbuf_get_left(mb),
					strlen(rows[i].want));
			CU_ASSERT_FALSE(memcmp(mbuf_buf(mb), rows[i].want,
					       strlen(rows[i].want)));
		}
		mem_deref(mb);
		mem_deref(msg);
	}
}


static int decode_part(void *arg)
{
	struct header_part part;
	struct mbuf *mb = NULL;
	int err = header_part(&part, arg, "application/x", "list");

	if (!err)
		err = header_part_decode(&mb, &part);
	CU_ASSERT_EQUAL(!err, mb != NULL);
	mem_deref(mb);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct sip_msg *msg =
		message_with(MIXED, "--b\r\nContent-Type: application/x\r\n"
				    "Content-Disposition: list\r\n"
				    "Content-Transfer-Encoding: base64\r\n\r\n"
				    "YWJj\r\n--b--");

	failing_each(decode_part, msg);
	mem_deref(msg);
}

/* Wherever it is cut: found or not, never beyond its end */
static void any_cut_is_survived(void)
{
	static const char whole[] =
		"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
		"--b\r\nContent-Type: application/x;a=\"b\"\r\n"
		"Content-Disposition: list\r\n\r\nbody\r\n--b--\r\n";
	char body[sizeof(whole)];
	struct header_part part;
	size_t found = 0, len;

	for (len = 0; len < sizeof(whole); len++) {
		struct sip_msg *msg;

		(void)snprintf(body, len + 1, "%s", whole);
		msg = message_with(MIXED, body);
		if (msg && !header_part(&part, msg, "application/x", "list"))
			found++;
		mem_deref(msg);
	}
	/* with the line that ends it, and what may follow */
	CU_ASSERT(found >= 1 && found <= 8);
}

static CU_TestInfo tests[] = {
	{"finds parts by type and disposition", parts},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"any cut is survived", any_cut_is_survived},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(header_part, tests)
