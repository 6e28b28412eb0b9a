/**
 * @file test_lookup.c  Addresses of hosts that are no next hops
 */
#include <stdio.h>
#include <string.h>
#include "signaling/transport/transport_private.h"
#include "tests/unit/signaling/world/name_server.h"
#include "tests/unit/unit.h"

enum { LOOKUP_MS = 2000, SOON_MS = 1000 };

struct found {
	char text[256];
	bool is;
};

static void found_h(const struct sa *addresses, size_t count, void *arg)
{
	struct found *found = arg;
	size_t o = 0;

	for (size_t i = 0; i < count; i++)
		o += (size_t)re_snprintf(found->text + o,
					 sizeof(found->text) - o, "%j ",
					 &addresses[i]);
	found->is = true;
	re_cancel();
}

static void finds(void)
{
	static const struct name_row rows[] = {
		{.name = "both.test",
		 .addresses = {"192.0.2.1", "2001:db8::1", "192.0.2.2",
			       "192.0.2.3"}},
		{.name = "four.test",
		 .addresses = {"192.0.2.1"},
		 .drops_aaaa = true},
		{.name = "six.test", .addresses = {"2001:db8::1"}},
		{.name = "slow.test", .drops_a = true, .drops_aaaa = true},
		{.name = NULL},
	};
	static const struct {
		const char *name;
		int first, other;
		const char *found;
		bool aaaa; /**< is asked for */
		bool late;
	} cases[] = {
		{"both.test", AF_INET, AF_INET6,
		 "192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1 ", true, false},
		{"both.test", AF_INET, AF_UNSPEC,
		 "192.0.2.1 192.0.2.2 192.0.2.3 ", false, false},
		{"both.test", AF_INET6, AF_UNSPEC, "2001:db8::1 ", true,
		 false},
		/* some middleboxes drop AAAA */
		{"four.test", AF_INET, AF_INET6, "192.0.2.1 ", true, false},
		{"four.test", AF_INET6, AF_INET, "192.0.2.1 ", true, true},
		/* the first has none: the other is waited for */
		{"six.test", AF_INET, AF_INET6, "2001:db8::1 ", true, false},
		{"none.test", AF_INET, AF_INET6, "", true, false},
		{"slow.test", AF_INET, AF_INET6, "", true, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct transport_layer layer = {.dnsc = NULL};
		struct layer_lookup *l = NULL;
		struct found found = {"", false};
		struct name_server d;
		uint64_t since_ms = tmr_jiffies(), took_ms;

		name_server_open(&d, rows);
		CU_ASSERT_EQUAL_FATAL(
			dnsc_alloc(&layer.dnsc, NULL, &d.address, 1), 0);
		CU_ASSERT_EQUAL_FATAL(layer_lookup(&l, &layer, cases[i].name,
						   cases[i].first,
						   cases[i].other, LOOKUP_MS,
						   found_h, &found),
				      0);
		(void)re_main(NULL);
		took_ms = tmr_jiffies() - since_ms;
		CU_ASSERT_TRUE(found.is);
		CU_ASSERT_STRING_EQUAL(found.text, cases[i].found);
		CU_ASSERT_EQUAL(d.asked_aaaa > 0, cases[i].aaaa);
		CU_ASSERT_EQUAL(took_ms > SOON_MS, cases[i].late);
		mem_deref(l);
		mem_deref(layer.dnsc);
		name_server_close(&d);
	}
}

static bool row_h(const struct sa *sa, void *arg)
{
	char *text = arg;
	size_t o = strlen(text);

	(void)re_snprintf(text + o, 256 - o, "%j ", sa);
	return !strncmp(text, "192.0.2.9", 9);
}

static void reads_all_rows_of_hosts(void)
{
	static char file[] = "127.0.0.1\tlocalhost\n"
			     "192.0.2.1  gw.example gw # 192.0.2.66\n"
			     "2001:db8::1 other.example GW.example\n"
			     "nonsense gw.example\n"
			     "192.0.2.2 gw.example gw.example\n"
			     "192.0.2.3 gw.example.com\n"
			     "# 192.0.2.4 gw.example\n"
			     "192.0.2.9 one.example\n"
			     "192.0.2.8 one.example\n";
	static const struct {
		const char *name, *found;
	} cases[] = {
		{"gw.example", "192.0.2.1 2001:db8::1 192.0.2.2 "},
		{"one.example", "192.0.2.9 "},
		{"example", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		FILE *f = fmemopen(file, sizeof(file) - 1, "r");
		char text[256] = "";

		CU_ASSERT_PTR_NOT_NULL_FATAL(f);
		resolve_hosts_read(f, cases[i].name, row_h, text);
		(void)fclose(f);
		CU_ASSERT_STRING_EQUAL(text, cases[i].found);
	}
}

static CU_TestInfo tests[] = {
	{"finds what is wanted", finds},
	{"reads all rows of /etc/hosts", reads_all_rows_of_hosts},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(lookup, tests)
