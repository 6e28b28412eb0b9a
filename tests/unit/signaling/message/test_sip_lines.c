/**
 * @file test_sip_lines.c  The lines of a message, also of broken ones
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "signaling/message/sip_lines.h"
#include "tests/unit/unit.h"

#define REQUEST "INVITE sip:b@example.com SIP/2.0\r\n"

static struct sip_lines lines;

/** From a buffer of exactly that size: the sanitizer sees a byte too far */
static enum sip_lines_error parse(const char *text, size_t len)
{
	static char *exact;

	free(exact);
	exact = malloc(len ? len : 1);
	memcpy(exact, text, len);

	return sip_lines_parse(&lines, exact, len);
}


static bool is(const struct pl *pl, const char *text)
{
	bool same = pl->l == strlen(text) && !memcmp(pl->p, text, pl->l);

	if (!same)
		fprintf(stderr, "%.*s is not %s\n", (int)pl->l, pl->p, text);

	return same;
}


static void finds_the_lines_of_a_request(void)
{
	static const char text[] =
		REQUEST "v: SIP/2.0/UDP a\r\nFROM : <sip:a@x>;tag=1\r\n"
			"Subject: one\r\n  two\r\n\tthree\r\nSupported:\r\n"
			"l: 4\r\n\r\nbody";
	const struct sip_line *h;

	CU_ASSERT_EQUAL(parse(text, strlen(text)), SIP_LINES_OK);
	CU_ASSERT_TRUE(lines.request);
	CU_ASSERT(is(&lines.method, "INVITE"));
	CU_ASSERT(is(&lines.uri, "sip:b@example.com"));
	CU_ASSERT(is(&lines.version, "SIP/2.0"));
	CU_ASSERT(sip_lines_method_is(&lines, "INVITE"));
	CU_ASSERT(!sip_lines_method_is(&lines, "invite"));
	CU_ASSERT_EQUAL(lines.count, 5);
	CU_ASSERT(is(&lines.headers[0].value, "SIP/2.0/UDP a"));
	CU_ASSERT_EQUAL(lines.headers[0].id, SIP_LINES_VIA);
	CU_ASSERT(is(&lines.headers[1].name, "FROM"));
	h = &lines.headers[2];
	CU_ASSERT_EQUAL(h->id, SIP_LINES_OTHER);
	CU_ASSERT(is(&h->value, "one\r\n  two\r\n\tthree"));
	CU_ASSERT(is(&h->whole, "Subject: one\r\n  two\r\n\tthree\r\n"));
	CU_ASSERT_EQUAL(lines.headers[3].value.l, 0);
	CU_ASSERT_EQUAL(lines.head_bytes, strlen(text) - 4);
	CU_ASSERT(is(&lines.body, "body"));
	h = sip_lines_find(&lines, SIP_LINES_CONTENT_LENGTH);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h);
	CU_ASSERT(is(&h->value, "4"));
	CU_ASSERT_PTR_NULL(sip_lines_find(&lines, SIP_LINES_TO));
	CU_ASSERT_EQUAL(sip_lines_count(&lines, SIP_LINES_VIA), 1);
}


