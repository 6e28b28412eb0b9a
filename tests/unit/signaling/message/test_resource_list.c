/**
 * @file test_resource_list.c  Lists of addresses, also hostile ones
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "signaling/message/resource_list.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define HEAD                                                                  \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                        \
	"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\" "    \
	"xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\">"
#define TAIL          "</resource-lists>"
#define LIST(entries) HEAD "<list>" entries "</list>" TAIL

static int read_text(struct resource_list **list, const char *xml)
{
	*list = NULL;

	return resource_list_read(list, xml, strlen(xml), 5);
}

/* F3: the example of RFC 5366 section 6, and more */
static void reads(void)
{
	static const char xml[] = LIST(
		"<entry uri=\"sip:bill@example.com\" cp:copyControl=\"to\"/>"
		"<entry uri=\"sip:joe@example.org?Subject=x\""
		" cp:copyControl=\"cc\" cp:anonymize=\"true\">"
		"<display-name xml:lang=\"en\">Jo &amp; <![CDATA[<e>]]>"
		"</display-name></entry>"
		"<list name=\"more\"><display-name>Not a name</display-name>"
		"<entry uri=\"tel:+1-201-555-0123\" cp:copyControl=\"bcc\"/>"
		"<entry-ref ref=\"other/list\"/>"
		"<external anchor=\"http://example.com/list\"/>"
		"</list>"
		"<x:extra xmlns:x=\"urn:x\"><x:entry "
		"uri=\"sip:no@x\"/></x:extra>"
		"<entry uri=\"sips:ted@example.net;transport=tcp\"/>");
	struct resource_list *list;

	CU_ASSERT_EQUAL_FATAL(read_text(&list, xml), 0);
	CU_ASSERT_EQUAL_FATAL(list->count, 4);
	CU_ASSERT_STRING_EQUAL(list->v[0].uri, "sip:bill@example.com");
	CU_ASSERT_EQUAL(list->v[0].copy, RESOURCE_TO);
	CU_ASSERT_PTR_NULL(list->v[0].display);
	CU_ASSERT_FALSE(list->v[0].anonymize);
	CU_ASSERT_STRING_EQUAL(list->v[1].uri, "sip:joe@example.org");
	CU_ASSERT_STRING_EQUAL(list->v[1].display, "Jo & <e>");
	CU_ASSERT_EQUAL(list->v[1].copy, RESOURCE_CC);
	CU_ASSERT_TRUE(list->v[1].anonymize);
	CU_ASSERT_STRING_EQUAL(list->v[2].uri, "tel:+1-201-555-0123");
	CU_ASSERT_STRING_EQUAL(list->v[2].aor, "tel:+12015550123");
	CU_ASSERT_EQUAL(list->v[2].copy, RESOURCE_BCC);
	CU_ASSERT_EQUAL(list->v[3].copy, RESOURCE_BCC);
	mem_deref(list);
}

static void dials_nobody_twice(void)
{
	static const char xml[] =
		LIST("<entry uri=\"sip:bob@example.com\"/>"
		     "<entry uri=\"sip:bob@EXAMPLE.com\" cp:anonymize=\"1\"/>"
		     "<entry uri=\"sip:bob@example.com;transport=tcp\"/>"
		     "<entry uri=\"tel:+1201\"/><entry uri=\"tel:+12-01\"/>"
		     "<entry uri=\"sip:bob@example.com:5070\"/>");
	struct resource_list *list;

	CU_ASSERT_EQUAL_FATAL(read_text(&list, xml), 0);
	CU_ASSERT_EQUAL(list->count, 4);
	CU_ASSERT_TRUE(list->v[0].anonymize);
	mem_deref(list);
}

static void refuses(void)
{
	static const struct {
		const char *xml;
		int err;
	} rows[] = {
		{"", EBADMSG},
		{"hello", EBADMSG},
		{HEAD, EBADMSG},
		{LIST("<entry uri=\"sip:a@x\"/>") "<more/>", EBADMSG},
		{"<resource-lists/>", EBADMSG},
		{"<list xmlns=\"urn:ietf:params:xml:ns:resource-lists\"/>",
		 EBADMSG},
		{LIST("<entry/>"), EBADMSG},
		{LIST("<entry uri=\"\"/>"), EBADMSG},
		{LIST("<entry uri=\"bob\"/>"), EBADMSG},
		{LIST("<entry uri=\"http:example.com\"/>"), EBADMSG},
		{LIST("<entry uri=\"sip:a:secret@x\"/>"), EBADMSG},
		{LIST("<entry uri=\"sip:a b@x\"/>"), EBADMSG},
		{LIST("<entry uri=\"sip:a@x\"><entry "
		      "uri=\"sip:b@x\"/></entry>"),
		 EBADMSG},
		{LIST("&unknown;"), EBADMSG},
		/* none of a DTD is looked at, however small */
		{"<!DOCTYPE resource-lists>" LIST(""), EBADMSG},
		{"<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\">"
		 "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
		 "<r>&b;</r>",
		 EBADMSG},
		{"<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>", EBADMSG},
		{LIST("<entry uri=\"sip:1@x\"/><entry uri=\"sip:2@x\"/>"
		      "<entry uri=\"sip:3@x\"/><entry uri=\"sip:4@x\"/>"
		      "<entry uri=\"sip:5@x\"/><entry uri=\"sip:6@x\"/>"),
		 E2BIG},
	};
	struct resource_list *list;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(read_text(&list, rows[i].xml), rows[i].err);
		CU_ASSERT_PTR_NULL(list);
	}
	CU_ASSERT_EQUAL(read_text(&list, LIST("")), 0);
	CU_ASSERT_EQUAL(list->count, 0);
	mem_deref(list);
}

