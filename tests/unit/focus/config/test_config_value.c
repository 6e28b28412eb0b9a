/**
 * @file test_config_value.c  Text to value, type by type
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config_account.h"
#include "focus/config/config_value.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define FIELD(name)  offsetof(struct config, name)
#define FIELDS(a, b) .offset = FIELD(a), .offset2 = FIELD(b)

static const struct config_row kinds[] = {
	[CONFIG_TEXT] = {"text", CONFIG_TEXT, .offset = FIELD(domain)},
	[CONFIG_PATH] = {"path", CONFIG_PATH, .offset = FIELD(data_dir)},
	[CONFIG_NUMBER] = {"number", CONFIG_NUMBER,
			   .offset = FIELD(max_participants), .min = 2,
			   .max = 500},
	[CONFIG_PORT] = {"port", CONFIG_PORT, .offset = FIELD(webrtc_port),
			 .min = 0, .max = 65535},
	[CONFIG_PORT_RANGE] = {"range", CONFIG_PORT_RANGE,
			       FIELDS(rtp_port_min, rtp_port_max), .min = 1024,
			       .max = 65535},
	[CONFIG_SIZE] = {"size", CONFIG_SIZE,
			 FIELDS(video_width, video_height)},
	[CONFIG_LISTEN] = {"listen", CONFIG_LISTEN,
			   FIELDS(sip_listen, sip_listen_count),
			   .advertised = FIELD(sip_advertised)},
	[CONFIG_LOOPBACK] = {"loopback", CONFIG_LOOPBACK,
			     FIELDS(http_listen, http_listen_count)},
	[CONFIG_HOST] = {"host", CONFIG_HOST,
			 FIELDS(media_address, media_address_count),
			 .advertised = FIELD(media_advertised)},
	[CONFIG_LEVEL] = {"level", CONFIG_LEVEL, .offset = FIELD(log_level)},
	[CONFIG_CHOICE] = {"choice", CONFIG_CHOICE, .offset = FIELD(dial_out),
			   .choices = "all|members|off"},
	[CONFIG_SWITCH] = {"switch", CONFIG_SWITCH,
			   .offset = FIELD(end_with_creator)},
	[CONFIG_NETWORK] = {"network", CONFIG_NETWORK,
			    FIELDS(trusted_hosts, trusted_hosts_count)},
	[CONFIG_ACCOUNT] = {"account", CONFIG_ACCOUNT,
			    FIELDS(accounts, account_count)},
	[CONFIG_ROUTE] = {"route", CONFIG_ROUTE,
			  .offset = FIELD(outbound_proxy)},
	[CONFIG_PATTERN] = {"pattern", CONFIG_PATTERN,
			    .offset = FIELD(conference_names)},
};

static struct config c;

static void forget(void)
{
	config_value_clear(&c, &kinds[CONFIG_ACCOUNT]);
	mem_deref(c.domain);
	mem_deref(c.data_dir);
	mem_deref(c.dial_out);
	mem_deref(c.outbound_proxy);
	mem_deref(c.conference_names);
	memset(&c, 0, sizeof(c));
}


static int set(enum config_type type, const char *text, char why[128])
{
	*why = '\0';

	return config_value_set(&c, &kinds[type], text, why, 128);
}


static const struct {
	enum config_type type;
	const char *text;
	bool ok;
} values[] = {
	{CONFIG_TEXT, "", true},
	{CONFIG_TEXT, "anything at all", true},
	{CONFIG_PATH, "/a b", true},
	{CONFIG_NUMBER, "2", true},
	{CONFIG_NUMBER, "500", true},
	{CONFIG_NUMBER, "1", false},
	{CONFIG_NUMBER, "501", false},
	{CONFIG_NUMBER, "", false},
	{CONFIG_NUMBER, "-2", false},
	{CONFIG_NUMBER, "+2", false},
	{CONFIG_NUMBER, " 2", false},
	{CONFIG_NUMBER, "2 ", false},
	{CONFIG_NUMBER, "0x10", false},
	{CONFIG_NUMBER, "99999999999999999999", false},
	/* the lower half of it would fit */
	{CONFIG_NUMBER, "4294967300", false},
	{CONFIG_PORT, "0", true},
	{CONFIG_PORT, "65535", true},
	{CONFIG_PORT, "65536", false},
	{CONFIG_PORT_RANGE, "20000-20003", true},
	{CONFIG_PORT_RANGE, "1024-65535", true},
	{CONFIG_PORT_RANGE, "20000-20002", false},
	{CONFIG_PORT_RANGE, "20003-20000", false},
	{CONFIG_PORT_RANGE, "1023-20000", false},
	{CONFIG_PORT_RANGE, "20000-65536", false},
	{CONFIG_PORT_RANGE, "20000", false},
	{CONFIG_PORT_RANGE, "20000-", false},
	{CONFIG_PORT_RANGE, "20000-30000-", false},
	{CONFIG_SIZE, "1280x720", true},
	{CONFIG_SIZE, "64x64", true},
	{CONFIG_SIZE, "4096x4096", true},
	{CONFIG_SIZE, "1280x721", false},
	{CONFIG_SIZE, "56x64", false},
	{CONFIG_SIZE, "4104x64", false},
	{CONFIG_SIZE, "1280X720", false},
	{CONFIG_SIZE, "1280", false},
	{CONFIG_LISTEN, "0.0.0.0:5060", true},
	{CONFIG_LISTEN, "[::]:5060", true},
	{CONFIG_LISTEN, "192.0.2.1", false},
	{CONFIG_LISTEN, "[::]", false},
	{CONFIG_LISTEN, "192.0.2.1:", false},
	{CONFIG_LISTEN, "localhost:5060", false},
	{CONFIG_LISTEN, "192.0.2.1:5060x", false},
	{CONFIG_LISTEN, "192.0.2.1:65536", false},
	{CONFIG_LISTEN, "[::]:5060/[]", false},
	{CONFIG_LISTEN, "[::]:5060/[", false},
	{CONFIG_LISTEN, "0.0.0.0:5060/203.0.113.7", true},
	{CONFIG_LISTEN, "0.0.0.0:5060/203.0.113.7:6060", true},
	{CONFIG_LISTEN, "[::]:5060/2001:db8::7", true},
	{CONFIG_LISTEN, "[::]:5060/[2001:db8::7]", true},
	{CONFIG_LISTEN, "[::]:5060/[2001:db8::7]:6060", true},
	{CONFIG_LISTEN, "0.0.0.0:5060/", false},
	{CONFIG_LISTEN, "/203.0.113.7", false},
	{CONFIG_LISTEN, "0.0.0.0/203.0.113.7:5060", false},
	{CONFIG_LISTEN, "0.0.0.0:5060/2001:db8::7", false},
	{CONFIG_LISTEN, "[::]:5060/203.0.113.7", false},
	{CONFIG_LISTEN, "0.0.0.0:5060/0.0.0.0", false},
	{CONFIG_LISTEN, "0.0.0.0:5060/example.com", false},
	{CONFIG_LISTEN, "0.0.0.0:5060/203.0.113.7/203.0.113.8", false},
	{CONFIG_LOOPBACK, "127.0.0.1:8080/203.0.113.7", false},
	{CONFIG_LOOPBACK, "127.0.0.1:8080", true},
	{CONFIG_LOOPBACK, "[::1]:8080", true},
	{CONFIG_LOOPBACK, "0.0.0.0:8080", false},
	{CONFIG_LOOPBACK, "off", true},
	{CONFIG_HOST, "192.0.2.1", true},
	{CONFIG_HOST, "2001:db8::1", true},
	{CONFIG_HOST, "10.0.0.4/203.0.113.7", true},
	{CONFIG_HOST, "fd00::4/2001:db8::7", true},
	{CONFIG_HOST, "0.0.0.0/203.0.113.7", true},
	{CONFIG_HOST, "10.0.0.4/203.0.113.7:5", false},
	{CONFIG_HOST, "10.0.0.4/2001:db8::7", false},
	{CONFIG_HOST, "10.0.0.4/", false},
	{CONFIG_HOST, "0.0.0.0", false},
	{CONFIG_HOST, "::", false},
	{CONFIG_HOST, "192.0.2.1:5", false},
	{CONFIG_HOST, "off", false},
	{CONFIG_LEVEL, "debug", true},
	{CONFIG_LEVEL, "loud", false},
	{CONFIG_CHOICE, "all", true},
	{CONFIG_CHOICE, "off", true},
	{CONFIG_CHOICE, "member", false},
	{CONFIG_CHOICE, "all|members", false},
	{CONFIG_CHOICE, "", false},
	{CONFIG_SWITCH, "yes", true},
	{CONFIG_SWITCH, "no", true},
	{CONFIG_SWITCH, "true", false},
	{CONFIG_NETWORK, "192.0.2.0/24", true},
	{CONFIG_NETWORK, "0.0.0.0/0", true},
	{CONFIG_NETWORK, "2001:db8::/128", true},
	{CONFIG_NETWORK, "192.0.2.0/33", false},
	{CONFIG_NETWORK, "2001:db8::/129", false},
	{CONFIG_NETWORK, "192.0.2.0/", false},
	{CONFIG_NETWORK, "192.0.2.0/8x", false},
	{CONFIG_NETWORK, "example.com", false},
	{CONFIG_ACCOUNT, "<sip:a@b.example>", true},
	{CONFIG_ACCOUNT, "nobody", false},
	{CONFIG_ROUTE, "", true},
	{CONFIG_ROUTE, "sip:192.0.2.1;lr", true},
	{CONFIG_ROUTE, "http://192.0.2.1", false},
	{CONFIG_PATTERN, "[a-z]+", true},
	{CONFIG_PATTERN, "[a-z", false},
	{CONFIG_PATTERN, "(", false},
};


