/**
 * @file test_written.c  A MESSAGE's body as text
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/written.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define TYPE(t) "Content-Type: " t "\r\n"
#define CPIM    TYPE("message/cpim")


static const struct {
	const char *headers, *body;
	int err;
	const char *text; /**< NULL: for nobody to read */
} rows[] = {
	{TYPE("text/plain"), "Hello", 0, "Hello"},
	{TYPE("TEXT/Plain;charset=\"UTF-8\""), "Gr\xc3\xbc", 0, "Gr\xc3\xbc"},
	{TYPE("text/plain; charset=us-ascii"), "x", 0, "x"},
	{TYPE("text/plain;charset=ISO-8859-1"), "Gr\xfc\xdf\x7f", 0,
	 "Gr\xc3\xbc\xc3\x9f\x7f"},
	{TYPE("text/plain;charset=utf-16"), "x", ENOTSUP, NULL},
	{TYPE("text/plain") "Content-Transfer-Encoding: base64\r\n",
	 "SGVsbG8=", 0, "Hello"},
	{TYPE("text/plain;charset=iso-8859-1") "Content-Transfer-"
					       "Encoding: base64\r\n",
	 "/A==", 0, "\xc3\xbc"},
	{TYPE("text/plain") "Content-Transfer-Encoding: base64\r\n", "!",
	 EBADMSG, NULL},
	{TYPE("text/plain") "Content-Transfer-Encoding: "
			    "quoted-printable\r\n",
	 "x", ENOTSUP, NULL},
	{TYPE("text/plain") "Content-Encoding: gzip\r\n", "x", ENOTSUP, NULL},
	{TYPE("text/plain") "Content-Encoding: identity\r\n", "x", 0, "x"},
	{TYPE("text/html"), "<b>x</b>", ENOTSUP, NULL},
	{TYPE("multipart/mixed;boundary=b"), "--b\r\n\r\nx\r\n--b--", ENOTSUP,
	 NULL},
	{TYPE("application/sdp"), "v=0", ENOTSUP, NULL},
	{"", "x", ENOTSUP, NULL},
	{TYPE("text/plain"), "", EBADMSG, NULL},
	/* for nobody to read */
	{TYPE("application/im-iscomposing+xml"), "<x/>", 0, NULL},
	{TYPE("message/imdn+xml"), "<x/>", 0, NULL},
	{TYPE("text/plain") "Content-Disposition: notification\r\n", "x", 0,
	 NULL},
	{TYPE("text/plain") "Content-Disposition: notifications\r\n", "x", 0,
	 "x"},
	{CPIM, "A: b\r\n\r\nContent-Type: message/imdn+xml\r\n\r\nx", 0, NULL},
	{CPIM,
	 "A: b\r\n\r\nContent-Type: text/plain\r\n"
	 "Content-Disposition: notification;x=y\r\n\r\nx",
	 0, NULL},
	{CPIM,
	 "A: b\r\n\r\nContent-Type: application/im-iscomposing+xml"
	 "\r\n\r\nx",
	 0, NULL},
	/* whoever it claims to be from */
	{CPIM,
	 "From: Eve <sip:e@x>\r\nDateTime: x\r\n\r\n"
	 "Content-Type: text/plain;charset=iso-8859-1\r\n\r\n\xfc",
	 0, "\xc3\xbc"},
	{CPIM, "A: b\r\n\r\n\r\nHello", 0, "Hello"},
	{CPIM,
	 "A: b\r\n\r\nContent-Type: text/plain\r\n"
	 "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=",
	 0, "Hello"},
	{CPIM, "A: b\r\n\r\nContent-Type: text/html\r\n\r\nx", ENOTSUP, NULL},
	{CPIM, "A: b\r\n\r\nContent-Type: message/cpim\r\n\r\n\r\n\r\n",
	 ENOTSUP, NULL},
	{CPIM, "A: b\r\n\r\nContent-Type: x\r\n\r\nx", EBADMSG, NULL},
	{CPIM, "Hello", EBADMSG, NULL},
	{CPIM "Content-Transfer-Encoding: base64\r\n", "SGVsbG8=", ENOTSUP,
	 NULL},
};


static void texts_and_nothing_else_are_read(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sip_msg *msg =
			message_with(rows[i].headers, rows[i].body);
		struct mbuf *mb = NULL;
		const int err = written_read(&mb, msg);

		CU_ASSERT_EQUAL(err, rows[i].err);
		CU_ASSERT_EQUAL(mb != NULL, !err && rows[i].text);
		if (mb && rows[i].text) {
			CU_ASSERT_EQUAL_FATAL(mbuf_get_left(mb),
					      strlen(rows[i].text));
			CU_ASSERT_FALSE(memcmp(mbuf_buf(mb), rows[i].text,
					       strlen(rows[i].text)));
		}
		mem_deref(mb);
		mem_deref(msg);
	}
}


static int read_one(void *arg)
{
	struct mbuf *mb = NULL;
	int err = written_read(&mb, arg);

	CU_ASSERT_EQUAL(!err, mb != NULL);
	mem_deref(mb);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct sip_msg *msg = message_with(
		TYPE("text/plain;charset=iso-8859-1") "Content-Transfer-"
						      "Encoding: base64\r\n",
		"/A==");

	failing_each(read_one, msg);
	mem_deref(msg);
}

static CU_TestInfo tests[] = {
	{"texts and nothing else are read", texts_and_nothing_else_are_read},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(written, tests)