static void judges_start_lines(void)
{
	static const struct {
		const char *line;
		enum sip_lines_error error;
		unsigned status;
	} rows[] = {
		{"SIP/2.0 200 OK", SIP_LINES_OK, 200},
		{"sip/2.0 180 ", SIP_LINES_OK, 180},
		{"SIP/2.0 699 x y", SIP_LINES_OK, 699},
		{"SIP/2.0 700 x", SIP_LINES_BAD_START, 0},
		{"SIP/2.0 099 x", SIP_LINES_BAD_START, 0},
		{"SIP/2.0 20 OK", SIP_LINES_BAD_START, 0},
		{"SIP/2.0 2000 OK", SIP_LINES_BAD_START, 0},
		{"SIP/3.0 200 OK", SIP_LINES_BAD_START, 0},
		{"SIP/2.0 200", SIP_LINES_BAD_START, 0},
		{"BYE sip:a SIP/2.0", SIP_LINES_OK, 0},
		{"BYE sip:a sip/2.0", SIP_LINES_OK, 0},
		{"BYE sip:a SIP/7.0", SIP_LINES_BAD_VERSION, 0},
		{"BYE sip:a SIP/2", SIP_LINES_BAD_START, 0},
		{"BYE sip:a", SIP_LINES_BAD_START, 0},
		{"BYE", SIP_LINES_BAD_START, 0},
		{"", SIP_LINES_BAD_START, 0},
		{"BYE  SIP/2.0", SIP_LINES_BAD_START, 0},
		{"BYE sip:a b SIP/2.0", SIP_LINES_BAD_START, 0},
		{"BYE <sip:a> SIP/2.0", SIP_LINES_BAD_START, 0},
		{"BYE sip:a\x7f SIP/2.0", SIP_LINES_BAD_START, 0},
		{"B(E sip:a SIP/2.0", SIP_LINES_BAD_START, 0},
		{"GET / HTTP/1.1", SIP_LINES_BAD_START, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];
		int n = snprintf(text, sizeof(text), "%s\r\n\r\n",
				 rows[i].line);
		enum sip_lines_error error = parse(text, (size_t)n);

		if (error != rows[i].error)
			fprintf(stderr, "%s: %d\n", rows[i].line, error);
		CU_ASSERT_EQUAL(error, rows[i].error);
		CU_ASSERT_EQUAL(lines.status, rows[i].status);
	}
}


#define T(text) text, sizeof(text) - 1

