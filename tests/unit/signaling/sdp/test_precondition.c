/**
 * @file test_precondition.c  a=curr, a=des, a=conf, from our side (row S6)
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/header.h"
#include "signaling/sdp/precondition.h"
#include "tests/unit/unit.h"

static struct precondition read_rows(const char *rows)
{
	struct precondition p;
	struct offer_text *t = NULL;
	char sdp[1024];

	(void)re_snprintf(sdp, sizeof(sdp),
			  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
			  "m=audio 4000 RTP/AVP 0\r\n%s",
			  rows);
	CU_ASSERT_EQUAL_FATAL(offer_text_alloc(&t, sdp, strlen(sdp)), 0);
	precondition_read(&p, t, 0);
	mem_deref(t);

	return p;
}

static void says(const struct precondition *p, bool failure, const char *want)
{
	struct mbuf *mb = mbuf_alloc(256);
	char *text = NULL;

	CU_ASSERT_EQUAL((failure ? precondition_print_failure
				 : precondition_print)(mb, p),
			0);
	mb->pos = 0;
	CU_ASSERT_EQUAL(mbuf_strdup(mb, &text, mbuf_get_left(mb)), 0);
	CU_ASSERT_STRING_EQUAL(text, want);
	mem_deref(text);
	mem_deref(mb);
}

static void their_local_is_our_remote(void)
{
	struct precondition p =
		read_rows("a=curr:qos local send\r\na=curr:qos remote none\r\n"
			  "a=des:qos mandatory local sendrecv\r\n"
			  "a=des:qos none remote sendrecv\r\n");

	CU_ASSERT_FALSE(precondition_met(&p));
	says(&p, false,
	     "a=curr:qos local sendrecv\r\na=curr:qos remote recv\r\n"
	     "a=des:qos none local sendrecv\r\n"
	     "a=des:qos mandatory remote sendrecv\r\n"
	     "a=conf:qos remote send\r\n");
	says(&p, true, "a=des:qos failure remote send\r\n");
}

static void directions_have_strengths_of_their_own(void)
{
	struct precondition p = read_rows("a=curr:qos local none\r\n"
					  "a=des:qos mandatory local send\r\n"
					  "a=des:qos optional local recv\r\n");

	CU_ASSERT_FALSE(precondition_met(&p));
	says(&p, false,
	     "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\n"
	     "a=des:qos optional remote send\r\n"
	     "a=des:qos mandatory remote recv\r\n"
	     "a=conf:qos remote recv\r\n");
}

static void our_side_is_always_ready(void)
{
	struct precondition p =
		read_rows("a=curr:qos local none\r\n"
			  "a=curr:qos remote none\r\n"
			  "a=des:qos mandatory remote sendrecv\r\n");

	CU_ASSERT_TRUE(precondition_met(&p));
	precondition_ours(&p);
	CU_ASSERT_TRUE(precondition_met(&p));
	says(&p, false,
	     "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\n"
	     "a=des:qos mandatory local sendrecv\r\n"
	     "a=des:qos optional remote sendrecv\r\n");
}

static void rubbish_is_passed_over(void)
{
	struct precondition p = read_rows(
		"a=curr\r\na=curr:\r\na=curr:qos\r\na=curr:qos local\r\n"
		"a=curr:qos local up\r\na=des:qos strong local send\r\n"
		"a=des:qos mandatory middle send\r\na=des:qos mandatory\r\n"
		"a=des:a;b mandatory local send\r\na=conf:x y z\r\n");

	CU_ASSERT_FALSE(p.present);
	CU_ASSERT_TRUE(precondition_met(&p));
	CU_ASSERT_STRING_EQUAL(p.unknown, "");
	says(&p, false, "");
	says(&p, true, "");
}

static void only_a_mandatory_stranger_is_a_failure(void)
{
	struct precondition p =
		read_rows("a=des:conn optional e2e sendrecv\r\n");

	CU_ASSERT_STRING_EQUAL(p.unknown, "");
	p = read_rows("a=des:sec mandatory local send\r\n"
		      "a=des:conn mandatory e2e sendrecv\r\n");
	CU_ASSERT_STRING_EQUAL(p.unknown, "sec");
	says(&p, true, "a=des:sec unknown remote recv\r\n");
}

/* ------------------------------------------------------------------ RAck */

static void reads_rack(void)
{
	static const struct {
		const char *text;
		uint32_t rseq, cseq;
	} good[] = {
		{"776656 1 INVITE", 776656, 1},
		{"1 4294967295 INVITE", 1, 4294967295u},
		{"1  2\tINVITE", 1, 2},
		{"1 2 INVITE  ", 1, 2},
	};
	static const char *const bad[] = {
		"",
		" ",
		"1",
		"1 2",
		"1 2 ",
		"x 2 INVITE",
		"1 x INVITE",
		"1 2 INVITE 3",
		"-1 2 INVITE",
		"4294967296 1 INVITE",
		"1 4294967296 INVITE",
		"99999999999999999999999999 1 INVITE",
	};
	struct header_rack rack;
	struct pl pl;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		pl_set_str(&pl, good[i].text);
		CU_ASSERT_EQUAL(header_rack(&rack, &pl), 0);
		CU_ASSERT_EQUAL(rack.rseq, good[i].rseq);
		CU_ASSERT_EQUAL(rack.cseq, good[i].cseq);
		CU_ASSERT_EQUAL(pl_strcmp(&rack.method, "INVITE"), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		pl_set_str(&pl, bad[i]);
		CU_ASSERT_EQUAL(header_rack(&rack, &pl), EBADMSG);
	}
}

static CU_TestInfo tests[] = {
	{"S6: their local segment is our remote one",
	 their_local_is_our_remote},
	{"S6: directions have strengths of their own",
	 directions_have_strengths_of_their_own},
	{"S6: our side is always ready", our_side_is_always_ready},
	{"S6: rubbish is passed over", rubbish_is_passed_over},
	{"S6: only a mandatory type that we lack is a failure",
	 only_a_mandatory_stranger_is_a_failure},
	{"S4: reads RAck", reads_rack},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(precondition, tests)