static void takes_what_fits_and_says_what_does_not(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char why[128];
		int err = set(values[i].type, values[i].text, why);

		if (!err != values[i].ok)
			fprintf(stderr, "%s %s: %d\n",
				kinds[values[i].type].key, values[i].text,
				err);
		CU_ASSERT_EQUAL(err, values[i].ok ? 0 : EINVAL);
		/* who is refused is told why */
		CU_ASSERT_EQUAL(!*why, values[i].ok);
		forget();
	}
}


static void what_is_refused_changes_nothing(void)
{
	static const struct {
		enum config_type type;
		const char *good, *bad;
	} rows[] = {
		{CONFIG_NUMBER, "7", "x"},
		{CONFIG_PORT_RANGE, "20000-30000", "10-20"},
		{CONFIG_SIZE, "640x480", "641x480"},
		{CONFIG_LISTEN, "192.0.2.1:1", "x"},
		{CONFIG_NETWORK, "192.0.2.1", "192.0.2.2/99"},
		{CONFIG_SWITCH, "yes", "maybe"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config before;
		char why[128];

		CU_ASSERT_EQUAL(set(rows[i].type, rows[i].good, why), 0);
		before = c;
		CU_ASSERT_EQUAL(set(rows[i].type, rows[i].bad, why), EINVAL);
		CU_ASSERT(!memcmp(&before, &c, sizeof(c)));
		forget();
	}
}


static void lists_grow_to_their_bound_and_are_cleared(void)
{
	static const struct {
		enum config_type type;
		const char *text;
		size_t max;
	} rows[] = {
		{CONFIG_LISTEN, "192.0.2.1:1", CONFIG_LISTEN_MAX},
		{CONFIG_HOST, "192.0.2.1", CONFIG_LISTEN_MAX},
		{CONFIG_NETWORK, "192.0.2.1", CONFIG_LIST_MAX},
		{CONFIG_ACCOUNT, "<sip:a@b.example>", CONFIG_LIST_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct config_row *row = &kinds[rows[i].type];
		const size_t *count =
			(const size_t *)(const void *)(((const char *)&c) +
						       row->offset2);
		char why[128];

		CU_ASSERT_TRUE(config_value_is_list(rows[i].type));
		for (size_t n = 0; n < rows[i].max; n++)
			CU_ASSERT_EQUAL(set(rows[i].type, rows[i].text, why),
					0);
		CU_ASSERT_EQUAL(*count, rows[i].max);
		CU_ASSERT_EQUAL(set(rows[i].type, rows[i].text, why), EINVAL);
		config_value_clear(&c, row);
		CU_ASSERT_EQUAL(*count, 0);
		forget();
	}
	CU_ASSERT_FALSE(config_value_is_list(CONFIG_PORT_RANGE));
}


static void a_network_has_its_bits(void)
{
	static const struct {
		const char *network, *address;
		bool has;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.0", false},
		{"192.0.2.64/26", "192.0.2.127", true},
		{"192.0.2.64/26", "192.0.2.128", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "192.0.2.1", false},
		{"2001:db8::/127", "2001:db8::1", true},
		{"2001:db8::/127", "2001:db8::2", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char why[128];
		struct sa sa;

		CU_ASSERT_EQUAL(set(CONFIG_NETWORK, rows[i].network, why), 0);
		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].address, 0), 0);
		CU_ASSERT_EQUAL(config_network_has(c.trusted_hosts, 1, &sa),
				rows[i].has);
		forget();
	}
}


static int set_one(void *arg)
{
	static const struct {
		enum config_type type;
		const char *text;
	} rows[] = {
		{CONFIG_TEXT, "a"},
		{CONFIG_ROUTE, "sip:192.0.2.1;lr"},
		{CONFIG_PATTERN, "[a-z]+"},
		{CONFIG_ACCOUNT, "<sip:a@b.example>;auth_pass=x"},
	};
	int first = 0;

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t accounts = c.account_count;
		char why[128];
		int err = set(rows[i].type, rows[i].text, why);

		CU_ASSERT(!err || c.account_count == accounts);
		first = first ? first : err;
	}
	forget();

	return first;
}


static void survives_any_failing_allocation(void)
{
	failing_each(set_one, NULL);
}


static CU_TestInfo tests[] = {
	{"takes what fits and says what does not",
	 takes_what_fits_and_says_what_does_not},
	{"what is refused changes nothing", what_is_refused_changes_nothing},
	{"lists grow to their bound and are cleared",
	 lists_grow_to_their_bound_and_are_cleared},
	{"a network has its bits", a_network_has_its_bits},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(config_value, tests)