static void refuses_what_hides_in_headers(void)
{
	static const struct {
		const char *text;
		size_t len;
		enum sip_lines_error error;
		size_t count; /**< found all the same */
	} rows[] = {
		{T(REQUEST "A: b\r\n\r\n"), SIP_LINES_OK, 1},
		{T(REQUEST "\r\n"), SIP_LINES_OK, 0},
		{T(REQUEST "A: b\r\n"), SIP_LINES_INCOMPLETE, 1},
		{T(REQUEST "A: b\r\n\r"), SIP_LINES_INCOMPLETE, 1},
		{T(REQUEST), SIP_LINES_INCOMPLETE, 0},
		{T("INVITE sip:b SIP/2.0"), SIP_LINES_INCOMPLETE, 0},
		{T(REQUEST "A: b\nB: c\r\n\r\n"), SIP_LINES_BAD_HEADER, 1},
		{T(REQUEST "A: b\rc\r\nB: c\r\n\r\n"), SIP_LINES_BAD_HEADER,
		 1},
		{T(REQUEST "A: b\0c\r\nB: c\r\n\r\n"), SIP_LINES_BAD_HEADER,
		 1},
		{T(REQUEST "A: \"b\\\0c\"\r\n\r\n"), SIP_LINES_OK, 1},
		{T(REQUEST "A: \"b\0c\"\r\n\r\n"), SIP_LINES_BAD_HEADER, 0},
		{T(REQUEST "no colon\r\nB: c\r\n\r\n"), SIP_LINES_BAD_HEADER,
		 1},
		{T(REQUEST ": b\r\n\r\n"), SIP_LINES_BAD_HEADER, 0},
		{T(REQUEST "A B: c\r\n\r\n"), SIP_LINES_BAD_HEADER, 0},
		{T(REQUEST " folded: c\r\n\r\n"), SIP_LINES_BAD_HEADER, 0},
		{T("INVITE sip:b SIP/2.0\nA: b\r\n\r\n"), SIP_LINES_BAD_HEADER,
		 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum sip_lines_error error = parse(rows[i].text, rows[i].len);

		if (error != rows[i].error || lines.count != rows[i].count)
			fprintf(stderr, "row %zu: %d, %zu lines\n", i, error,
				lines.count);
		CU_ASSERT_EQUAL(error, rows[i].error);
		CU_ASSERT_EQUAL(lines.count, rows[i].count);
	}
}


static void bounds_lines_and_bytes(void)
{
	static char text[SIP_LINES_HEAD_BYTES_MAX + 200];
	size_t n = 0;

	n += (size_t)sprintf(text, REQUEST);
	for (unsigned i = 0; i < SIP_LINES_HEADERS_MAX; i++)
		n += (size_t)sprintf(text + n, "A: b\r\n");
	CU_ASSERT_EQUAL(parse(text, n + (size_t)sprintf(text + n, "\r\n")),
			SIP_LINES_OK);
	n += (size_t)sprintf(text + n, "A: b\r\n\r\n");
	CU_ASSERT_EQUAL(parse(text, n), SIP_LINES_TOO_MANY);
	CU_ASSERT_EQUAL(lines.count, SIP_LINES_HEADERS_MAX);

	n = (size_t)sprintf(text, REQUEST "A: ");
	memset(text + n, 'x', SIP_LINES_HEAD_BYTES_MAX);
	n += SIP_LINES_HEAD_BYTES_MAX;
	n += (size_t)sprintf(text + n, "\r\n\r\n");
	CU_ASSERT_EQUAL(parse(text, n), SIP_LINES_TOO_MANY);
}


/** libre makes a header of each value of a list */
static void bounds_values(void)
{
	static char text[SIP_LINES_HEAD_BYTES_MAX];
	size_t n = (size_t)sprintf(text, REQUEST "k: a");
	size_t i;

	for (i = 1; i < SIP_LINES_VALUES_MAX; i++)
		n += (size_t)sprintf(text + n, i % 9 ? ",a" : ",\r\n a");
	CU_ASSERT_EQUAL(parse(text, n + (size_t)sprintf(text + n, "\r\n\r\n")),
			SIP_LINES_OK);
	CU_ASSERT_EQUAL(lines.values, SIP_LINES_VALUES_MAX);
	CU_ASSERT_EQUAL(
		parse(text, n + (size_t)sprintf(text + n, "\r\nA: b\r\n\r\n")),
		SIP_LINES_TOO_MANY);
	CU_ASSERT_EQUAL(
		parse(text, n + (size_t)sprintf(text + n, ",\r\n\r\n")),
		SIP_LINES_TOO_MANY);
	CU_ASSERT_EQUAL(
		parse(text, n + (size_t)sprintf(text + n, "\r\n ,\r\n\r\n")),
		SIP_LINES_TOO_MANY);
}


static void no_cut_message_reads_beyond_its_end(void)
{
	static const char text[] =
		REQUEST "v: SIP/2.0/UDP a;x=\"\\\"\r\nf: \"a\\\" <sip:a@x>\r\n"
			" ;tag=1\r\n\r\nbody";

	for (size_t len = 0; len < sizeof(text); len++) {
		(void)parse(text, len);
		(void)sip_lines_tag(&lines, SIP_LINES_FROM);
		CU_ASSERT(lines.head_bytes <= len && lines.body.l <= len);
	}
}


static void splits_lists(void)
{
	static const struct {
		const char *text, *values; /**< joined by | */
	} rows[] = {
		{"a, b ,c", "a|b|c"},
		{"", ""},
		{"a,,b", "a||b"},
		{"\"a,b\" <sip:x>, <sip:a,b>;c=\"d,e\"",
		 "\"a,b\" <sip:x>|<sip:a,b>;c=\"d,e\""},
		{"\"a\\\",b\", c", "\"a\\\",b\"|c"},
		{"\"never closed, a", "\"never closed, a"},
		{"\"a\\", "\"a\\"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl rest, value;
		char joined[128] = "";

		pl_set_str(&rest, rows[i].text);
		while (sip_lines_next_value(&rest, &value)) {
			if (*joined)
				strcat(joined, "|");
			strncat(joined, value.p, value.l);
		}
		CU_ASSERT_STRING_EQUAL(joined, rows[i].values);
	}
}


static void splits_parameters(void)
{
	static const struct {
		const char *text, *params; /**< name=value| */
	} rows[] = {
		{";a=b;c", "a=b|c=|"},
		{" ; a = b ; c ", "a=b|c=|"},
		{";a=\"b;c\";d=e", "a=\"b;c\"|d=e|"},
		{";a=\"b\\\";c\";d", "a=\"b\\\";c\"|d=|"},
		{";a=\"open", "a=\"open|"},
		{"a=b", ""},
		{";=b", ""},
		{";a b=c", ""},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl rest, name, value;
		char joined[128] = "";

		pl_set_str(&rest, rows[i].text);
		while (sip_lines_next_param(&rest, &name, &value)) {
			strncat(joined, name.p, name.l);
			strcat(joined, "=");
			strncat(joined, value.p, value.l);
			strcat(joined, "|");
		}
		CU_ASSERT_STRING_EQUAL(joined, rows[i].params);
	}
}


static void splits_addresses(void)
{
	static const struct {
		const char *text;
		bool ok;
		const char *display, *uri, *params;
	} rows[] = {
		{"<sip:a@x>;tag=1", true, "", "sip:a@x", ";tag=1"},
		{"sip:a@x;tag=1", true, "", "sip:a@x", ";tag=1"},
		{"Bob B <sip:a@x;lr>", true, "Bob B", "sip:a@x;lr", ""},
		{"\"B <\\\" x\" <sip:a@x> ; q=1", true, "\"B <\\\" x\"",
		 "sip:a@x", "; q=1"},
		{"\"B\" sip:a@x", false, "", "", ""},
		{"\"B <sip:a@x>", false, "", "", ""},
		{"B@ <sip:a@x>", false, "", "", ""},
		{"<sip:a@x", false, "", "", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pl text, display, uri, params;
		bool ok;

		pl_set_str(&text, rows[i].text);
		ok = sip_lines_address(&text, &display, &uri, &params);
		CU_ASSERT_EQUAL(ok, rows[i].ok);
		if (!ok || !rows[i].ok)
			continue;
		CU_ASSERT(is(&display, rows[i].display));
		CU_ASSERT(is(&uri, rows[i].uri));
		CU_ASSERT(is(&params, rows[i].params));
	}
}


static void reads_tags_numbers_and_tokens(void)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool ok, token;
	} rows[] = {
		{"0", 0, true, true},
		{"1", 0, false, true},
		{"65535", 65535, true, true},
		{"65536", 65535, false, true},
		{"9999999999999999999", UINT64_MAX, true, true},
		{"99999999999999999999", UINT64_MAX, false, true},
		{"", 9, false, false},
		{"-1", 9, false, true},
		{"+1", 9, false, true},
		{" 1", 9, false, false},
		{"1a", 99, false, true},
		{"a(b", 9, false, false},
		{"-.!%*_+`'~", 9, false, true},
	};
	static const char text[] =
		REQUEST "To: \"tag=0\" <sip:a@x;tag=2>;a=b;TAG=3\r\n"
			"From: <sip:a@x>\r\n\r\n";
	struct pl pl;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t n;

		pl_set_str(&pl, rows[i].text);
		CU_ASSERT_EQUAL(sip_lines_number(&pl, rows[i].max, &n),
				rows[i].ok);
		CU_ASSERT_EQUAL(sip_lines_is_token(&pl), rows[i].token);
	}

	CU_ASSERT_EQUAL(parse(text, strlen(text)), SIP_LINES_OK);
	pl = sip_lines_tag(&lines, SIP_LINES_TO);
	CU_ASSERT(is(&pl, "3"));
	CU_ASSERT_EQUAL(sip_lines_tag(&lines, SIP_LINES_FROM).l, 0);
	CU_ASSERT_EQUAL(sip_lines_tag(&lines, SIP_LINES_CONTACT).l, 0);
}