/** So many lists within lists, and an entry in them */
static int read_deep(unsigned depth)
{
	struct resource_list *list = NULL;
	char *xml = malloc(20000);
	unsigned i;
	int err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(xml);
	strcpy(xml, HEAD);
	for (i = 0; i < depth; i++)
		strcat(xml, "<list>");
	strcat(xml, "<entry uri=\"sip:a@x\"/>");
	for (i = 0; i < depth; i++)
		strcat(xml, "</list>");
	strcat(xml, TAIL);
	err = read_text(&list, xml);
	mem_deref(list);
	free(xml);

	return err;
}

static void bounds_depth(void)
{
	CU_ASSERT_EQUAL(read_deep(RESOURCE_LIST_DEPTH_MAX), 0);
	CU_ASSERT_EQUAL(read_deep(RESOURCE_LIST_DEPTH_MAX + 1), EBADMSG);
	CU_ASSERT_EQUAL(read_deep(1000), EBADMSG);
}

/* F3: bcc is for nobody's eyes, the anonymized are only counted */
static void prints_history(void)
{
	static const char xml[] =
		LIST("<entry uri=\"sip:to@x?a=b\" cp:copyControl=\"to\"/>"
		     "<entry uri=\"sip:c&amp;c@x\" cp:copyControl=\"cc\"/>"
		     "<entry uri=\"sip:bcc@x\" cp:copyControl=\"bcc\"/>"
		     "<entry uri=\"sip:hid1@x\" cp:copyControl=\"to\""
		     " cp:anonymize=\"true\"/>"
		     "<entry uri=\"sip:hid2@x\" cp:copyControl=\"to\""
		     " cp:anonymize=\"true\"/>");
	struct resource_list *list;
	char *text = NULL;

	CU_ASSERT_EQUAL_FATAL(read_text(&list, xml), 0);
	CU_ASSERT_EQUAL_FATAL(resource_list_history(&text, list), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text, "<entry uri=\"sip:to@x\" cp:copyControl=\"to\"/>"));
	CU_ASSERT_PTR_NOT_NULL(strstr(
		text, "<entry uri=\"sip:c&amp;c@x\" cp:copyControl=\"cc\"/>"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "<entry uri=\"sip:anonymous@anonymous.invalid\" "
			     "cp:copyControl=\"to\" cp:count=\"2\"/>"));
	CU_ASSERT_PTR_NULL(strstr(text, "bcc"));
	CU_ASSERT_PTR_NULL(strstr(text, "hid"));
	mem_deref(list);

	/* what we print can be read */
	CU_ASSERT_EQUAL(read_text(&list, text), 0);
	CU_ASSERT_EQUAL(list->count, 3);
	mem_deref(list);
	mem_deref(text);

	CU_ASSERT_EQUAL_FATAL(
		read_text(&list, LIST("<entry uri=\"sip:bcc@x\"/>")), 0);
	CU_ASSERT_EQUAL(resource_list_history(&text, list), 0);
	CU_ASSERT_PTR_NULL(text);
	mem_deref(list);
}

static int read_and_print(void *arg)
{
	struct resource_list *list = NULL;
	char *text = NULL;
	int err = read_text(&list, arg);

	CU_ASSERT_EQUAL(!err, list != NULL);
	if (!err) {
		/* all of them or none */
		CU_ASSERT_EQUAL(list->count, 3);
		err = resource_list_history(&text, list);
		CU_ASSERT_EQUAL(!err, text != NULL);
	}
	mem_deref(text);
	mem_deref(list);

	return err;
}

static void survives_any_failing_allocation(void)
{
	static char xml[] =
		LIST("<entry uri=\"sip:a@x\" cp:copyControl=\"to\">"
		     "<display-name>A</display-name></entry>"
		     "<entry uri=\"tel:+1-201\" cp:copyControl=\"cc\"/>"
		     "<list><entry uri=\"sip:b@x\" cp:copyControl=\"cc\""
		     " cp:anonymize=\"true\"/></list>");

	failing_each(read_and_print, xml);
}

static CU_TestInfo tests[] = {
	{"reads entries, lists in lists and what they say", reads},
	{"dials nobody twice", dials_nobody_twice},
	{"refuses what is no list of people", refuses},
	{"bounds the depth", bounds_depth},
	{"prints whom everybody may know of", prints_history},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(resource_list, tests)