static void knows_compact_names_and_methods(void)
{
	static const struct {
		const char *name;
		enum sip_line_kind kind;
	} rows[] = {
		{"v", SIP_LINES_VIA},
		{"V", SIP_LINES_VIA},
		{"vIA", SIP_LINES_VIA},
		{"f", SIP_LINES_FROM},
		{"t", SIP_LINES_TO},
		{"i", SIP_LINES_CALL_ID},
		{"m", SIP_LINES_CONTACT},
		{"c", SIP_LINES_CONTENT_TYPE},
		{"l", SIP_LINES_CONTENT_LENGTH},
		{"max-forwards", SIP_LINES_MAX_FORWARDS},
		{"record-route", SIP_LINES_RECORD_ROUTE},
		{"x", SIP_LINES_OTHER},
		{"vi", SIP_LINES_OTHER},
		{"Viaa", SIP_LINES_OTHER},
		{"6", SIP_LINES_OTHER}, /* '6' | 0x20 is no letter */
	};
	struct pl pl;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];
		int n = snprintf(text, sizeof(text), REQUEST "%s: x\r\n\r\n",
				 rows[i].name);

		CU_ASSERT_EQUAL(parse(text, (size_t)n), SIP_LINES_OK);
		CU_ASSERT_EQUAL(lines.headers[0].id, rows[i].kind);
	}

	pl_set_str(&pl, "PRACK");
	CU_ASSERT(sip_lines_method_index(&pl) >= 0 &&
		  sip_lines_method_index(&pl) < SIP_LINES_METHODS);
	pl_set_str(&pl, "prack");
	CU_ASSERT_EQUAL(sip_lines_method_index(&pl), -1);
	pl_set_str(&pl, "PRACKS");
	CU_ASSERT_EQUAL(sip_lines_method_index(&pl), -1);
}


/** All that is found points into the bytes as they lie now */
static bool lies_in(const struct sip_lines *w, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		const struct pl *whole = &w->headers[i].whole;

		if (whole->p < p || whole->p + whole->l > p + len)
			return false;
	}

	return w->start == p && w->method.p == p && w->body.p >= p &&
	       w->body.p + w->body.l <= p + len;
}


/** Also where the head is too long for its end to be found */
static void moves_with_its_bytes(void)
{
	static const size_t heads[] = {100, SIP_LINES_HEAD_BYTES_MAX + 1};
	char *was, *is;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		len = heads[i] + 200;
		was = calloc(1, len);
		is = calloc(1, len);
		CU_ASSERT_FATAL(was && is);
		len = (size_t)sprintf(was,
				      REQUEST "Content-Length: 4\r\n"
					      "X: %0*d\r\n\r\nbody",
				      (int)heads[i], 0);
		memcpy(is, was, len);
		(void)sip_lines_parse(&lines, was, len);
		CU_ASSERT(lies_in(&lines, was, len));
		sip_lines_move(&lines, is, len);
		free(was);
		CU_ASSERT(lies_in(&lines, is, len));
		CU_ASSERT_EQUAL(lines.body.l, i ? 0 : 4);
		free(is);
	}
}


static CU_TestInfo tests[] = {
	{"finds the lines of a request", finds_the_lines_of_a_request},
	{"judges start lines", judges_start_lines},
	{"refuses what hides in headers", refuses_what_hides_in_headers},
	{"bounds lines and bytes", bounds_lines_and_bytes},
	{"bounds the values of all lists together", bounds_values},
	{"moves with its bytes", moves_with_its_bytes},
	{"no cut message reads beyond its end",
	 no_cut_message_reads_beyond_its_end},
	{"splits lists", splits_lists},
	{"splits parameters", splits_parameters},
	{"splits addresses", splits_addresses},
	{"reads tags, numbers and tokens", reads_tags_numbers_and_tokens},
	{"knows compact names and methods", knows_compact_names_and_methods},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(sip_lines, tests)
